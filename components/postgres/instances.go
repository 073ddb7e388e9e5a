package postgres

import (
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
)

const (
	database = "ladder" // the name that every phase's database has

	// authority signs the server's certificate; RDS's default, valid to 2061  [Amazon RDS User Guide, SSL/TLS].
	authority = "rds-ca-rsa2048-g1"

	monitoringSeconds = 60
	insightsDays      = 7 // as long as it is free

	backupTime    = "03:00-04:00"         // UTC, daily
	primaryWindow = "sun:05:00-sun:06:00" // UTC, for minor versions; the replicas' come the day before
)

// The kinds of logs that go to CloudWatch.
const (
	serverLog  = "postgresql"
	upgradeLog = "upgrade" // RDS upgrades replicas through the primary
)

// common is what primary and replicas are told alike. A blue/green update is never among it: it would leave the
// replicas behind at the old primary.
func (a Args) common(name, child string, b base, identifier pulumi.StringInput) *rds.InstanceArgs {
	instance := &rds.InstanceArgs{
		Identifier:    identifier,
		InstanceClass: pulumi.String(a.Class),

		StorageType:      pulumi.String("gp3"),
		StorageEncrypted: pulumi.Bool(true),
		AllocatedStorage: pulumi.Int(a.Storage.GiB),

		VpcSecurityGroupIds: pulumi.StringArray{b.firewall.ID()},
		PubliclyAccessible:  pulumi.Bool(false),
		ParameterGroupName:  b.parameters.Name,
		CaCertIdentifier:    pulumi.String(authority),

		ApplyImmediately:                 pulumi.Bool(true),
		AutoMinorVersionUpgrade:          pulumi.Bool(true),
		CopyTagsToSnapshot:               pulumi.Bool(true),
		IamDatabaseAuthenticationEnabled: pulumi.Bool(true),

		MonitoringInterval:                 pulumi.Int(monitoringSeconds),
		MonitoringRoleArn:                  b.monitoring.Arn,
		PerformanceInsightsEnabled:         pulumi.Bool(true),
		PerformanceInsightsKmsKeyId:        a.Key.ARN,
		PerformanceInsightsRetentionPeriod: pulumi.Int(insightsDays),
		Tags:                               tag.Of(name, child),
	}
	if a.Storage.MaxGiB > a.Storage.GiB {
		instance.MaxAllocatedStorage = pulumi.Int(a.Storage.MaxGiB)
	}
	return instance
}

// keep is what an instance with data of its own is told.
func keep(instance *rds.InstanceArgs, identifier pulumi.StringInput) {
	instance.DeletionProtection = pulumi.Bool(true)
	instance.DeleteAutomatedBackups = pulumi.Bool(false)
	instance.SkipFinalSnapshot = pulumi.Bool(false)
	instance.FinalSnapshotIdentifier = pulumi.Sprintf("%s-final", identifier)
}

// back is what an instance with backups is told; a replica takes it only once it is promoted.
func (a Args) back(instance *rds.InstanceArgs, days int) {
	instance.BackupRetentionPeriod = pulumi.Int(days)
	instance.BackupWindow = pulumi.String(backupTime)
	instance.Password = a.Credential.Password
}

func (p *Postgres) primary(ctx *pulumi.Context, name string, args Args, b base) (*rds.Instance, error) {
	child := name + "-primary"
	logs, err := p.logs(ctx, name, child, b.identifier, serverLog, upgradeLog)
	if err != nil {
		return nil, err
	}
	instance := args.common(name, child, b, b.identifier)
	instance.Engine = pulumi.String("postgres")
	instance.EngineVersion = pulumi.String(strconv.Itoa(args.Major)) // the major alone: the minor is AWS's choice
	instance.AllowMajorVersionUpgrade = pulumi.Bool(true)            // when Major is raised
	instance.DbName = pulumi.String(database)
	instance.Username = pulumi.String(args.Credential.Username)
	instance.Port = pulumi.Int(port)
	instance.KmsKeyId = args.Key.ARN
	instance.DbSubnetGroupName = b.subnets.Name
	instance.MultiAz = pulumi.Bool(args.Availability == MultiZone)
	instance.MaintenanceWindow = pulumi.String(primaryWindow)
	instance.EnabledCloudwatchLogsExports = pulumi.StringArray{pulumi.String(serverLog), pulumi.String(upgradeLog)}
	args.back(instance, args.BackupDays)
	keep(instance, b.identifier)
	return rds.NewInstance(ctx, child, instance, pulumi.Parent(p), pulumi.Protect(true),
		pulumi.DependsOn(append(logs, b.policy)),
		// A restore writes it from outside; taking it back would make an empty database.
		pulumi.IgnoreChanges([]string{"snapshotIdentifier"}))
}

// replica makes the replica of an ordinal. It takes engine, version, user, password, database, subnet group and key
// from the primary, and AWS wants to hear of none of them.
func (p *Postgres) replica(
	ctx *pulumi.Context, name string, ordinal int, args Args, b base, primary *rds.Instance,
) (*rds.Instance, error) {
	child := fmt.Sprintf("%s-replica-%d", name, ordinal)
	identifier := pulumi.Sprintf("%s-replica-%d", b.identifier, ordinal)
	logs, err := p.logs(ctx, name, child, identifier, serverLog)
	if err != nil {
		return nil, err
	}
	instance := args.common(name, child, b, identifier)
	instance.AvailabilityZone = pulumi.String(args.Subnets[(ordinal-1)%len(args.Subnets)].Zone)
	instance.MaintenanceWindow = pulumi.Sprintf("sat:%02d:00-sat:%02d:00", 4+ordinal, 5+ordinal) // one after another
	instance.EnabledCloudwatchLogsExports = pulumi.StringArray{pulumi.String(serverLog)}
	days, promoted := args.Promoted[ordinal]
	switch {
	case !promoted:
		instance.ReplicateSourceDb = primary.Identifier
		instance.SkipFinalSnapshot = pulumi.Bool(true) // a copy; AWS takes no final snapshot of a replica
	default: // engine and key stay unsaid: to say them now would ask for another instance
		keep(instance, identifier)
		if days > 0 {
			args.back(instance, days)
			instance.MultiAz = pulumi.Bool(args.Availability == MultiZone)
		}
	}
	return rds.NewInstance(ctx, child, instance, pulumi.Parent(p), pulumi.Protect(true),
		pulumi.DependsOn(append(logs, b.policy)),
		// The zone is that of the day the replica was made: a new zone must not move, and so replace, the others.
		pulumi.IgnoreChanges([]string{"availabilityZone", "snapshotIdentifier"}))
}
