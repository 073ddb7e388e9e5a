package web_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/cache"
	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/release/releasetest"
	"github.com/ladder-iac/ladder/components/tokenkey"
	"github.com/ladder-iac/ladder/components/topology"
	"github.com/ladder-iac/ladder/components/web"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// state is how a stack is configured: three zones and the defaults, but for what is named.
type state struct {
	zones    int  // default 3
	promoted bool // the release is the next one
	edit     func(args *web.Args, next *release.Release)
}

// with is a state with edited arguments.
func with(edit func(*web.Args)) state {
	return state{edit: func(a *web.Args, _ *release.Release) { edit(a) }}
}

// canary is a state with the next release on trial.
func canary(weight int) state {
	return state{edit: func(a *web.Args, next *release.Release) { a.Canary = &web.Canary{Release: next, Weight: weight} }}
}

func domain(a *web.Args) { a.Domain, a.HostedZoneID = "shop.example.com", "Z0123456789ABC" }

// artifacts are two binaries of the app.
func artifacts(t *testing.T) (first, next string) {
	t.Helper()
	first = releasetest.Artifact(t, release.ARM64)
	content, err := os.ReadFile(first)
	require.NoError(t, err)
	content = append(content, "next"...)
	next = filepath.Join(t.TempDir(), "next")
	require.NoError(t, os.WriteFile(next, content, 0o600))
	require.NoError(t, os.WriteFile(next+".sha256", fmt.Appendf(nil, "%x  next\n", sha256.Sum256(content)), 0o600))
	return first, next
}

// program makes what stands around the web, and the web of the state that the config names.
func program(t *testing.T, states map[string]state) pulumi.RunFunc {
	t.Helper()
	first, next := artifacts(t)
	return func(ctx *pulumi.Context) error {
		name, _ := ctx.GetConfig("test:state")
		s := states[name]
		zones := map[string]string{"a": "us-east-1a", "b": "us-east-1b", "c": "us-east-1c"}
		if s.zones == 2 {
			delete(zones, "c")
		}
		current := first
		if s.promoted {
			current = next
		}
		args, trial, err := surroundings(ctx, zones, current, next)
		if err != nil {
			return err
		}
		if s.edit != nil {
			s.edit(args, trial)
		}
		_, err = web.New(ctx, "web", args)
		return err
	}
}

// surroundings returns arguments as phase 3 has them, and the release on trial.
func surroundings(
	ctx *pulumi.Context, zones map[string]string, current, next string,
) (*web.Args, *release.Release, error) {
	k, err := key.New(ctx, "key", nil)
	if err != nil {
		return nil, nil, err
	}
	net, err := network.New(ctx, "net", &network.Args{
		Region: "us-east-1", Zones: zones, Tiers: []network.Tier{network.App},
	})
	if err != nil {
		return nil, nil, err
	}
	user, err := credential.New(ctx, "db", &credential.Args{Username: "ladder", Key: k})
	if err != nil {
		return nil, nil, err
	}
	signing, err := tokenkey.New(ctx, "token", &tokenkey.Args{Key: k})
	if err != nil {
		return nil, nil, err
	}
	data, err := topology.New(ctx, "topology", &topology.Args{
		Writer: pulumi.String("db.example"), SecurityGroupID: pulumi.String("sg-database"), Credential: user,
		Cache: &cache.Cache{
			Endpoint: text("cache.example:6379"), SecurityGroupID: text("sg-cache"),
			SecretARN: text("arn:aws:secretsmanager:us-east-1:123456789012:secret:cache"),
		},
	})
	if err != nil {
		return nil, nil, err
	}
	app, err := release.New(ctx, "release", &release.Args{Artifact: current, Key: k})
	if err != nil {
		return nil, nil, err
	}
	trial, err := release.New(ctx, "canary", &release.Args{Artifact: next, Key: k})
	return &web.Args{
		Network: net, Key: k, TokenKey: signing, Release: app, Topology: data, Phase: 3,
	}, trial, err
}

func text(value string) pulumi.StringOutput { return pulumi.String(value).ToStringOutput() }

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

// children are the names of the web's resources of a type.
func children(g *graph.Graph, token string) []string {
	var names []string
	for _, name := range graphtest.Names(g, token) {
		if strings.HasPrefix(name, "web-") {
			names = append(names, name)
		}
	}
	return names
}

const (
	groupType    = "aws:autoscaling/group:Group"
	listenerType = "aws:lb/listener:Listener"
	ruleType     = "aws:lb/listenerRule:ListenerRule"
)

func TestBalancer(t *testing.T) {
	t.Parallel()
	g := record(t, state{})
	balancer := inputs(t, g, "web-alb")
	for input, want := range map[string]any{
		"loadBalancerType": "application", "internal": false, "enableHttp2": true, "dropInvalidHeaderFields": true,
		"desyncMitigationMode": "defensive", "enableZonalShift": true, "idleTimeout": 60.0,
	} {
		require.Equal(t, want, balancer[input], input)
	}
	require.Len(t, balancer["subnets"], 3, "one in each zone")
	require.ElementsMatch(t, []string{"web-blue", "web-green"}, children(g, "aws:lb/targetGroup:TargetGroup"))
	for _, name := range []string{"web-blue", "web-green"} {
		targets := inputs(t, g, name)
		require.InDelta(t, 8080, targets["port"], 0, name)
		require.InDelta(t, 60, targets["deregistrationDelay"], 0, name)
		require.Equal(t, "least_outstanding_requests", targets["loadBalancingAlgorithmType"], name)
		require.NotContains(t, targets, "slowStart", "AWS refuses it with least outstanding requests")
		require.Subset(t, targets["healthCheck"], map[string]any{"path": "/readyz", "matcher": "200", "interval": 5.0})
		require.NotContains(t, targets, "name", "made up, so that a successor can stand beside it")
	}
}

