// Package vm makes one server that runs the app and its PostgreSQL.
//
// Creates: an EC2 instance behind an Elastic IP, an encrypted data volume of its own with daily snapshots, a
// bucket with base backups and the write-ahead log, a security group that opens 80 and, with a domain, 443, a
// role for the machine alone, and a log group. There is no SSH; AWS Systems Manager opens a shell.
//
// Stateful: the volume and the backups are protected. A new instance takes over the volume: neither a new
// image nor a new script replaces the machine by itself.
//
// Cost at the defaults: 65 USD a month, of which t4g.large 49.06, volumes 5.28, snapshots 4.30, address 3.65,
// metrics 2.10 (us-east-1, on demand, 2026-09).
package vm

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/appserver"
	"github.com/ladder-iac/ladder/components/internal/identity"
	"github.com/ladder-iac/ladder/components/internal/tag"
	"github.com/ladder-iac/ladder/components/release"
)

// VM is one server with app and database.
type VM struct {
	pulumi.ResourceState

	Address      pulumi.StringOutput `pulumi:"address"`      // public IPv4 address, the same for the server's life
	InstanceID   pulumi.StringOutput `pulumi:"instanceId"`   // changes when the machine is replaced
	VolumeID     pulumi.StringOutput `pulumi:"volumeId"`     // EBS volume with the data
	BackupBucket pulumi.StringOutput `pulumi:"backupBucket"` // base backups under base/, write-ahead log under wal/
	LogGroup     pulumi.StringOutput `pulumi:"logGroup"`     // the app's log
}

// New makes a server. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*VM, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	v := &VM{}
	if err := ctx.RegisterComponentResource("ladder:vm:VM", name, v, opts...); err != nil {
		return nil, fmt.Errorf("vm %q: %w", name, err)
	}
	firewall, err := v.firewall(ctx, name, args)
	if err != nil {
		return nil, err
	}
	logs, err := appserver.Logs(ctx, name, v)
	if err != nil {
		return nil, err
	}
	data, err := v.storage(ctx, name, args)
	if err != nil {
		return nil, err
	}
	profile, err := identity.Profile(ctx, name, args.permissions(data.backups, logs), v)
	if err != nil {
		return nil, err
	}
	instance, err := v.instance(ctx, name, args, firewall, profile, data, logs)
	if err != nil {
		return nil, err
	}
	if err := v.attach(ctx, name, args.Network, instance, data); err != nil {
		return nil, err
	}
	v.InstanceID = instance.ID().ToStringOutput()
	v.VolumeID = data.volume.ID().ToStringOutput()
	v.BackupBucket, v.LogGroup = data.backups.Bucket, logs.Name
	return v, ctx.RegisterResourceOutputs(v, pulumi.Map{
		"address": v.Address, "instanceId": v.InstanceID, "volumeId": v.VolumeID,
		"backupBucket": v.BackupBucket, "logGroup": v.LogGroup,
	})
}

// instance makes the machine. Its image and script are those of the day it was made: a newer image would
// replace it and a changed script would restart it, at a moment nobody chose. To renew the machine, replace
// it on purpose: pulumi up --replace URN.
func (v *VM) instance(
	ctx *pulumi.Context, name string, args Args, firewall *ec2.SecurityGroup, profile *iam.InstanceProfile,
	data storage, logs *cloudwatch.LogGroup,
) (*ec2.Instance, error) {
	image, err := appserver.Image(ctx, args.Release.Architecture, v)
	if err != nil {
		return nil, fmt.Errorf("vm %q: %w", name, err)
	}
	instance := &ec2.InstanceArgs{
		Ami:                 image,
		SubnetId:            args.Subnet.ID,
		VpcSecurityGroupIds: pulumi.StringArray{firewall.ID()},
		IamInstanceProfile:  profile.Name,
		UserData:            args.userData(ctx, data, logs),
		Tags:                tag.Of(name, name),
	}
	instance.Tags.(pulumi.StringMap)["domain"] = pulumi.String(args.Domain)
	appserver.Harden(instance, name, name, args.InstanceType, args.Key)
	part := "-instance"
	if args.Release.Architecture != release.ARM64 {
		part += "-x86" // another processor needs another image, and so another machine
	}
	return ec2.NewInstance(ctx, name+part, instance, pulumi.Parent(v),
		pulumi.IgnoreChanges([]string{"ami", "userData"}),
		// The machine reads its name once, when it is made; the data volume goes over to the new one.
		pulumi.ReplaceOnChanges([]string{"tags.domain"}))
}

// attach gives the instance its volume and its address. The volume can be at one instance only, so that the old
// attachment goes before the new one comes.
func (v *VM) attach(
	ctx *pulumi.Context, name string, network pulumi.Resource, instance *ec2.Instance, data storage,
) error {
	_, err := ec2.NewVolumeAttachment(ctx, name+"-data-attachment", &ec2.VolumeAttachmentArgs{
		DeviceName:                  pulumi.String("/dev/sdf"), // the machine finds the volume by its id
		InstanceId:                  instance.ID(),
		VolumeId:                    data.volume.ID(),
		StopInstanceBeforeDetaching: pulumi.Bool(true), // PostgreSQL stops before its disk goes
	}, pulumi.Parent(v), pulumi.DeleteBeforeReplace(true))
	if err != nil {
		return err
	}
	v.Address, err = appserver.Address(ctx, name, name, instance, network, v)
	return err
}
