package web_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/api"
)

// contract is web/openapi.yaml, to which every exchange of the tests is held.
type contract struct {
	document *openapi3.T
	router   routers.Router
}

func readContract() (contract, error) {
	content, err := os.ReadFile("openapi.yaml")
	if err != nil {
		return contract{}, err
	}
	document, err := openapi3.NewLoader().LoadFromData(content)
	if err != nil {
		return contract{}, err
	}
	router, err := legacy.NewRouter(document)
	return contract{document: document, router: router}, err
}

var readContractOnce = sync.OnceValues(readContract)

// check holds one exchange to the contract: what succeeds was allowed and is answered as described, and a failure is
// one of those that are described.
func (c contract) check(t *testing.T, r *http.Request, body []byte, w *httptest.ResponseRecorder) {
	t.Helper()
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		described := strings.HasPrefix(r.URL.Path, api.Base+"/") && w.Code < 300
		require.False(t, described, "%s %s is answered and not described", r.Method, r.URL.Path)
		return
	}
	asked := r.Clone(t.Context())
	asked.Body = io.NopCloser(bytes.NewReader(body))
	input := &openapi3filter.RequestValidationInput{
		Request: asked, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
			IncludeResponseStatus: true,
		},
	}
	invalid := openapi3filter.ValidateRequest(t.Context(), input)
	if w.Code < 300 {
		require.NoError(t, invalid, "%s %s succeeded against the contract", r.Method, r.URL.Path)
	}
	require.NoError(t, openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: w.Code, Header: w.Header(),
		Body: io.NopCloser(bytes.NewReader(w.Body.Bytes())), Options: input.Options,
	}), "%s %s answered %d", r.Method, r.URL.Path, w.Code)
}

func TestContract(t *testing.T) {
	t.Parallel()
	c, err := readContract()
	require.NoError(t, err)
	require.NoError(t, c.document.Validate(t.Context()))

	code := c.document.Components.Schemas["Failure"].Value.Properties["error"].Value.Properties["code"].Value
	for _, one := range code.Enum {
		require.True(t, api.IsCode(app.Code(one.(string))), one)
	}
	require.Len(t, code.Enum, 6)

	s := newSite(t)
	w := s.call(t, "GET", "/openapi.yaml", "", nil)
	require.Equal(t, http.StatusOK, w.Code)
	content, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	require.Equal(t, string(content), w.Body.String())

	for path, item := range c.document.Paths.Map() {
		for method := range item.Operations() {
			w := s.call(t, method, strings.ReplaceAll(path, "{id}", "x"), "", nil)
			require.NotEqual(t, http.StatusMethodNotAllowed, w.Code, "%s %s is described and not served", method, path)
			require.NotContains(t, w.Body.String(), "no such route", "%s %s is described and not served", method, path)
		}
	}
}
