package pack_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/project"
	"github.com/ladder-iac/ladder/internal/simcloud"
	"github.com/ladder-iac/ladder/policies/pack"
	"github.com/ladder-iac/ladder/policies/rule"
)

// resource is any resource: the test needs no SDK of a provider.
type resource struct{ pulumi.CustomResourceState }

// mistaken is a program with a mistake of each kind: known and unknown inputs, waived, lowered, of the whole stack.
func mistaken(ctx *pulumi.Context) error {
	purpose := &struct{ pulumi.ResourceState }{}
	// The objective says what it is for in its inputs alone: the pack takes them down as they pass.
	if err := ctx.RegisterComponentResourceV2(rule.ObjectiveType, "objective", pulumi.Map{
		"phase": pulumi.Int(1),
		"waivers": pulumi.ToMapArray([]map[string]any{{
			"rule": "protected", "resource": "data", "reason": "a test", "owner": "ops", "expires": "2099-12-31",
		}}),
		"rules": pulumi.ToMap(map[string]any{"component-tag": map[string]any{"level": "advisory"}}),
	}, purpose); err != nil {
		return err
	}
	provider := &pulumi.ProviderResourceState{}
	if err := ctx.RegisterResource("pulumi:providers:aws", "aws", pulumi.Map{
		"region": pulumi.String("us-east-1"), "skipRegionValidation": pulumi.Bool(true),
	}, provider); err != nil {
		return err
	}
	var failed error
	add := func(kind, name string, inputs pulumi.Map) *resource {
		r := &resource{}
		if err := ctx.RegisterResource(kind, name, inputs, r, pulumi.Provider(provider)); err != nil {
			failed = errors.Join(failed, err)
		}
		return r
	}
	vpc := add("aws:ec2/vpc:Vpc", "net", pulumi.Map{"cidrBlock": pulumi.String("10.0.0.0/16")})
	firewall := add("aws:ec2/securityGroup:SecurityGroup", "firewall", pulumi.Map{"vpcId": vpc.ID()})
	add("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "ssh", pulumi.Map{
		"securityGroupId": firewall.ID(), "cidrIpv4": pulumi.String("0.0.0.0/0"), "ipProtocol": pulumi.String("tcp"),
		"fromPort": pulumi.Int(22), "toPort": pulumi.Int(22),
	})
	add("aws:ebs/volume:Volume", "data", pulumi.Map{
		"availabilityZone": pulumi.String("us-east-1a"), "size": pulumi.Int(4000), "encrypted": pulumi.Bool(false),
	})
	add("aws:secretsmanager/secret:Secret", "secret", pulumi.Map{})
	add("aws:cloudwatch/logGroup:LogGroup", "logs", pulumi.Map{})
	add("aws:s3/bucketV2:BucketV2", "files", pulumi.Map{})
	return failed
}

// The engine says of a preview and of an update what Check says of the recorded program.
func TestEngineAgrees(t *testing.T) {
	t.Parallel()
	found, err := project.Find("../..")
	require.NoError(t, err)
	binary := build(t, found.Root)
	recorded, err := graph.Record(mistaken, graph.Run{Project: "ladder", Stack: "phase1", Config: map[string]string{}})
	require.NoError(t, err)
	want := lines(pack.Check(recorded.Resources, time.Now()))
	for _, id := range []string{
		"open-ports", "ebs-encrypted", "band-total", "secret-encrypted", "logs-share", "bucket-tls", "component-tag", "backups",
	} {
		require.True(t, slices.ContainsFunc(want, func(line string) bool { return strings.HasPrefix(line, id+" ") }), id)
	}
	dir := t.TempDir()
	cloud, err := simcloud.Open(filepath.Join(dir, "cloud"))
	require.NoError(t, err)
	servers, err := cloud.Serve(0)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, servers.Close()) })
	heard := &heard{}
	stack, err := engine.Open(t.Context(), engine.Options{
		Project: found, Stack: "phase1", Program: mistaken, Env: os.Environ(), PolicyPacks: []string{binary},
		Events:   heard.event,
		Simulate: &engine.Simulation{Dir: dir, Env: servers.Env(), Lookup: cloud.Lookup},
	})
	require.NoError(t, err)
	_, err = stack.Preview(t.Context())
	require.ErrorIs(t, err, engine.ErrPolicy)
	require.Equal(t, want, heard.lines(t, err))
	_, err = stack.Up(t.Context())
	require.ErrorIs(t, err, engine.ErrPolicy)
	require.Equal(t, want, heard.lines(t, err))
}

func build(t *testing.T, root string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "policies")
	command := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./policies")
	command.Dir = root
	text, err := command.CombinedOutput()
	require.NoError(t, err, string(text))
	return binary
}

// lines are violations as the engine's can be compared with: rule, level, URN, message.
func lines(violations []pack.Violation) []string {
	var list []string
	for _, v := range violations {
		list = append(list, strings.Join([]string{v.Rule, string(v.Level), v.URN, v.Message}, " "))
	}
	slices.Sort(list)
	return list
}

// heard keeps what the engine said of advisory policies.
type heard struct {
	mu   sync.Mutex
	said []pack.Violation
}

func (h *heard) event(e engine.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if v, is := violation(rule.Advisory, e.URN, e.Message); is && !e.Error {
		h.said = append(h.said, v)
	}
}

// lines are all that was said since the last time, and what the error holds.
func (h *heard) lines(t *testing.T, err error) []string {
	t.Helper()
	failed, is := errors.AsType[*engine.OperationError](err)
	require.True(t, is)
	h.mu.Lock()
	defer h.mu.Unlock()
	all := h.said
	h.said = nil
	for _, p := range failed.Problems {
		v, is := violation(rule.Mandatory, p.URN, p.Message)
		require.True(t, is, p.Message)
		all = append(all, v)
	}
	return lines(all)
}

// violation reads what the engine says of one: "policy: why\nmessage".
func violation(level rule.Level, urn, text string) (pack.Violation, bool) {
	head, message, is := strings.Cut(text, "\n")
	policy, _, named := strings.Cut(head, ": ")
	if _, known := pack.Find(pack.RuleOf(policy)); !is || !named || !known {
		return pack.Violation{}, false
	}
	if strings.Contains(urn, "::pulumi:pulumi:Stack::") {
		urn = ""
	}
	return pack.Violation{Rule: pack.RuleOf(policy), Level: level, URN: urn, Message: strings.TrimSpace(message)}, true
}
