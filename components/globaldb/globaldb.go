// Package globaldb makes an Aurora Global Database of a cluster that serves already, without touching it.
//
// Creates: a global cluster with the primary as its source. Secondaries are aurora components in other regions
// that take Secondary, up to 10, one a region. Stateful: it is protected here and in AWS, and when it goes it lets
// its members go first, which live on as clusters of their own.
//
// Endpoint leads to the writer wherever it is, so that apps in every region write through it, the primary's too:
// after a switchover its own endpoint would lead to a cluster that only reads.
//
// A switchover is an operator's act, and no difference of a stack:
//
//	aws rds switchover-global-cluster --region REGION_OF_THE_WRITER \
//	  --global-cluster-identifier ID --target-db-cluster-identifier ARN_OF_THE_SECONDARY
//
// and so is a failover that may lose data (failover-global-cluster --allow-data-loss). pulumi refresh then takes up
// who writes, and a preview shows nothing, because what changes is ignored: of both clusters
// globalClusterIdentifier, replicationSourceIdentifier and enableGlobalWriteForwarding, of their instances
// engineVersion, of the global cluster databaseName and engineVersion; and the rest of it is not read from AWS
// (sourceDbClusterIdentifier) or is output only (members). While the roles are exchanged, leave the owner's
// password as it is: the home cluster cannot take another.
//
// An upgrade of PostgreSQL is such an act as well, for all members at once: modify-global-cluster --engine-version
// VERSION --allow-major-version-upgrade; for a minor version modify-db-cluster, the secondaries first. AWS applies
// no minor versions to members by itself. Then pulumi refresh, so that no update asks for the old version again, and
// raise the clusters' Major: it brings our parameter groups.
//
// Cost: the global cluster nothing. Each secondary its instances and storage, 0.20 USD for a million of the
// primary's write I/Os, and what is sent from region to region (us-east-1, 2026-09).
//
// Left out of what the best Terraform module offers: a global cluster that is made before its primary, because ours
// serves for years before; headless secondaries, which answer no reads and take over in minutes instead of seconds.
package globaldb

import (
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

// Args describe a Global Database.
type Args struct {
	Primary *aurora.Aurora // with aurora.Primary as its role; required; another one replaces the global cluster
	Region  string         // of the primary; required
}

// GlobalDB is an Aurora Global Database.
type GlobalDB struct {
	pulumi.ResourceState

	ID       pulumi.StringOutput `pulumi:"id"`       // GlobalClusterIdentifier
	Endpoint pulumi.StringOutput `pulumi:"endpoint"` // host of the writer, the same after a switchover
	Version  pulumi.StringOutput `pulumi:"version"`  // of PostgreSQL, in full
	Region   string              // of the primary
}

// New makes a Global Database. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*GlobalDB, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	g := &GlobalDB{Region: args.Region}
	if err := ctx.RegisterComponentResource("ladder:globaldb:GlobalDB", name, g, opts...); err != nil {
		return nil, fmt.Errorf("globaldb %q: %w", name, err)
	}
	cluster, err := rds.NewGlobalCluster(ctx, name+"-cluster", &rds.GlobalClusterArgs{
		// The primary's name in it is never used again, so that two of them never meet.
		GlobalClusterIdentifier:   pulumi.Sprintf("%s-%s", name, args.Primary.ClusterID),
		SourceDbClusterIdentifier: args.Primary.ARN,
		ForceDestroy:              pulumi.Bool(true), // lets members go, which AWS asks for; it deletes none
		DeletionProtection:        pulumi.Bool(true),
		Tags:                      tag.Of(name, name+"-cluster"),
	}, pulumi.Parent(g), pulumi.Protect(true),
		// AWS adds secondaries only to a primary that has a writer.
		pulumi.DependsOn([]pulumi.Resource{args.Primary}),
		// The source's database comes back as the global cluster's, and would replace it (terraform-provider-aws issue
		// 39368); upgrades come from outside.
		pulumi.IgnoreChanges([]string{"databaseName", "engineVersion"}))
	if err != nil {
		return nil, err
	}
	g.ID, g.Endpoint, g.Version = cluster.ID().ToStringOutput(), cluster.Endpoint, cluster.EngineVersionActual
	return g, ctx.RegisterResourceOutputs(g, pulumi.Map{"id": g.ID, "endpoint": g.Endpoint, "version": g.Version})
}

// Secondary is what a cluster in another region is made with to become a secondary.
func (g *GlobalDB) Secondary() aurora.Global {
	return aurora.Global{Role: aurora.Secondary, ClusterID: g.ID, Version: g.Version, Region: g.Region}
}

// maxName leaves room in AWS's 63 characters for the primary's identifier: a name of 26, a hyphen and 8 digits.
const maxName = 63 - 1 - 35

var (
	namePattern   = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	regionPattern = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d$`)
)

func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	c := check.Of("globaldb", name)
	c.That(namePattern.MatchString(name) && len(name) <= maxName, "name", name,
		fmt.Sprintf("lower-case letters, digits and single hyphens, at most %d: AWS names the global cluster so", maxName))
	c.That(regionPattern.MatchString(args.Region), "Region", args.Region, "the primary's AWS region, such as us-east-1")
	c.Given(args.Primary != nil, "Primary", "an aurora component")
	if args.Primary != nil {
		role := args.Primary.Global.Role
		c.That(role == aurora.Primary, "Primary", fmt.Sprintf("a cluster with the role %q", role),
			"one made with Global: aurora.Global{Role: aurora.Primary}, whose class a Global Database takes and which "+
				"ignores what the global cluster changes in it")
	}
	return args, c.Err()
}
