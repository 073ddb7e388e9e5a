package remote_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/auth"
	"github.com/ladder-iac/ladder/app/remote"
	"github.com/ladder-iac/ladder/app/store/memory"
	"github.com/ladder-iac/ladder/app/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve serves services as their own process would.
func serve(t *testing.T, services web.Services, mounts ...web.Mount) string {
	t.Helper()
	services.About = web.About{Role: "there", Node: "there-1"}
	return listen(t, web.Handler(web.Options{
		Services: services, Mounts: mounts, Log: slog.New(slog.DiscardHandler),
		Health:  web.NewHealth(func(context.Context) error { return nil }),
		Observe: func(int, time.Duration) {},
	}))
}

func listen(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func newHTTPClient(t *testing.T) *http.Client {
	t.Helper()
	client := remote.NewHTTPClient()
	t.Cleanup(client.CloseIdleConnections)
	return client
}

func TestUserService(t *testing.T) {
	t.Parallel()
	hasher, signer, verifier := apptest.Keys(t)
	address := serve(t, web.Services{Users: memory.NewUsers(hasher, signer), Verify: verifier.Verify}, web.Users)
	service := remote.NewUsers(address, newHTTPClient(t))
	apptest.UserService(t, func(*testing.T) apptest.Users {
		return apptest.Users{Service: service, Verify: verifier.Verify}
	})
}

func TestItemService(t *testing.T) {
	t.Parallel()
	_, signer, verifier := apptest.Keys(t)
	address := serve(t, web.Services{Items: memory.NewItems(), Verify: verifier.Verify}, web.Items)
	service := remote.NewItems(address, newHTTPClient(t))
	apptest.ItemService(t, func(*testing.T) apptest.Items {
		return apptest.Items{Service: service, Caller: func(t *testing.T) app.Caller {
			t.Helper()
			return newCaller(t, signer)
		}}
	})
}

func newCaller(t *testing.T, signer *auth.Signer) app.Caller {
	t.Helper()
	id := app.NewID()
	token, _, err := signer.Sign(id)
	require.NoError(t, err)
	return app.Caller{UserID: id, Token: token}
}

// What a request carries reaches the service, and what the service tells comes back.
func TestWhatCrossesTheWire(t *testing.T) {
	t.Parallel()
	var got http.Header
	address := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		w.Header().Set(api.Freshness, "2")
		w.Header().Set(api.Origin, "role=data&node=d-1&role=more&node=m%261&cache=hit&replica=reader-1&of=the+future")
		w.Header().Set(api.Replayed, "true")
		_, _ = fmt.Fprint(w, `{"id":"x","title":"t","of the future":1}`)
	}))
	ctx := app.WithFreshness(app.WithIdempotencyKey(app.WithRequestID(t.Context(), "r-1"), "k-1"), "1")
	ctx, origin := app.WithOrigin(ctx)
	items := remote.NewItems(address, newHTTPClient(t))
	item, err := items.CreateItem(ctx, app.Caller{Token: "token"}, app.NewItem{Title: "t"})
	require.NoError(t, err)
	require.Equal(t, "t", item.Title)
	for name, want := range map[string]string{
		api.RequestID: "r-1", api.IdempotencyKey: "k-1", api.Freshness: "1", "Authorization": "Bearer token",
		"Content-Type": "application/json",
	} {
		require.Equal(t, want, got.Get(name), name)
	}
	require.Equal(t, "2", app.Freshness(ctx).Get())
	require.Equal(t, app.OriginParts{
		Cache: "hit", Replica: "reader-1", Roles: []string{"data", "more"}, Nodes: []string{"d-1", "m&1"}, Replayed: true,
	}, origin.Parts())

	_, err = items.Item(ctx, app.Caller{}, app.NewID())
	require.NoError(t, err)
	require.Empty(t, got.Get(api.IdempotencyKey), "reads have none")
	require.Equal(t, "2", got.Get(api.Freshness))
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status  int
		body    string
		code    app.Code
		message string
		calls   int32 // of a read
	}{
		"code":             {409, `{"error":{"code":"conflict","message":"m"}}`, app.CodeConflict, "m", 1},
		"code rules":       {400, `{"error":{"code":"not_found","message":"m"}}`, app.CodeNotFound, "m", 1},
		"busy":             {503, `{"error":{"code":"unavailable","message":"m"}}`, app.CodeUnavailable, "m", 1},
		"unknown code":     {404, `{"error":{"code":"teapot","message":"m"}}`, app.CodeNotFound, "a part of the service", 1},
		"balancer":         {502, `<html>Bad Gateway</html>`, app.CodeUnavailable, "a part of the service", 3},
		"balancer waited":  {504, ``, app.CodeUnavailable, "a part of the service", 3},
		"balancer is full": {429, ``, app.CodeUnavailable, "a part of the service", 1},
		"redirect":         {302, ``, app.CodeInternal, "something went wrong", 1},
		"no JSON":          {200, `<html>`, app.CodeInternal, "something went wrong", 1},
		"wrong JSON":       {200, `{"version":"x"}`, app.CodeInternal, "something went wrong", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			address := listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				w.Header().Set("Location", "http://127.0.0.1:1/")
				w.WriteHeader(c.status)
				_, _ = fmt.Fprint(w, c.body)
			}))
			_, err := remote.NewItems(address, newHTTPClient(t)).Item(t.Context(), app.Caller{}, app.NewID())
			require.Equal(t, c.code, app.ErrorCode(err), "%v", err)
			require.Contains(t, app.ErrorMessage(err), c.message)
			require.Equal(t, c.calls, calls.Load())
		})
	}
}

