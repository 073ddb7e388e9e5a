package simcloud_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ladder-iac/ladder/internal/facts"
	"github.com/ladder-iac/ladder/internal/simcloud"
)

// world is a cloud with resources that tests make by type and delete again.
type world struct {
	t      *testing.T
	cloud  *simcloud.Cloud
	client pulumirpc.ResourceProviderClient
}

// thing is a resource that exists.
type thing struct {
	typ, name, id string
	inputs        props
	outputs       resource.PropertyMap
}

func newWorld(t *testing.T) world {
	t.Helper()
	cloud := open(t, t.TempDir())
	cloud.SetPatience(0)
	return world{t, cloud, aws(t, serve(t, cloud), "us-east-1")}
}

func (w world) make(typ, name string, inputs props) thing {
	w.t.Helper()
	made := must(create(w.t, w.client, typ, name, inputs))(w.t)
	return thing{typ, name, made.GetId(), inputs, unwire(w.t, made.GetProperties())}
}

func (w world) update(was thing, inputs props) (thing, error) {
	w.t.Helper()
	made, err := w.client.Update(w.t.Context(), &pulumirpc.UpdateRequest{
		Urn: urn(was.typ, was.name), Id: was.id, Olds: w.wired(was), OldInputs: wire(w.t, was.inputs), News: wire(w.t, inputs),
	})
	if err != nil {
		return was, err
	}
	return thing{was.typ, was.name, was.id, inputs, unwire(w.t, made.GetProperties())}, nil
}

func (w world) delete(x thing) error {
	w.t.Helper()
	_, err := w.client.Delete(w.t.Context(), w.deletion(x))
	return err
}

func (w world) deletion(x thing) *pulumirpc.DeleteRequest {
	return &pulumirpc.DeleteRequest{Urn: urn(x.typ, x.name), Id: x.id, Properties: w.wired(x)}
}

func (w world) wired(x thing) *structpb.Struct {
	w.t.Helper()
	made, err := plugin.MarshalProperties(x.outputs, plugin.MarshalOptions{KeepSecrets: true})
	require.NoError(w.t, err)
	return made
}

// refused holds an error to AWS's code and to what a reader needs: what, the value, who, the way out.
func refused(t *testing.T, err error, code string, parts ...string) {
	t.Helper()
	require.Equal(t, codes.FailedPrecondition, status.Code(err), "%v", err)
	for _, part := range append(parts, ": "+code+": ", "want ") {
		require.ErrorContains(t, err, part)
	}
}

func (x thing) subject() string { return x.typ + ` "` + x.name + `"` }

// row makes resources in order; the last one holds the one called held. In inputs "$x" is the id of the resource
// x, "$x.arn" an output of it.
type row struct {
	makes []made
	held  string
	code  string // AWS's
}

type made struct {
	name, typ string
	inputs    props
}

var (
	aNetwork = made{"net", vpcType, props{"cidrBlock": "10.0.0.0/16"}}
	aSubnet  = made{"subnet", subnetType, props{"vpcId": "$net", "cidrBlock": "10.0.0.0/24"}}
	aGroup   = made{"group", groupType, props{"vpcId": "$net"}}
	anEIP    = made{"address", "aws:ec2/eip:Eip", props{"domain": "vpc"}}
	aTarget  = made{"targets", targetsType, props{"port": 80, "protocol": "HTTP", "vpcId": "$net"}}
	anEdge   = made{"edge", balancerType, props{"subnets": []any{"$subnet"}, "internal": true}}
	aGateway = made{"gateway", "aws:ec2/internetGateway:InternetGateway", props{"vpcId": "$net"}}
	aBucket  = made{"files", bucketType, props{}}
	aRole    = made{"role", roleType, props{"assumeRolePolicy": trust}}
)

const (
	targetsType  = "aws:lb/targetGroup:TargetGroup"
	balancerType = "aws:lb/loadBalancer:LoadBalancer"
	databaseType = "aws:rds/instance:Instance"
	clusterType  = "aws:rds/cluster:Cluster"
	cacheType    = "aws:elasticache/replicationGroup:ReplicationGroup"
)

