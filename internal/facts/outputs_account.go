package facts

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// accountOutputs are the types that hold for a whole account: identities, budgets, alarms, topics.
var accountOutputs = map[string]outputs{
	"aws:iam/role:Role": {id: property("name"), outputs: map[string]made{
		"arn": from(func(b *builder) string {
			return b.place.accountARN("iam", "role"+b.or("path", "/")+b.str("name"))
		}),
		"uniqueId":   from(func(b *builder) string { return "AROA" + b.letters("unique", uppersDigits, 17) }),
		"createDate": from(func(b *builder) string { return b.time("created") }),
	}},
	"aws:iam/rolePolicy:RolePolicy": {id: joined(":", "role", "name")},
	"aws:iam/rolePolicyAttachment:RolePolicyAttachment": {id: func(b *builder) string {
		return b.str("role") + "-" + b.letters("id", digits, 26)
	}},
	"aws:iam/instanceProfile:InstanceProfile": {id: property("name"), outputs: map[string]made{
		"arn": from(func(b *builder) string {
			return b.place.accountARN("iam", "instance-profile"+b.or("path", "/")+b.str("name"))
		}),
		"uniqueId":   from(func(b *builder) string { return "AIPA" + b.letters("unique", uppersDigits, 17) }),
		"createDate": from(func(b *builder) string { return b.time("created") }),
	}},
	"aws:dlm/lifecyclePolicy:LifecyclePolicy": {id: ec2("policy"), outputs: map[string]made{
		"arn": arn("dlm", "policy/", "id"),
	}},
	"aws:budgets/budget:Budget": {
		id: func(b *builder) string { return b.or("accountId", b.place.Account) + ":" + b.str("name") },
		outputs: map[string]made{
			"arn": accountARN("budgets", "budget/", "name"), "accountId": account, "timePeriodStart": is("2025-01-01_00:00"),
			"limitUnit": is("USD"),
		},
	},
	"aws:cloudwatch/dashboard:Dashboard": {id: property("dashboardName"), outputs: map[string]made{
		"dashboardArn": accountARN("cloudwatch", "dashboard/", "dashboardName"),
	}},
	"aws:cloudwatch/metricAlarm:MetricAlarm": {id: property("name"), outputs: map[string]made{
		"arn": arn("cloudwatch", "alarm:", "name"),
	}},
	"aws:cloudwatch/compositeAlarm:CompositeAlarm": {id: property("alarmName"), outputs: map[string]made{
		"arn": arn("cloudwatch", "alarm:", "alarmName"),
	}},
	"aws:cloudwatch/logGroup:LogGroup": {id: property("name"), outputs: map[string]made{
		"arn": arn("logs", "log-group:", "name"), "logGroupClass": is("STANDARD"),
	}},
	"aws:sns/topic:Topic": {
		id: func(b *builder) string { return b.place.arn("sns", b.str("name")) },
		outputs: map[string]made{
			"arn": of("id"), "owner": account, "beginningArchiveTime": is(""), "tracingConfig": is("PassThrough"),
			"policy": from(func(b *builder) string {
				return fmt.Sprintf(`{"Statement":[{"Action":["SNS:Publish","SNS:Subscribe"],"Condition":{"StringEquals":`+
					`{"AWS:SourceOwner":%q}},"Effect":"Allow","Principal":{"AWS":"*"},"Resource":%q}],"Version":"2008-10-17"}`,
					b.place.Account, b.place.arn("sns", b.str("name")))
			}),
		},
	},
	"aws:sns/topicPolicy:TopicPolicy": {id: property("arn"), outputs: map[string]made{"owner": account}},
	"aws:sns/topicSubscription:TopicSubscription": {
		id: func(b *builder) string { return b.str("topic") + ":" + b.uuid("id") },
		outputs: map[string]made{
			"arn": of("id"), "ownerId": account, "filterPolicyScope": is("MessageAttributes"),
			"confirmationWasAuthenticated": func(b *builder) resource.PropertyValue {
				return resource.NewBoolProperty(!byHand(b))
			},
			"pendingConfirmation": func(b *builder) resource.PropertyValue { return resource.NewBoolProperty(byHand(b)) },
		},
	},
}

// byHand is true for a subscription that waits until its receiver has answered.
func byHand(b *builder) bool {
	return strings.HasPrefix(b.str("protocol"), "email") || strings.HasPrefix(b.str("protocol"), "http")
}
