package stacks

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/ladder-iac/ladder/internal/facts"
)

// Config is what a stack's file says. Defaults stand in Pulumi.yaml, where `pulumi config` shows them.
type Config struct {
	Phase            Phase
	Region           string            // AWS region
	Zones            map[string]string // slot (a to d) to availability zone
	VPCCIDR          string
	ReservedCIDRs    []string // ranges the VPC must not overlap
	InstanceType     string   // of the server
	DataVolumeGiB    int
	PostgresMajor    int
	Domain           string // empty: no name and no HTTPS
	HostedZoneID     string // of the domain
	Artifact         string // path of the app's binary, from the project's folder
	AlertEmail       string // empty: nobody is told
	MonthlyBudgetUSD int    // 0: the upper end of the phase's band

	root string // the project's folder
}

// ArtifactPath returns the path of the app's binary.
func (c Config) ArtifactPath() string {
	if filepath.IsAbs(c.Artifact) {
		return c.Artifact
	}
	return filepath.Join(c.root, c.Artifact)
}

// alertsTo says who hears the alarms.
func (c Config) alertsTo() string {
	if c.AlertEmail == "" {
		return "nobody; set ladder:alertEmail"
	}
	return c.AlertEmail
}

// field reads one key into the config.
type field struct {
	key  string
	read func(*Config, string) error
}

var fields = []field{
	{"aws:region", func(c *Config, v string) error { c.Region = v; return nil }},
	{"ladder:phase", func(c *Config, v string) error { return c.readPhase(v) }},
	{"ladder:zones", func(c *Config, v string) error {
		return parse(v, &c.Zones, "availability zones by slot, such as {a: us-east-1a, b: us-east-1b}")
	}},
	{"ladder:vpcCidr", func(c *Config, v string) error { c.VPCCIDR = v; return nil }},
	{"ladder:reservedCidrs", func(c *Config, v string) error {
		return parse(v, &c.ReservedCIDRs, "a list of IPv4 ranges such as [192.168.0.0/24]")
	}},
	{"ladder:instanceType", func(c *Config, v string) error { c.InstanceType = v; return nil }},
	{"ladder:dataVolumeGiB", func(c *Config, v string) error { return readInt(v, &c.DataVolumeGiB) }},
	{"ladder:postgresMajor", func(c *Config, v string) error { return readInt(v, &c.PostgresMajor) }},
	{"ladder:domain", func(c *Config, v string) error { c.Domain = v; return nil }},
	{"ladder:hostedZoneId", func(c *Config, v string) error { c.HostedZoneID = v; return nil }},
	{"ladder:artifact", func(c *Config, v string) error { c.Artifact = v; return nil }},
	{"ladder:alertEmail", func(c *Config, v string) error { c.AlertEmail = v; return nil }},
	{"ladder:monthlyBudgetUSD", func(c *Config, v string) error { return readInt(v, &c.MonthlyBudgetUSD) }},
}

// Keys returns the config keys that a stack may set.
func Keys() []string {
	keys := make([]string, 0, len(fields))
	for _, f := range fields {
		keys = append(keys, f.key)
	}
	return keys
}

// CheckConfig reports every mistake that can be seen in the config alone.
func CheckConfig(values map[string]string) error {
	_, err := ParseConfig(values)
	return err
}

// ParseConfig reads a stack's config; values are full keys with structured values as JSON. The error lists
// every mistake: unknown keys, values of the wrong form, and values that do not fit each other.
func ParseConfig(values map[string]string) (Config, error) {
	config, errs := Config{}, unknownKeys(values)
	for _, f := range fields {
		if value, given := values[f.key]; given {
			if err := f.read(&config, value); err != nil {
				errs = append(errs, fmt.Errorf("%s: got %q, want %w", f.key, value, err))
			}
		}
	}
	if _, given := values["ladder:phase"]; !given {
		errs = append(errs, errors.New("ladder:phase: got nothing, want "+phaseNumbers))
	}
	errs = append(errs, config.check()...)
	if config.MonthlyBudgetUSD == 0 {
		config.MonthlyBudgetUSD = config.Phase.BudgetMaxUSD
	}
	return config, errors.Join(errs...)
}

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

const phaseNumbers = "1, 2, 3 or 4, as a number"

func (c *Config) readPhase(text string) error {
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 || number > len(Phases) {
		return errors.New(phaseNumbers)
	}
	c.Phase = Phases[number-1]
	if !c.Phase.Built() {
		return errors.New("1: this version of Ladder cannot deploy the other phases yet")
	}
	return nil
}

func readInt(text string, to *int) error {
	number, err := strconv.Atoi(text)
	*to = number
	if err != nil {
		return errors.New("a whole number")
	}
	return nil
}

func parse(text string, to any, want string) error {
	if json.Unmarshal([]byte(text), to) != nil {
		return errors.New(want)
	}
	return nil
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
		errs = append(errs, fmt.Errorf("%s: unknown key; did you mean %s? All keys: %s",
			key, nearest(key), strings.Join(Keys(), ", ")))
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
