package valkey_test

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/cache"
	"github.com/ladder-iac/ladder/app/cache/redistest"
	"github.com/ladder-iac/ladder/app/cache/valkey"
)

// name is an address that leads to one server and later to another, as a name does in a failover. Connections stay.
func name(t *testing.T, first string) (addr string, lead func(to string)) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var to atomic.Pointer[string]
	to.Store(&first)
	var all sync.WaitGroup
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", *to.Load())
			if err != nil {
				_ = conn.Close()
				continue
			}
			context.AfterFunc(ctx, func() { _ = conn.Close(); _ = server.Close() })
			all.Go(func() { _, _ = io.Copy(server, conn); _ = server.Close() })
			all.Go(func() { _, _ = io.Copy(conn, server); _ = conn.Close() })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		cancel()
		all.Wait()
	})
	return listener.Addr().String(), func(next string) { to.Store(&next) }
}

func TestDemotedServerIsLeft(t *testing.T) {
	t.Parallel()
	old, next, d := redistest.Start(t), redistest.Start(t), &database{}
	d.set("k", 1)
	addr, lead := name(t, old.Addr())
	p := start(t, valkey.Config{URL: "redis://" + addr}, cache.DefaultLimits(), forgetful).ready(t)
	require.Eventually(t, func() bool { p.read(t, d, "k"); return p.Counts().Shared > 0 }, soon, time.Millisecond)

	host, port, _ := strings.Cut(next.Addr(), ":")
	old.Do(t, "REPLICAOF "+host+" "+port)
	lead(next.Addr())
	d.set("k", 2)
	p.Wrote(t.Context(), "k", 2, 2)
	require.Eventually(t, func() bool { return p.shared.Counts().Owed == 0 }, soon, 10*time.Millisecond)
	require.Eventually(t, func() bool {
		p.read(t, d, "k")
		return strings.Contains(next.Do(t, "HGET {test1:k} v"), "2")
	}, soon, 10*time.Millisecond, "the new server is used")
}
