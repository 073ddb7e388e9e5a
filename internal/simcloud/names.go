package simcloud

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/ladder-iac/ladder/internal/facts"
)

// unique is a property that AWS wants to be unique, and the error code it answers with otherwise.
type unique struct {
	property resource.PropertyKey
	code     string
}

// cloudfront begins the tokens of its types.
const cloudfront = "aws:cloudfront/"

// names are the types whose names AWS refuses to give twice in one account and region (the API reference of
// each service, under its create call). Types that are not here may share a name, or overwrite (alarms).
var names = map[string]unique{
	"aws:autoscaling/group:Group":                         {"name", "AlreadyExists"},
	"aws:budgets/budget:Budget":                           {"name", "DuplicateRecordException"},
	"aws:cloudwatch/logGroup:LogGroup":                    {"name", "ResourceAlreadyExistsException"},
	"aws:ecr/repository:Repository":                       {"name", "RepositoryAlreadyExistsException"},
	"aws:eks/accessEntry:AccessEntry":                     {"principalArn", "ResourceInUseException"},
	"aws:eks/addon:Addon":                                 {"addonName", "ResourceInUseException"},
	globalCluster:                                         {"globalClusterIdentifier", "GlobalClusterAlreadyExistsFault"},
	"aws:sqs/queue:Queue":                                 {"name", "QueueAlreadyExists"},
	"aws:wafv2/webAcl:WebAcl":                             {"name", "WAFDuplicateItemException"},
	"aws:ec2/launchTemplate:LaunchTemplate":               {"name", "InvalidLaunchTemplateName.AlreadyExistsException"},
	"aws:ec2/securityGroup:SecurityGroup":                 {"name", "InvalidGroup.Duplicate"},
	"aws:eks/cluster:Cluster":                             {"name", "ResourceInUseException"},
	"aws:elasticache/parameterGroup:ParameterGroup":       {"name", "CacheParameterGroupAlreadyExists"},
	"aws:elasticache/replicationGroup:ReplicationGroup":   {"replicationGroupId", "ReplicationGroupAlreadyExists"},
	"aws:elasticache/subnetGroup:SubnetGroup":             {"name", "CacheSubnetGroupAlreadyExists"},
	"aws:elasticache/user:User":                           {"userId", "UserAlreadyExists"},
	"aws:elasticache/userGroup:UserGroup":                 {"userGroupId", "UserGroupAlreadyExists"},
	"aws:iam/instanceProfile:InstanceProfile":             {"name", "EntityAlreadyExists"},
	"aws:iam/role:Role":                                   {"name", "EntityAlreadyExists"},
	"aws:kms/alias:Alias":                                 {"name", "AlreadyExistsException"},
	"aws:lb/loadBalancer:LoadBalancer":                    {"name", "DuplicateLoadBalancerName"},
	"aws:lb/targetGroup:TargetGroup":                      {"name", "DuplicateTargetGroupName"},
	"aws:rds/cluster:Cluster":                             {"clusterIdentifier", "DBClusterAlreadyExistsFault"},
	"aws:rds/clusterInstance:ClusterInstance":             {"identifier", "DBInstanceAlreadyExists"},
	"aws:rds/clusterParameterGroup:ClusterParameterGroup": {"name", "DBParameterGroupAlreadyExists"},
	"aws:rds/instance:Instance":                           {"identifier", "DBInstanceAlreadyExists"},
	"aws:rds/parameterGroup:ParameterGroup":               {"name", "DBParameterGroupAlreadyExists"},
	"aws:rds/subnetGroup:SubnetGroup":                     {"name", "DBSubnetGroupAlreadyExists"},
	"aws:s3/bucketV2:BucketV2":                            {"bucket", "BucketAlreadyOwnedByYou"},
	"aws:secretsmanager/secret:Secret":                    {"name", "ResourceExistsException"},
	"aws:ssm/document:Document":                           {"name", "DocumentAlreadyExists"},
	"aws:ssm/parameter:Parameter":                         {"name", "ParameterAlreadyExists"},

	cloudfront + "cachePolicy:CachePolicy":                     {"name", "CachePolicyAlreadyExists"},
	cloudfront + "originAccessControl:OriginAccessControl":     {"name", "OriginAccessControlAlreadyExists"},
	cloudfront + "originRequestPolicy:OriginRequestPolicy":     {"name", "OriginRequestPolicyAlreadyExists"},
	cloudfront + "responseHeadersPolicy:ResponseHeadersPolicy": {"name", "ResponseHeadersPolicyAlreadyExists"},
}

