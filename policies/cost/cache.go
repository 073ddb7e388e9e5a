package cost

import "strconv"

// caches are ElastiCache's types.
var caches = map[string]pricer{
	cacheType:        (*estimator).cachePrice,
	cacheClusterType: (*estimator).cachePrice,
}

// cachePrice is the nodes: shards times one and its replicas.
func (e *estimator) cachePrice(it *item) {
	service := "elasticache-" + e.text(it, "redis", "engine")
	if service == "elasticache-" {
		service = "elasticache-redis" // AWS's own choice for a replication group
	}
	class, ok := e.class(it, service, "NodeUsage:", "nodeType")
	if !ok || class == "" {
		e.unpriced(it, "its node type is not among its inputs, or the book has none of "+service)
		return
	}
	for _, path := range []string{"numNodeGroups", "replicasPerNodeGroup", "numCacheClusters", "numCacheNodes"} {
		if _, known := number(it.Inputs, 0, path); !known {
			e.unpriced(it, path+" is not known yet, and has no upper bound to price")
			return
		}
	}
	e.fixed(it, class, service, "NodeUsage:"+class, same(e.byCache[it.URN].nodes()))
	if days := e.number(it, 0, 35, "snapshotRetentionLimit"); days > 1 { // one snapshot is free
		h := parse(class)
		e.fixed(it, "snapshots of "+strconv.Itoa(int(days))+" days", "elasticache", "Backup storage",
			same(h.memoryGiB*(days-1)))
	}
}
