package components_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/gateway"
	"github.com/ladder-iac/ladder/components/mesh"
	"github.com/ladder-iac/ladder/components/namespace"
	"github.com/ladder-iac/ladder/components/service"
)

// inCluster registers what a cluster's traffic goes through, and a service with all that one may have: four components.
func inCluster(ctx *pulumi.Context, cluster *eks.EKS, user service.Args) error {
	m, err := mesh.New(ctx, "mesh", &mesh.Args{Cluster: cluster, Kubernetes: "1.36"})
	if err != nil {
		return err
	}
	user.Namespace, err = namespace.New(ctx, "space", &namespace.Args{Cluster: cluster, Mesh: m, Region: "us-east-1"})
	if err != nil {
		return err
	}
	users, err := service.New(ctx, "user-service", &user)
	if err != nil {
		return err
	}
	_, err = gateway.New(ctx, "gateway", &gateway.Args{
		Cluster: cluster, Mesh: m, TargetGroupARN: pulumi.String("arn:targets"), PeakQPS: 100,
		Routes: []gateway.Route{{Prefix: "/", Service: users}},
	})
	return err
}
