package cache_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/cache"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// mistakes are bad values of each field, with what the user is told.
var mistakes = map[string][]struct {
	edit func(*cache.Args)
	want string
}{
	"VPCID": {{func(a *cache.Args) { a.VPCID = nil }, `VPCID: got nothing, want the id of the subnets' VPC`}},
	"Subnets": {
		{func(a *cache.Args) { a.Subnets = nil }, "Subnets: got 0, want at least one subnet"},
		{
			func(a *cache.Args) { a.Subnets = []network.Subnet{{}} },
			"Subnets[0]: got nothing, want a subnet of the network",
		},
		{
			func(a *cache.Args) { a.Subnets = append(a.Subnets, a.Subnets[0]) },
			`Subnets[3]: got "us-east-1a", want a zone that no other subnet stands in`,
		},
	},
	"Clients": {
		{
			func(a *cache.Args) { a.Clients["Web App"] = pulumi.String("sg-1") },
			`Clients: got "Web App", want a name of lower-case letters`,
		},
		{
			func(a *cache.Args) { a.Clients["web"] = nil },
			"Clients.web: got nothing, want the id of the client's security group",
		},
	},
	"NodeType": {
		{
			func(a *cache.Args) { a.NodeType = "cache.z9.large" },
			`NodeType: got "cache.z9.large", want cache.FAMILY.SIZE with a family of c7gn, c8gn, m6g, m7g, m8g, r6g, r7g, r8g, ` +
				`t4g, such as cache.t4g.small, cache.m7g.large or cache.r7g.xlarge`,
		},
		{func(a *cache.Args) { a.NodeType = "m7g.large" }, `NodeType: got "m7g.large", want cache.FAMILY.SIZE`},
		{func(a *cache.Args) { a.NodeType = "db.r7g.large" }, `NodeType: got "db.r7g.large", want cache.FAMILY.SIZE`},
		{func(a *cache.Args) { a.NodeType = "cache.r6gd.xlarge" }, `NodeType: got "cache.r6gd.xlarge"`},
		{
			func(a *cache.Args) { a.NodeType = "cache.t4g.large" },
			`NodeType: got "cache.t4g.large", want cache.t4g. with a size of micro, small, medium`,
		},
	},
	"Shards": {
		{func(a *cache.Args) { a.Shards = -1 }, "Shards: got -1, want 1 to 90"},
		{func(a *cache.Args) { a.Shards = 91 }, "Shards: got 91, want 1 to 90"},
		{
			func(a *cache.Args) { a.Shards, a.ReplicasPerShard = 31, 2 },
			`Shards: got "31 of 3 nodes each", want at most 90 nodes in all; lower Shards or ReplicasPerShard`,
		},
	},
	"ReplicasPerShard": {
		{func(a *cache.Args) { a.ReplicasPerShard = -1 }, "ReplicasPerShard: got -1, want 0 to 5"},
		{func(a *cache.Args) { a.ReplicasPerShard = 6 }, "ReplicasPerShard: got 6, want 0 to 5"},
		{ // Multi-AZ with one zone
			func(a *cache.Args) { a.ReplicasPerShard, a.Subnets = 2, a.Subnets[1:2] },
			`ReplicasPerShard: got "2 with subnets in us-east-1b only", want subnets in two zones or more`,
		},
	},
	"Version": {
		{func(a *cache.Args) { a.Version = "" }, `Version: got "", want one of 7.2, 8.0, 8.1, 8.2, 9.0, 9.1`},
		{func(a *cache.Args) { a.Version = "7.1" }, `Version: got "7.1", want one of`},
		{func(a *cache.Args) { a.Version = "8" }, `Version: got "8", want one of`},
	},
	"Key": {{func(a *cache.Args) { a.Key = nil }, "Key: got nothing, want a key component"}},
	"MaintenanceWindow": {
		{
			func(a *cache.Args) { a.MaintenanceWindow = "sunday" },
			`MaintenanceWindow: got "sunday", want a weekly hour or more in UTC, such as sun:05:00-sun:06:00`,
		},
		{func(a *cache.Args) { a.MaintenanceWindow = "sun:05:00-sun:05:30" }, `got "sun:05:00-sun:05:30", want a weekly`},
		{func(a *cache.Args) { a.MaintenanceWindow = "sun:05:00-sun:05:00" }, `got "sun:05:00-sun:05:00", want a weekly`},
		{func(a *cache.Args) { a.MaintenanceWindow = "sun:24:00-mon:02:00" }, `got "sun:24:00-mon:02:00", want a weekly`},
		{func(a *cache.Args) { a.MaintenanceWindow = "day:05:00-day:06:00" }, `got "day:05:00-day:06:00", want a weekly`},
	},
}

// Every field has bounds: one that is new fails here until it has.
func TestEveryFieldHasBounds(t *testing.T) {
	t.Parallel()
	args := reflect.TypeFor[cache.Args]()
	require.LessOrEqual(t, args.NumField(), 12)
	require.Len(t, mistakes, args.NumField(), "no more than the fields there are")
	for field := range args.Fields() {
		require.NotEmpty(t, mistakes[field.Name], field.Name)
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for field, list := range mistakes {
		for _, c := range list {
			t.Run(field+" "+c.want, func(t *testing.T) {
				t.Parallel()
				_, err := graph.Record(program(map[string]func(*cache.Args){"edit": c.edit}), edited("edit"))
				require.ErrorContains(t, err, `cache "cache": `)
				require.ErrorContains(t, err, c.want)
				require.Equal(t, 1, strings.Count(err.Error(), `cache "cache": `), "one mistake, told once:\n%v", err)
			})
		}
	}
}

func TestMistakesAreReportedTogether(t *testing.T) {
	t.Parallel()
	text := graphtest.Error(t, func(ctx *pulumi.Context) error {
		_, err := cache.New(ctx, "cache", nil)
		return err
	})
	for _, field := range []string{"VPCID", "Key", "Version", "Subnets"} {
		require.Contains(t, text, `cache "cache": `+field+": got ")
	}
	require.NotContains(t, text, "NodeType", "it has a default")
}

// AWS's id has 40 characters, of which the name and 14 more make it up.
func TestNames(t *testing.T) {
	t.Parallel()
	for name, good := range map[string]bool{
		"cache": true, "c2-west": true, strings.Repeat("c", 26): true,
		strings.Repeat("c", 27): false, "Cache": false, "2cache": false, "my--cache": false, "cache-": false,
	} {
		text := graphtest.Error(t, func(ctx *pulumi.Context) error {
			_, err := cache.New(ctx, name, nil)
			return err
		})
		require.Equal(t, !good, strings.Contains(text, "want 1 to 26 lower-case letters"), name)
	}
}
