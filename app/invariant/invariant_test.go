package invariant_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ladder-iac/ladder/app/invariant"
)

func TestWhatKeepsAllPromisesIsAccepted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		found, err := invariant.Check(w.history, w.tolerant())
		require.NoError(t, err)
		require.Empty(t, found)
	})
}

// mutations break a world in one place each. Key x has two acknowledged writes of ann's in the end.
var mutations = map[string]struct {
	breaks invariant.ID
	mutate func(w *world)
}{
	"lost write":   {invariant.Durable, func(w *world) { w.history.Final["x"] = w.previous() }},
	"lost row":     {invariant.Durable, func(w *world) { delete(w.history.Final, "x") }},
	"lost update":  {invariant.Durable, (*world).writeTwice},
	"own write":    {invariant.ReadYourWrites, func(w *world) { w.readOld("ann") }},
	"nothing read": {invariant.ReadYourWrites, func(w *world) { w.add(w.later("ann", "x")) }},
	"back in time": {invariant.MonotonicReads, func(w *world) {
		w.read(w.later("new", "x"))
		w.readOld("new")
	}},
	"stale read":   {invariant.BoundedStaleness, func(w *world) { w.readOld("new") }},
	"no effect":    {invariant.ExactlyOnce, func(w *world) { w.effects(slices.Delete(w.history.Effects, w.last(), w.last()+1)) }},
	"two effects":  {invariant.ExactlyOnce, func(w *world) { w.effects(append(w.history.Effects, w.history.Effects[w.last()])) }},
	"wrong effect": {invariant.ExactlyOnce, func(w *world) { w.effects(append(w.history.Effects, invariant.Effect{Key: "z"})) }},
	"order": {invariant.KeyOrder, func(w *world) {
		all := w.history.Effects
		all[w.last()], all[w.last()-1] = all[w.last()-1], all[w.last()]
	}},
	"failures": {invariant.Available, func(w *world) { w.fail(503, true) }},
	"stuck": {invariant.Recovers, func(w *world) {
		w.history.Faults = []invariant.Fault{{Name: "fault", Cleared: w.now + step/2}}
		w.fail(503, true)
	}},
	"never seen well": {invariant.Recovers, func(w *world) {
		w.history.Faults = []invariant.Fault{{Name: "fault", Cleared: w.now + step/2}}
	}},
	"leak": {invariant.BoundedResources, func(w *world) {
		w.history.Resources = []invariant.Resource{{Name: "goroutines", Before: 7, After: 10, Slack: 2}}
	}},
	"wrong status":   {invariant.HonestErrors, func(w *world) { w.fail(500, true) }},
	"no Retry-After": {invariant.HonestErrors, func(w *world) { w.fail(503, false) }},
	"wrong value": {invariant.HonestErrors, func(w *world) {
		o := w.later("new", "x")
		o.Value, o.Version = "never written", w.current("x").Version
		w.add(o)
	}},
	"done after all": {invariant.HonestErrors, func(w *world) {
		o := w.write(w.later("ann", "x"), invariant.Failed, false)
		w.history.Final["x"] = invariant.Row{Value: o.Value, Version: o.Version}
	}},
	"not repeatable": {invariant.HonestErrors, func(w *world) {
		w.write(w.later("ann", "x"), invariant.Unknown, false)
		w.history.Operations[len(w.history.Operations)-1].Repeatable = false
	}},
	"seen, then gone": {invariant.Linearizable, func(w *world) {
		old := w.current("x")
		w.write(w.later("ann", "x"), invariant.Unknown, true)
		w.read(w.later("new", "x"))
		o := w.later("newer", "x")
		o.Value, o.Version = old.Value, old.Version
		w.add(o)
	}},
}

func (w *world) last() int { return len(w.history.Effects) - 1 }

func (w *world) effects(all []invariant.Effect) { w.history.Effects = all }

// previous is what x was before its last write.
func (w *world) previous() invariant.Row { return w.rows["x"][len(w.rows["x"])-2] }

func (w *world) readOld(session string) {
	o := w.later(session, "x")
	o.Value, o.Version = w.previous().Value, w.previous().Version
	w.add(o)
}

