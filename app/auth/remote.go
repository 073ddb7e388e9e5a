package auth

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/ladder-iac/ladder/app"
)

const (
	keysMaxAge     = 5 * time.Minute  // a key that was taken away is refused after this time
	keysInterval   = 10 * time.Second // at most one fetch in this time, whatever tokens strangers send
	keysRetry      = time.Second      // the same after a failed fetch
	keysFetchTime  = 3 * time.Second
	keysMaxContent = 64 << 10
)

// RemoteKeys are the public keys that another service publishes. They are fetched when first needed, again after some
// minutes in the background, and when a token names an unknown one. While the service does not answer, the last
// known ones stay good: verifying needs no call.
type RemoteKeys struct {
	url    string
	client *http.Client
	now    func() time.Time
	log    *slog.Logger

	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu      sync.Mutex
	keys    Keys
	fetched time.Time // the last success
	tried   time.Time // the last start
	failure error     // of the last fetch
	running chan struct{}
}

// NewRemoteKeys returns the keys at a URL; now is time.Now outside tests. Close ends its work.
func NewRemoteKeys(url string, client *http.Client, now func() time.Time, log *slog.Logger) *RemoteKeys {
	ctx, cancel := context.WithCancel(context.Background())
	return &RemoteKeys{url: url, client: client, now: now, log: log, ctx: ctx, cancel: cancel}
}

// Close ends a fetch that is under way.
func (r *RemoteKeys) Close() {
	r.mu.Lock() // no fetch starts after this
	r.cancel()
	r.mu.Unlock()
	r.work.Wait()
}

// Ready returns nil when there are keys, and tries to get some when there are none.
func (r *RemoteKeys) Ready(ctx context.Context) error {
	if r.known() {
		return nil
	}
	if _, err := r.Key(ctx, ""); err != nil && !errors.Is(err, ErrUnknownKey) {
		return err
	}
	return nil
}

func (r *RemoteKeys) known() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.keys.byID) > 0
}

// Key implements KeySource.
func (r *RemoteKeys) Key(ctx context.Context, id string) (ed25519.PublicKey, error) {
	key, running := r.look(id)
	if key != nil || running == nil {
		return r.answer(key)
	}
	select {
	case <-running:
	case <-ctx.Done():
		return nil, unavailableKeys(ctx.Err())
	}
	r.mu.Lock()
	key = r.keys.byID[id]
	r.mu.Unlock()
	return r.answer(key)
}

// look returns a known key, and for an unknown one the fetch that may bring it, if one is due or under way.
func (r *RemoteKeys) look(id string) (ed25519.PublicKey, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key, now, interval := r.keys.byID[id], r.now(), keysInterval
	if r.failure != nil {
		interval = keysRetry
	}
	wanted := key == nil || now.Sub(r.fetched) >= keysMaxAge
	if wanted && r.running == nil && now.Sub(r.tried) >= interval && r.ctx.Err() == nil {
		r.tried, r.running = now, make(chan struct{})
		r.work.Go(r.refresh)
	}
	return key, r.running
}

func (r *RemoteKeys) answer(key ed25519.PublicKey) (ed25519.PublicKey, error) {
	if key != nil {
		return key, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failure != nil {
		return nil, unavailableKeys(r.failure)
	}
	return nil, ErrUnknownKey
}

func (r *RemoteKeys) refresh() {
	ctx, cancel := context.WithTimeout(r.ctx, keysFetchTime)
	defer cancel()
	keys, err := r.fetch(ctx)
	if err != nil {
		r.log.Warn("token keys: not fetched; the last known ones stay", slog.Any("error", err))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failure = err; err == nil {
		r.keys, r.fetched = keys, r.now()
	}
	close(r.running)
	r.running = nil
}

func (r *RemoteKeys) fetch(ctx context.Context) (Keys, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, nil)
	if err != nil {
		return Keys{}, fmt.Errorf("key set: %w", err)
	}
	answer, err := r.client.Do(request)
	if err != nil {
		return Keys{}, fmt.Errorf("key set: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(answer.Body, keysMaxContent))
	if err != nil {
		return Keys{}, fmt.Errorf("key set: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return Keys{}, fmt.Errorf("key set: %s answered %d", r.url, answer.StatusCode)
	}
	return ParseKeys(content)
}

func unavailableKeys(err error) error {
	return &app.Error{
		Code: app.CodeUnavailable, Message: "tokens cannot be verified now; try again later", Err: err,
	}
}
