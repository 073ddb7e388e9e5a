package pack_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/pack"
	"github.com/ladder-iac/ladder/policies/rule"
)

// A phase as it is shipped breaks no rule, but that some of its prices are old.
func TestShippedPhases(t *testing.T) {
	t.Parallel()
	for number := 1; number <= 3; number++ {
		for _, v := range pack.Check(recorded(t, number, nil), today) {
			require.Equal(t, "price-age", v.Rule, v.Message)
			require.Equal(t, rule.Advisory, v.Level)
		}
	}
}

// One mistake in a shipped phase is found by the one rule for it, at the resource.
func TestMistakesInShippedPhases(t *testing.T) {
	t.Parallel()
	const (
		cluster  = "aws:rds/cluster:Cluster"
		volume   = "aws:ebs/volume:Volume"
		secret   = "aws:secretsmanager/secret:Secret"
		topic    = "aws:sns/topic:Topic"
		template = "aws:ec2/launchTemplate:LaunchTemplate"
		listener = "aws:lb/listener:Listener"
		ingress  = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
		firewall = "aws:ec2/securityGroup:SecurityGroup"
		group    = "aws:autoscaling/group:Group"
		logs     = "aws:cloudwatch/logGroup:LogGroup"
	)
	open := []any{map[string]any{"cidrBlocks": []any{"0.0.0.0/0"}}}
	for _, c := range []struct {
		phase        int
		kind, prefix string
		value        any
		path         []string
		rule         string
	}{
		{1, volume, "server-data", false, []string{"encrypted"}, "ebs-encrypted"},
		{1, volume, "server-data", "other", []string{"tags", "snapshots"}, "backups"},
		{1, secret, "db-secret", nil, []string{"kmsKeyId"}, "secret-encrypted"},
		{1, topic, "monitor-alerts", nil, []string{"kmsMasterKeyId"}, "topic-encrypted"},
		{1, instanceKind, "server", "optional", []string{"metadataOptions", "httpTokens"}, "imdsv2"},
		{1, ingress, "server-firewall-http", 22.0, []string{"fromPort"}, "open-ports"},
		{1, firewall, "server-firewall", open, []string{"ingress"}, "inline-rules"},
		{1, logs, "server-logs", nil, []string{"retentionInDays"}, "logs-share"},
		{1, instanceKind, "server", "", []string{"tags", "component"}, "component-tag"},
		{2, rdsKind, "postgres-primary", false, []string{"storageEncrypted"}, "rds-encrypted"},
		{2, rdsKind, "postgres-primary", true, []string{"publiclyAccessible"}, "database-private"},
		{2, rdsKind, "postgres-primary", 0.0, []string{"backupRetentionPeriod"}, "backups"},
		{2, rdsKind, "postgres-primary", false, []string{"deletionProtection"}, "deletion-protection"},
		{2, rdsKind, "postgres-primary", true, []string{"manageMasterUserPassword"}, "managed-password"},
		{2, rdsKind, "postgres-primary", true, []string{"blueGreenUpdate", "enabled"}, "blue-green"},
		{2, "aws:rds/parameterGroup:ParameterGroup", "postgres", []any{}, []string{"parameters"}, "database-tls"},
		{2, "aws:iam/rolePolicy:RolePolicy", "app", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`, []string{"policy"}, "least-privilege"},
		{3, cluster, "aurora", false, []string{"storageEncrypted"}, "aurora-encrypted"},
		{3, cacheKind, "cache", false, []string{"atRestEncryptionEnabled"}, "cache-encrypted"},
		{3, cacheKind, "cache", "preferred", []string{"transitEncryptionMode"}, "cache-tls"},
		{3, template, "web", "optional", []string{"metadataOptions", "httpTokens"}, "imdsv2"},
		{3, listener, "web-http", []any{map[string]any{"type": "forward"}}, []string{"defaultActions"}, "listener-tls"},
		{3, listener, "web-https", "ELBSecurityPolicy-2016-08", []string{"sslPolicy"}, "listener-tls"},
		{3, group, "web", []any{"subnet-a"}, []string{"vpcZoneIdentifiers"}, "multi-az"},
		{3, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "web", false, []string{"blockPublicAcls"}, "bucket-private"},
	} {
		t.Run(c.rule+" "+c.prefix, func(t *testing.T) {
			t.Parallel()
			bad := set(t, recorded(t, c.phase, nil), c.kind, c.prefix, c.value, c.path...)
			found := pack.Check(bad, today)
			require.NotEmpty(t, of(c.rule, found))
			require.NotEmpty(t, of(c.rule, found)[0].URN)
			for _, v := range found {
				require.Contains(t, []string{c.rule, "price-age", "slo-paper", "peak-load"}, v.Rule, v.Message)
			}
		})
	}
}

// What guards other resources is missed when it is taken away.
func TestWhatIsTakenAwayIsMissed(t *testing.T) {
	t.Parallel()
	for id, kind := range map[string]string{
		"budget": "aws:budgets/budget:Budget", "alarms": "aws:cloudwatch/metricAlarm:MetricAlarm",
		"bucket-tls":       "aws:s3/bucketPolicy:BucketPolicy",
		"bucket-private":   "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
		"bucket-encrypted": "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
		"objective":        rule.ObjectiveType,
	} {
		require.NotEmpty(t, of(id, pack.Check(without(recorded(t, 1, nil), kind, ""), today)), id)
	}
	bare := recorded(t, 2, nil)
	for i := range bare {
		bare[i].Options.Protect = false
		bare[i].Options.Provider = ""
	}
	require.NotEmpty(t, of("protected", pack.Check(bare, today)))
	require.NotEmpty(t, of("default-provider", pack.Check(bare, today)))
}

// Without an objective that is said once, and safety rules go on.
func TestWithoutAnObjective(t *testing.T) {
	t.Parallel()
	bad := without(recorded(t, 1, nil), rule.ObjectiveType, "")
	bad = set(t, bad, "aws:ebs/volume:Volume", "", false, "encrypted")
	found := pack.Check(bad, today)
	require.Len(t, found, 2)
	require.Len(t, of("objective", found), 1)
	require.Len(t, of("ebs-encrypted", found), 1)
}

func TestWaivers(t *testing.T) {
	t.Parallel()
	waived := func(change map[string]any, on time.Time) pack.Report {
		waiver := map[string]any{
			"rule": "ebs-encrypted", "resource": "server-data", "reason": "r", "owner": "o", "expires": "2026-11-26",
		}
		maps.Copy(waiver, change)
		resources := recorded(t, 1, map[string]any{"waivers": []any{waiver}})
		return pack.Run(set(t, resources, "aws:ebs/volume:Volume", "", false, "encrypted"), on)
	}
	report := waived(nil, today)
	require.Empty(t, of("ebs-encrypted", report.Violations), "it holds through its last day")
	require.Empty(t, of("waivers", report.Violations))
	require.Len(t, report.Waived, 1)

	require.Empty(t, of("ebs-encrypted", waived(map[string]any{"resource": "*"}, today).Violations))

	late := waived(nil, today.AddDate(0, 0, 1)).Violations
	require.Len(t, of("ebs-encrypted", late), 1, "one that has ended waives nothing")
	require.Equal(t, rule.Mandatory, of("waivers", late)[0].Level)
	require.Contains(t, of("waivers", late)[0].Message, "2026-11-26")

	other := waived(map[string]any{"resource": "other"}, today).Violations
	require.Len(t, of("ebs-encrypted", other), 1)
	require.Equal(t, rule.Advisory, of("waivers", other)[0].Level, "one that matches nothing is told")

	wrong := waived(map[string]any{"rule": "ebs-encryptd"}, today).Violations
	require.Contains(t, of("waivers", wrong)[0].Message, "nearest are ebs-encrypted")
}

func TestSettings(t *testing.T) {
	t.Parallel()
	check := func(settings map[string]any) []pack.Violation {
		resources := recorded(t, 1, map[string]any{"rules": map[string]any{"ebs-encrypted": settings}})
		return pack.Check(set(t, resources, "aws:ebs/volume:Volume", "", false, "encrypted"), today)
	}
	require.Equal(t, rule.Advisory, of("ebs-encrypted", check(map[string]any{"level": "advisory"}))[0].Level)
	require.Empty(t, of("ebs-encrypted", check(map[string]any{"level": "off"})))
	require.Contains(t, of("objective", check(map[string]any{"percent": 3.0}))[0].Message, "no threshold")

	tight := recorded(t, 1, map[string]any{"rules": map[string]any{"band-total": map[string]any{"ceiling": 60.0}}})
	require.Contains(t, of("band-total", pack.Check(tight, today))[0].Message, "want 50 to 60")
}

// The resources' order, and the engine's own root, change nothing.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	list := in(recorded(t, 2, nil), nat("a", "b")...)
	want := pack.Check(list, today)
	turned := []graph.Resource{{URN: "urn:pulumi:phase2::ladder::pulumi:pulumi:Stack::ladder-phase2", Type: "pulumi:pulumi:Stack"}}
	for i := range list {
		turned = append(turned, list[len(list)-1-i])
	}
	require.Equal(t, want, pack.Check(turned, today))
}
