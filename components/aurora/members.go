package aurora

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
)

const (
	monitoringSeconds = 60
	insightsDays      = 7 // as long as it is free
)

// member is one row of the table of instances.
type member struct {
	part, class string
	zone        string
	tier        int // of promotion; the lowest is promoted first
	slot        int // of the maintenance windows
}

// table lists the instances: the first is born the writer and comes back to it first. All of the writer's
// class stand in for it; the one for analytics last, and what autoscaling adds has the last tier too.
func (a Args) table() []member {
	const last = 15
	var list []member
	for ordinal := 1; ordinal <= 1+a.Readers.Min; ordinal++ {
		m := member{
			part: fmt.Sprint(ordinal), class: a.Class,
			zone: a.Subnets[(ordinal-1)%len(a.Subnets)].Zone, tier: 1, slot: ordinal - 2,
		}
		if ordinal == 1 {
			m.tier, m.slot = 0, maxReaders // a failover finds readers that were served already
		}
		list = append(list, m)
	}
	if a.Readers.Analytics != "" {
		list = append(list, member{
			part: "analytics", class: a.Readers.Analytics,
			zone: a.Subnets[len(a.Subnets)-1].Zone, tier: last, slot: maxReaders - 1,
		})
	}
	return list
}

// window is half an hour on Sunday from 03:00 UTC, one after another.
func (m member) window() string {
	at := func(slot int) string { return fmt.Sprintf("sun:%02d:%02d", 3+slot/2, slot%2*30) }
	return at(m.slot) + "-" + at(m.slot+1)
}

func (a *Aurora) members(
	ctx *pulumi.Context, name string, args Args, cluster *rds.Cluster, g groups,
) (members, error) {
	var list members
	role, policy, err := a.monitoring(ctx, name)
	if err != nil {
		return list, err
	}
	first := []pulumi.Resource{policy}
	for _, m := range args.table() {
		child := name + "-" + m.part
		instance, err := rds.NewClusterInstance(ctx, child, &rds.ClusterInstanceArgs{
			ClusterIdentifier: cluster.ID(),
			IdentifierPrefix:  pulumi.String(child + "-"),
			Engine:            pulumi.String(engine),
			InstanceClass:     pulumi.String(m.class),
			AvailabilityZone:  pulumi.String(m.zone),
			PromotionTier:     pulumi.Int(m.tier),
			DbSubnetGroupName: g.subnets.Name,

			DbParameterGroupName:       g.instance.Name,
			PubliclyAccessible:         pulumi.Bool(false),
			ApplyImmediately:           pulumi.Bool(false),
			AutoMinorVersionUpgrade:    pulumi.Bool(true),
			PreferredMaintenanceWindow: pulumi.String(m.window()),

			MonitoringInterval:                 pulumi.Int(monitoringSeconds),
			MonitoringRoleArn:                  role.Arn,
			PerformanceInsightsEnabled:         pulumi.Bool(true),
			PerformanceInsightsKmsKeyId:        args.Key.ARN,
			PerformanceInsightsRetentionPeriod: pulumi.Int(insightsDays),
			Tags:                               tag.Of(name, child),
		}, pulumi.Parent(a), pulumi.DependsOn(first),
			// The zone is that of the day the instance was made: a new zone must not move, and so replace, the
			// others. Version and parameters follow the cluster, in its maintenance window.
			pulumi.IgnoreChanges([]string{"availabilityZone", "engineVersion", "dbParameterGroupName"}))
		if err != nil {
			return list, err
		}
		if len(list.all) == 0 {
			first = append(first, instance) // AWS makes the first to come the writer
		}
		if m.part == "analytics" {
			list.analytics = instance
		}
		list.all = append(list.all, instance)
	}
	return list, nil
}

// endpoints says where readers are found. AWS's own reader endpoint holds every reader; with one for
// analytics, two custom endpoints keep long queries and the app's reads apart.
func (a *Aurora) endpoints(ctx *pulumi.Context, name string, cluster *rds.Cluster, list members) error {
	a.Reader, a.Analytics = cluster.ReaderEndpoint, pulumi.String("").ToStringOutput()
	if list.analytics == nil {
		return nil
	}
	only := pulumi.StringArray{list.analytics.Identifier}
	analytics, err := a.endpoint(ctx, name, "analytics", cluster, &rds.ClusterEndpointArgs{StaticMembers: only})
	if err != nil {
		return err
	}
	// What is not excluded belongs to it: autoscaling's readers join by themselves.
	readers, err := a.endpoint(ctx, name, "readers", cluster, &rds.ClusterEndpointArgs{ExcludedMembers: only})
	if err != nil {
		return err
	}
	a.Reader, a.Analytics = readers.Endpoint, analytics.Endpoint
	return nil
}

func (a *Aurora) endpoint(
	ctx *pulumi.Context, name, part string, cluster *rds.Cluster, args *rds.ClusterEndpointArgs,
) (*rds.ClusterEndpoint, error) {
	child := fmt.Sprintf("%s-%s-endpoint", name, part)
	args.ClusterEndpointIdentifier = pulumi.Sprintf("%s-%s", cluster.ClusterIdentifier, part)
	args.ClusterIdentifier = cluster.ID()
	args.CustomEndpointType = pulumi.String("READER")
	args.Tags = tag.Of(name, child)
	return rds.NewClusterEndpoint(ctx, child, args, pulumi.Parent(a))
}
