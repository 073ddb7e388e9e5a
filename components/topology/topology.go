// Package topology says where the app's data is: the database that writes, those that answer reads, the cache, and
// whether writes wait.
//
// Creates: a parameter with a JSON document that every server of the app watches, so that a cutover needs no restart:
//
//	{"writer": {"host": "...", "port": 5432}, "readers": [{"host": "...", "port": 5432}], "database": "ladder",
//	 "cache": {"endpoint": "host:6379", "secretArn": "..."}, "frozen": false}
//
// Without readers the writer answers reads; without a cache there is no key "cache". The component is also what other
// components take to reach the data: they open the firewalls of its stores and may read its secrets.
//
// The parameter is called /PROJECT/STACK/NAME after the component. A service with a database of its own has a topology
// of its own, and so has each region: its readers, security group, cache and copy of the credential are the region's,
// and its writer, in the primary's region too, is the endpoint of a globaldb component, which a switchover moves.
//
// Cost: nothing; a standard parameter is free (us-east-1, 2026-09). Stateless.
package topology

import (
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/cache"
	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

// DatabasePort is where PostgreSQL listens, on RDS and on Aurora.
const DatabasePort = 5432

// Args describe where the data is.
type Args struct {
	Writer          pulumi.StringInput     // host of the PostgreSQL that writes; required
	Readers         []pulumi.StringOutput  // hosts that answer reads; default none
	Database        string                 // name in PostgreSQL; default "ladder"
	Credential      *credential.Credential // of the database user; required
	SecurityGroupID pulumi.StringInput     // of writer and readers; required
	Cache           *cache.Cache           // default none
	Frozen          bool                   // writes wait, for the seconds of a cutover
}

// Topology is where the app's data is.
type Topology struct {
	pulumi.ResourceState

	ParameterName pulumi.StringOutput `pulumi:"parameterName"`
	ParameterARN  pulumi.StringOutput `pulumi:"parameterArn"`
	Writer        pulumi.StringOutput `pulumi:"writer"` // host
	Database      string
	Credential    *credential.Credential
	Cache         *cache.Cache          // nil: none
	Stores        []Store               // what a server of the app connects to
	Secrets       []pulumi.StringOutput // ARNs of what it signs in with
}

// Store is something behind a security group.
type Store struct {
	Name            string // "database" or "cache"
	SecurityGroupID pulumi.StringInput
	Port            int
}

// New makes the document. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Topology, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	t := &Topology{Database: args.Database, Credential: args.Credential, Cache: args.Cache}
	if err := ctx.RegisterComponentResource("ladder:topology:Topology", name, t, opts...); err != nil {
		return nil, fmt.Errorf("topology %q: %w", name, err)
	}
	parameter, err := ssm.NewParameter(ctx, name+"-document", &ssm.ParameterArgs{
		Name:        pulumi.Sprintf("/%s/%s/%s", ctx.Project(), ctx.Stack(), name),
		Type:        pulumi.String("String"),
		Description: pulumi.String("where the app finds its data"),
		// Value would make a secret of it, and hide from a preview what changes.
		InsecureValue: args.document(),
		Tags:          tag.Of(name, name+"-document"),
	}, pulumi.Parent(t))
	if err != nil {
		return nil, err
	}
	t.Writer = args.Writer.ToStringOutput()
	t.ParameterName, t.ParameterARN = parameter.Name, parameter.Arn
	t.Stores = []Store{{"database", args.SecurityGroupID, DatabasePort}}
	t.Secrets = []pulumi.StringOutput{args.Credential.ARN}
	if args.Cache != nil {
		t.Stores = append(t.Stores, Store{"cache", args.Cache.SecurityGroupID, cache.Port})
		t.Secrets = append(t.Secrets, args.Cache.SecretARN)
	}
	return t, ctx.RegisterResourceOutputs(t, pulumi.Map{
		"parameterName": t.ParameterName, "parameterArn": t.ParameterARN, "writer": t.Writer,
	})
}

// The form of the document is a contract with the app.
type (
	document struct {
		Writer   host   `json:"writer"`
		Readers  []host `json:"readers"`
		Database string `json:"database"`
		Cache    *store `json:"cache,omitempty"`
		Frozen   bool   `json:"frozen"`
	}
	host struct {
		Host string `json:"host"`
		Port int    `json:"port"`
	}
	store struct {
		Endpoint  string `json:"endpoint"`
		SecretARN string `json:"secretArn"`
	}
)

func (a Args) document() pulumi.StringOutput {
	parts := []any{a.Writer}
	for _, reader := range a.Readers {
		parts = append(parts, reader)
	}
	if a.Cache != nil {
		parts = append(parts, a.Cache.Endpoint, a.Cache.SecretARN)
	}
	return pulumi.All(parts...).ApplyT(func(parts []any) (string, error) {
		at := func(i int) host { return host{Host: parts[i].(string), Port: DatabasePort} }
		d := document{Writer: at(0), Readers: []host{}, Database: a.Database, Frozen: a.Frozen}
		for i := range a.Readers {
			d.Readers = append(d.Readers, at(1+i))
		}
		if rest := parts[1+len(a.Readers):]; len(rest) > 0 {
			d.Cache = &store{Endpoint: rest[0].(string), SecretARN: rest[1].(string)}
		}
		text, err := json.Marshal(d)
		return string(text), err
	}).(pulumi.StringOutput)
}

var namePattern = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	if args.Database == "" {
		args.Database = "ladder"
	}
	c := check.Of("topology", name)
	c.Given(args.Writer != nil, "Writer", "the host of the database that writes")
	c.Given(args.SecurityGroupID != nil, "SecurityGroupID", "the id of the database's security group")
	for i, reader := range args.Readers {
		c.Given(reader.OutputState != nil, fmt.Sprintf("Readers[%d]", i), "the host of a replica")
	}
	c.That(namePattern.MatchString(args.Database), "Database", args.Database,
		"lower-case letters, digits and _, a letter first")
	c.Given(args.Credential != nil, "Credential", "a credential component for the database user")
	if args.Credential != nil {
		c.That(namePattern.MatchString(args.Credential.Username), "Credential", args.Credential.Username,
			"a user of lower-case letters, digits and _, a letter first")
	}
	return args, c.Err()
}
