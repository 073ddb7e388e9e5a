package postgres

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/firewall"
	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

const (
	port    = 5432
	logDays = 30
)

// base is what the instances stand on.
type base struct {
	identifier pulumi.StringOutput // of the primary; the replicas' start with it
	firewall   *ec2.SecurityGroup
	subnets    *rds.SubnetGroup
	parameters *rds.ParameterGroup
	monitoring *iam.Role
	policy     pulumi.Resource // of the role
}

func (p *Postgres) base(ctx *pulumi.Context, name string, args Args) (b base, err error) {
	// The identifier is made here, because the log group must bear it before the database writes, and the final
	// snapshot after. It is new exactly when the primary is.
	suffix, err := random.NewRandomId(ctx, name+"-id", &random.RandomIdArgs{
		ByteLength: pulumi.Int(4),
		Keepers: pulumi.StringMap{ // what replaces the primary
			"username": pulumi.String(args.Credential.Username), "key": args.Key.ARN,
		},
	}, pulumi.Parent(p), pulumi.Protect(true))
	if err != nil {
		return b, err
	}
	b.identifier = pulumi.Sprintf("%s-%s", name, suffix.Hex)
	if b.firewall, err = p.firewall(ctx, name, args); err != nil {
		return b, err
	}
	ids := pulumi.StringArray{}
	for _, subnet := range args.Subnets {
		ids = append(ids, subnet.ID)
	}
	if b.subnets, err = rds.NewSubnetGroup(ctx, name+"-subnets", &rds.SubnetGroupArgs{
		SubnetIds: ids,
		Tags:      tag.Of(name, name+"-subnets"),
	}, pulumi.Parent(p)); err != nil {
		return b, err
	}
	if b.parameters, err = p.parameters(ctx, name, args.Major); err != nil {
		return b, err
	}
	b.monitoring, b.policy, err = p.monitoring(ctx, name)
	return b, err
}

// firewall lets the clients in, and the database nowhere: answers and AWS's own replication need no rule.
func (p *Postgres) firewall(ctx *pulumi.Context, name string, args Args) (*ec2.SecurityGroup, error) {
	child := name + "-firewall"
	group, err := firewall.New(ctx, name, child, "database", args.VPCID, p)
	if err != nil {
		return nil, err
	}
	var rules []firewall.Rule
	for _, client := range args.clients() {
		rules = append(rules, firewall.Rule{
			Name: child + "-" + client, Group: group.ID(), Peer: args.Clients[client], Port: port,
		})
	}
	return group, firewall.Open(ctx, name, p, rules...)
}

// parameters are a group for each major, under a name that AWS has never seen: the new one comes before the
// instances take it, and the old one goes after, when nothing uses it any more.
func (p *Postgres) parameters(ctx *pulumi.Context, name string, major int) (*rds.ParameterGroup, error) {
	child := fmt.Sprintf("%s-parameters-%d", name, major)
	return rds.NewParameterGroup(ctx, child, &rds.ParameterGroupArgs{
		Family: pulumi.Sprintf("postgres%d", major),
		Parameters: rds.ParameterGroupParameterArray{
			// Moves copy data by logical replication. It asks for a restart, so that it is set from birth.
			parameter("rds.logical_replication", "1", "pending-reboot"),
			parameter("rds.force_ssl", "1", "immediate"),
			parameter("shared_preload_libraries", "pg_stat_statements", "pending-reboot"),
			parameter("log_min_duration_statement", "1000", "immediate"), // milliseconds
			parameter("log_lock_waits", "1", "immediate"),
			// A forgotten transaction holds locks and keeps dead rows; a change of a table that waits for a lock makes
			// all others wait behind it. No statement_timeout and no idle_session_timeout: the one would end the copy
			// of a large table in a move, the other closes connections that the app's pool counts on.
			parameter("idle_in_transaction_session_timeout", "60000", "immediate"), // milliseconds
			parameter("lock_timeout", "30000", "immediate"),                        // milliseconds
		},
		Tags: tag.Of(name, child),
	}, pulumi.Parent(p))
}

func parameter(name, value, apply string) rds.ParameterGroupParameterArgs {
	return rds.ParameterGroupParameterArgs{
		Name: pulumi.String(name), Value: pulumi.String(value), ApplyMethod: pulumi.String(apply),
	}
}

// monitoring is the role with which RDS writes what the operating system measures.
func (p *Postgres) monitoring(ctx *pulumi.Context, name string) (*iam.Role, pulumi.Resource, error) {
	role, err := iam.NewRole(ctx, name+"-monitoring", &iam.RoleArgs{
		AssumeRolePolicy: iampolicy.Trust("monitoring.rds.amazonaws.com"),
		Tags:             tag.Of(name, name+"-monitoring"),
	}, pulumi.Parent(p))
	if err != nil {
		return nil, nil, err
	}
	policy, err := iam.NewRolePolicyAttachment(ctx, name+"-monitoring-policy", &iam.RolePolicyAttachmentArgs{
		Role:      role.Name,
		PolicyArn: pulumi.String("arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"),
	}, pulumi.Parent(p))
	return role, policy, err
}

// logs are the groups of an instance, one for each kind. A group that RDS makes itself keeps everything for ever.
func (p *Postgres) logs(
	ctx *pulumi.Context, name, child string, identifier pulumi.StringInput, kinds ...string,
) ([]pulumi.Resource, error) {
	var groups []pulumi.Resource
	for _, kind := range kinds {
		part := fmt.Sprintf("%s-log-%s", child, kind)
		group, err := cloudwatch.NewLogGroup(ctx, part, &cloudwatch.LogGroupArgs{
			Name:            pulumi.Sprintf("/aws/rds/instance/%s/%s", identifier, kind),
			RetentionInDays: pulumi.Int(logDays),
			Tags:            tag.Of(name, part),
		}, pulumi.Parent(p))
		if err != nil {
			return nil, err
		}
		groups = append(groups, group)
	}
	return groups, nil
}
