package killmatrix_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/auth"
	"github.com/ladder-iac/ladder/app/invariant"
	"github.com/ladder-iac/ladder/app/web"
)

// client is what all sessions of a run have in common.
type client struct {
	recorder *invariant.Recorder
	sign     func(userID string) (token string, expires time.Time, err error)
	verify   func(ctx context.Context, token string) (app.Caller, error)
	values   atomic.Int64
}

func newClient(t *testing.T) *client {
	t.Helper()
	_, signer, verifier := apptest.Keys(t)
	return &client{recorder: invariant.NewRecorder(), sign: signer.Sign, verify: verifier.Verify}
}

// value returns one that nobody has written.
func (c *client) value() string { return fmt.Sprintf("value %d", c.values.Add(1)) }

// handler returns the app's own handlers around services.
func (c *client) handler(node string, users app.UserService, items app.ItemService) http.Handler {
	return web.Handler(web.Options{
		Services: web.Services{
			Users: users, Items: items, Verify: c.verify, Keys: func() auth.Keys { return auth.NewKeys() },
			About: web.About{Version: "test", Role: "all", Node: node},
		},
		Mounts: []web.Mount{web.Users, web.Items}, Log: slog.New(slog.DiscardHandler),
		Health:  web.NewHealth(func(context.Context) error { return nil }),
		Observe: func(int, time.Duration) {},
	})
}

// process is an app that answers at an address.
type process struct {
	url   string
	close func()
}

func (c *client) serve(node string, users app.UserService, items app.ItemService) process {
	server := httptest.NewServer(c.handler(node, users, items))
	return process{url: server.URL, close: server.Close}
}

// session is a client that brings back what the service told it of how new its data has to be.
type session struct {
	*client
	name, token, freshness string
	http                   *http.Client
	ids                    map[string]string // of items by key, which is their body
	seen                   map[string]int64  // versions by key
}

// session returns one of a user. Requests go over connections of their own, as through a balancer.
func (c *client) session(t *testing.T, name, userID string) *session {
	t.Helper()
	token, _, err := c.sign(userID)
	require.NoError(t, err)
	return &session{
		client: c, name: name, token: token, ids: map[string]string{}, seen: map[string]int64{},
		http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience},
	}
}

// also is another session of the same user, who knows the same items.
func (s *session) also(name string) *session {
	other := *s
	other.name, other.freshness, other.ids, other.seen = name, "", maps.Clone(s.ids), map[string]int64{}
	return &other
}

func (s *session) create(p process, key string) invariant.Operation {
	in := app.NewItem{Title: s.value(), Body: key}
	o := invariant.Operation{Key: key, Kind: invariant.Write, Value: in.Title, Version: 1}
	return s.do(o, "POST", p.url+"/api/v1/items", in)
}

// update makes the version after the one that the session has seen last.
func (s *session) update(p process, key string) invariant.Operation {
	in := app.ItemChange{Version: s.seen[key], Title: s.value(), Body: key}
	o := invariant.Operation{Key: key, Kind: invariant.Write, Value: in.Title, Version: in.Version + 1}
	return s.do(o, "PUT", p.url+"/api/v1/items/"+s.ids[key], in)
}

func (s *session) read(p process, key string) invariant.Operation {
	return s.do(invariant.Operation{Key: key}, "GET", p.url+"/api/v1/items/"+s.ids[key], nil)
}

// do sends a request and records what its answer says.
func (s *session) do(o invariant.Operation, method, url string, in any) invariant.Operation {
	o.Session, o.Repeatable = s.name, o.Kind == invariant.Write
	return s.recorder.Do(o, func(o *invariant.Operation) bool {
		answer, err := s.send(method, url, in)
		if err != nil {
			var network *net.OpError
			o.Outcome = invariant.Failed
			if o.Kind == invariant.Write && (!errors.As(err, &network) || network.Op != "dial") {
				o.Outcome = invariant.Unknown
			}
			return true
		}
		return s.judge(o, answer)
	})
}

// judge says what an answer means; false when it is a refusal that is right.
func (s *session) judge(o *invariant.Operation, answer answer) bool {
	o.Status, o.RetryAfter = answer.status, answer.header.Get("Retry-After") != ""
	o.Source = answer.header.Get(api.Origin)
	switch {
	case answer.status == http.StatusConflict:
		return false
	case answer.status == http.StatusNotFound && o.Kind == invariant.Read:
		return true // the answer is that there is nothing
	case answer.status >= http.StatusMultipleChoices:
		o.Outcome = invariant.Failed
		if o.Kind == invariant.Write {
			o.Outcome = invariant.Unknown
		}
		return true
	}
	var found struct {
		ID, Title, Name string
		Version         int64
	}
	if json.Unmarshal(answer.content, &found) == nil {
		o.Value, o.Version = found.Title+found.Name, found.Version
		if o.Key == "" {
			o.Key = found.ID // a user's, which the service makes
		}
		s.ids[o.Key], s.seen[o.Key] = found.ID, found.Version
	}
	return true
}

// answer is what came back.
type answer struct {
	status  int
	header  http.Header
	content []byte
}

func (s *session) send(method, url string, in any) (answer, error) {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return answer{}, err
		}
	}
	r, err := http.NewRequestWithContext(context.Background(), method, url, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+s.token)
	r.Header.Set(api.Freshness, s.freshness)
	if method != http.MethodGet {
		r.Header.Set(api.IdempotencyKey, app.NewID())
	}
	response, err := s.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	if token := response.Header.Get(api.Freshness); token != "" {
		s.freshness = token
	}
	content, err := io.ReadAll(response.Body)
	return answer{status: response.StatusCode, header: response.Header, content: content}, err
}
