package bulk_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/policies/price/bulk"
)

func TestRefreshWantsTheFormat(t *testing.T) {
	t.Parallel()
	const good = "\"FormatVersion\",\"v1.0\"\n\"Publication Date\",\"2026-11-20T17:45:21Z\"\n\"OfferCode\",\"AWSELB\"\n"
	const columns = "SKU,TermType,StartingRange,Unit,PricePerUnit,Currency,usageType,operation\n"
	for text, want := range map[string]string{
		"":                                    "unexpected EOF",
		"<html>":                              "got no line of columns",
		"a,b\n" + strings.Repeat("c,d\n", 20): "got no line of columns",
		"\"FormatVersion\",\"v2.0\"\n":        `got format "v2.0", want v1.0; update ladder`,
		"\"Publication Date\",\"today\"\n":    "publication date: ",
		good + "SKU,TermType\n":               `got no column "StartingRange"`,
		columns:                               "got no OfferCode or no Publication Date",
		good + strings.Replace(columns, ",operation", "", 1): `got no column "operation", want it for`,
		good + columns + "S,OnDemand,0,Hrs\n":                "unexpected EOF: record on line 5: wrong number of fields",
		good + columns + "S,OnDemand,0,\"Hrs":                "unexpected EOF",
	} {
		path := filepath.Join(t.TempDir(), "index.csv")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		o := aws(t, nil)
		o.From = path
		_, err := bulk.Refresh(t.Context(), o)
		require.ErrorContains(t, err, want, text)
		require.ErrorContains(t, err, path)
	}
}

func TestRefreshReadsOddRows(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "index.csv")
	text := "\"FormatVersion\",\"v1.0\"\n\"Publication Date\",\"2026-11-20T17:45:21Z\"\n\"OfferCode\",\"AWSELB\"\n" +
		"SKU,TermType,StartingRange,Unit,PricePerUnit,Currency,usageType,operation\n" +
		"S1,OnDemand,0,Hrs,much,USD,LoadBalancerUsage,LoadBalancing:Application\n" +
		"S2,OnDemand,0,LCU-Hrs,0,USD,LCUUsage,LoadBalancing:Application\n"
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	o := aws(t, nil)
	o.From = path
	result, err := bulk.Refresh(t.Context(), o)
	require.NoError(t, err)
	require.Empty(t, result.Changed)
	require.Contains(t, reasons(result)["elb LoadBalancerUsage ALB"], `got the price "much" from "0" on, want numbers`)
	require.Contains(t, reasons(result)["elb LCUUsage ALB"], "got the price 0 (S2), want what the book has, more than 0")
}
