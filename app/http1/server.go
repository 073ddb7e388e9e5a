// Package http1 serves net/http handlers over HTTP/1.1 with fasthttp's server. A small answer costs it about two thirds
// of what it costs net/http, which starts a goroutine for each request to notice when the client goes away.
//
// It is for what a load balancer, a proxy or a mesh sends: it speaks neither TLS nor HTTP/2. An answer goes out as a
// whole when its handler returns. A client that goes away does not end the request's context, so that handlers need
// deadlines of their own.
package http1

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"

	"github.com/valyala/fasthttp"
)

// Server serves one handler.
type Server struct {
	fast    *fasthttp.Server
	handler http.Handler
	log     *log.Logger
	blank   *http.Request // what each request begins as: with a context
	cancel  context.CancelFunc
}

// New returns a server in the place of another one, of which it takes the handler, ErrorLog (required), and the limits:
// ReadHeaderTimeout, ReadTimeout (which starts where the header ends), WriteTimeout, IdleTimeout, and MaxHeaderBytes,
// which is memory that each connection takes.
func New(like *http.Server) *Server {
	s := &Server{handler: like.Handler, log: like.ErrorLog}
	ctx, cancel := context.WithCancel(context.Background())
	s.blank, s.cancel = new(http.Request).WithContext(ctx), cancel
	s.fast = &fasthttp.Server{
		Handler:      s.handle,
		ErrorHandler: refuse,
		ReadTimeout:  like.ReadHeaderTimeout,
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
		Logger:                       like.ErrorLog,
	}
	return s
}

// Serve serves the connections of a listener, and closes it. It returns nil after Shutdown.
func (s *Server) Serve(listener net.Listener) error { return s.fast.Serve(listener) }

// Shutdown takes no more connections, closes those without a request, and returns when there is none left, or the
// error of ctx.
func (s *Server) Shutdown(ctx context.Context) error { return s.fast.ShutdownWithContext(ctx) }

// Close ends the contexts of all requests.
func (s *Server) Close() error {
	s.cancel()
	return nil
}

// refuse answers what is no HTTP, or too much of it. Who sends no whole header in time gets no answer, as from
// net/http.
func refuse(ctx *fasthttp.RequestCtx, err error) {
	status := http.StatusBadRequest
	if _, is := errors.AsType[*fasthttp.ErrSmallBuffer](err); is {
		status = http.StatusRequestHeaderFieldsTooLarge
	} else if slow, is := errors.AsType[net.Error](err); is && slow.Timeout() {
		_ = ctx.Conn().Close()
	}
	ctx.Error(http.StatusText(status)+"\n", status)
	ctx.SetConnectionClose()
}
