package aurora

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
)

const (
	engine  = "aurora-postgresql"
	logDays = 30

	backupTime    = "02:00-02:30"         // UTC
	clusterWindow = "sun:02:30-sun:03:00" // UTC; for the engine's own upgrades
)

// groups are what the cluster and its instances are told alike.
type groups struct {
	cluster  *rds.ClusterParameterGroup
	instance *rds.ParameterGroup
	subnets  *rds.SubnetGroup
}

// family is AWS's word for a major in parameter groups.
func (a Args) family() string { return fmt.Sprintf("%s%d", engine, a.Major) }

// groups makes the groups. Parameter groups belong to a major: a new one comes before the cluster moves to
// it, and the old one stays in AWS, because the cluster uses it until its maintenance window.
func (a *Aurora) groups(ctx *pulumi.Context, name string, args Args) (groups, error) {
	var g groups
	family, major := args.family(), fmt.Sprintf("-%d", args.Major)
	kept := []pulumi.ResourceOption{pulumi.Parent(a), pulumi.RetainOnDelete(true)}
	var err error
	if g.cluster, err = rds.NewClusterParameterGroup(ctx, name+"-cluster"+major, &rds.ClusterParameterGroupArgs{
		Family: pulumi.String(family),
		Parameters: rds.ClusterParameterGroupParameterArray{
			// Moves copy data by logical replication. The parameter asks for a restart, so that it is set from birth.
			clusterParameter("rds.logical_replication", "1", "pending-reboot"),
			clusterParameter("rds.force_ssl", "1", "immediate"),
			// A forgotten transaction holds locks and keeps dead rows. No statement_timeout: it would end the copy of
			// a large table in a move, and the app sets its own.
			clusterParameter("idle_in_transaction_session_timeout", "60000", "immediate"), // milliseconds
		},
		Tags: tag.Of(name, name+"-cluster"+major),
	}, kept...); err != nil {
		return g, err
	}
	if g.instance, err = rds.NewParameterGroup(ctx, name+"-instance"+major, &rds.ParameterGroupArgs{
		Family: pulumi.String(family),
		Parameters: rds.ParameterGroupParameterArray{
			instanceParameter("log_lock_waits", "1"),
			instanceParameter("log_min_duration_statement", "1000"), // milliseconds
		},
		Tags: tag.Of(name, name+"-instance"+major),
	}, kept...); err != nil {
		return g, err
	}
	ids := pulumi.StringArray{}
	for _, subnet := range args.Subnets {
		ids = append(ids, subnet.ID)
	}
	g.subnets, err = rds.NewSubnetGroup(ctx, name+"-subnets", &rds.SubnetGroupArgs{
		SubnetIds: ids,
		Tags:      tag.Of(name, name+"-subnets"),
	}, pulumi.Parent(a))
	return g, err
}

func clusterParameter(name, value, apply string) rds.ClusterParameterGroupParameterArgs {
	return rds.ClusterParameterGroupParameterArgs{
		Name: pulumi.String(name), Value: pulumi.String(value), ApplyMethod: pulumi.String(apply),
	}
}

func instanceParameter(name, value string) rds.ParameterGroupParameterArgs {
	return rds.ParameterGroupParameterArgs{
		Name: pulumi.String(name), Value: pulumi.String(value), ApplyMethod: pulumi.String("immediate"),
	}
}

// cluster makes the cluster. Its identifier is made here, because the log group must bear it before the
// cluster writes, and the final snapshot after; it is new exactly when the cluster is.
func (a *Aurora) cluster(
	ctx *pulumi.Context, name string, args Args, firewall *ec2.SecurityGroup, g groups,
) (*rds.Cluster, error) {
	suffix, err := random.NewRandomId(ctx, name+"-id", &random.RandomIdArgs{
		ByteLength: pulumi.Int(4),
		Keepers:    args.keepers(),
	}, pulumi.Parent(a), pulumi.Protect(true))
	if err != nil {
		return nil, err
	}
	identifier := pulumi.Sprintf("%s-%s", name, suffix.Hex)
	logs, err := cloudwatch.NewLogGroup(ctx, name+"-logs", &cloudwatch.LogGroupArgs{
		Name:            pulumi.Sprintf("/aws/rds/cluster/%s/postgresql", identifier),
		RetentionInDays: pulumi.Int(logDays), // a group that RDS makes keeps everything for ever
		Tags:            tag.Of(name, name+"-logs"),
	}, pulumi.Parent(a))
	if err != nil {
		return nil, err
	}
	inputs := &rds.ClusterArgs{
		ClusterIdentifier:        identifier,
		Engine:                   pulumi.String(engine),
		AllowMajorVersionUpgrade: pulumi.Bool(true), // when Major is raised, and with it the instances' parameters
		ApplyImmediately:         pulumi.Bool(false),

		IamDatabaseAuthenticationEnabled: pulumi.Bool(true),

		DbSubnetGroupName:            g.subnets.Name,
		VpcSecurityGroupIds:          pulumi.StringArray{firewall.ID()},
		Port:                         pulumi.Int(port),
		DbClusterParameterGroupName:  g.cluster.Name,
		DbInstanceParameterGroupName: g.instance.Name,

		StorageEncrypted: pulumi.Bool(true),
		KmsKeyId:         args.Key.ARN,
		StorageType:      pulumi.String(args.storageType()),

		BackupRetentionPeriod:        pulumi.Int(args.BackupDays),
		PreferredBackupWindow:        pulumi.String(backupTime),
		PreferredMaintenanceWindow:   pulumi.String(clusterWindow),
		CopyTagsToSnapshot:           pulumi.Bool(true),
		DeletionProtection:           pulumi.Bool(true),
		SkipFinalSnapshot:            pulumi.Bool(false),
		FinalSnapshotIdentifier:      pulumi.Sprintf("%s-final", identifier),
		EnabledCloudwatchLogsExports: pulumi.StringArray{pulumi.String("postgresql")},
		Tags:                         tag.Of(name, name+"-cluster"),
	}
	if err := a.origin(ctx, args, inputs); err != nil {
		return nil, err
	}
	return rds.NewCluster(ctx, name+"-cluster", inputs, pulumi.Parent(a), pulumi.Protect(true),
		pulumi.DependsOn([]pulumi.Resource{logs}), pulumi.IgnoreChanges(args.fromOutside()))
}

// storageType is AWS's word for the I/O mode. Standard is said in full: an empty word would not take Optimized
// back (terraform-provider-aws issue 39267).
func (a Args) storageType() string {
	if a.IOMode == Optimized {
		return "aurora-iopt1"
	}
	return "aurora"
}
