package cost

import "strings"

// network are the types that data pass.
var network = map[string]pricer{
	eipType:         (*estimator).addressPrice,
	natType:         (*estimator).natPrice,
	endpointType:    (*estimator).endpointPrice,
	balancerType:    (*estimator).balancerPrice,
	balancerTypeALB: (*estimator).balancerPrice,
	acceleratorType: (*estimator).acceleratorPrice,

	"aws:ec2/vpcPeeringConnection:VpcPeeringConnection": (*estimator).peeringPrice,
}

var (
	egressTariff   = tariff{Usage, "data to the internet", "data-transfer", "DataTransfer-Out-Bytes"}
	natTariff      = tariff{Usage, "data through NAT", "vpc", "NatGateway-Bytes"}
	endpointTariff = tariff{Usage, "data through the endpoint", "vpc", "VpcEndpoint-Bytes"}
)

const (
	// machineGB is what a machine loads in a month beside the traffic: packages, images, metrics.
	machineGB = 10

	// A capacity unit of an ALB is the largest of these, of an NLB likewise [Elastic Load Balancing pricing, 2026-09].
	lcuConnections, nlcuConnections = 25, 800   // new ones a second
	lcuActive, nlcuActive           = 3000, 1e5 // at a time
	lcuGB                           = 1         // an hour
	requestsPerConnection           = 10        // of a client that keeps its connection
	connectionSeconds               = 75        // that it stays
)

// addressPrice is an Elastic IP. AWS bills it in use and idle alike; a range of one's own is free.
func (e *estimator) addressPrice(it *item) {
	if pool := e.text(it, "", "publicIpv4Pool"); pool != "" && pool != "amazon" {
		e.free(it, "an address of one's own range")
		return
	}
	e.fixed(it, "public IPv4", "vpc", "PublicIPv4:InUseAddress", same(1))
}

// natPrice is a NAT gateway; its address is an Elastic IP and priced there. Answers to users never leave by it, as
// who is reached from outside has an address or a load balancer.
func (e *estimator) natPrice(it *item) {
	e.fixed(it, "NAT gateway", "vpc", "NatGateway-Hours", same(1))
	shared := 0.0
	if len(e.appLogs) > 0 {
		shared = e.traffic.logGB()
	}
	if !e.s3Endpoint[it.region] {
		shared += e.traffic.S3GB // S3 through NAT: a trap, cost.md 5
	}
	gb := same(shared / float64(len(e.nats))) // each region carries its part
	gb = gb.plus(e.countIn[it.region].times(machineGB))
	e.meter(it, natTariff, gb.times(1/float64(e.nats[it.region])))
}

// endpointPrice is an endpoint: free as a gateway, by zone and hour as an interface.
func (e *estimator) endpointPrice(it *item) {
	kind := e.text(it, "Interface", "vpcEndpointType")
	if kind == "" || kind == "Gateway" {
		e.free(it, "gateway endpoints are free")
		return
	}
	subnets, known := list(it.Inputs, "subnetIds")
	zones := max(1, len(subnets))
	if !known {
		zones = max(1, e.phase.Zones)
		e.unknown(it, "subnetIds", zones)
	}
	e.fixed(it, "interface endpoint, by zone", "vpc", "VpcEndpoint-Hours", same(float64(zones)))
	if service := e.text(it, "", "serviceName"); strings.HasSuffix(service, ".logs") {
		e.meter(it, endpointTariff, same(e.traffic.logGB()))
	}
}

// balancerPrice is a load balancer: its hours, an address in each zone, and capacity units.
func (e *estimator) balancerPrice(it *item) {
	kind, unit := "ALB", "LCU"
	switch e.text(it, "application", "loadBalancerType") {
	case "network":
		kind, unit = "NLB", "NLCU"
	case "gateway":
		e.unpriced(it, "the book has no price of a Gateway Load Balancer")
		return
	}
	e.fixed(it, kind, "elb", "LoadBalancerUsage "+kind, same(1))
	within, _ := flag(it.Inputs, "internal")
	alike := len(e.internal)
	if !within {
		alike = len(e.public)
		e.fixed(it, "public IPv4, by zone", "vpc", "PublicIPv4:InUseAddress", same(e.balancerZones(it)))
		e.egress(it, alike)
	}
	if p, ok := e.rate(it, "elb", "LCUUsage "+kind); ok {
		e.charge(it, Usage, unit, same(e.capacityUnits(kind == "NLB")/float64(alike)), p)
	}
}

func (e *estimator) balancerZones(it *item) float64 {
	subnets, known := list(it.Inputs, "subnets")
	if mappings := blocks(it.Inputs, "subnetMappings"); len(mappings) > 0 {
		return float64(len(mappings))
	}
	if !known || len(subnets) == 0 {
		e.unknown(it, "subnets", max(1, e.phase.Zones))
		return float64(max(1, e.phase.Zones))
	}
	return float64(len(subnets))
}

// capacityUnits in the mean: the largest of the dimensions. The fourth, rules, is free for the first ten.
func (e *estimator) capacityUnits(network bool) float64 {
	t := e.traffic
	gb := t.exchangeGB()
	if e.edges == 0 {
		gb += t.staticGB()
	}
	connections := t.MeanQPS() / requestsPerConnection
	fresh, active := float64(lcuConnections), float64(lcuActive)
	if network {
		fresh, active = nlcuConnections, nlcuActive
	}
	return max(gb/hoursPerMonth/lcuGB, connections/fresh, connections*connectionSeconds/active)
}

// egress is what the users load from here, one of several. What a distribution gives out, it is billed for: AWS
// carries data to its own edge for nothing.
func (e *estimator) egress(it *item, among int) {
	gb := 0.0
	if e.apiEdges == 0 {
		gb += e.traffic.responseGB()
	}
	if e.edges == 0 {
		gb += e.traffic.staticGB()
	}
	e.meter(it, egressTariff, same(gb/float64(among)))
}

func (e *estimator) acceleratorPrice(it *item) {
	e.fixed(it, "accelerator", "global-accelerator", "Accelerator fixed fee", same(1))
	if p, ok := e.rate(it, "global-accelerator", "DT-Premium North America and Europe"); ok {
		e.charge(it, Usage, "data through the accelerator", same(e.traffic.responseGB()), p)
	}
}

// peeringPrice is what the writes of the other region exchange with the writer: half of all, as users are divided
// evenly. Within a region AWS bills what passes between zones, which is counted there.
func (e *estimator) peeringPrice(it *item) {
	if region, _ := text(it.Inputs, "peerRegion"); region == "" {
		e.free(it, "within a region AWS bills what passes between zones")
		return
	}
	e.interRegion(it, "writes of the other region", e.traffic.writes()/2*e.traffic.exchange())
}

// interRegion is what goes from a region to another.
func (e *estimator) interRegion(it *item, what string, bytes float64) {
	if p, ok := e.rate(it, "data-transfer", "InterRegion-Out-Bytes"); ok {
		e.charge(it, Usage, what, same(bytes/bytesPerGB), p)
	}
}
