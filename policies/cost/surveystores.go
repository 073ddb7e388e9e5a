package cost

import (
	"math"
	"strings"
)

// addStore adds an instance of RDS or a member of an Aurora cluster. A class that is not known yet carries nothing.
func (s *system) addStore(it *item) {
	d := &store{item: it, aurora: it.Type == memberType}
	d.class, _ = text(it.Inputs, "instanceClass")
	d.hardware = parse(d.class)
	d.zone, _ = text(it.Inputs, "availabilityZone")
	if d.aurora {
		d.reader = s.hasWriter(it) || s.secondary(it) // AWS makes the first member the writer
	} else {
		source, known := text(it.Inputs, "replicateSourceDb")
		d.reader = source != "" || !known
		d.standby, _ = flag(it.Inputs, "multiAz")
	}
	s.stores = append(s.stores, d)
	s.byStore[it.URN] = d
}

// hasWriter says whether a member waits for another one of its cluster, which is then the writer.
func (s *system) hasWriter(it *item) bool { return len(s.needs(it, memberType)) > 0 }

// secondary says whether a member's cluster joined a Global Database, whose writer is another cluster's: that of the
// cluster that has users of its own, or a snapshot's.
func (s *system) secondary(it *item) bool {
	cluster := s.clusterOf(it)
	if cluster == nil || len(s.needs(cluster, globalType)) == 0 {
		return false
	}
	return cluster.Inputs["masterUsername"] == nil && cluster.Inputs["snapshotIdentifier"] == nil
}

// clusterOf is the cluster of a member or of its scaling; nil when it is not among the resources.
func (s *system) clusterOf(it *item) *item {
	if found := s.needs(it, clusterType); len(found) > 0 {
		return found[0]
	}
	return nil
}

func (s *system) addCache(it *item) {
	c := &cache{item: it, shards: 1}
	c.class, _ = text(it.Inputs, "nodeType")
	c.hardware = parse(c.class)
	nodes, _ := number(it.Inputs, 1, "numCacheClusters")
	if it.Type == cacheClusterType {
		nodes, _ = number(it.Inputs, 1, "numCacheNodes")
	}
	c.replicas = nodes - 1
	if shards, known := number(it.Inputs, 0, "numNodeGroups"); known && shards > 0 {
		c.shards = shards
		c.replicas, _ = number(it.Inputs, 0, "replicasPerNodeGroup")
	}
	multi, _ := flag(it.Inputs, "multiAzEnabled")
	c.zones = multi && c.replicas > 0
	s.caches = append(s.caches, c)
	s.byCache[it.URN] = c
}

func (c *cache) nodes() float64 { return c.shards * (1 + c.replicas) }

// scaleReaders decides how many readers Aurora's autoscaling adds. Its bounds count those that are there.
func (s *system) scaleReaders() {
	for _, target := range s.kinds[scalingType] {
		members := s.needs(target, memberType)
		if service, _ := text(target.Inputs, "serviceNamespace"); service != "rds" || len(members) == 0 {
			continue
		}
		var there float64
		for _, member := range members {
			if s.byStore[member.URN].reader {
				there++
			}
		}
		like := s.byStore[members[0].URN]
		least, most := bounds(target.Inputs, there, "minCapacity", "maxCapacity")
		extra := func(readers float64) float64 { return max(0, readers-there) }
		wanted := min(max(s.readersFor(s.traffic.PeakQPS, like), least), most)
		quiet := min(max(s.readersFor(s.traffic.quietQPS(), like), least), most)
		like.extra = Amount{
			extra(least), math.Ceil(s.traffic.meanOver(extra(wanted), extra(quiet))), extra(most),
		}
	}
}

// readerBusy is the readers' mean at which Aurora adds one; the component's own target.
const readerBusy = 0.65

func (s *system) readersFor(qps float64, like *store) float64 {
	if like.vcpus == 0 {
		return 0
	}
	return math.Ceil(qps * s.readSeconds(len(s.caches) > 0) / readerBusy / like.vcpus)
}

// writtenByApp tells the app's log groups from those of AWS's services, which write errors and slow statements.
func writtenByApp(it *item) bool {
	name, _ := text(it.Inputs, "name")
	return !strings.HasPrefix(name, "/aws/")
}

// asked are addresses that Route 53 answers at a price; for an alias of AWS's own it answers for nothing.
func asked(it *item) bool {
	kind, _ := text(it.Inputs, "type")
	aliases := blocks(it.Inputs, "aliases")
	return len(aliases) == 0 && (kind == "A" || kind == "AAAA")
}

// takesRequests tells a distribution before the API, which must take writes, from one for pages and files.
func takesRequests(it *item) bool {
	for _, path := range []string{"defaultCacheBehavior", "orderedCacheBehaviors"} {
		for _, behavior := range blocks(it.Inputs, path) {
			methods, _ := list(behavior, "allowedMethods")
			for _, method := range methods {
				if method == "POST" {
					return true
				}
			}
		}
	}
	return false
}
