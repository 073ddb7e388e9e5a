package identity

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

// ServiceAccount is who a pod is in its cluster.
type ServiceAccount struct {
	Cluster   pulumi.StringInput // name of the EKS cluster
	Namespace string
	Name      string
}

// Pod makes a role with these permissions, and the EKS Pod Identity association that carries it to the pods of a
// service account. A pod gets it only if the association is there when the pod starts, so that workloads depend on it.
func Pod(
	ctx *pulumi.Context, name string, account ServiceAccount, permissions []iampolicy.Statement, parent pulumi.Resource,
) (*eks.PodIdentityAssociation, error) {
	role, err := iam.NewRole(ctx, name+"-role", &iam.RoleArgs{
		AssumeRolePolicy: account.trust(),
		Tags:             tag.Of(name, name+"-role"),
	}, pulumi.Parent(parent))
	if err != nil {
		return nil, err
	}
	allowed, err := iam.NewRolePolicy(ctx, name+"-permissions", &iam.RolePolicyArgs{
		Role:   role.Name,
		Policy: iampolicy.Document(permissions...),
	}, pulumi.Parent(parent))
	if err != nil {
		return nil, err
	}
	return eks.NewPodIdentityAssociation(ctx, name+"-identity", &eks.PodIdentityAssociationArgs{
		ClusterName:    account.Cluster,
		Namespace:      pulumi.String(account.Namespace),
		ServiceAccount: pulumi.String(account.Name),
		RoleArn:        role.Arn,
		Tags:           tag.Of(name, name+"-identity"),
	}, pulumi.Parent(parent), pulumi.DependsOn([]pulumi.Resource{allowed}))
}

// trust lets EKS take the role on for this service account only. EKS tags the session with who asks, so that it may
// tag [Amazon EKS User Guide, EKS Pod Identity role]. The cluster is left to the association: to hold for a role, it
// would have to be known when the role is made.
func (a ServiceAccount) trust() pulumi.StringOutput {
	return iampolicy.Document(iampolicy.Statement{
		Actions:  []string{"sts:AssumeRole", "sts:TagSession"},
		Services: []string{"pods.eks.amazonaws.com"},
		Conditions: map[string]map[string]string{"StringEquals": {
			"aws:RequestTag/kubernetes-namespace":       a.Namespace,
			"aws:RequestTag/kubernetes-service-account": a.Name,
		}},
	})
}
