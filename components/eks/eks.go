// Package eks makes a Kubernetes cluster on Amazon EKS, whose nodes come and go by themselves (EKS Auto Mode).
//
// Creates: the control plane in the app subnets, with secrets encrypted by the stack's key, all of its logs in a log
// group, and zonal shift; a role for it and one for its nodes; an access entry for each administrator; a node pool of
// Graviton machines on demand over the network's zones; the add-on metrics-server, which HorizontalPodAutoscalers read;
// and a Kubernetes provider. Auto Mode brings the rest: network (VPC CNI), CoreDNS, kube-proxy, EBS volumes, Pod
// Identity, TargetGroupBindings, and new machine images about once a week.
//
// The API answers inside the VPC only, unless PublicCIDRs let networks in: who deploys needs a way there. The provider
// runs `aws eks get-token`, so that the AWS CLI is needed, and no credential is kept. Who deploys must be among the
// Admins. It is not taken from the credentials: another person's update would take the access of the one before away,
// and a destroy runs with whatever access is left.
//
// What runs in the cluster is given EKS.Provider. It waits for the nodes, so that a destroy goes: workloads, nodes,
// access, cluster, roles (P20). Balancers and target groups are made by Pulumi, never by the cluster, so that none is
// left in the VPC. A target group that pods join carries the tag eks:eks-cluster-name with EKS.Name: by it
// AmazonEKSLoadBalancingPolicy lets Auto Mode register targets. Pods get permissions by EKS Pod Identity
// (components/internal/identity); they do not
// reach the machines' own, because Auto Mode answers metadata to the host alone.
//
// An upgrade is another Version, one minor above. AWS refuses a jump over one and the way back; the component cannot,
// because a program does not know what is running. Nodes follow by themselves, one in ten at a time. At the end of
// standard support AWS upgrades the cluster itself, and not to extended support at six times the price; from then on
// the config names a version below, which AWS refuses: raise it. metrics-server stays at the version of its birth.
//
// The log group stays in AWS when the cluster goes, and empties itself in 30 days: the control plane writes after its
// end, and would make a group again that never empties. A cluster of the same name takes it over with
// `pulumi import aws:cloudwatch/logGroup:LogGroup NAME-logs /aws/eks/CLUSTER/cluster`.
//
// To managed node groups, if one day Auto Mode's fee outweighs its work: add the add-ons vpc-cni,
// eks-pod-identity-agent and kube-proxy, then aws:eks/nodeGroup in the same subnets with a role of
// AmazonEKSWorkerNodePolicy, AmazonEKS_CNI_Policy and AmazonEC2ContainerRegistryPullOnly, then coredns and
// aws-ebs-csi-driver. Machines of both kinds live beside each other, and only the add-ons' pods go to nodes without
// the label eks.amazonaws.com/compute-type. Set the node pool's limit to 0, drain its nodes, and delete it. What Auto
// Mode alone has needs a successor before: TargetGroupBindings the AWS Load Balancer Controller, growth Karpenter.
//
// Stateful: etcd holds what the program can make again, but its loss ends all services, so that cluster and node pool
// are protected.
//
// Cost: 73.00 USD a month for the cluster (0.10 an hour), and its nodes by what the pods ask for: a c7g.xlarge 105.85
// and Auto Mode's fee of 12 %, so 118.55; MaxVCPUs of the default is eight of them, 948. Audit logs 0.50 USD/GB
// (us-east-1, on demand, 2026-09).
//
// Left out of what terraform-aws-modules/eks offers:
//   - aws-auth, API_AND_CONFIG_MAP and the creator's silent admin rights: access entries can be read and reviewed.
//   - IRSA and an OIDC provider: Pod Identity needs neither, and its roles outlive a cluster.
//   - Security groups of our own: the cluster's group is on nodes and pods alike, and who lets it in names one group.
//   - Auto Mode's pool general-purpose: amd64 only. Its pool system stays, empty, because EKS makes the NodeClass
//     "default" for it; that one puts nodes into the cluster's subnets and group, with disks encrypted by AWS's key.
//   - Spot: the services carry every user's request. Fargate, hybrid nodes, Outposts: no phase has any.
//   - Provisioned control plane (from 1,205 USD a month) and EKS Capabilities: the phases are far below both.
package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// EKS is a Kubernetes cluster.
type EKS struct {
	pulumi.ResourceState

	Name            pulumi.StringOutput `pulumi:"name"` // PROJECT-STACK-NAME
	ARN             pulumi.StringOutput `pulumi:"arn"`
	SecurityGroupID pulumi.StringOutput `pulumi:"securityGroupId"` // of control plane, nodes and pods
	LogGroup        pulumi.StringOutput `pulumi:"logGroup"`        // the control plane's logs

	// Provider makes objects in the cluster, after the nodes are there, and deletes them before the nodes go.
	Provider *kubernetes.Provider
}

// New makes a cluster. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*EKS, error) {
	clusterName := fmt.Sprintf("%s-%s-%s", ctx.Project(), ctx.Stack(), name)
	args, err := in.resolve(name, clusterName)
	if err != nil {
		return nil, err
	}
	e := &EKS{}
	if err := ctx.RegisterComponentResource("ladder:eks:EKS", name, e, opts...); err != nil {
		return nil, fmt.Errorf("eks %q: %w", name, err)
	}
	if err := e.checkDeployer(ctx, name, args); err != nil {
		return nil, err
	}
	cluster, err := e.cluster(ctx, name, clusterName, args)
	if err != nil {
		return nil, err
	}
	access, err := e.access(ctx, name, args, cluster)
	if err != nil {
		return nil, err
	}
	pool, err := e.nodes(ctx, name, args, cluster, access)
	if err != nil {
		return nil, err
	}
	e.Provider, err = e.provider(ctx, name+"-provider", args, cluster, pool)
	if err != nil {
		return nil, err
	}
	e.Name, e.ARN = cluster.Name, cluster.Arn
	e.SecurityGroupID = cluster.VpcConfig.ClusterSecurityGroupId().Elem()
	return e, ctx.RegisterResourceOutputs(e, pulumi.Map{
		"name": e.Name, "arn": e.ARN, "securityGroupId": e.SecurityGroupID, "logGroup": e.LogGroup,
	})
}
