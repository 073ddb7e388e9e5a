package cost

import (
	"strconv"
	"strings"

	"github.com/ladder-iac/ladder/internal/eksversion"
)

// containers are EKS's types, and those of a cluster that cost beside its nodes.
var containers = map[string]pricer{
	eksClusterType:                             (*estimator).eksPrice,
	"kubernetes:core/v1:Service":               (*estimator).servicePrice,
	"kubernetes:core/v1:PersistentVolumeClaim": (*estimator).claimPrice,
}

const (
	// autoNode is what EKS Auto Mode is taken to start; sizes of a family cost alike by vCPU.
	autoNode    = "c7g.xlarge"
	autoNodeGiB = 50 // of disk [cost.md 4, phase 4]
	// warmShare of the peak stands in each region at all times, so that the other's load finds room
	// [cost.md 4, phase 4].
	warmShare = 0.25
)

// eksPrice is the control plane, and with Auto Mode the nodes that it starts for the traffic: they are in no program.
func (e *estimator) eksPrice(it *item) {
	e.fixed(it, "control plane", "eks", "AmazonEKS-Hours:perCluster", same(1))
	version := e.text(it, "", "version")
	if end, known := eksversion.Until(version); known && !e.on.Before(end) {
		e.fixed(it, "extended support of Kubernetes "+version, "eks", "AmazonEKS-Hours:extendedSupport", same(1))
	}
	m := e.byMachine[it.URN]
	if m == nil {
		return
	}
	nodes := m.count
	e.fixed(it, "nodes of Auto Mode, "+autoNode, "ec2", boxes+autoNode, nodes)
	if uplift, ok := e.rate(it, "eks", "EKS-Auto share of the EC2 price"); ok {
		e.fixed(it, "Auto Mode's own share", "ec2", boxes+autoNode, nodes, uplift.USD)
	}
	e.disk(it, "disks of nodes", autoNodeGiB, "gp3", nodes)
	e.machineUsage(it)
}

// auto says whether EKS starts the nodes.
func auto(it *item) bool {
	on, known := flag(it.Inputs, "computeConfig", "enabled")
	return on || !known
}

// autoMachines are the nodes of one cluster, each of which can carry all traffic.
func (s *system) autoMachines(it *item) *machine {
	m := &machine{item: it, class: autoNode, zones: max(1, len(s.zones(it))), given: true}
	if ids, _ := list(it.Inputs, "vpcConfig", "subnetIds"); m.zones == 1 && len(ids) > 1 {
		m.zones = len(ids)
	}
	m.hardware = parse(autoNode)
	t := s.traffic
	nodes := func(qps float64) float64 { return qps * t.Hops / requestsPerVCPU / m.vcpus }
	peak := nodes(t.PeakQPS)
	warm := peak * warmShare
	m.count = Amount{warm, t.meanOver(peak, max(warm, nodes(t.quietQPS()))), peak}
	return m
}

// servicePrice is free within the cluster. A load balancer that the cluster makes is in no program.
func (e *estimator) servicePrice(it *item) {
	if kind := e.text(it, "LoadBalancer", "spec", "type"); kind == "LoadBalancer" {
		e.fixed(it, "NLB that the cluster makes", "elb", "LoadBalancerUsage NLB", same(1))
		e.fixed(it, "public IPv4, by zone", "vpc", "PublicIPv4:InUseAddress", same(float64(max(1, e.phase.Zones))))
		return
	}
	e.free(it, onNodes)
}

// claimPrice is the volume that a claim makes.
func (e *estimator) claimPrice(it *item) {
	size := e.text(it, strconv.Itoa(maxGiB)+"Gi", "spec", "resources", "requests", "storage")
	gib, err := strconv.ParseFloat(strings.TrimSuffix(size, "Gi"), 64)
	if err != nil {
		e.unpriced(it, "its size is "+strconv.Quote(size)+"; the model reads whole Gi")
		return
	}
	e.disk(it, "volume", gib, "gp3", same(1))
}
