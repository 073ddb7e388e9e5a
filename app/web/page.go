package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/web/page"
)

// index is the page: what does not change with the user is filled in here, the rest by the script.
func index(about About) handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		content, err := page.Index(page.About{Version: about.Version, Stack: about.Stack, Phase: about.Phase})
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(content) // the client is gone: nobody to tell
		return nil
	}
}

// asset serves the page's files; a browser asks each time whether its copy is still good.
func asset() handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		name := r.PathValue("name")
		content, err := page.Asset(name)
		if err != nil {
			return app.Errorf(app.CodeNotFound, "no such file")
		}
		sum := sha256.Sum256(content)
		w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
		return nil
	}
}
