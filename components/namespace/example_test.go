package namespace_test

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/mesh"
	"github.com/ladder-iac/ladder/components/namespace"
)

func Example() {
	app := func(ctx *pulumi.Context, cluster *eks.EKS, inside *mesh.Mesh) (*namespace.Namespace, error) {
		return namespace.New(ctx, "app", &namespace.Args{Cluster: cluster, Mesh: inside, Region: "us-east-1"})
	}
	_ = app // called by a program that has a cluster
}
