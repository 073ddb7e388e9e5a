package cached_test

import (
	"context"
	"log/slog"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/cache"
	"github.com/ladder-iac/ladder/app/cache/redistest"
	"github.com/ladder-iac/ladder/app/store/cached"
	"github.com/ladder-iac/ladder/app/store/memory"
	"github.com/ladder-iac/ladder/app/store/postgres"
)

func TestConformanceOverMemory(t *testing.T) {
	t.Parallel()
	hasher, signer, verifier := apptest.Keys(t)
	for name, level := range levels(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			caches := open(t, cached.Config{Shared: level})
			users, items := caches.Users(memory.NewUsers(hasher, signer)), caches.Items(memory.NewItems())
			apptest.UserService(t, func(*testing.T) apptest.Users {
				return apptest.Users{Service: users, Verify: verifier.Verify}
			})
			apptest.ItemService(t, func(*testing.T) apptest.Items {
				return apptest.Items{Service: items, Caller: newCaller}
			})
		})
	}
}

func levels(t *testing.T) map[string]*cache.Shared {
	t.Helper()
	return map[string]*cache.Shared{"in the process": nil, "shared": shared(t, redistest.Start(t))}
}

func TestConformanceOverPostgres(t *testing.T) {
	t.Parallel()
	hasher, signer, verifier := apptest.Keys(t)
	caches := open(t, cached.Config{Shared: shared(t, redistest.Start(t))})
	made := pg.New(t)
	db, err := postgres.Open(context.WithoutCancel(t.Context()),
		postgres.Config{URL: made.URL, PasswordFile: made.PasswordFile(t)}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(db.Close)
	users, items := caches.Users(postgres.NewUsers(db, hasher, signer)), caches.Items(postgres.NewItems(db))
	t.Run("users", func(t *testing.T) {
		t.Parallel()
		apptest.UserService(t, func(*testing.T) apptest.Users {
			return apptest.Users{Service: users, Verify: verifier.Verify}
		})
	})
	t.Run("items", func(t *testing.T) {
		t.Parallel()
		apptest.ItemService(t, func(*testing.T) apptest.Items {
			return apptest.Items{Service: items, Caller: newCaller}
		})
	})
}

// A method that passes through shows the store a token that it cannot read, so the user might miss his own writes.
func TestEveryMethodIsNamed(t *testing.T) {
	t.Parallel()
	caches := open(t, cached.Config{})
	for _, service := range []any{caches.Items(telling{}), caches.Users(telling{})} {
		value := reflect.ValueOf(service)
		for i := range value.NumMethod() {
			method := value.Method(i)
			args := []reflect.Value{reflect.ValueOf(app.WithFreshness(t.Context(), "1"+"~"+"inner"))}
			for n := 1; n < method.Type().NumIn(); n++ {
				args = append(args, reflect.Zero(method.Type().In(n)))
			}
			name := value.Type().Method(i).Name
			for n, arg := range args {
				if caller, ok := arg.Interface().(app.Caller); ok {
					caller.UserID = app.NewID()
					args[n] = reflect.ValueOf(caller)
				}
				if arg.Kind() == reflect.String && n > 1 {
					args[n] = reflect.ValueOf(app.NewID())
				}
			}
			out := method.Call(args)
			err, _ := out[len(out)-1].Interface().(error)
			require.ErrorContains(t, err, "token inner", "%s", name)
		}
	}
}

// telling implements both services and answers with the token that it was shown.
type telling struct{}

func shown[T any](ctx context.Context) (none T, err error) {
	return none, app.Errorf(app.CodeInvalid, "token %s", app.Freshness(ctx).Get())
}

func (telling) SignUp(ctx context.Context, _ app.SignUp) (app.User, error) {
	return shown[app.User](ctx)
}

func (telling) SignIn(ctx context.Context, _ app.SignIn) (app.Session, error) {
	return shown[app.Session](ctx)
}

func (telling) Profile(ctx context.Context, _ app.Caller) (app.User, error) {
	return shown[app.User](ctx)
}

func (telling) UpdateProfile(ctx context.Context, _ app.Caller, _ app.ProfileChange) (app.User, error) {
	return shown[app.User](ctx)
}

func (telling) CreateItem(ctx context.Context, _ app.Caller, _ app.NewItem) (app.Item, error) {
	return shown[app.Item](ctx)
}

func (telling) Item(ctx context.Context, _ app.Caller, _ string) (app.Item, error) {
	return shown[app.Item](ctx)
}

func (telling) Items(ctx context.Context, _ app.Caller, _ app.ItemQuery) (app.ItemPage, error) {
	return shown[app.ItemPage](ctx)
}

func (telling) UpdateItem(ctx context.Context, _ app.Caller, _ app.ItemChange) (app.Item, error) {
	return shown[app.Item](ctx)
}

func (telling) DeleteItem(ctx context.Context, _ app.Caller, _ string) error {
	_, err := shown[app.Item](ctx)
	return err
}
