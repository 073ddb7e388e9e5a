// Package web serves the services over HTTP: JSON under /api/v1 as openapi.yaml says, two probes, and a page for
// people.
//
// All routes are in routes.go. Handlers are functions that get what they use.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
	"github.com/ladder-iac/ladder/app/auth"
)

// maxRequestBytes fits the largest valid item with every character escaped.
const maxRequestBytes = 128 << 10

// Services is what the handlers call.
type Services struct {
	Users  app.UserService
	Items  app.ItemService
	Verify func(ctx context.Context, token string) (app.Caller, error)
	Keys   func() auth.Keys // that verify tokens; nil when another service publishes them
	About  About
}

// About says what answers. It is shown on the page, in the log and in the headers of every answer.
type About struct {
	Version string // of the binary
	Stack   string // may be empty
	Phase   string // may be empty
	Role    string
	Node    string // this process among its like
}

// Mount adds the routes of one part to a mux.
type Mount func(*http.ServeMux, Services)

// Options is what a Handler is made of. All fields but Context, Unlogged and the layers are required; the first
// layer is the outermost.
type Options struct {
	Services Services
	Mounts   []Mount
	Health   *Health
	Log      *slog.Logger
	Unlogged float64                               // share of the requests that went well and are not logged, 0 to 1
	Observe  func(status int, took time.Duration)  // called for each request except probes
	HSTS     bool                                  // browsers may use HTTPS only from now on
	Context  func(context.Context) context.Context // adds to what each request carries; may be nil
	Outside  []Layer                               // around the log, whose lines have what they put into the context
	Inside   []Layer                               // around all work; what they refuse is logged and counted
}

// Handler returns the whole of what a process serves.
func Handler(o Options) http.Handler {
	mux := http.NewServeMux()
	mountProbes(mux, o.Health)
	for _, mount := range o.Mounts {
		mount(mux, o.Services)
	}
	// The innermost comes first.
	h := jsonErrors(mux)
	h = limitBody(h)
	h = secure(h, o.HSTS)
	h = recoverPanics(h, o.Log)
	h = layered(h, o.Inside)
	h = observe(h, o)
	h = layered(h, o.Outside)
	h = begin(h, o)
	h = retireConnections(h, o.Health)
	return routed(h, mux)
}

// Health says whether the process should get requests.
type Health struct {
	check    func(context.Context) error
	stopping atomic.Bool

	mu    sync.Mutex
	asked time.Time // check, last
	err   error     // what it said
}

// readyTime is how long one answer is everybody's: anybody may ask, and nothing limits how often.
const readyTime = 500 * time.Millisecond

// NewHealth returns a Health that is ready when check returns nil.
func NewHealth(check func(context.Context) error) *Health { return &Health{check: check} }

// Stop makes Ready fail from now on, while requests are still served.
func (h *Health) Stop() { h.stopping.Store(true) }

// Ready returns nil, or unavailable with the reason.
func (h *Health) Ready(ctx context.Context) error {
	var err error
	if !h.stopping.Load() {
		err = h.latest(ctx)
	}
	if h.stopping.Load() { // perhaps since then
		return app.Errorf(app.CodeUnavailable, "stopping")
	}
	return err
}

// latest returns what check has said within readyTime, or says now.
func (h *Health) latest(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.asked) >= readyTime {
		asking, cancel := context.WithTimeout(app.WithFreshness(context.WithoutCancel(ctx), ""), api.RequestTime)
		defer cancel()
		h.err = h.check(asking)
		h.asked = time.Now()
	}
	return h.err
}
