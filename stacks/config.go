package stacks

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/ladder-iac/ladder/components/monitor"
	"github.com/ladder-iac/ladder/components/objective"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
)

// Config is what a stack's file says. Defaults stand in Pulumi.yaml, where `pulumi config` shows them.
type Config struct {
	Phase            phase.Phase
	Region           string            // AWS region
	Zones            map[string]string // slot (a to d) to availability zone
	VPCCIDR          string
	ReservedCIDRs    []string // ranges the VPC must not overlap
	InstanceType     string   // of phase 1's server
	DataVolumeGiB    int      // of phase 1's server
	PostgresMajor    int
	BackupDays       int // of a database from phase 2 on
	phase.Sizes          // from phase 2 on; what the file leaves open is as the phase table says
	StorageGiB       int // of the database in phase 2
	CacheVersion     string
	Canary           Canary          // zero: none
	Alarms           []monitor.Alarm // the owner's own
	Domain           string          // empty: no name and no HTTPS
	HostedZoneID     string          // of the domain
	Artifact         string          // path of the app's binary, from the project's folder
	AlertEmail       string          // empty: nobody is told
	MonthlyBudgetUSD int             // 0: the estimate of the program itself
	CostAnomalies    bool            // tell of unusual spending
	Traffic          traffic.Model   // the phase's, with what the file says otherwise
	Waivers          []objective.Waiver
	Image            string                    // OCI image layout of the app, from the project's folder; phase 4
	Cluster          Cluster                   // of each region in phase 4
	Secondary        Secondary                 // the other region of phase 4
	Rules            map[string]map[string]any // settings of policies

	root string // the project's folder
}

// Cluster is what the Kubernetes clusters are told.
type Cluster struct {
	Version     string   `json:"version"`     // minor of Kubernetes, e.g. "1.35"
	Admins      []string `json:"admins"`      // ARNs of IAM roles that may do everything in it
	PublicCIDRs []string `json:"publicCidrs"` // that reach its API beside the VPC; empty for none
}

// Secondary is the region that stands in for the first, and serves who is nearer to it.
type Secondary struct {
	Region  string            `json:"region"`
	Zones   map[string]string `json:"zones"`   // slot (a to d) to availability zone
	VPCCIDR string            `json:"vpcCidr"` // must not overlap the first region's: the two are peered
}

// Canary is a release that a part of the users try, from phase 3 on.
type Canary struct {
	Artifact string `json:"artifact"` // path of the binary, from the project's folder
	Weight   int    `json:"weight"`   // percent of the users
}

