package facts

// Types of clusters that others name.
const (
	typeAccessEntry = "aws:eks/accessEntry:AccessEntry"
	typeNodeClass   = "kubernetes:eks.amazonaws.com/v1:NodeClass"
	typeRepository  = "aws:ecr/repository:Repository"
)

const inCluster = "deleted along with the cluster [DeleteCluster]"

// clusterReferences are the references of clusters, of what belongs to them in AWS, and of the objects in them that
// name something in AWS. EKS deletes add-ons, access entries and pod identities with their cluster; what it refuses to
// delete a cluster for are managed node groups, of which there are none here.
var clusterReferences = map[string][]Reference{
	typeEKS: {
		uses("vpcConfig.subnetIds[*]", typeSubnet, inSubnet),
		uses("vpcConfig.securityGroupIds[*]", typeSecurityGroup, behindGroup),
		belongs("roleArn", typeRole, noRole),
		belongs("computeConfig.nodeRoleArn", typeRole, noRole),
		belongs("encryptionConfig.provider.keyArn", typeKey, "a key is only scheduled for deletion"),
	},
	"aws:eks/addon:Addon": {
		belongs("clusterName", typeEKS, inCluster),
		belongs("serviceAccountRoleArn", typeRole, noRole),
		belongs("podIdentityAssociations[*].roleArn", typeRole, noRole),
	},
	"aws:eks/podIdentityAssociation:PodIdentityAssociation": {
		belongs("clusterName", typeEKS, inCluster), belongs("roleArn", typeRole, noRole),
	},
	typeAccessEntry: {belongs("clusterName", typeEKS, inCluster)}, // its principal is someone's own role
	"aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
		belongs("clusterName", typeEKS, inCluster),
		belongs("principalArn", typeAccessEntry, along),
	},
	typeRepository: keys("encryptionConfigurations[*].kmsKey"),
	"aws:ecr/lifecyclePolicy:LifecyclePolicy": {belongs("repository", typeRepository, along)},

	// Objects in a cluster.
	typeNodeClass: {
		belongs("spec.role", typeRole, noRole),
		uses("spec.subnetSelectorTerms[*].id", typeSubnet, "its nodes stand in the subnet"),
		uses("spec.securityGroupSelectorTerms[*].id", typeSecurityGroup, "its nodes are members of the group"),
	},
	"kubernetes:karpenter.sh/v1:NodePool": {
		uses("spec.template.spec.nodeClassRef.name", typeNodeClass, "a finalizer keeps the class while it has nodes"),
	},
	"kubernetes:eks.amazonaws.com/v1:TargetGroupBinding": {
		belongs("spec.targetGroupARN", typeTargetGroup, "only a listener or a rule holds a target group"),
		uses("spec.networking.ingress[*].from[*].securityGroup.groupID", typeSecurityGroup,
			"its controller keeps a rule of the cluster's group that names it"),
	},
}

var clusterTargets = map[string]Target{
	typeEKS: {
		By: []string{"name"}, Plain: true,
		Missing: Refusal{"ResourceNotFoundException", "No cluster found for name: {}."},
	},
	typeAccessEntry: {
		By: []string{"principalArn"}, Form: "iam:role/",
		Missing: Refusal{"ResourceNotFoundException", "The specified principalArn {} could not be found."},
	},
	typeRepository: {
		By: []string{"name", "arn"}, Form: "ecr:repository/", Plain: true,
		Missing: Refusal{"RepositoryNotFoundException", "The repository with name '{}' does not exist in the registry"},
	},
	typeNodeClass: {
		By:    []string{"metadata.name"},
		InUse: Refusal{"DeadlineExceeded", "node class {} was not deleted: a finalizer waits for the end of its nodes"},
	},
}