// writeTwice acknowledges two writes over the same version, as two writers do that do not know of each other.
func (w *world) writeTwice() {
	o := w.write(w.later("ann", "x"), invariant.OK, true)
	again := w.later("bob", "x")
	again.Kind, again.Version, again.Value = invariant.Write, o.Version, "the other"
	w.add(again)
}

func (w *world) fail(status int, retryAfter bool) {
	o := w.later("ann", "x")
	o.Outcome, o.Status, o.RetryAfter = invariant.Failed, status, retryAfter
	w.add(o)
}

func TestEachMutationIsCaught(t *testing.T) {
	t.Parallel()
	for name, mutation := range mutations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				w := drawWorld(t)
				bounds := w.tolerant()
				mutation.mutate(w)
				found, err := invariant.Check(w.history, bounds)
				require.NoError(t, err)
				require.Contains(t, invariant.Broken(found), mutation.breaks)
				for _, v := range found {
					require.NotEmpty(t, v.What)
				}
			})
		})
	}
}

func TestEachPromiseHasAMutation(t *testing.T) {
	t.Parallel()
	broken := map[invariant.ID]bool{}
	for _, mutation := range mutations {
		broken[mutation.breaks] = true
	}
	for _, p := range invariant.Promises() {
		require.True(t, broken[p.ID], "%s: %s", p.ID, p.Text)
	}
}

func TestBoundsTolerate(t *testing.T) {
	t.Parallel()
	for name, bounds := range map[string]invariant.Bounds{
		"lost write": {Lost: 1}, "stale read": {Staleness: time.Hour, Strong: func(invariant.Operation) bool { return false }},
		"failures": {Failing: 1}, "stuck": {Failing: 1, Recovery: time.Hour},
	} {
		w := newWorld()
		for range 2 {
			w.write(w.later("ann", "x"), invariant.OK, true)
		}
		mutations[name].mutate(w)
		w.read(w.later("newest", "x")) // it recovers
		found, err := invariant.Check(w.history, bounds)
		require.NoError(t, err)
		require.Empty(t, found, name)
	}
}

// Hundreds of writes fail while a database is away, any of which may have been done.
func TestManyUnknownWrites(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.write(w.later("ann", "x"), invariant.OK, true)
	for n := range 300 {
		w.write(w.later("ann", "x"), invariant.Unknown, n == 100)
		w.read(w.later("bob", "x"))
	}
	w.write(w.later("ann", "x"), invariant.OK, true)
	w.read(w.later("bob", "x"))
	found, err := invariant.Check(w.history, w.tolerant())
	require.NoError(t, err)
	require.Empty(t, found)
}

func TestHistoryThatProvesNothing(t *testing.T) {
	t.Parallel()
	good := invariant.Operation{Kind: invariant.Write, Key: "x", Value: "a", Version: 1, Invoked: 1, Returned: 2}
	for want, change := range map[string]func(o *invariant.Operation){
		"want one clock":  func(o *invariant.Operation) { o.Returned = 0 },
		"want both":       func(o *invariant.Operation) { o.Kind, o.Version = invariant.Read, 0 },
		"want those that": func(o *invariant.Operation) { o.Version = 0 },
		"want unique":     func(*invariant.Operation) {},
	} {
		bad := good
		change(&bad)
		_, err := invariant.Check(invariant.History{Operations: []invariant.Operation{good, bad}}, invariant.Bounds{})
		require.ErrorContains(t, err, want)
	}
}

func TestRecorder(t *testing.T) {
	t.Parallel()
	r := invariant.NewRecorder()
	r.Do(invariant.Operation{Key: "x"}, func(o *invariant.Operation) bool { o.Status = 404; return true })
	r.Do(invariant.Operation{Key: "x"}, func(*invariant.Operation) bool { return false })
	recorded := r.Operations()
	require.Len(t, recorded, 1)
	require.Equal(t, 404, recorded[0].Status)
	require.LessOrEqual(t, recorded[0].Invoked, recorded[0].Returned)
	require.LessOrEqual(t, recorded[0].Returned, r.Now())
}
