package components_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/components/budget"
	"github.com/ladder-iac/ladder/components/cache"
	"github.com/ladder-iac/ladder/components/cdn"
	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/dns"
	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/events"
	"github.com/ladder-iac/ladder/components/fleet"
	"github.com/ladder-iac/ladder/components/gateway"
	"github.com/ladder-iac/ladder/components/globaldb"
	"github.com/ladder-iac/ladder/components/image"
	"github.com/ladder-iac/ladder/components/image/imagetest"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/mesh"
	"github.com/ladder-iac/ladder/components/monitor"
	"github.com/ladder-iac/ladder/components/namespace"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/objective"
	"github.com/ladder-iac/ladder/components/peering"
	"github.com/ladder-iac/ladder/components/postgres"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/release/releasetest"
	"github.com/ladder-iac/ladder/components/service"
	"github.com/ladder-iac/ladder/components/tokenkey"
	"github.com/ladder-iac/ladder/components/topology"
	"github.com/ladder-iac/ladder/components/vm"
	"github.com/ladder-iac/ladder/components/web"
	"github.com/ladder-iac/ladder/internal/facts"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// every registers each component once, all under different names.
func every(t *testing.T) pulumi.RunFunc {
	t.Helper()
	artifact, layout := releasetest.Artifact(t, release.ARM64), imagetest.Layout(t)
	return func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		net, err := network.New(ctx, "net", &network.Args{
			Region: "us-east-1", Zones: map[string]string{"a": "us-east-1a", "b": "us-east-1b"},
			Tiers: []network.Tier{network.App, network.Data},
		})
		if err != nil {
			return err
		}
		user, err := credential.New(ctx, "db", &credential.Args{Username: "ladder", Key: k})
		if err != nil {
			return err
		}
		app, err := release.New(ctx, "release", &release.Args{Artifact: artifact, Key: k})
		if err != nil {
			return err
		}
		signing, err := tokenkey.New(ctx, "token", &tokenkey.Args{Key: k})
		if err != nil {
			return err
		}
		server, err := vm.New(ctx, "server", &vm.Args{
			Network: net, Subnet: net.Public[0], PostgresMajor: 17,
			Domain: "shop.example.com", Key: k, Credential: user, TokenKey: signing, Release: app, Phase: 1,
		})
		if err != nil {
			return err
		}
		clients := map[string]pulumi.StringInput{"app": pulumi.String("sg-0123456789abcdef0")}
		cluster, err := aurora.New(ctx, "cluster", &aurora.Args{
			VPCID: net.VPCID, Subnets: net.Data, Clients: clients, Key: k, Credential: user, Major: 17,
			Global: aurora.Global{Role: aurora.Primary},
		})
		if err != nil {
			return err
		}
		if err := twoRegions(ctx, net, cluster); err != nil {
			return err
		}
		db, err := postgres.New(ctx, "primary", &postgres.Args{
			VPCID: net.VPCID, Subnets: net.Data, Clients: clients, Key: k, Credential: user, Major: 17, Replicas: 1,
		})
		if err != nil {
			return err
		}
		shared, err := cache.New(ctx, "cache", &cache.Args{
			VPCID: net.VPCID, Subnets: net.Data, Clients: clients, Key: k, Version: "8.0",
		})
		if err != nil {
			return err
		}
		data, err := topology.New(ctx, "topology", &topology.Args{
			Writer: db.Writer, Readers: db.Readers, SecurityGroupID: db.SecurityGroupID, Credential: user, Cache: shared,
		})
		if err != nil {
			return err
		}
		if _, err := fleet.New(ctx, "app", &fleet.Args{
			Network: net, Domain: "shop.example.com",
			Key: k, TokenKey: signing, Release: app, Topology: data, Phase: 2,
		}); err != nil {
			return err
		}
		if _, err := web.New(ctx, "web", &web.Args{
			Network: net, Domain: "shop.example.com", HostedZoneID: "Z0123456789ABC",
			Key: k, TokenKey: signing, Release: app, Topology: data, Phase: 3,
		}); err != nil {
			return err
		}
		bus, err := events.New(ctx, "events", &events.Args{Key: k})
		if err != nil {
			return err
		}
		packed, err := image.New(ctx, "image", &image.Args{Layout: layout, Key: k})
		if err != nil {
			return err
		}
		pods, err := eks.New(ctx, "pods", &eks.Args{
			Network: net, Version: "1.36", Key: k, Admins: []string{"arn:aws:iam::123456789012:role/deploy"},
		})
		if err != nil {
			return err
		}
		if err := inCluster(ctx, pods, service.Args{
			Role: service.User, Image: service.Image{URI: packed.URI, Digest: packed.Digest},
			Key: k, Topology: data, TokenKey: signing, Events: bus, Phase: 4,
		}); err != nil {
			return err
		}
		if _, err := dns.New(ctx, "dns", &dns.Args{
			Domain: "shop.example.com", HostedZoneID: "Z0123456789ABC",
			Targets: []dns.Target{{Name: "server", Weight: 100, Address: server.Address, Checked: true}},
		}); err != nil {
			return err
		}
		watch, err := monitor.New(ctx, "monitor", &monitor.Args{
			Target:  monitor.Target{Availability: 99, P99: 200 * time.Millisecond, PeakQPS: 100},
			Watches: []monitor.Watch{monitor.Server(server)}, Triggers: []monitor.Trigger{monitor.DatabaseBottleneck(server)},
			Region: "us-east-1", Key: k, Email: "ops@example.com",
		})
		if err != nil {
			return err
		}
		if _, err := objective.New(ctx, "objective", &objective.Args{Phase: 1}); err != nil {
			return err
		}
		_, err = budget.New(ctx, "budget", &budget.Args{MonthlyUSD: 100, Topic: watch.Topic})
		return err
	}
}

