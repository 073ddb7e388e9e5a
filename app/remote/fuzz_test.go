package remote_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
	"github.com/ladder-iac/ladder/app/remote"
)

// answering is a service that gives one answer.
type answering func() *http.Response

// RoundTrip implements http.RoundTripper.
func (a answering) RoundTrip(*http.Request) (*http.Response, error) { return a(), nil }

// Whatever a service, or a balancer in front of it, answers is understood or becomes an error with a code, and what it
// tells of freshness may travel on.
// go test ./app/remote -run '^$' -fuzz FuzzAnswer -fuzztime 30s.
func FuzzAnswer(f *testing.F) {
	for status, body := range map[int]string{
		200: `{"id":"x","title":"a","version":1}`, 201: "", 204: "null", 404: `{"error":{"code":"not_found","message":"no"}}`,
		409: `{"error":{"code":"conflict"}}`, 418: `{"error":{"code":"teapot"}}`, 500: "<html>", 503: `{"error":null}`,
	} {
		f.Add(status, body, "token", "role=web&role=data&cache=hit")
	}
	f.Fuzz(func(t *testing.T, status int, body, freshness, origin string) {
		if status == http.StatusBadGateway || status == http.StatusGatewayTimeout {
			return // is asked again, after a pause
		}
		service := remote.NewItems("http://service", &http.Client{Transport: answering(func() *http.Response {
			return &http.Response{
				StatusCode: status, Body: io.NopCloser(bytes.NewBufferString(body)),
				Header: http.Header{api.Freshness: {freshness}, api.Origin: {origin}},
			}
		})})
		ctx := app.WithFreshness(t.Context(), "")
		item, err := service.Item(ctx, app.Caller{UserID: app.NewID()}, app.NewID())
		if err != nil {
			require.Zero(t, item)
			require.True(t, api.IsCode(app.ErrorCode(err)), "%v", err)
		}
		if token, changed := app.Freshness(ctx).Changed(); changed {
			require.True(t, app.IsFreshness(token), token)
		}
	})
}
