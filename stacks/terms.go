package stacks

import (
	"errors"
	"strings"
)

// keyOf says which config key sets a component's argument, so that a mistake in the config is told in its terms.
var keyOf = map[string]string{
	`network "net": CIDR: `:             "ladder:vpcCidr",
	`network "net": Zones`:              "ladder:zones",
	`network "net": Reserved`:           "ladder:reservedCidrs",
	`vm "server": InstanceType: `:       "ladder:instanceType",
	`vm "server": DataVolumeGiB: `:      "ladder:dataVolumeGiB",
	`vm "server": PostgresMajor: `:      "ladder:postgresMajor",
	`vm "server": Domain: `:             "ladder:domain",
	`fleet "app": InstanceType: `:       "ladder:appInstanceTypes",
	`fleet "app": Servers: `:            "ladder:appServers",
	`fleet "app": Domain: `:             "ladder:domain",
	`postgres "postgres": Class: `:      "ladder:databaseClass",
	`postgres "postgres": Replicas: `:   "ladder:databaseReaders",
	`postgres "postgres": Storage.`:     "ladder:databaseStorageGiB",
	`postgres "postgres": BackupDays: `: "ladder:backupDays",
	`postgres "postgres": Major: `:      "ladder:postgresMajor",
	`aurora "aurora": Class: `:          "ladder:databaseClass",
	`aurora "aurora": Readers.Min: `:    "ladder:databaseReaders",
	`aurora "aurora": Readers.Max: `:    "ladder:maxDatabaseReaders",
	`aurora "aurora": IOMode: `:         "ladder:databaseIOMode",
	`aurora "aurora": BackupDays: `:     "ladder:backupDays",
	`aurora "aurora": Major: `:          "ladder:postgresMajor",
	`cache "cache": NodeType: `:         "ladder:cacheNodeType",
	`cache "cache": ReplicasPerShard: `: "ladder:cacheReplicas",
	`cache "cache": Version: `:          "ladder:cacheVersion",
	`web "web": InstanceTypes`:          "ladder:appInstanceTypes",
	`web "web": Machines.Min: `:         "ladder:appServers",
	`web "web": Machines.Max: `:         "ladder:maxAppServers",
	`web "web": Domain: `:               "ladder:domain",
	`web "web": HostedZoneID: `:         "ladder:hostedZoneId",
	`web "web": Canary.`:                "ladder:canary",
	`release "canary": `:                "ladder:canary",
	`dns "dns": Domain: `:               "ladder:domain",
	`dns "dns": HostedZoneID: `:         "ladder:hostedZoneId",
	`monitor "monitor": Alarms[`:        "ladder:alarms",
	`monitor "monitor": Email: `:        "ladder:alertEmail",
	`budget "budget": MonthlyUSD: `:     "ladder:monthlyBudgetUSD",

	`network "net-secondary": CIDR: `:        "ladder:secondary.vpcCidr",
	`network "net-secondary": Zones`:         "ladder:secondary.zones",
	`peering "peering": Secondary.Network: `: "ladder:secondary.vpcCidr",
	`eks "cluster": Version: `:               "ladder:cluster.version",
	`eks "cluster": Admins`:                  "ladder:cluster.admins",
	`eks "cluster": PublicCIDRs`:             "ladder:cluster.publicCidrs",
	`eks "cluster": MaxVCPUs: `:              "ladder:traffic",
	`mesh "mesh": Kubernetes: `:              "ladder:cluster.version",
	`aurora "aurora-users": Class: `:         "ladder:usersDatabaseClass",
	`cache "cache": Shards: `:                "ladder:cacheShards",
	`image "image": Layout: `:                "ladder:image",
	`service "service": Canary.`:             "ladder:canary",
	`service "service": Replicas.`:           "ladder:traffic",
	`gateway "gateway": PeakQPS: `:           "ladder:traffic",
	`gateway "gateway": Replicas.`:           "ladder:traffic",
	`dns "regions": Domain: `:                "ladder:domain",
	`dns "regions": HostedZoneID: `:          "ladder:hostedZoneId",
	`cdn "cdn": Domain: `:                    "ladder:domain",
	`cdn "cdn": HostedZoneID: `:              "ladder:hostedZoneId",

	`objective "objective": Traffic.`: "ladder:traffic",
	`objective "objective": Waivers[`: "ladder:waivers",
	`objective "objective": Rules[`:   "ladder:rules",
}

// inTerms puts the config key before each mistake that one caused.
func inTerms(err error) error {
	if err == nil {
		return nil
	}
	if list, is := err.(interface{ Unwrap() []error }); is {
		var told []error
		for _, one := range list.Unwrap() {
			told = append(told, inTerms(one))
		}
		return errors.Join(told...)
	}
	if key, known := causeOf(err.Error()); known {
		return &termError{key: key, err: err}
	}
	return err
}

// likeOthers takes out what tells services, and their databases, apart.
var likeOthers = strings.NewReplacer(
	nameUserService+`"`, `service"`, nameDataService+`"`, `service"`, nameWebService+`"`, `service"`,
	usersSuffix+`"`, `"`,
)

// causeOf looks in keyOf for the name as it stands, then for its like in the first region, then for what all
// services have in common.
func causeOf(mistake string) (key string, known bool) {
	home := strings.Replace(mistake, secondarySuffix+`"`, `"`, 1)
	for _, text := range []string{mistake, home, likeOthers.Replace(home)} {
		for argument, key := range keyOf {
			if strings.HasPrefix(text, argument) {
				return key, true
			}
		}
	}
	return "", false
}

// termError is a component's error with the config key that caused it.
type termError struct {
	key string
	err error
}

func (e *termError) Error() string { return e.key + ": " + e.err.Error() }
func (e *termError) Unwrap() error { return e.err }
