package stacks

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/app/web/page"
	"github.com/ladder-iac/ladder/components/aurora"
	"github.com/ladder-iac/ladder/components/cdn"
	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/dns"
	"github.com/ladder-iac/ladder/components/globaldb"
	"github.com/ladder-iac/ladder/components/image"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/monitor"
	"github.com/ladder-iac/ladder/components/service"
	"github.com/ladder-iac/ladder/components/topology"
)

const (
	secondarySuffix = "-secondary" // of what stands in the second region
	usersSuffix     = "-users"     // of what only the user service uses
	edgeRegion      = "us-east-1"  // where CloudFront's certificates and web ACLs must stand
)

// images are what a cell runs.
type images struct {
	stable service.Image
	canary *service.Canary // nil for none
}

// images returns the images by region: each cell pulls its own copy.
func (c Config) images(ctx *pulumi.Context, home, away *cell) (map[string]images, error) {
	stable, err := image.New(ctx, nameImage, &image.Args{
		Layout: c.path(c.Image), Key: home.key,
		Replicas: []image.Replica{{Region: away.region, Key: away.key, Provider: away.provider}},
	}, home.in)
	if err != nil {
		return nil, err
	}
	var trial *image.Image
	if c.Canary != (Canary{}) {
		if trial, err = stable.Beside(c.path(c.Canary.Artifact)); err != nil {
			return nil, fmt.Errorf("ladder:canary: %w", err)
		}
	}
	all := map[string]images{}
	for _, r := range []*cell{home, away} {
		own := images{}
		if own.stable, err = r.image(stable); err != nil {
			return nil, err
		}
		if trial != nil {
			own.canary = &service.Canary{Weight: c.Canary.Weight}
			if own.canary.Image, err = r.image(trial); err != nil {
				return nil, err
			}
		}
		all[r.region] = own
	}
	return all, nil
}

// image is the copy that is in the cell's region.
func (r *cell) image(i *image.Image) (service.Image, error) {
	if r.suffix == "" {
		return service.Image{URI: i.URI, Digest: i.Digest}, nil
	}
	uri, err := i.In(r.region)
	return service.Image{URI: uri, Digest: i.Digest}, err
}

// globalData is one service's data in both cells.
type globalData struct {
	database                   *globaldb.GlobalDB
	home, away                 *aurora.Aurora
	homeTopology, awayTopology *topology.Topology
}

// global makes a service's database in both cells. The one without a suffix is the cluster of phase 3, which stays.
func (c Config) global(
	ctx *pulumi.Context, suffix, class string, readers aurora.Readers, home, away *cell, copies map[string]*key.Key,
) (d globalData, err error) {
	user, err := credential.New(ctx, nameDatabase+suffix, &credential.Args{
		Username: "ladder", Key: home.key, Replicas: copies,
	}, home.in)
	if err != nil {
		return d, err
	}
	args := func(r *cell, global aurora.Global) *aurora.Args {
		if global.Role == aurora.Secondary {
			readers = aurora.Readers{Min: readers.Min} // AWS scales the primary's only
		}
		return &aurora.Args{
			VPCID: r.net.VPCID, Subnets: r.net.Data[:c.Phase.Zones], Clients: r.pods(), Key: r.key,
			Major: c.PostgresMajor, Class: class, Readers: readers, IOMode: aurora.IOMode(c.IOMode),
			BackupDays: c.BackupDays, Global: global,
		}
	}
	primary := args(home, aurora.Global{Role: aurora.Primary})
	primary.Credential = user
	if d.home, err = aurora.New(ctx, nameAurora+suffix, primary, home.in); err != nil {
		return d, err
	}
	if d.database, err = globaldb.New(ctx, nameGlobal+suffix, &globaldb.Args{
		Primary: d.home, Region: home.region,
	}, home.in); err != nil {
		return d, err
	}
	d.away, err = aurora.New(ctx, away.name(nameAurora+suffix), args(away, d.database.Secondary()), away.in)
	if err != nil {
		return d, err
	}
	if d.homeTopology, err = c.topology(ctx, suffix, home, d.database, d.home, user); err != nil {
		return d, err
	}
	d.awayTopology, err = c.topology(ctx, suffix, away, d.database, d.away, user.In(away.region))
	return d, err
}

// topology reads in its own region, and writes wherever the writer is.
func (c Config) topology(
	ctx *pulumi.Context, suffix string, r *cell, database *globaldb.GlobalDB, own *aurora.Aurora,
	user *credential.Credential,
) (*topology.Topology, error) {
	return topology.New(ctx, r.name(nameTopology+suffix), &topology.Args{
		Writer: database.Endpoint, Readers: []pulumi.StringOutput{own.Reader}, SecurityGroupID: own.SecurityGroupID,
		Credential: user, Cache: r.cache,
	}, r.in)
}

// names lead users to the nearer cell that is well. The name of phase 3 stays as it is, and points at that of the
// regions: Route 53 takes no record by latency beside a weighted one.
func (c Config) names(ctx *pulumi.Context, cells ...*cell) (*dns.DNS, error) {
	var targets []dns.Target
	for _, r := range cells {
		targets = append(targets, dns.Target{
			Name: r.region, Region: r.region, Checked: true,
			Balancer: &dns.Balancer{DNSName: r.entry.DNSName, ZoneID: r.entry.ZoneID},
		})
	}
	in := cells[0].in
	regions, err := dns.New(ctx, nameRegions, &dns.Args{
		Domain: "regions." + c.Domain, HostedZoneID: c.HostedZoneID, Targets: targets,
	}, in)
	if err != nil {
		return nil, err
	}
	return dns.New(ctx, nameDNS, &dns.Args{
		Domain: c.Domain, HostedZoneID: c.HostedZoneID,
		Targets: []dns.Target{{Name: nameWeb, Weight: 100, Balancer: regions.Balancer()}},
	}, in)
}

// pagesDomain is the name of the pages. A browser that was there before asks c.Domain, which serves them as well.
func (c Config) pagesDomain() string { return "www." + c.Domain }

// pages puts the page and its files before everyone, and leaves the API to the regions.
func (c Config) pages(ctx *pulumi.Context) (*cdn.CDN, error) {
	edge, err := newProvider(ctx, nameProvider+"-edge", edgeRegion)
	if err != nil {
		return nil, err
	}
	api := "https://" + c.Domain
	documents, assets, err := page.Site(page.About{API: api})
	if err != nil {
		return nil, err
	}
	return cdn.New(ctx, nameCDN, &cdn.Args{
		Domain: c.pagesDomain(), HostedZoneID: c.HostedZoneID, Documents: documents, Assets: assets,
		ContentSecurityPolicy: page.ContentSecurityPolicy(api), Edge: edge,
	}, pulumi.Providers(edge))
}

// watch watches a cell from within its region, so that each tells of itself.
func (c Config) watch(ctx *pulumi.Context, r *cell, items, users *aurora.Aurora) (*monitor.Monitor, error) {
	return monitor.New(ctx, r.name(nameMonitor), &monitor.Args{
		Target: target(c.Phase), Alarms: c.Alarms, Region: r.region, Key: r.key, Email: c.AlertEmail,
		Watches: []monitor.Watch{
			monitor.Web(r.entry), monitor.Aurora(items), monitor.Aurora(users).As("Users"),
			monitor.Cache(r.cache), monitor.Events(r.events),
		},
	}, r.in)
}
