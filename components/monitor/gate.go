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
