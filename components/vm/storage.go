package vm

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/dlm"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ebs"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/bucket"
	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

const (
	baseBackupDays  = 35 // made daily; when they stop, the alarm has rung for a month before the last one goes
	walDays         = 36 // one day more, so that the oldest base backup can still be rolled forward
	overwrittenDays = 14 // what a hijacked machine overwrites can be had back for so long
	snapshots       = 7  // daily
)

// storage is where the server's data lives.
type storage struct {
	volume  *ebs.Volume
	backups *s3.BucketV2
}

func (v *VM) storage(ctx *pulumi.Context, name string, args Args) (storage, error) {
	tags := tag.Of(name, name+"-data")
	tags["snapshots"] = pulumi.Sprintf("%s-%s-%s", ctx.Project(), ctx.Stack(), name)
	volume, err := ebs.NewVolume(ctx, name+"-data", &ebs.VolumeArgs{
		AvailabilityZone: pulumi.String(args.Subnet.Zone),
		Encrypted:        pulumi.Bool(true),
		KmsKeyId:         args.Key.ARN,
		Size:             pulumi.Int(args.DataVolumeGiB),
		Type:             pulumi.String("gp3"),
		FinalSnapshot:    pulumi.Bool(true),
		Tags:             tags,
	}, pulumi.Parent(v), pulumi.Protect(true))
	if err != nil {
		return storage{}, err
	}
	if err := v.snapshots(ctx, name, tags["snapshots"]); err != nil {
		return storage{}, err
	}
	backups, err := bucket.New(ctx, name+"-backups", bucket.Args{
		Component: name, KeyARN: args.Key.ARN,
		Rules: []bucket.Rule{
			{ID: "base-backups", Prefix: "base/", ExpireDays: baseBackupDays, NoncurrentDays: overwrittenDays},
			{ID: "write-ahead-log", Prefix: "wal/", ExpireDays: walDays, NoncurrentDays: overwrittenDays},
		},
	}, v)
	return storage{volume: volume, backups: backups}, err
}

// snapshots has Amazon Data Lifecycle Manager copy the data volume every day.
func (v *VM) snapshots(ctx *pulumi.Context, name string, target pulumi.StringInput) error {
	role, err := iam.NewRole(ctx, name+"-snapshots-role", &iam.RoleArgs{
		AssumeRolePolicy: iampolicy.Trust("dlm.amazonaws.com"),
		Tags:             tag.Of(name, name+"-snapshots-role"),
	}, pulumi.Parent(v))
	if err != nil {
		return err
	}
	if _, err := iam.NewRolePolicyAttachment(ctx, name+"-snapshots-policy", &iam.RolePolicyAttachmentArgs{
		Role:      role.Name,
		PolicyArn: pulumi.String("arn:aws:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole"),
	}, pulumi.Parent(v)); err != nil {
		return err
	}
	_, err = dlm.NewLifecyclePolicy(ctx, name+"-snapshots", &dlm.LifecyclePolicyArgs{
		Description:      pulumi.Sprintf("daily snapshots of the data volume of %s", ctx.Stack()),
		ExecutionRoleArn: role.Arn,
		State:            pulumi.String("ENABLED"),
		PolicyDetails: dlm.LifecyclePolicyPolicyDetailsArgs{
			ResourceTypes: pulumi.StringArray{pulumi.String("VOLUME")},
			TargetTags:    pulumi.StringMap{"snapshots": target},
			Schedules: dlm.LifecyclePolicyPolicyDetailsScheduleArray{dlm.LifecyclePolicyPolicyDetailsScheduleArgs{
				Name:     pulumi.String("daily"),
				CopyTags: pulumi.Bool(true),
				CreateRule: dlm.LifecyclePolicyPolicyDetailsScheduleCreateRuleArgs{
					Interval: pulumi.Int(24), IntervalUnit: pulumi.String("HOURS"), Times: pulumi.String("03:00"),
				},
				RetainRule: dlm.LifecyclePolicyPolicyDetailsScheduleRetainRuleArgs{Count: pulumi.Int(snapshots)},
			}},
		},
		Tags: tag.Of(name, name+"-snapshots"),
	}, pulumi.Parent(v))
	return err
}
