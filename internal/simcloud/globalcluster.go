package simcloud

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ladder-iac/ladder/internal/facts"
)

const (
	databaseCluster = "aws:rds/cluster:Cluster"
	globalCluster   = "aws:rds/globalCluster:GlobalCluster"
)

// primaryHeld is what RDS answers to the deletion of a primary that has secondaries.
var primaryHeld = facts.Refusal{
	Code: "InvalidGlobalClusterStateFault",
	Text: "Unable to delete cluster {} that is a primary member of global cluster " +
		"while there are other global cluster members",
}

// members lists the clusters of a global one, the primary first: the one it was made from, else the one that joined
// first. A switchover changes that in AWS alone.
func (s store) members(global record) []record {
	var all []record
	name := facts.Text(global.outputs, "globalClusterIdentifier")
	source := facts.Text(global.outputs, "sourceDbClusterIdentifier")
	for _, region := range s.realms(Account) {
		for _, r := range s.ofType(region, databaseCluster) {
			isSource := source != "" && facts.Text(r.outputs, "arn") == source
			if isSource || facts.Text(r.outputs, "globalClusterIdentifier") == name {
				all = append(all, r)
			}
		}
	}
	slices.SortFunc(all, func(a, b record) int {
		switch {
		case facts.Text(a.outputs, "arn") == source:
			return -1
		case facts.Text(b.outputs, "arn") == source:
			return 1
		}
		return a.Created.Compare(b.Created)
	})
	return all
}

// source is the cluster that a global one was made from, which stays its member without naming it.
func (s store) source(global record) []holder {
	arn := facts.Text(global.outputs, "sourceDbClusterIdentifier")
	if arn == "" || facts.Text(global.outputs, "forceDestroy") == "true" {
		return nil
	}
	for _, r := range s.members(global) {
		if facts.Text(r.outputs, "arn") == arn {
			return []holder{{by: r, says: "its membership, which forceDestroy on the global cluster would end"}}
		}
	}
	return nil
}

// secondaries are the other members of the global cluster of which r is the primary.
func (s store) secondaries(realm string, r record) []holder {
	var found []holder
	for _, global := range s.ofType(realmOf(realm, globalCluster), globalCluster) {
		members := s.members(global)
		if len(members) < 2 || members[0].path != r.path {
			continue
		}
		for _, secondary := range members[1:] {
			found = append(found, holder{secondary, fmt.Sprintf("globalClusterIdentifier %q", global.ID), primaryHeld})
		}
	}
	return found
}

// unfit refuses a cluster that cannot join its global one, as RDS does.
func (s store) unfit(realm string, r record) []error {
	name := facts.Text(r.inputs, "globalClusterIdentifier")
	if r.Type != databaseCluster || name == "" {
		return nil
	}
	global, ok, err := s.read(realm, globalCluster, name, nil)
	if !ok || err != nil {
		return nil // the name itself is refused
	}
	members := s.members(global)
	if len(members) == 0 {
		return nil
	}
	var errs []error
	if facts.Text(r.inputs, "masterUsername") != "" {
		errs = append(errs, errors.New("InvalidParameterCombination: Cannot specify user name for cross region "+
			"replication cluster; masterUsername: got a name, want none: a secondary has the users of its primary"))
	}
	if facts.Text(r.inputs, "storageEncrypted") == "true" && facts.Text(r.inputs, "kmsKeyId") == "" {
		errs = append(errs, errors.New("InvalidParameterCombination: kmsKeyId should be explicitly specified for an "+
			"encrypted secondary; kmsKeyId: got nothing, want a key of the secondary's region"))
	}
	for _, member := range members {
		if regionOf(member) == regionOf(r) {
			errs = append(errs, fmt.Errorf("InvalidParameterCombination: global cluster %s has a member in this region; "+
				"want one in each region: %s is there", name, member.ID))
		}
	}
	return errs
}

// regionOf reads the region off a resource's ARN.
func regionOf(r record) string {
	if parts := strings.Split(facts.Text(r.outputs, "arn"), ":"); len(parts) > 3 {
		return parts[3]
	}
	return ""
}
