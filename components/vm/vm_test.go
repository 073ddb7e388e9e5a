package vm_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/release/releasetest"
	"github.com/ladder-iac/ladder/components/tokenkey"
	"github.com/ladder-iac/ladder/components/vm"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// program makes a server; the config names the edit of its arguments, so that one program can compare two.
func program(t *testing.T, edits map[string]func(*vm.Args)) pulumi.RunFunc {
	t.Helper()
	artifact := releasetest.Artifact(t, release.ARM64)
	return func(ctx *pulumi.Context) error {
		name, _ := ctx.GetConfig("test:edit")
		return server(artifact, edits[name])(ctx)
	}
}

// server makes one with all it needs; edit may be nil.
func server(artifact string, edit func(*vm.Args)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		net, err := network.New(ctx, "net", &network.Args{
			Region: "us-east-1", Zones: map[string]string{"a": "us-east-1a"},
		})
		if err != nil {
			return err
		}
		user, err := credential.New(ctx, "db", &credential.Args{Username: "ladder", Key: k})
		if err != nil {
			return err
		}
		signing, err := tokenkey.New(ctx, "token", &tokenkey.Args{Key: k})
		if err != nil {
			return err
		}
		app, err := release.New(ctx, "release", &release.Args{Artifact: artifact, Key: k})
		if err != nil {
			return err
		}
		args := &vm.Args{
			Network: net, Subnet: net.Public[0], PostgresMajor: 17,
			Key: k, Credential: user, TokenKey: signing, Release: app, Phase: 1,
		}
		if edit != nil {
			edit(args)
		}
		_, err = vm.New(ctx, "server", args)
		return err
	}
}

func edited(name string) graph.Run {
	run := graphtest.Run()
	run.Config = map[string]string{"aws:region": "us-east-1", "test:edit": name}
	return run
}

func record(t *testing.T, edit func(*vm.Args)) *graph.Graph {
	t.Helper()
	g, err := graph.Record(program(t, map[string]func(*vm.Args){"edit": edit}), edited("edit"))
	require.NoError(t, err)
	return g
}

func openPorts(g *graph.Graph) []any {
	var ports []any
	for _, r := range g.Resources {
		if r.Type == "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule" {
			ports = append(ports, r.Inputs["fromPort"])
		}
	}
	return ports
}

func TestPorts(t *testing.T) {
	t.Parallel()
	require.ElementsMatch(t, []any{80.0}, openPorts(record(t, func(*vm.Args) {})))
	require.ElementsMatch(t, []any{80.0, 443.0}, openPorts(record(t, func(a *vm.Args) { a.Domain = "shop.example.com" })))
}

func TestMachine(t *testing.T) {
	t.Parallel()
	g := record(t, func(*vm.Args) {})
	instance := graphtest.Find(t, g, "server-instance")
	require.Equal(t, "t4g.large", instance.Inputs["instanceType"])
	metadata := instance.Inputs["metadataOptions"].(map[string]any)
	require.Equal(t, "required", metadata["httpTokens"], "IMDSv2 only")
	require.NotContains(t, instance.Inputs, "keyName", "no SSH")
	require.Equal(t, []string{"ami", "userData"}, instance.Options.IgnoreChanges)
	require.Equal(t, map[string]any{"cpuCredits": "standard"}, instance.Inputs["creditSpecification"])
	require.NotContains(t, record(t, func(a *vm.Args) { a.InstanceType = "m7g.large" }).Resources[0].Inputs,
		"creditSpecification")
	require.True(t, strings.HasPrefix(instance.Inputs["userData"].(string), "#!/bin/bash"))
}

// What a change does to the server, and to its data.
func TestChanges(t *testing.T) {
	t.Parallel()
	edits := map[string]func(*vm.Args){
		"larger":        func(a *vm.Args) { a.InstanceType = "t4g.xlarge" },
		"more disk":     func(a *vm.Args) { a.DataVolumeGiB = 100 },
		"other script":  func(a *vm.Args) { a.PostgresMajor = 16 },
		"with a domain": func(a *vm.Args) { a.Domain = "shop.example.com" },
	}
	run := program(t, edits)
	moved := []string{"server-instance", "server-address-association", "server-data-attachment"}
	for name, want := range map[string]struct{ update, create, replace []string }{
		"larger":        {update: []string{"server-instance"}},
		"more disk":     {update: []string{"server-data"}},
		"other script":  {},
		"with a domain": {create: []string{"server-firewall-https"}, replace: moved},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diff, err := graph.Compare(run, edited(""), edited(name))
			require.NoError(t, err)
			require.Equal(t, want.update, names(diff.Update))
			require.Equal(t, want.create, names(diff.Create))
			require.ElementsMatch(t, want.replace, names(diff.Replace))
			require.Empty(t, diff.Delete)
		})
	}
}

