package simcloud_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// small is a stack with a network, a machine in it, a bucket and a generated password in a parameter.
func small(cidr, size string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		net, err := register(ctx, vpcType, "net", pulumi.Map{"cidrBlock": pulumi.String("10.0.0.0/16")})
		if err != nil {
			return err
		}
		subnet, err := register(ctx, subnetType, "subnet", pulumi.Map{
			"vpcId": net.ID(), "cidrBlock": pulumi.String(cidr), "availabilityZone": pulumi.String("us-east-1a"),
		})
		if err != nil {
			return err
		}
		if _, err := register(ctx, instanceType, "machine", pulumi.Map{
			"ami": pulumi.String("ami-0123456789abcdef0"), "instanceType": pulumi.String(size),
			"subnetId": subnet.ID(), "tags": pulumi.Map{"Name": pulumi.String("machine")},
		}); err != nil {
			return err
		}
		if _, err := register(ctx, bucketType, "files", pulumi.Map{}); err != nil {
			return err
		}
		password, err := register(ctx, "random:index/randomPassword:RandomPassword", "password",
			pulumi.Map{"length": pulumi.Int(40)}, pulumi.AdditionalSecretOutputs([]string{"result"}))
		if err != nil {
			return err
		}
		_, err = register(ctx, paramType, "parameter", pulumi.Map{
			"name": pulumi.String("/app/password"), "type": pulumi.String("SecureString"), "value": password.Result,
		})
		ctx.Export("password", password.Result)
		ctx.Export("net", net.Arn)
		return err
	}
}

const cidr, size = "10.0.0.0/24", "t4g.large"

func TestUpChangeRefreshDestroy(t *testing.T) {
	t.Parallel()
	e := newEngine(t, small(cidr, size))
	planned := e.preview()
	require.Equal(t, "create", planned["machine"].op)
	require.Empty(t, files(t, e.dir), "a preview makes nothing")

	require.Equal(t, map[string]int{"create": 7}, e.up()) // six and the stack itself
	require.Len(t, files(t, e.dir), 5, "all but the password")
	require.Equal(t, map[string]int{"same": 7}, e.up(), "a second up changes nothing")

	require.True(t, e.outputs["password"].Secret)
	secretText := e.outputs["password"].Value.(string)
	require.Len(t, secretText, 40)
	_, state := e.state()
	require.False(t, strings.Contains(state, secretText), "plain in the state")
	require.Contains(t, state, `"ciphertext"`)
	noText(t, e.dir, secretText)

	e.program(small("10.0.1.0/24", size))
	replaced := e.preview()
	require.True(t, replaced["subnet"].replaces)
	require.Equal(t, []string{"cidrBlock"}, replaced["subnet"].diffs)
	require.True(t, replaced["machine"].replaces, "its subnetId becomes unknown")

	e.program(small(cidr, "t4g.xlarge"))
	updated := e.preview()
	require.Equal(t, step{op: "update", diffs: []string{"instanceType"}}, updated["machine"])
	require.Equal(t, "same", updated["subnet"].op)
	require.Equal(t, map[string]int{"same": 6, "update": 1}, e.up())

	// Someone deletes the machine by hand, then changes the new one.
	id, ok := e.cloud.Lookup(e.urn(instanceType, "machine"))
	require.True(t, ok)
	require.NoError(t, os.Remove(e.file(id)))
	require.Equal(t, map[string]int{"same": 6, "delete": 1}, e.refresh())
	require.Equal(t, map[string]int{"same": 6, "create": 1}, e.up())
	again, _ := e.cloud.Lookup(e.urn(instanceType, "machine"))
	require.NotEqual(t, id, again)

	e.edit(again, "instanceType", "m7g.large")
	require.Equal(t, map[string]int{"same": 6, "update": 1}, e.refresh(), "drift is seen")
	require.Equal(t, map[string]int{"same": 6, "update": 1}, e.up(), "and set right")
	e.destroy()
}

// file returns the file of the resource with an id.
func (e *engine) file(id string) string {
	e.t.Helper()
	for _, file := range files(e.t, e.dir) {
		if filepath.Base(file) == id+".json" {
			return filepath.Join(e.dir, file)
		}
	}
	require.Failf(e.t, "does not exist", "%s", id)
	return ""
}

