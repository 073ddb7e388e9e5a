package cli

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/advise"
	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/simcloud"
)

// parse runs a command line up to runF and returns the options that runF would get.
func parse[O any](t *testing.T, construct func(*factory, func(context.Context, *O) error) *cobra.Command,
	args ...string,
) (*O, error) {
	t.Helper()
	var got *O
	cmd := construct(&factory{}, func(_ context.Context, o *O) error {
		got = o
		return nil
	})
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	cmd.SetOut(io.Discard)
	err := cmd.ExecuteContext(t.Context())
	return got, err
}

func TestFlags(t *testing.T) {
	t.Parallel()
	preview, err := parse(t, newPreview, "prod", "--simulate", "--config", "a=1,2", "--config", "b=x=y",
		"--policy-pack", "p", "--expect-no-changes")
	require.NoError(t, err)
	require.Equal(t, "prod", preview.Stack)
	require.Equal(t, []string{"a=1,2", "b=x=y"}, preview.Config, "commas and equal signs belong to the value")
	require.Equal(t, engineFlags{Simulate: true, PolicyPacks: []string{"p"}}, preview.engineFlags)
	require.True(t, preview.ExpectNoChanges)

	up, err := parse(t, newUp, "prod", "-y", "--adopt", "urn:pulumi:a=i-1", "--forget", "urn:pulumi:b")
	require.NoError(t, err)
	require.True(t, up.Yes)
	require.False(t, up.Simulate, "AWS unless said otherwise")
	require.Equal(t, []string{"urn:pulumi:a=i-1"}, up.Adopt)
	require.Equal(t, []string{"urn:pulumi:b"}, up.Forget)

	destroy, err := parse(t, newDestroy, "prod")
	require.NoError(t, err)
	require.False(t, destroy.IncludeData || destroy.Yes || destroy.Simulate)

	refresh, err := parse(t, newRefresh, "prod", "--expect-no-changes")
	require.NoError(t, err)
	require.True(t, refresh.ExpectNoChanges)

	outputs, err := parse(t, newOutputs, "--simulate", "prod")
	require.NoError(t, err)
	require.True(t, outputs.Simulate)

	diff, err := parse(t, newDiff, "a", "b", "--config", "k=v")
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "k=v"}, append([]string{diff.From, diff.To}, diff.Config...))

	graph, err := parse(t, newGraph, "a")
	require.NoError(t, err)
	require.Equal(t, "tree", graph.Format)

	simulate, err := parse(t, newSimulate, "--port", "4000", "--", "pulumi", "up", "--port", "1")
	require.NoError(t, err)
	require.Equal(t, 4000, simulate.Port)
	require.Equal(t, []string{"pulumi", "up", "--port", "1"}, simulate.Command)
	simulate, err = parse(t, newSimulate, "pulumi", "up", "-s", "phase1")
	require.NoError(t, err)
	require.Equal(t, []string{"pulumi", "up", "-s", "phase1"}, simulate.Command)

	advised, err := parse(t, newAdvise, "prod", "--simulate")
	require.NoError(t, err)
	require.Equal(t, "prod", advised.Stack)
	require.True(t, advised.Simulate)

	set, err := parse(t, newSetAlarmState, "--alarm-name", "a", "--state-value", "ALARM", "--state-reason", "why",
		"--value", "-1.5", "--region", "eu-west-1")
	require.NoError(t, err)
	require.Equal(t, simcloud.AlarmState{
		Region: "eu-west-1", Name: "a", State: advise.Ringing, Reason: "why", Value: new(-1.5),
	}, set.AlarmState)
	set, err = parse(t, newSetAlarmState, "--alarm-name", "a", "--state-value", "OK", "--state-reason", "why")
	require.NoError(t, err)
	require.Nil(t, set.Value, "no value is not a value of 0")

	phases, err := parse(t, newPhases, "phase1")
	require.ErrorContains(t, err, `got argument "phase1", want none`)
	require.Nil(t, phases, "nothing runs after a mistake")
}

func TestExitCode(t *testing.T) {
	t.Parallel()
	policy := &engine.OperationError{Op: "up", Stack: "a", Problems: []engine.Problem{{Message: "no"}}, Program: engine.ErrPolicy}
	for want, err := range map[int]error{
		ExitOK:      nil,
		ExitFailed:  errors.New("x"),
		ExitUsage:   errors.Join(&usageError{err: errors.New("x")}, errors.New("y")),
		ExitPolicy:  policy,
		ExitChanges: &changesError{},
		7:           &childError{code: 7},
	} {
		require.Equal(t, want, exitCode(err))
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][2]string{
		50: {"50", "50"}, 1000: {"1K", "1,000"}, 1500: {"1500", "1,500"}, 100_000: {"100K", "100,000"},
		1_000_000: {"1M", "1,000,000"}, 20_500: {"20500", "20,500"},
	} {
		require.Equal(t, want, [2]string{short(n), thousands(n)})
	}
	require.Equal(t, "59.9 s", seconds(59_900_000_000))
	require.Equal(t, "2 min 05 s", seconds(125_000_000_000))
}

func TestAbilities(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string][2]bool{
		"TERM=xterm": {true, true}, "NO_COLOR=": {true, true}, "NO_COLOR=1": {true, false}, "TERM=dumb": {false, false},
	} {
		moves, colours := abilities([]string{"HOME=/", entry})
		require.Equal(t, want, [2]bool{moves, colours}, entry)
	}
}

// Every command says what it needs, shows an example, and has its JSON form documented.
func TestDocsAreComplete(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	for _, doc := range Docs()[1:] {
		documented[doc.Command.Name()] = true
		require.NotNil(t, doc.JSON, doc.Command.Name())
		require.Contains(t, doc.Command.Long, "\n\nNeeds ", doc.Command.Name())
		require.Contains(t, doc.Command.Example, doc.Command.CommandPath())
	}
	for _, name := range names(newRoot(&factory{})) {
		require.True(t, documented[name], name)
	}
}
