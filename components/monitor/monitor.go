// Package monitor watches a server against the objectives of its phase.
//
// Creates: an encrypted topic for alerts, an optional e-mail subscription, ten alarms and a dashboard. The
// alarms hold the service objectives (availability as error ratio, latency at the 99th percentile, load),
// what ends a single machine (status checks, processor credits, disk, memory) and what loses data (backups
// that stopped). A machine whose hardware fails is recovered, one that hangs is restarted.
//
// Cost: none at first; ten alarms and three dashboards are free in an account, an alarm costs 0.10 and a
// dashboard 3.00 USD a month after that (Amazon CloudWatch pricing, us-east-1, 2026-09). Stateless.
package monitor

import (
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/internal/tag"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/vm"
)

// Target is what a phase promises its users.
type Target struct {
	Availability float64       // percent of requests that do not fail, e.g. 99.5
	P99          time.Duration // latency of 99 of 100 requests
	PeakQPS      int           // requests a second that the phase is built for
}

// Args describe what to watch.
type Args struct {
	Target Target   // required
	Server *vm.VM   // required
	Region string   // AWS region of the server; required
	Key    *key.Key // encrypts the topic; required
	Email  string   // hears the alerts; default none. AWS asks the receiver to confirm
}

// Monitor is the dashboard and the alarms.
type Monitor struct {
	pulumi.ResourceState

	Topic     pulumi.StringOutput `pulumi:"topic"`     // ARN; other components send their alerts here
	Dashboard pulumi.StringOutput `pulumi:"dashboard"` // name in CloudWatch
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
	for _, a := range alarms(args, ctx.Stack()) {
		if err := m.alarm(ctx, name, a); err != nil {
			return nil, err
		}
	}
	dashboard, err := cloudwatch.NewDashboard(ctx, name+"-dashboard", &cloudwatch.DashboardArgs{
		DashboardName: pulumi.Sprintf("%s-%s", ctx.Project(), ctx.Stack()),
		DashboardBody: dashboardBody(args, ctx.Stack()),
	}, pulumi.Parent(m))
	if err != nil {
		return nil, err
	}
	m.Dashboard = dashboard.DashboardName
	return m, ctx.RegisterResourceOutputs(m, pulumi.Map{"topic": m.Topic, "dashboard": m.Dashboard})
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
			Services:  []string{"cloudwatch.amazonaws.com", "budgets.amazonaws.com"},
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

func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	c := check.Of("monitor", name)
	t := args.Target
	c.That(t.Availability > 0 && t.Availability < 100, "Target.Availability", t.Availability, "a percentage below 100")
	c.That(t.P99 > 0, "Target.P99", t.P99, "a duration such as 200ms")
	c.That(t.PeakQPS > 0, "Target.PeakQPS", t.PeakQPS, "requests a second, at least 1")
	c.Given(args.Server != nil, "Server", "a vm component")
	c.Given(args.Region != "", "Region", "an AWS region such as us-east-1")
	c.Given(args.Key != nil, "Key", "a key component that encrypts the topic")
	c.That(args.Email == "" || strings.Count(args.Email, "@") == 1, "Email", args.Email, "an e-mail address, or none")
	return args, c.Err()
}