// The name is kept for whoever points at it, by AWS and by Pulumi.
func TestBalancerIsKept(t *testing.T) {
	t.Parallel()
	balancer := graphtest.Find(t, record(t, state{}), "web-alb")
	require.True(t, balancer.Options.Protect)
	require.Equal(t, true, balancer.Inputs["enableDeletionProtection"])
}

// The balancer is told about the logs' bucket only once it may write into it.
func TestAccessLogs(t *testing.T) {
	t.Parallel()
	g := record(t, state{})
	logs := inputs(t, g, "web-alb")["accessLogs"].(map[string]any)
	require.Equal(t, true, logs["enabled"])
	require.Regexp(t, `^web-access-[0-9a-f]{7}$`, logs["bucket"])
	require.Contains(t, graphtest.Find(t, g, "web-alb").Options.DependsOn, graphtest.Find(t, g, "web-access-tls").URN)
	require.Contains(t, inputs(t, g, "web-access-tls")["policy"], `"logdelivery.elasticloadbalancing.amazonaws.com"`)
	require.True(t, graphtest.Find(t, g, "web-access").Options.Protect)
}

func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	g := record(t, state{})
	require.Equal(t, []string{"web-http"}, children(g, listenerType))
	require.Empty(t, graphtest.Names(g, "aws:acm/certificate:Certificate"))
	require.Equal(t, "forward", action(t, inputs(t, g, "web-http"), "defaultActions")["type"])
}

func TestHTTPS(t *testing.T) {
	t.Parallel()
	g := record(t, with(domain))
	redirect := action(t, inputs(t, g, "web-http"), "defaultActions")
	require.Equal(t, map[string]any{"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}, redirect["redirect"])
	secure := inputs(t, g, "web-https")
	require.Equal(t, "ELBSecurityPolicy-TLS13-1-2-Res-2021-06", secure["sslPolicy"])
	require.Equal(t, "HTTPS", secure["protocol"])
	require.Contains(t, graphtest.Find(t, g, "web-https").Options.DependsOn,
		graphtest.Find(t, g, "web-certificate-issued").URN, "AWS refuses a certificate that is not issued")
	require.Equal(t, "shop.example.com", inputs(t, g, "web-certificate")["domainName"])
	require.Equal(t, "Z0123456789ABC", inputs(t, g, "web-certificate-proof")["zoneId"])
	require.Contains(t, inputs(t, g, "web-rule")["listenerArn"], ":listener/")
	require.Contains(t, graphtest.Find(t, g, "web-rule").Options.DependsOn, graphtest.Find(t, g, "web-https").URN)
}

// action returns the only action of a listener or a rule.
func action(t *testing.T, of map[string]any, key string) map[string]any {
	t.Helper()
	list := of[key].([]any)
	require.Len(t, list, 1)
	return list[0].(map[string]any)
}

var ownGroup = regexp.MustCompile(`^sg-[0-9a-f]{17}$`)

// Everyone reaches the balancer, the balancer the machines, and the machines their stores; nothing else is open.
func TestFirewall(t *testing.T) {
	t.Parallel()
	g := record(t, with(domain))
	got := map[string]string{}
	for _, r := range g.Resources {
		if !strings.HasPrefix(r.Type, "aws:vpc/securityGroup") || !strings.HasPrefix(r.Name, "web-") {
			continue
		}
		require.Equal(t, r.Inputs["fromPort"], r.Inputs["toPort"], r.Name)
		peer, _ := r.Inputs["referencedSecurityGroupId"].(string)
		everyone, _ := r.Inputs["cidrIpv4"].(string)
		direction := "in"
		if strings.Contains(r.Type, "Egress") {
			direction = "out"
		}
		got[r.Name] = fmt.Sprintf("%s %v %s", direction, r.Inputs["fromPort"], everyone+ownGroup.ReplaceAllString(peer, "group"))
	}
	require.Equal(t, map[string]string{
		"web-firewall-balancer-http":     "in 80 0.0.0.0/0",
		"web-firewall-balancer-https":    "in 443 0.0.0.0/0",
		"web-firewall-balancer-out":      "out 8080 group",
		"web-firewall-app-in":            "in 8080 group",
		"web-firewall-app-out":           "out 443 0.0.0.0/0",
		"web-firewall-app-to-database":   "out 5432 sg-database",
		"web-firewall-app-into-database": "in 5432 group",
		"web-firewall-app-to-cache":      "out 6379 sg-cache",
		"web-firewall-app-into-cache":    "in 6379 group",
	}, got)
	require.NotContains(t, children(record(t, state{}), "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
		"web-firewall-balancer-https")
}
