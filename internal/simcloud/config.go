package simcloud

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"gopkg.in/yaml.v3"

	"github.com/ladder-iac/ladder/internal/facts"
)

// CheckConfig refuses a provider without a known region, or with a kubeconfig that names no cluster.
func (p *provider) CheckConfig(
	_ context.Context, req plugin.CheckConfigRequest,
) (plugin.CheckConfigResponse, error) {
	resp := plugin.CheckConfigResponse{Properties: req.News}
	if _, _, err := p.where(req.News); err != nil {
		resp.Failures = []plugin.CheckFailure{{Reason: err.Error()}}
	}
	return resp, nil
}

// DiffConfig says what changed settings of the provider do: another region or another cluster replaces the
// provider, and with it everything it made; other settings only change it.
func (p *provider) DiffConfig(
	_ context.Context, req plugin.DiffConfigRequest,
) (plugin.DiffConfigResponse, error) {
	_, oldRealm, _ := p.where(req.OldInputs)
	_, newRealm, _ := p.where(req.NewInputs)
	diff := plugin.DiffResult{Changes: plugin.DiffNone, DetailedDiff: map[string]plugin.PropertyDiff{}}
	for _, key := range changedKeys(req.OldInputs, req.NewInputs) {
		diff.Changes = plugin.DiffSome
		decides := key == "region" || key == "kubeconfig" || key == "context" || key == "clusterIdentifier"
		diff.DetailedDiff[string(key)] = plugin.PropertyDiff{
			Kind:      kindOf(string(key), req.OldInputs, req.NewInputs, decides && oldRealm != newRealm),
			InputDiff: true,
		}
	}
	return diff, nil
}

func changedKeys(olds, news resource.PropertyMap) []resource.PropertyKey {
	var changed []resource.PropertyKey
	for key := range olds {
		if !olds[key].DeepEquals(news[key]) {
			changed = append(changed, key)
		}
	}
	for key := range news {
		if _, had := olds[key]; !had {
			changed = append(changed, key)
		}
	}
	return slices.DeleteFunc(changed, func(k resource.PropertyKey) bool { return k == "version" })
}

// Configure sets region, default tags and cluster for the calls that follow on this connection.
func (p *provider) Configure(
	_ context.Context, req plugin.ConfigureRequest,
) (plugin.ConfigureResponse, error) {
	place, realm, err := p.where(req.Inputs)
	if err != nil {
		return plugin.ConfigureResponse{}, status.Errorf(codes.InvalidArgument, "%s provider: %s", p.pkg, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.place, p.realm = place, realm
	return plugin.ConfigureResponse{}, nil
}

// configured returns what Configure set.
func (p *provider) configured() (facts.Place, string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.realm == "" {
		return facts.Place{}, "", status.Errorf(codes.FailedPrecondition,
			"the simulated %s provider is not configured on this connection; run the command again", p.pkg)
	}
	return p.place, p.realm, nil
}

// unknownRealm stands for a region or cluster that a preview does not know yet; never configured.
const unknownRealm = "unknown"

// where reads a provider's settings: its place, and its realm, the folder of the store.
func (p *provider) where(inputs resource.PropertyMap) (facts.Place, string, error) {
	place := facts.Place{Account: Account}
	switch p.pkg {
	case "aws":
		if inputs["region"].ContainsUnknowns() {
			return place, unknownRealm, nil
		}
		place.Region = text(inputs["region"])
		if place.Region == "" {
			return place, "", fmt.Errorf("region: got nothing, want an AWS region such as us-east-1; " +
				"set the config key aws:region, or Region on the provider")
		}
		if _, err := facts.Zones(place.Region); err != nil {
			return place, "", err // names the region
		}
		place.DefaultTags = facts.DefaultTags(inputs)
		return place, Account + "/" + place.Region, nil
	case "kubernetes":
		name, err := cluster(inputs)
		return place, "kubernetes/" + escape(name), err
	default:
		return place, p.pkg, nil
	}
}

// kubeconfig is the part of a kubeconfig that tells which cluster it means.
type kubeconfig struct {
	Current  string `yaml:"current-context"`
	Contexts []struct {
		Name    string
		Context struct{ Cluster string }
	}
	Clusters []struct {
		Name    string
		Cluster struct{ Server string }
	}
}

// cluster identifies the cluster of a kubernetes provider as the real provider does: by clusterIdentifier,
// else by the server of the kubeconfig's context. With neither it is "default", the user's own cluster.
func cluster(inputs resource.PropertyMap) (string, error) {
	for _, key := range []resource.PropertyKey{"clusterIdentifier", "kubeconfig", "context"} {
		if inputs[key].ContainsUnknowns() {
			return unknownRealm, nil
		}
	}
	if id := text(inputs["clusterIdentifier"]); id != "" {
		return id, nil
	}
	if !inputs.HasValue("kubeconfig") {
		return "default", nil
	}
	var config kubeconfig
	err := yaml.Unmarshal([]byte(text(inputs["kubeconfig"])), &config) // JSON is YAML
	context := text(inputs["context"])
	if context == "" {
		context = config.Current
	}
	servers := map[string]string{}
	for _, c := range config.Clusters {
		servers[c.Name] = c.Cluster.Server
	}
	for _, c := range config.Contexts {
		if server := servers[c.Context.Cluster]; err == nil && c.Name == context && server != "" {
			return server, nil
		}
	}
	// The text may hold a token: it is never shown.
	return "", fmt.Errorf("kubeconfig: got a text in which the context %q leads to no server, "+
		"want the contents (not the path) of a kubeconfig with that context and its cluster's server", context)
}

// text returns the string in v, which may be secret; "" for anything else.
func text(v resource.PropertyValue) string {
	if v = plain(v); v.IsString() {
		return strings.TrimSpace(v.StringValue())
	}
	return ""
}

// plain returns v without its secret wrapping.
func plain(v resource.PropertyValue) resource.PropertyValue {
	for v.IsSecret() {
		v = v.SecretValue().Element
	}
	return v
}
