package web

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lb"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/firewall"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

const (
	// statusPort is where every Envoy of Istio says whether it is ready  [Istio, Application Requirements, Ports].
	statusPort = 15021
	statusPath = "/healthz/ready"
)

// Pods are a gateway in Kubernetes that takes the place of the machines. The cluster registers its pods itself, by a
// TargetGroupBinding to TargetGroupARN; balancer and target group stay the stack's, so that no cluster takes the
// entry with it.
type Pods struct {
	ClusterName     pulumi.StringInput // of an EKS cluster in Auto Mode, which may register targets in groups of its tag
	SecurityGroupID pulumi.StringInput // of the pods; required
	Port            int                // where they listen; 1 to 65535, required
}

func (a *Args) checkPods(c *check.Args) {
	p := a.Pods
	c.Given(p.ClusterName != nil, "Pods.ClusterName", "the name of the EKS cluster")
	c.Given(p.SecurityGroupID != nil, "Pods.SecurityGroupID", "the id of the pods' security group")
	c.That(p.Port >= 1 && p.Port <= 65535, "Pods.Port", p.Port, "1 to 65535")
	c.That(a.Release == nil, "Release", "a release beside Pods", "one of the two: pods bring their own image")
	c.That(a.Canary == nil, "Canary", "a canary beside Pods", "none: the gateway divides the users itself")
	c.That(len(a.InstanceTypes) == 0 && a.Machines == Range{}, "Machines", "machines beside Pods", "one of the two")
}

// podTargets makes the group that the cluster fills.
func (w *Web) podTargets(ctx *pulumi.Context, name string, args Args) (*lb.TargetGroup, error) {
	child := name + "-pods"
	tags := tag.Of(name, child)
	tags["eks:eks-cluster-name"] = args.Pods.ClusterName
	group, err := lb.NewTargetGroup(ctx, child, &lb.TargetGroupArgs{
		VpcId:                      args.Network.VPCID,
		TargetType:                 pulumi.String("ip"),
		Protocol:                   pulumi.String("HTTP"),
		Port:                       pulumi.Int(args.Pods.Port),
		DeregistrationDelay:        pulumi.Int(drainSeconds),
		LoadBalancingAlgorithmType: pulumi.String("least_outstanding_requests"),
		HealthCheck: lb.TargetGroupHealthCheckArgs{
			Path:               pulumi.String(statusPath),
			Port:               pulumi.Sprintf("%d", statusPort),
			Matcher:            pulumi.String("200"),
			Interval:           pulumi.Int(5),
			Timeout:            pulumi.Int(4),
			HealthyThreshold:   pulumi.Int(2),
			UnhealthyThreshold: pulumi.Int(3),
		},
		Tags: tags,
	}, pulumi.Parent(w))
	if err != nil {
		return nil, err
	}
	w.PodsARN, w.Pods.TargetGroup = group.Arn, group.ArnSuffix
	return group, nil
}

// podRules let the balancer into the pods. Their own group lets them out.
func podRules(prefix string, balancer pulumi.StringInput, pods *Pods) []firewall.Rule {
	var rules []firewall.Rule
	for part, port := range map[string]int{"pods": pods.Port, "pods-status": statusPort} {
		rules = append(rules,
			firewall.Rule{
				Name: prefix + "balancer-to-" + part, Group: balancer, Peer: pods.SecurityGroupID, Port: port, Out: true,
			},
			firewall.Rule{Name: prefix + part + "-in", Group: pods.SecurityGroupID, Peer: balancer, Port: port})
	}
	return rules
}
