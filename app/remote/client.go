// Package remote implements the services by calling them over HTTP, in a process that does not have them itself.
//
// Callers need not know: codes, idempotency, freshness, origin and the request id cross the wire, and the suites of
// app/apptest hold for it. Calls that may be repeated are, a few times; others only when nothing was sent.
package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
)

const (
	maxTries    = 3
	tryTime     = 1500 * time.Millisecond // of a try that is not the last; the last has what is left of the request
	pause       = 20 * time.Millisecond   // before the second try; it doubles, and half of it is chance
	maxAnswer   = 16 << 20                // the largest page of items, with every character escaped, fits
	dialTime    = time.Second
	idleTime    = 60 * time.Second // shorter than the server's 75 s: no connection is closed under a request
	idlePerHost = 64
)

// NewHTTPClient returns a client for calls between services. Its connections are kept: CloseIdleConnections ends them.
func NewHTTPClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: dialTime}).DialContext,
			TLSHandshakeTimeout: dialTime,
			MaxIdleConnsPerHost: idlePerHost,
			IdleConnTimeout:     idleTime,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// CheckURL reports what is wrong with the address of a service.
func CheckURL(raw string) error {
	const wanted = "want a form such as http://users.ladder.svc:8080, without a path"
	parsed, err := url.Parse(raw)
	if err != nil || (parsed.Scheme != "http" && parsed.Scheme != "https") || parsed.Hostname() == "" ||
		parsed.User != nil || strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" || parsed.Fragment != "" {
		return fmt.Errorf("got no address of a service, %s", wanted)
	}
	return nil
}

// client calls one service.
type client struct {
	base string
	http *http.Client
}

func newClient(address string, httpClient *http.Client) client {
	return client{base: strings.TrimRight(address, "/") + api.Base, http: httpClient}
}

// call is one request to a service.
type call struct {
	method, path string
	caller       app.Caller
	in           any // nil: no body
}

// do sends a call until it is answered, and reads the answer into out, which may be nil.
func (c client) do(ctx context.Context, request call, out any) error {
	var body []byte
	if request.in != nil {
		var err error
		if body, err = json.Marshal(request.in); err != nil {
			return fmt.Errorf("call: %w", err)
		}
	}
	repeatable := request.method == http.MethodGet || app.IdempotencyKey(ctx) != ""
	for try := 1; ; try++ {
		err := c.try(ctx, request, body, out, repeatable && try < maxTries)
		lost, isLost := errors.AsType[lostError](err)
		if !isLost {
			return err
		}
		again := try < maxTries && (repeatable || lost.unsent)
		if !again || !wait(ctx, pause<<(try-1)) {
			return &app.Error{
				Code: app.CodeUnavailable, Message: "a part of the service does not answer; try again later", Err: lost.error,
			}
		}
	}
}

// lostError is a call that the service has not answered.
type lostError struct {
	error

	unsent bool // the service has certainly not seen the call
}

func (c client) try(ctx context.Context, request call, body []byte, out any, short bool) error {
	if short {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, tryTime)
		defer cancel()
	}
	r, err := http.NewRequestWithContext(ctx, request.method, c.base+request.path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("call: %w", err)
	}
	setHeaders(ctx, r.Header, request)
	answer, err := c.http.Do(r)
	if err != nil {
		var network *net.OpError
		return lostError{err, errors.As(err, &network) && network.Op == "dial"}
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return lostError{error: err}
	}
	return read(ctx, answer, content, out)
}

func setHeaders(ctx context.Context, h http.Header, request call) {
	set := func(name, value string) {
		if value != "" {
			h.Set(name, value)
		}
	}
	if request.in != nil {
		h.Set("Content-Type", "application/json")
	}
	if request.caller.Token != "" {
		h.Set("Authorization", "Bearer "+request.caller.Token)
	}
	set(api.RequestID, app.RequestID(ctx))
	set(api.Freshness, app.Freshness(ctx).Get())
	if request.method != http.MethodGet {
		set(api.IdempotencyKey, app.IdempotencyKey(ctx))
	}
}

// read takes an answer apart. What a balancer between us answers counts as no answer; what the service itself answers
// is not asked for again, least of all when it is busy.
func read(ctx context.Context, answer *http.Response, content []byte, out any) error {
	if answer.StatusCode < http.StatusMultipleChoices {
		noteHeaders(ctx, answer.Header)
		if out == nil {
			return nil
		}
		if err := json.Unmarshal(content, out); err != nil {
			return fmt.Errorf("answer of a service: %w", err)
		}
		return nil
	}
	var failure api.ErrorBody
	if json.Unmarshal(content, &failure) == nil && api.IsCode(failure.Error.Code) {
		noteHeaders(ctx, answer.Header)
		return &app.Error{Code: failure.Error.Code, Message: failure.Error.Message}
	}
	err := fmt.Errorf("a service answered %d in a form that is not ours", answer.StatusCode)
	if answer.StatusCode == http.StatusBadGateway || answer.StatusCode == http.StatusGatewayTimeout {
		return lostError{error: err}
	}
	return &app.Error{
		Code: api.CodeOf(answer.StatusCode), Message: "a part of the service does not work; try again later", Err: err,
	}
}

func noteHeaders(ctx context.Context, h http.Header) {
	if token := h.Get(api.Freshness); app.IsFreshness(token) {
		app.Freshness(ctx).Set(token)
	}
	origin := app.OriginOf(ctx)
	if told, err := url.ParseQuery(h.Get(api.Origin)); err == nil {
		origin.AddServices(told[api.Role], told[api.Node])
		origin.SetCache(told.Get(api.Cache))
		origin.SetReplica(told.Get(api.Replica))
	}
	if h.Get(api.Replayed) != "" {
		origin.SetReplayed()
	}
}

// wait reports whether there is time for another try.
func wait(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause/2 + rand.N(pause/2)) //nolint:gosec // G404: chance, no secret
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
