package topology_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/cache"
	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/topology"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

func text(value string) pulumi.StringOutput { return pulumi.String(value).ToStringOutput() }

func minimal() *topology.Args {
	return &topology.Args{
		Writer: text("db.example"), SecurityGroupID: text("sg-0123456789abcdef0"),
		Credential: &credential.Credential{Username: "ladder", ARN: text("arn:db")},
	}
}

// The document is a contract with the app, to the letter.
func TestDocument(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit func(*topology.Args)
		want string
	}{
		"a database alone": {
			func(*topology.Args) {},
			`{"writer":{"host":"db.example","port":5432},"readers":[],"database":"ladder","frozen":false}`,
		},
		"everything": {
			func(a *topology.Args) {
				a.Readers = []pulumi.StringOutput{text("one.example"), text("two.example")}
				a.Cache = &cache.Cache{
					Endpoint: text("cache.example:6379"), SecretARN: text("arn:cache"), SecurityGroupID: text("sg-1"),
				}
				a.Database, a.Frozen = "shop", true
			},
			`{"writer":{"host":"db.example","port":5432},` +
				`"readers":[{"host":"one.example","port":5432},{"host":"two.example","port":5432}],` +
				`"database":"shop","cache":{"endpoint":"cache.example:6379","secretArn":"arn:cache"},"frozen":true}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := minimal()
			c.edit(args)
			var data *topology.Topology
			g := graphtest.Record(t, func(ctx *pulumi.Context) (err error) {
				data, err = topology.New(ctx, "topology", args)
				return err
			})
			document := graphtest.Find(t, g, "topology-document").Inputs
			require.Equal(t, c.want, document["insecureValue"])
			require.NotContains(t, document, "value", "it would be a secret in every preview")
			require.Equal(t, "/ladder/test/topology", document["name"])
			require.Len(t, data.Stores, len(data.Secrets), "a secret for each store")
		})
	}
}

// Each service has a document of its own, and the one of all phases keeps its name.
func TestDocumentsOfServices(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, func(ctx *pulumi.Context) error {
		for _, name := range []string{"topology", "topology-users"} {
			if _, err := topology.New(ctx, name, minimal()); err != nil {
				return err
			}
		}
		return nil
	})
	require.Equal(t, "/ladder/test/topology", graphtest.Find(t, g, "topology-document").Inputs["name"])
	require.Equal(t, "/ladder/test/topology-users", graphtest.Find(t, g, "topology-users-document").Inputs["name"])
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit func(*topology.Args)
		want string
	}{
		"no writer":      {func(a *topology.Args) { a.Writer = nil }, "Writer: got nothing, want the host"},
		"no group":       {func(a *topology.Args) { a.SecurityGroupID = nil }, "SecurityGroupID: got nothing"},
		"no user":        {func(a *topology.Args) { a.Credential = nil }, "Credential: got nothing"},
		"a user's name":  {func(a *topology.Args) { a.Credential.Username = "La'der" }, `Credential: got "La'der"`},
		"a name of SQL":  {func(a *topology.Args) { a.Database = "x; drop" }, `Database: got "x; drop"`},
		"an unset host":  {func(a *topology.Args) { a.Readers = make([]pulumi.StringOutput, 1) }, "Readers[0]: got nothing"},
		"two at a time":  {func(a *topology.Args) { a.Writer, a.Credential = nil, nil }, "Credential: got nothing"},
		"two at a time.": {func(a *topology.Args) { a.Writer, a.Credential = nil, nil }, "Writer: got nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := minimal()
			c.edit(args)
			require.Contains(t, graphtest.Error(t, func(ctx *pulumi.Context) error {
				_, err := topology.New(ctx, "topology", args)
				return err
			}), c.want)
		})
	}
}
