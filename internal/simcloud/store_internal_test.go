package simcloud

import (
	"fmt"
	"os"
	"path"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/facts"
)

const here = Account + "/us-east-1"

// add makes a resource in the store without a server.
func add(tb testing.TB, s store, typ, name string, given map[string]any) record {
	tb.Helper()
	known, err := facts.Lookup(typ)
	require.NoError(tb, err)
	inputs := resource.NewPropertyMapFromMap(given)
	place := facts.Place{Account: Account, Region: path.Base(here), Seed: name}
	id, outputs := known.Create(place, name, inputs)
	r := record{URN: "urn:pulumi:a::b::" + typ + "::" + name, Type: typ, ID: id, inputs: inputs, outputs: outputs}
	require.NoError(tb, s.create(here, r))
	return r
}

// What was read once is read again when someone changed it by hand, or another command did.
func TestChangedFileIsReadAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ours, err := Open(dir)
	require.NoError(t, err)
	theirs, err := Open(dir)
	require.NoError(t, err)
	made := add(t, ours.store, vpc, "net", map[string]any{"cidrBlock": "10.0.0.0/16"})
	read := func() string {
		r, ok, err := ours.store.read(here, vpc, made.ID, nil)
		require.NoError(t, err)
		require.True(t, ok)
		return text(r.outputs["cidrBlock"])
	}
	require.Equal(t, "10.0.0.0/16", read())

	changed := made
	changed.outputs = made.outputs.Copy()
	changed.outputs["cidrBlock"] = resource.NewStringProperty("10.1.0.0/16") // as long as before
	require.NoError(t, theirs.store.update(here, changed, nil))
	require.Equal(t, "10.1.0.0/16", read())

	file := ours.store.path(here, vpc, made.ID, nil)
	require.NoError(t, os.WriteFile(file, []byte(`{"outputs":{"cidrBlock":"10.2.0.0/16"}}`), 0o600))
	r, ok, err := ours.store.load(file)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "10.2.0.0/16", text(r.outputs["cidrBlock"]))
	require.NoError(t, os.Remove(file))
	_, ok, err = ours.store.load(file)
	require.NoError(t, err)
	require.False(t, ok)
}

// BenchmarkReferences makes and deletes stacks of 100 and of 300 resources that name each other, most of one
// type: the worst case for names and references. A resource may cost little more in the larger one.
func BenchmarkReferences(b *testing.B) {
	for _, size := range []int{100, 300} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			for b.Loop() {
				cloud, err := Open(b.TempDir())
				require.NoError(b, err)
				network(b, cloud.store, size)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*size), "µs/resource")
		})
	}
}

func network(tb testing.TB, s store, size int) {
	tb.Helper()
	made := []record{add(tb, s, vpc, "net", map[string]any{"cidrBlock": "10.0.0.0/16"})}
	groups := size / 10
	for i := range groups {
		made = append(made, add(tb, s, "aws:ec2/securityGroup:SecurityGroup", fmt.Sprintf("group-%d", i),
			map[string]any{"vpcId": made[0].ID}))
	}
	for i := range size - groups - 1 {
		made = append(made, add(tb, s, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
			fmt.Sprintf("rule-%d", i), map[string]any{
				"securityGroupId": made[1+i%groups].ID, "referencedSecurityGroupId": made[1+(i+1)%groups].ID,
			}))
	}
	for i := range made {
		last := made[len(made)-1-i]
		require.NoError(tb, s.delete(here, last.Type, last.ID, last.outputs))
	}
}
