package facts_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

func TestFormsOfWhatWatches(t *testing.T) {
	t.Parallel()
	const events, account = `arn:aws:events:us-east-1:210987654321:`, `us-east-1:210987654321:`
	for _, c := range []struct {
		token, output, want string // want is a pattern
		inputs              map[string]any
	}{
		{"aws:ssm/document:Document", "arn", `arn:aws:ssm:` + account + `document/restart`, map[string]any{"name": "restart"}},
		{"aws:ssm/document:Document", "schemaVersion", `2\.2`, map[string]any{"content": `{"schemaVersion":"2.2","mainSteps":[]}`}},
		{"aws:ssm/document:Document", "schemaVersion", `0\.3`, map[string]any{"content": "description: x\nschemaVersion: '0.3'\n"}},
		{"aws:ssm/document:Document", "description", `Start it, again`, map[string]any{"content": "description: Start it, again\n"}},
		{"aws:cloudwatch/eventRule:EventRule", "id", `it-[0-9a-f]{7}`, nil},
		{"aws:cloudwatch/eventRule:EventRule", "arn", events + `rule/nightly`, map[string]any{"name": "nightly", "eventBusName": "default"}},
		{"aws:cloudwatch/eventRule:EventRule", "arn", events + `rule/own/nightly`, map[string]any{"name": "nightly", "eventBusName": "own"}},
		{"aws:cloudwatch/eventTarget:EventTarget", "id", `nightly-ssm`, map[string]any{"rule": "nightly", "targetId": "ssm"}},
		{"aws:cloudwatch/compositeAlarm:CompositeAlarm", "arn", `arn:aws:cloudwatch:` + account + `alarm:down`, map[string]any{"alarmName": "down"}},
		{"aws:route53/healthCheck:HealthCheck", "arn", `arn:aws:route53:::healthcheck/[0-9a-f-]{36}`, map[string]any{"type": "HTTPS"}},
		{"aws:acm/certificate:Certificate", "arn", `arn:aws:acm:` + account + `certificate/[0-9a-f-]{36}`, nil},
		{"aws:acm/certificate:Certificate", "status", `PENDING_VALIDATION`, map[string]any{"domainName": "a.b"}},
		{"aws:ec2/natGateway:NatGateway", "id", `nat-0[0-9a-f]{16}`, nil},
		{"aws:ec2/natGateway:NatGateway", "publicIp", ``, map[string]any{"connectivityType": "private"}},
		{"aws:autoscaling/schedule:Schedule", "arn", `arn:aws:autoscaling:` + account + `scheduledUpdateGroupAction:[0-9a-f-]{36}:autoScalingGroupName/web:scheduledActionName/night`, map[string]any{"autoscalingGroupName": "web", "scheduledActionName": "night"}},
		{"aws:costexplorer/anomalyMonitor:AnomalyMonitor", "arn", `arn:aws:ce::210987654321:anomalymonitor/[0-9a-f-]{36}`, map[string]any{"monitorType": "CUSTOM"}},
		{"aws:costexplorer/anomalySubscription:AnomalySubscription", "arn", `arn:aws:ce::210987654321:anomalysubscription/[0-9a-f-]{36}`, map[string]any{"frequency": "IMMEDIATE"}},
		{"aws:costexplorer/anomalySubscription:AnomalySubscription", "accountId", `210987654321`, map[string]any{"frequency": "IMMEDIATE"}},
		{"aws:elasticache/user:User", "arn", `arn:aws:elasticache:` + account + `user:app`, map[string]any{"userId": "app"}},
	} {
		t.Run(c.token+" "+c.output, func(t *testing.T) {
			t.Parallel()
			id, outputs := create(t, c.token, "it", c.inputs)
			require.Regexp(t, "^"+c.want+"$", outputs[c.output])
			require.Equal(t, id, outputs["id"])
		})
	}
}

// A program puts these records into its zone, so that each name must be there.
func TestCertificateTellsItsProofs(t *testing.T) {
	t.Parallel()
	_, outputs := create(t, "aws:acm/certificate:Certificate", "it", map[string]any{
		"domainName": "example.com", "validationMethod": "DNS",
		"subjectAlternativeNames": []any{"*.example.com", "www.example.com"},
	})
	proofs := outputs["domainValidationOptions"].([]any)
	require.Len(t, proofs, 3)
	own, wildcard, other := proofs[0].(map[string]any), proofs[1].(map[string]any), proofs[2].(map[string]any)
	require.Regexp(t, `^_[0-9a-f]{32}\.example\.com\.$`, own["resourceRecordName"])
	require.Equal(t, "CNAME", own["resourceRecordType"])
	require.Equal(t, own["resourceRecordValue"], wildcard["resourceRecordValue"])
	require.NotEqual(t, own["resourceRecordName"], other["resourceRecordName"])

	_, outputs = create(t, "aws:acm/certificate:Certificate", "it", map[string]any{"domainName": "example.com", "validationMethod": "EMAIL"})
	require.Empty(t, outputs["domainValidationOptions"])
}

func TestNewContentIsANewVersionOfADocument(t *testing.T) {
	t.Parallel()
	typ := lookup(t, "aws:ssm/document:Document")
	content := func(version string) map[string]any {
		return map[string]any{"name": "d", "documentType": "Command", "content": `{"schemaVersion":"` + version + `"}`}
	}
	id, was := typ.Create(here, "d", props(content("2.0")))
	require.Equal(t, "1", was["latestVersion"].StringValue())
	is := typ.Update(here, id, was, props(content("2.2")))
	for _, name := range []resource.PropertyKey{"latestVersion", "defaultVersion", "documentVersion"} {
		require.Equal(t, "2", is[name].StringValue(), name)
	}
	require.Equal(t, "2.2", is["schemaVersion"].StringValue())
	require.NotEqual(t, was["hash"], is["hash"])
}
