package page_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/web/page"
)

const api = "https://shop.example.com"

// The document names files that there are, and no file stays without a name in it.
func TestSiteIsWhole(t *testing.T) {
	t.Parallel()
	documents, assets, err := page.Site(page.About{Version: "v1", API: api})
	require.NoError(t, err)
	index := string(documents["index.html"])
	named := map[string]bool{}
	for _, match := range regexp.MustCompile(`(?:src|href)="/([^"]+)"`).FindAllStringSubmatch(index, -1) {
		named[match[1]] = true
		require.Contains(t, assets, match[1])
	}
	require.Len(t, named, len(assets))
	for name, content := range assets {
		require.Regexp(t, `^assets/[a-z]+-[0-9a-f]{16}\.[a-z]+$`, name)
		require.NotContains(t, string(content), "/assets/", "%s would name a file without its content", name)
	}
	require.Contains(t, index, `<meta name="api" content="`+api+`">`)
	require.Contains(t, index, `href="`+api+`/openapi.yaml"`)
}

// What the app serves itself has its own API, and asks for it where it came from.
func TestIndexOfTheApp(t *testing.T) {
	t.Parallel()
	content, err := page.Index(page.About{Version: "v1", Stack: "<prod>", Phase: "3"})
	require.NoError(t, err)
	require.NotContains(t, string(content), `name="api"`)
	require.Contains(t, string(content), `href="/openapi.yaml"`)
	require.Contains(t, string(content), "&lt;prod&gt;")
}

func TestAsset(t *testing.T) {
	t.Parallel()
	content, err := page.Asset("app.js")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(content), `"use strict"`))
	for _, name := range []string{"index.html", "page.go", "../page.go", "none.js"} {
		_, err := page.Asset(name)
		require.Error(t, err, name)
	}
}

func TestContentSecurityPolicy(t *testing.T) {
	t.Parallel()
	require.Contains(t, page.ContentSecurityPolicy(""), "connect-src 'self';")
	require.Contains(t, page.ContentSecurityPolicy(api), "connect-src "+api+";")
}