// The contract of doc.go, for every component.
func TestContract(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, every(t))
	components := map[string]graph.Resource{}
	for _, r := range g.Resources {
		if strings.HasPrefix(r.Type, "ladder:") {
			components[r.URN] = r
		}
	}
	require.Len(t, components, 29, "a new component joins this test")
	for _, r := range g.Resources {
		if component, is := components[r.URN]; is {
			parts := strings.Split(component.Type, ":")
			require.Equal(t, parts[1], strings.ToLower(parts[2]), "package and type are the same noun: %s", r.Type)
			require.Empty(t, r.Parent, "%s stands directly under the stack", r.Name)
			require.Equal(t, 1, g.Finished[r.URN], "%s registers its outputs, and once", r.Name)
			continue
		}
		if r.Type == "pulumi:providers:aws" {
			continue
		}
		parent, has := components[r.Parent]
		require.True(t, has, "%s has a component as parent", r.Name)
		require.True(t, strings.HasPrefix(r.Name, parent.Name+"-"), "%s is named after its parent %s", r.Name, parent.Name)
		requireTags(t, r, parent)
		requireSafe(t, r)
	}
}

func requireTags(t *testing.T, r, parent graph.Resource) {
	t.Helper()
	if strings.HasPrefix(r.Type, "pulumi:providers:") {
		return
	}
	typ, err := facts.Lookup(r.Type)
	require.NoError(t, err)
	if !typ.HasInput("tags") || r.Type == "aws:s3/bucketObjectv2:BucketObjectv2" { // an object has ten tags at most
		return
	}
	tags := tagsOf(r)
	require.Equal(t, parent.Name, tags["component"], "%s names its component", r.Name)
	require.NotEmpty(t, tags["Name"], "%s has a name in the console", r.Name)
}

// tagsOf reads both forms: an Auto Scaling group lists its tags.
func tagsOf(r graph.Resource) map[string]any {
	if tags, is := r.Inputs["tags"].(map[string]any); is {
		return tags
	}
	tags := map[string]any{}
	list, _ := r.Inputs["tags"].([]any)
	for _, element := range list {
		pair, _ := element.(map[string]any)
		key, _ := pair["key"].(string)
		tags[key] = pair["value"]
	}
	return tags
}

