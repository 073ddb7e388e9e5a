package fleet_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/fleet"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/release/releasetest"
	"github.com/ladder-iac/ladder/components/tokenkey"
	"github.com/ladder-iac/ladder/components/topology"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

const (
	instanceType = "aws:ec2/instance:Instance"
	addressType  = "aws:ec2/eip:Eip"
)

// state is how a stack is configured: two zones and the defaults, but for what is named.
type state struct {
	zones    int    // default 2
	artifact string // the app's binary; default the first one
	edit     func(*fleet.Args)
}

func with(edit func(*fleet.Args)) state { return state{edit: edit} }

func servers(n int) state { return with(func(a *fleet.Args) { a.Servers = n }) }

func domain(a *fleet.Args) { a.Domain = "shop.example.com" }

// program makes the fleet of the state that the config names, and what stands around it.
func program(t *testing.T, states map[string]state) pulumi.RunFunc {
	t.Helper()
	first := releasetest.Artifact(t, release.ARM64)
	return func(ctx *pulumi.Context) error {
		name, _ := ctx.GetConfig("test:state")
		s := states[name]
		if s.artifact == "" {
			s.artifact = first
		}
		args, err := surroundings(ctx, s)
		if err != nil {
			return err
		}
		if s.edit != nil {
			s.edit(args)
		}
		f, err := fleet.New(ctx, "app", args)
		if err != nil {
			return err
		}
		ctx.Export("addresses", pulumi.ToStringArrayOutput(f.Addresses))
		return nil
	}
}

// surroundings returns arguments as phase 2 has them.
func surroundings(ctx *pulumi.Context, s state) (*fleet.Args, error) {
	k, err := key.New(ctx, "key", nil)
	if err != nil {
		return nil, err
	}
	zones := map[string]string{"a": "us-east-1a", "b": "us-east-1b"}
	if s.zones == 3 {
		zones["c"] = "us-east-1c"
	}
	net, err := network.New(ctx, "net", &network.Args{Region: "us-east-1", Zones: zones})
	if err != nil {
		return nil, err
	}
	user, err := credential.New(ctx, "db", &credential.Args{Username: "ladder", Key: k})
	if err != nil {
		return nil, err
	}
	signing, err := tokenkey.New(ctx, "token", &tokenkey.Args{Key: k})
	if err != nil {
		return nil, err
	}
	data, err := topology.New(ctx, "topology", &topology.Args{
		Writer: pulumi.String("db.example"), SecurityGroupID: pulumi.String("sg-database"), Credential: user,
	})
	if err != nil {
		return nil, err
	}
	app, err := release.New(ctx, "release", &release.Args{Artifact: s.artifact, Key: k})
	return &fleet.Args{
		Network: net, Key: k, TokenKey: signing, Release: app, Topology: data, Phase: 2,
	}, err
}

func in(name string) graph.Run {
	run := graphtest.Run()
	run.Config["test:state"] = name
	return run
}

func record(t *testing.T, s state) *graph.Graph {
	t.Helper()
	g, err := graph.Record(program(t, map[string]state{"it": s}), in("it"))
	require.NoError(t, err)
	return g
}

func inputs(t *testing.T, g *graph.Graph, name string) map[string]any {
	t.Helper()
	return graphtest.Find(t, g, name).Inputs
}

// Server after server stands in zone after zone, each behind an address of its own.
func TestServersByOrdinalAndZone(t *testing.T) {
	t.Parallel()
	g := record(t, state{zones: 3, edit: func(a *fleet.Args) { a.Servers = 4 }})
	require.ElementsMatch(t, []string{"app-1", "app-2", "app-3", "app-4"}, graphtest.Names(g, instanceType))
	require.Len(t, graphtest.Names(g, addressType), 4)
	zone := func(slot string) string { return graphtest.Find(t, g, "net-public-"+slot).URN }
	for ordinal, slot := range map[int]string{1: "a", 2: "b", 3: "c", 4: "a"} {
		name := fmt.Sprintf("app-%d", ordinal)
		server := graphtest.Find(t, g, name)
		require.Contains(t, server.Options.DependsOn, zone(slot), name)
		require.Equal(t, map[string]any{"component": "app", "Name": name, "domain": ""}, server.Inputs["tags"])
		association := graphtest.Find(t, g, name+"-address-association").Options
		require.Contains(t, association.DependsOn, server.URN, name)
		require.Contains(t, association.DependsOn, graphtest.Find(t, g, name+"-address").URN, name)
		require.Contains(t, association.DependsOn, graphtest.Find(t, g, "net-internet").URN, "AWS wants the way out first")
		require.True(t, association.DeleteBeforeReplace, "an address is at one machine")
		require.True(t, graphtest.Find(t, g, name+"-address").Options.Protect, "names and clients point at it")
	}
}

func TestOutputsAreByOrdinal(t *testing.T) {
	t.Parallel()
	artifact := releasetest.Artifact(t, release.ARM64)
	var addresses, ids []any
	graphtest.Record(t, func(ctx *pulumi.Context) error {
		args, err := surroundings(ctx, state{artifact: artifact})
		if err != nil {
			return err
		}
		args.Servers = 3
		f, err := fleet.New(ctx, "app", args)
		if err != nil {
			return err
		}
		require.Len(t, f.Addresses, 3)
		require.Len(t, f.InstanceIDs, 3)
		pulumi.All(f.Addresses[0], f.Addresses[1], f.Addresses[2]).ApplyT(func(v []any) int { addresses = v; return 0 })
		pulumi.All(f.InstanceIDs[0], f.InstanceIDs[1], f.InstanceIDs[2]).ApplyT(func(v []any) int { ids = v; return 0 })
		return nil
	})
	g := record(t, servers(3))
	for i := range 3 {
		association := inputs(t, g, fmt.Sprintf("app-%d-address-association", i+1))
		require.Equal(t, association["instanceId"], ids[i])
		require.Regexp(t, `^\d+\.\d+\.\d+\.\d+$`, addresses[i])
		require.NotContains(t, addresses[i+1:], addresses[i])
	}
}

