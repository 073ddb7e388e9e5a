// Package monitor watches what a phase is built of against the objectives of the phase, and says when it is time for
// the next one.
//
// Creates: an encrypted topic for alerts, an optional e-mail subscription, a dashboard, and alarms:
//
//   - Of the service: availability as error ratio, latency at the 99th percentile, load, readiness. One Watch gives
//     them: Server in phase 1, Fleet in phase 2, Web in phase 3. They keep their names when a stack climbs.
//   - Of what can end or lose it: hardware, processors, memory, disks, backups, replication, transaction ids.
//   - Triggers: what a phase cannot be given more of. They ring on load that is there for hours of the day, and their
//     descriptions say what the next phase gives.
//   - The owner's own, from the config.
//   - With Web, a composite alarm "gate": no deploy goes on while it is on.
//
// A machine whose hardware fails is recovered, one that hangs is restarted. Stateless.
//
// Cost: an alarm costs 0.10 USD a month for each metric that it reads, the first ten in an account are free; a
// composite alarm 0.50; three dashboards are free, one costs 3.00 after that (Amazon CloudWatch pricing, us-east-1,
// 2026-09). Phase 1 reads 16 metrics: 0.60. Phase 2 with two servers and two replicas 38: 2.80. Phase 3 with three
// cache nodes 31: 2.60. The dashboard 3.00 where it is the fourth. The metrics themselves are the watched ones' cost.
//
// Left out of what terraform-aws-modules/cloudwatch and the alarm modules of cloudposse offer:
//   - Anomaly detection: three metrics' price for an alarm that nobody can foretell; the objectives are numbers.
//   - Burn rates over several windows: the objectives are few, and three windows of five minutes wake nobody for one
//     bad minute. With an error budget that is spent slowly, own Alarms over an hour or a day find it.
//   - Metric filters and alarms on logs: the app counts its errors itself, and CloudWatch bills a filter's metric.
//   - Metric streams, synthetics, contributor insights, cross-account sinks: other products, for other needs.
//   - Chat and paging: what subscribes to the topic is the owner's choice.
//   - Alarms of Aurora's volume: it grows without a limit. Of deadlocks: the app tries again, and what fails in the
//     end is counted as an error.
package monitor

import (
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

// Target is what a phase promises its users.
type Target struct {
	Availability float64       // percent of requests that do not fail, e.g. 99.5
	P99          time.Duration // latency of 99 of 100 requests
	PeakQPS      int           // requests a second that the phase is built for
}

// Monitor is the dashboard and the alarms.
type Monitor struct {
	pulumi.ResourceState

	Topic     pulumi.StringOutput `pulumi:"topic"`     // ARN; other components send their alerts here
	Dashboard pulumi.StringOutput `pulumi:"dashboard"` // name in CloudWatch
	Gate      pulumi.StringOutput `pulumi:"gate"`      // name of the composite alarm; with the watch Web only
}

// New makes a monitor. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Monitor, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	m := &Monitor{}
	if err := ctx.RegisterComponentResource("ladder:monitor:Monitor", name, m, opts...); err != nil {
		return nil, fmt.Errorf("monitor %q: %w", name, err)
	}
	if err := m.topic(ctx, name, args); err != nil {
		return nil, err
	}
	s := scope{stack: ctx.Stack(), region: args.Region, target: args.Target}
	gate, err := m.alarms(ctx, name, args.builtIn(s))
	if err != nil {
		return nil, err
	}
	own, err := m.alarms(ctx, name, args.own())
	if err != nil {
		return nil, err
	}
	dashboard, err := cloudwatch.NewDashboard(ctx, name+"-dashboard", &cloudwatch.DashboardArgs{
		// A dashboard is of the account, whatever its region: the second one of a stack has another name.
		DashboardName: pulumi.Sprintf("%s-%s%s", ctx.Project(), ctx.Stack(), strings.TrimPrefix("-"+name, "-monitor")),
		DashboardBody: dashboardBody(args.sections(s, own), args.Region),
	}, pulumi.Parent(m))
	if err != nil {
		return nil, err
	}
	m.Dashboard = dashboard.DashboardName
	if err := m.canaries(ctx, name, args.Watches); err != nil {
		return nil, err
	}
	outputs := pulumi.Map{"topic": m.Topic, "dashboard": m.Dashboard}
	if gated := gate.gated(); len(gated) > 0 {
		if err := m.gate(ctx, name, gated); err != nil {
			return nil, err
		}
		outputs["gate"] = m.Gate
	}
	return m, ctx.RegisterResourceOutputs(m, outputs)
}

func (m *Monitor) topic(ctx *pulumi.Context, name string, args Args) error {
	caller, err := aws.GetCallerIdentity(ctx, &aws.GetCallerIdentityArgs{}, pulumi.Parent(m))
	if err != nil {
		return fmt.Errorf("monitor %q: %w", name, err)
	}
	topic, err := sns.NewTopic(ctx, name+"-alerts", &sns.TopicArgs{
		KmsMasterKeyId: args.Key.ARN,
		Tags:           tag.Of(name, name+"-alerts"),
	}, pulumi.Parent(m))
	if err != nil {
		return err
	}
	policy, err := sns.NewTopicPolicy(ctx, name+"-alerts-policy", &sns.TopicPolicyArgs{
		Arn: topic.Arn,
		Policy: iampolicy.Document(iampolicy.Statement{
			Actions:   []string{"sns:Publish"},
			Resources: []pulumi.StringInput{topic.Arn},
			Services:  []string{"cloudwatch.amazonaws.com", "budgets.amazonaws.com", "costalerts.amazonaws.com"},
			// Without it, alarms and budgets of any other account could publish here through those services.
			Conditions: map[string]map[string]string{"StringEquals": {"aws:SourceAccount": caller.AccountId}},
		}),
	}, pulumi.Parent(m))
	if err != nil {
		return err
	}
	m.Topic = policy.Arn // nobody may publish before the policy stands
	if args.Email == "" {
		return nil
	}
	_, err = sns.NewTopicSubscription(ctx, name+"-alerts-email", &sns.TopicSubscriptionArgs{
		Topic:    topic.Arn,
		Protocol: pulumi.String("email"),
		Endpoint: pulumi.String(args.Email),
	}, pulumi.Parent(m))
	return err
}
