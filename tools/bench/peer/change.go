package peer

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/ladder-iac/ladder/app"
)

func readChange(r *http.Request) (change app.ItemChange, err error) {
	err = json.NewDecoder(r.Body).Decode(&change)
	change.ID = r.PathValue("id")
	return change, err
}

// pageOf cuts what was read with one item more, as the app does.
func pageOf(items []app.Item) app.ItemPage { return app.Page(items, app.DefaultPageItems) }

// inUTC gives the times of an item the one form that all answers have.
func inUTC(item app.Item) app.Item {
	item.CreatedAt, item.UpdatedAt = item.CreatedAt.UTC(), item.UpdatedAt.UTC()
	return item
}

// now is the time in the precision that the database keeps.
func now() time.Time { return app.Now() }