// path returns the path of a binary.
func (c Config) path(artifact string) string {
	if filepath.IsAbs(artifact) {
		return artifact
	}
	return filepath.Join(c.root, artifact)
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
	{"ladder:backupDays", func(c *Config, v string) error { return readInt(v, &c.BackupDays) }},
	{"ladder:appInstanceTypes", func(c *Config, v string) error {
		return parse(v, &c.AppInstanceTypes, "a list of EC2 types such as [c7g.xlarge]")
	}},
	{"ladder:appServers", func(c *Config, v string) error { return readInt(v, &c.AppServers) }},
	{"ladder:maxAppServers", func(c *Config, v string) error { return readInt(v, &c.MaxAppServers) }},
	{"ladder:databaseClass", func(c *Config, v string) error { c.DatabaseClass = v; return nil }},
	{"ladder:databaseReaders", func(c *Config, v string) error { return readInt(v, &c.Readers) }},
	{"ladder:maxDatabaseReaders", func(c *Config, v string) error { return readInt(v, &c.MaxReaders) }},
	{"ladder:databaseStorageGiB", func(c *Config, v string) error { return readInt(v, &c.StorageGiB) }},
	{"ladder:databaseIOMode", func(c *Config, v string) error { c.IOMode = v; return nil }},
	{"ladder:cacheNodeType", func(c *Config, v string) error { c.CacheNodeType = v; return nil }},
	{"ladder:cacheReplicas", func(c *Config, v string) error { return readInt(v, &c.CacheReplicas) }},
	{"ladder:cacheShards", func(c *Config, v string) error { return readInt(v, &c.CacheShards) }},
	{"ladder:usersDatabaseClass", func(c *Config, v string) error { c.UsersClass = v; return nil }},
	{"ladder:image", func(c *Config, v string) error { c.Image = v; return nil }},
	{"ladder:cluster", func(c *Config, v string) error {
		return parse(v, &c.Cluster, "what the clusters are told, such as "+
			"{version: \"1.35\", admins: [arn:aws:iam::123456789012:role/platform]}")
	}},
	{"ladder:secondary", func(c *Config, v string) error {
		return parse(v, &c.Secondary, "a region such as {region: us-west-2, vpcCidr: 10.1.0.0/16, "+
			"zones: {a: us-west-2a, b: us-west-2b, c: us-west-2c}}")
	}},
	{"ladder:cacheVersion", func(c *Config, v string) error { c.CacheVersion = v; return nil }},
	{"ladder:canary", func(c *Config, v string) error {
		return parse(v, &c.Canary, "a binary and its share of the users, such as {artifact: dist/next, weight: 5}")
	}},
	{"ladder:alarms", func(c *Config, v string) error {
		return parse(v, &c.Alarms, "a list of alarms such as "+
			"[{name: slow, namespace: Ladder, metric: Latency, statistic: p99, comparison: above, threshold: 500}]")
	}},
	{"ladder:domain", func(c *Config, v string) error { c.Domain = v; return nil }},
	{"ladder:hostedZoneId", func(c *Config, v string) error { c.HostedZoneID = v; return nil }},
	{"ladder:artifact", func(c *Config, v string) error { c.Artifact = v; return nil }},
	{"ladder:alertEmail", func(c *Config, v string) error { c.AlertEmail = v; return nil }},
	{"ladder:monthlyBudgetUSD", func(c *Config, v string) error { return readInt(v, &c.MonthlyBudgetUSD) }},
	{"ladder:costAnomalies", func(c *Config, v string) error { return readBool(v, &c.CostAnomalies) }},
	{"ladder:traffic", func(c *Config, v string) error { return c.readTraffic(v) }},
	{"ladder:waivers", func(c *Config, v string) error {
		return parse(v, &c.Waivers, "a list of exceptions such as [{rule: band-total, resource: \"*\", "+
			"reason: sale in December, owner: ops@example.com, expires: 2027-01-10}]")
	}},
	{"ladder:rules", func(c *Config, v string) error {
		return parse(v, &c.Rules, "settings by rule, such as {band-headroom: {level: mandatory}}")
	}},
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
	var unread []string
	for _, f := range fields {
		if value, given := values[f.key]; given {
			if err := f.read(&config, value); err != nil {
				errs = append(errs, fmt.Errorf("%s: got %s, want %w", f.key, shown(value), err))
				unread = append(unread, f.key+":", f.key+".")
			}
		}
	}
	if _, given := values["ladder:phase"]; !given {
		errs = append(errs, errors.New("ladder:phase: got nothing, want "+phaseNumbers))
	}
	errs = append(errs, slices.DeleteFunc(config.check(), func(err error) bool { // told already
		return slices.ContainsFunc(unread, func(key string) bool { return strings.HasPrefix(err.Error(), key) })
	})...)
	config.Sizes = config.Or(config.Phase.Sizes)
	config.Traffic = cmp.Or(config.Traffic, traffic.Default(config.Phase.Number))
	return config, errors.Join(errs...)
}

const phaseNumbers = "1, 2, 3 or 4, as a number"

func (c *Config) readPhase(text string) error {
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 || number > len(phase.Table) {
		return errors.New(phaseNumbers)
	}
	c.Phase = phase.Table[number-1]
	if !Built(number) {
		return fmt.Errorf("%s: this version of Ladder cannot deploy phase %d yet", builtNumbers(), number)
	}
	return nil
}

// readTraffic comes after readPhase: fields stand in that order.
func (c *Config) readTraffic(text string) error {
	model, err := traffic.Default(c.Phase.Number).Override([]byte(text))
	c.Traffic = model
	if err != nil {
		return fmt.Errorf("an object of %s (%w)", strings.Join(traffic.Fields(), ", "), err)
	}
	return nil
}

// builtNumbers reads "1, 2 or 3".
func builtNumbers() string {
	var numbers []string
	for _, p := range phase.Table {
		if Built(p.Number) {
			numbers = append(numbers, strconv.Itoa(p.Number))
		}
	}
	last := len(numbers) - 1
	return strings.Join(numbers[:last], ", ") + " or " + numbers[last]
}

func readInt(text string, to *int) error {
	number, err := strconv.Atoi(text)
	*to = number
	if err != nil {
		return errors.New("a whole number")
	}
	return nil
}

func readBool(text string, to *bool) error {
	if text != "true" && text != "false" {
		return errors.New("true or false")
	}
	*to = text == "true"
	return nil
}

// parse reads JSON and lets no unknown field through.
func parse(text string, to any, want string) error {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(to); err != nil {
		return errors.New(want + why(err))
	}
	return nil
}

// why says what is wrong with JSON in the words of the YAML that it came from, where that can be told.
func why(err error) string {
	if name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return "; there is no field " + name
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" && kind.Type.Kind() == reflect.String {
		return fmt.Sprintf("; %s is a %s: put it in quotes", kind.Field, kind.Value)
	}
	return ""
}

// shown leaves JSON as it is: quoted once more, it could not be read.
func shown(value string) string {
	if strings.HasPrefix(value, "{") || strings.HasPrefix(value, "[") {
		return value
	}
	return strconv.Quote(value)
}