// A connection that breaks before the answer: reads and writes with a key are repeated, other writes are not.
func TestRepeats(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		key   string
		write bool
		want  app.Code
		calls int32
	}{
		"read": {"", false, "", 3}, "write": {"", true, app.CodeUnavailable, 1}, "write with a key": {"k", true, "", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			address := listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if calls.Add(1) < 3 {
					panic(http.ErrAbortHandler)
				}
				_, _ = fmt.Fprint(w, `{"title":"t"}`)
			}))
			client := newHTTPClient(t)
			client.Transport.(*http.Transport).DisableKeepAlives = true // Go itself repeats on a kept connection
			items := remote.NewItems(address, client)
			ctx := t.Context()
			if c.key != "" {
				ctx = app.WithIdempotencyKey(ctx, c.key)
			}
			var err error
			if c.write {
				_, err = items.CreateItem(ctx, app.Caller{}, app.NewItem{Title: "t"})
			} else {
				_, err = items.Item(ctx, app.Caller{}, app.NewID())
			}
			require.Equal(t, c.want, app.ErrorCode(err), "%v", err)
			require.Equal(t, c.calls, calls.Load())
		})
	}
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := "http://" + listener.Addr().String()
	require.NoError(t, listener.Close())
	items := remote.NewItems(address, newHTTPClient(t))
	_, err = items.CreateItem(t.Context(), app.Caller{}, app.NewItem{Title: "t"})
	require.Equal(t, app.CodeUnavailable, app.ErrorCode(err))
	require.NotContains(t, app.ErrorMessage(err), address, "users do not see addresses")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = items.Item(ctx, app.Caller{}, app.NewID())
	require.Equal(t, app.CodeUnavailable, app.ErrorCode(err))
	require.ErrorIs(t, err, context.Canceled)
}

// A service that hangs costs a read one try, not the whole time of the request.
func TestHangs(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	address := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			<-r.Context().Done()
			return
		}
		_, _ = fmt.Fprint(w, `{"title":"t"}`)
	}))
	_, err := remote.NewItems(address, newHTTPClient(t)).Item(t.Context(), app.Caller{}, app.NewID())
	require.NoError(t, err)
	require.Equal(t, int32(2), calls.Load())
}

func TestCheckURL(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"http://users:8080", "https://users.example.com/", "http://[::1]:80"} {
		require.NoError(t, remote.CheckURL(good), good)
	}
	for _, bad := range []string{
		"", "users:8080", "http://", "ftp://users", "http://u:p@users", "http://users/api", "http://users?x=1", "http://a b",
	} {
		require.ErrorContains(t, remote.CheckURL(bad), "want a form such as http://", bad)
	}
}
