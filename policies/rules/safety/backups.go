package safety

import (
	"fmt"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/rule"
)

const (
	lifecycleType = "aws:dlm/lifecyclePolicy:LifecyclePolicy"
	backupDays    = "days"
)

// Backups wants backups of databases and data disks, and a last one when a database is deleted.
var Backups = rule.Rule{
	ID: "backups", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{databaseType, clusterType, volumeType},
	Why:        "A mistake in the data is often found days later, and a deleted database takes its backups with it.",
	Fix:        "keep backups for a week and a final snapshot; give a data disk a tag that a lifecycle policy copies by",
	Source:     "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html",
	Thresholds: []rule.Threshold{{Name: backupDays, Default: 7, Meaning: "days that backups are kept, at least"}},
	Good: []rule.Example{
		{rule.Resource(databaseType, "postgres", rule.In{"backupRetentionPeriod": 7, "skipFinalSnapshot": false})},
		{rule.Resource(databaseType, "replica", rule.In{"replicateSourceDb": "postgres"})},
		{rule.Resource(clusterType, "secondary", rule.In{"globalClusterIdentifier": "db"})},
		{rule.Resource(volumeType, "data", rule.In{"tags": rule.In{"snapshots": "daily"}}), snapshots},
	},
	Bad: []rule.Example{
		{rule.Resource(databaseType, "postgres", rule.In{})},
		{rule.Resource(clusterType, "aurora", rule.In{"backupRetentionPeriod": 1})},
		{rule.Resource(clusterType, "aurora", rule.In{"backupRetentionPeriod": 7, "skipFinalSnapshot": true})},
		{rule.Resource(clusterType, "primary", rule.In{
			"globalClusterIdentifier": "db", "masterUsername": "root", "backupRetentionPeriod": 1,
		})},
		{rule.Resource(volumeType, "data", rule.In{"tags": rule.In{"snapshots": "none"}}), snapshots},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		if s.Resource.Type == volumeType {
			return copiedDaily(s)
		}
		if copied(s) {
			return nil
		}
		days := s.Threshold(backupDays)
		absent := map[string]float64{databaseType: 0, clusterType: 1}[s.Resource.Type] // AWS's own defaults
		if kept := s.Number(absent, "backupRetentionPeriod"); kept < days && !s.Unknown() {
			return s.Wrong("backupRetentionPeriod", kept, fmt.Sprintf("%v days or more", days))
		}
		if s.Flag("skipFinalSnapshot") {
			return s.Wrong("skipFinalSnapshot", true, "false")
		}
		return nil
	},
}

// copiedDaily wants a lifecycle policy for one of the tags of a disk.
func copiedDaily(s *rule.Scene) []rule.Finding {
	tags, _ := s.Value("tags").(map[string]any)
	for _, policy := range s.OfType(lifecycleType) {
		if s.Of(policy).Text("state") == "DISABLED" {
			continue
		}
		wanted, _ := s.Of(policy).Value("policyDetails", "targetTags").(map[string]any)
		for key, value := range wanted {
			if tags[key] == value {
				return nil
			}
			if tags[key] == graph.Unknown || value == graph.Unknown {
				s.Text("tags", key)
			}
		}
	}
	if s.Unknown() {
		return nil
	}
	return s.Wrong("tags", s.Value("tags"), "a tag that a lifecycle policy of snapshots asks for")
}

var snapshots = rule.Resource(lifecycleType, "snapshots", rule.In{
	"state": "ENABLED", "policyDetails": rule.In{"targetTags": rule.In{"snapshots": "daily"}},
})
