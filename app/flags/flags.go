// Package flags turns parts of the app on and off while it runs.
//
// A document says for whom; its form is a subset of flagd's. It is read again and again from a source, and never in a
// request. While the source is down or its document broken, the last good one holds, at the start the compiled
// defaults. A kill file on the machine turns flags off whatever the source says, also when there is none.
//
//	{"flags": {"cache.enabled": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on",
//	  "targeting": {"fractional": [["on", 20], ["off", 80]]}}}}
package flags

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/open-feature/go-sdk/openfeature"
	"github.com/open-feature/go-sdk/openfeature/isolated"
)

// The flags. Each is asked somewhere; a flag that nobody asks is not in this list.
const (
	CacheEnabled  = "cache.enabled"  // answer reads from caches; asked with each read of a single item or profile
	ReadsReplicas = "reads.replicas" // answer reads from replicas; asked by the router of the store
)

// defaults hold until a source has said otherwise, and for what its document does not name.
var defaults = map[string]bool{CacheEnabled: true, ReadsReplicas: true}

// How often a source is read. AppConfig lets a session ask every 15 s at most, and refuses who is early.
// [AppConfig API, 2026-09].
const (
	FileInterval      = time.Second
	AppConfigInterval = 20 * time.Second
)

// Source is where the document is kept.
type Source interface {
	// Read returns the text of the document. Empty and without an error it says that nothing has changed.
	Read(ctx context.Context) ([]byte, error)
	// String names the source for the log.
	String() string
}

// Config says where flags come from.
type Config struct {
	Source   Source        // default none: the compiled defaults
	Interval time.Duration // between reads of Source
	KillFile string        // names of flags that are off, one a line; read each second; default none
	Log      *slog.Logger
}

// Flags answers what is on.
type Flags struct {
	provider *provider
	api      *openfeature.EvaluationAPI
	client   *openfeature.Client
	config   Config
	stop     context.CancelFunc
	watching sync.WaitGroup
}

// Open reads the sources once, and again until Close. It does not fail for a source that is down.
func Open(ctx context.Context, config Config) (*Flags, error) {
	f := &Flags{provider: newProvider(), api: isolated.NewAPI(), config: config}
	if err := f.api.SetProviderAndWait(ctx, f.provider); err != nil {
		return nil, fmt.Errorf("flags: %w", err)
	}
	f.client = f.api.NewClient()
	ctx, f.stop = context.WithCancel(ctx)
	if config.KillFile != "" {
		f.watch(ctx, killSource(config.KillFile), FileInterval, f.provider.kill)
	}
	if config.Source != nil {
		f.watch(ctx, config.Source, config.Interval, f.provider.load)
	}
	return f, nil
}

// Close ends watching.
func (f *Flags) Close() {
	f.stop()
	f.watching.Wait()
	_ = f.api.Shutdown(context.Background()) // the provider has nothing to end
}

// Status is what is known of the source.
type Status struct {
	Since  time.Time // when the current document was first seen; zero: the compiled defaults hold
	Errors int64     // reads that failed or found a broken document
	Err    error     // of the last reads
	Killed []string  // by the kill file
}

// Status returns what is known.
func (f *Flags) Status() Status { return f.provider.status() }

// On reports whether a flag is on for a user. Within one request, see WithRequest, the answer stays.
func (f *Flags) On(ctx context.Context, flag, userID string) bool {
	if asked, ok := ctx.Value(requestKey{}).(*request); ok {
		return asked.once(ctx, f, question{flag, userID})
	}
	return f.evaluate(ctx, question{flag, userID})
}

func (f *Flags) evaluate(ctx context.Context, q question) bool {
	if !f.provider.decides(q.flag) {
		return defaults[q.flag]
	}
	return f.client.Boolean(ctx, q.flag, defaults[q.flag], openfeature.NewEvaluationContext(q.userID, nil))
}

type requestKey struct{}

// request is what one request has been told, so that a change in its middle does not show.
type request struct {
	mu      sync.Mutex
	answers []answer
}

type question struct{ flag, userID string }

type answer struct {
	question
	on bool
}

// WithRequest returns the context of a request, which sees one state of each flag from its first question on.
func WithRequest(ctx context.Context) context.Context {
	return context.WithValue(ctx, requestKey{}, &request{})
}

func (r *request) once(ctx context.Context, f *Flags, q question) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, told := range r.answers { // one or two
		if told.question == q {
			return told.on
		}
	}
	on := f.evaluate(ctx, q)
	r.answers = append(r.answers, answer{q, on})
	return on
}

// LogAttrs returns which flags were not at their defaults for a request, so that what only some users see can be told
// apart in the log: "flags":{"reads.replicas":false}. Mostly it is nothing.
func LogAttrs(ctx context.Context) []slog.Attr {
	asked, ok := ctx.Value(requestKey{}).(*request)
	if !ok {
		return nil
	}
	asked.mu.Lock()
	defer asked.mu.Unlock()
	var changed []slog.Attr
	for _, told := range asked.answers {
		if told.on != defaults[told.flag] {
			changed = append(changed, slog.Bool(told.flag, told.on))
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return []slog.Attr{slog.GroupAttrs("flags", changed...)}
}
