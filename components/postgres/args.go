package postgres

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/pgversion"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
)

const (
	maxReplicas   = 5     // project limit; AWS allows 15, but more reads want a cache or Aurora
	minStorageGiB = 20    // gp3  [Amazon RDS User Guide, DB instance storage, 2026]
	maxStorageGiB = 65536 // gp3 with PostgreSQL  [the same]
	maxBackupDays = 35    // automatic backups  [Amazon RDS User Guide, Backup retention period, 2026]
	// maxName leaves room in AWS's 63 characters for "-", 8 digits and "-replica-5".
	maxName = 63 - 1 - 8 - len("-replica-5")
)

// Args describe a database.
type Args struct {
	VPCID        pulumi.StringInput            // where the security group stands; required
	Subnets      []network.Subnet              // data subnets in 2 zones or more; required. Replicas take turns by slot
	Clients      map[string]pulumi.StringInput // who may connect: name to security group id; default none
	Key          *key.Key                      // encrypts data, backups and insights; required
	Credential   *credential.Credential        // of the database's owner; required
	Major        int                           // PostgreSQL 15 to 17; required: no default, because it moves
	Class        string                        // of primary and replicas; default "db.t4g.medium"
	Availability Availability                  // of the primary; default MultiZone
	Replicas     int                           // 0 to 5, default 0. They lag behind the primary, by seconds at most
	Promoted     map[int]int                   // ordinal of a promoted replica to days of its backups, 0 at first
	Storage      Storage                       // of the primary, and of each replica
	BackupDays   int                           // 1 to 35, any second of which can be restored; default 7; never off
}

// Storage is a gp3 volume that grows by itself and never shrinks.
type Storage struct {
	GiB int // 20 to 65536; default 100
	// MaxGiB is where growth ends: GiB for none, or at least a tenth more; default twice GiB.
	MaxGiB int
}

// Availability says how the primary outlives its zone. It changes in place.
type Availability string

// The availabilities.
const (
	MultiZone  Availability = "multi-zone"  // a standby in another zone takes over within a minute or two: 99.95 %
	SingleZone Availability = "single-zone" // half the price; a lost zone means a restore: 99.5 %
)

var (
	namePattern = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	userPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
)

// reserved are users that RDS makes itself or keeps for itself  [CreateDBInstance, MasterUsername].
var reserved = []string{"admin", "rdsadmin", "rdsrepladmin", "rdstopmgr"}

// resolve fills in the defaults, and checks everything before anything is registered.
func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	args.defaults()
	c := check.Of("postgres", name)
	c.That(namePattern.MatchString(name) && len(name) <= maxName, "name", name,
		fmt.Sprintf("lower-case letters, digits and single hyphens, at most %d: AWS names the database so", maxName))
	c.Given(args.VPCID != nil, "VPCID", "the network's VPC")
	c.Given(args.Key != nil, "Key", "a key component that encrypts the database")
	c.Given(args.Credential != nil, "Credential", "a credential component for the database's owner")
	if args.Credential != nil {
		user := args.Credential.Username
		c.That(userPattern.MatchString(user) && !slices.Contains(reserved, user), "Credential", user,
			fmt.Sprintf("a user of lower-case letters, digits and underscores, a letter first, and none of %v", reserved))
	}
	if err := pgversion.Check(args.Major, pgversion.Checked()); err != nil {
		c.That(false, "Major", args.Major, err.Error())
	}
	args.checkSubnets(c)
	args.checkClients(c)
	checkClass(c, args.Class)
	c.That(args.Availability == MultiZone || args.Availability == SingleZone, "Availability",
		string(args.Availability), fmt.Sprintf("%q or %q", MultiZone, SingleZone))
	args.checkReplicas(c)
	args.checkStorage(c)
	c.That(args.BackupDays >= 1 && args.BackupDays <= maxBackupDays, "BackupDays", args.BackupDays, fmt.Sprintf(
		"1 to %d days: without backups there are neither replicas nor a way back", maxBackupDays))
	return args, c.Err()
}

