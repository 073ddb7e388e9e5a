package cli_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/cli"
)

// recorded is a few rows of AWS's price list in its tree.
const recorded = "../../policies/price/bulk/testdata"

// prices runs `ladder prices ...` in the year of the recording.
func prices(t *testing.T, live bool, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	app := testApp(nil)
	app.Now = func() time.Time { return time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC) }
	var out, errs bytes.Buffer
	code = cli.Main(t.Context(), app, append([]string{"prices"}, args...), cli.Streams{
		In: strings.NewReader(""), Out: &out, Err: &errs, Live: live, Size: func() (int, int) { return 0, 0 },
	})
	return code, out.String(), errs.String()
}

func TestPricesRefreshOverHTTP(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.FileServer(http.Dir(recorded)))
	t.Cleanup(server.Close)
	path := filepath.Join(t.TempDir(), "prices.csv")
	code, stdout, stderr := prices(t, false, "refresh", "--from", server.URL, "--output", path, "--json")
	require.Equal(t, cli.ExitOK, code, stderr)
	require.Contains(t, stderr, "reading AmazonEC2 (")
	var result struct {
		Region  string
		Offers  []struct{ Offer, Version, Published string }
		Changed []struct {
			Key      string
			Old, New float64
			Percent  float64
		}
		Same   int
		Kept   []struct{ Key, Reason string }
		Output string
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &result))
	require.Len(t, result.Changed, 4)
	require.Len(t, result.Offers, 7)
	require.Equal(t, path, result.Output)
	for _, c := range result.Changed {
		if c.Key == "BoxUsage:c7g.xlarge" {
			require.InDelta(t, -4, c.Percent, 1e-9)
		}
	}

	// What was written is a price book; nothing else lies beside it.
	code, stdout, stderr = prices(t, false, "--book", path, "--service", "ec2")
	require.Equal(t, cli.ExitOK, code, stderr)
	require.Regexp(t, `(?m)^ec2 +BoxUsage:c7g.xlarge +us-east-1 +hour +0.1392 +A +2026-11-20$`, stdout)
	files, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, files, 1)
}

func TestPricesRefreshFails(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "prices.csv")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	code, stdout, stderr := prices(t, true, "refresh", "--from", t.TempDir(), "--output", path)
	require.Equal(t, cli.ExitFailed, code)
	require.Empty(t, stdout)
	require.Contains(t, stderr, "no file of any offer; check the region and the place")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "old", string(text))

	code, _, stderr = prices(t, false, "refresh", "--from", recorded, "--output", t.TempDir()) // a folder is in the way
	require.Equal(t, cli.ExitFailed, code)
	require.Contains(t, stderr, "ladder: --output: rename")
}

func TestPricesRefreshOnATerminal(t *testing.T) {
	t.Parallel()
	code, _, stderr := prices(t, true, "refresh", "--from", recorded, "--region", "eu-west-1")
	require.Equal(t, cli.ExitOK, code)
	require.Contains(t, stderr, "\x1b[1A", "one line is redrawn in place")
	require.True(t, strings.HasSuffix(stderr, "nothing was written; --output FILE keeps the refreshed price book\n"))
}

func TestPricesCountsTheOld(t *testing.T) {
	t.Parallel()
	code, stdout, _ := prices(t, false)
	require.Equal(t, cli.ExitOK, code)
	require.Regexp(t, `\n\d{3} prices: \d+ A, \d+ B, \d+ C, \d+ D; the oldest is of 2024-07-01; \d+ are older than 180 days: `+
		`ladder prices refresh renews them\n$`, stdout)
}
