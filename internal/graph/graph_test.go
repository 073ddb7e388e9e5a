package graph_test

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// resource is any resource: the tests need no SDK of a provider.
type resource struct {
	pulumi.CustomResourceState
	ARN    pulumi.StringOutput `pulumi:"arn"`
	Result pulumi.StringOutput `pulumi:"result"`
}

// component is a component without children of its own.
type component struct{ pulumi.ResourceState }

func register(
	ctx *pulumi.Context, token, name string, inputs pulumi.Map, opts ...pulumi.ResourceOption,
) (*resource, error) {
	r := &resource{}
	return r, ctx.RegisterResource(token, name, inputs, r, opts...)
}

const (
	vpcType    = "aws:ec2/vpc:Vpc"
	subnetType = "aws:ec2/subnet:Subnet"
	volumeType = "aws:ebs/volume:Volume"
	groupType  = "aws:ec2/securityGroup:SecurityGroup"
	passType   = "random:index/randomPassword:RandomPassword"
	secretType = "aws:secretsmanager/secretVersion:SecretVersion"
)

// program is a network with a subnet and a volume in a component; the config says how.
func program(ctx *pulumi.Context) error {
	get := func(key, otherwise string) pulumi.String {
		if value, given := ctx.GetConfig("test:" + key); given {
			return pulumi.String(value)
		}
		return pulumi.String(otherwise)
	}
	c := &component{}
	if err := ctx.RegisterComponentResource("ladder:test:Test", "test", c); err != nil {
		return err
	}
	vpc, err := register(ctx, vpcType, "test-vpc", pulumi.Map{"cidrBlock": get("vpc", "10.0.0.0/16")}, pulumi.Parent(c))
	if err != nil {
		return err
	}
	if _, err := register(ctx, subnetType, "test-subnet", pulumi.Map{
		"vpcId": vpc.ID(), "cidrBlock": get("subnet", "10.0.0.0/24"),
		"tags": pulumi.StringMap{"Name": get("tag", "subnet")},
	}, pulumi.Parent(c)); err != nil {
		return err
	}
	if _, given := ctx.GetConfig("test:no-volume"); given {
		return nil
	}
	name, _ := ctx.GetConfig("test:volume-name")
	opts := []pulumi.ResourceOption{pulumi.Parent(c), pulumi.Protect(true), pulumi.IgnoreChanges([]string{"type"})}
	if name == "" {
		name = "test-volume"
	} else {
		opts = append(opts, pulumi.Aliases([]pulumi.Alias{{Name: pulumi.String("test-volume")}}))
	}
	_, err = register(ctx, volumeType, name, pulumi.Map{
		"availabilityZone": get("zone", "us-east-1a"), "size": pulumi.Int(8), "type": get("type", "gp3"),
	}, opts...)
	return err
}

func run(config map[string]string) graph.Run {
	r := graphtest.Run()
	maps.Copy(r.Config, config)
	return r
}

func TestRecord(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program)
	require.Len(t, g.Resources, 4)
	volume := graphtest.Find(t, g, "test-volume")
	require.Equal(t, "urn:pulumi:test::ladder::ladder:test:Test$aws:ebs/volume:Volume::test-volume", volume.URN)
	require.Equal(t, graphtest.Find(t, g, "test").URN, volume.Parent)
	require.True(t, volume.Options.Protect)
	require.Equal(t, []string{"type"}, volume.Options.IgnoreChanges)
	subnet := graphtest.Find(t, g, "test-subnet")
	require.Regexp(t, `^vpc-[0-9a-f]{17}$`, subnet.Inputs["vpcId"], "ids have AWS's form")
	require.Contains(t, subnet.Options.DependsOn, graphtest.Find(t, g, "test-vpc").URN)
}

func TestRecordIsStable(t *testing.T) {
	t.Parallel()
	first := graphtest.Record(t, program)
	for range 100 {
		require.Equal(t, first, graphtest.Record(t, program))
	}
}

func TestJSONHasTheDocumentedForm(t *testing.T) {
	t.Parallel()
	text, err := graphtest.Record(t, program).JSON()
	require.NoError(t, err)
	var form struct {
		Stack     string
		Resources []map[string]any
	}
	require.NoError(t, json.Unmarshal(text, &form))
	require.Equal(t, "test", form.Stack)
	for _, r := range form.Resources {
		require.ElementsMatch(t, []string{"urn", "type", "name", "parent", "inputs", "options"}, keys(r))
	}
}

func keys(m map[string]any) []string {
	var list []string
	for key := range m {
		list = append(list, key)
	}
	return list
}

func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, func(ctx *pulumi.Context) error {
		password, err := register(ctx, passType, "password", pulumi.Map{"length": pulumi.Int(20)},
			pulumi.AdditionalSecretOutputs([]string{"result"}))
		if err != nil {
			return err
		}
		_, err = register(ctx, secretType, "value", pulumi.Map{
			"secretId": pulumi.String("db"), "secretString": pulumi.Sprintf("password=%s", password.Result),
		})
		return err
	})
	require.Equal(t, graph.Secret, graphtest.Find(t, g, "value").Inputs["secretString"])
}

