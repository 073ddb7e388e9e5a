package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/components/budget"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/objective"
	"github.com/ladder-iac/ladder/components/peering"
	"github.com/ladder-iac/ladder/components/tokenkey"
)

// phase4 is two cells, each with services in a cluster behind a balancer, and what joins them: a global database for
// each service, secrets and the image as copies, and one name (docs/decisions/0017).
func phase4(ctx *pulumi.Context, c Config) error {
	other := c.Secondary
	home, err := c.cell(ctx, "", c.Region, c.VPCCIDR, c.Zones)
	if err != nil {
		return err
	}
	away, err := c.cell(ctx, secondarySuffix, other.Region, other.VPCCIDR, other.Zones)
	if err != nil {
		return err
	}

	copies := map[string]*key.Key{away.region: away.key}
	signing, err := tokenkey.New(ctx, nameToken, &tokenkey.Args{Key: home.key, Replicas: copies}, home.in)
	if err != nil {
		return err
	}
	items, err := c.global(ctx, "", c.DatabaseClass, aurora.Readers{Min: c.Readers, Max: c.MaxReaders}, home, away, copies)
	if err != nil {
		return err
	}
	users, err := c.global(ctx, usersSuffix, c.UsersClass, aurora.Readers{Min: 1}, home, away, copies)
	if err != nil {
		return err
	}
	if _, err := peering.New(ctx, namePeering, &peering.Args{
		Home: peering.Side{Network: home.net, Provider: home.provider, Databases: map[string]pulumi.StringInput{
			"items": items.home.SecurityGroupID, "users": users.home.SecurityGroupID,
		}},
		Secondary: peering.Side{Network: away.net, Provider: away.provider, Databases: map[string]pulumi.StringInput{
			"items": items.away.SecurityGroupID, "users": users.away.SecurityGroupID,
		}},
	}, home.in); err != nil {
		return err
	}

	release, err := c.images(ctx, home, away)
	if err != nil {
		return err
	}
	if err := c.serve(ctx, home, load{
		images: release[home.region], users: users.homeTopology, data: items.homeTopology, tokens: signing,
	}); err != nil {
		return err
	}
	if err := c.serve(ctx, away, load{
		images: release[away.region], users: users.awayTopology, data: items.awayTopology, tokens: signing.In(away.region),
	}); err != nil {
		return err
	}

	name, err := c.names(ctx, home, away)
	if err != nil {
		return err
	}
	pages, err := c.pages(ctx)
	if err != nil {
		return err
	}
	watch, err := c.watch(ctx, home, items.home, users.home)
	if err != nil {
		return err
	}
	watchAway, err := c.watch(ctx, away, items.away, users.away)
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
	}, home.in); err != nil {
		return err
	}

	ctx.Export("phase", pulumi.Int(c.Phase.Number))
	ctx.Export("url", pulumi.Sprintf("https://%s", name.Name))
	ctx.Export("pages", pages.URL)
	ctx.Export("image", release[home.region].stable.URI)
	ctx.Export("clusters", pulumi.StringArray{home.cluster.Name, away.cluster.Name})
	ctx.Export("regions", pulumi.ToStringArray([]string{home.region, away.region}))
	ctx.Export("database", items.database.Endpoint)
	ctx.Export("usersDatabase", users.database.Endpoint)
	ctx.Export("globalDatabases", pulumi.StringArray{items.database.ID, users.database.ID})
	ctx.Export("queues", pulumi.StringArray{home.events.QueueURL, away.events.QueueURL})
	ctx.Export("deadLetters", pulumi.StringArray{home.events.DeadLetterName, away.events.DeadLetterName})
	ctx.Export("alerts", pulumi.StringArray{watch.Topic, watchAway.Topic})
	ctx.Export("alertsTo", pulumi.String(c.alertsTo()))
	ctx.Export("dashboards", pulumi.StringArray{watch.Dashboard, watchAway.Dashboard})
	return nil
}
