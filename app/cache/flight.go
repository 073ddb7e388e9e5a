package cache

import (
	"context"
	"sync"
)

// flights are the reads that are under way, by key. The first who asks for a key does the read himself: it is not
// worth a goroutine, whose stack has to grow first.
type flights[T any] struct {
	mu    sync.Mutex
	byKey map[string]*flight[T]
}

// flight is one read for all who ask meanwhile.
type flight[T any] struct {
	key   string
	ended chan struct{} // nil while nobody waits
	done  filled[T]     // when it has ended, as err
	err   error
}

// filled is what a read below the process's own cache has found.
type filled[T any] struct {
	entry  Entry[T]
	source Source
}

// join returns the flight for a key. Whoever is first must make it land; the others wait for that.
func (f *flights[T]) join(key string) (of *flight[T], first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if of = f.byKey[key]; of == nil {
		of = &flight[T]{key: key}
		f.byKey[key] = of
		return of, true
	}
	if of.ended == nil {
		of.ended = make(chan struct{})
	}
	return of, false
}

func (f *flights[T]) land(of *flight[T]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byKey[of.key] == of {
		delete(f.byKey, of.key)
	}
	if of.ended != nil {
		close(of.ended)
	}
}

// forget lets nobody join a flight any more.
func (f *flights[T]) forget(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.byKey, key)
}

// wait reports whether the flight has ended before ctx.
func (of *flight[T]) wait(ctx context.Context) bool {
	select {
	case <-of.ended:
		return true
	case <-ctx.Done():
		return false
	}
}
