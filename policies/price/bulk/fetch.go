package bulk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// DefaultFrom is where AWS publishes its price list; reading it takes no account.
const DefaultFrom = "https://pricing.us-east-1.amazonaws.com"

// errNotThere means that a place has no file for an offer.
var errNotThere = errors.New("no file")

// errStalled means that a download does not go on.
var errStalled = errors.New("stalled")

// statusError is an answer other than 200.
type statusError struct {
	url    string
	status int
}

func (e *statusError) Error() string {
	return fmt.Sprintf("%s: got %d %s, want 200", e.url, e.status, http.StatusText(e.status))
}

// NewClient returns a client that gives up on a server which does not answer. A download may last as long as
// it goes on.
func NewClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout:   15 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
		ForceAttemptHTTP2:     true,
	}}
}

// file is an open file of the price list.
type file struct {
	io.ReadCloser
	name string
	size int64 // bytes; -1 when unknown
}

// isURL says whether a place is on the network.
func isURL(from string) bool {
	return strings.HasPrefix(from, "https://") || strings.HasPrefix(from, "http://")
}

// address is where the file of an offer is.
func address(from, offer, region string) string {
	if strings.HasSuffix(from, ".csv") {
		return from
	}
	if slices.Contains(globalOffers, offer) {
		return strings.TrimSuffix(from, "/") + "/offers/v1.0/aws/" + offer + "/current/index.csv"
	}
	return strings.TrimSuffix(from, "/") + "/offers/v1.0/aws/" + offer + "/current/" + region + "/index.csv"
}

// open opens the file of an offer: from a URL, from a folder that holds OFFER.csv or the paths of the URL, or
// a single file.
func (o *Options) open(ctx context.Context, offer string) (*file, error) {
	if isURL(o.From) {
		return o.get(ctx, address(o.From, offer, o.Region))
	}
	paths := []string{o.From}
	if !strings.HasSuffix(o.From, ".csv") {
		paths = []string{filepath.Join(o.From, offer+".csv"), address(o.From, offer, o.Region)}
	}
	for _, path := range paths {
		f, err := os.Open(path) //nolint:gosec // a file that the user names
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		info, err := f.Stat()
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		return &file{ReadCloser: f, name: path, size: info.Size()}, nil
	}
	return nil, fmt.Errorf("%w %s", errNotThere, strings.Join(paths, " or "))
}

func (o *Options) get(ctx context.Context, url string) (*file, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	res, err := o.Client.Do(req)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		err := error(&statusError{url, res.StatusCode})
		if res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusForbidden { // S3 says 403 for no file
			err = fmt.Errorf("%w: %w", errNotThere, err)
		}
		err = errors.Join(err, res.Body.Close())
		cancel(nil)
		return nil, err
	}
	stalled := fmt.Errorf("%w: %s: got nothing for %s, want the rest of the file", errStalled, url, o.Stall)
	body := &watched{ReadCloser: res.Body, ctx: ctx, stop: cancel, wait: o.Stall}
	body.timer = time.AfterFunc(o.Stall, func() { cancel(stalled) })
	return &file{ReadCloser: body, name: url, size: res.ContentLength}, nil
}

// watched ends a download that has stalled.
type watched struct {
	io.ReadCloser
	ctx   context.Context
	stop  context.CancelCauseFunc
	timer *time.Timer
	wait  time.Duration
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	w.timer.Reset(w.wait)
	if err != nil && w.ctx.Err() != nil {
		err = context.Cause(w.ctx)
	}
	return n, err
}

func (w *watched) Close() error {
	w.timer.Stop()
	w.stop(nil)
	return w.ReadCloser.Close()
}

// passing says whether an error may be gone at the next try.
func passing(ctx context.Context, err error) bool {
	if ctx.Err() != nil || errors.Is(err, errNotThere) {
		return false
	}
	if status, is := errors.AsType[*statusError](err); is {
		return status.status >= 500 || status.status == http.StatusTooManyRequests
	}
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errStalled)
}
