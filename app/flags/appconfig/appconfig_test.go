package appconfig_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/appconfigdata"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/flags"
	"github.com/ladder-iac/ladder/app/flags/appconfig"
)

// service behaves as AppConfig does: a token is good once, and what the session has seen is not sent again.
type service struct {
	document string
	err      error
	sessions int
	polls    int
	sent     string
	token    string
}

func (s *service) StartConfigurationSession(
	_ context.Context, in *appconfigdata.StartConfigurationSessionInput, _ ...func(*appconfigdata.Options),
) (*appconfigdata.StartConfigurationSessionOutput, error) {
	if s.err != nil {
		return nil, s.err
	}
	if *in.ApplicationIdentifier != "ladder" || *in.EnvironmentIdentifier != "prod" ||
		*in.ConfigurationProfileIdentifier != "flags" || *in.RequiredMinimumPollIntervalInSeconds < 15 {
		return nil, errors.New("ResourceNotFoundException")
	}
	s.sessions++
	s.sent, s.token = "", fmt.Sprintf("first-%d", s.sessions)
	return &appconfigdata.StartConfigurationSessionOutput{InitialConfigurationToken: aws.String(s.token)}, nil
}

func (s *service) GetLatestConfiguration(
	_ context.Context, in *appconfigdata.GetLatestConfigurationInput, _ ...func(*appconfigdata.Options),
) (*appconfigdata.GetLatestConfigurationOutput, error) {
	if s.err != nil {
		return nil, s.err
	}
	if *in.ConfigurationToken != s.token {
		return nil, errors.New("BadRequestException")
	}
	s.polls++
	s.token = fmt.Sprintf("next-%d", s.polls)
	out := &appconfigdata.GetLatestConfigurationOutput{NextPollConfigurationToken: aws.String(s.token)}
	if s.document != s.sent {
		s.sent, out.Configuration = s.document, []byte(s.document)
	}
	return out, nil
}

func TestDocument(t *testing.T) {
	t.Parallel()
	at, err := flags.ParseLocation("appconfig:ladder/prod/flags")
	require.NoError(t, err)
	s := &service{document: "one"}
	d := appconfig.New(s, at)
	require.Equal(t, "appconfig:ladder/prod/flags", d.String())
	read := func() string {
		text, err := d.Read(t.Context())
		require.NoError(t, err)
		return string(text)
	}
	require.Equal(t, "one", read())
	require.Empty(t, read(), "what is known is not sent, and not billed, again")
	s.document = "two"
	require.Equal(t, "two", read())
	require.Equal(t, 1, s.sessions)

	s.err = errors.New("down")
	for range 2 {
		_, err = d.Read(t.Context())
		require.ErrorContains(t, err, "down")
	}
	s.err = nil
	require.Equal(t, "two", read(), "a new session sends all")
	require.Equal(t, 2, s.sessions)
	s.token = "expired"
	_, err = d.Read(t.Context())
	require.ErrorContains(t, err, "BadRequestException")
	require.Equal(t, "two", read())
}
