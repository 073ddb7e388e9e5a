package monitor

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/cache"
	"github.com/ladder-iac/ladder/components/internal/check"
)

// Cache watches every node of a cache.
func Cache(shared *cache.Cache) Watch {
	return Watch{
		kind: "Cache",
		check: func(c *check.Args, field string) {
			c.Given(shared != nil && len(shared.Nodes) > 0, field, "Cache of a cache component with nodes")
		},
		alarms: func(scope) []alarm {
			var list []alarm
			for i, node := range shared.Nodes {
				list = append(list, nodeAlarms(nodeName(i, len(shared.Nodes)/shared.Shards), node)...)
			}
			return list
		},
		charts: func(scope) []chart { return cacheCharts(shared.Nodes, len(shared.Nodes)/shared.Shards) },
	}
}

// nodeName is as AWS numbers shard and node, e.g. 0001-002.
func nodeName(index, nodesPerShard int) string {
	return fmt.Sprintf("%04d-%03d", index/nodesPerShard+1, index%nodesPerShard+1)
}

// cacheNode are the metrics of a node.
func cacheNode(id pulumi.StringInput) func(name, statistic string) metric {
	return per("AWS/ElastiCache", pulumi.StringMap{"CacheClusterId": id})
}

func nodeAlarms(name string, id pulumi.StringInput) []alarm {
	node := cacheNode(id)
	return []alarm{
		{
			name: "cache-cpu-" + name, why: fmt.Sprintf("node %s: the engine is more than 80 %% busy; add shards", name),
			metric: node("EngineCPUUtilization", "Average"), comparison: above, threshold: 80,
			minutes: 5, periods: 3, missing: quiet,
		},
		{
			name: "cache-memory-" + name,
			why: fmt.Sprintf("node %s: the memory is more than 90 %% full, or the node is silent; "+
				"take a larger node type", name),
			metric: node("DatabaseMemoryUsagePercentage", "Average"), comparison: above, threshold: 90,
			minutes: 5, periods: 3, missing: rings,
		},
		{
			// A full cache drops old keys by design; it is too small when it drops many a second.
			name: "cache-evictions-" + name,
			why: fmt.Sprintf("node %s: more than 100 keys a second are dropped for others; "+
				"the database answers for them", name),
			metric: node("Evictions", "Sum"), comparison: above, threshold: 100 * 5 * 60,
			minutes: 5, periods: 3, missing: quiet,
		},
		{
			name:   "cache-lag-" + name,
			why:    fmt.Sprintf("node %s: the replica is more than 10 seconds behind its primary", name),
			metric: node("ReplicationLag", "Maximum"), comparison: above, threshold: 10,
			minutes: 5, periods: 3, missing: quiet,
		},
	}
}

// cacheCharts draw a line for each of at most 90 nodes, which is a cache's largest number.
func cacheCharts(nodes []pulumi.StringOutput, nodesPerShard int) []chart {
	all := func(name, statistic string) []line {
		var list []line
		for i, node := range nodes {
			list = append(list, line{metric: cacheNode(node)(name, statistic), label: nodeName(i, nodesPerShard)})
		}
		return list
	}
	return []chart{
		{title: "Engine, percent busy", lines: all("EngineCPUUtilization", "Average"), limit: 80, label: "alarm"},
		{title: "Memory, percent used", lines: all("DatabaseMemoryUsagePercentage", "Average"), limit: 90, label: "alarm"},
		{title: "Keys dropped", lines: all("Evictions", "Sum")},
		{title: "Replicas' lag, seconds", lines: all("ReplicationLag", "Maximum")},
		{title: "Hits, percent", lines: all("CacheHitRate", "Average")},
		{title: "Connections", lines: all("CurrConnections", "Maximum")},
	}
}
