package stacks_test

import (
	"maps"
	"regexp"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ebs"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/release/releasetest"
	"github.com/ladder-iac/ladder/internal/golden"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/stacks"
)

// run is phase 1 as it ships, with an artifact made for the test.
func run(t *testing.T, set map[string]string) graph.Run {
	t.Helper()
	config := values(t)
	config["ladder:artifact"] = releasetest.Artifact(t, release.ARM64)
	maps.Copy(config, set)
	return graph.Run{Project: "ladder", Stack: "phase1", Config: config}
}

// packedFiles are the machine's files within its user data: base64 text in a JSON string.
var packedFiles = regexp.MustCompile(`H4sIA.*?\\nEND`)

func TestGolden(t *testing.T) {
	t.Parallel()
	g, err := graph.Record(stacks.Run, run(t, nil))
	require.NoError(t, err)
	golden.Equal(t, "phase1.tree", g.Tree())
	inputs, err := g.JSON()
	require.NoError(t, err)
	// The machine's scripts have goldens of their own, which can be read.
	golden.Equal(t, "phase1.json", packedFiles.ReplaceAllString(string(inputs), `(files)\nEND`))
	golden.Equal(t, "phase1.mmd", g.Mermaid())
}

func TestGoldenWithDomain(t *testing.T) {
	t.Parallel()
	set := map[string]string{"ladder:domain": "shop.example.com", "ladder:hostedZoneId": "Z0123456789ABC"}
	diff, err := graph.Compare(stacks.Run, run(t, nil), run(t, set))
	require.NoError(t, err)
	golden.Equal(t, "phase1-domain.diff", diff.Text())
}

// A recorded phase is the same value every time.
func TestRecordingIsStable(t *testing.T) {
	t.Parallel()
	r := run(t, nil)
	first, err := graph.Record(stacks.Run, r)
	require.NoError(t, err)
	for range 10 {
		again, err := graph.Record(stacks.Run, r)
		require.NoError(t, err)
		require.Equal(t, first, again)
	}
	diff, err := graph.Compare(stacks.Run, r, r)
	require.NoError(t, err)
	require.Len(t, diff.Same, len(first.Resources))
}

func TestGuardsAreSilentOnPhase1(t *testing.T) {
	t.Parallel()
	g, err := graph.Record(stacks.Run, run(t, nil))
	require.NoError(t, err)
	for name, guard := range guards {
		require.Empty(t, guard(g), name)
	}
}

// Each guard finds the mistake it is there for: a phase 1 with that one mistake in it.
func TestGuardsFindMutations(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]struct {
		guard  string
		mutate pulumi.ResourceTransformation
		finds  string
	}{
		"volume unprotected": {"protected", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if a.Type != "aws:ebs/volume:Volume" {
				return nil
			}
			return &pulumi.ResourceTransformationResult{Props: a.Props, Opts: append(a.Opts, pulumi.Protect(false))}
		}, "server-data"},
		"volume in the clear": {"encrypted", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if volume, is := a.Props.(*ebs.VolumeArgs); is {
				volume.Encrypted = pulumi.Bool(false)
			}
			return nil
		}, "server-data"},
		"SSH open": {"ports", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if rule, is := a.Props.(*vpc.SecurityGroupIngressRuleArgs); is {
				rule.FromPort = pulumi.Int(22)
			}
			return nil
		}, "server-firewall-http"},
		"database open": {"ports", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if rule, is := a.Props.(*vpc.SecurityGroupIngressRuleArgs); is {
				rule.FromPort, rule.ToPort = pulumi.Int(5432), pulumi.Int(5432)
			}
			return nil
		}, "server-firewall-http"},
		"password in user data": {"user data", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if instance, is := a.Props.(*ec2.InstanceArgs); is {
				instance.UserData = pulumi.String("#!/bin/bash\nexport PGPASSWORD=hunter2\n")
			}
			return nil
		}, "server-instance"},
		"secret in user data": {"user data", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if instance, is := a.Props.(*ec2.InstanceArgs); is {
				instance.UserData = pulumi.ToSecret(pulumi.String("#!/bin/bash")).(pulumi.StringOutput)
			}
			return nil
		}, "server-instance"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, err := graph.Record(func(ctx *pulumi.Context) error {
				if err := ctx.RegisterStackTransformation(m.mutate); err != nil {
					return err
				}
				return stacks.Run(ctx)
			}, run(t, nil))
			require.NoError(t, err)
			require.Contains(t, guards[m.guard](g), m.finds)
		})
	}
}
