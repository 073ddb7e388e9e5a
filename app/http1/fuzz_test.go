package http1

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever comes in over a connection, what the handler sees are the first of the requests that net/http reads there,
// or fewer: nothing is smuggled past what stands before it. That holds for a handler that leaves the bodies unread, too.
func FuzzRequests(f *testing.F) {
	for _, sent := range []string{
		"GET /a?b=c HTTP/1.1\r\nHost: h\r\nCookie: a=b\r\n\r\nPUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
		"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
		"POST / HTTP/1.0\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nabcHEAD http://h/x HTTP/1.1\r\nHost: h\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost: g\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: h\nX: a\n b\n\r\n\r\nGET / HTTP/1.1\nHost: h\n\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\nHost: h\r\n\r\n",
	} {
		f.Add(sent)
	}
	f.Fuzz(func(t *testing.T, sent string) {
		handler, got := recording()
		ours(handler, sent)
		firstOf(t, sent, *got)

		i := 0
		ours(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			require.Less(t, i, len(*got), "seen only where bodies are not read: %s %s", r.Method, r.RequestURI)
			r.Body = http.NoBody
			one := (*got)[i]
			one.Body, one.Broken = "", false
			require.Equal(t, one, see(r), "request %d", i)
			i++
		}), sent)
	})
}

// firstOf fails unless net/http reads these requests first from what was sent.
func firstOf(t *testing.T, sent string, got []seen) {
	t.Helper()
	reader := bufio.NewReader(strings.NewReader(sent))
	for i, one := range got {
		skipEmptyLines(reader)
		r, err := http.ReadRequest(reader)
		require.NoError(t, err, "request %d: net/http does not see %+v", i, one)
		r.RemoteAddr = one.From
		want := see(r)
		if one.Broken { // how much of it was read is no matter, and net/http may take it, as it does any trailer
			require.Len(t, got, i+1, "the connection ends here")
			want.Body, want.Broken, one.Body = "", true, ""
		}
		require.Equal(t, want, one, "request %d", i)
		_, _ = io.Copy(io.Discard, r.Body)
	}
}

func skipEmptyLines(from *bufio.Reader) {
	for {
		next, err := from.Peek(1)
		if err != nil || (next[0] != '\r' && next[0] != '\n') {
			return
		}
		_, _ = from.Discard(1)
	}
}
