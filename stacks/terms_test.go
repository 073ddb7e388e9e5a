package stacks_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/image/imagetest"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/stacks"
)

const admin = "arn:aws:iam::123456789012:role/platform"

// west is a second region with another range.
func west(cidr string) string { return second("10.1.0.0/16 -> " + cidr)["ladder:secondary"] }

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
		"second range": {"phase4", "ladder:secondary", west("10.1.0.0/28"), `ladder:secondary.vpcCidr: network "net-secondary": CIDR: got "10.1.0.0/28"`},
		"same range":   {"phase4", "ladder:secondary", west("10.0.0.0/18"), `ladder:secondary.vpcCidr: peering "peering": Secondary.Network: got "10.0.0.0/18"`},
		"second slot":  {"phase4", "ladder:secondary", strings.Replace(west("10.1.0.0/16"), `"c"`, `"e"`, 1), `ladder:secondary.zones: network "net-secondary": Zones: got "slot e"`},
		"reserved":     {"phase4", "ladder:reservedCidrs", `["10.1.64.0/20"]`, `ladder:secondary.vpcCidr: network "net-secondary": CIDR: got "10.1.0.0/16"`},
		"old version":  {"phase4", "ladder:cluster", `{"version":"1.22","admins":["` + admin + `"]}`, `ladder:cluster.version: eks "cluster": Version: got "1.22"`},
		"user":         {"phase4", "ladder:cluster", `{"version":"1.35","admins":["arn:aws:iam::123456789012:user/joe"]}`, `ladder:cluster.admins: eks "cluster": Admins[0]: got`},
		"everyone":     {"phase4", "ladder:cluster", `{"version":"1.35","admins":["` + admin + `"],"publicCidrs":["0.0.0.0/0"]}`, `ladder:cluster.publicCidrs: eks "cluster": PublicCIDRs[0]: got "0.0.0.0/0"`},
		"image":        {"phase4", "ladder:image", "nowhere", `ladder:image: image "image": Layout: got`},
		"no trial":     {"phase4", "ladder:canary", `{"artifact":"nowhere","weight":5}`, `ladder:canary: image beside `},
		"burstable":    {"phase4", "ladder:databaseClass", "db.t4g.medium", `ladder:databaseClass: aurora "aurora": Class: got "db.t4g.medium", want a memory-optimised class`},
		"of users":     {"phase4", "ladder:usersDatabaseClass", "db.t4g.medium", `ladder:usersDatabaseClass: aurora "aurora-users": Class: got "db.t4g.medium", want a memory-optimised class`},
		"shards":       {"phase4", "ladder:cacheShards", "91", `ladder:cacheShards: cache "cache": Shards: got 91, want 1 to 90`},
		"name":         {"phase4", "ladder:domain", "Shop.example.com", `ladder:domain: web "web": Domain: got "Shop.example.com"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := graph.Record(stacks.Run, run(t, c.stack, map[string]string{c.key: c.value}))
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestMistakesOfTheCanaryInPhase4(t *testing.T) {
	t.Parallel()
	same := imagetest.Layout(t)
	for want, canary := range map[string]string{
		`ladder:canary: service "user-service": Canary.Image: got "sha256:`: `{"artifact":"` + same + `","weight":5}`,
		`ladder:canary: service "user-service": Canary.Weight: got 101`:     `{"artifact":"` + same + `","weight":101}`,
	} {
		_, err := graph.Record(stacks.Run, run(t, "phase4", map[string]string{"ladder:canary": canary}))
		require.ErrorContains(t, err, want)
	}
}
