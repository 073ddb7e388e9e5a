package stacks

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/service"
	"github.com/ladder-iac/ladder/internal/facts"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
)

const (
	// firstWithCanary is the first phase with a load balancer that divides the users.
	firstWithCanary = 3
	// firstWithRegions is the first phase in two regions.
	firstWithRegions = 4
)

// check holds the values against each other and against what AWS has.
func (c Config) check() []error {
	var errs []error
	wrong := func(key string, got any, want string) {
		errs = append(errs, fmt.Errorf("%s: got %v, want %s", key, got, want))
	}
	errs = append(errs, c.checkRegions()...)
	errs = append(errs, checkZones("aws:region", "ladder:zones", c.Region, c.Zones, c.Phase)...)
	if c.Canary != (Canary{}) && c.Phase.Number < firstWithCanary {
		wrong("ladder:canary", c.Canary, fmt.Sprintf("nothing before phase %d, whose load balancer divides the users; "+
			"in this phase a release that does not get ready goes back by itself", firstWithCanary))
	}
	if c.Canary != (Canary{}) && c.Canary.Artifact == "" {
		wrong("ladder:canary.artifact", "nothing", "the path of the binary to try, from phase 4 on of its image layout")
	}
	errs = append(errs, c.checkSizes()...)
	if c.Domain != "" && c.HostedZoneID == "" {
		wrong("ladder:hostedZoneId", "nothing", "the id of the Route 53 hosted zone of "+c.Domain+
			": set it, or leave ladder:domain out and use the plain address")
	}
	if c.Domain == "" && c.HostedZoneID != "" && c.Phase.Number < firstWithRegions {
		wrong("ladder:domain", "nothing", "a name in the hosted zone "+c.HostedZoneID+
			": set it, or leave ladder:hostedZoneId out")
	}
	if c.DataVolumeGiB < 0 {
		wrong("ladder:dataVolumeGiB", c.DataVolumeGiB, "a size in GiB, 8 to 16384")
	}
	if c.MonthlyBudgetUSD < 0 {
		wrong("ladder:monthlyBudgetUSD", c.MonthlyBudgetUSD, "USD a month, at least 1")
	}
	return errs
}

// checkRegions asks for two regions, a name and clusters where the phase has them, and for none elsewhere.
func (c Config) checkRegions() []error {
	var errs []error
	wrong := func(key string, got any, want string) {
		errs = append(errs, fmt.Errorf("ladder:%s: got %v, want %s", key, got, want))
	}
	other, cluster := c.Secondary, c.Cluster
	if c.Phase.Number < firstWithRegions {
		if other.Region != "" || other.VPCCIDR != "" || len(other.Zones) > 0 {
			wrong("secondary", cmp.Or(other.Region, "a region"), fmt.Sprintf(
				"nothing before phase %d, the first in two regions", firstWithRegions))
		}
		if cluster.Version != "" || len(cluster.Admins) > 0 || len(cluster.PublicCIDRs) > 0 {
			wrong("cluster", "a cluster", fmt.Sprintf("nothing before phase %d, the first with Kubernetes", firstWithRegions))
		}
		return errs
	}
	if c.Domain == "" {
		wrong("domain", "nothing", fmt.Sprintf("a name in a Route 53 hosted zone of yours, with ladder:hostedZoneId: in "+
			"phase %d it leads users to the nearer region, and away from one that fails", c.Phase.Number))
	}
	if cluster.Version == "" {
		wrong("cluster.version", "nothing", "the minor version of Kubernetes, such as 1.35: no default, because it moves")
	}
	if len(cluster.Admins) == 0 {
		wrong("cluster.admins", "nothing", "the ARN of at least one IAM role, that of who deploys "+
			"(aws sts get-caller-identity): nobody else gets in")
	}
	return append(append(errs, c.checkSecondary()...), c.checkLoad()...)
}

// checkSecondary holds the second region against the first.
func (c Config) checkSecondary() []error {
	var errs []error
	wrong := func(key, got, want string) {
		errs = append(errs, fmt.Errorf("ladder:secondary.%s: got %s, want %s", key, got, want))
	}
	other := c.Secondary
	if other.Region == "" {
		wrong("region", "nothing", fmt.Sprintf("another AWS region than %s, such as us-west-2: phase %d outlives "+
			"the loss of a region", c.Region, c.Phase.Number))
		return errs
	}
	if other.Region == c.Region {
		wrong("region", other.Region, "another AWS region than aws:region: one region is lost as a whole")
	}
	if other.VPCCIDR == "" {
		wrong("vpcCidr", "nothing", fmt.Sprintf("a private range that does not overlap %s, such as 10.1.0.0/16",
			c.VPCCIDR))
	}
	const key = "ladder:secondary"
	return append(errs, checkZones(key+".region", key+".zones", other.Region, other.Zones, c.Phase)...)
}

