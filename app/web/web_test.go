package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/auth"
	"github.com/ladder-iac/ladder/app/store/memory"
	"github.com/ladder-iac/ladder/app/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// site is a handler with memory behind it, and what it logged and counted.
type site struct {
	http.Handler
	health   *web.Health
	contract contract

	mu       sync.Mutex
	log      bytes.Buffer
	statuses []int
}

// newSite returns a site; change may replace parts of it before it is built.
func newSite(t *testing.T, change ...func(*web.Options)) *site {
	t.Helper()
	hasher, signer, verifier := apptest.Keys(t)
	rules, err := readContractOnce()
	require.NoError(t, err)
	s := &site{health: web.NewHealth(func(context.Context) error { return nil }), contract: rules}
	options := web.Options{
		Services: web.Services{
			Users: memory.NewUsers(hasher, signer), Items: memory.NewItems(), Verify: verifier.Verify,
			Keys:  func() auth.Keys { return auth.NewKeys(signer.Public()) },
			About: web.About{Version: "v1.2.3", Phase: "1", Stack: "<prod>", Role: "all", Node: "node-1"},
		},
		Mounts: []web.Mount{web.Pages, web.Keys, web.Users, web.Items},
		Health: s.health,
		Log:    slog.New(slog.NewJSONHandler(s, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Observe: func(status int, _ time.Duration) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.statuses = append(s.statuses, status)
		},
	}
	for _, c := range change {
		c(&options)
	}
	s.Handler = web.Handler(options)
	return s
}

// Write takes lines of the log.
func (s *site) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(p)
}

// call sends a request; a body that is no string is sent as JSON. A header may come twice.
func (s *site) call(t *testing.T, method, path, token string, body any, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	var content []byte
	switch b := body.(type) {
	case nil:
	case string:
		content = []byte(b)
	default:
		var err error
		content, err = json.Marshal(b)
		require.NoError(t, err)
	}
	r := httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewReader(content))
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Del(headers[i])
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	s.contract.check(t, r, content, w)
	return w
}

// send sends a request as it is.
func (s *site) send(t *testing.T, r *http.Request, token string) *httptest.ResponseRecorder {
	t.Helper()
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	s.contract.check(t, r, nil, w)
	return w
}

// user signs somebody up and in.
func (s *site) user(t *testing.T) (session app.Session) {
	t.Helper()
	in := apptest.NewSignUp()
	w := s.call(t, "POST", "/api/v1/users", "", in)
	require.Equal(t, http.StatusCreated, w.Code, w.Body)
	require.NotContains(t, w.Body.String(), "assword")
	w = s.call(t, "POST", "/api/v1/sessions", "", app.SignIn{Email: in.Email, Password: in.Password})
	require.Equal(t, http.StatusCreated, w.Code, w.Body)
	read(t, w, &session)
	require.NotEmpty(t, session.Token)
	return session
}

func requireError(t *testing.T, w *httptest.ResponseRecorder, status int, code app.Code, want string) {
	t.Helper()
	var body struct {
		Error struct {
			Code    app.Code
			Message string
		}
	}
	require.Equal(t, status, w.Code, w.Body)
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body), w.Body)
	require.Equal(t, code, body.Error.Code)
	require.Contains(t, body.Error.Message, want)
}

func read(t *testing.T, w *httptest.ResponseRecorder, into any) {
	t.Helper()
	require.Less(t, w.Code, 300, w.Body)
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), into), w.Body)
}
