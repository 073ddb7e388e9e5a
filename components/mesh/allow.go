package mesh

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	security "istio.io/api/security/v1beta1"
	selector "istio.io/api/type/v1beta1"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/kube"
)

// AllowArgs say who may call a workload. The mesh lets nobody in who is not named.
type AllowArgs struct {
	Namespace string            // of the workload; required
	Labels    map[string]string // of its pods; required
	From      []string          // principals, each made by Principal; required
}

// Principal is who a workload of the mesh is, by its service account.
func Principal(namespace, serviceAccount string) string {
	return fmt.Sprintf("%s/ns/%s/sa/%s", trustDomain, namespace, serviceAccount)
}

// Allow makes an AuthorizationPolicy. It names nothing but principals, which ztunnel knows: a policy that looks into
// requests would be refused by it, and with it every call.
func Allow(ctx *pulumi.Context, name string, args AllowArgs, opts ...pulumi.ResourceOption) error {
	c := check.Of("mesh.Allow", name)
	c.Given(args.Namespace != "", "Namespace", "the namespace of the workload")
	c.Given(len(args.Labels) > 0, "Labels", "labels of the workload's pods: without any, all of the namespace were meant")
	c.Given(len(args.From) > 0, "From", "at least one principal; nobody is let in without a policy already")
	if err := c.Err(); err != nil {
		return err
	}
	_, err := kube.New(ctx, name, kube.Object{
		APIVersion: securityAPI, Kind: "AuthorizationPolicy", Namespace: args.Namespace, Name: name,
		Spec: &security.AuthorizationPolicy{
			Action:   security.AuthorizationPolicy_ALLOW,
			Selector: &selector.WorkloadSelector{MatchLabels: args.Labels},
			Rules:    []*security.Rule{{From: []*security.Rule_From{{Source: &security.Source{Principals: args.From}}}}},
		},
	}, opts...)
	return err
}
