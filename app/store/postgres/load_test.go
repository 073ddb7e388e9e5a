package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest/pgtest"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

// load is writers that note which of their items were acknowledged.
type load struct {
	acked   sync.Map // id of the item
	count   atomic.Int64
	errs    sync.Map // by text: errors that are no honest refusal
	stop    context.CancelFunc
	writers sync.WaitGroup
}

func startLoad(t *testing.T, writers int, dbs ...*postgres.DB) *load {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	l := &load{stop: stop}
	for i := range writers {
		l.writers.Go(func() {
			items, ann := postgres.NewItems(dbs[i%len(dbs)]), newCaller(t)
			for n := 0; ctx.Err() == nil; n++ {
				item, err := items.CreateItem(context.WithoutCancel(ctx), ann, app.NewItem{Title: fmt.Sprint(n)})
				switch {
				case err == nil:
					l.acked.Store(item.ID, true)
					l.count.Add(1)
				case app.ErrorCode(err) != app.CodeUnavailable:
					l.errs.Store(err.Error(), true)
				}
			}
		})
	}
	return l
}

// end stops the load and returns how many acknowledged items a server does not have.
func (l *load) end(t *testing.T, database string, at *pgtest.Server) (acked, lost int) {
	t.Helper()
	l.stop()
	l.writers.Wait()
	l.errs.Range(func(text, _ any) bool {
		t.Error(text)
		return true
	})
	rows, err := connect(t, at.DB(database)).Query(t.Context(), "SELECT id::text FROM items")
	require.NoError(t, err)
	found := map[string]bool{}
	for rows.Next() {
		var id string
		require.NoError(t, rows.Scan(&id))
		found[id] = true
	}
	require.NoError(t, rows.Err())
	l.acked.Range(func(id, _ any) bool {
		acked++
		if !found[id.(string)] {
			lost++
		}
		return true
	})
	return acked, lost
}

// more waits for further acknowledged writes.
func (l *load) more(t *testing.T, n int64) {
	t.Helper()
	from := l.count.Load()
	require.Eventually(t, func() bool { return l.count.Load() >= from+n }, patience, 5*time.Millisecond)
}
