package http1

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"
)

// listener goes on where the system cannot give a connection for now. fasthttp would end.
type listener struct {
	net.Listener

	linger time.Duration
	once   sync.Once
	closed error
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	const soonest, latest = 5 * time.Millisecond, time.Second
	for delay := soonest; ; delay = min(2*delay, latest) {
		accepted, err := l.Listener.Accept()
		if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
			time.Sleep(delay)
			continue
		}
		if err != nil {
			return nil, err
		}
		return &conn{Conn: accepted, linger: l.linger}, nil
	}
}

// Close implements net.Listener. It may be called again.
func (l *listener) Close() error {
	l.once.Do(func() { l.closed = l.Listener.Close() })
	return l.closed
}

// conn is a connection whose last answer arrives although the client sends on. Closed with bytes that nobody has read,
// TCP resets a connection at once, and the client may lose the answer.
type conn struct {
	net.Conn

	linger time.Duration
	begun  bool        // a byte has come
	unread atomic.Bool // what comes now is nobody's
}

// Read implements net.Conn.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.begun = c.begun || n > 0
	return n, err
}

// Close implements net.Conn.
func (c *conn) Close() error {
	if tcp, is := c.Conn.(*net.TCPConn); is && c.unread.Swap(false) {
		_ = tcp.CloseWrite()
		_ = tcp.SetReadDeadline(time.Now().Add(c.linger))
		_, _ = io.Copy(io.Discard, tcp)
	}
	return c.Conn.Close()
}

// endUnread makes an answer the last one of its connection, over which more may come than anybody reads.
func endUnread(ctx *fasthttp.RequestCtx) {
	ctx.SetConnectionClose()
	if c, is := ctx.Conn().(*conn); is {
		c.unread.Store(true)
	}
}
