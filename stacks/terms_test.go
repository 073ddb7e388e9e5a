package stacks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/stacks"
)

// A value that only a component can judge is told with the key that it stands under.
func TestMistakesAreToldInTermsOfTheConfig(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ stack, key, value, want string }{
		"server":       {"phase1", "ladder:instanceType", "t4g.nano", `ladder:instanceType: vm "server": InstanceType: got "t4g.nano"`},
		"range":        {"phase1", "ladder:vpcCidr", "8.8.0.0/16", `ladder:vpcCidr: network "net": CIDR: got "8.8.0.0/16"`},
		"readers":      {"phase2", "ladder:databaseReaders", "6", `ladder:databaseReaders: postgres "postgres": Replicas: got 6`},
		"storage":      {"phase2", "ladder:databaseStorageGiB", "19", `ladder:databaseStorageGiB: postgres "postgres": Storage.GiB: got 19`},
		"backups":      {"phase2", "ladder:backupDays", "36", `ladder:backupDays: postgres "postgres": BackupDays: got 36`},
		"servers":      {"phase2", "ladder:appServers", "201", `ladder:appServers: fleet "app": Servers: got 201`},
		"cluster":      {"phase3", "ladder:databaseClass", "db.t4g.medium2", `ladder:databaseClass: aurora "aurora": Class: got "db.t4g.medium2"`},
		"more readers": {"phase3", "ladder:maxDatabaseReaders", "1", `ladder:maxDatabaseReaders: aurora "aurora": Readers.Max: got 1`},
		"cache":        {"phase3", "ladder:cacheReplicas", "6", `ladder:cacheReplicas: cache "cache": ReplicasPerShard: got 6`},
		"valkey":       {"phase3", "ladder:cacheVersion", "3", `ladder:cacheVersion: cache "cache": Version: got "3"`},
		"canary":       {"phase3", "ladder:canary", `{"artifact":"nowhere","weight":5}`, `ladder:canary: release "canary": artifact `},
		"alarm":        {"phase3", "ladder:alarms", `[{"name":"x"}]`, `ladder:alarms: monitor "monitor": Alarms[0].Namespace: got ""`},
		"traffic":      {"phase1", "ladder:traffic", `{"cacheHit":1.5}`, `ladder:traffic: objective "objective": Traffic.CacheHit: got 1.5, want a share of 0 to 1`},
		"waiver":       {"phase1", "ladder:waivers", `[{"rule":"band-total"}]`, `ladder:waivers: objective "objective": Waivers[0].Resource: got nothing`},
		"rule":         {"phase1", "ladder:rules", `{"band-total":{}}`, `ladder:rules: objective "objective": Rules[band-total]: got map[]`},
		"e-mail":       {"phase3", "ladder:alertEmail", "ops", `ladder:alertEmail: monitor "monitor": Email: got "ops"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := graph.Record(stacks.Run, run(t, c.stack, map[string]string{c.key: c.value}))
			require.ErrorContains(t, err, c.want)
		})
	}
}
