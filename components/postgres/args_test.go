package postgres_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/postgres"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// mistake is a bad value of a field, and what the user is told.
type mistake struct {
	edit func(*postgres.Args)
	want string
}

// mistakes has at least one for every field, by the field's name.
var mistakes = map[string][]mistake{
	"VPCID": {{func(a *postgres.Args) { a.VPCID = nil }, "VPCID: got nothing, want the network's VPC"}},
	"Subnets": {
		{func(a *postgres.Args) { a.Subnets = nil }, `Subnets: got "0 in 0 zones", want 2 zones or more`},
		{
			func(a *postgres.Args) { a.Subnets = a.Subnets[:1] },
			`Subnets: got "1 in 1 zones", want 2 zones or more: the standby stands in another one, and RDS asks for two ` +
				`even without a standby; add a zone to the network`,
		},
		{
			func(a *postgres.Args) { a.Subnets, a.Availability = a.Subnets[:1], postgres.SingleZone },
			"RDS asks for two even without a standby",
		},
		{
			func(a *postgres.Args) { a.Subnets = append(a.Subnets[:2:2], a.Subnets[0]) },
			`Subnets: got "3 in 2 zones", want one subnet for each zone`,
		},
		{func(a *postgres.Args) { a.Subnets = make([]network.Subnet, 2) }, "want subnets of a network component"},
	},
	"Clients": {
		{
			func(a *postgres.Args) { a.Clients = map[string]pulumi.StringInput{"web": nil} },
			`Clients: got "web", want the id of its security group`,
		},
		{
			func(a *postgres.Args) { a.Clients = map[string]pulumi.StringInput{"": pulumi.String("sg-1")} },
			`Clients: got "", want a name of`,
		},
		{
			func(a *postgres.Args) { a.Clients = map[string]pulumi.StringInput{"Web 1": pulumi.String("sg-1")} },
			`Clients: got "Web 1", want a name of`,
		},
	},
	"Key": {{func(a *postgres.Args) { a.Key = nil }, "Key: got nothing, want a key component"}},
	"Credential": {
		{func(a *postgres.Args) { a.Credential = nil }, "Credential: got nothing, want a credential component"},
		{
			func(a *postgres.Args) { a.Credential = &credential.Credential{Username: "rdsadmin"} },
			`Credential: got "rdsadmin", want a user of`,
		},
		{func(a *postgres.Args) { a.Credential = &credential.Credential{Username: "1st"} }, `Credential: got "1st", want`},
		{func(a *postgres.Args) { a.Credential = &credential.Credential{} }, `Credential: got "", want a user of`},
	},
	"Major": {
		{func(a *postgres.Args) { a.Major = 0 }, "Major: got 0, want 15, 16 or 17"},
		{func(a *postgres.Args) { a.Major = 13 }, "Major: got 13, want 15, 16 or 17, which both RDS and Aurora support"},
		{func(a *postgres.Args) { a.Major = 99 }, "Major: got 99, want 15, 16 or 17"},
	},
	"Class": {
		{
			func(a *postgres.Args) { a.Class = "db.q7g.large" }, `Class: got "db.q7g.large", want a class of ` +
				`db.m6g, db.m6gd, db.m7g, db.m8g, db.r6g, db.r6gd, db.r7g, db.r8g, db.t4g, db.x2g, such as db.t4g.medium or`,
		},
		{func(a *postgres.Args) { a.Class = "t4g.medium" }, `got "t4g.medium", want a class of`},
		{func(a *postgres.Args) { a.Class = "db.m5.large" }, `got "db.m5.large", want a class of`},
		{func(a *postgres.Args) { a.Class = "db.z1d.large" }, `got "db.z1d.large", want a class of`}, // of SQL Server
		{func(a *postgres.Args) { a.Class = "db.serverless" }, `got "db.serverless", want a class of`},
		{
			func(a *postgres.Args) { a.Class = "db.t4g.4xlarge" },
			`got "db.t4g.4xlarge", want a size that RDS has of db.t4g: micro, small, medium, large, xlarge, 2xlarge`,
		},
		{func(a *postgres.Args) { a.Class = "db.r7g.48xlarge" }, "want a size that RDS has of db.r7g: large, "},
		{func(a *postgres.Args) { a.Class = "." }, `got ".", want a class of`},
	},
	"Availability": {{
		func(a *postgres.Args) { a.Availability = "best" },
		`Availability: got "best", want "multi-zone" or "single-zone"`,
	}},
	"Replicas": {
		{func(a *postgres.Args) { a.Replicas = -1 }, "Replicas: got -1, want 0 to 5; more reads than that want a cache"},
		{func(a *postgres.Args) { a.Replicas = 6 }, "Replicas: got 6, want 0 to 5"},
	},
	"Promoted": {
		{
			func(a *postgres.Args) { a.Promoted = map[int]int{2: 0} },
			`Promoted: got "replica 2", want an ordinal of 1 to Replicas, which is 1: a promoted one still counts`,
		},
		{func(a *postgres.Args) { a.Promoted = map[int]int{0: 0} }, `Promoted: got "replica 0", want an ordinal`},
		{
			func(a *postgres.Args) { a.Promoted = map[int]int{1: 36} },
			`Promoted: got "36 days for replica 1", want 0 in the update that promotes it, 1 to 35 from the next one on`,
		},
		{func(a *postgres.Args) { a.Promoted = map[int]int{1: -1} }, `Promoted: got "-1 days for replica 1"`},
	},
	"Storage": {
		{func(a *postgres.Args) { a.Storage.GiB = -1 }, "Storage.GiB: got -1, want 20 to 65536 GiB"},
		{func(a *postgres.Args) { a.Storage.GiB = 19 }, "Storage.GiB: got 19, want 20 to 65536 GiB"},
		{func(a *postgres.Args) { a.Storage.GiB = 65537 }, "Storage.GiB: got 65537, want 20 to 65536 GiB"},
		{
			func(a *postgres.Args) { a.Storage = postgres.Storage{GiB: 100, MaxGiB: 50} },
			"Storage.MaxGiB: got 50, want GiB, which is 100, for storage that does not grow, or 110 to 65536",
		},
		{func(a *postgres.Args) { a.Storage = postgres.Storage{GiB: 101, MaxGiB: 111} }, "or 112 to 65536"},
		{func(a *postgres.Args) { a.Storage.MaxGiB = 65537 }, "Storage.MaxGiB: got 65537, want GiB"},
	},
	"BackupDays": {
		{
			func(a *postgres.Args) { a.BackupDays = -1 },
			"BackupDays: got -1, want 1 to 35 days: without backups there are neither replicas nor a way back",
		},
		{func(a *postgres.Args) { a.BackupDays = 36 }, "BackupDays: got 36, want 1 to 35 days"},
	},
}