func TestMachine(t *testing.T) {
	t.Parallel()
	g := record(t, state{})
	server := graphtest.Find(t, g, "app-1")
	require.Equal(t, "c7g.large", server.Inputs["instanceType"])
	require.ElementsMatch(t, []string{"ami", "userData", "subnetId"}, server.Options.IgnoreChanges)
	require.Equal(t, []string{"tags.domain"}, server.Options.ReplaceOnChanges)
	require.NotContains(t, server.Inputs, "keyName", "no SSH")
	require.NotContains(t, server.Inputs, "creditSpecification")
	metadata := server.Inputs["metadataOptions"].(map[string]any)
	require.Equal(t, "required", metadata["httpTokens"], "IMDSv2 only")
	require.InDelta(t, 1, metadata["httpPutResponseHopLimit"], 0)
	disk := server.Inputs["rootBlockDevice"].(map[string]any)
	require.Equal(t, true, disk["encrypted"])
	require.Contains(t, disk["kmsKeyId"], "arn:aws:kms:us-east-1:")
	burstable := inputs(t, record(t, with(func(a *fleet.Args) { a.InstanceType = "t4g.large" })), "app-1")
	require.Equal(t, map[string]any{"cpuCredits": "standard"}, burstable["creditSpecification"])
}

var (
	delayLine  = regexp.MustCompile(`(?m)^RELEASE_DELAY=(\d+)$`)
	domainLine = regexp.MustCompile(`(?m)^DOMAIN=(.*)$`)
)

func script(t *testing.T, g *graph.Graph, name string) string {
	t.Helper()
	script, public := inputs(t, g, name)["userData"].(string)
	require.True(t, public)
	require.True(t, strings.HasPrefix(script, "#!/bin/bash"), "nothing in it is secret")
	return script
}

// A release reaches one server after another, in a bounded number of turns. A turn is over before the next begins: a
// machine takes up to 420 s (machine.AppParams).
func TestReleaseDelayByOrdinal(t *testing.T) {
	t.Parallel()
	g := record(t, servers(42))
	delays := make([]int, 42)
	for i := range delays {
		found := delayLine.FindStringSubmatch(script(t, g, fmt.Sprintf("app-%d", i+1)))
		require.NotNil(t, found)
		seconds, err := strconv.Atoi(found[1])
		require.NoError(t, err)
		delays[i] = seconds
	}
	turn, turns := delays[1], 1+slices.Index(delays[1:], 0)
	require.Greater(t, turn, 420)
	require.GreaterOrEqual(t, turns, 10, "a tenth of the servers at a time")
	for i, delay := range delays {
		require.Equal(t, i%turns*turn, delay, "app-%d", i+1)
	}
}

// The script names the secrets, and holds none.
func TestUserDataHasNoSecrets(t *testing.T) {
	t.Parallel()
	text := script(t, record(t, with(domain)), "app-1")
	require.NotContains(t, text, graph.Secret)
	require.Regexp(t, `(?m)^SECRET_ARN=arn:aws:secretsmanager:us-east-1:\d{12}:secret:`, text)
	require.Regexp(t, `(?m)^TOKEN_KEY_SECRET_ARN=arn:aws:secretsmanager:us-east-1:\d{12}:secret:`, text)
	require.Contains(t, text, "RELEASE_PARAMETER=/ladder/test/release\n")
	require.Contains(t, text, "TOPOLOGY_PARAMETER=/ladder/test/topology\n")
	require.Contains(t, text, "DIRECT=1\n", "users reach it without a load balancer")
	require.Equal(t, "shop.example.com", domainLine.FindStringSubmatch(text)[1])
}

var ownGroup = regexp.MustCompile(`^sg-[0-9a-f]{17}$`)

// Everyone reaches the servers, they their stores, and nothing else is open.
func TestFirewall(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for _, r := range record(t, with(domain)).Resources {
		if !strings.HasPrefix(r.Type, "aws:vpc/securityGroup") || !strings.HasPrefix(r.Name, "app-") {
			continue
		}
		require.Equal(t, r.Inputs["fromPort"], r.Inputs["toPort"], r.Name)
		peer, _ := r.Inputs["referencedSecurityGroupId"].(string)
		everyone, _ := r.Inputs["cidrIpv4"].(string)
		direction := "in"
		if strings.Contains(r.Type, "Egress") {
			direction = "out"
		}
		got[r.Name] = fmt.Sprintf("%s %v %s", direction, r.Inputs["toPort"], everyone+ownGroup.ReplaceAllString(peer, "servers"))
	}
	require.Equal(t, map[string]string{
		"app-firewall-http":          "in 80 0.0.0.0/0",
		"app-firewall-https":         "in 443 0.0.0.0/0",
		"app-firewall-out":           "out 443 0.0.0.0/0",
		"app-firewall-to-database":   "out 5432 sg-database",
		"app-firewall-into-database": "in 5432 servers",
	}, got)
	require.NotContains(t, graphtest.Names(record(t, state{}),
		"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"), "app-firewall-https")
}

// another writes a binary that is not the first one.
func another(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(releasetest.Artifact(t, release.ARM64))
	require.NoError(t, err)
	content = append(content, "next"...)
	path := filepath.Join(t.TempDir(), "next")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	require.NoError(t, os.WriteFile(path+".sha256", fmt.Appendf(nil, "%x  next\n", sha256.Sum256(content)), 0o600))
	return path
}
