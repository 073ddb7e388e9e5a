// Package valkey keeps the shared cache in Valkey or Redis 6.2 or later, one node or a cluster.
//
// Nothing in it is the only copy. A server that is away, full, empty or a replica costs time, never an answer.
package valkey

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"github.com/ladder-iac/ladder/app/cache"
)

// Client implements cache.Store.
type Client struct {
	option rueidis.ClientOption
	log    *slog.Logger
	stop   context.CancelFunc
	ended  sync.WaitGroup

	demoted chan struct{} // the server takes no writes

	mu     sync.Mutex
	client rueidis.Client // nil before the first connection
}

var errNotConnected = errors.New("shared cache: not connected yet")

// Open returns a client. It does not wait for the server, and connects as soon as that is there.
func Open(ctx context.Context, config Config, log *slog.Logger) (*Client, error) {
	option, err := options(config)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	c := &Client{option: option, log: log, stop: stop, demoted: make(chan struct{}, 1)}
	c.ended.Go(func() { c.connect(ctx) })
	return c, nil
}

// Close ends all connections.
func (c *Client) Close() {
	c.stop()
	c.ended.Wait()
	if client := c.current(); client != nil {
		client.Close()
	}
}

// connect makes the client, which connects again by itself when a connection breaks. One to a server that became a
// replica does not break: then a new client asks the name again.
func (c *Client) connect(ctx context.Context) {
	for {
		client := c.dial(ctx)
		if client == nil {
			return
		}
		c.mu.Lock()
		old := c.client
		c.client = client
		c.mu.Unlock()
		if old != nil {
			old.Close()
		}
		if !pause(ctx, demotedPause) {
			return
		}
		select {
		case <-c.demoted:
			c.log.WarnContext(ctx, "the shared cache takes no writes; connecting again")
		case <-ctx.Done():
			return
		}
	}
}

// dial tries until the server is there, or ctx ends.
func (c *Client) dial(ctx context.Context) rueidis.Client {
	for told := false; ; {
		client, err := rueidis.NewClient(c.option)
		if err == nil {
			return client
		}
		if !told {
			c.log.WarnContext(ctx, "the shared cache is not there yet", slog.Any("error", err))
			told = true
		}
		if !pause(ctx, retryPause) {
			return nil
		}
	}
}

func (c *Client) current() rueidis.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.client
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// keys returns the key and its lease, both on one node of a cluster.
func keys(key string) []string {
	key = "{" + key + "}"
	return []string{key, key + ":lease"}
}

func (c *Client) exec(ctx context.Context, script *rueidis.Lua, key string, args ...string) rueidis.RedisResult {
	client := c.current()
	if client == nil {
		return rueidis.NewErrorResult(errNotConnected)
	}
	result := script.Exec(ctx, client, keys(key), args)
	if reply, is := rueidis.IsRedisErr(result.Error()); is && strings.Contains(reply.Error(), "READONLY") {
		select {
		case c.demoted <- struct{}{}:
		default:
		}
	}
	return result
}

// Answered implements cache.Store.
func (c *Client) Answered(err error) bool {
	_, answered := rueidis.IsRedisErr(err)
	return answered
}

// Get implements cache.Store.
func (c *Client) Get(ctx context.Context, key string, lease time.Duration) (cache.Got, error) {
	parts, err := c.exec(ctx, getScript, key, millis(lease)).ToArray()
	if err != nil {
		return cache.Got{}, err
	}
	if len(parts) != 3 { //nolint:mnd // what the script returns
		return cache.Got{}, fmt.Errorf("shared cache: got %d parts of a key, want 3", len(parts))
	}
	var got cache.Got
	if got.Version, err = parts[0].AsInt64(); err != nil {
		return cache.Got{}, err
	}
	if !parts[1].IsNil() {
		if got.Data, err = parts[1].AsBytes(); err != nil {
			return cache.Got{}, err
		}
	}
	leased, err := parts[2].AsInt64()
	got.Lease = leased == 1
	return got, err
}

// Fill implements cache.Store.
func (c *Client) Fill(ctx context.Context, key string, version int64, data []byte, ttl time.Duration) (bool, error) {
	kept, err := c.exec(ctx, fillScript, key, number(version), rueidis.BinaryString(data), millis(ttl)).AsInt64()
	return kept == 1, err
}

// Set implements cache.Store.
func (c *Client) Set(ctx context.Context, key string, version int64, data []byte, ttl time.Duration) error {
	return c.exec(ctx, setScript, key, number(version), rueidis.BinaryString(data), millis(ttl)).Error()
}

// Floor implements cache.Store.
func (c *Client) Floor(ctx context.Context, key string, version int64, ttl time.Duration) error {
	news := number(version) + " " + key
	return c.exec(ctx, floorScript, key, number(version), millis(ttl), channel, news).Error()
}

// Forget implements cache.Store.
func (c *Client) Forget(ctx context.Context, key string) error {
	return c.exec(ctx, forgetScript, key).Error()
}

// Release implements cache.Store.
func (c *Client) Release(ctx context.Context, key string) error {
	client := c.current()
	if client == nil {
		return errNotConnected
	}
	return client.Do(ctx, client.B().Del().Key(keys(key)[1]).Build()).Error()
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func millis(d time.Duration) string { return number(max(1, d.Milliseconds())) }
