// Package snsbus carries events through Amazon SNS to one Amazon SQS queue for each group.
//
// Stateful: the queues, and the dead letter queues that their redrive policies name. A topic and queue with names on
// .fifo keep the order of a key and drop duplicates of the last 5 minutes; others keep neither, which inboxes bear.
// The redrive policy's maxReceiveCount has to be beyond inbox.Tries, such as 10.
package snsbus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/ladder-iac/ladder/app/events"
)

const (
	maxEntries  = 10      // of a batch. [SNS PublishBatch]
	maxBytes    = 250_000 // of a batch with its attributes, of 262,144. [SNS quotas]
	overhead    = 1000    // of an event's attributes and names
	concurrency = 16      // events in hand
	calls       = 10      // batches at once
)

// Config says which topic and queue. The zero value of a number means its default.
type Config struct {
	AWS   aws.Config
	Topic string // ARN; to publish
	Queue string // URL; to subscribe

	Visibility time.Duration // until an event comes again whose subscriber is silent; whole seconds; default 30 s
	Wait       time.Duration // of one long poll; whole seconds, at most 20; default 20 s
	Log        *slog.Logger
}

// Bus implements events.Bus.
type Bus struct {
	config Config
	topic  *sns.Client
	queue  *sqs.Client
}

// New returns a bus. It does not ask AWS for anything.
func New(config Config) *Bus {
	if config.Visibility == 0 {
		config.Visibility = 30 * time.Second
	}
	if config.Wait == 0 {
		config.Wait = 20 * time.Second
	}
	return &Bus{config: config, topic: sns.NewFromConfig(config.AWS), queue: sqs.NewFromConfig(config.AWS)}
}

// Close implements events.Bus.
func (b *Bus) Close() error { return nil }

// Publish implements events.Publisher.
func (b *Bus) Publish(ctx context.Context, batch []events.Event) []error {
	errs := make([]error, len(batch))
	contents := make([]string, len(batch))
	for i, e := range batch {
		content, err := json.Marshal(e)
		if err == nil {
			err = e.Validate()
		}
		if err == nil && len(content)+overhead > maxBytes {
			err = fmt.Errorf("sns: got an event of %d bytes, want at most %d", len(content), maxBytes-overhead)
		}
		contents[i], errs[i] = string(content), err
	}
	slots := make(chan struct{}, calls)
	var all sync.WaitGroup
	for _, chunk := range chunks(contents, errs) {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			b.publish(ctx, batch, contents, errs, chunk)
		})
	}
	all.Wait()
	return errs
}

// chunks returns the indexes of the events of each call, without those that failed already.
func chunks(contents []string, errs []error) (all [][]int) {
	var chunk []int
	size := 0
	for i, content := range contents {
		if errs[i] != nil {
			continue
		}
		if len(chunk) == maxEntries || size+len(content)+overhead > maxBytes {
			all, chunk, size = append(all, chunk), nil, 0
		}
		chunk, size = append(chunk, i), size+len(content)+overhead
	}
	if len(chunk) > 0 {
		all = append(all, chunk)
	}
	return all
}

// publish sends one batch and sets the errors of its events: each may fail alone.
func (b *Bus) publish(ctx context.Context, batch []events.Event, contents []string, errs []error, chunk []int) {
	input := &sns.PublishBatchInput{TopicArn: &b.config.Topic}
	for _, i := range chunk {
		errs[i] = errors.New("sns: got no answer for the event")
		input.PublishBatchRequestEntries = append(input.PublishBatchRequestEntries, b.entry(i, batch[i], contents[i]))
	}
	output, err := b.topic.PublishBatch(ctx, input)
	if err != nil {
		for _, i := range chunk {
			errs[i] = fmt.Errorf("sns: %w", err)
		}
		return
	}
	for _, sent := range output.Successful {
		if i, err := strconv.Atoi(aws.ToString(sent.Id)); err == nil && i < len(errs) {
			errs[i] = nil
		}
	}
	for _, failed := range output.Failed {
		if i, err := strconv.Atoi(aws.ToString(failed.Id)); err == nil && i < len(errs) {
			errs[i] = fmt.Errorf("sns: %s: %s", aws.ToString(failed.Code), aws.ToString(failed.Message))
		}
	}
}

func (b *Bus) entry(i int, e events.Event, content string) types.PublishBatchRequestEntry {
	attribute := func(value string) types.MessageAttributeValue {
		return types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &value}
	}
	entry := types.PublishBatchRequestEntry{
		Id: aws.String(strconv.Itoa(i)), Message: &content,
		MessageAttributes: map[string]types.MessageAttributeValue{ // subscriptions filter by these
			"aggregate": attribute(e.Aggregate), "type": attribute(e.Type), "key": attribute(e.Key),
		},
	}
	if strings.HasSuffix(b.config.Topic, ".fifo") {
		entry.MessageGroupId, entry.MessageDeduplicationId = &e.Key, &e.ID
	}
	return entry
}