// A new field without bounds fails here.
func TestEveryFieldHasBounds(t *testing.T) {
	t.Parallel()
	fields := reflect.TypeFor[postgres.Args]()
	require.LessOrEqual(t, fields.NumField(), 12)
	for field := range fields.Fields() {
		require.NotEmpty(t, mistakes[field.Name], "say in mistakes what is no %s", field.Name)
	}
	require.Len(t, mistakes, fields.NumField(), "mistakes names fields that are gone")
	var told []string
	for _, m := range slices.Concat(slices.Collect(maps.Values(mistakes))...) {
		told = append(told, m.want)
	}
	require.Empty(t, graphtest.Untold(fields, told), "what are bad values?")
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for field, list := range mistakes {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			for _, m := range list {
				_, err := graph.Record(program(map[string]edit{"edit": func(a *postgres.Args, _ spare) {
					a.Replicas = 1
					m.edit(a)
				}}, nil), edited("edit"))
				require.ErrorContains(t, err, `postgres "db": `+strings.SplitN(field, ".", 2)[0])
				require.ErrorContains(t, err, m.want)
			}
		})
	}
}

// The edges of what is accepted.
func TestLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change edit
		max    any // GiB
	}{
		"smallest":       {func(a *postgres.Args, _ spare) { a.Storage.GiB = 20 }, 40.0},
		"largest":        {func(a *postgres.Args, _ spare) { a.Storage.GiB = 65536 }, nil},
		"hardly to grow": {func(a *postgres.Args, _ spare) { a.Storage.GiB = 60000 }, nil}, // less than a tenth is left
		"not to grow":    {func(a *postgres.Args, _ spare) { a.Storage.MaxGiB = 100 }, nil},
		"grows little":   {func(a *postgres.Args, _ spare) { a.Storage.MaxGiB = 110 }, 110.0},
		"no replicas": {func(a *postgres.Args, _ spare) {
			a.Replicas, a.Clients, a.BackupDays, a.Major, a.Class = 0, nil, 1, 15, "db.r8g.48xlarge"
		}, 200.0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.max, graphtest.Find(t, record(t, c.change), "db-primary").Inputs["maxAllocatedStorage"])
		})
	}
}

func TestMistakesAreReportedTogether(t *testing.T) {
	t.Parallel()
	text := graphtest.Error(t, func(ctx *pulumi.Context) error {
		_, err := postgres.New(ctx, "Data Base", nil)
		return err
	})
	for _, field := range []string{"name", "VPCID", "Subnets", "Key", "Credential", "Major"} {
		require.Contains(t, text, `postgres "Data Base": `+field+": got ")
	}
	require.NotContains(t, text, "Class", "has a default")
}
