// Package dial picks the bus that a URL names. Only it knows all of them.
package dial

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/membus"
	"github.com/ladder-iac/ladder/app/events/natsbus"
	"github.com/ladder-iac/ladder/app/events/snsbus"
)

// Memory is the URL of the bus inside the process.
const Memory = "memory:"

const wanted = "want memory:, nats://HOST:4222, or sns: with ?topic=ARN to publish and &queue=URL to subscribe"

// Config says which bus.
type Config struct {
	URL       string // see Check
	CredsFile string // of NATS; default none
	Replicas  int    // of the NATS stream; default 1
	Log       *slog.Logger
}

// Check reports what is wrong with the URL of a bus for a process that publishes, subscribes, or both.
func Check(raw string, publishes, subscribes bool) error {
	parsed, err := url.Parse(raw)
	if err != nil {
		return fmt.Errorf("got no URL, %s", wanted) // the parser's error may show a password
	}
	query := parsed.Query()
	switch parsed.Scheme {
	case "memory":
		return nil
	case "nats", "tls":
		// A user alone is a token. Of several servers only the first is parsed.
		if parsed.Host == "" || strings.Contains(raw, "@") {
			return fmt.Errorf("got a NATS URL without a host or with a user, %s", wanted)
		}
		return nil
	case "sns":
		for name := range query {
			if name != "topic" && name != "queue" {
				return fmt.Errorf("got %q, %s", name, wanted)
			}
		}
		if publishes && query.Get("topic") == "" || subscribes && query.Get("queue") == "" {
			return fmt.Errorf("got topic %q and queue %q, %s", query.Get("topic"), query.Get("queue"), wanted)
		}
		return nil
	}
	return fmt.Errorf("got scheme %q, %s", parsed.Scheme, wanted)
}

// Bus returns the bus of a URL. Groups are those that subscribe in this process; only the bus in memory asks.
func Bus(ctx context.Context, c Config, groups ...string) (events.Bus, error) {
	if err := Check(c.URL, false, len(groups) > 0); err != nil {
		return nil, err
	}
	parsed, err := url.Parse(c.URL)
	if err != nil {
		return nil, err
	}
	switch parsed.Scheme {
	case "memory":
		if len(groups) == 0 {
			return nil, errors.New("got memory:, but nobody in this process subscribes; want a broker, such as nats://host:4222")
		}
		return membus.New(groups...), nil
	case "sns":
		settings, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return nil, fmt.Errorf("settings of AWS: %w", err)
		}
		query := parsed.Query()
		return snsbus.New(snsbus.Config{
			AWS: settings, Topic: query.Get("topic"), Queue: query.Get("queue"), Log: c.Log,
		}), nil
	}
	return natsbus.New(natsbus.Config{URL: c.URL, CredsFile: c.CredsFile, Replicas: c.Replicas, Log: c.Log})
}
