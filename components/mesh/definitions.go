package mesh

import (
	"embed"
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/kube"
)

// definitions are the kinds of the Gateway API that we use, from config/crd/standard of sigs.k8s.io/gateway-api at the
// version in go.mod (Apache License 2.0). Left out are the descriptions, which are four fifths of the text, and the
// versions of a kind that are not stored. A test holds them to the module, and renews them with -update.
//
//go:embed definitions/*.json
var definitions embed.FS

// definition is a CustomResourceDefinition.
type definition struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name        string            `json:"name"`
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata"`
	Spec json.RawMessage `json:"spec"`
}

// define tells the cluster of the Gateway API. No chart of Istio brings it, and istiod looks for it when it starts.
func (m *Mesh) define(ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	files, err := definitions.ReadDir("definitions")
	if err != nil {
		return nil, err
	}
	var made []pulumi.Resource
	for _, file := range files {
		text, err := definitions.ReadFile("definitions/" + file.Name())
		if err != nil {
			return nil, err
		}
		var d definition
		if err := json.Unmarshal(text, &d); err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name(), err)
		}
		kind, err := kube.New(ctx, name+"-"+d.Metadata.Name, kube.Object{
			APIVersion: d.APIVersion, Kind: d.Kind, Name: d.Metadata.Name, Annotations: d.Metadata.Annotations, Spec: d.Spec,
		}, opts...)
		if err != nil {
			return nil, err
		}
		made = append(made, kind)
	}
	return made, nil
}
