package dial_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/events/dial"
	"github.com/ladder-iac/ladder/app/events/membus"
	"github.com/ladder-iac/ladder/app/events/natsbus"
	"github.com/ladder-iac/ladder/app/events/snsbus"
)

func TestBus(t *testing.T) {
	t.Setenv("AWS_REGION", "eu-central-1")
	for url, want := range map[string]any{
		dial.Memory:             &membus.Bus{},
		"nats://127.0.0.1:4222": &natsbus.Bus{},
		"sns:?topic=arn:aws:sns:eu-central-1:123456789012:events&queue=https://sqs.eu-central-1.amazonaws.com/1/names": &snsbus.Bus{},
	} {
		bus, err := dial.Bus(t.Context(), dial.Config{URL: url, Log: slog.New(slog.DiscardHandler)}, "names")
		require.NoError(t, err, url)
		require.IsType(t, want, bus)
		require.NoError(t, bus.Close())
	}
}

func TestMemoryWithoutSubscribersWouldLoseAll(t *testing.T) {
	t.Parallel()
	_, err := dial.Bus(t.Context(), dial.Config{URL: dial.Memory})
	require.ErrorContains(t, err, "nobody in this process subscribes")
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"":                       "got scheme",
		"kafka://host":           `got scheme "kafka"`,
		"nats://ann:s3cret@host": "with a user",
		"nats://s3cret@host":     "with a user",

		"nats://a:4222,nats://s3cret@b:4222": "with a user",
		"sns:?topic=a&que=b":                 `got "que"`,
		"sns:?topic=a":                       `topic "a" and queue ""`,
		"sns:?queue=b":                       `topic "" and queue "b"`,
		"nats:":                              "without a host",
		"sns:?region=eu":                     `got "region"`,
		"nats://ann:s3cret@%zz":              "got no URL",
	} {
		err := dial.Check(url, true, true)
		require.ErrorContains(t, err, want, url)
		require.NotContains(t, err.Error(), "s3cret")
	}
}
