package facts_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/ladder-iac/ladder/internal/facts"
)

// create makes a resource and gives its outputs as plain values, secrets opened.
func create(t *testing.T, token, name string, inputs map[string]any) (string, map[string]any) {
	t.Helper()
	id, outputs := lookup(t, token).Create(here, name, props(inputs))
	return id, plain(resource.NewObjectProperty(outputs)).(map[string]any)
}

func plain(v resource.PropertyValue) any {
	if v.IsSecret() {
		return plain(v.SecretValue().Element)
	}
	return v.MapRepl(nil, func(inner resource.PropertyValue) (any, bool) {
		if inner.IsSecret() {
			return plain(inner), true
		}
		return nil, false
	})
}

func TestForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		token, output, want string // want is a pattern
		inputs              map[string]any
	}{
		{"aws:ec2/vpc:Vpc", "id", `vpc-0[0-9a-f]{16}`, nil},
		{"aws:ec2/vpc:Vpc", "arn", `arn:aws:ec2:us-east-1:210987654321:vpc/vpc-0[0-9a-f]{16}`, nil},
		{"aws:ec2/instance:Instance", "id", `i-0[0-9a-f]{16}`, nil},
		{"aws:ec2/instance:Instance", "privateDns", `ip-10-0-\d+-\d+\.ec2\.internal`, nil},
		{"aws:ec2/instance:Instance", "publicIp", ``, map[string]any{"associatePublicIpAddress": false}},
		{"aws:ebs/volume:Volume", "id", `vol-0[0-9a-f]{16}`, nil},
		{"aws:ec2/eip:Eip", "allocationId", `eipalloc-0[0-9a-f]{16}`, nil},
		{"aws:ec2/eip:Eip", "publicIp", `(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+`, nil},
		{"aws:ec2/eip:Eip", "publicDns", `ec2-\d+-\d+-\d+-\d+\.compute-1\.amazonaws\.com`, nil},
		{"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "id", `sgr-0[0-9a-f]{16}`, nil},
		{"aws:iam/role:Role", "id", `it-[0-9a-f]{7}`, nil},
		{"aws:iam/role:Role", "arn", `arn:aws:iam::210987654321:role/app/web`, map[string]any{"name": "web", "path": "/app/"}},
		{"aws:iam/rolePolicy:RolePolicy", "id", `web:read`, map[string]any{"name": "read", "role": "web"}},
		{"aws:kms/key:Key", "id", `[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`, nil},
		{"aws:kms/alias:Alias", "name", `alias/it-[0-9a-f]{7}`, nil},
		{"aws:secretsmanager/secret:Secret", "id", `arn:aws:secretsmanager:us-east-1:210987654321:secret:db-\w{6}`, map[string]any{"name": "db"}},
		{"aws:ssm/parameter:Parameter", "arn", `arn:aws:ssm:us-east-1:210987654321:parameter/app/x`, map[string]any{"name": "/app/x"}},
		{"aws:s3/bucketV2:BucketV2", "id", `logs`, map[string]any{"bucket": "logs"}},
		{"aws:s3/bucketV2:BucketV2", "bucket", `logs-[0-9a-f]{7}`, map[string]any{"bucketPrefix": "logs-"}},
		{"aws:s3/bucketV2:BucketV2", "bucketRegionalDomainName", `logs\.s3\.us-east-1\.amazonaws\.com`, map[string]any{"bucket": "logs"}},
		{"aws:s3/bucketPolicy:BucketPolicy", "id", `logs`, map[string]any{"bucket": "logs"}},
		{"aws:route53/zone:Zone", "zoneId", `Z[0-9A-Z]{20}`, nil},
		{"aws:route53/record:Record", "id", `Z1_www_A_blue`, map[string]any{"zoneId": "Z1", "name": "www", "type": "A", "setIdentifier": "blue"}},
		{"aws:sns/topic:Topic", "id", `arn:aws:sns:us-east-1:210987654321:it-[0-9a-f]{7}`, nil},
		{"aws:rds/instance:Instance", "endpoint", `app\.c[0-9a-z]{11}\.us-east-1\.rds\.amazonaws\.com:5432`, map[string]any{"identifier": "app"}},
		{"aws:rds/cluster:Cluster", "endpoint", `db-1\.cluster-c[0-9a-z]{11}\.us-east-1\.rds\.amazonaws\.com`, map[string]any{"clusterIdentifier": "db-1", "engine": "aurora-postgresql"}},
		{"aws:rds/cluster:Cluster", "readerEndpoint", `db-1\.cluster-ro-c[0-9a-z]{11}\.us-east-1\.rds\.amazonaws\.com`, map[string]any{"clusterIdentifier": "db-1"}},
		{"aws:rds/cluster:Cluster", "engineVersionActual", `16\.\d`, map[string]any{"engineVersion": "16"}},
		{"aws:rds/clusterInstance:ClusterInstance", "id", `db-1-\d{26}`, map[string]any{"identifierPrefix": "db-1-"}},
		{"aws:rds/clusterEndpoint:ClusterEndpoint", "endpoint", `db-a\.cluster-custom-c[0-9a-z]{11}\.us-east-1\.rds\.amazonaws\.com`, map[string]any{"clusterEndpointIdentifier": "db-a"}},
		{"aws:rds/clusterParameterGroup:ClusterParameterGroup", "arn", `arn:aws:rds:us-east-1:210987654321:cluster-pg:it-[0-9a-f]{7}`, nil},
		{"aws:appautoscaling/target:Target", "id", `cluster:db-1`, map[string]any{"resourceId": "cluster:db-1"}},
		{"aws:elasticache/parameterGroup:ParameterGroup", "id", `cache-[0-9a-f]{7}`, map[string]any{"name": "cache-0a1b2c3", "family": "valkey8"}},
		{"aws:elasticache/parameterGroup:ParameterGroup", "arn", `arn:aws:elasticache:us-east-1:210987654321:parametergroup:cache`, map[string]any{"name": "cache", "family": "valkey8"}},
		{"aws:lb/loadBalancer:LoadBalancer", "dnsName", `web-\d{9}\.us-east-1\.elb\.amazonaws\.com`, map[string]any{"name": "web"}},
		{"aws:eks/cluster:Cluster", "endpoint", `https://[0-9A-F]{32}\.gr7\.us-east-1\.eks\.amazonaws\.com`, nil},
		{"aws:eks/cluster:Cluster", "arn", `arn:aws:eks:us-east-1:210987654321:cluster/cell`, map[string]any{"name": "cell"}},
		{"aws:eks/addon:Addon", "arn", `arn:aws:eks:us-east-1:210987654321:addon/cell/coredns/[0-9a-f-]{36}`, map[string]any{"clusterName": "cell", "addonName": "coredns"}},
		{"aws:eks/podIdentityAssociation:PodIdentityAssociation", "associationArn", `arn:aws:eks:us-east-1:210987654321:podidentityassociation/cell/a-[0-9a-z]{17}`, map[string]any{"clusterName": "cell"}},
		{"aws:eks/accessEntry:AccessEntry", "accessEntryArn", `arn:aws:eks:us-east-1:210987654321:access-entry/cell/role/210987654321/admin/[0-9a-f-]{36}`, map[string]any{"clusterName": "cell", "principalArn": "arn:aws:iam::210987654321:role/ops/admin"}},
		{"aws:eks/accessEntry:AccessEntry", "userName", `arn:aws:sts::210987654321:assumed-role/admin/\{\{SessionName\}\}`, map[string]any{"clusterName": "cell", "principalArn": "arn:aws:iam::210987654321:role/admin"}},
		{"aws:ecr/repository:Repository", "repositoryUrl", `210987654321\.dkr\.ecr\.us-east-1\.amazonaws\.com/app`, map[string]any{"name": "app"}},
		{"aws:sqs/queue:Queue", "id", `https://sqs\.us-east-1\.amazonaws\.com/210987654321/jobs`, map[string]any{"name": "jobs"}},
		{"aws:sqs/queue:Queue", "arn", `arn:aws:sqs:us-east-1:210987654321:it-[0-9a-f]{7}\.fifo`, map[string]any{"fifoQueue": true}},
		{"aws:cloudfront/distribution:Distribution", "domainName", `d[0-9a-z]{13}\.cloudfront\.net`, nil},
		{"aws:cloudfront/distribution:Distribution", "hostedZoneId", `Z2FDTNDATAQYW2`, nil},
		{"aws:cloudfront/originAccessControl:OriginAccessControl", "id", `E[0-9A-Z]{13}`, nil},
		{"aws:wafv2/webAcl:WebAcl", "arn", `arn:aws:wafv2:us-east-1:210987654321:global/webacl/pages/[0-9a-f-]{36}`, map[string]any{"name": "pages", "scope": "CLOUDFRONT"}},
		{"aws:rds/globalCluster:GlobalCluster", "endpoint", `items\.global-[0-9a-z]{12}\.global\.rds\.amazonaws\.com`, map[string]any{"globalClusterIdentifier": "items"}},
		{"aws:rds/globalCluster:GlobalCluster", "arn", `arn:aws:rds::210987654321:global-cluster:items`, map[string]any{"globalClusterIdentifier": "items"}},
		{"aws:ec2/vpcPeeringConnection:VpcPeeringConnection", "id", `pcx-0[0-9a-f]{16}`, nil},
		{"aws:ec2/vpcPeeringConnection:VpcPeeringConnection", "acceptStatus", `pending-acceptance`, nil},
		{"aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter", "acceptStatus", `active`, map[string]any{"vpcPeeringConnectionId": "pcx-1", "autoAccept": true}},
		{"aws:budgets/budget:Budget", "id", `210987654321:monthly`, map[string]any{"name": "monthly"}},
		{"random:index/randomUuid:RandomUuid", "result", `[0-9a-f-]{36}`, nil},
		{"kubernetes:core/v1:Namespace", "id", `it-[0-9a-f]{8}`, nil},
		{"kubernetes:core/v1:Service", "id", `default/it-[0-9a-f]{8}`, nil},
	} {
		t.Run(c.token+" "+c.output, func(t *testing.T) {
			t.Parallel()
			id, outputs := create(t, c.token, "it", c.inputs)
			require.Regexp(t, "^"+c.want+"$", outputs[c.output])
			require.Equal(t, id, outputs["id"])
		})
	}
}

