package snsbus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ladder-iac/ladder/app/events"
)

const (
	maxReceive = 10             // [SQS ReceiveMessage]
	maxDelay   = 12 * time.Hour // [SQS ChangeMessageVisibility]
	settleTime = 5 * time.Second
)

// Subscribe implements events.Bus. The queue is the group.
func (b *Bus) Subscribe(ctx context.Context, group string, handle events.Handler) error {
	if b.config.Queue == "" {
		return fmt.Errorf("sqs: got no queue for %s, want its URL", group)
	}
	log := b.config.Log.With(slog.String("group", group))
	hands := events.NewHands(concurrency)
	defer hands.Wait()
	retry := events.Backoff{First: 200 * time.Millisecond, Max: 10 * time.Second}
	for failed := 0; ctx.Err() == nil; {
		if err := b.receive(ctx, hands, handle, log); err != nil && ctx.Err() == nil {
			failed++
			log.Warn("no events from the bus", slog.Any("error", err))
			events.Sleep(ctx, retry.After(failed))
			continue
		}
		failed = 0
	}
	return nil
}

// receive hands out what one long poll brings.
func (b *Bus) receive(ctx context.Context, hands *events.Hands, handle events.Handler, log *slog.Logger) error {
	taken := hands.Take(ctx, maxReceive)
	defer func() { hands.Free(taken) }()
	if taken == 0 {
		return nil
	}
	output, err := b.queue.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &b.config.Queue, MaxNumberOfMessages: int32(taken), //nolint:gosec // G115: at most 10
		WaitTimeSeconds: seconds(b.config.Wait), VisibilityTimeout: seconds(b.config.Visibility),
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{
			types.MessageSystemAttributeNameApproximateReceiveCount,
		},
	})
	if err != nil {
		return fmt.Errorf("sqs: %w", err)
	}
	whole := context.WithoutCancel(ctx)
	for _, message := range output.Messages {
		taken--
		hands.Work(b.config.Visibility/3, func() {
			_ = b.hide(whole, message, b.config.Visibility) // failing, it comes again
		}, func() { b.settle(whole, message, handle, log) })
	}
	return nil
}

func (b *Bus) settle(ctx context.Context, message types.Message, handle events.Handler, log *slog.Logger) {
	e, err := decode(aws.ToString(message.Body))
	if err != nil {
		log.Error("message left to the redrive policy: it is no event",
			slog.String("message", aws.ToString(message.MessageId)), slog.Any("error", err))
		return
	}
	attempt, err := strconv.Atoi(message.Attributes[string(types.MessageSystemAttributeNameApproximateReceiveCount)])
	if err != nil {
		attempt = 1
	}
	outcome := handle(ctx, events.Delivery{Event: e, Attempt: attempt})
	if outcome.Done {
		err = b.remove(ctx, message)
	} else {
		err = b.hide(ctx, message, outcome.Delay)
	}
	if err != nil {
		log.Warn("event comes again: its outcome did not reach the bus", slog.String("event", e.ID), slog.Any("error", err))
	}
}

func (b *Bus) remove(ctx context.Context, message types.Message) error {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	_, err := b.queue.DeleteMessage(ctx, &sqs.DeleteMessageInput{
		QueueUrl: &b.config.Queue, ReceiptHandle: message.ReceiptHandle,
	})
	return err
}

func (b *Bus) hide(ctx context.Context, message types.Message, delay time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	_, err := b.queue.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: &b.config.Queue, ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: seconds(min(delay, maxDelay)),
	})
	return err
}

// seconds rounds up: a delay must not become none.
func seconds(d time.Duration) int32 {
	return int32((d + time.Second - 1) / time.Second) //nolint:gosec // G115: at most 12 h
}

// decode reads an event as it was published, or in the envelope of a subscription without raw delivery.
func decode(body string) (events.Event, error) {
	e, err := events.Decode([]byte(body))
	if err == nil {
		return e, nil
	}
	var envelope struct{ Type, Message string }
	if json.Unmarshal([]byte(body), &envelope) != nil || envelope.Type != "Notification" {
		return events.Event{}, err
	}
	inner, innerErr := events.Decode([]byte(envelope.Message))
	if innerErr != nil {
		return events.Event{}, errors.Join(err, innerErr)
	}
	return inner, nil
}
