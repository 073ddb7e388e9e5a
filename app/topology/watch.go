package topology

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

const readTimeout = 5 * time.Second

// Watcher keeps the last good document of a source and tells its subscribers of changes.
type Watcher struct {
	source Source
	log    *slog.Logger
	stop   context.CancelFunc
	ended  chan struct{}

	telling     sync.Mutex // held while subscribers are told, so that each sees all changes in order
	mu          sync.Mutex
	text        []byte // last text that was read, good or not
	status      Status
	subscribers []*subscriber
}

type subscriber struct {
	tell   func(Document) error
	failed bool // to do what the current document says
}

// Status is what a Watcher knows.
type Status struct {
	Document Document
	Since    time.Time // when Document was first seen
	Changes  int64     // documents that replaced another
	Errors   int64     // reads that failed or found a broken document
	Err      error     // of the last read; nil: Document is what the source holds
}

// Watch reads the document, and reads it again at each interval until Close. The first document has to be good.
func Watch(ctx context.Context, source Source, interval time.Duration, log *slog.Logger) (*Watcher, error) {
	w := &Watcher{source: source, log: log.With(slog.String("topology", source.String())), ended: make(chan struct{})}
	first, text, err := w.read(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	w.text, w.status = text, Status{Document: first, Since: time.Now()}
	ctx, w.stop = context.WithCancel(ctx)
	go w.watch(ctx, interval)
	return w, nil
}

// Close ends watching, and returns when no subscriber will be told anything any more.
func (w *Watcher) Close() {
	w.stop()
	<-w.ended
}

// Current returns the last good document.
func (w *Watcher) Current() Document { return w.Status().Document }

// Status returns what is known.
func (w *Watcher) Status() Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.status
}

// Subscribe calls tell with the current document, now, and with each change, one after another; after an error with
// each look again. The returned function ends that; it must not be called by tell.
func (w *Watcher) Subscribe(tell func(Document) error) (stop func()) {
	w.telling.Lock()
	defer w.telling.Unlock()
	one := &subscriber{tell: tell}
	w.mu.Lock()
	w.subscribers = append(w.subscribers, one)
	current := w.status.Document
	w.mu.Unlock()
	one.failed = tell(current) != nil
	return func() {
		w.telling.Lock()
		defer w.telling.Unlock()
		w.mu.Lock()
		defer w.mu.Unlock()
		for i, other := range w.subscribers {
			if other == one {
				w.subscribers = append(w.subscribers[:i:i], w.subscribers[i+1:]...)
				return
			}
		}
	}
}

func (w *Watcher) watch(ctx context.Context, interval time.Duration) {
	defer close(w.ended)
	select { // processes that start together do not ask together
	case <-time.After(rand.N(interval)): //nolint:gosec // G404: no secret
	case <-ctx.Done():
		return
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			w.poll(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// poll reads once. A broken document changes nothing: the last good one stays.
func (w *Watcher) poll(ctx context.Context) {
	document, text, err := w.read(ctx)
	if ctx.Err() != nil {
		return
	}
	w.telling.Lock()
	defer w.telling.Unlock()
	w.mu.Lock()
	repeated := err != nil && w.status.Err != nil && w.status.Err.Error() == err.Error()
	changed := err == nil && !document.Equal(w.status.Document)
	w.status.Err = err
	if text != nil {
		w.text = text
	}
	if err != nil {
		w.status.Errors++
	}
	if changed {
		w.status.Document, w.status.Since = document, time.Now()
		w.status.Changes++
	}
	current, subscribers := w.status.Document, w.subscribers
	w.mu.Unlock()
	switch {
	case err != nil && !repeated:
		w.log.ErrorContext(ctx, "topology: the last good one stays", slog.Any("error", err))
	case changed:
		w.log.InfoContext(ctx, "topology changed", slog.String("writer", document.Writer.String()),
			slog.Int("readers", len(document.Readers)), slog.Bool("frozen", document.Frozen))
	}
	for _, one := range subscribers {
		if changed || one.failed {
			one.failed = one.tell(current) != nil
		}
	}
}

// read returns the document of the source; the text is nil when it could not be read.
func (w *Watcher) read(ctx context.Context) (Document, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	text, err := w.source.Read(ctx)
	if err != nil {
		return Document{}, nil, err
	}
	w.mu.Lock()
	known := w.text != nil && w.status.Err == nil && bytes.Equal(text, w.text)
	current := w.status.Document
	w.mu.Unlock()
	if known {
		return current, text, nil
	}
	document, err := Parse(text)
	return document, text, err
}
