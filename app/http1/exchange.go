package http1

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/valyala/fasthttp"
	"golang.org/x/net/http/httpguts"
)

// handle lets the handler answer one request.
func (s *Server) handle(ctx *fasthttp.RequestCtx) {
	r, err := s.request(ctx)
	if err != nil {
		s.refuse(ctx, err)
		return
	}
	sent, _ := r.Body.(*body)
	defer func() {
		if cause := recover(); cause != nil {
			s.abort(ctx, cause)
		}
	}()
	w, _ := answers.Get().(*answer)
	w.ctx = ctx
	s.handler.ServeHTTP(w, r)
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if s.blank.Context().Err() != nil { // the answer would tell of that, which is no client's matter
		_ = ctx.Conn().Close()
	}
	ends := s.down.Load() || ctx.Response.ConnectionClose() || ctx.Request.Header.ConnectionClose()
	if !sent.over() && (ends || !sent.short()) {
		endUnread(ctx)
	}
	clear(w.header)
	*w = answer{header: w.header}
	answers.Put(w)
}

// abort ends the connection of a handler that panicked, without an answer, as net/http does.
func (s *Server) abort(ctx *fasthttp.RequestCtx, cause any) {
	if cause != http.ErrAbortHandler { //nolint:errorlint // the documented comparison
		s.log.Printf("panic: %v\n%s", cause, debug.Stack())
	}
	_ = ctx.Conn().Close() // then no answer gets out
}

// request returns what net/http would make of a request, or an error where two servers might read it in two ways.
// Nothing of it is fasthttp's memory but the body, which ends with the handler.
func (s *Server) request(ctx *fasthttp.RequestCtx) (*http.Request, error) {
	from := &ctx.Request.Header
	uri := string(from.RequestURI())
	target, err := url.ParseRequestURI(uri)
	if err != nil {
		return nil, err
	}
	r := *s.blank
	r.Method, r.URL, r.RequestURI = string(from.Method()), target, uri
	r.Host = cmp.Or(target.Host, string(from.Host()))
	r.Proto, r.ProtoMajor, r.ProtoMinor = string(from.Protocol()), 1, 1
	r.RemoteAddr = ctx.RemoteAddr().String()
	r.Body = http.NoBody
	switch r.Proto {
	case "HTTP/1.0":
		r.ProtoMinor = 0
	case "HTTP/1.1":
		if len(from.Host()) == 0 {
			return nil, errors.New("no Host")
		}
	default:
		return nil, fmt.Errorf("version: got %q", r.Proto)
	}
	if r.Method == http.MethodConnect || !httpguts.ValidHostHeader(r.Host) {
		return nil, fmt.Errorf("got %s of %q", r.Method, r.Host)
	}
	// fasthttp forgets a folded header between such lines. RFC 9112 leaves it to the server in 2.2.
	if lines := from.RawHeaders(); bytes.Count(lines, []byte("\n")) != bytes.Count(lines, []byte("\r\n")) {
		return nil, errors.New("a line of the header ends in LF alone")
	}
	if r.Header, err = header(from); err != nil {
		return nil, err
	}
	if stream := ctx.RequestBodyStream(); stream != nil {
		r.ContentLength = int64(from.ContentLength()) // -1 for chunks
		r.Body = &body{stream: stream, left: r.ContentLength}
	}
	return &r, nil
}

func header(from *fasthttp.RequestHeader) (http.Header, error) {
	to := make(http.Header, from.Len())
	values := make([]string, 0, from.Len())
	for name, value := range from.AllInOrder() {
		switch string(name) {
		case "Host":
			continue
		case "Transfer-Encoding":
			if !strings.EqualFold(string(value), "chunked") {
				return nil, fmt.Errorf("Transfer-Encoding: got %q", value)
			}
			continue
		}
		key := string(name)
		if !httpguts.ValidHeaderFieldName(key) {
			return nil, fmt.Errorf("name of a header: got %q", key)
		}
		if before := to[key]; before != nil {
			to[key] = append(before, string(value))
			continue
		}
		values = append(values, string(value))
		to[key] = values[len(values)-1 : len(values) : len(values)]
	}
	if from.ContentLength() < 0 && to["Content-Length"] != nil {
		return nil, errors.New("got both Content-Length and Transfer-Encoding")
	}
	return to, nil
}

// body is a request's body that knows when it is cut short. The stream takes that for its end.
type body struct {
	stream io.Reader
	left   int64 // below 0 when nobody said how long it is
	err    error // of the last Read
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.stream.Read(p)
	b.left -= int64(n)
	if err == io.EOF && b.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	b.err = err
	return n, err
}

// Close implements io.Closer.
func (b *body) Close() error { return nil }

// over reports whether nothing is left of a body.
func (b *body) over() bool { return b == nil || b.left == 0 || errors.Is(b.err, io.EOF) }

// short reports whether so little is left of a body that the connection can serve on. Of chunks nobody knows, so that
// they are read; after an error nothing comes.
func (b *body) short() bool {
	switch {
	case b.err != nil:
		return false
	case b.left >= 0:
		return b.left <= maxUnread
	}
	_, err := io.CopyN(io.Discard, b.stream, maxUnread)
	return errors.Is(err, io.EOF)
}

var answers = sync.Pool{New: func() any { return &answer{header: http.Header{}} }}

// answer is what a handler writes. It goes out when the handler returns, and is used again.
type answer struct {
	ctx    *fasthttp.RequestCtx
	header http.Header
	status int // 0 until the header is fixed
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter. What a handler does to the header later is not sent.
func (a *answer) WriteHeader(status int) {
	if a.status != 0 {
		return
	}
	if status < 200 || status > 999 {
		panic(fmt.Sprintf("status: got %d, want 200 to 999", status))
	}
	a.status = status
	a.ctx.SetStatusCode(status)
	to := &a.ctx.Response.Header
	to.DisableNormalizing() // http.Header has done it
	for name, values := range a.header {
		for _, value := range values {
			to.Add(name, value)
		}
	}
}

// Write implements http.ResponseWriter.
func (a *answer) Write(content []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	if a.status == http.StatusNoContent || a.status == http.StatusNotModified {
		return 0, http.ErrBodyNotAllowed
	}
	to := &a.ctx.Response
	if len(to.Header.ContentType()) == 0 && len(content) > 0 {
		to.Header.SetContentType(http.DetectContentType(content))
	}
	return a.ctx.Write(content)
}
