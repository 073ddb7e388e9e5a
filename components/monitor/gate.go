package monitor

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
)

// gated are the names of the alarms that must be quiet before a deploy goes on.
func (l made) gated() []any {
	var names []any
	for _, a := range l {
		if a.gate {
			names = append(names, a.resource.Name)
		}
	}
	return names
}

// gate makes one alarm of several, for who deploys to ask one question. It tells nobody: those that ring do. The
// canary's alarm is not in it, because it comes and goes with the canary.
func (m *Monitor) gate(ctx *pulumi.Context, name string, names []any) error {
	child := name + "-gate"
	rule := strings.TrimSuffix(strings.Repeat(`ALARM("%s") OR `, len(names)), " OR ")
	alarm, err := cloudwatch.NewCompositeAlarm(ctx, child, &cloudwatch.CompositeAlarmArgs{
		AlarmName: pulumi.String(fmt.Sprintf("%s-%s-gate", ctx.Project(), ctx.Stack())),
		AlarmDescription: pulumi.String(
			"the service is not well: no deploy goes on, and no canary gets more users, while this is on"),
		AlarmRule: pulumi.Sprintf(rule, names...),
		Tags:      tag.Of(name, child),
	}, pulumi.Parent(m))
	if err != nil {
		return err
	}
	m.Gate = alarm.AlarmName
	return nil
}

// canaries tell of a release on trial that failed: its users are back on the stable one by then, and its owner has to
// hear of it. The alarm itself tells nobody, because it was made before the topic.
func (m *Monitor) canaries(ctx *pulumi.Context, name string, watches []Watch) error {
	for _, w := range watches {
		if w.canary == nil {
			continue
		}
		failed, on := w.canary()
		if !on {
			continue
		}
		kind := strings.ToLower(w.kind)
		child := name + "-" + kind + "-canary"
		_, err := cloudwatch.NewCompositeAlarm(ctx, child, &cloudwatch.CompositeAlarmArgs{
			AlarmName: pulumi.String(fmt.Sprintf("%s-%s-%s-canary", ctx.Project(), ctx.Stack(), kind)),
			AlarmDescription: pulumi.String(
				"the canary failed, and all users are back on the stable release; set its weight to 0, or take it out"),
			AlarmRule:    pulumi.Sprintf(`ALARM("%s")`, failed),
			AlarmActions: pulumi.StringArray{m.Topic},
			Tags:         tag.Of(name, child),
		}, pulumi.Parent(m))
		if err != nil {
			return err
		}
	}
	return nil
}