func (a *Args) defaults() {
	a.Class = cmp.Or(a.Class, "db.t4g.medium")
	a.Availability = cmp.Or(a.Availability, MultiZone)
	a.Storage.GiB = cmp.Or(a.Storage.GiB, 100)
	if a.Storage.MaxGiB == 0 {
		a.Storage.MaxGiB = min(2*a.Storage.GiB, maxStorageGiB)
		if a.Storage.MaxGiB < a.Storage.nextGiB() {
			a.Storage.MaxGiB = a.Storage.GiB
		}
	}
	a.BackupDays = cmp.Or(a.BackupDays, 7)
	a.Subnets = slices.SortedStableFunc(slices.Values(a.Subnets), func(x, y network.Subnet) int {
		return cmp.Compare(x.Slot, y.Slot)
	})
}

func (a *Args) checkSubnets(c *check.Args) {
	zones := map[string]bool{}
	for _, subnet := range a.Subnets {
		c.That(subnet.Slot != "" && subnet.Zone != "" && subnet.ID.OutputState != nil, "Subnets", subnet.Slot,
			"subnets of a network component, with slot, zone and id")
		zones[subnet.Zone] = true
	}
	c.That(len(zones) >= 2, "Subnets", fmt.Sprintf("%d in %d zones", len(a.Subnets), len(zones)),
		"2 zones or more: the standby stands in another one, and RDS asks for two even without a standby; "+
			"add a zone to the network")
	c.That(len(zones) < 2 || len(zones) == len(a.Subnets), "Subnets",
		fmt.Sprintf("%d in %d zones", len(a.Subnets), len(zones)), "one subnet for each zone")
}

func (a *Args) checkClients(c *check.Args) {
	for _, client := range a.clients() {
		c.That(namePattern.MatchString(client), "Clients", client, "a name of lower-case letters, digits and hyphens")
		c.That(a.Clients[client] != nil, "Clients", client, "the id of its security group")
	}
}

// clients are in a stable order.
func (a *Args) clients() []string { return slices.Sorted(maps.Keys(a.Clients)) }

func (a *Args) checkReplicas(c *check.Args) {
	c.That(a.Replicas >= 0 && a.Replicas <= maxReplicas, "Replicas", a.Replicas,
		fmt.Sprintf("0 to %d; more reads than that want a cache or Aurora", maxReplicas))
	for _, ordinal := range slices.Sorted(maps.Keys(a.Promoted)) {
		days := a.Promoted[ordinal]
		c.That(ordinal >= 1 && ordinal <= a.Replicas, "Promoted", fmt.Sprintf("replica %d", ordinal),
			fmt.Sprintf("an ordinal of 1 to Replicas, which is %d: a promoted one still counts", a.Replicas))
		c.That(days >= 0 && days <= maxBackupDays, "Promoted", fmt.Sprintf("%d days for replica %d", days, ordinal),
			fmt.Sprintf("0 in the update that promotes it, 1 to %d from the next one on", maxBackupDays))
	}
}

func (a *Args) checkStorage(c *check.Args) {
	s := a.Storage
	fits := s.GiB >= minStorageGiB && s.GiB <= maxStorageGiB
	c.That(fits, "Storage.GiB", s.GiB, fmt.Sprintf("%d to %d GiB", minStorageGiB, maxStorageGiB))
	if fits {
		c.That(s.MaxGiB == s.GiB || s.MaxGiB >= s.nextGiB() && s.MaxGiB <= maxStorageGiB, "Storage.MaxGiB", s.MaxGiB,
			fmt.Sprintf("GiB, which is %d, for storage that does not grow, or %d to %d", s.GiB, s.nextGiB(), maxStorageGiB))
	}
}

// nextGiB is the least MaxGiB with which storage grows: a tenth more  [Amazon RDS User Guide, Storage autoscaling].
func (s Storage) nextGiB() int { return (11*s.GiB + 9) / 10 }
