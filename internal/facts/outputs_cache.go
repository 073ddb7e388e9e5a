package facts

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// sharded is true for a cache in cluster mode.
func (b *builder) sharded() bool {
	groups, _ := strconv.Atoi(b.str("numNodeGroups"))
	return groups > 1 || b.str("clusterMode") == "enabled" || strings.Contains(b.str("parameterGroupName"), ".cluster.on")
}

func cacheAddress(b *builder, role string) string {
	return fmt.Sprintf("%s.%s.%s.%s.cache.%s", role, b.str("replicationGroupId"),
		b.letters("endpoint", lowers+digits, 6), regionCode(b.place.Region), b.place.dnsSuffix())
}

func cacheVersion(b *builder) string {
	if version := b.str("engineVersion"); version != "" {
		return version
	}
	if b.str("engine") == "valkey" {
		return "8.0"
	}
	return "7.1"
}

func cacheMembers(b *builder) resource.PropertyValue {
	var members []string
	groups, _ := strconv.Atoi(b.or("numNodeGroups", "1"))
	if b.sharded() {
		replicas, _ := strconv.Atoi(b.or("replicasPerNodeGroup", "0"))
		for group := range min(groups, 500) {
			for node := range min(replicas, 5) + 1 {
				members = append(members, fmt.Sprintf("%s-%04d-%03d", b.str("replicationGroupId"), group+1, node+1))
			}
		}
		return list(members...)
	}
	nodes, _ := strconv.Atoi(b.or("numCacheClusters", "1"))
	for node := range min(nodes, 6) {
		members = append(members, fmt.Sprintf("%s-%03d", b.str("replicationGroupId"), node+1))
	}
	return list(members...)
}
