package stacks_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ebs"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/elasticache"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/image/imagetest"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/release/releasetest"
	"github.com/ladder-iac/ladder/internal/golden"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/stacks"
)

// run is a stack as it ships, with an artifact and an image made for the test.
func run(t *testing.T, stack string, set map[string]string) graph.Run {
	t.Helper()
	config := values(t, stack)
	config["ladder:artifact"] = releasetest.Artifact(t, release.ARM64)
	config["ladder:image"] = imagetest.Layout(t)
	maps.Copy(config, set)
	return graph.Run{Project: "ladder", Stack: stack, Config: config}
}

// packedFiles are the machine's files within its user data: base64 text in a JSON string.
var packedFiles = regexp.MustCompile(`H4sIA.*?\\nEND`)

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, stack := range built() {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			g, err := graph.Record(stacks.Run, run(t, stack, nil))
			require.NoError(t, err)
			golden.Equal(t, stack+".tree", g.Tree())
			for _, r := range g.Resources {
				if r.Type == "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition" { // held to its module in package mesh
					r.Inputs["spec"] = "(definition)"
				}
			}
			inputs, err := g.JSON()
			require.NoError(t, err)
			// The machine's scripts have goldens of their own, which can be read.
			text := packedFiles.ReplaceAllString(string(inputs), `(files)\nEND`)
			golden.Equal(t, stack+".json", packedScript.ReplaceAllString(text, `"userData": "(script)"`))
			golden.Equal(t, stack+".mmd", g.Mermaid())
		})
	}
}

func TestGoldenWithDomain(t *testing.T) {
	t.Parallel()
	set := map[string]string{"ladder:domain": "shop.example.com", "ladder:hostedZoneId": "Z0123456789ABC"}
	for _, stack := range built()[:3] { // phase 4 ships with one
		diff, err := graph.Compare(stacks.Run, run(t, stack, nil), run(t, stack, set))
		require.NoError(t, err)
		golden.Equal(t, stack+"-domain.diff", diff.Text())
	}
}

// packedScript is the whole of a launch template's user data in base64.
var packedScript = regexp.MustCompile(`"userData": "IyEvYmluL2Jhc2g[A-Za-z0-9+/=]*"`)

// A recorded phase is the same value every time.
func TestRecordingIsStable(t *testing.T) {
	t.Parallel()
	r := run(t, "phase1", nil)
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

func TestGuardsAreSilent(t *testing.T) {
	t.Parallel()
	trial := releasetest.Artifact(t, release.ARM64)
	for _, stack := range built() {
		set := map[string]string{"ladder:domain": "shop.example.com", "ladder:hostedZoneId": "Z0123456789ABC"}
		if stack == "phase3" {
			set["ladder:canary"] = `{"artifact": "` + another(t, trial) + `", "weight": 5}`
		}
		g, err := graph.Record(stacks.Run, run(t, stack, set))
		require.NoError(t, err)
		for name, guard := range guards {
			require.Empty(t, guard(g), stack+": "+name)
		}
	}
}

// another is a binary with another checksum.
func another(t *testing.T, artifact string) string {
	t.Helper()
	content, err := os.ReadFile(artifact)
	require.NoError(t, err)
	content = append(content, '\n')
	path := filepath.Join(t.TempDir(), "app")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	sum := fmt.Sprintf("%x  app\n", sha256.Sum256(content))
	require.NoError(t, os.WriteFile(path+".sha256", []byte(sum), 0o600))
	return path
}

// Each guard finds the mistake it is there for: a phase with that one mistake in it.
func TestGuardsFindMutations(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]struct {
		stack  string
		guard  string
		mutate pulumi.ResourceTransformation
		finds  string
	}{
		"volume unprotected": {"phase1", "protected", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if a.Type != "aws:ebs/volume:Volume" {
				return nil
			}
			return &pulumi.ResourceTransformationResult{Props: a.Props, Opts: append(a.Opts, pulumi.Protect(false))}
		}, "server-data"},
		"volume in the clear": {"phase1", "encrypted", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if volume, is := a.Props.(*ebs.VolumeArgs); is {
				volume.Encrypted = pulumi.Bool(false)
			}
			return nil
		}, "server-data"},
		"SSH open": {"phase1", "ports", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if rule, is := a.Props.(*vpc.SecurityGroupIngressRuleArgs); is {
				rule.FromPort = pulumi.Int(22)
			}
			return nil
		}, "server-firewall-http"},
		"database open": {"phase1", "ports", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if rule, is := a.Props.(*vpc.SecurityGroupIngressRuleArgs); is {
				rule.FromPort, rule.ToPort = pulumi.Int(5432), pulumi.Int(5432)
			}
			return nil
		}, "server-firewall-http"},
		"password in user data": {"phase1", "user data", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if instance, is := a.Props.(*ec2.InstanceArgs); is {
				instance.UserData = pulumi.String("#!/bin/bash\nexport PGPASSWORD=hunter2\n")
			}
			return nil
		}, "server-instance"},
		"secret in user data": {"phase1", "user data", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if instance, is := a.Props.(*ec2.InstanceArgs); is {
				instance.UserData = pulumi.ToSecret(pulumi.String("#!/bin/bash")).(pulumi.StringOutput)
			}
			return nil
		}, "server-instance"},
		"database in the clear": {"phase2", "encrypted", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if database, is := a.Props.(*rds.InstanceArgs); is {
				database.StorageEncrypted = pulumi.Bool(false)
			}
			return nil
		}, "postgres-primary"},
		"database on the internet": {"phase2", "private", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if database, is := a.Props.(*rds.InstanceArgs); is {
				database.PubliclyAccessible = pulumi.Bool(true)
			}
			return nil
		}, "postgres-replica-2"},
		"cluster in the clear": {"phase3", "encrypted", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if cluster, is := a.Props.(*rds.ClusterArgs); is {
				cluster.StorageEncrypted = nil
			}
			return nil
		}, "aurora-cluster"},
		"cache without TLS": {"phase3", "encrypted", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if group, is := a.Props.(*elasticache.ReplicationGroupArgs); is {
				group.TransitEncryptionEnabled = pulumi.Bool(false)
			}
			return nil
		}, "cache-group"},
		"metadata without a token": {"phase3", "metadata", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if template, is := a.Props.(*ec2.LaunchTemplateArgs); is {
				template.MetadataOptions = nil
			}
			return nil
		}, "web-blue-template"},
		"a role that may do all": {"phase2", "privilege", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if policy, is := a.Props.(*iam.RolePolicyArgs); is {
				policy.Policy = pulumi.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::x"]}]}`)
			}
			return nil
		}, "app-permissions"},
		"a role that may do it everywhere": {"phase3", "privilege", func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if policy, is := a.Props.(*iam.RolePolicyArgs); is {
				policy.Policy = pulumi.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["*"]}]}`)
			}
			return nil
		}, "web-permissions"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, err := graph.Record(func(ctx *pulumi.Context) error {
				if err := ctx.RegisterStackTransformation(m.mutate); err != nil {
					return err
				}
				return stacks.Run(ctx)
			}, run(t, m.stack, nil))
			require.NoError(t, err)
			require.Contains(t, guards[m.guard](g), m.finds)
		})
	}
}