// checkLoad holds the load against what a cell is made for: components know pods and nodes alone, which follow from it.
func (c Config) checkLoad() []error {
	load := c.Traffic
	if load == (traffic.Model{}) {
		return nil
	}
	if load.Hops < 1 {
		return []error{fmt.Errorf("ladder:traffic.hops: got %v, want 1 or more", load.Hops)}
	}
	most := math.Floor(min(service.MaxReplicas*requestsPerPod,
		eks.MaxNodeVCPUs*traffic.RequestsPerVCPU/(surplus*load.Hops)))
	if load.PeakQPS <= most {
		return nil
	}
	return []error{fmt.Errorf("ladder:traffic.peakQps: got %.0f, want at most %.0f requests a second: %d pods on nodes "+
		"of %d vCPUs carry no more", load.PeakQPS, most, service.MaxReplicas, eks.MaxNodeVCPUs)}
}

// checkZones holds a region's zones against AWS's.
func checkZones(regionKey, zonesKey, region string, zones map[string]string, p phase.Phase) []error {
	var errs []error
	if strings.HasPrefix(region, "cn-") || strings.HasPrefix(region, "us-gov-") {
		errs = append(errs, fmt.Errorf("%s: got %s, want a region of the standard partition: Ladder knows neither China "+
			"nor GovCloud", regionKey, region))
	}
	available, err := facts.Zones(region)
	if err != nil {
		return append(errs, fmt.Errorf("%s: %w", regionKey, err))
	}
	for _, slot := range sortedSlots(zones) {
		if !slices.Contains(available, zones[slot]) {
			errs = append(errs, fmt.Errorf("%s.%s: got %q, want a zone of %s: %s",
				zonesKey, slot, zones[slot], region, strings.Join(available, ", ")))
		}
	}
	if len(zones) < p.Zones {
		errs = append(errs, fmt.Errorf("%s: got %d, want %d zones or more: phase %d outlives the loss of one; add a "+
			"slot, such as c: %sc", zonesKey, len(zones), p.Zones, p.Number, region))
	}
	return errs
}

// checkSizes looks at signs alone: a 0 stands for the phase's own, and the bounds are the components'.
func (c Config) checkSizes() []error {
	var errs []error
	for key, value := range map[string]int{
		"ladder:backupDays": c.BackupDays, "ladder:appServers": c.AppServers, "ladder:maxAppServers": c.MaxAppServers,
		"ladder:databaseReaders": c.Readers, "ladder:maxDatabaseReaders": c.MaxReaders,
		"ladder:databaseStorageGiB": c.StorageGiB, "ladder:cacheReplicas": c.CacheReplicas,
		"ladder:cacheShards": c.CacheShards,
	} {
		if value < 0 {
			errs = append(errs, fmt.Errorf("%s: got %d, want a number above 0, or 0 for the phase's own", key, value))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errs
}

// unknownKeys reports keys of ours that mean nothing, each with the key that was probably meant.
func unknownKeys(values map[string]string) []error {
	var errs []error
	for key := range values {
		if slices.Contains(Keys(), key) {
			continue
		}
		if strings.HasPrefix(key, "aws:") {
			errs = append(errs, fmt.Errorf("%s: got a setting of the default provider, want none but aws:region: "+
				"Ladder makes its providers itself; use the environment (AWS_PROFILE, ...) for credentials", key))
		}
		if !strings.HasPrefix(key, "ladder:") {
			continue
		}
		errs = append(errs, fmt.Errorf("%s: unknown key; did you mean %s? Pulumi.yaml lists them all", key, nearest(key)))
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errs
}

func nearest(key string) string {
	return slices.MinFunc(Keys(), func(a, b string) int {
		return levenshtein.Distance(key, a, nil) - levenshtein.Distance(key, b, nil)
	})
}

func sortedSlots(zones map[string]string) []string {
	slots := make([]string, 0, len(zones))
	for slot := range zones {
		slots = append(slots, slot)
	}
	slices.Sort(slots)
	return slots
}
