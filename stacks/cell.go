package stacks

import (
	"math"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/cache"
	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/events"
	"github.com/ladder-iac/ladder/components/gateway"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/mesh"
	"github.com/ladder-iac/ladder/components/namespace"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/service"
	"github.com/ladder-iac/ladder/components/tokenkey"
	"github.com/ladder-iac/ladder/components/topology"
	"github.com/ladder-iac/ladder/components/web"
	"github.com/ladder-iac/ladder/internal/traffic"
)

// cell is a region that serves by itself. Its names are those of a phase in one region, with the cell's suffix.
type cell struct {
	suffix   string // empty at home
	region   string
	provider *aws.Provider
	in       pulumi.ResourceOption
	key      *key.Key
	net      *network.Network
	cluster  *eks.EKS
	cache    *cache.Cache
	events   *events.Events
	entry    *web.Web
}

// name of a component in the cell.
func (r *cell) name(noun string) string { return noun + r.suffix }

// cell makes what stands before its data: network, key and cluster.
func (c Config) cell(ctx *pulumi.Context, suffix, region, cidr string, zones map[string]string) (*cell, error) {
	r := &cell{suffix: suffix, region: region}
	var err error
	if r.provider, err = newProvider(ctx, r.name(nameProvider), region); err != nil {
		return nil, err
	}
	r.in = pulumi.Providers(r.provider)
	if r.key, err = key.New(ctx, r.name(nameKey), nil, r.in); err != nil {
		return nil, err
	}
	if r.net, err = network.New(ctx, r.name(nameNetwork), &network.Args{
		Region: region, CIDR: cidr, Zones: zones, Reserved: c.ReservedCIDRs,
		Tiers: []network.Tier{network.App, network.Data},
	}, r.in); err != nil {
		return nil, err
	}
	r.cluster, err = eks.New(ctx, r.name(nameCluster), &eks.Args{
		Network: r.net, Version: c.Cluster.Version, Key: r.key,
		Admins: c.Cluster.Admins, PublicCIDRs: c.Cluster.PublicCIDRs,
		NodeSizes: nodeSizes, MaxVCPUs: c.vcpus(), StartupTaint: mesh.StartupTaint,
	}, r.in)
	if err != nil {
		return nil, err
	}
	if r.cache, err = cache.New(ctx, r.name(nameCache), &cache.Args{
		VPCID: r.net.VPCID, Subnets: r.net.Data, Clients: r.pods(), Key: r.key, Version: c.CacheVersion,
		NodeType: c.CacheNodeType, Shards: c.CacheShards, ReplicasPerShard: c.CacheReplicas,
	}, r.in); err != nil {
		return nil, err
	}
	r.events, err = events.New(ctx, r.name(nameEvents), &events.Args{Key: r.key}, r.in)
	return r, err
}

// pods are who a store lets in.
func (r *cell) pods() map[string]pulumi.StringInput {
	return map[string]pulumi.StringInput{"pods": r.cluster.SecurityGroupID}
}

// load is what a cell serves with: images, its data, and the key of the users' tokens.
type load struct {
	images
	users, data *topology.Topology
	tokens      *tokenkey.TokenKey
}

const (
	// requestsPerPod a second keep one of a processor at the 50 % that more pods come at.
	requestsPerPod = traffic.RequestsPerVCPU * 50 / 60
	podMilliCPU    = 1000
	// surplus is for pods of a release that is being renewed, the system's own, and what does not fill a node.
	surplus = 1.5
	// night is the share of the peak that stands in each cell at all times, so that the other's users find room.
	night = 0.25
	// userShare of the requests are about users, pageShare pages that did not come from the CDN.
	userShare, pageShare = 0.2, 0.02
)

var nodeSizes = []string{"2xlarge", "4xlarge"}

const nodeVCPUs = 16 // of the largest of nodeSizes

// vcpus of nodes carry the peak, with all that it passes in the cluster: at least one of the largest in each zone.
func (c Config) vcpus() int {
	return max(nodeVCPUs*len(c.Zones), int(math.Ceil(surplus*c.Traffic.Hops*c.Traffic.PeakQPS/traffic.RequestsPerVCPU)))
}

