package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
)

// fixed is what replaces a cluster, and with it everything that runs: it is set once (P18). The key cannot be changed
// at all  [EncryptionConfig, Amazon EKS API Reference].
var fixed = []string{
	"name", "roleArn", "bootstrapSelfManagedAddons", "encryptionConfig",
	"accessConfig.bootstrapClusterCreatorAdminPermissions", "computeConfig.nodeRoleArn",
}

// cluster makes the control plane. It has a name of its own, because the log group has to be there before and is named
// after it.
func (e *EKS) cluster(ctx *pulumi.Context, name, clusterName string, args Args) (*eks.Cluster, error) {
	role, allowed, err := e.role(ctx, name+"-role", name, "eks.amazonaws.com", clusterPolicies)
	if err != nil {
		return nil, err
	}
	nodeRole, nodesAllowed, err := e.role(ctx, name+"-node-role", name, "ec2.amazonaws.com", nodePolicies)
	if err != nil {
		return nil, err
	}
	logs, err := e.logs(ctx, name, clusterName)
	if err != nil {
		return nil, err
	}
	// EKS deletes its network interfaces and machines with these permissions: they go after the cluster.
	before := append(append([]pulumi.Resource{logs}, allowed...), nodesAllowed...)
	return eks.NewCluster(ctx, name+"-cluster", &eks.ClusterArgs{
		Name:    pulumi.String(clusterName),
		Version: pulumi.String(args.Version),
		RoleArn: role.Arn,
		AccessConfig: eks.ClusterAccessConfigArgs{
			AuthenticationMode:                      pulumi.String("API"),
			BootstrapClusterCreatorAdminPermissions: pulumi.Bool(false),
		},
		VpcConfig: args.vpc(),
		EncryptionConfig: eks.ClusterEncryptionConfigArgs{
			Provider:  eks.ClusterEncryptionConfigProviderArgs{KeyArn: args.Key.ARN},
			Resources: pulumi.ToStringArray([]string{"secrets"}),
		},
		EnabledClusterLogTypes: pulumi.ToStringArray([]string{
			"api", "audit", "authenticator", "controllerManager", "scheduler",
		}),
		// Auto Mode is these three, all or none, without the add-ons that it brings.
		ComputeConfig: eks.ClusterComputeConfigArgs{
			Enabled:     pulumi.Bool(true),
			NodePools:   pulumi.ToStringArray([]string{"system"}), // for the NodeClass "default"
			NodeRoleArn: nodeRole.Arn,
		},
		KubernetesNetworkConfig: eks.ClusterKubernetesNetworkConfigArgs{
			ElasticLoadBalancing: eks.ClusterKubernetesNetworkConfigElasticLoadBalancingArgs{Enabled: pulumi.Bool(true)},
		},
		StorageConfig: eks.ClusterStorageConfigArgs{
			BlockStorage: eks.ClusterStorageConfigBlockStorageArgs{Enabled: pulumi.Bool(true)},
		},
		BootstrapSelfManagedAddons: pulumi.Bool(false),
		UpgradePolicy:              eks.ClusterUpgradePolicyArgs{SupportType: pulumi.String("STANDARD")},
		ZonalShiftConfig:           eks.ClusterZonalShiftConfigArgs{Enabled: pulumi.Bool(true)},
		Tags:                       tag.Of(name, name+"-cluster"),
	}, pulumi.Parent(e), pulumi.Protect(true), pulumi.IgnoreChanges(fixed), pulumi.DependsOn(before))
}

// vpc says who reaches the API. EKS takes no empty list, and asks for none while the public endpoint is off.
func (a *Args) vpc() eks.ClusterVpcConfigArgs {
	var subnets pulumi.StringArray
	for _, subnet := range a.Network.App {
		subnets = append(subnets, subnet.ID)
	}
	config := eks.ClusterVpcConfigArgs{
		SubnetIds:             subnets,
		EndpointPrivateAccess: pulumi.Bool(true),
		EndpointPublicAccess:  pulumi.Bool(len(a.PublicCIDRs) > 0),
	}
	if len(a.PublicCIDRs) > 0 {
		config.PublicAccessCidrs = pulumi.ToStringArray(a.PublicCIDRs)
	}
	return config
}

// logs are there before the cluster: EKS would make the group itself, to be kept for ever, and makes it again when it
// goes before the last lines are written.
func (e *EKS) logs(ctx *pulumi.Context, name, clusterName string) (*cloudwatch.LogGroup, error) {
	logs, err := cloudwatch.NewLogGroup(ctx, name+"-logs", &cloudwatch.LogGroupArgs{
		Name:            pulumi.Sprintf("/aws/eks/%s/cluster", clusterName),
		RetentionInDays: pulumi.Int(30),
		Tags:            tag.Of(name, name+"-logs"),
	}, pulumi.Parent(e), pulumi.RetainOnDelete(true), pulumi.IgnoreChanges([]string{"name"}))
	if err != nil {
		return nil, err
	}
	e.LogGroup = logs.Name
	return logs, nil
}
