package ssm_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/topology"
	"github.com/ladder-iac/ladder/app/topology/ssm"
)

var _ topology.Source = (*ssm.Parameter)(nil)

// The SDK's client speaks to a server that answers as Systems Manager does.
func TestParameter(t *testing.T) {
	t.Parallel()
	var asked, target string
	answer, status := `{"Parameter":{"Name":"/ladder/prod/topology","Value":"{\"frozen\":true}"}}`, http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked, target = string(body), r.Header.Get("X-Amz-Target")
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	client := sdk.New(sdk.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1, HTTPClient: server.Client(),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "id", SecretAccessKey: "key"}, nil
		}),
	})
	parameter := ssm.New(client, "/ladder/prod/topology")
	require.Equal(t, "ssm:/ladder/prod/topology", parameter.String())
	text, err := parameter.Read(t.Context())
	require.NoError(t, err)
	require.JSONEq(t, `{"frozen":true}`, string(text))
	require.Equal(t, "AmazonSSM.GetParameter", target)
	require.JSONEq(t, `{"Name":"/ladder/prod/topology"}`, asked)

	answer, status = `{"__type":"ParameterNotFound"}`, http.StatusBadRequest
	_, err = parameter.Read(t.Context())
	require.ErrorContains(t, err, "ParameterNotFound")
	answer, status = `{}`, http.StatusOK
	_, err = parameter.Read(t.Context())
	require.ErrorContains(t, err, "without a value")
}
