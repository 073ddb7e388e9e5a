package web

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lb"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/bucket"
	"github.com/ladder-iac/ladder/components/internal/certificate"
	"github.com/ladder-iac/ladder/components/internal/machine"
	"github.com/ladder-iac/ladder/components/internal/tag"
	"github.com/ladder-iac/ladder/components/network"
)

const (
	// tlsPolicy takes TLS 1.3, and of 1.2 only forward secrecy with authenticated encryption.
	tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
	// idleSeconds a connection may be silent. The app keeps one for 75 s, so that it never closes what the balancer
	// is about to use, and a request of it ends after 30 s at the latest.
	idleSeconds = 60
	// drainSeconds are for requests in flight when a machine leaves.
	drainSeconds = 60
	logDays      = 30
	// Elastic Load Balancing's own, in all regions  [Application Load Balancers, Enable access logs, 2026-09].
	logWriter = "logdelivery.elasticloadbalancing.amazonaws.com"
)

// entry is where users come in.
type entry struct {
	balancer    *lb.LoadBalancer
	blue, green *lb.TargetGroup // nil with pods
	pods        *lb.TargetGroup // nil with machines
	listener    *lb.Listener    // that serves the app
	account     string          // 12 digits
}

func (w *Web) entry(ctx *pulumi.Context, name string, args Args, walls firewalls) (entry, error) {
	caller, err := aws.GetCallerIdentity(ctx, &aws.GetCallerIdentityArgs{}, pulumi.Parent(w))
	if err != nil {
		return entry{}, fmt.Errorf("web %q: %w", name, err)
	}
	balancer, err := w.balancer(ctx, name, args, walls, caller.AccountId)
	if err != nil {
		return entry{}, err
	}
	e := entry{balancer: balancer, account: caller.AccountId}
	w.DNSName, w.ZoneID, w.LoadBalancer = balancer.DnsName, balancer.ZoneId, balancer.ArnSuffix
	if args.Pods != nil {
		e.pods, err = w.podTargets(ctx, name, args)
	} else {
		e.blue, e.green, err = w.colourTargets(ctx, name, args)
	}
	if err != nil {
		return entry{}, err
	}
	e.listener, err = w.listeners(ctx, name, args, e)
	return e, err
}

func (w *Web) colourTargets(ctx *pulumi.Context, name string, args Args) (blue, green *lb.TargetGroup, err error) {
	if blue, err = w.targets(ctx, name, "blue", args); err != nil {
		return nil, nil, err
	}
	if green, err = w.targets(ctx, name, "green", args); err != nil {
		return nil, nil, err
	}
	w.Blue.TargetGroup, w.Green.TargetGroup = blue.ArnSuffix, green.ArnSuffix
	return blue, green, nil
}

func (w *Web) balancer(
	ctx *pulumi.Context, name string, args Args, walls firewalls, account string,
) (*lb.LoadBalancer, error) {
	logs, err := bucket.NewLogs(ctx, name+"-access", bucket.Args{
		Component: name,
		Rules:     []bucket.Rule{{ID: "old-logs", ExpireDays: logDays, NoncurrentDays: 1}},
	}, bucket.Writer{Service: logWriter, Account: account}, w)
	if err != nil {
		return nil, err
	}
	return lb.NewLoadBalancer(ctx, name+"-alb", &lb.LoadBalancerArgs{
		LoadBalancerType:        pulumi.String("application"),
		Internal:                pulumi.Bool(false),
		Subnets:                 ids(args.Network.Public),
		SecurityGroups:          pulumi.StringArray{walls.balancer.ID()},
		IdleTimeout:             pulumi.Int(idleSeconds),
		EnableHttp2:             pulumi.Bool(true),
		DropInvalidHeaderFields: pulumi.Bool(true),
		// The strictest would refuse a GET with Content-Length 0 as well, which honest clients send.
		DesyncMitigationMode:     pulumi.String("defensive"),
		EnableZonalShift:         pulumi.Bool(true), // an ailing zone can be left by hand
		EnableDeletionProtection: pulumi.Bool(true),
		AccessLogs:               lb.LoadBalancerAccessLogsArgs{Bucket: logs, Enabled: pulumi.Bool(true)},
		Tags:                     tag.Of(name, name+"-alb"),
	}, pulumi.Parent(w), pulumi.Protect(true))
}

