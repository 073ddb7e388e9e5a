package web

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/firewall"
	"github.com/ladder-iac/ladder/components/internal/machine"
)

// firewalls are the security groups of the balancer and of the machines, if there are any.
type firewalls struct{ balancer, app *ec2.SecurityGroup }

// firewalls opens the balancer to everyone, machines or pods to the balancer, and the stores to the machines.
func (w *Web) firewalls(ctx *pulumi.Context, name string, args Args) (firewalls, error) {
	prefix := name + "-firewall-"
	balancer, err := firewall.New(ctx, name, prefix+"balancer", "balancer", args.Network.VPCID, w)
	if err != nil {
		return firewalls{}, err
	}
	rules := []firewall.Rule{{Name: prefix + "balancer-http", Group: balancer.ID(), Port: 80}}
	if args.Domain != "" {
		rules = append(rules, firewall.Rule{Name: prefix + "balancer-https", Group: balancer.ID(), Port: 443})
	}
	if args.Pods != nil {
		rules = append(rules, podRules(prefix, balancer.ID(), args.Pods)...)
		return firewalls{balancer: balancer}, firewall.Open(ctx, name, w, rules...)
	}
	app, err := firewall.New(ctx, name, prefix+"app", "app", args.Network.VPCID, w)
	if err != nil {
		return firewalls{}, err
	}
	rules = append(rules,
		firewall.Rule{Name: prefix + "balancer-out", Group: balancer.ID(), Peer: app.ID(), Port: machine.AppPort, Out: true},
		firewall.Rule{Name: prefix + "app-in", Group: app.ID(), Peer: balancer.ID(), Port: machine.AppPort})
	rules = append(rules, args.server().Rules(prefix+"app", app.ID())...)
	return firewalls{balancer: balancer, app: app}, firewall.Open(ctx, name, w, rules...)
}