var rows = map[string]row{
	"network of a subnet":    {[]made{aNetwork, aSubnet}, "net", "DependencyViolation"},
	"network of a group":     {[]made{aNetwork, aGroup}, "net", "DependencyViolation"},
	"network of its gateway": {[]made{aNetwork, aGateway}, "net", "DependencyViolation"},
	"subnet of a machine": {
		[]made{aNetwork, aSubnet, {"machine", instanceType, props{"subnetId": "$subnet"}}}, "subnet", "DependencyViolation",
	},
	"subnet of a balancer": {[]made{aNetwork, aSubnet, anEdge}, "subnet", "DependencyViolation"},
	"subnet of a database": {[]made{
		aNetwork, aSubnet,
		{"subnets", "aws:rds/subnetGroup:SubnetGroup", props{"subnetIds": []any{"$subnet"}}},
		{"db", databaseType, props{"dbSubnetGroupName": "$subnets.name"}},
	}, "subnet", "DependencyViolation"},
	"subnet of scaled machines": {[]made{
		aNetwork, aSubnet,
		{"fleet", "aws:autoscaling/group:Group", props{"vpcZoneIdentifiers": []any{"$subnet"}, "desiredCapacity": 2}},
	}, "subnet", "DependencyViolation"},
	"group of a machine": {
		[]made{aNetwork, aGroup, {"machine", instanceType, props{"vpcSecurityGroupIds": []any{"$group"}}}},
		"group", "DependencyViolation",
	},
	"group that another group's rule names": {[]made{
		aNetwork, aGroup,
		{"other", groupType, props{"vpcId": "$net"}},
		{"rule", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", props{
			"securityGroupId": "$other", "referencedSecurityGroupId": "$group", "ipProtocol": "-1",
		}},
	}, "group", "DependencyViolation"},
	"group of scaled machines": {[]made{
		aNetwork, aGroup,
		{"template", "aws:ec2/launchTemplate:LaunchTemplate", props{"vpcSecurityGroupIds": []any{"$group"}}},
		{"fleet", "aws:autoscaling/group:Group", props{"launchTemplate": props{"id": "$template"}, "desiredCapacity": 2}},
	}, "group", "DependencyViolation"},
	"address of a NAT gateway": {[]made{
		aNetwork, aSubnet, anEIP, {"nat", "aws:ec2/natGateway:NatGateway", props{"allocationId": "$address", "subnetId": "$subnet"}},
	}, "address", "InvalidIPAddress.InUse"},
	"internet gateway with a NAT gateway's address": {[]made{
		aNetwork, aSubnet, aGateway, anEIP,
		{"nat", "aws:ec2/natGateway:NatGateway", props{"allocationId": "$address", "subnetId": "$subnet"}},
	}, "gateway", "DependencyViolation"},
	"internet gateway with a machine's address": {[]made{
		aNetwork, aSubnet, aGateway,
		{"machine", instanceType, props{"subnetId": "$subnet", "associatePublicIpAddress": true}},
	}, "gateway", "DependencyViolation"},
	"internet gateway with an associated address": {[]made{
		aNetwork, aSubnet, aGateway, anEIP,
		{"machine", instanceType, props{"subnetId": "$subnet"}},
		{"link", "aws:ec2/eipAssociation:EipAssociation", props{"allocationId": "$address", "instanceId": "$machine"}},
	}, "gateway", "DependencyViolation"},
	"internet gateway with a public balancer": {
		[]made{aNetwork, aSubnet, aGateway, {"edge", balancerType, props{"subnets": []any{"$subnet"}}}},
		"gateway", "DependencyViolation",
	},
	"volume in a machine": {[]made{
		{"disk", "aws:ebs/volume:Volume", props{"availabilityZone": "us-east-1a"}},
		{"machine", instanceType, props{}},
		{"link", "aws:ec2/volumeAttachment:VolumeAttachment", props{"volumeId": "$disk", "instanceId": "$machine"}},
	}, "disk", "VolumeInUse"},
	"target group of a listener": {[]made{
		aNetwork, aSubnet, aTarget, anEdge,
		{"listener", "aws:lb/listener:Listener", props{
			"loadBalancerArn": "$edge.arn",
			"defaultActions":  []any{props{"type": "forward", "targetGroupArn": "$targets.arn"}},
		}},
	}, "targets", "ResourceInUse"},
	"target group of a rule, of weight 0": {[]made{
		aNetwork, aSubnet, aTarget, anEdge,
		{"listener", "aws:lb/listener:Listener", props{"loadBalancerArn": "$edge.arn"}},
		{"rule", "aws:lb/listenerRule:ListenerRule", props{
			"listenerArn": "$listener.arn", "actions": []any{props{"type": "forward", "forward": props{
				"targetGroups": []any{props{"arn": "$targets.arn", "weight": 0}},
			}}},
		}},
	}, "targets", "ResourceInUse"},
	"certificate of a listener": {[]made{
		aNetwork, aSubnet, anEdge,
		{"tls", "aws:acm/certificate:Certificate", props{"domainName": "example.com"}},
		{"listener", "aws:lb/listener:Listener", props{"loadBalancerArn": "$edge.arn", "certificateArn": "$tls.arn"}},
	}, "tls", "ResourceInUseException"},
	"zone with a record": {[]made{
		{"zone", "aws:route53/zone:Zone", props{"name": "example.com"}},
		{"record", "aws:route53/record:Record", props{"zoneId": "$zone", "name": "www", "type": "A"}},
	}, "zone", "HostedZoneNotEmpty"},
	"role with a policy": {
		[]made{aRole, {"policy", "aws:iam/rolePolicy:RolePolicy", props{"role": "$role.name", "policy": trust}}},
		"role", "DeleteConflict",
	},
	"role with a policy of AWS": {[]made{
		aRole, {"policy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", props{
			"role": "$role.name", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
		}},
	}, "role", "DeleteConflict"},
	"bucket with a file": {
		[]made{aBucket, {"file", objectType, props{"bucket": "$files", "key": "k", "content": "1"}}}, "files", "BucketNotEmpty",
	},
	"subnet group of a database": {[]made{
		{"subnets", "aws:rds/subnetGroup:SubnetGroup", props{}},
		{"db", databaseType, props{"dbSubnetGroupName": "$subnets.name"}},
	}, "subnets", "InvalidDBSubnetGroupStateFault"},
	"parameters of a database": {[]made{
		{"params", "aws:rds/parameterGroup:ParameterGroup", props{"family": "postgres17"}},
		{"db", databaseType, props{"parameterGroupName": "$params.name"}},
	}, "params", "InvalidDBParameterGroupState"},
	"parameters of a cluster": {[]made{
		{"params", "aws:rds/clusterParameterGroup:ClusterParameterGroup", props{"family": "aurora-postgresql17"}},
		{"db", clusterType, props{"dbClusterParameterGroupName": "$params.name"}},
	}, "params", "InvalidDBParameterGroupState"},
	"cluster with an instance": {[]made{
		{"db", clusterType, props{"engine": "aurora-postgresql"}},
		{"writer", "aws:rds/clusterInstance:ClusterInstance", props{"clusterIdentifier": "$db.clusterIdentifier"}},
	}, "db", "InvalidDBClusterStateFault"},
	"subnet group of a cache": {[]made{
		{"subnets", "aws:elasticache/subnetGroup:SubnetGroup", props{}},
		{"cache", cacheType, props{"subnetGroupName": "$subnets.name"}},
	}, "subnets", "CacheSubnetGroupInUse"},
	"parameters of a cache": {[]made{
		{"params", "aws:elasticache/parameterGroup:ParameterGroup", props{"family": "valkey8"}},
		{"cache", cacheType, props{"parameterGroupName": "$params.name"}},
	}, "params", "InvalidCacheParameterGroupState"},
	"users of a cache": {[]made{
		{"users", "aws:elasticache/userGroup:UserGroup", props{"userGroupId": "app"}},
		{"cache", cacheType, props{"userGroupIds": []any{"$users.userGroupId"}}},
	}, "users", "InvalidUserGroupState"},
	"alarm in a composite alarm": {[]made{
		{"load", "aws:cloudwatch/metricAlarm:MetricAlarm", props{"name": "load"}},
		{"all", "aws:cloudwatch/compositeAlarm:CompositeAlarm", props{"alarmName": "all", "alarmRule": `ALARM("load")`}},
	}, "load", "ValidationError"},
	"rule with a target": {[]made{
		{"nightly", "aws:cloudwatch/eventRule:EventRule", props{"scheduleExpression": "rate(1 day)"}},
		{"start", "aws:cloudwatch/eventTarget:EventTarget", props{"rule": "$nightly.name", "arn": "arn:aws:ssm:us-east-1::x"}},
	}, "nightly", "ValidationException"},
}

