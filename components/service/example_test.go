package service_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/image"
	"github.com/ladder-iac/ladder/components/namespace"
	"github.com/ladder-iac/ladder/components/service"
)

// The pages run on 4 to 12 pods, and a new release of them answers every twentieth request.
func Example() {
	pages := func(
		ctx *pulumi.Context, app *namespace.Namespace, current, next *image.Image, users, items *service.Service,
	) error {
		_, err := service.New(ctx, "web-service", &service.Args{
			Namespace: app, Role: service.Web, Peers: []*service.Service{users, items}, Phase: 4,
			Image: service.Image{URI: current.URI, Digest: current.Digest},
			Canary: &service.Canary{
				Image: service.Image{URI: next.URI, Digest: next.Digest}, Weight: 5,
			},
			Replicas: service.Range{Min: 4, Max: 12}, CPU: 500,
		})
		return err
	}
	_ = pages // called by a program that has the others
}