func TestIDsTellNamesAndSeedsApart(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, token := range []string{"aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:kms/key:Key", "aws:s3/bucketV2:BucketV2"} {
		for _, name := range []string{"a", "b", "c"} {
			for _, seed := range []string{"1", "2"} {
				place := here
				place.Seed = seed
				id, _ := lookup(t, token).Create(place, name, nil)
				require.NotContains(t, seen, id)
				seen[id] = token
			}
		}
	}
}

func TestTagsAll(t *testing.T) {
	t.Parallel()
	place := here
	place.DefaultTags = map[string]string{"project": "ladder", "phase": "1"}
	typ := lookup(t, "aws:ec2/vpc:Vpc")
	inputs := props(map[string]any{"tags": map[string]any{"phase": "2", "Name": "net"}})
	want := props(map[string]any{"project": "ladder", "phase": "2", "Name": "net"})

	_, outputs := typ.Create(place, "net", inputs)
	require.Equal(t, want, outputs["tagsAll"].ObjectValue())
	require.Equal(t, want, typ.PlanCreate(place, "net", inputs)["tagsAll"].ObjectValue(), "known in a preview")

	updated := typ.Update(place, "id", outputs, props(map[string]any{}))
	require.Equal(t, props(map[string]any{"project": "ladder", "phase": "1"}), updated["tagsAll"].ObjectValue())
	require.NotContains(t, updated, resource.PropertyKey("tags"))
}

