package facts

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// sets are the inputs whose order means nothing to AWS, by the last name of their path. The facts do not
// tell sets from lists; these are the ones the provider's schema declares as sets in the types in use.
var sets = words("alarmActions availabilityZones cidrBlocks clusterSecurityGroupIds egress filters ingress " +
	"insufficientDataActions ipv6CidrBlocks loadBalancers managedPolicyArns metricsGranularities nameservers " +
	"networkInterfaceIds okActions parameters prefixListIds regions routeTableIds routes records secondaryPrivateIps " +
	"securityGroupIds securityGroups subnetIds subnets targetGroupArns vpcSecurityGroupIds vpcZoneIdentifiers")

func words(text string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		set[word] = true
	}
	return set
}

func isSet(pattern string) bool {
	return sets[pattern[strings.LastIndexByte(pattern, '.')+1:]]
}

// sameSet is true when both hold the same values, however often and in whatever order.
func sameSet(a, b []resource.PropertyValue) bool {
	return subset(a, b) && subset(b, a)
}

func subset(a, b []resource.PropertyValue) bool {
	for _, wanted := range a {
		found := false
		for _, candidate := range b {
			found = found || same(wanted, candidate)
		}
		if !found {
			return false
		}
	}
	return true
}
