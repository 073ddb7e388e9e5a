package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/budget"
	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/dns"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/monitor"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/objective"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/tokenkey"
	"github.com/ladder-iac/ladder/components/vm"
)

// phase1 is one server with app and database. The network, the key, the credential and the name are built as
// they stay through all phases.
func phase1(ctx *pulumi.Context, c Config) error {
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
	server, err := vm.New(ctx, nameServer, &vm.Args{
		Network: net, Subnet: net.Public[0],
		InstanceType: c.InstanceType, DataVolumeGiB: c.DataVolumeGiB, PostgresMajor: c.PostgresMajor,
		Domain: c.Domain, Key: encryption, Credential: user, TokenKey: signing, Release: app,
		Phase: c.Phase.Number,
	}, in)
	if err != nil {
		return err
	}
	url := pulumi.Sprintf("http://%s", server.Address)
	if c.Domain != "" {
		name, err := dns.New(ctx, nameDNS, &dns.Args{
			Domain: c.Domain, HostedZoneID: c.HostedZoneID,
			Targets: []dns.Target{{Name: nameServer, Weight: 100, Address: server.Address}},
		}, in)
		if err != nil {
			return err
		}
		url = pulumi.Sprintf("https://%s", name.Name)
	}
	watch, err := monitor.New(ctx, nameMonitor, &monitor.Args{
		Target: target(c.Phase), Alarms: c.Alarms, Region: c.Region, Key: encryption, Email: c.AlertEmail,
		Watches:  []monitor.Watch{monitor.Server(server)},
		Triggers: []monitor.Trigger{monitor.DatabaseBottleneck(server)},
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
	ctx.Export("address", server.Address)
	ctx.Export("instance", server.InstanceID)
	ctx.Export("release", pulumi.String(app.Version))
	ctx.Export("databaseSecret", user.ARN)
	ctx.Export("backups", server.BackupBucket)
	ctx.Export("logs", server.LogGroup)
	ctx.Export("alerts", watch.Topic)
	ctx.Export("alertsTo", pulumi.String(c.alertsTo()))
	ctx.Export("dashboard", watch.Dashboard)
	return nil
}
