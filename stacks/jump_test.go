package stacks_test

import (
	"regexp"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/stacks"
)

// refused finds the names in the engine's refusals.
var refused = regexp.MustCompile(`([a-z0-9-]+) \(aws:\S+\): protected, and this change would delete it`)

// unprotected is the program as it is, except that the engine may delete and replace everything.
func unprotected(ctx *pulumi.Context) error {
	err := ctx.RegisterStackTransformation(
		func(a *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			return &pulumi.ResourceTransformationResult{Props: a.Props, Opts: append(a.Opts, pulumi.Protect(false))}
		})
	if err != nil {
		return err
	}
	return stacks.Run(ctx)
}

// A phase goes up, a second run finds nothing to do, neither does a preview after a refresh, and everything goes down
// again in an order that the cloud accepts.
func TestPhasesOnTheEngine(t *testing.T) {
	t.Parallel()
	for _, name := range built() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := run(t, name, nil)
			g, err := graph.Record(stacks.Run, base)
			require.NoError(t, err)
			stack := simulate(t).stack(t, name, stacks.Run, base.Config)

			up, err := stack.Up(t.Context())
			require.NoError(t, err)
			require.Equal(t, len(g.Resources), up.Steps.Create, "every resource is created")
			for what, again := range map[string]func() (*engine.Result, error){
				"up":      func() (*engine.Result, error) { return stack.Up(t.Context()) },
				"refresh": func() (*engine.Result, error) { return stack.Refresh(t.Context()) },
				"preview": func() (*engine.Result, error) { return stack.Preview(t.Context()) },
			} {
				result, err := again()
				require.NoError(t, err, what)
				require.Zero(t, result.Changes, "%s after up: %+v", what, result.Resources)
			}

			_, err = stack.Destroy(t.Context(), false)
			require.ErrorIs(t, err, engine.ErrProtected)
			down, err := stack.Destroy(t.Context(), true)
			require.NoError(t, err)
			require.Equal(t, len(g.Resources), down.Steps.Delete)
		})
	}
}

// The jump to the next phase: the engine refuses it, and names nothing that diff does not name. If nothing were
// protected, it would do to each resource what diff says.
func TestJumpsOnTheEngine(t *testing.T) {
	t.Parallel()
	names := built()
	for i, from := range names[:len(names)-1] {
		to := names[i+1]
		t.Run(from+" to "+to, func(t *testing.T) {
			t.Parallel()
			before, after := run(t, from, nil), run(t, to, nil)
			for _, made := range []string{"ladder:artifact", "ladder:image"} {
				after.Config[made] = before.Config[made]
			}
			g, diff := climb(t, from, to)

			s := simulate(t)
			_, err := s.stack(t, from, stacks.Run, before.Config).Up(t.Context())
			require.NoError(t, err)
			_, err = s.stack(t, from, stacks.Run, after.Config).Preview(t.Context())
			if len(protected(g, diff.Delete, false)) == 0 { // phase 4 keeps all that phase 3 protects
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, engine.ErrProtected)
				named := refused.FindAllStringSubmatch(err.Error(), -1)
				require.NotEmpty(t, named)
				for _, match := range named { // the first ones in the order of deletion
					require.Contains(t, protected(g, diff.Delete, false), match[1])
				}
			}

			free := simulate(t)
			_, err = free.stack(t, from, unprotected, before.Config).Up(t.Context())
			require.NoError(t, err)
			predicted, err := graph.Compare(unprotected, before, after)
			require.NoError(t, err)
			preview, err := free.stack(t, from, unprotected, after.Config).Preview(t.Context())
			require.NoError(t, err)
			require.Equal(t, operations(predicted), steps(preview))
		})
	}
}
