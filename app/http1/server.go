// Package http1 serves net/http handlers over HTTP/1.1 with fasthttp's server. A small answer costs it about two thirds
// of what it costs net/http, which starts a goroutine for each request to notice when the client goes away.
//
// It is for what a load balancer, a proxy or a mesh sends: it speaks neither TLS nor HTTP/2. An answer goes out as a
// whole when its handler returns. A handler starts with the first byte of its request's body. A client that goes away
// does not end the request's context, so that handlers need deadlines of their own.
package http1

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	lingering  = 500 * time.Millisecond // how long a connection is read that has got its last answer [net/http]
	maxUnread  = 256 << 10              // bytes of a body that are read where the handler did not [fasthttp]
	keptAnswer = 64 << 10               // bytes of an answer whose memory is kept for the next one
)

// Server serves one handler.
type Server struct {
	fast    *fasthttp.Server
	handler http.Handler
	log     *log.Logger
	blank   *http.Request // what each request begins as: with a context
	cancel  context.CancelFunc
	linger  time.Duration

	mu       sync.Mutex
	listener net.Listener // nil until Serve
	down     atomic.Bool
}

// New returns a server in the place of another one, of which it takes the handler, ErrorLog (required), and the limits:
// ReadHeaderTimeout, ReadTimeout (which starts where the header ends), WriteTimeout, IdleTimeout, and MaxHeaderBytes,
// which is memory that each connection takes.
func New(like *http.Server) *Server {
	s := &Server{handler: like.Handler, log: like.ErrorLog, linger: lingering}
	ctx, cancel := context.WithCancel(context.Background())
	s.blank, s.cancel = new(http.Request).WithContext(ctx), cancel
	fasthttp.SetBodySizePoolLimit(keptAnswer, keptAnswer)
	s.fast = &fasthttp.Server{
		Handler:       s.handle,
		ErrorHandler:  s.refuse,
		ExpectHandler: s.goOn,
		ReadTimeout:   like.ReadHeaderTimeout,
		HeaderReceived: func(*fasthttp.RequestHeader) fasthttp.RequestConfig {
			return fasthttp.RequestConfig{ReadTimeout: like.ReadTimeout}
		},
		WriteTimeout:                 like.WriteTimeout,
		IdleTimeout:                  like.IdleTimeout,
		ReadBufferSize:               like.MaxHeaderBytes,
		StreamRequestBody:            true, // the handler reads it, and says how much is too much:
		MaxRequestBodySize:           1,    // only so many bytes of it are read before
		DisablePreParseMultipartForm: true,
		NoDefaultServerHeader:        true,
		NoDefaultContentType:         true,
		CloseOnShutdown:              true,
		Logger:                       log.New(io.Discard, "", 0), // it would log headers of broken requests, with tokens
	}
	return s
}

// Serve serves the connections of a listener, and closes it. It returns nil after Shutdown.
func (s *Server) Serve(from net.Listener) error {
	s.mu.Lock()
	if s.down.Load() {
		s.mu.Unlock()
		return from.Close()
	}
	s.listener = &listener{Listener: from, linger: s.linger}
	s.mu.Unlock()
	return s.fast.Serve(s.listener)
}

// Shutdown takes no more connections, closes those without a request, and returns when there is none left, or the
// error of ctx.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.down.Store(true)
	if s.listener != nil {
		_ = s.listener.Close() // fasthttp returns its error
	}
	s.mu.Unlock()
	return s.fast.ShutdownWithContext(ctx)
}

// Close ends the contexts of all requests, and their connections without answers.
func (s *Server) Close() error {
	s.cancel()
	return nil
}

// goOn lets a client send the body that it asks for.
func (s *Server) goOn(ctx *fasthttp.RequestCtx) (status int) {
	s.giveTime(ctx)
	return http.StatusContinue
}

// giveTime is for writing what is no answer of a handler: the connection has the limit of the answer before.
func (s *Server) giveTime(ctx *fasthttp.RequestCtx) {
	if limit := s.fast.WriteTimeout; limit > 0 {
		_ = ctx.Conn().SetWriteDeadline(time.Now().Add(limit))
	}
}

// refuse answers what is no HTTP, or too much of it, or no body in time. Who sends no whole header in time gets no
// answer, as from net/http.
func (s *Server) refuse(ctx *fasthttp.RequestCtx, err error) {
	s.giveTime(ctx)
	status := http.StatusBadRequest
	if _, is := errors.AsType[*fasthttp.ErrSmallBuffer](err); is {
		status = http.StatusRequestHeaderFieldsTooLarge
	} else if slow, is := errors.AsType[net.Error](err); is && slow.Timeout() {
		status = http.StatusRequestTimeout
		of, is := ctx.Conn().(*conn)
		if inHeader := err != slow; inHeader || !is || !of.begun { //nolint:errorlint // there it is wrapped
			_ = ctx.Conn().Close()
		}
	}
	ctx.Error(http.StatusText(status)+"\n", status)
	endUnread(ctx)
}
