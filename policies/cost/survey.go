package cost

import (
	"fmt"
	"math"

	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
)

// system is what the resources make up together: what serves the traffic, and what the traffic passes.
type system struct {
	*index
	traffic load
	phase   phase.Phase

	machines  []*machine
	byMachine map[string]*machine // by URN
	stores    []*store
	byStore   map[string]*store // by URN
	caches    []*cache
	byCache   map[string]*cache // by URN

	public, internal []*item // load balancers
	open             []*item // machines with a public address, where there is no load balancer
	nats             map[string]int
	s3Endpoint       map[string]bool // regions with one
	appLogs          []*item         // log groups that the app writes to
	logBuckets       int             // buckets that load balancers write into; all requests are in one of them
	records          int             // addresses in DNS that are asked for at a price
	apiEdges, edges  int             // distributions that the requests pass, and all

	vcpus          float64            // of all machines as expected
	count          Amount             // of all machines
	countIn        map[string]Amount  // the same by region
	writers, reads float64            // vCPUs of the databases that write, and that answer reads
	widest         float64            // vCPUs of the largest database
	cross          float64            // GB between zones
	volumes        map[string][]*item // by tag, as in "key=value"
}

// machine is what runs the app: one, or a group that grows.
type machine struct {
	*item
	hardware
	class     string
	count     Amount
	zones     int // that it stands in
	zone      string
	unlimited bool // burns processor credits beyond those it has, at a price
	given     bool // count is complete
}

// store is an instance of a database.
type store struct {
	*item
	hardware
	class   string
	aurora  bool
	reader  bool
	standby bool   // another in a second zone takes over
	zone    string // empty when AWS chooses
	extra   Amount // readers of this kind that autoscaling adds
}

// cache is a cluster of cache nodes.
type cache struct {
	*item
	hardware
	class            string
	shards, replicas float64
	zones            bool // survives the loss of one
}

// survey finds the parts of the system.
func survey(x *index, t traffic.Model, p phase.Phase) *system {
	s := &system{
		index: x, traffic: load{t}, phase: p, byMachine: map[string]*machine{}, byStore: map[string]*store{},
		nats: map[string]int{}, s3Endpoint: map[string]bool{}, countIn: map[string]Amount{},
		volumes: map[string][]*item{}, byCache: map[string]*cache{},
	}
	for _, it := range x.items {
		s.add(it)
	}
	for _, m := range s.machines {
		if s.address(m.item) {
			s.open = append(s.open, m.item)
		}
	}
	s.scale()
	s.sum()
	return s
}

// add sorts a resource in.
func (s *system) add(it *item) {
	switch it.Type {
	case instanceType:
		s.addMachine(s.instance(it))
	case groupType:
		s.addMachine(s.group(it))
	case eksNodesType:
		s.addMachine(s.nodes(it))
	case eksClusterType:
		if auto(it) {
			s.addMachine(s.autoMachines(it))
		}
	case databaseType, memberType:
		s.addStore(it)
	case cacheType, cacheClusterType:
		s.addCache(it)
	case balancerType, balancerTypeALB:
		if within, known := flag(it.Inputs, "internal"); known && within {
			s.internal = append(s.internal, it)
		} else {
			s.public = append(s.public, it)
		}
	case natType:
		s.nats[it.region]++
	case volumeType:
		tags, _ := at(it.Inputs, "tags")
		own, _ := tags.(map[string]any)
		for key, value := range own {
			tag := fmt.Sprintf("%s=%v", key, value)
			s.volumes[tag] = append(s.volumes[tag], it)
		}
	case endpointType:
		if s.gateway(it) {
			s.s3Endpoint[it.region] = true
		}
	case bucketType, bucketTypeNew:
		if s.accessLogs(it) {
			s.logBuckets++
		}
	case logGroupType:
		if writtenByApp(it) {
			s.appLogs = append(s.appLogs, it)
		}
	case recordType:
		if asked(it) {
			s.records++
		}
	case distributionType:
		s.edges++
		if takesRequests(it) {
			s.apiEdges++
		}
	}
}

// sum adds up what is asked for again and again.
func (s *system) sum() {
	for _, d := range s.stores {
		s.widest = max(s.widest, d.vcpus)
		if d.reader {
			s.reads += d.vcpus
		} else {
			s.writers += d.vcpus
		}
	}
	for _, m := range s.machines {
		s.vcpus += m.vcpus * m.count.Expected
		s.count = s.count.plus(m.count)
		s.countIn[m.region] = s.countIn[m.region].plus(m.count)
	}
	s.cross = s.crossGB()
}

// scale decides how many machines and readers there are: for the hours at the peak and for the quiet ones.
func (s *system) scale() {
	var most float64 // vCPUs of the groups at their largest
	for _, m := range s.machines {
		most += m.vcpus * m.count.Max
	}
	peak, quiet := s.traffic.PeakQPS, s.traffic.quietQPS()
	for _, m := range s.machines {
		if m.given {
			continue
		}
		if m.count.Min == m.count.Max || m.vcpus == 0 {
			m.count.Expected = m.count.Max
			continue
		}
		share := m.vcpus * m.count.Max / most
		wanted := func(qps float64) float64 {
			n := math.Ceil(share * qps * s.traffic.Hops / requestsPerVCPU / m.vcpus)
			return min(max(n, m.count.Min), m.count.Max)
		}
		// A whole machine more: groups shrink slowly, and a renewal runs one more.
		m.count.Expected = math.Ceil(s.traffic.meanOver(wanted(peak), wanted(quiet)))
	}
	s.scaleReaders()
}

// appZones are those of the app's machines in a region, as far as they are known.
func (s *system) appZones() int {
	zones, most := zonesOf{}, 0
	for _, m := range s.machines {
		zones.add(m.region, m.zone)
		most = max(most, m.zones)
	}
	return max(most, zones.most())
}
