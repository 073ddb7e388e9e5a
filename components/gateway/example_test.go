package gateway_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/gateway"
	"github.com/ladder-iac/ladder/components/mesh"
	"github.com/ladder-iac/ladder/components/service"
	"github.com/ladder-iac/ladder/components/web"
)

// A gateway behind a balancer, before two services.
func Example() {
	build := func(
		ctx *pulumi.Context, cluster *eks.EKS, m *mesh.Mesh, balancer *web.Web, users, items *service.Service,
	) error {
		_, err := gateway.New(ctx, "gateway", &gateway.Args{
			Cluster: cluster, Mesh: m, TargetGroupARN: balancer.PodsARN, PeakQPS: 100_000,
			Routes: []gateway.Route{
				{Prefix: "/api/v1/users", Service: users},
				{Prefix: "/api/v1/sessions", Service: users},
				{Prefix: "/.well-known/jwks.json", Service: users},
				{Prefix: "/api/v1/items", Service: items},
			},
			Open: []string{"POST /api/v1/users", "POST /api/v1/sessions"},
		})
		return err
	}
	_ = build
}
