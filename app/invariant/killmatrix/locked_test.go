package killmatrix_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/invariant"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

// Mutants of what handlers make of a failure.
const (
	nothingForFailure = "a failed read answers that there is nothing"
	plainErrors       = "every failure is a 500"
	leakyLimit        = "time limit that leaves its goroutine behind"
)

// lockedTable keeps reads and writes waiting until the database cancels them.
func lockedTable(t *testing.T, mutant string) (invariant.History, invariant.Bounds) {
	t.Helper()
	made := pg.New(t)
	lock := connect(t, made)
	used := resources(t)
	db := open(t, postgres.Config{URL: made.URL + "&statement_timeout=1500", PasswordFile: made.PasswordFile(t)})
	store := &failing{ItemService: postgres.NewItems(db), mutant: mutant, locked: make(chan struct{})}
	all := newClient(t)
	p, ann := all.serve("one", nil, store), all.session(t, "ann", app.NewID())
	ann.create(p, "note")
	ann.rewrite(p, "note", 10)

	fault := invariant.Fault{Name: "lock", Began: all.recorder.Now()}
	tx, err := lock.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "LOCK TABLE items")
	require.NoError(t, err)
	close(store.locked)
	var clients sync.WaitGroup
	clients.Go(func() { ann.read(p, "note") })
	for range 8 { // with the others no more than the pool has connections
		phone := ann.also("ann's phone")
		clients.Go(func() { phone.read(p, "note") })
	}
	other := ann.also("ann's tablet")
	other.seen["note"] = ann.seen["note"]
	clients.Go(func() { other.update(p, "note") })
	clients.Wait()
	require.NoError(t, tx.Rollback(t.Context()))
	fault.Cleared = all.recorder.Now()
	store.locked = make(chan struct{})
	ann.rewrite(p, "note", 10)
	p.close()
	db.Close()
	history := invariant.History{
		Operations: all.recorder.Operations(), Final: finalItems(t, made), Resources: used(),
		Faults: []invariant.Fault{fault},
	}
	store.release()
	require.NoError(t, lock.Close(t.Context()))
	return history, invariant.Bounds{Failing: 0.5, Recovery: enough}
}

// failing are items whose reads fail in a mutant's way.
type failing struct {
	app.ItemService

	mutant string
	locked chan struct{} // closed when the fault is there
	left   sync.Map      // channels that nobody reads any more
}

// Item implements app.ItemService.
func (f *failing) Item(ctx context.Context, caller app.Caller, id string) (item app.Item, err error) {
	if f.mutant == leakyLimit {
		return f.limited(ctx, caller, id)
	}
	item, err = f.ItemService.Item(ctx, caller, id)
	switch {
	case err != nil && f.mutant == nothingForFailure:
		return item, app.NoSuchItem()
	case err != nil && f.mutant == plainErrors:
		return item, errors.New(app.ErrorMessage(err))
	}
	return item, err
}

// limited gives up waiting, and leaves a goroutine that waits to hand over its answer.
func (f *failing) limited(ctx context.Context, caller app.Caller, id string) (app.Item, error) {
	answer := make(chan itemOrError)
	go func() {
		item, err := f.ItemService.Item(ctx, caller, id)
		answer <- itemOrError{item, err}
	}()
	select {
	case found := <-answer:
		return found.item, found.err
	case <-f.locked:
		f.left.Store(answer, true)
		return app.Item{}, app.Errorf(app.CodeUnavailable, "too slow")
	}
}

type itemOrError struct {
	item app.Item
	err  error
}

// release ends the goroutines that were left behind.
func (f *failing) release() {
	f.left.Range(func(answer, _ any) bool {
		<-answer.(chan itemOrError) //nolint:forcetypeassert // of no other type
		return true
	})
}
