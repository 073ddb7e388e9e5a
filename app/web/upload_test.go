package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/web"
)

// What a handler reads is what was sent, whole, cut or too long, and it starts when the body is there.
func TestUploads(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300<<10)
	for name, c := range map[string]struct {
		body io.Reader
		want string
		err  error
	}{
		"nothing": {http.NoBody, "", nil},
		"short":   {strings.NewReader("abc"), "abc", nil},
		"long":    {strings.NewReader(long), long, nil},
		"cut":     {iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("abc"))), "a", iotest.ErrTimeout},
	} {
		handler := web.Uploads(1)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got, err := io.ReadAll(r.Body)
			require.Equal(t, c.want, string(got), name)
			require.ErrorIs(t, err, c.err, name)
			require.NoError(t, r.Body.Close())
		}))
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "PUT", "/", c.body))
	}
}

// Clients that send slowly keep out only those who send, too, and only while they do.
func TestSlowUploads(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{}, 9)
	handler := web.Uploads(2)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Body != http.NoBody {
			begun <- struct{}{}
		}
		_, _ = io.ReadAll(r.Body)
	}))
	ask := func(body io.Reader) int {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "PUT", "/", body))
		return w.Code
	}
	ended := make(chan int, 2)
	var senders []*io.PipeWriter
	for range 2 {
		body, sender := io.Pipe()
		senders = append(senders, sender)
		go func() { ended <- ask(body) }()
		_, err := io.WriteString(sender, strings.Repeat("x", 128<<10)) // it is read
		require.NoError(t, err)
	}
	require.Equal(t, http.StatusServiceUnavailable, ask(strings.NewReader("x")))
	require.Equal(t, http.StatusOK, ask(http.NoBody))
	select {
	case <-begun:
		t.Fatal("a body of the limit without an end has arrived")
	default:
	}
	for _, sender := range senders {
		require.NoError(t, sender.Close())
		require.Equal(t, http.StatusOK, <-ended)
	}
	require.Equal(t, http.StatusOK, ask(strings.NewReader("x")))
}
