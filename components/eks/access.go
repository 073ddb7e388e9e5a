package eks

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

// clusterPolicies are what Auto Mode asks for  [Amazon EKS User Guide, Amazon EKS Auto Mode cluster IAM role].
var clusterPolicies = []string{
	"AmazonEKSClusterPolicy", "AmazonEKSComputePolicy", "AmazonEKSBlockStoragePolicy",
	"AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy",
}

// nodePolicies are what its nodes ask for  [Amazon EKS User Guide, Amazon EKS Auto Mode node IAM role].
var nodePolicies = []string{"AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"}

// role makes a role of a service with AWS's own policies. They are returned, because a role without them is no use.
func (e *EKS) role(
	ctx *pulumi.Context, child, name, service string, policies []string,
) (*iam.Role, []pulumi.Resource, error) {
	actions := []string{"sts:AssumeRole"}
	if service == "eks.amazonaws.com" {
		actions = append(actions, "sts:TagSession") // the policies go by the cluster's name in the session's tags
	}
	role, err := iam.NewRole(ctx, child, &iam.RoleArgs{
		AssumeRolePolicy: iampolicy.Document(iampolicy.Statement{Actions: actions, Services: []string{service}}),
		Tags:             tag.Of(name, child),
	}, pulumi.Parent(e))
	if err != nil {
		return nil, nil, err
	}
	var attached []pulumi.Resource
	for _, policy := range policies {
		a, err := iam.NewRolePolicyAttachment(ctx, child+"-"+policy, &iam.RolePolicyAttachmentArgs{
			Role:      role.Name,
			PolicyArn: pulumi.String("arn:aws:iam::aws:policy/" + policy),
		}, pulumi.Parent(e))
		if err != nil {
			return nil, nil, err
		}
		attached = append(attached, a)
	}
	return role, attached, nil
}

// access lets the administrators in.
func (e *EKS) access(ctx *pulumi.Context, name string, args Args, cluster *eks.Cluster) ([]pulumi.Resource, error) {
	var granted []pulumi.Resource
	for _, admin := range args.Admins {
		child := name + "-admin-" + roleName(admin)
		entry, err := eks.NewAccessEntry(ctx, child, &eks.AccessEntryArgs{
			ClusterName:  cluster.Name,
			PrincipalArn: pulumi.String(admin),
			Tags:         tag.Of(name, child),
		}, pulumi.Parent(e))
		if err != nil {
			return nil, err
		}
		policy, err := eks.NewAccessPolicyAssociation(ctx, child+"-policy", &eks.AccessPolicyAssociationArgs{
			ClusterName:  cluster.Name,
			PrincipalArn: entry.PrincipalArn,
			PolicyArn:    pulumi.String("arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"),
			AccessScope:  eks.AccessPolicyAssociationAccessScopeArgs{Type: pulumi.String("cluster")},
		}, pulumi.Parent(e))
		if err != nil {
			return nil, err
		}
		granted = append(granted, policy)
	}
	return granted, nil
}

var sessionPattern = regexp.MustCompile(`^arn:aws[a-z-]*:sts::\d{12}:assumed-role/([^/]+)/`)

// checkDeployer finds out before a cluster takes ten minutes to make that the one who makes it will not get in. Who
// only previews is told.
func (e *EKS) checkDeployer(ctx *pulumi.Context, name string, args Args) error {
	caller, err := aws.GetCallerIdentity(ctx, &aws.GetCallerIdentityArgs{}, pulumi.Parent(e))
	if err != nil {
		return fmt.Errorf("eks %q: %w", name, err)
	}
	session := sessionPattern.FindStringSubmatch(caller.Arn)
	if session == nil {
		return nil
	}
	for _, admin := range args.Admins {
		if roleName(admin) == session[1] {
			return nil
		}
	}
	c := check.Of("eks", name)
	c.That(false, "Admins", strings.Join(args.Admins, ", "), fmt.Sprintf(
		"the role that deploys among them, which is %s now: the cluster's objects are made with its rights", session[1]))
	if ctx.DryRun() {
		return ctx.Log.Warn(c.Err().Error(), &pulumi.LogArgs{Resource: e})
	}
	return c.Err()
}
