// Package load sends HTTP requests over connections that it keeps, at a fixed rate or as fast as answers come.
//
// At a fixed rate a request has an intended time, and its latency counts from there: a server that stalls shows in
// the latency of every request that it kept from being sent in time, not in one of them. What the generator itself
// was late is its lag, and is told apart.
package load

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

const (
	requestTime = 10 * time.Second
	dialTime    = 3 * time.Second
	bufferBytes = 16 << 10
)

// Request is the bytes to send, and who wants to know the status of the answer; 0 is none.
type Request struct {
	Bytes []byte
	Done  func(status int)
}

// Source makes the next request. Several goroutines call it.
type Source func() Request

// conn is one connection that is opened again when it breaks.
type conn struct {
	addr   string
	net    net.Conn
	reader *bufio.Reader
}

// do sends a request and reads the answer to its end. A kept connection that the server closed meanwhile is replaced
// once: that is no failure of the server.
func (c *conn) do(ctx context.Context, request []byte) (status int, err error) {
	kept := c.net != nil
	status, err = c.try(ctx, request)
	if err != nil && kept && ctx.Err() == nil {
		status, err = c.try(ctx, request)
	}
	return status, err
}

func (c *conn) try(ctx context.Context, request []byte) (status int, err error) {
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if c.net == nil {
		dialer := net.Dialer{Timeout: dialTime}
		if c.net, err = dialer.DialContext(ctx, "tcp", c.addr); err != nil {
			c.net = nil
			return 0, err
		}
		c.reader = bufio.NewReaderSize(c.net, bufferBytes)
	}
	if err = c.net.SetDeadline(time.Now().Add(requestTime)); err != nil {
		return 0, err
	}
	if _, err = c.net.Write(request); err != nil {
		return 0, err
	}
	answer, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return 0, err
	}
	if _, err = io.Copy(io.Discard, answer.Body); err != nil {
		return 0, err
	}
	if err = answer.Body.Close(); err != nil {
		return 0, err
	}
	if answer.Close {
		c.close()
	}
	return answer.StatusCode, nil
}

func (c *conn) close() {
	if c.net != nil {
		_ = c.net.Close() // it is given up
		c.net = nil
	}
}

// Client keeps the connections to one server.
type Client struct{ conns []*conn }

// NewClient returns a client with a number of connections, which open when they are used first.
func NewClient(addr string, conns int) *Client {
	c := &Client{}
	for range conns {
		c.conns = append(c.conns, &conn{addr: addr})
	}
	return c
}

// Close closes all connections. Nothing may be running.
func (c *Client) Close() {
	for _, one := range c.conns {
		one.close()
	}
}

// Get makes the bytes of a GET.
func Get(path, token string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: bench\r\n%s\r\n", path, authorization(token))
}

// Put makes the bytes of a PUT with a JSON body.
func Put(path, token string, body []byte) []byte {
	return fmt.Appendf(nil, "PUT %s HTTP/1.1\r\nHost: bench\r\n%sContent-Type: application/json\r\n"+
		"Content-Length: %d\r\n\r\n%s", path, authorization(token), len(body), body)
}

func authorization(token string) string {
	if token == "" {
		return ""
	}
	return "Authorization: Bearer " + token + "\r\n"
}
