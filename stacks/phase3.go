package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/components/budget"
	"github.com/ladder-iac/ladder/components/cache"
	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/dns"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/monitor"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/objective"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/tokenkey"
	"github.com/ladder-iac/ladder/components/topology"
	"github.com/ladder-iac/ladder/components/web"
)

// phase3 is a load balancer with app servers that grow and shrink with the load, over three zones, with a shared cache
// and a database cluster.
func phase3(ctx *pulumi.Context, c Config) error {
	provider, err := newProvider(ctx, nameProvider, c.Region)
	if err != nil {
		return err
	}
	in := pulumi.Providers(provider)

	encryption, err := key.New(ctx, nameKey, nil, in)
	if err != nil {
		return err
	}
	net, err := network.New(ctx, nameNetwork, &network.Args{
		Region: c.Region, CIDR: c.VPCCIDR, Zones: c.Zones, Reserved: c.ReservedCIDRs,
		Tiers: []network.Tier{network.App, network.Data},
	}, in)
	if err != nil {
		return err
	}
	user, err := credential.New(ctx, nameDatabase, &credential.Args{Username: "ladder", Key: encryption}, in)
	if err != nil {
		return err
	}
	signing, err := tokenkey.New(ctx, nameToken, &tokenkey.Args{Key: encryption}, in)
	if err != nil {
		return err
	}
	app, err := release.New(ctx, nameRelease, &release.Args{Artifact: c.path(c.Artifact), Key: encryption}, in)
	if err != nil {
		return err
	}
	trial, err := c.canary(ctx, encryption, in)
	if err != nil {
		return err
	}
	zones := net.Data[:c.Phase.Zones] // Aurora's storage spans three, and no instance may stand in a fourth
	db, err := aurora.New(ctx, nameAurora, &aurora.Args{
		VPCID: net.VPCID, Subnets: zones, Key: encryption, Credential: user,
		Major: c.PostgresMajor, Class: c.DatabaseClass, Readers: aurora.Readers{Min: c.Readers, Max: c.MaxReaders},
		IOMode: aurora.IOMode(c.IOMode), BackupDays: c.BackupDays,
	}, in)
	if err != nil {
		return err
	}
	shared, err := cache.New(ctx, nameCache, &cache.Args{
		VPCID: net.VPCID, Subnets: net.Data, Key: encryption,
		Version: c.CacheVersion, NodeType: c.CacheNodeType, ReplicasPerShard: c.CacheReplicas,
	}, in)
	if err != nil {
		return err
	}
	data, err := topology.New(ctx, nameTopology, &topology.Args{
		Writer: db.Writer, Readers: []pulumi.StringOutput{db.Reader}, SecurityGroupID: db.SecurityGroupID,
		Credential: user, Cache: shared,
	}, in)
	if err != nil {
		return err
	}
	servers, err := web.New(ctx, nameWeb, &web.Args{
		Network: net, InstanceTypes: c.AppInstanceTypes,
		Machines: web.Range{Min: c.AppServers, Max: c.MaxAppServers}, Domain: c.Domain, HostedZoneID: c.HostedZoneID,
		Key: encryption, TokenKey: signing, Release: app, Canary: trial, Topology: data, Phase: c.Phase.Number,
	}, in)
	if err != nil {
		return err
	}
	url := pulumi.Sprintf("http://%s", servers.DNSName)
	if c.Domain != "" {
		name, err := dns.New(ctx, nameDNS, &dns.Args{
			Domain: c.Domain, HostedZoneID: c.HostedZoneID, Targets: []dns.Target{{
				Name: nameWeb, Weight: 100, Balancer: &dns.Balancer{DNSName: servers.DNSName, ZoneID: servers.ZoneID},
			}},
		}, in)
		if err != nil {
			return err
		}
		url = pulumi.Sprintf("https://%s", name.Name)
	}
	watch, err := monitor.New(ctx, nameMonitor, &monitor.Args{
		Target: target(c.Phase), Alarms: c.Alarms, Region: c.Region, Key: encryption, Email: c.AlertEmail,
		Watches:  []monitor.Watch{monitor.Web(servers), monitor.Aurora(db), monitor.Cache(shared)},
		Triggers: []monitor.Trigger{monitor.MonolithLimits(servers, db)},
	}, in)
	if err != nil {
		return err
	}
	if _, err := objective.New(ctx, nameObjective, &objective.Args{
		Phase: c.Phase.Number, Traffic: c.Traffic, Waivers: c.Waivers, Rules: c.Rules,
	}); err != nil {
		return err
	}
	if _, err := budget.New(ctx, nameBudget, &budget.Args{
		MonthlyUSD: c.MonthlyBudgetUSD, Topic: watch.Topic, Anomalies: c.CostAnomalies,
	}, in); err != nil {
		return err
	}

	ctx.Export("phase", pulumi.Int(c.Phase.Number))
	ctx.Export("url", url)
	ctx.Export("release", pulumi.String(app.Version))
	ctx.Export("database", db.Writer)
	ctx.Export("databaseReader", db.Reader)
	ctx.Export("cache", shared.Endpoint)
	ctx.Export("databaseSecret", user.ARN)
	ctx.Export("topology", data.ParameterName)
	ctx.Export("canaryAlarm", servers.CanaryAlarm)
	ctx.Export("logs", servers.LogGroup)
	ctx.Export("alerts", watch.Topic)
	ctx.Export("alertsTo", pulumi.String(c.alertsTo()))
	ctx.Export("dashboard", watch.Dashboard)
	return nil
}

// canary publishes the binary on trial; nil for none.
func (c Config) canary(ctx *pulumi.Context, encryption *key.Key, in pulumi.ResourceOption) (*web.Canary, error) {
	if c.Canary == (Canary{}) {
		return nil, nil
	}
	trial, err := release.New(ctx, nameCanary, &release.Args{
		Artifact: c.path(c.Canary.Artifact), Key: encryption,
	}, in)
	if err != nil {
		return nil, err
	}
	return &web.Canary{Release: trial, Weight: c.Canary.Weight, P99: c.Phase.P99}, nil
}
