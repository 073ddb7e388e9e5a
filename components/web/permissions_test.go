package web_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
)

// statement is a part of a policy document.
type statement struct {
	Effect    string
	Action    []string
	Resource  []string
	Principal map[string]any
	Condition map[string]map[string]any
}

func statements(t *testing.T, document any) []statement {
	t.Helper()
	var policy struct{ Statement []statement }
	require.NoError(t, json.Unmarshal([]byte(document.(string)), &policy))
	require.NotEmpty(t, policy.Statement)
	return policy.Statement
}

var madeUp = regexp.MustCompile(`[0-9a-f]{16}|[0-9a-f]{8}-[0-9a-f-]{27}|-[0-9a-f]{7}\b|[0-9]{12}|-[A-Za-z0-9]{6}$`)

// allowed are the actions of a document with what they may be done to, made-up parts as "#".
func allowed(t *testing.T, g *graph.Graph, name string) map[string][]string {
	t.Helper()
	list := map[string][]string{}
	for _, s := range statements(t, inputs(t, g, name)["policy"]) {
		require.Equal(t, "Allow", s.Effect)
		for _, action := range s.Action {
			for _, resource := range s.Resource {
				list[action] = append(list[action], madeUp.ReplaceAllString(strings.ReplaceAll(resource, "us-east-1", "here"), "#"))
			}
		}
	}
	return list
}

// Every document that lets somebody do something names what, and to what.
func TestLeastPrivilege(t *testing.T) {
	t.Parallel()
	g := record(t, canary(5))
	seen := 0
	for _, r := range g.Resources {
		document, is := r.Inputs["policy"]
		if !is || !strings.HasPrefix(r.Name, "web-") {
			continue
		}
		seen++
		for _, s := range statements(t, document) {
			if s.Effect == "Deny" {
				continue
			}
			for _, action := range s.Action {
				require.NotContains(t, action, "*", r.Name)
				for _, resource := range s.Resource {
					require.True(t, resource != "*" || unnamed[action], "%s: %s on everything", r.Name, action)
				}
			}
		}
	}
	require.Equal(t, 4, seen, "machines, logs' bucket, automation, its starter")
}

// unnamed actions have no resources in IAM.
var unnamed = map[string]bool{
	"ssm:UpdateInstanceInformation": true, "cloudwatch:PutMetricData": true,
	"ssmmessages:CreateControlChannel": true, "ssmmessages:CreateDataChannel": true,
	"ssmmessages:OpenControlChannel": true, "ssmmessages:OpenDataChannel": true,
}

func TestMachinesMay(t *testing.T) {
	t.Parallel()
	plain, trial := allowed(t, record(t, state{}), "web-permissions"), allowed(t, record(t, canary(0)), "web-permissions")
	const parameter = "arn:aws:ssm:here:#:parameter/ladder/test/"
	require.Equal(t, []string{parameter + "topology", parameter + "release"}, plain["ssm:GetParameter"])
	require.Equal(t, []string{parameter + "topology", parameter + "release", parameter + "canary"}, trial["ssm:GetParameter"])
	require.Equal(t, []string{"arn:aws:s3:::release-bucket#/*", "arn:aws:s3:::canary-bucket#/*"}, trial["s3:GetObject"])
	require.Len(t, plain["s3:GetObject"], 1)
	require.Len(t, plain["secretsmanager:GetSecretValue"], 3, "of the users' tokens, the database and the cache")
	require.Len(t, plain["kms:Decrypt"], 1)
	require.Len(t, plain["logs:PutLogEvents"], 2)
	for _, s := range statements(t, inputs(t, record(t, state{}), "web-permissions")["policy"]) {
		if s.Action[0] == "cloudwatch:PutMetricData" {
			require.Equal(t, map[string]map[string]any{"StringEquals": {"cloudwatch:namespace": "Ladder"}}, s.Condition)
		}
	}
}

func TestRollbackMay(t *testing.T) {
	t.Parallel()
	g := record(t, canary(5))
	require.Equal(t, map[string][]string{
		"elasticloadbalancing:ModifyRule": {"arn:aws:elasticloadbalancing:here:#:listener-rule/app/web-alb#/#/#/#"},
	}, allowed(t, g, "web-rollback-permissions"))
	require.Equal(t, map[string][]string{
		"ssm:StartAutomationExecution": {
			"arn:aws:ssm:here:#:document/web-rollback#", "arn:aws:ssm:here:#:automation-definition/web-rollback#:$DEFAULT",
			"arn:aws:ssm:here:#:automation-execution/*",
		},
		"iam:PassRole": {"arn:aws:iam::#:role/web-rollback-role#"},
	}, allowed(t, g, "web-rollback-starter-permissions"))
	pass := statements(t, inputs(t, g, "web-rollback-starter-permissions")["policy"])[1]
	require.Equal(t, map[string]map[string]any{"StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}}, pass.Condition)
}

// Roles are taken on by one service each, and the roll-back's only for this account.
func TestWhoTakesTheRoles(t *testing.T) {
	t.Parallel()
	g := record(t, canary(5))
	for role, service := range map[string]string{
		"web-role": "ec2.amazonaws.com", "web-rollback-role": "ssm.amazonaws.com",
		"web-rollback-starter-role": "events.amazonaws.com",
	} {
		trust := statements(t, inputs(t, g, role)["assumeRolePolicy"])
		require.Len(t, trust, 1)
		require.Equal(t, []string{"sts:AssumeRole"}, trust[0].Action)
		require.Equal(t, map[string]any{"Service": []any{service}}, trust[0].Principal, role)
		if strings.HasPrefix(role, "web-rollback") {
			require.Regexp(t, `^\d{12}$`, trust[0].Condition["StringEquals"]["aws:SourceAccount"], role)
		}
	}
}
