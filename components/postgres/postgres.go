// Package postgres makes a PostgreSQL database on Amazon RDS: a primary and read replicas.
//
// Creates: a primary with a standby in another zone, replicas, a parameter group for the PostgreSQL major, a subnet
// group, a security group that lets in the named clients alone, log groups, and a role for enhanced monitoring.
// Stateful: encrypted, backed up, protected here and in AWS; the primary leaves a final snapshot.
//
//   - Replicas, zones, class, storage, backups and the major change in place. A key or user that is another would
//     replace the primary, which protection refuses. Storage never shrinks: AWS refuses it, and the provider skips
//     it where storage grew by itself.
//   - Changes apply in the update that asks for them, because the old major's parameter group can go only when nothing
//     uses it any more. Another class is a failover of about a minute, a new major an outage of some minutes. The
//     replicas follow the primary to the new major, and take its parameters that need a restart with their next one.
//   - Minor versions come by themselves in the maintenance window: they are security fixes, each is one failover, and
//     AWS forces them once a minor retires. A move to Aurora checks that Aurora has the minor.
//   - Fewer Replicas are refused by protection. Unprotect the last one first: pulumi state unprotect URN.
//   - The security group has no way out. A move that pulls data from another database adds its own rule.
//
// Promotion makes a database of its own out of a replica, e.g. to leave a broken primary. It takes two updates:
// Promoted[n] = 0 ends replication (the instance restarts, takes writes, and never follows again); when its status is
// available, Promoted[n] = 7 gives it backups and, with MultiZone, a standby. Between the two it has neither: where the
// policies are mandatory, the first update needs waivers of backups and multi-az for it that last a day. The number
// stays in the program as long as the instance lives.
//
// The password is the credential's. To rotate it, unprotect the credential's password and replace it (pulumi state
// unprotect URN, pulumi up --replace URN): secret and database change in one update, and open connections stay. Until a
// client has read the secret again its new connections are refused: phase 2's servers do so every ten minutes, at once
// by systemctl start ladder-secrets. Clients that connect by IAM need none. RDS's own managed password is never used:
// it excludes replicas, and Aurora's replica of this database.
//
// Cost at the defaults: 118 USD a month, of which db.t4g.medium in two zones 94.90, 100 GiB 23.00; a replica of it
// 58.95. T classes are billed 0.075 USD a vCPU-hour above their credits; logs 0.50 USD/GB (us-east-1, on demand,
// 2026-09).
//
// Left out of what terraform-aws-modules/rds offers: blue/green updates (they strand replicas), a database made from
// a snapshot, S3 or a point in time (a restore is an operator's act, into a database of its own), replicas and backups
// in other regions (Aurora's part in phase 4), Multi-AZ clusters (no storage that grows by itself), provisioned IOPS
// and dedicated log volumes (gp3's 3,000 IOPS, 12,000 from 400 GiB, carry phase 2), processors other than Graviton
// (dearer for the same), option groups and other engines (PostgreSQL has no use for them).
package postgres

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Postgres is a PostgreSQL primary with read replicas.
type Postgres struct {
	pulumi.ResourceState

	Writer          pulumi.StringOutput `pulumi:"writer"` // host of the primary, the same after a failover
	Port            pulumi.IntOutput    `pulumi:"port"`   // of writer and readers; TLS only
	Database        pulumi.StringOutput `pulumi:"database"`
	SecurityGroupID pulumi.StringOutput `pulumi:"securityGroupId"`
	ARN             pulumi.StringOutput `pulumi:"arn"` // of the primary, for a replica in Aurora
	// Readers are the hosts of the replicas, Promoted those of the replicas that were promoted; by ordinal.
	Readers, Promoted []pulumi.StringOutput
	Class             string // of all instances
	StorageGiB        int    // of each, at birth
	// InstanceIDs are the DBInstanceIdentifier of the metrics, ResourceIDs the names in IAM policies for
	// rds-db:connect; both the primary's first, then by ordinal.
	InstanceIDs, ResourceIDs []pulumi.StringOutput
}

// New makes a database. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Postgres, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	p := &Postgres{Class: args.Class, StorageGiB: args.Storage.GiB}
	if err := ctx.RegisterComponentResource("ladder:postgres:Postgres", name, p, opts...); err != nil {
		return nil, fmt.Errorf("postgres %q: %w", name, err)
	}
	base, err := p.base(ctx, name, args)
	if err != nil {
		return nil, err
	}
	primary, err := p.primary(ctx, name, args, base)
	if err != nil {
		return nil, err
	}
	p.Writer, p.Port, p.Database, p.ARN = primary.Address, primary.Port, primary.DbName, primary.Arn
	p.SecurityGroupID = base.firewall.ID().ToStringOutput()
	p.watch(primary)
	for ordinal := 1; ordinal <= args.Replicas; ordinal++ {
		replica, err := p.replica(ctx, name, ordinal, args, base, primary)
		if err != nil {
			return nil, err
		}
		if _, promoted := args.Promoted[ordinal]; promoted {
			p.Promoted = append(p.Promoted, replica.Address)
		} else {
			p.Readers = append(p.Readers, replica.Address)
		}
		p.watch(replica)
	}
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{
		"writer": p.Writer, "port": p.Port, "database": p.Database, "arn": p.ARN,
		"securityGroupId": p.SecurityGroupID, "readers": pulumi.ToStringArrayOutput(p.Readers),
		"promoted": pulumi.ToStringArrayOutput(p.Promoted), "instanceIds": pulumi.ToStringArrayOutput(p.InstanceIDs),
		"resourceIds": pulumi.ToStringArrayOutput(p.ResourceIDs),
	})
}

func (p *Postgres) watch(instance *rds.Instance) {
	p.InstanceIDs = append(p.InstanceIDs, instance.Identifier)
	p.ResourceIDs = append(p.ResourceIDs, instance.ResourceId)
}
