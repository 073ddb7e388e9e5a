package engine_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/project"
	"github.com/ladder-iac/ladder/internal/simcloud"
)

// The test binary started with -child.root runs an update that hangs in a create, to be killed.
var (
	childRoot = flag.String("child.root", "", "run a hanging update in this project and nothing else")
	childPort = flag.String("child.provider", "", "PULUMI_DEBUG_PROVIDERS for -child.root")
	childDir  = flag.String("child.cloud", "", "folder of a simulated cloud, instead of -child.provider")
	childPath = flag.String("child.path", "", "PATH for -child.root")
)

func TestMain(m *testing.M) {
	flag.Parse()
	if *childRoot != "" {
		fmt.Println("ended:", child())
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func child() error {
	p, err := project.Find(*childRoot)
	if err != nil {
		return err
	}
	program, providers := two, []string{*childPort}
	if *childDir != "" {
		cloud, err := simcloud.Open(*childDir)
		if err != nil {
			return err
		}
		servers, err := cloud.Serve(0)
		if err != nil {
			return err
		}
		program, providers = network, servers.Env()
	}
	s, err := engine.Open(context.Background(), engine.Options{
		Project: p, Stack: "dev", Program: program,
		Simulate: &engine.Simulation{Env: providers},
		Env:      []string{"PATH=" + *childPath},
	})
	if err != nil {
		return err
	}
	_, err = s.Up(context.Background())
	return err
}

// killed runs an update in another process, kills that with SIGKILL while it creates the box, and returns
// the bench it left. The provider is ours and outlives it, like a real cloud.
func killed(t *testing.T, exists bool) *bench {
	t.Helper()
	b := newBench(t, two)
	creating, never := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(never) })
	b.cloud.inCreate = func(_ context.Context, name string) error {
		if exists {
			b.cloud.put("urn:pulumi:dev::demo::demo:index:Group$thing:index:Thing::"+name, name+"-made",
				props(t, map[string]any{"size": "small", "zone": "", "password": "hunter2"}))
		}
		close(creating)
		<-never
		return nil
	}
	cmd, ended := b.start("-child.provider=" + b.opts.Simulate.Env[0])
	select {
	case <-creating:
	case line := <-ended:
		t.Fatalf("the child ended before it was killed: %s", line)
	}
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait(), "killed")
	require.Len(t, b.locks(), 1, "the killed update left its lock")
	b.cloud.inCreate = nil
	return b
}

// start starts the child; ended says what it printed when it ends by itself, and is empty when it is killed.
func (b *bench) start(flags ...string) (cmd *exec.Cmd, ended <-chan string) {
	b.t.Helper()
	flags = append(flags, "-child.root="+b.root, "-child.path="+cliFolder(b.t))
	cmd = exec.CommandContext(b.t.Context(), os.Args[0], flags...)
	out, err := cmd.StdoutPipe()
	require.NoError(b.t, err)
	require.NoError(b.t, cmd.Start())
	lines := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadString('\n')
		lines <- line
	}()
	return cmd, lines
}

// upAfter runs Up as soon as the killed child's CLI is gone, which the kernel kills a moment later.
func (b *bench) upAfter() (r *engine.Result, err error) {
	b.t.Helper()
	require.Eventually(b.t, func() bool {
		r, err = b.open().Up(b.t.Context())
		return !errors.Is(err, engine.ErrLocked)
	}, 20*time.Second, 100*time.Millisecond)
	return r, err
}

func TestKilledUpdateThatHadCreated(t *testing.T) {
	t.Parallel()
	b := killed(t, true)
	r, err := b.upAfter()
	require.NoError(t, err)
	said := b.said()
	require.Contains(t, said, "removed the lock of an update that was killed")
	require.Contains(t, said, "an update was killed while creating box (thing:index:Thing)")
	require.Contains(t, said, "box (thing:index:Thing) was created as box-made: it is adopted")
	require.Equal(t, 1, r.Steps.Create, "only the lid is new: %+v", r.Resources)
	require.Equal(t, 2, b.cloud.count(), "no second box")
	state, err := b.open().State(t.Context())
	require.NoError(t, err)
	require.Empty(t, state.Pending)
	require.Equal(t, "box", state.Resources[0].Name)
	require.Equal(t, "box-made", state.Resources[0].ID)
	require.Zero(t, b.up().Changes)
}

