package stacks

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/budget"
	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/dns"
	"github.com/ladder-iac/ladder/components/fleet"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/monitor"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/objective"
	"github.com/ladder-iac/ladder/components/postgres"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/tokenkey"
	"github.com/ladder-iac/ladder/components/topology"
)

// phase2 is app servers in two zones, which step in for each other, with a primary database that has a standby, and
// its read replicas. What is cached is cached in the app.
func phase2(ctx *pulumi.Context, c Config) error {
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
		Tiers: []network.Tier{network.Data},
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
	db, err := postgres.New(ctx, namePostgres, &postgres.Args{
		VPCID: net.VPCID, Subnets: net.Data, Key: encryption, Credential: user,
		Major: c.PostgresMajor, Class: c.DatabaseClass, Replicas: c.Readers,
		Storage: postgres.Storage{GiB: c.StorageGiB}, BackupDays: c.BackupDays,
	}, in)
	if err != nil {
		return err
	}
	data, err := topology.New(ctx, nameTopology, &topology.Args{
		Writer: db.Writer, Readers: db.Readers, SecurityGroupID: db.SecurityGroupID, Credential: user,
	}, in)
	if err != nil {
		return err
	}
	servers, err := fleet.New(ctx, nameApp, &fleet.Args{
		Network: net, InstanceType: c.AppInstanceTypes[0], Servers: c.AppServers, Domain: c.Domain,
		Key: encryption, TokenKey: signing, Release: app, Topology: data, Phase: c.Phase.Number,
	}, in)
	if err != nil {
		return err
	}
	url := pulumi.Sprintf("http://%s", servers.Addresses[0])
	failover := "none: each server has an address of its own; set ladder:domain and ladder:hostedZoneId"
	if c.Domain != "" {
		var targets []dns.Target
		for i, address := range servers.Addresses {
			targets = append(targets, dns.Target{
				Name: fmt.Sprintf("%s-%d", nameApp, i+1), Weight: 100, Address: address, Checked: true,
			})
		}
		name, err := dns.New(ctx, nameDNS, &dns.Args{
			Domain: c.Domain, HostedZoneID: c.HostedZoneID, Targets: targets,
		}, in)
		if err != nil {
			return err
		}
		url, failover = pulumi.Sprintf("https://%s", name.Name), "by DNS, within 3 minutes"
	}
	watch, err := monitor.New(ctx, nameMonitor, &monitor.Args{
		Target: target(c.Phase), Alarms: c.Alarms, Region: c.Region, Key: encryption, Email: c.AlertEmail,
		Watches:  []monitor.Watch{monitor.Fleet(servers), monitor.Postgres(db)},
		Triggers: []monitor.Trigger{monitor.ServerOverload(servers, db)},
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
	ctx.Export("addresses", pulumi.ToStringArrayOutput(servers.Addresses))
	ctx.Export("failover", pulumi.String(failover))
	ctx.Export("release", pulumi.String(app.Version))
	ctx.Export("database", db.Writer)
	ctx.Export("databaseReaders", pulumi.ToStringArrayOutput(db.Readers))
	ctx.Export("databaseSecret", user.ARN)
	ctx.Export("topology", data.ParameterName)
	ctx.Export("logs", servers.LogGroup)
	ctx.Export("alerts", watch.Topic)
	ctx.Export("alertsTo", pulumi.String(c.alertsTo()))
	ctx.Export("dashboard", watch.Dashboard)
	return nil
}