// edit changes a resource behind the engine's back.
func (e *engine) edit(id, property, value string) {
	e.t.Helper()
	content, err := os.ReadFile(e.file(id))
	require.NoError(e.t, err)
	var r map[string]any
	require.NoError(e.t, json.Unmarshal(content, &r))
	r["outputs"].(map[string]any)[property] = value
	content, err = json.Marshal(r)
	require.NoError(e.t, err)
	require.NoError(e.t, os.WriteFile(e.file(id), content, 0o600))
}

func TestBadInputIsRefusedWithAllFourParts(t *testing.T) {
	t.Parallel()
	e := newEngine(t, func(ctx *pulumi.Context) error {
		_, err := register(ctx, subnetType, "bad", pulumi.Map{
			"colour": pulumi.String("red"), "cidrBlock": pulumi.Map{"from": pulumi.Int(1)},
			"availabilityZone": pulumi.String("us-west-2a"), // and no vpcId
		})
		return err
	})
	said := e.upFails()
	require.Contains(t, said, subnetType+" resource 'bad' has a problem")
	for _, part := range []string{
		`colour: got .+, want .+`, `cidrBlock: got .+, want .+`, `vpcId: got .+, want .+`,
		`availabilityZone: got "us-west-2a", want .*us-east-1a`,
	} {
		require.Regexp(t, part, said)
	}
	e.program(func(ctx *pulumi.Context) error {
		_, err := register(ctx, "aws:ec2/nonsense:Nonsense", "odd", pulumi.Map{})
		return err
	})
	said = e.upFails()
	require.Contains(t, said, "resource 'odd' has a problem")
	require.Contains(t, said, "aws:ec2/nonsense:Nonsense")

	require.NoError(t, e.stack.RemoveConfig(t.Context(), "aws:region"))
	e.program(small(cidr, size))
	require.Contains(t, e.upFails(), "region: got nothing, want an AWS region")
	state, _ := e.state()
	for _, r := range state.Resources {
		require.NotContains(t, r.Type, "aws:", "nothing changed")
	}
	require.Empty(t, files(t, e.dir))
}

// Two regions by explicit providers, and a move of one of them.
func TestRegionOfTheProvider(t *testing.T) {
	t.Parallel()
	program := func(second string, tag string) pulumi.RunFunc {
		return func(ctx *pulumi.Context) error {
			for name, region := range map[string]string{"one": "us-east-1", "two": second} {
				provider := &pulumi.ProviderResourceState{}
				if err := ctx.RegisterResource("pulumi:providers:aws", name, pulumi.Map{
					"region": pulumi.String(region), "defaultTags": pulumi.String(`{"tags":{"stack":"` + tag + `"}}`),
				}, provider); err != nil {
					return err
				}
				if _, err := register(ctx, vpcType, "net-"+name,
					pulumi.Map{"cidrBlock": pulumi.String("10.0.0.0/16")}, pulumi.Provider(provider)); err != nil {
					return err
				}
			}
			return nil
		}
	}
	e := newEngine(t, program("us-west-2", "a"))
	e.up()
	for name, region := range map[string]string{"net-one": "us-east-1", "net-two": "us-west-2"} {
		id, ok := e.cloud.Lookup(e.urn(vpcType, name))
		require.True(t, ok)
		require.Equal(t, region, filepath.Base(filepath.Dir(filepath.Dir(e.file(id)))), name)
	}

	e.program(program("us-west-2", "b"))
	tagged := e.preview()
	require.Equal(t, "update", tagged["one"].op)
	require.False(t, tagged["net-one"].replaces)

	e.program(program("eu-west-1", "a"))
	moved := e.preview()
	require.True(t, moved["two"].replaces)
	require.True(t, moved["net-two"].replaces)
	require.Equal(t, "same", moved["net-one"].op)
	e.up()
	id, _ := e.cloud.Lookup(e.urn(vpcType, "net-two"))
	require.Contains(t, e.file(id), "eu-west-1")
	e.destroy()
}
