package components_test

import (
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/fleet"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/postgres"
	"github.com/ladder-iac/ladder/components/topology"
)

// mocks is what Pulumi's documentation teaches for unit tests: resources are remembered and not made. A program of your
// own that uses the components is tested like this, without anything of Ladder's but the components.
type mocks struct {
	mu   sync.Mutex
	made []pulumi.MockResourceArgs
}

// NewResource answers what the cloud would have made up.
func (m *mocks) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.made = append(m.made, args)
	outputs := args.Inputs.Copy()
	for _, output := range []string{"arn", "name", "address", "identifier", "hex", "publicIp", "secretArn"} {
		if _, given := outputs[resource.PropertyKey(output)]; !given {
			outputs[resource.PropertyKey(output)] = resource.NewStringProperty(known[output] + args.Name)
		}
	}
	return args.Name + "-id", outputs, nil
}

// known are the beginnings of outputs that a component checks the form of.
var known = map[string]string{"arn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:", "name": "/"}

// Call answers provider functions.
func (*mocks) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	if args.Token == "aws:ssm/getParameter:getParameter" {
		return resource.PropertyMap{"value": resource.NewStringProperty("ami-0123456789abcdef0")}, nil
	}
	return args.Args, nil
}

// count is how many resources of a type were made.
func (m *mocks) count(token string) int {
	n := 0
	for _, r := range m.made {
		if r.TypeToken == token {
			n++
		}
	}
	return n
}

// Three servers and a database with one replica: the shape, and that nobody but the servers reaches the database.
func TestAProgramOfYourOwn(t *testing.T) {
	t.Parallel()
	m := &mocks{}
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		net, err := network.New(ctx, "net", &network.Args{
			Region: "us-east-1", Zones: map[string]string{"a": "us-east-1a", "b": "us-east-1b"},
			Tiers: []network.Tier{network.Data},
		})
		if err != nil {
			return err
		}
		db, err := postgres.New(ctx, "shop", &postgres.Args{
			VPCID: net.VPCID, Subnets: net.Data, Key: aKey, Credential: aUser, Major: 17, Replicas: 1,
		})
		if err != nil {
			return err
		}
		data, err := topology.New(ctx, "topology", &topology.Args{
			Writer: db.Writer, Readers: db.Readers, SecurityGroupID: db.SecurityGroupID, Credential: aUser,
		})
		if err != nil {
			return err
		}
		_, err = fleet.New(ctx, "app", &fleet.Args{
			Network: net, Servers: 3, Key: aKey, TokenKey: aTokenKey,
			Release: aRelease, Topology: data, Phase: 2,
		})
		return err
	}, pulumi.WithMocks("shop", "test", m))
	require.NoError(t, err)

	require.Equal(t, 3, m.count("aws:ec2/instance:Instance"))
	require.Equal(t, 2, m.count("aws:rds/instance:Instance"))
	for _, r := range m.made {
		switch r.TypeToken {
		case "aws:rds/instance:Instance":
			require.False(t, r.Inputs["publiclyAccessible"].IsBool() && r.Inputs["publiclyAccessible"].BoolValue(), r.Name)
			require.True(t, r.RegisterRPC.GetProtect(), "%s is protected", r.Name)
		case "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":
			if r.Inputs["fromPort"].NumberValue() == 5432 {
				require.Equal(t, "app-firewall-id", r.Inputs["referencedSecurityGroupId"].StringValue())
			}
		}
	}
}