// TestHeld is what AWS refuses to delete, row by row: refused while the holder stands, done when it is gone.
func TestHeld(t *testing.T) {
	t.Parallel()
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			things := map[string]thing{}
			for _, m := range row.makes {
				things[m.name] = w.make(m.typ, m.name, filled(m.inputs, things).(props))
			}
			held, holder := things[row.held], things[row.makes[len(row.makes)-1].name]
			refused(t, w.delete(held), row.code, held.subject(), held.id, holder.subject()+" has ")
			_, stands := w.cloud.Lookup(urn(held.typ, held.name))
			require.True(t, stands)
			require.NoError(t, w.delete(holder))
			require.NoError(t, w.delete(held))
			_, stands = w.cloud.Lookup(urn(held.typ, held.name))
			require.False(t, stands)
		})
	}
}

// filled puts what exists in place of "$x" and "$x.output".
func filled(v any, things map[string]thing) any {
	switch v := v.(type) {
	case string:
		name, output, isOutput := strings.Cut(strings.TrimPrefix(v, "$"), ".")
		x, ok := things[name]
		switch {
		case !strings.HasPrefix(v, "$") || !ok:
			return v
		case isOutput:
			return x.outputs[resource.PropertyKey(output)].StringValue()
		}
		return x.id
	case []any:
		list := []any{}
		for _, element := range v {
			list = append(list, filled(element, things))
		}
		return list
	case props:
		object := props{}
		for key, field := range v {
			object[key] = filled(field, things)
		}
		return object
	}
	return v
}

