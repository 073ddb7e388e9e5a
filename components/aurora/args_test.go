package aurora_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// mistake is a bad value of a field, and what the user is told.
type mistake struct {
	edit func(*aurora.Args)
	want string
}

// mistakes has at least one for every field, by the field's name.
var mistakes = map[string][]mistake{
	"VPCID": {{func(a *aurora.Args) { a.VPCID = nil }, "VPCID: got nothing, want the network's VPC"}},
	"Subnets": {
		{func(a *aurora.Args) { a.Subnets = nil }, "Subnets: got \"0 zones\", want 2 or 3"},
		{func(a *aurora.Args) { a.Subnets = subnets("a") }, "Subnets: got \"1 zones\", want 2 or 3: a reader in the writer's zone fails with it; add a zone"},
		{func(a *aurora.Args) { a.Subnets = subnets("a", "b", "c", "d") }, "Subnets: got \"4 zones\", want 2 or 3"},
		{func(a *aurora.Args) { a.Subnets = subnets("a", "b", "b") }, "got \"3 subnets in 2 zones\", want one subnet for each zone"},
		{func(a *aurora.Args) { a.Subnets = make([]network.Subnet, 2) }, "want subnets of a network component, with slot, zone and id"},
	},
	"Clients": {
		{func(a *aurora.Args) { a.Clients = map[string]pulumi.StringInput{"web": nil} }, `Clients: got "web", want the id of its security group`},
		{func(a *aurora.Args) { a.Clients = map[string]pulumi.StringInput{"": pulumi.String("sg-1")} }, `Clients: got "", want a name of`},
		{func(a *aurora.Args) { a.Clients = map[string]pulumi.StringInput{"Web 1": pulumi.String("sg-1")} }, `Clients: got "Web 1", want a name of`},
	},
	"Key":        {{func(a *aurora.Args) { a.Key = nil }, "Key: got nothing, want a key component"}},
	"Credential": {{func(a *aurora.Args) { a.Credential = nil }, "Credential: got nothing, want a credential component"}},
	"Database": {
		{func(a *aurora.Args) { a.Database = "1shop" }, `Database: got "1shop", want a letter, then`},
		{func(a *aurora.Args) { a.Database = "my-shop" }, `Database: got "my-shop", want a letter, then`},
		{func(a *aurora.Args) { a.Database = strings.Repeat("x", 64) }, "at most 63"},
		{func(a *aurora.Args) { a.Database = "postgres" }, `Database: got "postgres", want another name`},
	},
	"Major": {
		{func(a *aurora.Args) { a.Major = 0 }, "Major: got 0, want "},
		{func(a *aurora.Args) { a.Major = 11 }, "Major: got 11, want "},
		{func(a *aurora.Args) { a.Major = 99 }, "Major: got 99, want "},
	},
	"Class": {
		{func(a *aurora.Args) { a.Class = "r7g.xlarge" }, `Class: got "r7g.xlarge", want a class of db.r6g, db.r7g, db.r8g, db.t4g, such as db.r7g.large`},
		{func(a *aurora.Args) { a.Class = "db.m7g.large" }, `Class: got "db.m7g.large", want a class of`}, // of RDS, not of Aurora
		{func(a *aurora.Args) { a.Class = "db.t4g.micro" }, `Class: got "db.t4g.micro", want a size that Aurora has of db.t4g: medium, large`},
		{func(a *aurora.Args) { a.Class = "db.r7g.24xlarge" }, "12xlarge, 16xlarge"},
		{func(a *aurora.Args) { a.Class = "db.serverless" }, `got "db.serverless", want a class of`},
		{func(a *aurora.Args) { a.Class = "large" }, `got "large", want a class of`},
		{func(a *aurora.Args) { a.Class = "." }, `got ".", want a class of`},
	},
	"Readers": {
		{func(a *aurora.Args) { a.Readers.Min = -1 }, "Readers.Min: got -1, want 0 to 15"},
		{func(a *aurora.Args) { a.Readers.Min = 16 }, "Readers.Min: got 16, want 0 to 15"},
		{func(a *aurora.Args) { a.Readers = aurora.Readers{Min: 15, Analytics: "db.r7g.large"} }, "Readers.Min: got 15, want 0 to 14"},
		{func(a *aurora.Args) { a.Readers = aurora.Readers{Min: 3, Max: 2} }, "Readers.Max: got 2, want Readers.Min, which is 3, to 15"},
		{func(a *aurora.Args) { a.Readers = aurora.Readers{Min: 2, Max: 16} }, "Readers.Max: got 16, want Readers.Min, which is 2, to 15"},
		{func(a *aurora.Args) { a.Readers = aurora.Readers{Max: 2} }, "Readers.Min: got 0, want at least 1 with autoscaling"},
		{func(a *aurora.Args) { a.Readers.Analytics = "db.m7g.large" }, `Readers.Analytics: got "db.m7g.large", want a class of`},
		{func(a *aurora.Args) { a.Readers = aurora.Readers{Analytics: "db.r7g.large"} }, "Readers.Min: got 0, want at least 1 with Analytics"},
	},
	"IOMode": {{func(a *aurora.Args) { a.IOMode = "fast" }, `IOMode: got "fast", want "standard" or "optimized"`}},
	"BackupDays": {
		{func(a *aurora.Args) { a.BackupDays = -1 }, "BackupDays: got -1, want 1 to 35 days"},
		{func(a *aurora.Args) { a.BackupDays = 36 }, "BackupDays: got 36, want 1 to 35 days"},
	},
	"Global": {
		{func(a *aurora.Args) { a.Global.Role = "third" }, `Global.Role: got "third", want none, "primary" or "secondary"`},
		{func(a *aurora.Args) { a.Global.ClusterID = pulumi.String("global") }, `Global.ClusterID: got "an id", want none`},
		{func(a *aurora.Args) { a.Global.Version = pulumi.String("17.4") }, `Global.Version: got "a version", want none`},
		{func(a *aurora.Args) { a.Global.Region = "us-east-1" }, `Global.Region: got "us-east-1", want none`},
		{func(a *aurora.Args) { secondary(a); a.Global.ClusterID = nil }, "Global.ClusterID: got nothing, want the id of the global"},
		{func(a *aurora.Args) { secondary(a); a.Global.Version = nil }, "Global.Version: got nothing, want the primary's"},
		{func(a *aurora.Args) { secondary(a); a.Global.Region = "" }, "Global.Region: got nothing, want the primary's region"},
		{func(a *aurora.Args) { secondary(a); a.Global.Region = "us-east-1" }, `Subnets: got "us-east-1a", want a zone of another region than us-east-1`},
		{func(a *aurora.Args) { o := a.Credential; secondary(a); a.Credential = o }, `Credential: got "a credential", want none: a secondary has its primary's users`},
		{func(a *aurora.Args) { secondary(a); a.Readers.Max = 5 }, "Readers.Max: got 5, want Readers.Min, which is 2: AWS scales no secondary"},
		{func(a *aurora.Args) { secondary(a); a.Database = "shop" }, `Database: got "shop", want none: a secondary has its primary's`},
		{func(a *aurora.Args) { primary(a); a.Class = "db.t4g.large" }, `Class: got "db.t4g.large", want a memory-optimised class`},
		{func(a *aurora.Args) { secondary(a); a.Class = "db.t4g.medium" }, `Class: got "db.t4g.medium", want a memory-optimised class`},
		{func(a *aurora.Args) { primary(a); a.Readers.Analytics = "db.t4g.large" }, `Readers.Analytics: got "db.t4g.large", want a memory`},
	},
}

