package facts

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// zoneLetters are each region's availability zones as a new account sees them.
// Source: AWS regional infrastructure tables, 2025; us-west-1, ap-northeast-1, ca-central-1 and cn-north-1
// have letters missing.
var zoneLetters = map[string]string{
	"af-south-1": "abc", "ap-east-1": "abc", "ap-northeast-1": "acd", "ap-northeast-2": "abcd",
	"ap-northeast-3": "abc", "ap-south-1": "abc", "ap-south-2": "abc", "ap-southeast-1": "abc",
	"ap-southeast-2": "abc", "ap-southeast-3": "abc", "ap-southeast-4": "abc", "ap-southeast-5": "abc",
	"ap-southeast-7": "abc", "ca-central-1": "abd", "ca-west-1": "abc", "cn-north-1": "abd",
	"cn-northwest-1": "abc", "eu-central-1": "abc", "eu-central-2": "abc", "eu-north-1": "abc",
	"eu-south-1": "abc", "eu-south-2": "abc", "eu-west-1": "abc", "eu-west-2": "abc", "eu-west-3": "abc",
	"il-central-1": "abc", "me-central-1": "abc", "me-south-1": "abc", "mx-central-1": "abc",
	"sa-east-1": "abc", "us-east-1": "abcdef", "us-east-2": "abc", "us-gov-east-1": "abc",
	"us-gov-west-1": "abc", "us-west-1": "ac", "us-west-2": "abcd",
}

// Zones gives the names of a region's availability zones, sorted. An unknown region is an error that
// lists the known ones.
func Zones(region string) ([]string, error) {
	letters, ok := zoneLetters[region]
	if !ok {
		return nil, fmt.Errorf("region %q: got an unknown region, want one of %s", region,
			strings.Join(slices.Sorted(maps.Keys(zoneLetters)), ", "))
	}
	zones := make([]string, 0, len(letters))
	for _, letter := range letters {
		zones = append(zones, region+string(letter))
	}
	return zones, nil
}

// regionCode is how ElastiCache shortens a region in its names: use1, euw1.
func regionCode(region string) string {
	directions := strings.NewReplacer("north", "n", "south", "s", "east", "e", "west", "w", "central", "c", "gov", "g")
	return directions.Replace(strings.ReplaceAll(region, "-", ""))
}

// zoneID is the account-independent name of a zone, e.g. use1-az1 for us-east-1a.
func zoneID(zone string) string {
	region := strings.TrimRight(zone, lowers)
	zones, err := Zones(region)
	if err != nil {
		return ""
	}
	for i, name := range zones {
		if name == zone {
			return fmt.Sprintf("%s-az%d", regionCode(region), i+1)
		}
	}
	return ""
}
