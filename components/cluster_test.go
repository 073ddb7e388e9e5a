package components_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/gateway"
	"github.com/ladder-iac/ladder/components/mesh"
	"github.com/ladder-iac/ladder/components/service"
)

// inCluster registers what a cluster's traffic goes through: two components.
func inCluster(ctx *pulumi.Context, cluster *eks.EKS) error {
	m, err := mesh.New(ctx, "mesh", &mesh.Args{Cluster: cluster, Kubernetes: "1.36"})
	if err != nil {
		return err
	}
	_, err = gateway.New(ctx, "gateway", &gateway.Args{
		Cluster: cluster, Mesh: m, TargetGroupARN: pulumi.String("arn:targets"), PeakQPS: 100,
		Routes: []gateway.Route{{Prefix: "/", Service: &service.Service{
			Namespace: "app", Backends: []service.Backend{{Name: "user-service", Weight: 100}},
		}}},
	})
	return err
}
