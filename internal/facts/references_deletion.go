package facts

// protections are what the provider lets stand in the way of a deletion. It lifts an EC2 instance's
// disableApiTermination by itself.
var protections = map[string]Protection{
	typeLoadBalancer: {"enableDeletionProtection", Refusal{
		"OperationNotPermitted", "Load balancer '{}' cannot be deleted because deletion protection is enabled",
	}},
	typeDatabase: {"deletionProtection", Refusal{
		"InvalidParameterCombination",
		"Cannot delete protected DB Instance {}, please disable deletion protection and " +
			"try again.",
	}},
	typeGlobalCluster: {"deletionProtection", Refusal{
		"InvalidParameterCombination",
		"Cannot delete protected Global Cluster {}, please disable deletion protection and try again.",
	}},
	typeCluster: {"deletionProtection", Refusal{
		"InvalidParameterCombination",
		"Cannot delete protected Cluster {}, please disable deletion protection and try " +
			"again.",
	}},
}

// mapsAddress says when a type maps a public address: when the input has the value, or when it has not. An
// address given to a machine counts in its association.
var mapsAddress = map[string]struct {
	input, value string
	equal        bool
}{
	typeNAT:                                 {"connectivityType", "private", false},
	typeLoadBalancer:                        {"internal", "true", false},
	typeInstance:                            {"associatePublicIpAddress", "true", true},
	typeEIP:                                 {"instance", "", false},
	"aws:ec2/eipAssociation:EipAssociation": {"instanceId", "", false},
}
