package facts_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/facts"
)

// invoke asks and gives the answer as plain values.
func invoke(t *testing.T, token string, args map[string]any) map[string]any {
	t.Helper()
	answer, err := facts.Invoke(here, token, props(args))
	require.NoError(t, err)
	return answer.Mappable()
}

func TestInvoke(t *testing.T) {
	t.Parallel()
	zones := invoke(t, "aws:index/getAvailabilityZones:getAvailabilityZones", map[string]any{
		"state": "available", "excludeNames": []any{"us-east-1e"},
		"filters": []any{map[string]any{"name": "opt-in-status", "values": []any{"opt-in-not-required"}}},
	})
	require.Equal(t, []any{"us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d", "us-east-1f"}, zones["names"])
	require.Equal(t, "use1-az1", zones["zoneIds"].([]any)[0])

	caller := invoke(t, "aws:index/getCallerIdentity:getCallerIdentity", nil)
	require.Equal(t, "210987654321", caller["accountId"])
	require.Equal(t, "us-east-1", invoke(t, "aws:index/getRegion:getRegion", nil)["name"])
	require.Equal(t, "aws", invoke(t, "aws:index/getPartition:getPartition", nil)["partition"])
	require.Equal(t, "16.4", invoke(t, "aws:rds/getEngineVersion:getEngineVersion", map[string]any{
		"engine": "aurora-postgresql", "parameterGroupFamily": "aurora-postgresql16", "latest": true,
	})["version"])
	require.Equal(t, "example.org", invoke(t, "aws:route53/getZone:getZone", map[string]any{"name": "example.org."})["name"])
}

func TestInvokeImages(t *testing.T) {
	t.Parallel()
	parameter := func(architecture string) any {
		name := "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-" + architecture
		return invoke(t, "aws:ssm/getParameter:getParameter", map[string]any{"name": name})["value"]
	}
	require.Regexp(t, `^ami-0[0-9a-f]{16}$`, parameter("arm64"))
	require.Equal(t, parameter("arm64"), parameter("arm64"))
	require.NotEqual(t, parameter("arm64"), parameter("x86_64"))
	image := invoke(t, "aws:ec2/getAmi:getAmi", map[string]any{
		"owners": []any{"amazon"}, "mostRecent": true,
		"filters": []any{map[string]any{"name": "name", "values": []any{"al2023-ami-2023.*-arm64"}}},
	})
	require.Equal(t, parameter("arm64"), image["id"])
	require.Equal(t, "arm64", image["architecture"])
}

func TestInvokePolicyDocument(t *testing.T) {
	t.Parallel()
	answer := invoke(t, "aws:iam/getPolicyDocument:getPolicyDocument", map[string]any{
		"statements": []any{
			map[string]any{
				"sid": "Read", "actions": []any{"s3:GetObject", "s3:ListBucket"}, "resources": []any{"*"},
				"conditions": []any{map[string]any{"test": "Bool", "variable": "aws:SecureTransport", "values": []any{"true"}}},
			},
			map[string]any{
				"effect": "Deny", "actions": []any{"s3:*"},
				"principals": []any{map[string]any{"type": "Service", "identifiers": []any{"ec2.amazonaws.com"}}},
			},
			map[string]any{"principals": []any{map[string]any{"type": "*", "identifiers": []any{"*"}}}},
		},
	})
	require.JSONEq(t, `{"Version":"2012-10-17","Statement":[
		{"Sid":"Read","Effect":"Allow","Action":["s3:ListBucket","s3:GetObject"],"Resource":"*",
			"Condition":{"Bool":{"aws:SecureTransport":"true"}}},
		{"Effect":"Deny","Action":"s3:*","Principal":{"Service":"ec2.amazonaws.com"}},
		{"Effect":"Allow","Principal":"*"}]}`, answer["json"].(string))
	require.JSONEq(t, answer["json"].(string), answer["minifiedJson"].(string))

	merged := invoke(t, "aws:iam/getPolicyDocument:getPolicyDocument", map[string]any{
		"sourcePolicyDocuments": []any{answer["json"]},
		"statements":            []any{map[string]any{"sid": "Read", "effect": "Deny", "actions": []any{"s3:*"}}},
	})
	require.Contains(t, merged["minifiedJson"], `{"Sid":"Read","Effect":"Deny","Action":"s3:*"}`)
	require.NotContains(t, merged["minifiedJson"], "s3:GetObject")
	require.Contains(t, merged["minifiedJson"], `"Service":"ec2.amazonaws.com"`)
}

