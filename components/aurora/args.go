package aurora

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/pgversion"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
)

const (
	maxReaders    = 15 // of one cluster  [Aurora User Guide, quotas, 2026-09]
	minBackupDays = 1  // AWS keeps backups of every cluster
	maxBackupDays = 35 // automatic backups  [Aurora User Guide, 2026-09]
)

// Args describe a cluster.
type Args struct {
	VPCID      pulumi.StringInput            // where the security group stands; required
	Subnets    []network.Subnet              // data subnets in 2 or 3 zones, as many as hold Aurora's storage; required
	Clients    map[string]pulumi.StringInput // who may connect: name to security group id; default none
	Key        *key.Key                      // encrypts data, backups and insights; required
	Credential *credential.Credential        // of the database's owner; required, but of a secondary, which has none
	Database   string                        // made with the cluster: lower case, digits, _; default "ladder"
	Major      int                           // PostgreSQL major; required: no default, because it moves
	Class      string                        // of writer and readers; default "db.r7g.large", fit for a Global Database
	Readers    Readers                       // instances that answer reads; default none
	IOMode     IOMode                        // how storage is billed; default Standard
	BackupDays int                           // 1 to 35, any second of which can be restored; default 7
	Global     Global                        // place in an Aurora Global Database; default none
}

// Readers are instances that answer reads.
type Readers struct {
	Min       int    // always there; 0 to 15; default 0: a failed writer then takes minutes to come back
	Max       int    // added up to this number while the readers are busy, Min to 15; default Min: no autoscaling
	Analytics string // class of one more reader for long queries; default none
}

// IOMode says how storage is billed. It changes in place, to Standard at any time and to Optimized once a month.
type IOMode string

// The I/O modes.
const (
	Standard  IOMode = "standard"  // by GB and by I/O
	Optimized IOMode = "optimized" // by GB, with dearer instances and no price of I/O
)

var (
	namePattern     = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	databasePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
)

// maxName leaves room in AWS's 63 characters for an instance's name: "-analytics-" and 26 digits.
const maxName = 26

// resolve fills in the defaults, and checks everything before anything is registered.
func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	args.defaults()
	c := check.Of("aurora", name)
	c.That(namePattern.MatchString(name) && len(name) <= maxName, "name", name,
		fmt.Sprintf("lower-case letters, digits and single hyphens, at most %d: AWS names the cluster so", maxName))
	c.Given(args.VPCID != nil, "VPCID", "the network's VPC")
	c.Given(args.Key != nil, "Key", "a key component that encrypts the cluster")
	args.checkOrigin(c)
	args.checkSubnets(c)
	args.checkClients(c)
	args.checkReaders(c)
	args.checkClass(c, "Class", args.Class)
	if args.Readers.Analytics != "" {
		args.checkClass(c, "Readers.Analytics", args.Readers.Analytics)
	}
	if err := pgversion.Check(args.Major, pgversion.Checked()); err != nil {
		c.That(false, "Major", args.Major, err.Error())
	}
	c.That(args.IOMode == Standard || args.IOMode == Optimized, "IOMode", string(args.IOMode),
		fmt.Sprintf("%q or %q", Standard, Optimized))
	c.That(args.BackupDays >= minBackupDays && args.BackupDays <= maxBackupDays, "BackupDays", args.BackupDays,
		fmt.Sprintf("%d to %d days: a cluster without backups can neither be restored nor moved",
			minBackupDays, maxBackupDays))
	return args, c.Err()
}

// reserved are names of databases that are there already or must not be.
var reserved = []string{"postgres", "rdsadmin", "template0", "template1"}

// checkOrigin checks what the cluster begins with: an owner and a database of its own, or those of its primary.
func (a *Args) checkOrigin(c *check.Args) {
	a.checkGlobal(c)
	if a.Global.Role == Secondary {
		c.That(a.Credential == nil, "Credential", "a credential", "none: a secondary has its primary's users")
		c.That(a.Database == "", "Database", a.Database, "none: a secondary has its primary's databases")
		return
	}
	c.Given(a.Credential != nil, "Credential", "a credential component for the database's owner")
	c.That(databasePattern.MatchString(a.Database), "Database", a.Database,
		"a letter, then letters, digits and underscores, lower case, at most 63")
	c.That(!slices.Contains(reserved, a.Database), "Database", a.Database,
		"another name: PostgreSQL and AWS keep "+strings.Join(reserved, ", "))
}

func (a *Args) defaults() {
	if a.Global.Role != Secondary {
		a.Database = cmp.Or(a.Database, "ladder")
	}
	a.Class = cmp.Or(a.Class, "db.r7g.large")
	a.Readers.Max = cmp.Or(a.Readers.Max, a.Readers.Min)
	a.IOMode = cmp.Or(a.IOMode, Standard)
	a.BackupDays = cmp.Or(a.BackupDays, 7)
	a.Subnets = slices.SortedStableFunc(slices.Values(a.Subnets), func(x, y network.Subnet) int {
		return cmp.Compare(x.Slot, y.Slot)
	})
}

// checkSubnets holds what Aurora asks of its subnet group. Its storage spans three zones, so that an instance
// in a fourth would find none.
func (a *Args) checkSubnets(c *check.Args) {
	slots, zones := map[string]bool{}, map[string]bool{}
	for _, subnet := range a.Subnets {
		c.That(subnet.Slot != "" && subnet.Zone != "" && subnet.ID.OutputState != nil, "Subnets", subnet.Slot,
			"subnets of a network component, with slot, zone and id")
		slots[subnet.Slot], zones[subnet.Zone] = true, true
	}
	c.That(len(zones) >= 2 && len(zones) <= 3, "Subnets", fmt.Sprintf("%d zones", len(zones)),
		"2 or 3: a reader in the writer's zone fails with it; add a zone to the network, or leave the fourth out")
	c.That(len(slots) == len(a.Subnets) && len(zones) == len(a.Subnets), "Subnets",
		fmt.Sprintf("%d subnets in %d zones", len(a.Subnets), len(zones)), "one subnet for each zone")
}

func (a *Args) checkClients(c *check.Args) {
	for _, client := range a.clients() {
		c.That(namePattern.MatchString(client), "Clients", client, "a name of lower-case letters, digits and hyphens")
		c.That(a.Clients[client] != nil, "Clients", client, "the id of its security group")
	}
}

// clients are in a stable order.
func (a *Args) clients() []string { return slices.Sorted(maps.Keys(a.Clients)) }

func (a *Args) checkReaders(c *check.Args) {
	limit, r := maxReaders-a.extra(), a.Readers
	want := fmt.Sprintf("0 to %d; more reads than that need a cache or a second cluster", limit)
	c.That(r.Min >= 0 && r.Min <= limit, "Readers.Min", r.Min, want)
	c.That(r.Max == r.Min || r.Max > r.Min && r.Max <= limit, "Readers.Max", r.Max,
		fmt.Sprintf("Readers.Min, which is %d, to %d", r.Min, limit))
	c.That(r.Max <= r.Min || r.Min >= 1, "Readers.Min", r.Min,
		"at least 1 with autoscaling, which measures the readers that are there")
	c.That(r.Analytics == "" || r.Min >= 1, "Readers.Min", r.Min,
		"at least 1 with Analytics, which is kept out of the other reads")
}

// extra is the number of readers beside those that are counted.
func (a *Args) extra() int {
	if a.Readers.Analytics == "" {
		return 0
	}
	return 1
}