// rebuildable names what is stateful by its type and yet holds nothing that cannot be made again.
var rebuildable = map[string]string{
	"release-bucket": "holds binaries that `make app` makes again",
	"cache-secret":   "holds a token that is made again",
	"cdn-bucket":     "holds pages that the app's source has",
}

func requireSafe(t *testing.T, r graph.Resource) {
	t.Helper()
	if !graph.Stateful(r.Type) || rebuildable[r.Name] != "" {
		return
	}
	require.True(t, r.Options.Protect, "%s (%s) holds data: protect it, or say why not in rebuildable", r.Name, r.Type)
}

// Nil arguments give an error that names what is wanted, and nothing is registered.
func TestNilArguments(t *testing.T) {
	t.Parallel()
	for name, construct := range map[string]func(*pulumi.Context) error{
		"network":    func(ctx *pulumi.Context) error { _, err := network.New(ctx, "x", nil); return err },
		"namespace":  func(ctx *pulumi.Context) error { _, err := namespace.New(ctx, "x", nil); return err },
		"service":    func(ctx *pulumi.Context) error { _, err := service.New(ctx, "x", nil); return err },
		"credential": func(ctx *pulumi.Context) error { _, err := credential.New(ctx, "x", nil); return err },
		"aurora":     func(ctx *pulumi.Context) error { _, err := aurora.New(ctx, "x", nil); return err },
		"globaldb":   func(ctx *pulumi.Context) error { _, err := globaldb.New(ctx, "x", nil); return err },
		"peering":    func(ctx *pulumi.Context) error { _, err := peering.New(ctx, "x", nil); return err },
		"postgres":   func(ctx *pulumi.Context) error { _, err := postgres.New(ctx, "x", nil); return err },
		"cache":      func(ctx *pulumi.Context) error { _, err := cache.New(ctx, "x", nil); return err },
		"tokenkey":   func(ctx *pulumi.Context) error { _, err := tokenkey.New(ctx, "x", nil); return err },
		"topology":   func(ctx *pulumi.Context) error { _, err := topology.New(ctx, "x", nil); return err },
		"image":      func(ctx *pulumi.Context) error { _, err := image.New(ctx, "x", nil); return err },
		"eks":        func(ctx *pulumi.Context) error { _, err := eks.New(ctx, "x", nil); return err },
		"mesh":       func(ctx *pulumi.Context) error { _, err := mesh.New(ctx, "x", nil); return err },
		"gateway":    func(ctx *pulumi.Context) error { _, err := gateway.New(ctx, "x", nil); return err },
		"fleet":      func(ctx *pulumi.Context) error { _, err := fleet.New(ctx, "x", nil); return err },
		"web":        func(ctx *pulumi.Context) error { _, err := web.New(ctx, "x", nil); return err },
		"release":    func(ctx *pulumi.Context) error { _, err := release.New(ctx, "x", nil); return err },
		"vm":         func(ctx *pulumi.Context) error { _, err := vm.New(ctx, "x", nil); return err },
		"events":     func(ctx *pulumi.Context) error { _, err := events.New(ctx, "x", nil); return err },
		"cdn":        func(ctx *pulumi.Context) error { _, err := cdn.New(ctx, "x", nil); return err },
		"dns":        func(ctx *pulumi.Context) error { _, err := dns.New(ctx, "x", nil); return err },
		"monitor":    func(ctx *pulumi.Context) error { _, err := monitor.New(ctx, "x", nil); return err },
		"objective":  func(ctx *pulumi.Context) error { _, err := objective.New(ctx, "x", nil); return err },
		"budget":     func(ctx *pulumi.Context) error { _, err := budget.New(ctx, "x", nil); return err },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := graphtest.Error(t, construct)
			require.Contains(t, text, name+` "x": `)
			require.Contains(t, text, "want ")
		})
	}
}
