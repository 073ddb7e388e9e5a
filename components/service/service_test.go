package service_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/cache"
	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/events"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/mesh"
	"github.com/ladder-iac/ladder/components/namespace"
	"github.com/ladder-iac/ladder/components/service"
	"github.com/ladder-iac/ladder/components/tokenkey"
	"github.com/ladder-iac/ladder/components/topology"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

func text(value string) pulumi.StringOutput { return pulumi.String(value).ToStringOutput() }

const (
	secretARN  = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
	repository = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app"
)

func imageOf(digit string) service.Image {
	digest := "sha256:" + strings.Repeat(digit, 64)
	return service.Image{URI: pulumi.String(repository + "@" + digest), Digest: digest}
}

// Stand-ins for components that services only read.
var (
	aKey   = &key.Key{ARN: text("arn:aws:kms:us-east-1:123456789012:key/1")}
	aCache = &cache.Cache{Endpoint: text("cache.example:6379"), SecretARN: text(secretARN + "cache")}
	aToken = &tokenkey.TokenKey{ARN: text(secretARN + "token")}
	aUser  = &credential.Credential{Username: "ladder", ARN: text(secretARN + "db")}
	aStore = &topology.Topology{
		ParameterName: text("/ladder/test/topology"),
		ParameterARN:  text("arn:aws:ssm:us-east-1:123456789012:parameter/ladder/test/topology"),
		Writer:        text("db.example"), Database: "ladder", Credential: aUser, Cache: aCache,
		Secrets: []pulumi.StringOutput{aUser.ARN, aCache.SecretARN},
	}
)

// world is what services live in.
func world(ctx *pulumi.Context) (*namespace.Namespace, *events.Events, error) {
	provider, err := kubernetes.NewProvider(ctx, "cluster", &kubernetes.ProviderArgs{})
	if err != nil {
		return nil, nil, err
	}
	cluster := &eks.EKS{Name: text("ladder-test-cluster"), Provider: provider}
	in, err := namespace.New(ctx, "app", &namespace.Args{Cluster: cluster, Mesh: &mesh.Mesh{}, Region: "us-east-1"})
	if err != nil {
		return nil, nil, err
	}
	bus, err := events.New(ctx, "events", &events.Args{Key: aKey})
	return in, bus, err
}

// all three services, each after an edit of its arguments.
func program(edit func(*service.Args)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		in, bus, err := world(ctx)
		if err != nil {
			return err
		}
		make := func(name string, args service.Args) (*service.Service, error) {
			args.Namespace, args.Image, args.Phase = in, imageOf("a"), 4
			edit(&args)
			return service.New(ctx, name, &args)
		}
		users, err := make("user-service", service.Args{
			Role: service.User, Key: aKey, Topology: aStore, TokenKey: aToken, Events: bus,
		})
		if err != nil {
			return err
		}
		items, err := make("data-service", service.Args{
			Role: service.Data, Key: aKey, Topology: aStore, Events: bus, Peers: []*service.Service{users},
		})
		if err != nil {
			return err
		}
		_, err = make("web-service", service.Args{Role: service.Web, Peers: []*service.Service{users, items}})
		return err
	}
}

func unchanged(*service.Args) {}

func withCanary(weight int) func(*service.Args) {
	return func(a *service.Args) { a.Canary = &service.Canary{Image: imageOf("b"), Weight: weight} }
}

// object reads a resource strictly as the type of Kubernetes's own API.
func object[T any](t *testing.T, g *graph.Graph, name string) T {
	t.Helper()
	r := graphtest.Find(t, g, name)
	written, err := json.Marshal(r.Inputs)
	require.NoError(t, err)
	var into T
	decoder := json.NewDecoder(strings.NewReader(string(written)))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&into), name)
	return into
}

func children(g *graph.Graph, service string) []string {
	var names []string
	for _, r := range g.Resources {
		if part, is := strings.CutPrefix(r.Name, service+"-"); is {
			names = append(names, part)
		}
	}
	return names
}

func TestParts(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(unchanged))
	stores := []string{
		"account", "budget", "callers", "deployment", "firewall", "identity", "migrate", "permissions", "role",
		"scaling", "service",
	}
	require.ElementsMatch(t, stores, children(g, "user-service"))
	require.ElementsMatch(t, stores, children(g, "data-service"))
	require.ElementsMatch(t, []string{"account", "budget", "callers", "deployment", "firewall", "scaling", "service"},
		children(g, "web-service"), "who has no data has no role and no schema")
}

// Pods get their role only if the association is there before them, and their schema only from a job that has ended.
func TestOrder(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(withCanary(5)))
	urn := func(name string) string { return graphtest.Find(t, g, name).URN }
	for _, pods := range []string{"user-service-deployment", "user-service-migrate", "user-service-canary-deployment"} {
		after := graphtest.Find(t, g, pods).Options.DependsOn
		for _, first := range []string{"identity", "account", "firewall"} {
			require.Contains(t, after, urn("user-service-"+first), pods)
		}
		require.Contains(t, after, urn("app-namespace"), pods)
	}
	require.Contains(t, graphtest.Find(t, g, "user-service-deployment").Options.DependsOn, urn("user-service-migrate"))
	canary := graphtest.Find(t, g, "user-service-canary-deployment").Options.DependsOn
	require.Contains(t, canary, urn("user-service-canary-migrate"), "a canary's schema comes before it, too")
}
