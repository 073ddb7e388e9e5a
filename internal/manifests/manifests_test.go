package manifests_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/manifests"
)

const stack = "urn:pulumi:phase4::ladder::"

func urn(typ, name string) string { return stack + typ + "::" + name }

func provider(name string) graph.Options {
	return graph.Options{Provider: urn("ladder:eks:EKS$pulumi:providers:kubernetes", name)}
}

func after(options graph.Options, others ...graph.Resource) graph.Options {
	for _, other := range others {
		options.DependsOn = append(options.DependsOn, other.URN)
	}
	return options
}

var (
	shop = graph.Resource{
		URN: urn("kubernetes:core/v1:Namespace", "shop"), Type: "kubernetes:core/v1:Namespace", Name: "shop",
		Options: provider("east"),
		Inputs:  map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": "shop"}},
	}
	// By its URN it would come before its namespace.
	app = graph.Resource{
		URN: urn("kubernetes:apps/v1:Deployment", "App"), Type: "kubernetes:apps/v1:Deployment", Name: "App",
		Options: after(provider("east"), shop, bucket),
		Inputs: map[string]any{
			"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"namespace": "shop"},
			"spec": map[string]any{"minReadySeconds": 5.0, "paused": false},
		},
	}
	mesh = graph.Resource{
		URN: urn("kubernetes:helm.sh/v3:Release", "istiod"), Type: "kubernetes:helm.sh/v3:Release", Name: "istiod",
		Options: provider("west"), Inputs: map[string]any{"chart": "istiod", "version": "1.28.0"},
	}
	// Two providers of one cluster.
	nodes = graph.Resource{
		URN: provider("east").Provider, Type: "pulumi:providers:kubernetes", Name: "east",
		Parent: urn("ladder:eks:EKS", "home"),
	}
	bucket = graph.Resource{URN: urn("aws:s3/bucketV2:BucketV2", "logs"), Type: "aws:s3/bucketV2:BucketV2", Name: "logs"}
)

func TestOf(t *testing.T) {
	t.Parallel()
	clusters := manifests.Of(&graph.Graph{Resources: []graph.Resource{bucket, app, mesh, shop}})
	require.Len(t, clusters, 2)
	east, west := clusters[0], clusters[1]
	require.Equal(t, "east", east.Name)
	require.Equal(t, []string{shop.URN, app.URN}, []string{east.Objects[0].URN, east.Objects[1].URN})
	require.Equal(t, "west", west.Name)
	require.Empty(t, west.Objects)
	require.Equal(t, []manifests.Release{{Name: "istiod", Chart: "istiod", Version: "1.28.0"}}, west.Charts)
	require.NotContains(t, app.Inputs["metadata"], "name", "the graph stays as it is")
}

// A cluster has the name of its component, however many providers lead to it.
func TestOfComponent(t *testing.T) {
	t.Parallel()
	clusters := manifests.Of(&graph.Graph{Resources: []graph.Resource{nodes, app, shop}})
	require.Len(t, clusters, 1)
	require.Equal(t, "home", clusters[0].Name)
}

// The stream is what kubectl reads: one document an object, numbers as numbers, a name for each.
func TestYAML(t *testing.T) {
	t.Parallel()
	text, err := manifests.Of(&graph.Graph{Resources: []graph.Resource{app, shop}})[0].YAML()
	require.NoError(t, err)
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var kinds []string
	for {
		var object struct {
			Kind     string
			Metadata struct{ Name, Namespace string }
			Spec     struct {
				MinReadySeconds int `yaml:"minReadySeconds"`
			}
		}
		err := decoder.Decode(&object)
		if err == io.EOF { //nolint:errorlint // the decoder returns it plain
			break
		}
		require.NoError(t, err)
		kinds = append(kinds, object.Kind+" "+object.Metadata.Name)
		if object.Kind == "Deployment" {
			require.Equal(t, 5, object.Spec.MinReadySeconds)
		}
	}
	require.ElementsMatch(t, []string{"Namespace shop", "Deployment app"}, kinds)
}