// TestEveryReference takes each input that the facts call a reference: a missing name is refused, and the hold is
// what the facts say.
func TestEveryReference(t *testing.T) {
	t.Parallel()
	for _, token := range facts.Tokens() {
		typ, err := facts.Lookup(token)
		require.NoError(t, err)
		for _, ref := range typ.Names() {
			to, err := facts.Lookup(ref.To)
			require.NoError(t, err)
			target, ok := to.Target()
			require.True(t, ok)
			for _, by := range target.By {
				t.Run(token+" "+ref.Path+" by "+by, func(t *testing.T) {
					t.Parallel()
					w := newWorld(t)
					missingName(w, token, ref, target)
					named := w.target(ref.To, "it", by, nil)
					holds(w, token, ref, target, named, facts.Text(named.outputs, by))
				})
			}
		}
	}
}

// target makes what a reference names.
func (w world) target(token, name, by string, inputs props) thing {
	w.t.Helper()
	typ, err := facts.Lookup(token)
	require.NoError(w.t, err)
	all := props{}
	maps.Copy(all, inputs)
	if typ.HasInput(by) && by != "arn" {
		all[by] = name + "-given"
	}
	return w.make(token, name, all)
}

// missingName expects the refusal of a name that nothing has, when it can be told.
func missingName(w world, token string, ref facts.Reference, target facts.Target) {
	w.t.Helper()
	gone := target.Form + "0123456789abcdef0"
	if service, prefix, isARN := strings.Cut(target.Form, ":"); isARN {
		gone = "arn:aws:" + service + ":us-east-1:" + simcloud.Account + ":" + prefix + "gone"
	}
	if !target.Own(simcloud.Account, gone) {
		require.Empty(w.t, target.Missing.Code)
		return
	}
	_, err := create(w.t, w.client, token, "lost", input(ref, gone))
	refused(w.t, err, target.Missing.Code, "creating "+token+` "lost"`, gone, strings.ReplaceAll(ref.Path, "[*]", "[0]")+": got ", ref.To)
	_, stands := w.cloud.Lookup(urn(token, "lost"))
	require.False(w.t, stands)

	was := w.make(token, "changed", props{})
	_, err = w.update(was, input(ref, gone))
	refused(w.t, err, target.Missing.Code, "updating "+token+` "changed"`, gone)
	require.NoError(w.t, w.delete(was))
}

