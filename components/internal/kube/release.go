package kube

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Chart is a Helm chart and what it is told.
type Chart struct {
	Repository string // URL
	Name       string
	Version    string // exact
	Release    string // name of the release in the cluster
	Namespace  string // there already
	Values     map[string]any
	Seconds    int // that each of its objects has to become ready
}

// Release is an installed chart. The SDK's own type comes with a package for every kind of Kubernetes, which take
// minutes to compile for everybody who imports the component.
type Release struct{ pulumi.CustomResourceState }

// Install installs a chart, or changes what is installed. Half-made releases are taken back.
func Install(ctx *pulumi.Context, name string, c Chart, opts ...pulumi.ResourceOption) (*Release, error) {
	release := &Release{}
	return release, ctx.RegisterResource("kubernetes:helm.sh/v3:Release", name, pulumi.Map{
		"chart":          pulumi.String(c.Name),
		"version":        pulumi.String(c.Version),
		"repositoryOpts": pulumi.Map{"repo": pulumi.String(c.Repository)},
		"name":           pulumi.String(c.Release),
		"namespace":      pulumi.String(c.Namespace),
		"values":         pulumi.ToMap(c.Values),
		"atomic":         pulumi.Bool(true),
		"maxHistory":     pulumi.Int(5), // each is a secret in the cluster
		"timeout":        pulumi.Int(c.Seconds),
		"compat":         pulumi.String("true"), // as the SDK's own type says of itself
	}, release, opts...)
}
