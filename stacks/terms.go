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
	`objective "objective": Traffic.`:   "ladder:traffic",
	`objective "objective": Waivers[`:   "ladder:waivers",
	`objective "objective": Rules[`:     "ladder:rules",
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
	for argument, key := range keyOf {
		if strings.HasPrefix(err.Error(), argument) {
			return &termError{key: key, err: err}
		}
	}
	return err
}

// termError is a component's error with the config key that caused it.
type termError struct {
	key string
	err error
}

func (e *termError) Error() string { return e.key + ": " + e.err.Error() }
func (e *termError) Unwrap() error { return e.err }
