package flags

import (
	"context"
	"log/slog"
)

// LogHandler adds to the lines of a request which flags were not at their defaults for it, so that what only some
// users see can be told apart: "flags":{"reads.replicas":false}. The others cost nothing.
func LogHandler(next slog.Handler) slog.Handler { return logHandler{next} }

type logHandler struct{ slog.Handler }

// Handle implements slog.Handler.
func (h logHandler) Handle(ctx context.Context, record slog.Record) error {
	if asked, ok := ctx.Value(requestKey{}).(*request); ok {
		if changed := asked.changed(); len(changed) > 0 {
			record = record.Clone()
			record.AddAttrs(slog.GroupAttrs("flags", changed...))
		}
	}
	return h.Handler.Handle(ctx, record)
}

// WithAttrs implements slog.Handler.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h logHandler) WithGroup(name string) slog.Handler { return logHandler{h.Handler.WithGroup(name)} }

// changed returns what the request was told that is not the default.
func (r *request) changed() (flags []slog.Attr) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, told := range r.answers {
		if told.on != defaults[told.flag] {
			flags = append(flags, slog.Bool(told.flag, told.on))
		}
	}
	return flags
}