// replicas carry a share of the peak in one cell, of a processor each.
func (c Config) replicas(share float64) service.Range {
	most := max(4, int(math.Ceil(share*c.Traffic.PeakQPS/requestsPerPod)))
	return service.Range{Min: max(3, int(math.Ceil(night*float64(most)))), Max: most}
}

// serve puts mesh, services and gateway into the cell's cluster, and the balancer before them.
func (c Config) serve(ctx *pulumi.Context, r *cell, l load) error {
	var err error
	r.entry, err = web.New(ctx, r.name(nameWeb), &web.Args{
		Network: r.net, Domain: c.Domain, HostedZoneID: c.HostedZoneID,
		Pods: &web.Pods{ClusterName: r.cluster.Name, SecurityGroupID: r.cluster.SecurityGroupID, Port: gateway.Port},
	}, r.in)
	if err != nil {
		return err
	}
	meshed, err := mesh.New(ctx, r.name(nameMesh), &mesh.Args{
		Cluster: r.cluster, Kubernetes: c.Cluster.Version, NodeVCPUs: nodeVCPUs,
	}, r.in)
	if err != nil {
		return err
	}
	place, err := namespace.New(ctx, r.name(nameNamespace), &namespace.Args{
		Cluster: r.cluster, Mesh: meshed, Region: r.region, Origin: "https://" + c.pagesDomain(),
	}, r.in)
	if err != nil {
		return err
	}
	users, items, pages, err := c.services(ctx, r, place, l)
	if err != nil {
		return err
	}
	_, err = gateway.New(ctx, r.name(nameGateway), &gateway.Args{
		Cluster: r.cluster, Mesh: meshed, TargetGroupARN: r.entry.PodsARN, PeakQPS: int(c.Traffic.PeakQPS),
		Origin: "https://" + c.pagesDomain(),
		Open: []string{
			"POST /api/v1/users", "POST /api/v1/sessions", "GET /.well-known/*", "GET /healthz", "GET /readyz",
			"OPTIONS /api/v1/*", "GET /", "GET /assets/*", "GET /openapi.yaml",
		},
		Routes: []gateway.Route{
			{Prefix: "/api/v1/users", Service: users, Timeout: requestTime},
			{Prefix: "/api/v1/sessions", Service: users, Timeout: requestTime},
			{Prefix: "/.well-known", Service: users, Timeout: requestTime},
			{Prefix: "/api/v1/items", Service: items, Timeout: requestTime},
			// What Route 53 asks: with the region's database its users are led elsewhere.
			{Prefix: "/readyz", Service: items, Timeout: requestTime},
			{Prefix: "/", Service: pages, Timeout: requestTime},
		},
	}, r.in)
	return err
}

// requestTime is the app's own limit.
const requestTime = 5 * time.Second

// services are those of users and of items, and the pages before both.
func (c Config) services(
	ctx *pulumi.Context, r *cell, place *namespace.Namespace, l load,
) (users, items, pages *service.Service, err error) {
	common := service.Args{
		Namespace: place, Image: l.stable, Canary: l.canary, Key: r.key, CPU: podMilliCPU, Phase: c.Phase.Number,
	}
	user, data, front := common, common, common
	user.Role, user.Topology, user.TokenKey, user.Events = service.User, l.users, l.tokens, r.events
	user.Replicas = c.replicas(userShare)
	if users, err = service.New(ctx, r.name(nameUserService), &user, r.in); err != nil {
		return nil, nil, nil, err
	}
	data.Role, data.Topology, data.Events, data.Peers = service.Data, l.data, r.events, []*service.Service{users}
	data.Replicas = c.replicas(1)
	if items, err = service.New(ctx, r.name(nameDataService), &data, r.in); err != nil {
		return nil, nil, nil, err
	}
	front.Role, front.Peers, front.Replicas = service.Web, []*service.Service{users, items}, c.replicas(pageShare)
	pages, err = service.New(ctx, r.name(nameWebService), &front, r.in)
	return users, items, pages, err
}
