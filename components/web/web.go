// Package web makes a load balancer with a group of app servers behind it that grows and shrinks with the load, and
// a second group for a release that is tried on a part of the users first.
//
// Creates: an Application Load Balancer in the public subnets, with HTTPS and a certificate when there is a domain;
// the bucket of its access logs; two target groups, blue and green; for each colour that runs, a launch template, an
// Auto Scaling group in the app subnets and its scaling policies; one listener rule with the weights of the colours;
// security groups; a role for the machines; and a log group. Blue is the stable colour and runs Release. Green runs
// only while there is a Canary, and brings an alarm and, while users have it, an automation that takes it from them.
//
// A machine keeps the release that it was born with. Another Release, a newer image of Amazon Linux or a changed
// script is a new version of the launch template, and the group renews its machines: new ones first, and old ones go
// once the load balancer finds the new ones ready. A release that never gets ready is thus never served.
//
// A canary goes: Canary with weight 0, 1, 5, 25, 50, 100, each an update and 10 minutes of watching CanaryAlarm; then
// Release is the canary's at weight 100, which renews blue without traffic; then, with blue renewed, no Canary. An
// update gives green its share only after its machines are ready. At weight 0, or without a canary, all users are back
// on blue at once, because nobody is held on green by a cookie then.
//
// The way back needs nobody. While users have a canary that is not Release, CanaryAlarm starts an automation that sets
// the one rule to weight 0: a canary that fails loses its users in 3 to 5 minutes. It takes 100 requests a minute to
// judge it by (P28). The automation only ever gives users back, so that no update is undone by it but one that
// serves a failing release (P14).
//
// Afterwards the config names a weight that AWS does not have. The state does not know, so that an update with the
// same weight changes nothing; one with another weight from 1 on would serve the canary again, until the alarm goes
// off again. `ladder refresh` shows the difference. The two meet when the next update sets weight 0 or drops the
// canary. Try again only when the alarm is off, some minutes later: one that is on already starts nothing.
//
// With Pods there are no machines: the balancer, with its name, certificate and logs, sends all to one target group of
// addresses, which a cluster's gateway fills. The way from machines to pods thus changes no name that users know.
//
// Both releases use one database: a migration must suit the release before it, too.
//
// Before another Machines.Min, run `ladder refresh`: the provider waits for the number of machines that the state
// remembers, and gives up after 15 minutes if Auto Scaling has chosen another since.
//
// Stateful: the access logs are, for 30 days, and protected. So is the balancer, for its name's sake: DNS points at it,
// and AWS never gives it back. Machines keep nothing.
//
// Cost at the defaults: 79 USD a month in two zones, of which two c7g.medium 53.00 and their disks 2.56, the balancer
// 16.43, its addresses 7.30. Phase 3's mean of four c7g.xlarge in three zones: 456. Capacity units 0.008 USD an hour
// for each 25 new connections or 1 GB. A canary costs Machines.Min more machines by the hour, and 0.40 a month for the
// alarm (us-east-1, on demand, 2026-09).
//
// Left out of what terraform-aws-modules/alb and /autoscaling offer:
//   - Slow start: AWS does not combine it with least outstanding requests, which spares a slow machine all day.
//   - Spot: the app carries every user's request, and a machine's notice of 2 minutes ends no session well.
//   - Warm pools and predictive scaling: a machine is ready in about 3 minutes, and phase 3's load has no history yet.
//   - Roll-back by instance refresh: the provider changes the group before it starts the refresh, so that AWS would go
//     back to the bad release (terraform-provider-aws#34189). Alarms on it: one that is on blocks the cure.
//   - Authentication, mutual TLS and more rules: the app signs its users in itself, and answers under every path.
//   - WAF: on all requests it costs half of phase 3 (cost.md 5).
//   - Health checks beside /readyz, instance requirements, schedules, and hooks: nothing here uses them.
package web

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/appserver"
	"github.com/ladder-iac/ladder/components/internal/identity"
)

// Web is a balanced group of app servers.
type Web struct {
	pulumi.ResourceState

	DNSName         pulumi.StringOutput `pulumi:"dnsName"`         // of the load balancer, for alias records
	ZoneID          pulumi.StringOutput `pulumi:"zoneId"`          // hosted zone of DNSName, for alias records
	SecurityGroupID pulumi.StringOutput `pulumi:"securityGroupId"` // of the machines, for what they connect to
	LoadBalancer    pulumi.StringOutput `pulumi:"loadBalancer"`    // LoadBalancer of the metrics: app/NAME/ID
	LogGroup        pulumi.StringOutput `pulumi:"logGroup"`        // the app's log
	CanaryAlarm     pulumi.StringOutput `pulumi:"canaryAlarm"`     // name; empty without a canary
	HasCanary       bool                // so that CanaryAlarm is there
	PodsARN         pulumi.StringOutput `pulumi:"podsArn"` // of the target group that a cluster binds to

	Blue, Green Colour // of the machines; without them Pods
	Pods        Colour
}

// Colour is a part of the targets, as the metrics name it.
type Colour struct {
	TargetGroup   pulumi.StringOutput // TargetGroup of the metrics: targetgroup/NAME/ID
	MachinesGroup pulumi.StringOutput // AutoScalingGroupName of the metrics; empty for green without a canary
}

// New makes load balancer and app servers. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Web, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	w := &Web{}
	if err := ctx.RegisterComponentResource("ladder:web:Web", name, w, opts...); err != nil {
		return nil, fmt.Errorf("web %q: %w", name, err)
	}
	walls, err := w.firewalls(ctx, name, args)
	if err != nil {
		return nil, err
	}
	entry, err := w.entry(ctx, name, args, walls)
	if err != nil {
		return nil, err
	}
	outputs := pulumi.Map{"dnsName": w.DNSName, "zoneId": w.ZoneID, "loadBalancer": w.LoadBalancer}
	if args.Pods != nil {
		outputs["podsArn"] = w.PodsARN
		return w, ctx.RegisterResourceOutputs(w, outputs)
	}
	if err := w.servers(ctx, name, args, walls, entry); err != nil {
		return nil, err
	}
	outputs["securityGroupId"], outputs["logGroup"], outputs["canaryAlarm"] = w.SecurityGroupID, w.LogGroup, w.CanaryAlarm
	return w, ctx.RegisterResourceOutputs(w, outputs)
}

// servers makes the machines of all colours, and what they share.
func (w *Web) servers(ctx *pulumi.Context, name string, args Args, walls firewalls, e entry) error {
	logs, err := appserver.Logs(ctx, name, w)
	if err != nil {
		return err
	}
	profile, err := identity.Profile(ctx, name, args.server().Permissions(logs, args.releases()...), w)
	if err != nil {
		return err
	}
	image, err := appserver.Image(ctx, args.Release.Architecture, w)
	if err != nil {
		return fmt.Errorf("web %q: %w", name, err)
	}
	w.SecurityGroupID, w.LogGroup = walls.app.ID().ToStringOutput(), logs.Name
	born := birth{args: args, firewall: walls.app, profile: profile, logs: logs, image: image}
	return w.colours(ctx, name, born, e)
}
