package engine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/engine"
)

func TestErrorsAreTheEnginesOwn(t *testing.T) {
	t.Parallel()
	boom := errors.New("phase: got 7, want 1 to 4")
	for name, test := range map[string]struct {
		run  pulumi.RunFunc
		want string
	}{
		"program": {func(*pulumi.Context) error { return boom }, "up dev: phase: got 7, want 1 to 4"},
		"panic":   {func(*pulumi.Context) error { panic("oh") }, "up dev: the program panicked: oh"},
		"provider": {func(ctx *pulumi.Context) error {
			_, err := thing(ctx, "box", pulumi.Map{"bad": pulumi.Bool(true)})
			return err
		}, "up dev: box (thing:index:Thing): quota of things is used up"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, test.run)
			_, err := b.open().Up(t.Context())
			require.EqualError(t, err, test.want)
			var failed *engine.OperationError
			require.ErrorAs(t, err, &failed)
			if name == "program" {
				require.ErrorIs(t, err, boom, "the program's own error can be found")
			}
			require.Empty(t, b.locks())
		})
	}
}

func TestFailedUpTellsWhatWasDone(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(ctx *pulumi.Context) error {
		box, err := thing(ctx, "box", pulumi.Map{})
		if err != nil {
			return err
		}
		_, err = thing(ctx, "lid", pulumi.Map{"bad": pulumi.Bool(true), "of": box.ID()})
		return err
	})
	r, err := b.open().Up(t.Context())
	require.ErrorContains(t, err, "quota of things is used up")
	require.Equal(t, engine.Steps{Create: 1}, r.Steps)
	require.Equal(t, "box", r.Resources[0].Name)
}

func TestProtectedDestroy(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(ctx *pulumi.Context) error {
		_, err := thing(ctx, "data", pulumi.Map{}, pulumi.Protect(true))
		_, err2 := thing(ctx, "kept", pulumi.Map{}, pulumi.RetainOnDelete(true))
		_, err3 := thing(ctx, "web", pulumi.Map{})
		return errors.Join(err, err2, err3)
	})
	b.up()
	state, err := b.open().State(t.Context())
	require.NoError(t, err)
	require.Len(t, state.Resources, 3)
	require.True(t, state.Resources[0].Protect)
	require.True(t, state.Resources[1].Retain)

	_, err = b.open().Destroy(t.Context(), false)
	require.ErrorIs(t, err, engine.ErrProtected)
	require.ErrorContains(t, err, "data")
	require.NotContains(t, err.Error(), "web")
	require.Equal(t, 3, b.cloud.count(), "nothing was deleted")

	b.said()
	r, err := b.open().Destroy(t.Context(), true)
	require.NoError(t, err)
	require.Equal(t, 3, r.Steps.Delete)
	require.Equal(t, 1, b.cloud.count(), "what is retained stays")
	said := b.said()
	require.Contains(t, said, "protection is lifted for this run from: data")
	require.Contains(t, said, "these left the stack and stay in the cloud, where they cost what they did:\n  kept as kept-")
}

func TestCancelLeavesNoLock(t *testing.T) {
	t.Parallel()
	b := newBench(t, two)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b.cloud.inCreate = func(_ context.Context, name string) error {
		if name == "box" {
			cancel() // Ctrl-C while the create runs; a real provider answers when it is asked to stop
			<-b.cloud.stopped
		}
		return nil
	}
	_, err := b.open().Up(ctx)
	require.ErrorIs(t, err, engine.ErrCancelled)
	require.ErrorContains(t, err, "cancelled")
	require.Empty(t, b.locks())

	b.cloud.inCreate = nil
	state, err := b.open().State(t.Context())
	require.NoError(t, err)
	require.Empty(t, state.Pending, "the running create ended and was recorded")
	r := b.up()
	require.Equal(t, engine.Steps{Same: 2, Create: 1}, r.Steps, "the next run goes on")
}

func TestAbortEndsWithoutWaiting(t *testing.T) {
	t.Parallel()
	b := newBench(t, two)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	abort, never := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(never) })
	b.opts.Abort = abort
	b.cloud.inCreate = func(context.Context, string) error {
		cancel()
		close(abort)
		<-never
		return nil
	}
	_, err := b.open().Up(ctx)
	require.ErrorIs(t, err, engine.ErrCancelled)
	b.cloud.inCreate = nil
	b.said()
	b.up()
	require.Contains(t, b.said(), "an update was killed while creating box (thing:index:Thing)")
	require.Empty(t, b.locks())
}
