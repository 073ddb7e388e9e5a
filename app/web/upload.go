package web

import (
	"bytes"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// Uploads waits for the body of each request, for at most so many at once, and refuses what is beyond. It stands around
// the layers that count what is in hand: to wait for a slow client is no work, and must not keep others out.
func Uploads(most int) Layer {
	var waiting atomic.Int64
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Body == nil || r.Body == http.NoBody {
				next.ServeHTTP(w, r)
				return
			}
			if waiting.Add(1) > int64(most) {
				waiting.Add(-1)
				Refuse(w, r, http.StatusServiceUnavailable, time.Second, "too much is sent at the moment; try again later")
				return
			}
			content, err := io.ReadAll(io.LimitReader(r.Body, maxRequestBytes+1)) // the one that is too much, too
			waiting.Add(-1)
			r.Body = &upload{io.MultiReader(bytes.NewReader(content), &rest{r.Body, err}), r.Body}
			next.ServeHTTP(w, r)
		})
	}
}

// upload is a body of which the first part is here.
type upload struct {
	io.Reader
	io.Closer
}

// rest is what comes after the first part: an error, or more than anybody wants.
type rest struct {
	body io.Reader
	err  error
}

// Read implements io.Reader.
func (r *rest) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	return r.body.Read(p)
}