func TestKilledUpdateThatHadNotCreated(t *testing.T) {
	t.Parallel()
	b := killed(t, false)
	_, err := b.upAfter()
	require.NoError(t, err)
	require.Contains(t, b.said(), "box (thing:index:Thing) was not created: it is forgotten")
	require.Equal(t, 2, b.cloud.count())
	require.Zero(t, b.up().Changes)
}

func TestKilledUpdateWhoseOutcomeNobodyKnows(t *testing.T) {
	t.Parallel()
	b := killed(t, true)
	b.opts.Simulate.Lookup = nil
	const urn = "urn:pulumi:dev::demo::demo:index:Group$thing:index:Thing::box"
	_, err := b.upAfter()
	require.ErrorIs(t, err, engine.ErrPending)
	require.ErrorContains(t, err, urn)
	require.ErrorContains(t, err, "--adopt 'URN=ID'")
	state, err := b.open().State(t.Context())
	require.NoError(t, err)
	require.Equal(t, []engine.Pending{{URN: urn, Type: "thing:index:Thing", Name: "box", Op: "creating"}}, state.Pending)

	mangled := strings.ReplaceAll(urn, "$thing", "") // by a shell, between double quotes
	b.opts.Adopt, b.opts.Forget = map[string]string{mangled: "box-made"}, []string{"urn:of:nothing"}
	_, err = b.open().Up(t.Context())
	require.ErrorIs(t, err, engine.ErrPending)
	for _, text := range []string{mangled, "urn:of:nothing", "want one of\n  " + urn, "single quotes"} {
		require.ErrorContains(t, err, text)
	}

	b.opts.Adopt, b.opts.Forget = map[string]string{urn: "box-made"}, nil
	b.cloud.inRead = func() error { return errors.New("the session has expired") }
	_, err = b.open().Up(t.Context())
	require.ErrorContains(t, err, "the session has expired")
	state, err = b.open().State(t.Context())
	require.NoError(t, err)
	require.Equal(t, []engine.Pending{{URN: urn, Type: "thing:index:Thing", Name: "box", Op: "reading"}}, state.Pending,
		"it is adopted, and nobody knows its outputs")

	b.cloud.inRead = nil
	b.up() // the same command again
	require.Equal(t, 2, b.cloud.count())
	state, err = b.open().State(t.Context())
	require.NoError(t, err)
	require.Empty(t, state.Pending)
}

func TestAnswersToWhatNobodyAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t, two)
	b.opts.Forget = []string{"urn:pulumi:dev::demo::thing:index:Thing::box"}
	_, err := b.open().Up(t.Context())
	require.ErrorIs(t, err, engine.ErrPending)
	require.ErrorContains(t, err, b.opts.Forget[0])
	require.ErrorContains(t, err, "want none")
	require.Zero(t, b.cloud.count())
}

func TestPreviewExplainsButRepairsNothing(t *testing.T) {
	t.Parallel()
	b := killed(t, false)
	_, err := b.open().Preview(t.Context())
	require.NoError(t, err)
	require.Contains(t, b.said(), "an update was killed while creating box")
	state, err := b.open().State(t.Context())
	require.NoError(t, err)
	require.Len(t, state.Pending, 1)
}

func TestLocksOfOthersStay(t *testing.T) {
	t.Parallel()
	host, err := os.Hostname()
	require.NoError(t, err)
	for name, test := range map[string]struct {
		host string
		pid  int
	}{"living process": {host, os.Getpid()}, "other machine": {"elsewhere", 1 << 30}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, two)
			text, err := json.Marshal(map[string]any{
				"pid": test.pid, "hostname": test.host, "username": "ann", "timestamp": time.Unix(0, 0),
			})
			require.NoError(t, err)
			b.write(".ladder/state/.pulumi/locks/organization/demo/dev/x.json", string(text))
			_, err = b.open().Up(t.Context())
			require.ErrorIs(t, err, engine.ErrLocked)
			require.ErrorContains(t, err, fmt.Sprintf("locked by process %d of ann@%s", test.pid, test.host))
			require.True(t, strings.HasSuffix(err.Error(), b.locks()[0]), "the way out: %v", err)
			require.Zero(t, b.cloud.count())
		})
	}
}
