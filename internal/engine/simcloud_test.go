package engine_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/simcloud"
)

const vpcURN = "urn:pulumi:dev::demo::aws:ec2/vpc:Vpc::net"

func network(ctx *pulumi.Context) error {
	var vpc pulumi.CustomResourceState
	if err := ctx.RegisterResource("aws:ec2/vpc:Vpc", "net",
		pulumi.Map{"cidrBlock": pulumi.String("10.0.0.0/16")}, &vpc); err != nil {
		return err
	}
	var password pulumi.CustomResourceState
	err := ctx.RegisterResource("random:index/randomPet:RandomPet", "pet", pulumi.Map{}, &password)
	ctx.Export("net", vpc.ID())
	return err
}

// TestKilledUpdateOnTheSimulatedCloud kills the whole process, the simulated cloud with it, after a VPC was
// made and before the engine heard of it.
func TestKilledUpdateOnTheSimulatedCloud(t *testing.T) {
	t.Parallel()
	b := newBench(t, network)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "faults.json"),
		[]byte(`[{"resource":"net","moment":"after-create","kind":"hang","times":1}]`), 0o600))
	b.write("Pulumi.dev.yaml", stackFile+"  aws:region: us-east-1\n")
	cmd, ended := b.start("-child.cloud=" + dir)
	var made, printed string
	require.Eventually(t, func() (done bool) {
		select {
		case printed = <-ended:
			return true
		default:
		}
		cloud, err := simcloud.Open(dir)
		if err == nil {
			made, done = cloud.Lookup(vpcURN)
		}
		return done
	}, 30*time.Second, 50*time.Millisecond)
	require.NotEmpty(t, made, "the child ended before it was killed: %s", printed)
	// The cloud ends with the child. The CLI must not live to see that, or it records a creation that failed.
	require.NoError(t, cmd.Process.Signal(syscall.SIGSTOP))
	killChildren(cmd.Process.Pid)
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	require.NoError(t, os.Remove(filepath.Join(dir, "faults.json")))

	cloud, err := simcloud.Open(dir)
	require.NoError(t, err)
	servers, err := cloud.Serve(0)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, servers.Close()) })
	b.opts.Simulate = &engine.Simulation{Env: servers.Env(), Lookup: cloud.Lookup}

	r, err := b.upAfter()
	require.NoError(t, err)
	require.Contains(t, b.said(), "net (aws:ec2/vpc:Vpc) was created as "+made+": it is adopted")
	require.Equal(t, made, r.Outputs["net"])
	require.Zero(t, b.up().Changes)
	r, err = b.open().Destroy(t.Context(), false)
	require.NoError(t, err)
	require.Equal(t, 2, r.Steps.Delete)
}

// killChildren kills what a process has started, where /proc tells [proc_pid_stat(5)].
func killChildren(parent int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is good
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil && fields[1] == strconv.Itoa(parent) {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
		}
	}
}
