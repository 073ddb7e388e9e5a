// Package aurora makes an Aurora PostgreSQL cluster: a writer, readers and their shared storage.
//
// Creates: a cluster with its instances, parameter groups for the PostgreSQL major, a subnet group, a
// security group that lets in the named clients alone, a log group, a role for enhanced monitoring, and, when
// asked for, autoscaling of the readers and one more reader for long queries with an endpoint of its own.
//
// Stateful: the cluster is encrypted, backed up, protected here and in AWS, and leaves a final snapshot. Six
// copies of the data lie in three zones whatever the number of instances.
//
// Growth never replaces: readers, zones, class, I/O mode and backups change in place. A new database name, key,
// user or engine would replace the cluster, which protection refuses.
//
// In a Global Database a cluster is the primary or, in another region, a secondary. A primary joins as it is: the
// global cluster takes it as its source, nothing in it is updated, and what AWS then writes into it is ignored. A
// secondary is made by the same arguments without owner and database, which are its primary's, and without autoscaling;
// all its instances answer reads, write forwarding is on, and a switchover makes one of them the writer. The version of
// both is the global cluster's: see package globaldb.
//
//   - Changes that need a restart wait for the maintenance window, Sunday from 02:30 UTC: the cluster, then one
//     reader after another, the first instance last. A failover takes about half a minute.
//   - Its version is the newest minor of the major. When AWS has a newer one the next update asks for it, and it comes
//     in that window, too.
//   - A new PostgreSQL major is an outage of minutes in that window. The old major's parameter groups stay in
//     AWS, because the cluster uses them until then; they cost nothing.
//   - Readers that autoscaling added belong to it. Before the cluster is retired, take back Readers.Max and
//     delete those that are left: AWS deletes no cluster that has instances.
//   - The security group has no way out. A move that pulls data from another database adds its own rule.
//
// Cost at the defaults: 201 USD a month for one db.r7g.large, storage 0.10 USD/GB and I/O 0.20 USD/million.
// With db.r7g.xlarge and two readers, as in phase 3: 1,211 USD, and 362 for 300 GB and 1.6 billion I/Os. I/O
// mode Optimized multiplies instances by 1.30 and storage by 2.25 and ends the price of I/O: there it pays
// from 2.0 billion I/Os a month (us-east-1, on demand, 2026-09).
//
// Left out of what the best Terraform module offers: Serverless v2 (its price follows the load, so that no
// budget can be checked beforehand), the master password that RDS manages (it excludes Global Database),
// restoring from snapshots or S3 (a restore is an operator's act, into a cluster of its own), Aurora MySQL,
// Limitless and Multi-AZ clusters (other products), activity streams, IAM roles and the Data API (nothing
// here uses them).
package aurora

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Aurora is an Aurora PostgreSQL cluster.
type Aurora struct {
	pulumi.ResourceState

	Writer pulumi.StringOutput `pulumi:"writer"` // host of the instance that writes, the same after a failover
	// Reader is a host behind which the readers take turns; the writer while there are none.
	Reader          pulumi.StringOutput `pulumi:"reader"`
	Analytics       pulumi.StringOutput `pulumi:"analytics"` // host of the reader for long queries; empty for none
	Port            pulumi.IntOutput    `pulumi:"port"`
	SecurityGroupID pulumi.StringOutput `pulumi:"securityGroupId"`
	ClusterID       pulumi.StringOutput `pulumi:"clusterId"`  // DBClusterIdentifier of the metrics
	ResourceID      pulumi.StringOutput `pulumi:"resourceId"` // names the cluster in IAM policies for rds-db:connect
	Class           string              // of writer and readers
	Global          Global              // place in a Global Database
	// ARN of the cluster, for what takes it as a source.
	ARN pulumi.StringOutput `pulumi:"arn"`
}

// New makes a cluster. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Aurora, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	a := &Aurora{Class: args.Class, Global: args.Global}
	if err := ctx.RegisterComponentResource("ladder:aurora:Aurora", name, a, opts...); err != nil {
		return nil, fmt.Errorf("aurora %q: %w", name, err)
	}
	firewall, err := a.firewall(ctx, name, args)
	if err != nil {
		return nil, err
	}
	groups, err := a.groups(ctx, name, args)
	if err != nil {
		return nil, err
	}
	cluster, err := a.cluster(ctx, name, args, firewall, groups)
	if err != nil {
		return nil, err
	}
	members, err := a.members(ctx, name, args, cluster, groups)
	if err != nil {
		return nil, err
	}
	if err := a.endpoints(ctx, name, cluster, members); err != nil {
		return nil, err
	}
	if err := a.scaling(ctx, name, args, cluster, members); err != nil {
		return nil, err
	}
	a.Writer, a.Port = cluster.Endpoint, cluster.Port
	a.SecurityGroupID = firewall.ID().ToStringOutput()
	a.ClusterID, a.ResourceID, a.ARN = cluster.ClusterIdentifier, cluster.ClusterResourceId, cluster.Arn
	return a, ctx.RegisterResourceOutputs(a, pulumi.Map{
		"writer": a.Writer, "reader": a.Reader, "analytics": a.Analytics, "port": a.Port,
		"securityGroupId": a.SecurityGroupID, "clusterId": a.ClusterID, "resourceId": a.ResourceID,
		"arn": a.ARN,
	})
}

// members are the instances that are ours; autoscaling's are not.
type members struct {
	all       []pulumi.Resource
	analytics *rds.ClusterInstance // nil for none
}
