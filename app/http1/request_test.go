package http1

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// seen is what a handler sees of a request.
type seen struct {
	Method, URI, Path, Query, Host, Proto, From string
	Header                                      http.Header
	Length                                      int64
	Body                                        string
	Broken                                      bool // its body ended in an error
}

func see(r *http.Request) seen {
	body, err := io.ReadAll(r.Body)
	header := r.Header.Clone()
	header.Del("Trailer") // net/http has it elsewhere
	return seen{
		r.Method, r.RequestURI, r.URL.Path, r.URL.RawQuery, r.Host, r.Proto, r.RemoteAddr, header, r.ContentLength,
		string(body), err != nil,
	}
}

// recording returns a handler that keeps what it sees.
func recording() (http.Handler, *[]seen) {
	all := new([]seen)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*all = append(*all, see(r))
		_, _ = io.WriteString(w, "seen")
	}), all
}

func statuses(t *testing.T, answers string) (all []int) {
	t.Helper()
	reader := bufio.NewReader(strings.NewReader(answers))
	for {
		answer, err := http.ReadResponse(reader, nil)
		if err != nil {
			return all
		}
		_, err = io.Copy(io.Discard, answer.Body)
		require.NoError(t, err)
		_ = answer.Body.Close()
		all = append(all, answer.StatusCode)
	}
}

// What is a request for net/http is the same request here.
func TestRequests(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3*maxHeader)
	for name, sent := range map[string]string{
		"plain":             "GET /a/b?c=d&e HTTP/1.1\r\nHost: h\r\n\r\n",
		"escapes":           "GET /a%2Fb%20c?%41=%zz HTTP/1.1\r\nHost: h\r\n\r\n",
		"no path":           "GET /? HTTP/1.1\r\nHost: h\r\n\r\n",
		"two slashes":       "GET //h/x HTTP/1.1\r\nHost: h\r\n\r\n",
		"dots":              "GET /a/../b/./c HTTP/1.1\r\nHost: h\r\n\r\n",
		"semicolons":        "GET /a;b?c;d HTTP/1.1\r\nHost: h\r\n\r\n",
		"bytes above 127":   "GET /\xff HTTP/1.1\r\nHost: h\r\nX: \xff\r\n\r\n",
		"names":             "GET / HTTP/1.1\r\nhost: h\r\nx-request-id: 1\r\nX-REQUEST-ID: 2\r\naccept: \r\n\r\n",
		"odd name":          "GET / HTTP/1.1\r\nHost: h\r\nx_y.z!#$%&'*+^`|~: 1\r\n\r\n",
		"spaces":            "GET / HTTP/1.1\r\nHost:   h  \r\nA: \t b c \t\r\n\r\n",
		"folded":            "GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n \t b\r\n\r\n",
		"cookies":           "GET / HTTP/1.1\r\nHost: h\r\nCookie: a; b=c; ;d=\"e\"\r\nCookie: b=f\r\n\r\n",
		"known":             "GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: u\r\nUser-Agent: v\r\nContent-Type: c\r\n\r\n",
		"connection":        "GET / HTTP/1.1\r\nHost: h\r\nConnection: close, x\r\n\r\n",
		"upgrade":           "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
		"port":              "GET / HTTP/1.1\r\nHost: h:8080\r\n\r\n",
		"IPv6":              "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
		"HTTP/1.0":          "GET / HTTP/1.0\r\n\r\n",
		"kept HTTP/1.0":     "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\n\r\n",
		"unkept HTTP/1.0":   "GET / HTTP/1.0\r\nHost: h\r\n\r\nGET /2 HTTP/1.0\r\n\r\n",
		"three":             "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPUT /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nabGET /3 HTTP/1.1\r\nHost: h\r\n\r\n",
		"after the last":    "GET /1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n",
		"no body":           "POST / HTTP/1.1\r\nHost: h\r\n\r\n",
		"empty body":        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
		"body":              "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
		"body of a GET":     "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
		"long body":         fmt.Sprintf("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%sGET /2 HTTP/1.1\r\nHost: h\r\n\r\n", len(long), long),
		"cut body":          "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nab",
		"cut long body":     fmt.Sprintf("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s", len(long)+1, long),
		"chunks":            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n",
		"Chunks":            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
		"trailer":           "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n",
		"cut chunks":        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
		"broken chunks":     "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
		"size of a chunk":   "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nabcd\r\n0\r\n\r\n",
		"a chunk too large": "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabcd\r\n0\r\n\r\n",
		"expectation":       "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc",
		"another host":      "GET http://g/x HTTP/1.1\r\nHost: h\r\n\r\n",
		"unknown method":    "BREW / HTTP/1.1\r\nHost: h\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handler, want := recording()
			wanted := statuses(t, theirs(t, handler, sent))
			handler, got := recording()
			answered := statuses(t, ours(handler, sent))
			require.Equal(t, *want, *got)
			require.Equal(t, wanted, answered)
		})
	}
}

