package costs

import (
	"fmt"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/rule"
)

func machine(class string) graph.Resource {
	return rule.Resource(instanceType, "server", rule.In{
		"instanceType": class, "rootBlockDevice": rule.In{"volumeSize": 66},
	})
}

func nat() []graph.Resource {
	return []graph.Resource{
		rule.Resource(addressType, "nat-address", rule.In{"domain": "vpc"}),
		rule.Resource(natType, "nat", rule.In{}, rule.URN(addressType, "nat-address")),
	}
}

func endpoint(name string) graph.Resource {
	return rule.Resource(endpointType, name, rule.In{
		"vpcEndpointType": "Interface", "serviceName": "com.amazonaws.us-east-1." + name, "subnetIds": []any{"a"},
	})
}

func addresses(n int) []graph.Resource {
	var list []graph.Resource
	for i := range n {
		list = append(list, rule.Resource(addressType, fmt.Sprintf("address-%d", i), rule.In{"domain": "vpc"}))
	}
	return list
}

func logs(days any) graph.Resource {
	return rule.Resource(logGroupType, "app-logs", rule.In{"name": "/ladder/app", "retentionInDays": days})
}

func postgres(class, version string) graph.Resource {
	return rule.Resource(databaseType, "postgres", rule.In{
		"engine": "postgres", "engineVersion": version, "instanceClass": class, "allocatedStorage": 100,
	})
}

func aurora(storage string) []graph.Resource {
	return []graph.Resource{
		rule.Resource(clusterType, "aurora", rule.In{
			"engine": "aurora-postgresql", "engineVersion": "17.5", "storageType": storage,
		}),
		rule.Resource(memberType, "aurora-1", rule.In{"instanceClass": "db.r7g.xlarge"}, rule.URN(clusterType, "aurora")),
	}
}

func standard() graph.Resource {
	r := machine("t4g.large")
	r.Inputs["creditSpecification"] = rule.In{"cpuCredits": "standard"}
	return r
}
