// Package fleet makes app servers that users reach directly, one after another in the zones. Their data is elsewhere.
//
// Creates: EC2 instances, each behind an Elastic IP of its own, a security group that opens 80 and, with a domain, 443,
// a role for the machines, and a log group. There is no SSH; AWS Systems Manager opens a shell. A name with health
// checks in front of them (component dns) takes a server out that does not answer.
//
// Stateless: a server keeps nothing. The addresses are protected, because names and clients point at them.
//
//   - A new release reaches one server after another, 10 minutes apart, in 10 turns at most; a server on which it does
//     not get ready goes back to the one before by itself.
//   - A server stays in the zone it was born in, with the image and the script of that day: a newer image would
//     replace all servers at once. To renew them: pulumi up --replace URN, one after another.
//   - Fewer servers are refused by protection of the address. Unprotect the last one's first: pulumi state unprotect.
//   - Another name replaces the servers: take the domain off dns before, and put the new one on after.
//
// Cost at the defaults: 115 USD a month, of which two c7g.large 105.85, disks 2.56, addresses 7.30 (us-east-1, on
// demand, 2026-09).
//
// It is no EC2 Fleet and no Auto Scaling group: nothing is bought at auction, and the number of servers is what the
// owner says. What grows with the load is the component web.
package fleet

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/appserver"
	"github.com/ladder-iac/ladder/components/internal/firewall"
	"github.com/ladder-iac/ladder/components/internal/identity"
)

// Fleet is a number of app servers.
type Fleet struct {
	pulumi.ResourceState

	// Addresses are public IPv4 addresses, InstanceIDs the machines behind them; both by ordinal.
	Addresses, InstanceIDs []pulumi.StringOutput

	SecurityGroupID pulumi.StringOutput `pulumi:"securityGroupId"`
	LogGroup        pulumi.StringOutput `pulumi:"logGroup"` // the app's log
}

// New makes app servers. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Fleet, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	f := &Fleet{}
	if err := ctx.RegisterComponentResource("ladder:fleet:Fleet", name, f, opts...); err != nil {
		return nil, fmt.Errorf("fleet %q: %w", name, err)
	}
	group, err := f.firewall(ctx, name, args)
	if err != nil {
		return nil, err
	}
	logs, err := appserver.Logs(ctx, name, f)
	if err != nil {
		return nil, err
	}
	profile, err := identity.Profile(ctx, name, args.server().Permissions(logs, args.Release), f)
	if err != nil {
		return nil, err
	}
	image, err := appserver.Image(ctx, args.Release.Architecture, f)
	if err != nil {
		return nil, fmt.Errorf("fleet %q: %w", name, err)
	}
	born := birth{args: args, group: group, profile: profile, logs: logs, image: image}
	for ordinal := 1; ordinal <= args.Servers; ordinal++ {
		if err := f.machine(ctx, fmt.Sprintf("%s-%d", name, ordinal), ordinal, name, born); err != nil {
			return nil, err
		}
	}
	f.SecurityGroupID, f.LogGroup = group.ID().ToStringOutput(), logs.Name
	return f, ctx.RegisterResourceOutputs(f, pulumi.Map{
		"addresses": pulumi.ToStringArrayOutput(f.Addresses), "instanceIds": pulumi.ToStringArrayOutput(f.InstanceIDs),
		"securityGroupId": f.SecurityGroupID, "logGroup": f.LogGroup,
	})
}

// firewall opens what the app serves to everyone, and the way to its data.
func (f *Fleet) firewall(ctx *pulumi.Context, name string, args Args) (*ec2.SecurityGroup, error) {
	child := name + "-firewall"
	group, err := firewall.New(ctx, name, child, "app servers", args.Network.VPCID, f)
	if err != nil {
		return nil, err
	}
	rules := []firewall.Rule{{Name: child + "-http", Group: group.ID(), Port: 80}}
	if args.Domain != "" {
		rules = append(rules, firewall.Rule{Name: child + "-https", Group: group.ID(), Port: 443})
	}
	rules = append(rules, args.server().Rules(child, group.ID())...)
	return group, firewall.Open(ctx, name, f, rules...)
}