// parents are the types whose names, and often ids, are unique only within another resource.
var parents = map[string]resource.PropertyKey{
	"aws:autoscaling/lifecycleHook:LifecycleHook":             "autoscalingGroupName",
	"aws:autoscaling/policy:Policy":                           "autoscalingGroupName",
	"aws:autoscaling/schedule:Schedule":                       "autoscalingGroupName",
	"aws:cloudwatch/logMetricFilter:LogMetricFilter":          "logGroupName",
	"aws:ec2/securityGroup:SecurityGroup":                     "vpcId",
	"aws:eks/accessEntry:AccessEntry":                         "clusterName",
	"aws:eks/accessPolicyAssociation:AccessPolicyAssociation": "clusterName",
	"aws:eks/addon:Addon":                                     "clusterName",
	"aws:s3/bucketObjectv2:BucketObjectv2":                    "bucket",
}

// global are the beginnings of types that have no region, or whose names are unique over all regions.
var global = []string{
	"aws:budgets/", "aws:cloudfront/", "aws:iam/", "aws:rds/globalCluster:", "aws:route53/", "aws:s3/bucketV2:",
}

// realmOf returns the realm in which resources of a type lie for a provider of the given realm.
func realmOf(realm, typ string) string {
	for _, prefix := range global {
		if strings.HasPrefix(typ, prefix) {
			return path.Join(path.Dir(realm), "global")
		}
	}
	return realm
}

// conflict returns the error that the cloud would answer with when r's id or name is taken by a resource that
// lies in another file than own.
func (s store) conflict(realm string, r record, own string) error {
	name, isUnique := names[r.Type]
	if !isUnique { // an id is unique by its file
		other, ok, err := s.load(s.path(realm, r.Type, r.ID, r.outputs))
		if ok && other.path != own {
			return taken(r, "AlreadyExists", "id", r.ID, other)
		}
		return err
	}
	value := text(r.outputs[name.property])
	within := parents[r.Type]
	for _, other := range s.ofType(realm, r.Type) {
		if other.gone() && time.Now().After(other.Reserved) {
			if err := s.remove(other.path); err != nil {
				return err
			}
			continue
		}
		switch {
		case other.path == own || text(r.outputs[within]) != text(other.outputs[within]):
		case value != "" && value == text(other.outputs[name.property]):
			return taken(r, name.code, string(name.property), value, other)
		case r.ID == other.ID:
			return taken(r, "AlreadyExists", "id", r.ID, other)
		}
	}
	return nil
}

// reservedUntil is when the name of a resource that is deleted now becomes free: zero for at once. Secrets Manager
// keeps a secret for its recovery window [DeleteSecret]. KMS keeps a key too, but keys have no names.
func reservedUntil(r record) time.Time {
	if r.Type != "aws:secretsmanager/secret:Secret" {
		return time.Time{}
	}
	days, err := strconv.Atoi(facts.Text(r.outputs, "recoveryWindowInDays"))
	if err != nil {
		days = 30 // the default
	}
	if days == 0 {
		return time.Time{}
	}
	return time.Now().AddDate(0, 0, days)
}

func taken(r record, code, property, value string, by record) error {
	if by.gone() {
		return status.Errorf(codes.AlreadyExists, "creating %s: InvalidRequestException: You can't create this secret "+
			"because a secret with this name is already scheduled for deletion; %s: got %q, want another name, or wait "+
			"until %s; recoveryWindowInDays 0 frees a name at once", subject(resource.URN(r.URN)), property, value,
			by.Reserved.UTC().Format("2006-01-02 15:04 MST"))
	}
	return status.Errorf(codes.AlreadyExists, "creating %s: %s: %s %q is taken by %s, created %s; "+
		"choose another, or delete that one first", subject(resource.URN(r.URN)), code, property, value,
		subject(resource.URN(by.URN)), by.Created.UTC().Format("2006-01-02 15:04:05 MST"))
}

// escape makes a file name of an id such as an ARN; at most 200 of a file system's usual 255 bytes, so that
// a longer id is cut and told apart by its hash.
func escape(id string) string {
	name := url.PathEscape(id)
	if len(name) > 200 {
		name = name[:150] + "-" + hash(id)
	}
	if strings.HasPrefix(name, ".") {
		name = "%2E" + name[1:]
	}
	return name
}

func hash(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:8])
}
