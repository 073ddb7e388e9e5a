// Package kube turns objects of Kubernetes extensions into resources. Their specs are the Go types of the extension's
// own API, so that a wrong field does not compile.
package kube

import (
	"encoding/json"
	"fmt"
	"maps"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Object is an object of an extension.
type Object struct {
	APIVersion          string // e.g. "gateway.networking.k8s.io/v1"
	Kind                string // e.g. "HTTPRoute"
	Namespace           string // empty for a kind that lives in none
	Name                string
	Labels, Annotations map[string]string
	Spec                any // the Go type of the API; what it leaves out is left out
	// Late are fields of the spec whose value comes from another resource: name to value, in place of what Spec says.
	Late map[string]pulumi.Input
}

// New registers the object under its parent.
func New(
	ctx *pulumi.Context, name string, o Object, opts ...pulumi.ResourceOption,
) (*apiextensions.CustomResource, error) {
	text, err := json.Marshal(o.Spec)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", o.Kind, o.Name, err)
	}
	fields := map[string]any{}
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, fmt.Errorf("%s %s: %w", o.Kind, o.Name, err)
	}
	spec := pulumi.ToMap(fields)
	maps.Copy(spec, o.Late)
	metadata := &metav1.ObjectMetaArgs{Name: pulumi.String(o.Name)}
	if len(o.Labels) > 0 {
		metadata.Labels = pulumi.ToStringMap(o.Labels)
	}
	if len(o.Annotations) > 0 {
		metadata.Annotations = pulumi.ToStringMap(o.Annotations)
	}
	if o.Namespace != "" {
		metadata.Namespace = pulumi.String(o.Namespace)
	}
	return apiextensions.NewCustomResource(ctx, name, &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String(o.APIVersion), Kind: pulumi.String(o.Kind), Metadata: metadata,
		OtherFields: kubernetes.UntypedArgs{"spec": spec},
	}, opts...)
}
