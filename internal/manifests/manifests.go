// Package manifests writes the Kubernetes objects of a recorded phase as YAML, for review and for
// `kubectl apply --dry-run=server`.
package manifests

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ladder-iac/ladder/internal/graph"
)

// Cluster is what one cluster is given.
type Cluster struct {
	Name    string    `json:"cluster"` // of the component that made it
	Objects []Object  `json:"objects"` // each after what it depends on
	Charts  []Release `json:"charts"`  // Helm renders them in the cluster; they are in no manifest
}

// Object is one manifest.
type Object struct {
	URN  string         `json:"urn"`
	Body map[string]any `json:"body"` // apiVersion, kind, metadata and the rest
}

// Release is a chart.
type Release struct {
	Name    string `json:"name"`
	Chart   string `json:"chart"`
	Version string `json:"version"`
}

const (
	family   = "kubernetes:"
	release  = "kubernetes:helm.sh/v3:Release"
	provider = "pulumi:providers:kubernetes"
)

// Of returns the clusters of a graph by name. What a cloud makes up, such as an ARN, is as the simulated cloud would
// make it up.
func Of(g *graph.Graph) []Cluster {
	clusters, providers := map[string]*Cluster{}, map[string]graph.Resource{}
	for _, r := range g.Resources {
		if r.Type == provider {
			providers[r.URN] = r
		}
	}
	for _, r := range byDependency(g.Resources) {
		if !strings.HasPrefix(r.Type, family) {
			continue
		}
		name := clusterOf(r, providers)
		cluster := clusters[name]
		if cluster == nil {
			cluster = &Cluster{Name: name}
			clusters[name] = cluster
		}
		if r.Type == release {
			cluster.Charts = append(cluster.Charts, releaseOf(r))
			continue
		}
		cluster.Objects = append(cluster.Objects, Object{URN: r.URN, Body: named(r)})
	}
	var list []Cluster
	for _, name := range slices.Sorted(maps.Keys(clusters)) {
		list = append(list, *clusters[name])
	}
	return list
}

// YAML is all objects of the cluster as one stream.
func (c Cluster) YAML() ([]byte, error) {
	var stream bytes.Buffer
	fmt.Fprintf(&stream, "# What %s is given. Names and ARNs that a cloud makes up are examples.\n", c.Name)
	for _, chart := range c.Charts {
		fmt.Fprintf(&stream, "# Not here, because Helm renders it: %s, chart %s %s\n", chart.Name, chart.Chart, chart.Version)
	}
	for _, object := range c.Objects {
		stream.WriteString("---\n")
		encoder := yaml.NewEncoder(&stream)
		encoder.SetIndent(2)
		if err := encoder.Encode(object.Body); err != nil {
			return nil, fmt.Errorf("%s: %w", object.URN, err)
		}
	}
	return stream.Bytes(), nil
}

// clusterOf names the component that made the cluster, which may have several providers for it; without one the
// provider.
func clusterOf(r graph.Resource, providers map[string]graph.Resource) string {
	urn := r.Options.Provider
	if parent := providers[urn].Parent; parent != "" {
		urn = parent
	}
	return urn[strings.LastIndex(urn, ":")+1:]
}

func releaseOf(r graph.Resource) Release {
	text := func(key string) string { value, _ := r.Inputs[key].(string); return value }
	return Release{Name: r.Name, Chart: text("chart"), Version: text("version")}
}

// named gives an object that leaves its name to the provider the logical one, which the provider starts its own with.
func named(r graph.Resource) map[string]any {
	body := maps.Clone(r.Inputs)
	metadata, _ := body["metadata"].(map[string]any)
	metadata = maps.Clone(metadata)
	if metadata == nil {
		metadata = map[string]any{}
	}
	if metadata["name"] == nil {
		metadata["name"] = strings.ToLower(r.Name)
	}
	body["metadata"] = metadata
	return body
}

// byDependency sorts so that each resource comes after what it depends on, and otherwise by URN.
func byDependency(resources []graph.Resource) []graph.Resource {
	at := map[string]int{}
	for i, r := range resources {
		at[r.URN] = i
	}
	var list []graph.Resource
	seen := map[string]bool{}
	var visit func(r graph.Resource)
	visit = func(r graph.Resource) {
		if seen[r.URN] {
			return
		}
		seen[r.URN] = true
		for _, urn := range r.Options.DependsOn {
			if i, known := at[urn]; known {
				visit(resources[i])
			}
		}
		list = append(list, r)
	}
	for _, r := range resources {
		visit(r)
	}
	return list
}
