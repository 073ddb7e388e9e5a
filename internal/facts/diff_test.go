package facts_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/facts"
	"github.com/ladder-iac/ladder/internal/facts/factstest"
)

var here = facts.Place{Account: "210987654321", Region: "us-east-1", Seed: "test"}

func lookup(t require.TestingT, token string) *facts.Type {
	typ, err := facts.Lookup(token)
	require.NoError(t, err)
	return typ
}

// TestCases runs the table that the engine's test runs too.
func TestCases(t *testing.T) {
	t.Parallel()
	seen, types := map[string]bool{}, map[string]bool{}
	for _, c := range factstest.Cases() {
		require.False(t, seen[c.Name], "two cases are called %q", c.Name)
		seen[c.Name], types[c.Token] = true, true
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			typ := lookup(t, c.Token)
			was, is := c.Inputs()
			require.Empty(t, typ.Check(was))
			require.Empty(t, typ.Check(is))
			_, outputs := typ.Create(here, "it", was)
			diff := typ.Diff(was, outputs, is)
			require.Equal(t, c.Want, diff.Kind, "%v", diff.Changes)
			require.Equal(t, c.DeleteBeforeReplace, diff.DeleteBeforeReplace)
			var paths []string
			for _, change := range diff.Changes {
				paths = append(paths, change.Path)
			}
			require.Equal(t, c.Paths, paths)
		})
	}
	require.GreaterOrEqual(t, len(seen), 20)
	require.GreaterOrEqual(t, len(types), 10)
}

func props(m map[string]any) resource.PropertyMap { return resource.NewPropertyMapFromMap(m) }

func TestDiffFilledIn(t *testing.T) {
	t.Parallel()
	typ := lookup(t, "aws:ec2/subnet:Subnet")
	old := props(map[string]any{"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24"})
	outputs := props(map[string]any{"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "availabilityZone": "us-east-1c"})

	given := old.Copy()
	given["availabilityZone"] = resource.NewStringProperty("us-east-1c")
	require.Equal(t, facts.Same, typ.Diff(old, outputs, given).Kind, "what AWS chose is given now")
	require.Equal(t, facts.Same, typ.Diff(given, outputs, old).Kind, "what AWS would keep is left out")
	given["availabilityZone"] = resource.NewStringProperty("us-east-1a")
	require.Equal(t, facts.Replace, typ.Diff(old, outputs, given).Kind)
}

func TestDiffUnknownAndSecret(t *testing.T) {
	t.Parallel()
	typ := lookup(t, "aws:ec2/instance:Instance")
	old := props(map[string]any{"ami": "ami-1", "instanceType": "t4g.large"})
	outputs := old

	next := old.Copy()
	next["ami"] = resource.MakeComputed(resource.NewStringProperty(""))
	require.Equal(t, facts.Replace, typ.Diff(old, outputs, next).Kind)
	next = old.Copy()
	next["instanceType"] = resource.MakeOutput(resource.NewStringProperty(""))
	require.Equal(t, facts.Update, typ.Diff(old, outputs, next).Kind)
	next = old.Copy()
	next["instanceType"] = resource.MakeSecret(resource.NewStringProperty("t4g.large"))
	require.Equal(t, facts.Same, typ.Diff(old, outputs, next).Kind, "wrapped in a secret it is the same")

	cache := lookup(t, "aws:elasticache/replicationGroup:ReplicationGroup")
	old = props(map[string]any{"description": "c", "engine": "valkey"})
	next = old.Copy()
	next["engine"] = resource.MakeComputed(resource.NewStringProperty(""))
	require.Equal(t, facts.Replace, cache.Diff(old, old, next).Kind, "it may turn out to be redis")
}

// The facts hold the moves of Aurora MySQL and of Multi-AZ clusters; the provider decides by "aurora" alone.
func TestDiffStorageOfAurora(t *testing.T) {
	t.Parallel()
	typ := lookup(t, "aws:rds/cluster:Cluster")
	for engine, want := range map[string]facts.Kind{
		"aurora-mysql": facts.Update, "aurora-postgresql": facts.Update, "mysql": facts.Replace, "postgres": facts.Replace,
	} {
		old := props(map[string]any{"engine": engine, "storageType": "io1"})
		next := props(map[string]any{"engine": engine, "storageType": "io2"})
		require.Equal(t, want, typ.Diff(old, old, next).Kind, engine)
	}
}

func TestDiffDocuments(t *testing.T) {
	t.Parallel()
	typ := lookup(t, "aws:iam/rolePolicy:RolePolicy")
	old := props(map[string]any{"role": "web", "policy": `{"Version":"2012-10-17","Statement":[]}`})
	next := props(map[string]any{"role": "web", "policy": "{ \"Statement\": [],\n \"Version\": \"2012-10-17\" }"})
	require.Equal(t, facts.Same, typ.Diff(old, old, next).Kind)
	next["policy"] = resource.NewStringProperty(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny"}]}`)
	require.Equal(t, facts.Update, typ.Diff(old, old, next).Kind)
}
