package memory_test

import (
	"testing"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/apptest"
	"github.com/ladder-iac/ladder/app/store/memory"
)

func TestUserService(t *testing.T) {
	t.Parallel()
	hasher, signer, verifier := apptest.Keys(t)
	service := memory.NewUsers(hasher, signer)
	apptest.UserService(t, func(*testing.T) apptest.Users {
		return apptest.Users{Service: service, Verify: verifier.Verify}
	})
}

func TestItemService(t *testing.T) {
	t.Parallel()
	service := memory.NewItems()
	apptest.ItemService(t, func(*testing.T) apptest.Items {
		return apptest.Items{Service: service, Caller: func(*testing.T) app.Caller {
			return app.Caller{UserID: app.NewID()}
		}}
	})
}
