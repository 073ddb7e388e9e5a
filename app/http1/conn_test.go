package http1

import (
	"bytes"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const maxHeader = 16 << 10

// talk is a connection over which a client sends all it has at once, and then no more.
type talk struct {
	in   *bytes.Reader
	mu   sync.Mutex
	out  bytes.Buffer
	over bool
}

func newTalk(sent string) *talk { return &talk{in: bytes.NewReader([]byte(sent))} }

func (c *talk) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return 0, net.ErrClosed
	}
	return c.in.Read(p)
}

func (c *talk) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return 0, net.ErrClosed
	}
	return c.out.Write(p)
}

func (c *talk) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	return nil
}

func (c *talk) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }
func (c *talk) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1234} }
func (c *talk) SetDeadline(time.Time) error      { return nil }
func (c *talk) SetReadDeadline(time.Time) error  { return nil }
func (c *talk) SetWriteDeadline(time.Time) error { return nil }

func limits(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ErrorLog: log.New(io.Discard, "", 0), MaxHeaderBytes: maxHeader,
		ReadHeaderTimeout: time.Minute, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: time.Minute,
	}
}

// ours returns what this package's server answers to all that was sent.
func ours(handler http.Handler, sent string) string {
	conn := newTalk(sent)
	_ = New(limits(handler)).fast.ServeConn(conn) // its error is for the log
	return conn.out.String()
}

// theirs returns what net/http's server answers.
func theirs(t *testing.T, handler http.Handler, sent string) string {
	t.Helper()
	conn, ended := newTalk(sent), make(chan struct{})
	server := limits(handler)
	server.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			close(ended)
		}
	}
	require.ErrorIs(t, server.Serve(&once{conn: conn, ended: ended}), io.EOF)
	return conn.out.String()
}

// once is a listener for one connection.
type once struct {
	conn  net.Conn
	ended chan struct{}
}

func (l *once) Accept() (net.Conn, error) {
	if conn := l.conn; conn != nil {
		l.conn = nil
		return conn, nil
	}
	<-l.ended
	return nil, io.EOF
}

func (l *once) Close() error   { return nil }
func (l *once) Addr() net.Addr { return &net.TCPAddr{} }
