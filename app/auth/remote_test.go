package auth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/auth"
)

// publisher stands in for the service that publishes keys.
type publisher struct {
	mu      sync.Mutex
	status  int
	content string
	failure error
	asked   int
	hold    chan struct{} // answers wait for it, if it is there
}

func (p *publisher) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	p.asked++
	status, content, failure, hold := p.status, p.content, p.failure, p.hold
	p.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	if failure != nil {
		return nil, failure
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(bytes.NewBufferString(content))}, nil
}

func (p *publisher) publish(t *testing.T, keys auth.Keys) {
	t.Helper()
	content, err := json.Marshal(keys)
	require.NoError(t, err)
	p.answer(http.StatusOK, string(content), nil)
}

func (p *publisher) answer(status int, content string, failure error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status, p.content, p.failure = status, content, failure
}

func (p *publisher) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// newRemote returns remote keys, their publisher and their time.
func newRemote(t *testing.T) (*auth.RemoteKeys, *publisher, *lockedClock) {
	t.Helper()
	source, moment := &publisher{}, &lockedClock{moment: time.Now()}
	keys := auth.NewRemoteKeys("http://users"+auth.JWKSPath, &http.Client{Transport: source}, moment.now,
		slog.New(slog.DiscardHandler))
	t.Cleanup(keys.Close)
	return keys, source, moment
}

type lockedClock struct {
	mu     sync.Mutex
	moment time.Time
}

func (c *lockedClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.moment
}

func (c *lockedClock) pass(far time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moment = c.moment.Add(far)
}

func TestRemoteKeysAreFetchedOnceAndKept(t *testing.T) {
	t.Parallel()
	first := newKey(t)
	keys, source, moment := newRemote(t)
	source.publish(t, auth.NewKeys(publicOf(first)))
	require.Zero(t, source.count(), "nothing is fetched before it is needed")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, err := keys.Key(t.Context(), thumbprint(t, first))
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	require.Equal(t, 1, source.count())
	require.NoError(t, keys.Ready(t.Context()))

	source.answer(0, "", errors.New("down"))
	for range 3 {
		moment.pass(time.Hour) // each is time for another fetch, in the background
		_, err := keys.Key(t.Context(), thumbprint(t, first))
		require.NoError(t, err, "the last known keys stay good")
	}
	require.NoError(t, keys.Ready(t.Context()))
	require.Eventually(t, func() bool { return source.count() > 1 }, time.Minute, time.Millisecond)
}

func TestRemoteKeysFollowARotation(t *testing.T) {
	t.Parallel()
	first, second := newKey(t), newKey(t)
	keys, source, moment := newRemote(t)
	source.publish(t, auth.NewKeys(publicOf(first)))
	require.NoError(t, keys.Ready(t.Context()))
	source.publish(t, auth.NewKeys(publicOf(second)))
	_, err := keys.Key(t.Context(), thumbprint(t, second))
	require.ErrorIs(t, err, auth.ErrUnknownKey, "too soon after the last fetch")
	moment.pass(10 * time.Second)
	_, err = keys.Key(t.Context(), thumbprint(t, second))
	require.NoError(t, err, "an unknown key is asked for")
	_, err = keys.Key(t.Context(), thumbprint(t, first))
	require.ErrorIs(t, err, auth.ErrUnknownKey, "what is not published any more is refused")
}

func TestStrangersDoNotMakeFetches(t *testing.T) {
	t.Parallel()
	keys, source, moment := newRemote(t)
	source.publish(t, auth.NewKeys(publicOf(newKey(t))))
	for range 100 {
		_, err := keys.Key(t.Context(), thumbprint(t, newKey(t)))
		require.ErrorIs(t, err, auth.ErrUnknownKey)
	}
	require.Equal(t, 1, source.count())
	moment.pass(10 * time.Second)
	for range 100 {
		_, err := keys.Key(t.Context(), "stranger")
		require.ErrorIs(t, err, auth.ErrUnknownKey)
	}
	require.Equal(t, 2, source.count())
}

func TestWithoutKeysNobodyIsRefused(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	keys, source, moment := newRemote(t)
	verifier := auth.NewVerifier(moment.now, keys)
	token, _, err := signerAt(t, key, moment.now()).Sign(app.NewID())
	require.NoError(t, err)
	for name, fail := range map[string]func(){
		"down":      func() { source.answer(0, "", errors.New("down")) },
		"error":     func() { source.answer(503, "{}", nil) },
		"no JSON":   func() { source.answer(200, "<html>", nil) },
		"no keys":   func() { source.answer(200, `{"keys":[]}`, nil) },
		"RSA":       func() { source.answer(200, `{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`, nil) },
		"short key": func() { source.answer(200, `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}`, nil) },
	} {
		fail()
		moment.pass(time.Second)
		_, err := verifier.Verify(t.Context(), token)
		require.Equal(t, app.CodeUnavailable, app.ErrorCode(err), "%s: %v", name, err)
		require.Equal(t, app.CodeUnavailable, app.ErrorCode(keys.Ready(t.Context())), name)
	}
	source.publish(t, auth.NewKeys(publicOf(key)))
	moment.pass(time.Second)
	_, err = verifier.Verify(t.Context(), token)
	require.NoError(t, err, "soon after the service is back")
}

func TestRemoteKeysGiveUpWithTheRequest(t *testing.T) {
	t.Parallel()
	keys, source, _ := newRemote(t)
	source.hold = make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := keys.Key(ctx, "x")
	require.Equal(t, app.CodeUnavailable, app.ErrorCode(err))
	require.ErrorIs(t, err, context.Canceled)
	keys.Close() // ends the fetch that hangs
	_, err = keys.Key(t.Context(), "x")
	require.Error(t, err)
}