func TestPlanCreate(t *testing.T) {
	t.Parallel()
	plan := lookup(t, "aws:ec2/instance:Instance").PlanCreate(here, "web", props(map[string]any{
		"ami": "ami-1", "instanceType": "t4g.large", "rootBlockDevice": map[string]any{"volumeSize": 20},
	}))
	require.Equal(t, "ami-1", plan["ami"].StringValue())
	for _, name := range []resource.PropertyKey{"id", "arn", "publicIp", "privateIp", "availabilityZone"} {
		require.True(t, plan[name].IsComputed(), name)
	}
	root := plan["rootBlockDevice"].ObjectValue()
	require.InDelta(t, 20, root["volumeSize"].NumberValue(), 0)
	require.True(t, root["volumeId"].IsComputed())
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	update := func(token string, before, after map[string]any) (was, plan, is resource.PropertyMap) {
		typ := lookup(t, token)
		id, was := typ.Create(here, "it", props(before))
		return was, typ.PlanUpdate(here, id, was, props(after)), typ.Update(here, id, was, props(after))
	}
	was, plan, is := update("aws:ec2/launchTemplate:LaunchTemplate", map[string]any{"imageId": "a"}, map[string]any{"imageId": "b"})
	require.InDelta(t, 1, was["latestVersion"].NumberValue(), 0)
	require.True(t, plan["latestVersion"].IsComputed())
	require.InDelta(t, 2, is["latestVersion"].NumberValue(), 0)
	require.Equal(t, was["name"], plan["name"], "a made-up name stays")

	was, plan, is = update("aws:ec2/instance:Instance", map[string]any{"instanceType": "t4g.large"},
		map[string]any{"instanceType": "t4g.xlarge", "rootBlockDevice": map[string]any{"volumeSize": 30}})
	require.True(t, plan["publicIp"].IsComputed(), "a stopped machine loses its address")
	require.NotEqual(t, was["publicIp"], is["publicIp"])
	require.Equal(t, was["privateIp"], plan["privateIp"])
	require.Equal(t, was["rootBlockDevice"].ObjectValue()["volumeId"], is["rootBlockDevice"].ObjectValue()["volumeId"])

	object := func(content string) map[string]any {
		return map[string]any{"bucket": "b", "key": "k", "content": content}
	}
	was, plan, is = update("aws:s3/bucketObjectv2:BucketObjectv2", object("one"), object("two"))
	require.True(t, plan["versionId"].IsComputed())
	require.NotEqual(t, was["etag"], is["etag"])
	require.Equal(t, "b8a9f715dbb64fd5c56e7783c6820a61", is["etag"].StringValue(), "the MD5 of two")
	was, plan, _ = update("aws:s3/bucketObjectv2:BucketObjectv2", object("one"), map[string]any{
		"bucket": "b", "key": "k", "content": "one", "cacheControl": "no-cache",
	})
	require.Equal(t, was["versionId"], plan["versionId"], "the content is the same")
}

