// Package appconfig reads flags from AWS AppConfig. It is a package of its own because the SDK is heavy.
//
// Cost: $0.20 a million polls and $0.80 a thousand documents that are sent (us-east-1, 2026-09). The session's token is
// kept, so that a document is sent once for each change and process: 60 processes that ask every 20 s cost $2 a month.
package appconfig

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/appconfigdata"

	"github.com/ladder-iac/ladder/app/flags"
)

const minPoll = 15 // s; the least that may be asked for, and below flags.AppConfigInterval

// Getter is what a Document needs of the SDK's client.
type Getter interface {
	StartConfigurationSession(ctx context.Context, in *appconfigdata.StartConfigurationSessionInput,
		options ...func(*appconfigdata.Options)) (*appconfigdata.StartConfigurationSessionOutput, error)
	GetLatestConfiguration(ctx context.Context, in *appconfigdata.GetLatestConfigurationInput,
		options ...func(*appconfigdata.Options)) (*appconfigdata.GetLatestConfigurationOutput, error)
}

// Document is a flags.Source.
type Document struct {
	getter Getter
	at     flags.Location

	mu    sync.Mutex
	token *string // of the next poll; each is good for one; nil: a session has to be started
}

// Open returns a document with the Region and the credentials of the process's surroundings.
func Open(ctx context.Context, at flags.Location) (*Document, error) {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("flags in AppConfig: %w", err)
	}
	return New(appconfigdata.NewFromConfig(settings), at), nil
}

// New returns a document that is read through getter.
func New(getter Getter, at flags.Location) *Document { return &Document{getter: getter, at: at} }

// Read implements flags.Source. After an error it starts anew, because the token may be used up or too old.
func (d *Document) Read(ctx context.Context) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.token == nil {
		started, err := d.getter.StartConfigurationSession(ctx, &appconfigdata.StartConfigurationSessionInput{
			ApplicationIdentifier:                aws.String(d.at.Application),
			EnvironmentIdentifier:                aws.String(d.at.Environment),
			ConfigurationProfileIdentifier:       aws.String(d.at.Profile),
			RequiredMinimumPollIntervalInSeconds: aws.Int32(minPoll),
		})
		if err != nil {
			return nil, fmt.Errorf("flags in AppConfig: %w", err)
		}
		d.token = started.InitialConfigurationToken
	}
	token := d.token
	d.token = nil
	latest, err := d.getter.GetLatestConfiguration(ctx,
		&appconfigdata.GetLatestConfigurationInput{ConfigurationToken: token})
	if err != nil {
		return nil, fmt.Errorf("flags in AppConfig: %w", err)
	}
	if latest.NextPollConfigurationToken == nil {
		return nil, errors.New("flags in AppConfig: got an answer without a token for the next one")
	}
	d.token = latest.NextPollConfigurationToken
	return latest.Configuration, nil
}

// String implements flags.Source.
func (d *Document) String() string {
	return flags.KindAppConfig + ":" + d.at.Application + "/" + d.at.Environment + "/" + d.at.Profile
}
