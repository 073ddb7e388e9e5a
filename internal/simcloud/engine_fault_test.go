package simcloud_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/simcloud"
)

// networks is a stack of networks that depend on nothing.
func networks(hostnames bool, names ...string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		for _, name := range names {
			if _, err := register(ctx, vpcType, name, pulumi.Map{
				"cidrBlock": pulumi.String("10.0.0.0/16"), "enableDnsHostnames": pulumi.Bool(hostnames),
			}); err != nil {
				return err
			}
		}
		return nil
	}
}

// resource returns what the state says about a resource.
func (e *engine) resource(name string) (apitype.ResourceV3, bool) {
	e.t.Helper()
	state, _ := e.state()
	for _, r := range state.Resources {
		if r.URN.Name() == name {
			return r, true
		}
	}
	return apitype.ResourceV3{}, false
}

func TestEngineMeetsFaults(t *testing.T) {
	t.Parallel()
	e := newEngine(t, networks(false, "fine", "fails", "times-out", "throttled"))
	e.cloud.Inject(
		simcloud.Fault{Resource: "fails", Moment: simcloud.BeforeCreate, Times: 1},
		simcloud.Fault{Resource: "times-out", Moment: simcloud.AfterCreate, Times: 1},
		simcloud.Fault{Resource: "throttled", Moment: simcloud.BeforeCreate, Kind: simcloud.Throttle, Times: 3},
	)
	result, err := e.stack.Up(t.Context(), optup.ContinueOnError())
	require.Error(t, err)
	said := result.StdOut + err.Error()
	require.Contains(t, said, `aws:ec2/vpc:Vpc "fails": InternalFailure`)
	require.Contains(t, said, `aws:ec2/vpc:Vpc "times-out": timeout while waiting`)
	require.NotContains(t, said, "ThrottlingException")
	require.Len(t, files(t, e.dir), 3)
	_, ok := e.resource("fails")
	require.False(t, ok)
	half, ok := e.resource("times-out")
	require.True(t, ok)
	require.Len(t, half.InitErrors, 1)
	state, _ := e.state()
	require.Empty(t, state.PendingOperations)

	require.Equal(t, map[string]int{"same": 3, "update": 1, "create": 1}, e.up(), "it continues")
	whole, _ := e.resource("times-out")
	require.Equal(t, half.ID, whole.ID)
	require.Empty(t, whole.InitErrors)
	require.Equal(t, map[string]int{"same": 5}, e.up())

	e.cloud.Inject(
		simcloud.Fault{Resource: "fine", Moment: simcloud.OnUpdate, Times: 1},
		simcloud.Fault{Resource: "fine", Moment: simcloud.OnDelete, Times: 1},
	)
	e.program(networks(true, "fine"))
	require.Contains(t, e.upFails(), "at update")
	unchanged, _ := e.resource("fine")
	require.Equal(t, false, unchanged.Inputs["enableDnsHostnames"])
	_, err = e.stack.Destroy(t.Context())
	require.ErrorContains(t, err, "at delete")
	_, ok = e.resource("fine")
	require.True(t, ok)
	e.destroy()
}

// Ctrl-C while a machine starts: the engine waits for the provider, which hands over what it has made.
func TestCtrlCWhileCreating(t *testing.T) {
	t.Parallel()
	e := newEngine(t, networks(false, "net"))
	e.cloud.Inject(simcloud.Fault{Resource: "net", Moment: simcloud.AfterCreate, Kind: simcloud.Hang, Times: 1})
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := e.stack.Up(ctx)
		failed <- err
	}()
	id := e.awaitNet()
	cancel()
	require.Error(t, <-failed)
	half, ok := e.resource("net")
	require.True(t, ok)
	require.Equal(t, id, string(half.ID))
	require.Len(t, half.InitErrors, 1)
	state, _ := e.state()
	require.Empty(t, state.PendingOperations)
	require.Equal(t, map[string]int{"same": 1, "update": 1}, e.up())
	e.destroy()
}

// A killed engine leaves a pending operation, and Lookup knows what became of it.
func TestKilledWhileCreating(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("finds the engine's process in /proc")
	}
	e := newEngine(t, networks(false, "net"))
	e.cloud.Inject(simcloud.Fault{Resource: "net", Moment: simcloud.AfterCreate, Kind: simcloud.Hang, Times: 1})
	failed := make(chan error, 1)
	go func() {
		_, err := e.stack.Up(t.Context())
		failed <- err
	}()
	id := e.awaitNet()
	e.kill()
	require.Error(t, <-failed)
	require.NoError(t, e.stack.Cancel(t.Context()), "releases the stack's lock")
	state, _ := e.state()
	require.Len(t, state.PendingOperations, 1)
	pending := state.PendingOperations[0]
	require.Equal(t, apitype.OperationTypeCreating, pending.Type)
	found, ok := e.cloud.Lookup(string(pending.Resource.URN))
	require.True(t, ok)
	require.Equal(t, id, found)

	found, ok = open(t, e.dir).Lookup(string(pending.Resource.URN)) // as the next command does
	require.True(t, ok)
	require.Equal(t, id, found)

	// With the id the state can be repaired: the resource is taken up, and nothing is made twice.
	pending.Resource.ID = resource.ID(found)
	state.Resources, state.PendingOperations = append(state.Resources, pending.Resource), nil
	repaired, err := json.Marshal(state)
	require.NoError(t, err)
	require.NoError(t, e.stack.Import(t.Context(), apitype.UntypedDeployment{Version: 3, Deployment: repaired}))
	e.refresh()
	require.Equal(t, map[string]int{"same": 2}, e.up())
	require.Len(t, files(t, e.dir), 1)
	e.destroy()
}

// awaitNet waits until the network "net" exists and returns its id.
func (e *engine) awaitNet() string {
	e.t.Helper()
	require.Eventually(e.t, func() bool {
		_, ok := e.cloud.Lookup(e.urn(vpcType, "net"))
		return ok
	}, time.Minute, 5*time.Millisecond)
	id, _ := e.cloud.Lookup(e.urn(vpcType, "net"))
	return id
}

// kill kills the engine's process, known by its PULUMI_HOME, which no other process has.
func (e *engine) kill() {
	e.t.Helper()
	environs, err := filepath.Glob("/proc/[0-9]*/environ")
	require.NoError(e.t, err)
	killed := 0
	for _, path := range environs {
		environ, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(environ, []byte("PULUMI_HOME="+e.home+"\x00")) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		require.NoError(e.t, err)
		process, err := os.FindProcess(pid)
		require.NoError(e.t, err)
		require.NoError(e.t, process.Kill())
		killed++
	}
	require.Positive(e.t, killed, "no process of this engine")
}
