package simcloud_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

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

// TestHeld is what AWS refuses to delete, row by row: refused while the holder stands, done when it is gone.
func TestHeld(t *testing.T) {
	t.Parallel()
	rows := map[string]row{}
	for _, some := range []map[string]row{networkRows, trafficRows, storeRows, edgeRows} {
		maps.Copy(rows, some)
	}
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

var networkRows = map[string]row{
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
}
