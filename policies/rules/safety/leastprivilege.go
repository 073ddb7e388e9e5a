package safety

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ladder-iac/ladder/policies/rule"
)

const (
	rolePolicyType = "aws:iam/rolePolicy:RolePolicy"
	policyType     = "aws:iam/policy:Policy"
	attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	iamRoleType    = "aws:iam/role:Role"
)

// LeastPrivilege wants permissions that name what is allowed.
var LeastPrivilege = rule.Rule{
	ID: "least-privilege", Level: rule.Mandatory, Kind: rule.OnResource,
	Types: []string{
		rolePolicyType, policyType, attachmentType, iamRoleType, "aws:iam/policyAttachment:PolicyAttachment",
		"aws:iam/userPolicy:UserPolicy", "aws:iam/userPolicyAttachment:UserPolicyAttachment",
		"aws:iam/groupPolicy:GroupPolicy", "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
	},
	Why:    "Who takes over one machine has all that its role may do.",
	Fix:    "name the actions, and the resources by their ARNs",
	Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
	Good: []rule.Example{
		{rule.Resource(rolePolicyType, "app", allow(`"s3:GetObject"`, `"arn:aws:s3:::files/*"`))},
		{rule.Resource(rolePolicyType, "app", allow(`"cloudwatch:PutMetricData"`, `"*"`))},
		{rule.Resource(attachmentType, "app", rule.In{"policyArn": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"})},
	},
	Bad: []rule.Example{
		{rule.Resource(rolePolicyType, "app", allow(`"s3:*"`, `"arn:aws:s3:::files/*"`))},
		{rule.Resource(policyType, "app", allow(`"s3:GetObject"`, `"*"`))},
		{rule.Resource(rolePolicyType, "app", rule.In{"policy": "no document"})},
		{rule.Resource(attachmentType, "app", rule.In{"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})},
		{rule.Resource(iamRoleType, "app", rule.In{
			"managedPolicyArns": []any{"arn:aws:iam::aws:policy/AmazonS3FullAccess"},
		})},
		{rule.Resource(iamRoleType, "app", rule.In{"inlinePolicies": []any{allow(`"s3:*"`, `"*"`)}})},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		switch {
		case s.Resource.Type == iamRoleType:
			for i, arn := range s.Texts("managedPolicyArns") {
				if found := tooWide(s, fmt.Sprintf("managedPolicyArns[%d]", i), arn); found != nil {
					return found
				}
			}
			for i, inline := range s.Blocks("inlinePolicies") {
				if found := document(s, fmt.Sprintf("inlinePolicies[%d].", i), inline.Text("policy")); found != nil {
					return found
				}
			}
			return nil
		case strings.HasSuffix(s.Resource.Type, "Attachment"):
			return tooWide(s, "policyArn", s.Text("policyArn"))
		}
		return document(s, "", s.Text("policy"))
	},
}

// tooWide finds AWS's own policies that allow all of something.
func tooWide(s *rule.Scene, field, arn string) []rule.Finding {
	_, name, _ := strings.Cut(arn, ":policy/")
	if strings.HasSuffix(name, "FullAccess") || name == "AdministratorAccess" || name == "PowerUserAccess" {
		return s.Wrong(field, arn, "a policy that allows no more than is needed")
	}
	return nil
}

func document(s *rule.Scene, within, text string) []rule.Finding {
	if s.Unknown() {
		return nil
	}
	list := statements(text)
	if len(list) == 0 {
		return s.Wrong(within+"policy", nil, "a policy document with statements")
	}
	for i, statement := range list {
		if got, want := tooMuch(statement); got != "" {
			return s.Wrong(fmt.Sprintf("%spolicy.Statement[%d]", within, i), got, want)
		}
	}
	return nil
}

func tooMuch(s statement) (got, want string) {
	if s.Effect == "Deny" {
		return "", ""
	}
	if len(s.NotAction) > 0 {
		return "NotAction", "the actions that are allowed"
	}
	for _, action := range s.Action {
		if strings.Contains(action, "*") {
			return action, "actions by their names"
		}
		if s.Resource.has("*") && !slices.Contains(nameless, action) {
			return action + " on *", "resources by their ARNs"
		}
	}
	return "", ""
}

// nameless are actions that AWS lets nobody bind to a resource [Service Authorization Reference, 2026-09].
var nameless = []string{
	"cloudwatch:PutMetricData", "cloudwatch:ListMetrics", "cloudwatch:DescribeAlarms", "ec2:DescribeInstances",
	"ec2:DescribeVolumes", "ecr:GetAuthorizationToken", "elasticloadbalancing:DescribeTargetHealth",
	"ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
	"ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel", "sts:GetCallerIdentity",
	"xray:PutTraceSegments", "xray:PutTelemetryRecords",
}

func allow(action, resource string) rule.In {
	return rule.In{"policy": `{"Statement":[{"Effect":"Allow","Action":[` + action + `],"Resource":[` + resource + `]}]}`}
}
