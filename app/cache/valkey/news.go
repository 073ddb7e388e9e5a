package valkey

import (
	"context"
	"strconv"
	"strings"

	"github.com/redis/rueidis"
)

// channel carries the floors of all processes.
const channel = "ladder:floors"

// Subscribe implements cache.Store. It returns when ctx ends.
func (c *Client) Subscribe(ctx context.Context, tell func(key string, version int64)) {
	for {
		if client := c.current(); client != nil {
			c.receive(ctx, client, tell)
		}
		if !pause(ctx, retryPause) {
			return
		}
	}
}

// receive listens on one connection until that breaks. Whatever was said before it listened is lost.
func (c *Client) receive(ctx context.Context, client rueidis.Client, tell func(key string, version int64)) {
	own, release := client.Dedicate()
	defer release()
	broken := own.SetPubSubHooks(rueidis.PubSubHooks{
		OnSubscription: func(rueidis.PubSubSubscription) { tell("", 0) },
		OnMessage: func(m rueidis.PubSubMessage) {
			text, key, _ := strings.Cut(m.Message, " ")
			if version, err := strconv.ParseInt(text, 10, 64); err == nil && key != "" {
				tell(key, version)
			}
		},
	})
	if err := own.Do(ctx, own.B().Subscribe().Channel(channel).Build()).Error(); err != nil {
		return
	}
	select {
	case <-broken:
	case <-ctx.Done():
	}
}
