package web

import (
	"encoding/json"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lb"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

const (
	// runbook is a document as a target of events.
	runbook = "automation-definition/NAME:$DEFAULT"
	// retrySeconds AWS tries to start the roll-back: after that, it might end another trial than the one that failed.
	retrySeconds = 600
)

// rollback ends a trial in AWS itself: the alarm's event starts an automation that gives all users back to blue. It
// is the second writer of the weights, and harmless (P14): it writes only what weight 0 declares. It stands seconds
// after the rule gives green its first share, and the alarm takes three minutes to go off.
func (w *Web) rollback(
	ctx *pulumi.Context, name string, alarm *cloudwatch.MetricAlarm, rule *lb.ListenerRule, e entry,
) error {
	part := name + "-rollback"
	role, err := w.serviceRole(ctx, name, part, "ssm.amazonaws.com", e.account, iampolicy.Statement{
		Actions: []string{"elasticloadbalancing:ModifyRule"}, Resources: []pulumi.StringInput{rule.Arn},
	})
	if err != nil {
		return err
	}
	document, err := ssm.NewDocument(ctx, part, &ssm.DocumentArgs{
		DocumentType: pulumi.String("Automation"),
		Content:      pulumi.All(rule.Arn, e.blue.Arn, e.green.Arn).ApplyT(allToBlue).(pulumi.StringOutput),
		Tags:         tag.Of(name, part),
	}, pulumi.Parent(w))
	if err != nil {
		return err
	}
	starter, err := w.serviceRole(ctx, name, part+"-starter", "events.amazonaws.com", e.account,
		mayStart(document, role)...)
	if err != nil {
		return err
	}
	return w.trigger(ctx, name, alarm, document, role, starter)
}

// mayStart a document in a role.
func mayStart(document *ssm.Document, role *iam.Role) []iampolicy.Statement {
	return []iampolicy.Statement{
		{
			Actions: []string{"ssm:StartAutomationExecution"},
			// AWS asks for the document and the execution, and used to ask for the definition
			// [AWS Systems Manager User Guide, Setting up identity based policies examples].
			Resources: []pulumi.StringInput{
				ofDocument(document, "document/NAME"), ofDocument(document, runbook),
				ofDocument(document, "automation-execution/*"),
			},
		},
		{
			Actions: []string{"iam:PassRole"}, Resources: []pulumi.StringInput{role.Arn},
			Conditions: only("iam:PassedToService", "ssm.amazonaws.com"),
		},
	}
}

// trigger starts the document when the alarm goes off.
func (w *Web) trigger(
	ctx *pulumi.Context, name string, alarm *cloudwatch.MetricAlarm, document *ssm.Document, role, starter *iam.Role,
) error {
	child := name + "-rollback-event"
	event, err := cloudwatch.NewEventRule(ctx, child, &cloudwatch.EventRuleArgs{
		Description: pulumi.String("the canary's alarm goes off"),
		EventPattern: pulumi.Sprintf(`{"source":["aws.cloudwatch"],"detail-type":["CloudWatch Alarm State Change"],`+
			`"resources":["%s"],"detail":{"state":{"value":["ALARM"]}}}`, alarm.Arn),
		Tags: tag.Of(name, child),
	}, pulumi.Parent(w))
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewEventTarget(ctx, name+"-rollback-target", &cloudwatch.EventTargetArgs{
		Rule:    event.Name,
		Arn:     ofDocument(document, runbook),
		RoleArn: starter.Arn,
		// Without it the event itself would be taken for the document's parameters.
		Input: pulumi.Sprintf(`{"AutomationAssumeRole":["%s"]}`, role.Arn),
		RetryPolicy: cloudwatch.EventTargetRetryPolicyArgs{
			MaximumEventAgeInSeconds: pulumi.Int(retrySeconds), MaximumRetryAttempts: pulumi.Int(185), // AWS's default
		},
	}, pulumi.Parent(w))
	return err
}

// ofDocument is an ARN of Systems Manager that goes with a document, after the account. The document's own ARN is of
// either of two kinds, as the provider's version has it.
func ofDocument(document *ssm.Document, form string) pulumi.StringOutput {
	return pulumi.All(document.Arn, document.Name).ApplyT(func(values []any) string {
		arn, name := values[0].(string), values[1].(string)
		return arn[:strings.LastIndex(arn, ":")+1] + strings.ReplaceAll(form, "NAME", name)
	}).(pulumi.StringOutput)
}

// allToBlue is the automation. The call has the names and forms of Boto3.
func allToBlue(arns []any) (string, error) {
	type object map[string]any
	text, err := json.Marshal(object{
		"schemaVersion": "0.3",
		"description":   "gives all users back to the stable release",
		"assumeRole":    "{{ AutomationAssumeRole }}",
		"parameters": object{"AutomationAssumeRole": object{
			"type": "AWS::IAM::Role::Arn", "description": "may modify the rule",
		}},
		"mainSteps": []object{{
			"name": "allToBlue", "action": "aws:executeAwsApi", "isEnd": true,
			"inputs": object{
				"Service": "elbv2", "Api": "ModifyRule", "RuleArn": arns[0],
				"Actions": []object{{"Type": "forward", "ForwardConfig": object{
					"TargetGroups": []object{
						{"TargetGroupArn": arns[1], "Weight": 100},
						{"TargetGroupArn": arns[2], "Weight": 0},
					},
					"TargetGroupStickinessConfig": object{"Enabled": false, "DurationSeconds": stickySeconds},
				}}},
			},
		}},
	})
	return string(text), err
}

// serviceRole makes a role that a service of AWS takes on for this account, and for no other.
func (w *Web) serviceRole(
	ctx *pulumi.Context, name, part, service, account string, permissions ...iampolicy.Statement,
) (*iam.Role, error) {
	role, err := iam.NewRole(ctx, part+"-role", &iam.RoleArgs{
		AssumeRolePolicy: iampolicy.Document(iampolicy.Statement{
			Actions: []string{"sts:AssumeRole"}, Services: []string{service},
			Conditions: only("aws:SourceAccount", account),
		}),
		Tags: tag.Of(name, part+"-role"),
	}, pulumi.Parent(w))
	if err != nil {
		return nil, err
	}
	_, err = iam.NewRolePolicy(ctx, part+"-permissions", &iam.RolePolicyArgs{
		Role: role.Name, Policy: iampolicy.Document(permissions...),
	}, pulumi.Parent(w))
	return role, err
}

// only is the condition that a key has a value.
func only(key, value string) map[string]map[string]string {
	return map[string]map[string]string{"StringEquals": {key: value}}
}
