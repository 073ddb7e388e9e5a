package secrets_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/secrets"
)

// The SDK's client speaks to a server that answers as Secrets Manager does.
func TestSecret(t *testing.T) {
	t.Parallel()
	var asked, target string
	answer, status := `{"ARN":"`+database+`","SecretString":"{\"password\":\"first\"}","VersionStages":["AWSCURRENT"]}`, 200
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked, target = string(body), r.Header.Get("X-Amz-Target")
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	remote := &secrets.Remote{Secrets: secretsmanager.New(secretsmanager.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1, HTTPClient: server.Client(),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "id", SecretAccessKey: "key"}, nil
		}),
	})}
	text, err := remote.Read(t.Context(), database)
	require.NoError(t, err)
	require.JSONEq(t, `{"password":"first"}`, string(text))
	require.Equal(t, "secretsmanager.GetSecretValue", target)
	require.JSONEq(t, `{"SecretId":"`+database+`"}`, asked)

	answer = `{"SecretBinary":"c2VjcmV0"}`
	_, err = remote.Read(t.Context(), database)
	require.ErrorContains(t, err, "got no text; is it a binary secret?")
	answer, status = `{"__type":"AccessDeniedException","Message":"no"}`, http.StatusBadRequest
	_, err = remote.Read(t.Context(), database)
	require.ErrorContains(t, err, "AccessDeniedException")
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	var answer []byte
	status := http.StatusOK
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write(answer)
	}))
	t.Cleanup(server.Close)
	remote := &secrets.Remote{Web: server.Client()}
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})

	answer = bytes.Repeat(authority, 3)
	text, err := remote.Read(t.Context(), server.URL+"/bundle.pem")
	require.NoError(t, err)
	require.Equal(t, answer, text)

	answer = []byte("<html>maintenance</html>")
	_, err = remote.Read(t.Context(), server.URL)
	require.ErrorContains(t, err, "got no certificates as PEM")
	answer = bytes.Repeat([]byte("x"), 3<<20)
	_, err = remote.Read(t.Context(), server.URL)
	require.ErrorContains(t, err, "got more than")
	answer, status = authority, http.StatusForbidden
	_, err = remote.Read(t.Context(), server.URL)
	require.ErrorContains(t, err, "403")
	server.Close()
	_, err = remote.Read(t.Context(), server.URL)
	require.Error(t, err)
}
