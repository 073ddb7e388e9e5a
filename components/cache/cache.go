// Package cache makes a Valkey cache on Amazon ElastiCache that grows from one node to a sharded cluster in place.
//
// Creates: a replication group with TLS, encryption at rest and a token, its parameter group and subnet group, a
// security group that opens 6379 to named clients, the token's secret, and a log group with slow commands and
// engine events. Cluster mode is on from the first node, because AWS turns it on later only in two steps, while
// every client changes its protocol. So the client must speak the cluster's (rueidis and valkey-go do by themselves).
//
// Not stateful: everything in it can be read from the database again. It is neither protected nor backed up, its
// loss is a slow minute and no loss of data, and no move between phases waits for it. Its data never counts as
// written: replication is asynchronous, and a full cache drops the keys used least recently.
//
// Cost at the defaults: 19 USD a month, of which one cache.t4g.small 18.69, the secret 0.40. Phase 3's three
// cache.m7g.large 276.82. Logs 0.50 USD/GB, traffic between zones 0.01 USD/GB each way (us-east-1, on demand,
// 2026-10).
//
// Left out of what terraform-aws-modules/elasticache offers:
//   - Redis OSS and Memcached: Valkey runs the same commands for a fifth less.
//   - Serverless: 5 GB cost 307 USD a month before the first request, three nodes of 5 GB each cost 277.
//   - Global datastore: it ties regions together that must fail apart; each region fills a cache of its own.
//   - Data tiering: for r6gd nodes only, and for hundreds of GB that are seldom read; the phases cache a few GB.
//   - Snapshots: restoring one makes a new cache, and by then the database has filled it.
//   - User groups: the clients are one app, and one token rotates without a pause.
//   - A topic for ElastiCache's events: it cannot publish to an encrypted topic, and says so nowhere but in its
//     console [ElastiCache User Guide, Event notifications]. The engine log tells of failovers, alarms have Nodes.
//   - Scaling by itself: moving slots adds load when there is too much already; raise Shards before.
package cache

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/elasticache"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
)

// Port is where every node listens, with TLS only.
const Port = 6379

// Cache is a Valkey cluster.
type Cache struct {
	pulumi.ResourceState

	Endpoint        pulumi.StringOutput `pulumi:"endpoint"`        // host:port, where a client learns of all nodes
	SecretARN       pulumi.StringOutput `pulumi:"secretArn"`       // JSON {"username", "password"}
	SecurityGroupID pulumi.StringOutput `pulumi:"securityGroupId"` // of the nodes; clients need a way out to it
	ID              pulumi.StringOutput `pulumi:"id"`              // of the replication group
	// Nodes are the CacheClusterId of every node as AWS numbers them at birth, shard by shard. CloudWatch counts
	// by node, so that alarms need one each.
	Nodes  []pulumi.StringOutput
	Shards int
}

// New makes a cache. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Cache, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	c := &Cache{Shards: args.Shards}
	if err := ctx.RegisterComponentResource("ladder:cache:Cache", name, c, opts...); err != nil {
		return nil, fmt.Errorf("cache %q: %w", name, err)
	}
	firewall, err := c.firewall(ctx, name, args)
	if err != nil {
		return nil, err
	}
	logs, err := cloudwatch.NewLogGroup(ctx, name+"-logs", &cloudwatch.LogGroupArgs{
		// AWS lets its services write under this prefix by one policy for all; elsewhere every group adds to a
		// policy that ends at 5,120 characters [CloudWatch Logs User Guide, Logs sent to CloudWatch Logs].
		Name:            pulumi.Sprintf("/aws/vendedlogs/%s/%s/%s", ctx.Project(), ctx.Stack(), name),
		RetentionInDays: pulumi.Int(30),
		Tags:            tag.Of(name, name+"-logs"),
	}, pulumi.Parent(c))
	if err != nil {
		return nil, err
	}
	token, err := c.token(ctx, name)
	if err != nil {
		return nil, err
	}
	group, err := c.group(ctx, name, args, firewall, logs, token)
	if err != nil {
		return nil, err
	}
	if err := c.secret(ctx, name, args, token, group); err != nil {
		return nil, err
	}
	c.ID = group.ID().ToStringOutput()
	c.Endpoint = pulumi.Sprintf("%s:%d", group.ConfigurationEndpointAddress, Port)
	c.SecurityGroupID = firewall.ID().ToStringOutput()
	for shard := range args.Shards {
		for node := range args.ReplicasPerShard + 1 {
			c.Nodes = append(c.Nodes, pulumi.Sprintf("%s-%04d-%03d", c.ID, shard+1, node+1))
		}
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"endpoint": c.Endpoint, "secretArn": c.SecretARN, "securityGroupId": c.SecurityGroupID, "id": c.ID,
	})
}