// holds expects of a deletion what the hold says.
func holds(w world, token string, ref facts.Reference, target facts.Target, named thing, name string) {
	w.t.Helper()
	inputs := input(ref, name)
	if ref.While != "" {
		inputs[ref.While] = 2
	}
	holder := w.make(token, "holder", inputs)
	last := holder
	switch ref.Hold {
	case facts.Belongs:
		require.NoError(w.t, w.delete(named), ref.Why)
		return
	case facts.Uses:
		if ref.Unless != "" {
			cleared := w.target(named.typ, "cleared", target.By[0], props{ref.Unless: true})
			w.make(token, "gone-along", input(ref, facts.Text(cleared.outputs, target.By[0])))
			require.NoError(w.t, w.delete(cleared))
		}
	case facts.Passes:
		last = user(w, holder)
	}
	refused(w.t, w.delete(named), target.InUse.Code, last.subject())
	require.NoError(w.t, w.delete(last))
	require.NoError(w.t, w.delete(named))
}

// user makes something that uses a group or template, which by itself holds nothing.
func user(w world, of thing) thing {
	w.t.Helper()
	from := facts.Naming(of.typ)[0]
	typ, err := facts.Lookup(from)
	require.NoError(w.t, err)
	to, err := facts.Lookup(of.typ)
	require.NoError(w.t, err)
	target, _ := to.Target()
	for _, ref := range typ.Names() {
		if ref.To == of.typ {
			inputs := input(ref, facts.Text(of.outputs, target.By[0]))
			inputs["desiredCapacity"] = 1
			return w.make(from, "user", inputs)
		}
	}
	require.Fail(w.t, "nothing uses a "+of.typ)
	return thing{}
}

// input gives inputs with the name at the reference's path.
func input(ref facts.Reference, name string) props {
	if ref.Within != nil {
		for _, text := range []string{`ALARM("%s")`, "cluster:%s", "replication-group/%s"} {
			if text = strings.Replace(text, "%s", name, 1); ref.Within.MatchString(text) {
				name = text
				break
			}
		}
	}
	var value any = name
	parts := strings.Split(ref.Path, ".")
	for _, part := range slices.Backward(parts) {
		key, isList := strings.CutSuffix(part, "[*]")
		if isList {
			value = []any{value}
		}
		value = props{key: value}
	}
	return value.(props)
}

// AWS refuses to delete what is protected, until the protection is lifted by an update.
func TestDeletionProtection(t *testing.T) {
	t.Parallel()
	for typ, want := range map[string]struct{ property, code string }{
		balancerType: {"enableDeletionProtection", "OperationNotPermitted"},
		databaseType: {"deletionProtection", "InvalidParameterCombination"},
		clusterType:  {"deletionProtection", "InvalidParameterCombination"},
	} {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			x := w.make(typ, "it", props{want.property: true})
			refused(t, w.delete(x), want.code, x.subject(), want.property+": got true, want false")
			x, err := w.update(x, props{want.property: false})
			require.NoError(t, err)
			require.NoError(t, w.delete(x))
		})
	}
}

// Names that were there before are not asked for again: AWS looks at what an update changes.
func TestUpdateKeepsNamesThatAreGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	role := w.make(roleType, "role", props{"assumeRolePolicy": trust})
	lifecycle := props{"executionRoleArn": facts.Text(role.outputs, "arn"), "description": "a"}
	policy := w.make("aws:dlm/lifecyclePolicy:LifecyclePolicy", "policy", lifecycle)
	require.NoError(t, w.delete(role))
	lifecycle["description"] = "b"
	_, err := w.update(policy, lifecycle)
	require.NoError(t, err)
}

// An ARN says itself in which region to look, an id does not.
func TestReferencesAcrossRegions(t *testing.T) {
	t.Parallel()
	servers := serve(t, open(t, t.TempDir()))
	east, west := aws(t, servers, "us-east-1"), aws(t, servers, "us-west-2")
	key := must(create(t, east, "aws:kms/key:Key", "key", props{}))(t)
	subnet := must(create(t, east, subnetType, "subnet", props{"cidrBlock": "10.0.0.0/24"}))(t)
	arn := unwire(t, key.GetProperties())["arn"].StringValue()
	must(create(t, west, "aws:ebs/volume:Volume", "disk", props{"kmsKeyId": arn}))(t)
	_, err := create(t, west, instanceType, "machine", props{"subnetId": subnet.GetId()})
	refused(t, err, "InvalidSubnetID.NotFound", subnet.GetId())
	must(create(t, east, instanceType, "machine", props{"subnetId": subnet.GetId()}))(t)

	bucket := must(create(t, east, bucketType, "files", props{"bucket": "shared"}))(t)
	must(create(t, west, objectType, "file", props{"bucket": "shared", "key": "k", "content": "1"}))(t)
	_, err = east.Delete(t.Context(), &pulumirpc.DeleteRequest{
		Urn: urn(bucketType, "files"), Id: bucket.GetId(), Properties: bucket.GetProperties(),
	})
	refused(t, err, "BucketNotEmpty", objectType)
}

