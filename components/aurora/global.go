package aurora

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
)

// Global is a cluster's place in an Aurora Global Database. A primary gives its role alone; for a secondary,
// the method Secondary of a globaldb component gives all of it.
type Global struct {
	Role      Role               // at birth; default Alone
	ClusterID pulumi.StringInput // of the global cluster
	Version   pulumi.StringInput // the primary's, in full: a switchover wants the same minor version
	Region    string             // of the primary
}

// Role is what a cluster is in a Global Database when it is made. A switchover exchanges roles and no arguments.
type Role string

// The roles.
const (
	Alone     Role = ""
	Primary   Role = "primary"   // its global cluster is made of it, at any time of its life
	Secondary Role = "secondary" // made with its primary's data, and read-only
)

// checkGlobal checks the place in a Global Database. A region has one cluster of it.
func (a *Args) checkGlobal(c *check.Args) {
	g := a.Global
	c.That(g.Role == Alone || g.Role == Primary || g.Role == Secondary, "Global.Role", string(g.Role),
		`none, "primary" or "secondary"`)
	if g.Role != Secondary {
		c.That(g.ClusterID == nil, "Global.ClusterID", "an id", "none: only a secondary is made into a global cluster")
		c.That(g.Version == nil, "Global.Version", "a version", "none: only a secondary takes its primary's; see Major")
		c.That(g.Region == "", "Global.Region", g.Region, "none: only a secondary has a primary elsewhere")
		return
	}
	// [Aurora User Guide, Limitations of Amazon Aurora Global Database]
	c.That(a.Readers.Max == a.Readers.Min, "Readers.Max", a.Readers.Max, fmt.Sprintf(
		"Readers.Min, which is %d: AWS scales no secondary by itself; give it readers for what falls to it", a.Readers.Min))
	c.Given(g.ClusterID != nil, "Global.ClusterID", "the id of the global cluster: see globaldb's Secondary")
	c.Given(g.Version != nil, "Global.Version", "the primary's version: see globaldb's Secondary")
	c.Given(g.Region != "", "Global.Region", "the primary's region: see globaldb's Secondary")
	for _, subnet := range a.Subnets {
		c.That(g.Region == "" || !strings.HasPrefix(subnet.Zone, g.Region), "Subnets", subnet.Zone,
			"a zone of another region than "+g.Region+", where the primary is; give the secondary its own network")
	}
}

// origin says what the cluster is born with.
func (a *Aurora) origin(ctx *pulumi.Context, args Args, c *rds.ClusterArgs) error {
	if args.Global.Role == Secondary {
		c.GlobalClusterIdentifier = args.Global.ClusterID.ToStringOutput()
		c.EngineVersion = args.Global.Version.ToStringOutput()
		c.SourceRegion = pulumi.String(args.Global.Region)
		c.EnableGlobalWriteForwarding = pulumi.Bool(true)
		return nil
	}
	version, err := a.version(ctx, args)
	c.EngineVersion, c.DatabaseName = version, pulumi.String(args.Database)
	c.MasterUsername, c.MasterPassword = pulumi.String(args.Credential.Username), args.Credential.Password
	return err
}

// keepers are what replaces the cluster.
func (a Args) keepers() pulumi.StringMap {
	if a.Global.Role == Secondary {
		return pulumi.StringMap{"region": pulumi.String(a.Global.Region), "key": a.Key.ARN}
	}
	return pulumi.StringMap{
		"database": pulumi.String(a.Database), "username": pulumi.String(a.Credential.Username), "key": a.Key.ARN,
	}
}

// fromOutside are inputs that a restore, a global cluster and a promotion write. In a Global Database its members'
// version is the global cluster's, and a switchover takes write forwarding from the one that is promoted. Outside of
// one, Major is how a cluster is upgraded.
func (a Args) fromOutside() []string {
	list := []string{"snapshotIdentifier", "globalClusterIdentifier", "replicationSourceIdentifier"}
	if a.Global.Role == Alone {
		return list
	}
	return append(list, "engineVersion", "enableGlobalWriteForwarding")
}