func TestObjectChecksumOfAsset(t *testing.T) {
	t.Parallel()
	made, err := asset.FromText("two")
	require.NoError(t, err)
	_, outputs := lookup(t, "aws:s3/bucketObjectv2:BucketObjectv2").Create(here, "o", resource.PropertyMap{
		"bucket": resource.NewStringProperty("b"), "key": resource.NewStringProperty("k"),
		"source": resource.NewAssetProperty(made), "checksumAlgorithm": resource.NewStringProperty("SHA256"),
	})
	require.Equal(t, "b8a9f715dbb64fd5c56e7783c6820a61", outputs["etag"].StringValue())
	require.Equal(t, "P8TM/nRYcOLA2Z9x8w/wZWyN7dQcwdfT03aw2+aF4vM=", outputs["checksumSha256"].StringValue())
}

func TestRandom(t *testing.T) {
	t.Parallel()
	for _, seed := range []string{"1", "2", "3", "4", "5"} {
		place := here
		place.Seed = seed
		typ := lookup(t, "random:index/randomPassword:RandomPassword")
		id, outputs := typ.Create(place, "db", props(map[string]any{
			"length": 24, "special": true, "overrideSpecial": "_%", "upper": false, "minSpecial": 3, "minNumeric": 2,
		}))
		require.Equal(t, "none", id)
		require.True(t, outputs["result"].IsSecret())
		require.True(t, outputs["bcryptHash"].IsSecret())
		password := outputs["result"].SecretValue().Element.StringValue()
		require.Regexp(t, `^[a-z0-9_%]{24}$`, password)
		require.GreaterOrEqual(t, strings.Count(password, "_")+strings.Count(password, "%"), 3)
		require.GreaterOrEqual(t, len(regexp.MustCompile(`\d`).FindAllString(password, -1)), 2)
		hash := outputs["bcryptHash"].SecretValue().Element.StringValue()
		require.NoError(t, bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)))
	}
	_, outputs := create(t, "random:index/randomInteger:RandomInteger", "n", map[string]any{"min": 5, "max": 9})
	require.GreaterOrEqual(t, outputs["result"], 5.0)
	require.LessOrEqual(t, outputs["result"], 9.0)
	_, outputs = create(t, "random:index/randomPet:RandomPet", "p", map[string]any{"length": 3, "prefix": "web", "separator": "_"})
	require.Regexp(t, `^web_[a-z]+_[a-z]+_[a-z]+$`, outputs["id"])
	_, outputs = create(t, "random:index/randomShuffle:RandomShuffle", "s", map[string]any{"inputs": []any{"a", "b", "c"}})
	require.ElementsMatch(t, []any{"a", "b", "c"}, outputs["results"])
	_, outputs = create(t, "random:index/randomId:RandomId", "i", map[string]any{"byteLength": 4, "prefix": "x-"})
	require.Regexp(t, `^x-[0-9a-f]{8}$`, outputs["hex"])
}