func TestInvokeRefuses(t *testing.T) {
	t.Parallel()
	unknown := resource.MakeComputed(resource.NewStringProperty(""))
	for _, c := range []struct {
		token string
		args  resource.PropertyMap
		want  []string
	}{
		{"aws:ec2/getVpc:getVpc", nil, []string{`"aws:ec2/getVpc:getVpc"`, "aws:index/getRegion"}},
		{
			"aws:index/getRegion:getRegion", props(map[string]any{"nam": "x"}),
			[]string{`"aws:index/getRegion:getRegion"`, `argument "nam"`, `string "x"`, "endpoint id name"},
		},
		{"aws:index/getRegion:getRegion", props(map[string]any{"name": "mars-1"}), []string{`"mars-1"`, "us-east-1"}},
		{"aws:index/getRegion:getRegion", resource.PropertyMap{"name": unknown}, []string{"not known yet"}},
		{"aws:ssm/getParameter:getParameter", props(map[string]any{"name": "/mine"}), []string{`"/mine"`, "al2023"}},
		{"aws:rds/getEngineVersion:getEngineVersion", props(map[string]any{"engine": "oracle"}), []string{`"oracle"`, "aurora"}},
		{"aws:ec2/getAmi:getAmi", props(map[string]any{"owners": []any{"1234"}}), []string{`["1234"]`, "amazon"}},
		{
			"aws:iam/getPolicyDocument:getPolicyDocument",
			props(map[string]any{"statements": []any{map[string]any{"action": "x"}}}),
			[]string{"statements[0].action", "actions"},
		},
		{
			"aws:index/getAvailabilityZones:getAvailabilityZones",
			props(map[string]any{"filters": []any{map[string]any{"name": "moon", "values": []any{}}}}),
			[]string{`"moon"`},
		},
	} {
		_, err := facts.Invoke(here, c.token, c.args)
		for _, want := range c.want {
			require.ErrorContains(t, err, want)
		}
	}
}

func TestInvokeKeepsSecrets(t *testing.T) {
	t.Parallel()
	args := props(map[string]any{"statements": []any{map[string]any{"sid": "hush"}}})
	args["statements"] = resource.MakeSecret(args["statements"])
	answer, err := facts.Invoke(here, "aws:iam/getPolicyDocument:getPolicyDocument", args)
	require.NoError(t, err)
	for name, value := range answer {
		require.True(t, value.IsSecret(), name)
	}
}

func TestInvokePrefixList(t *testing.T) {
	t.Parallel()
	const token = "aws:ec2/getManagedPrefixList:getManagedPrefixList"
	origins := invoke(t, token, map[string]any{"name": "com.amazonaws.global.cloudfront.origin-facing"})
	require.Regexp(t, `^pl-0[0-9a-f]{16}$`, origins["id"])
	require.InDelta(t, 55, origins["maxEntries"], 0)
	require.Regexp(t, `^pl-0[0-9a-f]{16}$`, invoke(t, token, map[string]any{"filters": []any{
		map[string]any{"name": "prefix-list-name", "values": []any{"com.amazonaws.us-east-1.s3"}},
	}})["id"])
	_, err := facts.Invoke(here, token, props(map[string]any{"name": "mine"}))
	require.ErrorContains(t, err, `"mine"`)
}
