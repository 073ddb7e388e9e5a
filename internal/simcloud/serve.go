package simcloud

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// packages are the simulated providers, in the order of their ports.
var packages = []string{"aws", "kubernetes", "random"}

// maxMessage is the largest message the engine sends or takes, in bytes.
const maxMessage = 400 << 20

// Servers are the running providers of a Cloud.
type Servers struct {
	cloud     *Cloud
	listeners []net.Listener // one for each of packages
	addresses []string       // "aws:PORT" and so on
	wg        sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	running map[*grpc.Server]bool // one for each connection
}

// Serve starts the providers on 127.0.0.1: aws on port, kubernetes and random on the two after it; port 0
// takes free ones. When a port cannot be had nothing is left running.
func (c *Cloud) Serve(port int) (*Servers, error) {
	if last := port + len(packages) - 1; port < 0 || last > 65535 {
		return nil, fmt.Errorf("simulated cloud: port: got %d, want 0 (free ports) to %d", port, 65536-len(packages))
	}
	s := &Servers{cloud: c, running: map[*grpc.Server]bool{}}
	for i, pkg := range packages {
		at := port
		if port != 0 {
			at += i
		}
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", at)) //nolint:noctx // opens at once
		if err != nil {
			return nil, errors.Join(portError(pkg, at, err), s.Close())
		}
		_, given, _ := net.SplitHostPort(listener.Addr().String()) // a listener's own address is valid
		s.listeners = append(s.listeners, listener)
		s.addresses = append(s.addresses, pkg+":"+given)
		s.wg.Go(func() { s.accept(listener, pkg) })
	}
	return s, nil
}

func portError(pkg string, port int, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("simulated %s provider: port %d is in use; stop what holds it (ss -ltnp 'sport = :%d'), "+
			"name another port, or 0 for free ones: %w", pkg, port, port, err)
	}
	return fmt.Errorf("simulated %s provider: port %d: %w", pkg, port, err)
}

// Env is the setting that makes a Pulumi CLI attach to these servers.
func (s *Servers) Env() []string {
	return []string{"PULUMI_DEBUG_PROVIDERS=" + strings.Join(s.addresses, ",")}
}

// Close stops the providers and returns when every call has ended. Calls that hang are cancelled.
func (s *Servers) Close() error {
	var errs []error
	for _, listener := range s.listeners {
		errs = append(errs, listener.Close())
	}
	s.mu.Lock()
	s.closed = true
	for server := range s.running {
		go server.Stop()
	}
	s.mu.Unlock()
	s.wg.Wait()
	s.listeners = nil
	return errors.Join(errs...)
}

func (s *Servers) accept(listener net.Listener, pkg string) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return // closed
		}
		s.wg.Go(func() { s.serve(conn, pkg) })
	}
}

// serve answers one connection with a provider of its own. The engine opens a connection for each provider
// instance (each pulumi:providers:aws resource, each command) and configures it there, where for a provider
// that it starts itself it would start a process: region, secrets and Cancel belong to the connection.
func (s *Servers) serve(conn net.Conn, pkg string) {
	single := &singleListener{conn: conn, gone: make(chan struct{})}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(maxMessage),
		grpc.WaitForHandlers(true))
	pulumirpc.RegisterResourceProviderServer(server, newProviderServer(s.cloud, pkg))

	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		_ = conn.Close() // nobody is listening any more
		return
	}
	s.running[server] = true
	s.mu.Unlock()

	_ = server.Serve(single) // ends with the connection, however it ends
	server.Stop()            // waits for calls that are still running
	s.mu.Lock()
	delete(s.running, server)
	s.mu.Unlock()
}

// singleListener hands out one connection and ends when that connection is closed.
type singleListener struct {
	conn  net.Conn
	once  sync.Once
	close sync.Once
	gone  chan struct{}
}

// Accept returns the connection, then blocks until it is closed.
func (l *singleListener) Accept() (net.Conn, error) {
	var conn net.Conn
	l.once.Do(func() { conn = &watchedConn{Conn: l.conn, gone: l.end} })
	if conn != nil {
		return conn, nil
	}
	<-l.gone
	return nil, io.EOF
}

// Close implements net.Listener.
func (l *singleListener) Close() error {
	l.end()
	return nil
}

// Addr implements net.Listener.
func (l *singleListener) Addr() net.Addr { return l.conn.LocalAddr() }

func (l *singleListener) end() { l.close.Do(func() { close(l.gone) }) }

// watchedConn tells when it is closed.
type watchedConn struct {
	net.Conn
	gone func()
}

// Close closes the connection and says so.
func (c *watchedConn) Close() error {
	defer c.gone()
	return c.Conn.Close()
}