// group makes the nodes. It has no name of its own, so that a replacement (another key, a lower version) is there
// before the old one goes.
func (c *Cache) group(
	ctx *pulumi.Context, name string, args Args,
	firewall *ec2.SecurityGroup, logs *cloudwatch.LogGroup, token pulumi.StringOutput,
) (*elasticache.ReplicationGroup, error) {
	subnets, err := c.subnets(ctx, name, args)
	if err != nil {
		return nil, err
	}
	parameters, err := c.parameters(ctx, name, args)
	if err != nil {
		return nil, err
	}
	return elasticache.NewReplicationGroup(ctx, name+"-group", &elasticache.ReplicationGroupArgs{
		Description:          pulumi.Sprintf("cache of the stack %s", ctx.Stack()),
		Engine:               pulumi.String("valkey"),
		EngineVersion:        pulumi.String(args.Version),
		NodeType:             pulumi.String(args.NodeType),
		ClusterMode:          pulumi.String("enabled"),
		NumNodeGroups:        pulumi.Int(args.Shards),
		ReplicasPerNodeGroup: pulumi.Int(args.ReplicasPerShard),
		ParameterGroupName:   parameters.Name,
		Port:                 pulumi.Int(Port),
		SubnetGroupName:      subnets.Name,
		SecurityGroupIds:     pulumi.StringArray{firewall.ID()},
		// Cluster mode wants failover on even where there is nobody to take over.
		AutomaticFailoverEnabled: pulumi.Bool(true),
		MultiAzEnabled:           pulumi.Bool(args.ReplicasPerShard > 0),
		TransitEncryptionEnabled: pulumi.Bool(true),
		TransitEncryptionMode:    pulumi.String("required"),
		AtRestEncryptionEnabled:  pulumi.Bool(true),
		KmsKeyId:                 args.Key.ARN,
		AuthToken:                token,
		AuthTokenUpdateStrategy:  pulumi.String("ROTATE"),
		SnapshotRetentionLimit:   pulumi.Int(0),
		MaintenanceWindow:        pulumi.String(args.MaintenanceWindow),
		AutoMinorVersionUpgrade:  pulumi.Bool(true),
		ApplyImmediately:         pulumi.Bool(true), // a finished update has happened; AWS takes log changes no other way
		LogDeliveryConfigurations: elasticache.ReplicationGroupLogDeliveryConfigurationArray{
			delivery(logs, "slow-log"), // commands of more than 10 ms
			delivery(logs, "engine-log"),
		},
		Tags: tag.Of(name, name+"-group"),
	}, pulumi.Parent(c),
		// The provider gives up after 40 minutes; moving the slots of large shards can take longer.
		pulumi.Timeouts(&pulumi.CustomTimeouts{Update: "3h"}))
}

func (c *Cache) subnets(ctx *pulumi.Context, name string, args Args) (*elasticache.SubnetGroup, error) {
	var ids pulumi.StringArray
	for _, subnet := range args.Subnets {
		ids = append(ids, subnet.ID)
	}
	return elasticache.NewSubnetGroup(ctx, name+"-subnets", &elasticache.SubnetGroupArgs{
		Description: pulumi.Sprintf("cache of the stack %s", ctx.Stack()),
		SubnetIds:   ids,
		Tags:        tag.Of(name, name+"-subnets"),
	}, pulumi.Parent(c))
}

// parameters are of one family of versions. A new major version replaces the group: the new one is made and taken
// before the old one is deleted, because it has no fixed name.
func (c *Cache) parameters(ctx *pulumi.Context, name string, args Args) (*elasticache.ParameterGroup, error) {
	return elasticache.NewParameterGroup(ctx, name+"-parameters", &elasticache.ParameterGroupArgs{
		Description: pulumi.String("cache"), // never changes: it would replace the group
		Family:      pulumi.String(args.family()),
		Parameters: elasticache.ParameterGroupParameterArray{
			parameter("cluster-enabled", "yes"),
			// Every key is a copy, so that any may go. With volatile-lru, AWS's default, writes fail once memory
			// is full of keys without expiry; and counting uses (lfu) is misled by the app's own memory, which
			// answers for the most used keys.
			parameter("maxmemory-policy", "allkeys-lru"),
		},
		Tags: tag.Of(name, name+"-parameters"),
	}, pulumi.Parent(c))
}

func parameter(name, value string) elasticache.ParameterGroupParameterInput {
	return elasticache.ParameterGroupParameterArgs{Name: pulumi.String(name), Value: pulumi.String(value)}
}

// delivery sends one of the nodes' logs to the log group. ElastiCache leaves keys and values out of them.
func delivery(
	logs *cloudwatch.LogGroup, log string,
) elasticache.ReplicationGroupLogDeliveryConfigurationInput {
	return elasticache.ReplicationGroupLogDeliveryConfigurationArgs{
		Destination:     logs.Name,
		DestinationType: pulumi.String("cloudwatch-logs"),
		LogFormat:       pulumi.String("json"),
		LogType:         pulumi.String(log),
	}
}
