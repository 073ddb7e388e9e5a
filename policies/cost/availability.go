package cost

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
)

// Promise is what AWS's service level agreements add up to: arithmetic on paper, no measurement.
type Promise struct {
	Percent float64  `json:"percent"`
	Chain   []Part   `json:"chain"`   // what a request passes, one after another; what stands in, is one part
	Missing []string `json:"missing"` // what would raise it
}

// Part is a link of the chain.
type Part struct {
	Name   string  `json:"name"`
	SLA    float64 `json:"sla"` // percent
	Source string  `json:"source"`
}

// The agreements [app.md C1, cost.md 4].
const (
	slaEC2      = "Amazon Compute SLA"
	slaELB      = "Elastic Load Balancing SLA"
	slaRDS      = "Amazon RDS SLA"
	slaAurora   = "Amazon Aurora SLA"
	slaCache    = "Amazon ElastiCache SLA"
	slaEKS      = "Amazon EKS SLA"
	slaEdge     = "Amazon CloudFront SLA"
	slaGateway  = "Amazon API Gateway SLA"
	slaRoute53  = "Amazon Route 53 SLA"
	oneMachine  = 99.5
	manyZones   = 99.99
	rdsTwoZones = 99.95
	rdsOne      = 99.5
)

// Availability returns the product of the agreements of what a request passes. Regions stand in for each other.
func Availability(resources []graph.Resource, p phase.Phase) Promise {
	known := min(max(p.Number, 1), len(phase.Table))
	return survey(newIndex(resources), traffic.Default(known), p).availability()
}

func (s *system) availability() Promise {
	var promise Promise
	share := 1.0
	add := func(part Part) {
		promise.Chain = append(promise.Chain, part)
		share *= part.SLA / 100
	}
	if len(s.kinds[recordType]) > 0 {
		add(Part{"names, Route 53", 100, slaRoute53})
	}
	if s.apiEdges > 0 {
		add(Part{"CloudFront before the API", 99.9, slaEdge})
	}
	if len(s.kinds["aws:apigatewayv2/api:Api"])+len(s.kinds["aws:apigateway/restApi:RestApi"]) > 0 {
		add(Part{"API Gateway", 99.95, slaGateway})
	}
	gone := 1.0 // share of the time that all regions are
	regions := s.servingRegions()
	for _, region := range regions {
		up := 1.0
		for _, part := range s.regional(region, &promise) {
			up *= part.SLA / 100
			if len(regions) > 1 {
				part.Name += ", " + region
			}
			promise.Chain = append(promise.Chain, part)
		}
		gone *= 1 - up
	}
	if len(regions) == 0 {
		promise.Missing = append(promise.Missing, "nothing that serves users: no machine and no cluster")
	}
	promise.Percent = 100 * share * (1 - gone)
	return promise
}

// servingRegions have machines, in the order of the resources.
func (s *system) servingRegions() []string {
	var regions []string
	for _, m := range s.machines {
		if !slices.Contains(regions, m.region) {
			regions = append(regions, m.region)
		}
	}
	return regions
}

// regional is the chain within a region.
func (s *system) regional(region string, promise *Promise) []Part {
	var chain []Part
	balanced := slices.ContainsFunc(s.public, func(it *item) bool { return it.region == region })
	if balanced {
		chain = append(chain, Part{"load balancer", manyZones, slaELB})
	}
	if slices.ContainsFunc(s.kinds[eksClusterType], func(it *item) bool { return it.region == region }) {
		chain = append(chain, Part{"control plane of the cluster", 99.95, slaEKS})
	}
	chain = append(chain, s.machinesPart(region, balanced, promise))
	chain = append(chain, s.storeParts(region)...)
	return append(chain, s.cacheParts(region)...)
}

// machinesPart is at the region's level for machines in two zones or more, if something leads users from one that
// fails to another.
func (s *system) machinesPart(region string, balanced bool, promise *Promise) Part {
	zones, servers, unknown := map[string]bool{}, 0.0, false
	spread := false
	for _, m := range s.machines {
		if m.region != region {
			continue
		}
		servers += m.count.Min
		spread = spread || m.zones > 1 && m.count.Min > 1 && m.Type != instanceType || m.given && m.zones > 1
		if m.Type == instanceType {
			zones[m.zone] = true
			unknown = unknown || m.zone == ""
		}
	}
	spread = spread || len(zones) > 1 && !unknown
	checked := len(s.kinds["aws:route53/healthCheck:HealthCheck"]) > 1
	switch {
	case spread && (balanced || checked || len(s.kinds[acceleratorType]) > 0):
		return Part{"machines in several zones", manyZones, slaEC2 + ", region level"}
	case spread:
		promise.Missing = append(promise.Missing, fmt.Sprintf("each of the %s servers has an address of its own, and "+
			"nothing leads users from one that fails to another: with names and health checks (ladder:domain and "+
			"ladder:hostedZoneId) or a load balancer, they count %v %% in place of %v %%",
			plain(servers), manyZones, oneMachine))
		return Part{"machines, each for itself", oneMachine, slaEC2 + ", instance level"}
	}
	return Part{"a single machine", oneMachine, slaEC2 + ", instance level"}
}

// storeParts are the databases that write. Readers are not in the chain: others or the writer stand in for one.
func (s *system) storeParts(region string) []Part {
	var chain []Part
	clusters := map[string][]*store{}
	for _, d := range s.stores {
		switch {
		case d.region != region:
		case d.aurora:
			cluster := d.component
			if c := s.clusterOf(d.item); c != nil {
				cluster = c.URN
			}
			clusters[cluster] = append(clusters[cluster], d)
		case d.reader:
		case d.standby:
			chain = append(chain, Part{"RDS in two zones, " + d.Name, rdsTwoZones, slaRDS + ", Multi-AZ"})
		default:
			chain = append(chain, Part{"RDS in one zone, " + d.Name, rdsOne, slaRDS + ", single instance"})
		}
	}
	for _, members := range clusters {
		zones := map[string]bool{}
		for _, d := range members {
			zones[d.zone] = true
		}
		if len(zones) > 1 && len(members) > 1 {
			chain = append(chain, Part{"Aurora in several zones, " + members[0].component, manyZones, slaAurora + ", Multi-AZ"})
		} else {
			chain = append(chain, Part{"Aurora in one zone, " + members[0].component, rdsOne, slaRDS + ", single instance"})
		}
	}
	slices.SortFunc(chain, func(a, b Part) int { return cmp.Compare(a.Name, b.Name) })
	return chain
}

// cacheParts are the caches whose loss the database does not survive at the phase's peak.
func (s *system) cacheParts(region string) []Part {
	if s.capacity().WithoutCache >= float64(s.phase.PeakQPS) {
		return nil
	}
	var chain []Part
	for _, c := range s.caches {
		switch {
		case c.region != region:
		case c.zones:
			chain = append(chain, Part{"cache in several zones, " + c.Name, manyZones, slaCache + ", Multi-AZ"})
		default:
			chain = append(chain, Part{"cache in one zone, " + c.Name, oneMachine, "taken as a single machine"})
		}
	}
	return chain
}
