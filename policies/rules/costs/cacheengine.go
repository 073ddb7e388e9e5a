package costs

import (
	"fmt"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/rule"
)

// CacheEngine wants Valkey in place of Redis.
var CacheEngine = rule.Rule{
	ID: "cache-engine", Level: rule.Advisory, Kind: rule.OnStack,
	Why:    "Valkey speaks Redis's protocol, and its nodes cost a fifth less.",
	Fix:    "set engine to valkey, with a parameter group of its family",
	Source: "https://aws.amazon.com/elasticache/pricing/",
	Good:   []rule.Example{rule.For(3, cache("valkey"))},
	Bad:    []rule.Example{rule.For(3, cache("redis"))},
	Check: func(s *rule.Scene) []rule.Finding {
		bill := billed(s)
		if bill == nil {
			return nil
		}
		for _, r := range s.OfType(cacheType) {
			engine := s.Of(r).Text("engine")
			if engine == "valkey" || s.Unknown() {
				continue
			}
			more := without(s, bill, func(resources []graph.Resource) []graph.Resource {
				return set(resources, cacheType, "engine", "valkey")
			})
			return []rule.Finding{s.About(r, fmt.Sprintf("engine: got %s, want \"valkey\", which is %s a month less",
				rule.Show(engine), usd(more)))}
		}
		return nil
	},
}

func cache(engine string) graph.Resource {
	return rule.Resource(cacheType, "cache", rule.In{
		"engine": engine, "nodeType": "cache.m7g.large", "numNodeGroups": 1, "replicasPerNodeGroup": 2,
	})
}
