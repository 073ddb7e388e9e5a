package facts_test

import (
	"maps"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/facts"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	const (
		subnet  = "aws:ec2/subnet:Subnet"
		machine = "aws:ec2/instance:Instance"
		rule    = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	)
	type in = map[string]any
	ingress := func(changes in) in {
		inputs := in{"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "0.0.0.0/0"}
		maps.Copy(inputs, changes)
		return inputs
	}
	for _, c := range []struct {
		name, token string
		inputs      in
		want        facts.Problem
	}{
		{
			"unknown name", machine,
			in{"instanceTyp": "t4g.large"},
			facts.Problem{Property: "instanceTyp", Got: `string "t4g.large"`, Want: `a known input, perhaps "instanceType"; see the type's page for the others`},
		},
		{
			"unknown nested name", machine,
			in{"rootBlockDevice": in{"size": 8}},
			facts.Problem{Property: "rootBlockDevice.size", Got: "number 8", Want: `a known input, perhaps "volumeSize"; see the type's page for the others`},
		},
		{
			"missing", subnet,
			in{"cidrBlock": "10.0.0.0/24"},
			facts.Problem{Property: "vpcId", Got: "nothing", Want: "a string: the input is required"},
		},
		{
			"missing list", "aws:rds/subnetGroup:SubnetGroup",
			in{},
			facts.Problem{Property: "subnetIds", Got: "nothing", Want: "a list of strings: the input is required"},
		},
		{
			"missing nested", machine,
			in{"networkInterfaces": []any{in{"networkInterfaceId": "eni-1"}}},
			facts.Problem{Property: "networkInterfaces[0].deviceIndex", Got: "nothing", Want: "a whole number: the input is required"},
		},
		{
			"string for a number", rule, ingress(in{"fromPort": "443"}),
			facts.Problem{Property: "fromPort", Got: `string "443"`, Want: "a whole number"},
		},
		{
			"fraction for a whole number", rule, ingress(in{"toPort": 443.5}),
			facts.Problem{Property: "toPort", Got: "number 443.5", Want: "a whole number"},
		},
		{
			"object for a list", machine,
			in{"vpcSecurityGroupIds": in{"a": "b"}},
			facts.Problem{Property: "vpcSecurityGroupIds", Got: "object", Want: "a list of strings"},
		},
		{
			"number in a list of strings", machine,
			in{"vpcSecurityGroupIds": []any{"sg-1", 2}},
			facts.Problem{Property: "vpcSecurityGroupIds[1]", Got: "number 2", Want: "a string"},
		},
		{
			"broken address range", subnet,
			in{"vpcId": "v", "cidrBlock": "10.0.0.0/33"},
			facts.Problem{Property: "cidrBlock", Got: `string "10.0.0.0/33"`, Want: "an address block such as 10.0.0.0/16"},
		},
		{
			"bits after the prefix", subnet,
			in{"vpcId": "v", "cidrBlock": "10.0.0.1/24"},
			facts.Problem{Property: "cidrBlock", Got: `string "10.0.0.1/24"`, Want: "no bits set after the prefix: 10.0.0.0/24"},
		},
		{
			"too small a subnet", subnet,
			in{"vpcId": "v", "cidrBlock": "10.0.0.0/29"},
			facts.Problem{Property: "cidrBlock", Got: `string "10.0.0.0/29"`, Want: "a prefix length of /16 to /28"},
		},
		{
			"no such zone", subnet,
			in{"vpcId": "v", "availabilityZone": "eu-west-1d"},
			facts.Problem{Property: "availabilityZone", Got: `string "eu-west-1d"`, Want: "one of eu-west-1a, eu-west-1b, eu-west-1c"},
		},
		{
			"port", rule, ingress(in{"toPort": 70000}),
			facts.Problem{Property: "toPort", Got: "number 70000", Want: "-1 to 65535"},
		},
		{
			"ports in the wrong order", rule, ingress(in{"fromPort": 444}),
			facts.Problem{Property: "toPort", Got: "443", Want: "at least fromPort, which is 444"},
		},
		{
			"protocol", rule, ingress(in{"ipProtocol": "http"}),
			facts.Problem{Property: "ipProtocol", Got: `string "http"`, Want: "tcp, udp, icmp, icmpv6, a protocol number 0 to 255, or -1 for all"},
		},
		{
			"two peers", rule, ingress(in{"prefixListId": "pl-1"}),
			facts.Problem{
				Property: "cidrIpv4", Got: "2 peers [cidrIpv4 prefixListId]",
				Want: "exactly one of cidrIpv4, cidrIpv6, prefixListId and referencedSecurityGroupId",
			},
		},
		{
			"policy that is no JSON", "aws:iam/rolePolicy:RolePolicy",
			in{"role": "r", "policy": "{"},
			facts.Problem{Property: "policy", Got: `string "{"`, Want: "the text of a JSON object"},
		},
		{
			"kubernetes", "kubernetes:apps/v1:Deployment",
			in{"spec": in{"selector": in{}}},
			facts.Problem{Property: "spec.template", Got: "nothing", Want: "an object: the input is required"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, []facts.Problem{c.want}, lookup(t, c.token).Check(props(c.inputs)))
		})
	}
}

func TestCheckAllAtOnceSorted(t *testing.T) {
	t.Parallel()
	problems := lookup(t, "aws:ec2/subnet:Subnet").Check(props(map[string]any{"zone": "a", "cidrBlock": 5}))
	var where []string
	for _, p := range problems {
		where = append(where, p.Property)
	}
	require.Equal(t, []string{"cidrBlock", "vpcId", "zone"}, where)
}

func TestCheckSecretAndUnknown(t *testing.T) {
	t.Parallel()
	typ := lookup(t, "aws:ec2/subnet:Subnet")
	unknown := resource.MakeComputed(resource.NewStringProperty(""))
	require.Empty(t, typ.Check(resource.PropertyMap{"vpcId": unknown, "cidrBlock": resource.MakeSecret(unknown)}))
	require.Empty(t, typ.Check(resource.PropertyMap{"vpcId": unknown, "tags": resource.MakeOutput(unknown)}))

	problems := typ.Check(resource.PropertyMap{
		"vpcId": unknown, "cidrBlock": resource.MakeSecret(resource.NewStringProperty("hunter2")),
	})
	require.Equal(t, []facts.Problem{
		{Property: "cidrBlock", Got: "a secret string", Want: "an address block such as 10.0.0.0/16"},
	}, problems)
}