func TestCompare(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config                          map[string]string
		create, update, replace, delete []string
	}{
		"nothing":                       {},
		"a tag":                         {config: map[string]string{"test:tag": "x"}, update: []string{"test-subnet"}},
		"the subnet's range":            {config: map[string]string{"test:subnet": "10.0.1.0/24"}, replace: []string{"test-subnet"}},
		"the network's, and what is in": {config: map[string]string{"test:vpc": "10.1.0.0/16"}, replace: []string{"test-subnet", "test-vpc"}},
		"an ignored input":              {config: map[string]string{"test:type": "io2"}},
		"the volume goes":               {config: map[string]string{"test:no-volume": ""}, delete: []string{"test-volume"}},
		"an alias":                      {config: map[string]string{"test:volume-name": "test-data"}},
		"data in another zone":          {config: map[string]string{"test:zone": "us-east-1b"}, replace: []string{"test-volume"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diff, err := graph.Compare(program, run(nil), run(c.config))
			require.NoError(t, err)
			require.Equal(t, c.create, names(diff.Create), "create")
			require.Equal(t, c.update, names(diff.Update), "update")
			require.Equal(t, c.replace, names(diff.Replace), "replace")
			require.Equal(t, c.delete, names(diff.Delete), "delete")
			for _, change := range append(diff.Replace, diff.Delete...) {
				require.Equal(t, change.Type == volumeType, change.Stateful)
			}
		})
	}
}

func names(changes []graph.Change) []string {
	var list []string
	for _, c := range changes {
		list = append(list, c.Name)
	}
	return list
}

func TestCompareNamesLostData(t *testing.T) {
	t.Parallel()
	diff, err := graph.Compare(program, run(nil), run(map[string]string{"test:zone": "us-east-1b"}))
	require.NoError(t, err)
	require.Contains(t, diff.Text(), "+- test-volume  aws:ebs:Volume  [availabilityZone]  DATA LOST: stateful")
}

func TestMistakesAreReportedTogether(t *testing.T) {
	t.Parallel()
	text := graphtest.Error(t, func(ctx *pulumi.Context) error {
		if _, err := register(ctx, "aws:ec2/vcp:Vcp", "a", nil); err != nil {
			return err
		}
		if _, err := register(ctx, subnetType, "b", pulumi.Map{"cidrBlok": pulumi.String("10.0.0.0/24")}); err != nil {
			return err
		}
		_, err := register(ctx, volumeType, "c", pulumi.Map{
			"availabilityZone": pulumi.String("us-east-1a"), "size": pulumi.String("big"),
		})
		return err
	})
	for _, want := range []string{"aws:ec2/vcp:Vcp", "cidrBlok", "vpcId", `"c": size: got`} {
		require.Contains(t, text, want)
	}
}

func TestOneNameTwice(t *testing.T) {
	t.Parallel()
	require.Contains(t, graphtest.Error(t, func(ctx *pulumi.Context) error {
		for range 2 {
			if _, err := register(ctx, groupType, "same", nil); err != nil {
				return err
			}
		}
		return nil
	}), "registered twice")
}

func TestTreeAndMermaid(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program)
	require.Equal(t, `test: 4 resources
└─ test  ladder:test:Test
   ├─ test-subnet  aws:ec2:Subnet
   ├─ test-volume  aws:ebs:Volume  (stateful, protected)
   └─ test-vpc  aws:ec2:Vpc
`, g.Tree())
	require.Contains(t, g.Mermaid(), `["test<br/>ladder:test:Test"]`)
}

// A secret that is not known yet, and a text made of it, arrive where they are used.
func TestNewSecretIsPredicted(t *testing.T) {
	t.Parallel()
	diff, err := graph.Compare(func(ctx *pulumi.Context) error {
		if _, after := ctx.GetConfig("test:after"); !after {
			return nil
		}
		password, err := register(ctx, passType, "password", pulumi.Map{"length": pulumi.Int(20)},
			pulumi.AdditionalSecretOutputs([]string{"result"}))
		if err != nil {
			return err
		}
		vpc, err := register(ctx, vpcType, "net", pulumi.Map{"cidrBlock": pulumi.String("10.0.0.0/16")})
		if err != nil {
			return err
		}
		for name, value := range map[string]pulumi.StringOutput{
			"from a secret": pulumi.Sprintf("password=%s", password.Result), "made secret": pulumi.ToSecret(vpc.ARN).(pulumi.StringOutput),
		} {
			if _, err := register(ctx, secretType, name, pulumi.Map{
				"secretId": pulumi.String("db"), "secretString": value,
			}); err != nil {
				return err
			}
		}
		return nil
	}, run(nil), run(map[string]string{"test:after": ""}))
	require.NoError(t, err)
	require.Len(t, diff.Create, 4)
}