// Every mistake is named at once.
func TestMissingNamesTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := create(t, w.client, instanceType, "machine", props{
		"subnetId": "subnet-0123456789abcdef0", "vpcSecurityGroupIds": []any{"sg-0123456789abcdef0"}, "iamInstanceProfile": "web",
	})
	refused(t, err, "InvalidSubnetID.NotFound", `vpcSecurityGroupIds[0]: got "sg-0123456789abcdef0"`, `iamInstanceProfile: got "web"`)
}

// What many hold names a few of them and counts the rest.
func TestManyHolders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	net := w.make(vpcType, "net", props{"cidrBlock": "10.0.0.0/16"})
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		w.make(subnetType, name, props{"vpcId": net.id})
	}
	refused(t, w.delete(net), "DependencyViolation", "and 2 more")
}

// waiting has a network that a subnet holds, and patience.
func waiting(t *testing.T) (w world, net, subnet thing) {
	t.Helper()
	w = newWorld(t)
	net = w.make(vpcType, "net", props{"cidrBlock": "10.0.0.0/16"})
	subnet = w.make(subnetType, "subnet", props{"vpcId": net.id})
	w.cloud.SetPatience(time.Minute)
	return w, net, subnet
}

// The engine deletes at once what does not name each other: a deletion waits for the holder to go.
func TestDeletionWaitsForItsHolder(t *testing.T) {
	t.Parallel()
	w, net, subnet := waiting(t)
	done := make(chan error)
	go func() {
		_, err := w.client.Delete(t.Context(), w.deletion(net))
		done <- err
	}()
	select {
	case err := <-done:
		require.Fail(t, "it did not wait", "%v", err)
	case <-time.After(100 * time.Millisecond):
	}
	require.NoError(t, w.delete(subnet), "others go on meanwhile")
	require.NoError(t, <-done)
}

func TestWaitingDeletionIsCancelled(t *testing.T) {
	t.Parallel()
	w, net, _ := waiting(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := w.client.Delete(ctx, w.deletion(net))
	require.Equal(t, codes.DeadlineExceeded, status.Code(err), "the caller's own end")

	done := make(chan error)
	go func() {
		_, err := w.client.Delete(t.Context(), w.deletion(net))
		done <- err
	}()
	time.Sleep(50 * time.Millisecond) // until it waits
	_, err = w.client.Cancel(t.Context(), &emptypb.Empty{})
	require.NoError(t, err)
	err = <-done
	require.Equal(t, codes.Canceled, status.Code(err))
	require.ErrorContains(t, err, `aws:ec2/vpc:Vpc "net": cancelled at delete`)
}

// Secrets Manager keeps the name of a secret for its recovery window; a window of 0 frees it at once.
func TestNameOfADeletedSecret(t *testing.T) {
	t.Parallel()
	const secretType = "aws:secretsmanager/secret:Secret"
	w := newWorld(t)
	kept := w.make(secretType, "kept", props{"name": "db", "recoveryWindowInDays": 7})
	require.NoError(t, w.delete(kept))
	_, stands := w.cloud.Lookup(urn(secretType, "kept"))
	require.False(t, stands)
	_, err := create(t, w.client, secretType, "again", props{"name": "db"})
	require.Equal(t, codes.AlreadyExists, status.Code(err))
	require.ErrorContains(t, err, "already scheduled for deletion")
	require.ErrorContains(t, err, `name: got "db", want another name, or wait until`)
	_, err = create(t, w.client, "aws:secretsmanager/secretVersion:SecretVersion", "value", props{"secretId": kept.id})
	refused(t, err, "ResourceNotFoundException", kept.id)

	freed := w.make(secretType, "freed", props{"name": "other", "recoveryWindowInDays": 0})
	require.NoError(t, w.delete(freed))
	w.make(secretType, "again", props{"name": "other"})
}
