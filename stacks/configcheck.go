package stacks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/ladder-iac/ladder/internal/facts"
)

// firstWithCanary is the first phase with a load balancer that divides the users.
const firstWithCanary = 3

// check holds the values against each other and against what AWS has.
func (c Config) check() []error {
	var errs []error
	wrong := func(key string, got any, want string) {
		errs = append(errs, fmt.Errorf("%s: got %v, want %s", key, got, want))
	}
	available, err := facts.Zones(c.Region)
	if strings.HasPrefix(c.Region, "cn-") || strings.HasPrefix(c.Region, "us-gov-") {
		wrong("aws:region", c.Region, "a region of the standard partition: Ladder knows neither China nor GovCloud")
	}
	if err != nil {
		errs = append(errs, fmt.Errorf("aws:region: %w", err))
	}
	for _, slot := range sortedSlots(c.Zones) {
		if err == nil && !slices.Contains(available, c.Zones[slot]) {
			wrong("ladder:zones."+slot, strconv.Quote(c.Zones[slot]),
				fmt.Sprintf("a zone of %s: %s", c.Region, strings.Join(available, ", ")))
		}
	}
	if want := c.Phase.Zones; len(c.Zones) < want {
		wrong("ladder:zones", len(c.Zones), fmt.Sprintf("%d zones or more: phase %d outlives the loss of one; add a slot, "+
			"such as c: %sc", want, c.Phase.Number, c.Region))
	}
	if c.Canary != (Canary{}) && c.Phase.Number < firstWithCanary {
		wrong("ladder:canary", c.Canary, fmt.Sprintf("nothing before phase %d, whose load balancer divides the users; "+
			"in this phase a release that does not get ready goes back by itself", firstWithCanary))
	}
	if c.Canary != (Canary{}) && c.Canary.Artifact == "" {
		wrong("ladder:canary.artifact", "nothing", "the path of the binary to try")
	}
	errs = append(errs, c.checkSizes()...)
	if c.Domain != "" && c.HostedZoneID == "" {
		wrong("ladder:hostedZoneId", "nothing", "the id of the Route 53 hosted zone of "+c.Domain+
			": set it, or leave ladder:domain out and use the plain address")
	}
	if c.Domain == "" && c.HostedZoneID != "" {
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

// checkSizes looks at signs alone: a 0 stands for the phase's own, and the bounds are the components'.
func (c Config) checkSizes() []error {
	var errs []error
	for key, value := range map[string]int{
		"ladder:backupDays": c.BackupDays, "ladder:appServers": c.AppServers, "ladder:maxAppServers": c.MaxAppServers,
		"ladder:databaseReaders": c.Readers, "ladder:maxDatabaseReaders": c.MaxReaders,
		"ladder:databaseStorageGiB": c.StorageGiB, "ladder:cacheReplicas": c.CacheReplicas,
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