func TestKeyPolicyIsJSON(t *testing.T) {
	t.Parallel()
	_, outputs := create(t, "aws:kms/key:Key", "k", nil)
	var policy map[string]any
	require.NoError(t, json.Unmarshal([]byte(outputs["policy"].(string)), &policy))
	require.Contains(t, outputs["policy"], "210987654321")
}

func TestLookup(t *testing.T) {
	t.Parallel()
	_, err := facts.Lookup("aws:ec2/vcp:Vcp")
	require.ErrorContains(t, err, `"aws:ec2/vcp:Vcp"`)
	require.ErrorContains(t, err, "aws:ec2/vpc:Vpc")
	require.ErrorContains(t, err, "go run ./internal/facts/gen -from")
	require.IsNonDecreasing(t, facts.Tokens())
	require.True(t, lookup(t, "aws:ebs/volume:Volume").Stateful())
	require.False(t, lookup(t, "aws:ec2/instance:Instance").Stateful())
}

// Each resource of a graph is asked for, components among them: what is near is looked for when somebody reads it.
func TestAskingForAnUnknownTypeIsCheap(t *testing.T) { //nolint:paralleltest // allocations are those of the process
	known := func() { _, _ = facts.Lookup("ladder:vm:VM") }
	require.Less(t, testing.AllocsPerRun(10, known), 10.0)
}

func TestZones(t *testing.T) {
	t.Parallel()
	zones, err := facts.Zones("us-west-2")
	require.NoError(t, err)
	require.Equal(t, []string{"us-west-2a", "us-west-2b", "us-west-2c", "us-west-2d"}, zones)
	_, err = facts.Zones("us-north-1")
	require.ErrorContains(t, err, `"us-north-1"`)
	require.ErrorContains(t, err, "eu-west-1")
}

func TestDefaultTags(t *testing.T) {
	t.Parallel()
	want := map[string]string{"project": "ladder"}
	nested := props(map[string]any{"defaultTags": map[string]any{"tags": map[string]any{"project": "ladder"}}})
	encoded := props(map[string]any{"defaultTags": `{"tags":{"project":"ladder"}}`})
	require.Equal(t, want, facts.DefaultTags(nested))
	require.Equal(t, want, facts.DefaultTags(encoded))
	encoded["defaultTags"] = resource.MakeSecret(encoded["defaultTags"])
	require.Equal(t, want, facts.DefaultTags(encoded))
	require.Empty(t, facts.DefaultTags(nil))
}

// A cluster's own security group and service addresses are read out of objects that are otherwise given, and stay.
func TestComputedFieldsOfACluster(t *testing.T) {
	t.Parallel()
	typ := lookup(t, "aws:eks/cluster:Cluster")
	inputs := props(map[string]any{"name": "cell", "roleArn": "r", "vpcConfig": map[string]any{"subnetIds": []any{"s"}}})
	planned := typ.PlanCreate(here, "cell", inputs)
	require.True(t, planned["vpcConfig"].ObjectValue()["clusterSecurityGroupId"].IsComputed())
	id, outputs := typ.Create(here, "cell", inputs)
	group := facts.Text(outputs, "vpcConfig.clusterSecurityGroupId")
	require.Regexp(t, `^sg-0[0-9a-f]{16}$`, group)
	require.Equal(t, "172.20.0.0/16", facts.Text(outputs, "kubernetesNetworkConfig.serviceIpv4Cidr"))
	inputs["version"] = resource.NewStringProperty("1.34")
	updated := typ.Update(here, id, outputs, inputs)
	require.Equal(t, group, facts.Text(updated, "vpcConfig.clusterSecurityGroupId"))
}
