package mesh_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/mesh"
)

// A mesh, and a workload that the gateway may call.
func Example() {
	build := func(ctx *pulumi.Context, cluster *eks.EKS) error {
		m, err := mesh.New(ctx, "mesh", &mesh.Args{Cluster: cluster, Kubernetes: "1.35"})
		if err != nil {
			return err
		}
		return mesh.Allow(ctx, "users-callers", mesh.AllowArgs{
			Namespace: "app", Labels: map[string]string{"app.kubernetes.io/name": "user-service"},
			From: []string{mesh.Principal("gateway", "gateway-istio")},
		}, pulumi.Provider(cluster.Provider), pulumi.DependsOn(m.Ready))
	}
	_ = build
}