// A new field without bounds fails here.
func TestEveryFieldHasBounds(t *testing.T) {
	t.Parallel()
	fields := reflect.TypeFor[aurora.Args]()
	require.LessOrEqual(t, fields.NumField(), 12)
	require.Len(t, mistakes, fields.NumField())
	for field := range fields.Fields() {
		require.NotEmpty(t, mistakes[field.Name], "%s: what is a bad value?", field.Name)
	}
	var told []string
	for _, m := range slices.Concat(slices.Collect(maps.Values(mistakes))...) {
		told = append(told, m.want)
	}
	require.Empty(t, graphtest.Untold(fields, told), "what are bad values?")
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for field, list := range mistakes {
		for _, m := range list {
			t.Run(field+" "+m.want, func(t *testing.T) {
				t.Parallel()
				run := program(map[string]edit{"edit": func(a *aurora.Args, _ spare) { m.edit(a) }}, nil)
				_, err := graph.Record(run, edited("edit"))
				require.ErrorContains(t, err, `aurora "db": `)
				require.ErrorContains(t, err, m.want)
			})
		}
	}
}

func TestMistakesAreToldTogether(t *testing.T) {
	t.Parallel()
	text := graphtest.Error(t, func(ctx *pulumi.Context) error {
		_, err := aurora.New(ctx, "My_DB", nil)
		return err
	})
	for _, want := range []string{`name: got "My_DB"`, "VPCID", "Subnets", "Key", "Credential", "Major"} {
		require.Contains(t, text, want)
	}
}

// AWS's 63 characters hold the longest name with all that is put behind it.
func TestLongNames(t *testing.T) {
	t.Parallel()
	build := func(name string) pulumi.RunFunc {
		return func(ctx *pulumi.Context) error {
			_, err := aurora.New(ctx, name, &aurora.Args{})
			return err
		}
	}
	require.NotContains(t, graphtest.Error(t, build(strings.Repeat("x", 26))), "name: got")
	require.Contains(t, graphtest.Error(t, build(strings.Repeat("x", 27))), "name: got")
	require.LessOrEqual(t, len(strings.Repeat("x", 26)+"-analytics-")+26, 63)
}

// The smallest cluster: the defaults.
func TestDefaults(t *testing.T) {
	t.Parallel()
	g := record(t, func(a *aurora.Args, _ spare) { a.Class, a.Readers, a.Clients = "", aurora.Readers{}, nil })
	require.Equal(t, []string{"db-1"}, graphtest.Names(g, instanceType))
	require.Equal(t, "db.r7g.large", graphtest.Find(t, g, "db-1").Inputs["instanceClass"])
	require.Equal(t, "aurora", graphtest.Find(t, g, "db-cluster").Inputs["storageType"])
}