// Another processor is another machine with another image; the data stays.
func TestAnotherProcessor(t *testing.T) {
	t.Parallel()
	arm, x86 := releasetest.Artifact(t, release.ARM64), releasetest.Artifact(t, release.X8664)
	build := func(artifact, instanceType string) pulumi.RunFunc {
		return server(artifact, func(a *vm.Args) { a.InstanceType = instanceType })
	}
	diff, err := graph.Compare(func(ctx *pulumi.Context) error {
		if edit, _ := ctx.GetConfig("test:edit"); edit == "x86" {
			return build(x86, "t3.large")(ctx)
		}
		return build(arm, "t4g.large")(ctx)
	}, edited(""), edited("x86"))
	require.NoError(t, err)
	require.Contains(t, names(diff.Create), "server-instance-x86")
	require.Equal(t, []string{"server-instance"}, names(diff.Delete))
	require.NotContains(t, names(diff.Replace), "server-data")
}

func names(changes []graph.Change) []string {
	var list []string
	for _, c := range changes {
		list = append(list, c.Name)
	}
	return list
}

// The role names what it may touch; only metrics, which have no names, are left open and bound by namespace.
func TestPermissionsAreNamed(t *testing.T) {
	t.Parallel()
	policy := graphtest.Find(t, record(t, func(*vm.Args) {}), "server-permissions").Inputs["policy"].(string)
	require.Equal(t, 2, strings.Count(policy, `"Resource":["*"]`), "for the shell and for metrics")
	require.Contains(t, policy, `"cloudwatch:namespace":"Ladder"`)
	require.NotContains(t, policy, `:*"]`+`,"Effect"`, "no action is a wildcard")
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edit func(*vm.Args)
		want string
	}{
		"other processor": {
			func(a *vm.Args) { a.InstanceType = "t3.large" },
			`InstanceType: got "t3.large (x86_64)", want an instance type for arm64, such as t4g.large`,
		},
		"a Xen type":    {func(a *vm.Args) { a.InstanceType = "t2.large" }, `got "t2.large", want a type of the families t3, t4g`},
		"too small":     {func(a *vm.Args) { a.InstanceType = "t4g.nano" }, `got "t4g.nano", want a type of the families`},
		"no type":       {func(a *vm.Args) { a.InstanceType = "large" }, `got "large", want a type of the families`},
		"negative size": {func(a *vm.Args) { a.DataVolumeGiB = -1 }, "DataVolumeGiB: got -1, want 8 to 16384 GiB"},
		"old database":  {func(a *vm.Args) { a.PostgresMajor = 9 }, "PostgresMajor: got 9, want 15, 16 or 17"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := graph.Record(program(t, map[string]func(*vm.Args){"edit": c.edit}), edited("edit"))
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestStateIsKept(t *testing.T) {
	t.Parallel()
	g := record(t, func(*vm.Args) {})
	volume := graphtest.Find(t, g, "server-data")
	require.True(t, volume.Options.Protect)
	require.Equal(t, true, volume.Inputs["encrypted"])
	require.Equal(t, true, volume.Inputs["finalSnapshot"])
	backups := graphtest.Find(t, g, "server-backups")
	require.True(t, backups.Options.Protect)
	require.True(t, backups.Options.RetainOnDelete)
	tags := volume.Inputs["tags"].(map[string]any)
	policy := graphtest.Find(t, g, "server-snapshots").Inputs["policyDetails"].(map[string]any)
	require.Equal(t, map[string]any{"snapshots": tags["snapshots"]}, policy["targetTags"], "snapshots find the volume")
	require.True(t, slices.Contains(graphtest.Names(g, "aws:ec2/volumeAttachment:VolumeAttachment"), "server-data-attachment"))
	require.True(t, graphtest.Find(t, g, "server-data-attachment").Options.DeleteBeforeReplace)
}