// An empty line before a request is skipped, as RFC 9112 wants it in 2.2.
func TestEmptyLine(t *testing.T) {
	t.Parallel()
	handler, got := recording()
	ours(handler, "\r\nGET /1 HTTP/1.1\r\nHost: h\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
	require.Len(t, *got, 2)
}

// What must not come after the body makes it a broken one, as RFC 9112 wants it in 7.1.2, and ends the connection.
// net/http skips it.
func TestForbiddenTrailer(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Host", "Content-Length", "Transfer-Encoding", "Authorization"} {
		handler, got := recording()
		ours(handler, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"+name+": 1\r\n\r\n"+
			"GET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
		require.Len(t, *got, 1, name)
		require.True(t, (*got)[0].Broken, name)
	}
}

// What is no request for net/http is none here, and some more: what two servers in a row may read in two ways.
func TestNoRequests(t *testing.T) {
	t.Parallel()
	const second = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
	chunked := "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: %s\r\n\r\n0\r\n\r\n"
	for name, c := range map[string]struct {
		sent     string
		stricter bool // than net/http
	}{
		"length and chunks":    {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + second, true},
		"two lengths":          {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 0\r\n\r\nabc" + second, false},
		"one length twice":     {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", true},
		"negative length":      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n" + second, false},
		"signed length":        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc", false},
		"length in hex":        {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x3\r\n\r\nabc", false},
		"list of lengths":      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\nabc", false},
		"empty length":         {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: \r\n\r\n" + second, false},
		"huge length":          {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n", false},
		"identity":             {fmt.Sprintf(chunked, "identity"), false},
		"chunked and identity": {fmt.Sprintf(chunked, "chunked, identity"), false},
		"nearly chunked":       {fmt.Sprintf(chunked, "xchunked"), false},
		"quoted chunked":       {fmt.Sprintf(chunked, `"chunked"`), false},
		"chunked, a tab":       {fmt.Sprintf(chunked, "\vchunked"), false},
		"chunked twice":        {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false},
		"chunks of HTTP/1.0":   {"POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", true},
		"space before a colon": {"GET / HTTP/1.1\r\nHost: h\r\nX : y\r\n\r\n", false},
		"space in a name":      {"GET / HTTP/1.1\r\nHost: h\r\nX y: z\r\n\r\n", false},
		"name beyond ASCII":    {"GET / HTTP/1.1\r\nHost: h\r\nX\xe9: z\r\n\r\n", false},
		"no colon":             {"GET / HTTP/1.1\r\nHost: h\r\nX\r\n\r\n", false},
		"no name":              {"GET / HTTP/1.1\r\nHost: h\r\n: x\r\n\r\n", false},
		"NUL":                  {"GET / HTTP/1.1\r\nHost: h\r\nX: a\x00b\r\n\r\n", false},
		"DEL":                  {"GET / HTTP/1.1\r\nHost: h\r\nX: a\x7fb\r\n\r\n", false},
		"CR alone":             {"GET / HTTP/1.1\r\nHost: h\r\nX: a\rY: b\r\n\r\n", false},
		"LF alone":             {"GET / HTTP/1.1\nHost: h\nX: a\n\n", true},
		"LF after a fold":      {"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\n\r\n\r\n", true},
		"folded first":         {"GET / HTTP/1.1\r\n Host: h\r\n\r\n", false},
		"no host":              {"GET / HTTP/1.1\r\nX: y\r\n\r\n", false},
		"two hosts":            {"GET / HTTP/1.1\r\nHost: h\r\nHost: g\r\n\r\n", false},
		"empty host":           {"GET / HTTP/1.1\r\nHost: \r\n\r\n", true},
		"bytes in a host":      {"GET / HTTP/1.1\r\nHost: h\xff\r\n\r\n", false},
		"space in a host":      {"GET / HTTP/1.1\r\nHost: h g\r\n\r\n", false},
		"no version":           {"GET /\r\nHost: h\r\n\r\n", false},
		"HTTP/0.9":             {"GET /\r\n\r\n", false},
		"HTTP/1.2":             {"GET / HTTP/1.2\r\nHost: h\r\n\r\n", true},
		"HTTP/2":               {"PRI * HTTP/2.0\r\nHost: h\r\n\r\nSM\r\n\r\n", true},
		"HTTP/3":               {"GET / HTTP/3.0\r\nHost: h\r\n\r\n", false},
		"lower case":           {"GET / http/1.1\r\nHost: h\r\n\r\n", false},
		"no path":              {"GET  HTTP/1.1\r\nHost: h\r\n\r\n", false},
		"space in a path":      {"GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", false},
		"control in a path":    {"GET /a\x01b HTTP/1.1\r\nHost: h\r\n\r\n", false},
		"no slash":             {"GET a HTTP/1.1\r\nHost: h\r\n\r\n", false},
		"broken escape":        {"GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", false},
		"method":               {"G\x00T / HTTP/1.1\r\nHost: h\r\n\r\n", false},
		"no method":            {" / HTTP/1.1\r\nHost: h\r\n\r\n", false},
		"two spaces":           {"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", false},
		"tunnel":               {"CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n", true},
		"TLS":                  {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", false},
		"too long":             {"GET / HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("x", 2*maxHeader) + "\r\n\r\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handler, got := recording()
			answers := statuses(t, ours(handler, c.sent))
			require.Empty(t, *got)
			require.Len(t, answers, 1)
			require.GreaterOrEqual(t, answers[0], 400)
			require.Less(t, answers[0], 500)

			handler, theirs_ := recording()
			_ = theirs(t, handler, c.sent)
			require.Equal(t, c.stricter, len(*theirs_) > 0, "what net/http sees: %+v", *theirs_)
		})
	}
}