func ids(subnets []network.Subnet) pulumi.StringArray {
	var list pulumi.StringArray
	for _, subnet := range subnets {
		list = append(list, subnet.ID)
	}
	return list
}

// targets makes a colour's target group. It stands as long as the balancer, machines or not: a user whose cookie
// names a group that is gone would get an error.
func (w *Web) targets(ctx *pulumi.Context, name, colour string, args Args) (*lb.TargetGroup, error) {
	child := name + "-" + colour
	return lb.NewTargetGroup(ctx, child, &lb.TargetGroupArgs{
		VpcId:                      args.Network.VPCID,
		TargetType:                 pulumi.String("instance"),
		Protocol:                   pulumi.String("HTTP"),
		Port:                       pulumi.Int(machine.AppPort),
		DeregistrationDelay:        pulumi.Int(drainSeconds),
		LoadBalancingAlgorithmType: pulumi.String("least_outstanding_requests"),
		HealthCheck: lb.TargetGroupHealthCheckArgs{
			Path:    pulumi.String("/readyz"),
			Matcher: pulumi.String("200"),
			// A machine that is down is left after 15 s. SHUTDOWN_DELAY in ladder-app-setup is longer.
			Interval:           pulumi.Int(5),
			Timeout:            pulumi.Int(4),
			HealthyThreshold:   pulumi.Int(2),
			UnhealthyThreshold: pulumi.Int(3),
		},
		Tags: tag.Of(name, child),
	}, pulumi.Parent(w))
}

// listeners open port 80, and with a domain port 443, and return the one that serves the app. Its default names both
// colours, though the rule takes every request: the balancer checks the health only of groups that a listener names,
// and green must be found ready before the rule gives it a share.
func (w *Web) listeners(ctx *pulumi.Context, name string, args Args, e entry) (*lb.Listener, error) {
	serve := lb.ListenerDefaultActionArray{lb.ListenerDefaultActionArgs{
		Type: pulumi.String("forward"), Forward: lb.ListenerDefaultActionForwardArgs{TargetGroups: e.shares()},
	}}
	http := &lb.ListenerArgs{
		LoadBalancerArn: e.balancer.Arn, Port: pulumi.Int(80), Protocol: pulumi.String("HTTP"),
		DefaultActions: serve,
		Tags:           tag.Of(name, name+"-http"),
	}
	if args.Domain == "" {
		return lb.NewListener(ctx, name+"-http", http, pulumi.Parent(w))
	}
	http.DefaultActions = lb.ListenerDefaultActionArray{lb.ListenerDefaultActionArgs{
		Type: pulumi.String("redirect"),
		Redirect: lb.ListenerDefaultActionRedirectArgs{
			Protocol: pulumi.String("HTTPS"), Port: pulumi.String("443"), StatusCode: pulumi.String("HTTP_301"),
		},
	}}
	if _, err := lb.NewListener(ctx, name+"-http", http, pulumi.Parent(w)); err != nil {
		return nil, err
	}
	issued, err := certificate.New(ctx, name, args.Domain, args.HostedZoneID, w)
	if err != nil {
		return nil, err
	}
	return lb.NewListener(ctx, name+"-https", &lb.ListenerArgs{
		LoadBalancerArn: e.balancer.Arn, Port: pulumi.Int(443), Protocol: pulumi.String("HTTPS"),
		SslPolicy:      pulumi.String(tlsPolicy),
		CertificateArn: issued,
		DefaultActions: serve,
		Tags:           tag.Of(name, name+"-https"),
	}, pulumi.Parent(w))
}

// shares are the target groups of the listener's default.
func (e entry) shares() lb.ListenerDefaultActionForwardTargetGroupArray {
	share := func(group *lb.TargetGroup, weight int) lb.ListenerDefaultActionForwardTargetGroupArgs {
		return lb.ListenerDefaultActionForwardTargetGroupArgs{Arn: group.Arn, Weight: pulumi.Int(weight)}
	}
	if e.pods != nil {
		return lb.ListenerDefaultActionForwardTargetGroupArray{share(e.pods, 100)}
	}
	return lb.ListenerDefaultActionForwardTargetGroupArray{share(e.blue, 100), share(e.green, 0)}
}
