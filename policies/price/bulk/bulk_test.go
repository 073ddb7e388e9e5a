package bulk_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/policies/price"
	"github.com/ladder-iac/ladder/policies/price/bulk"
)

// aws serves testdata, which has the tree and the form of the price list but few rows. The handler may answer
// before it does.
func aws(t *testing.T, handle func(w http.ResponseWriter, r *http.Request) bool) bulk.Options {
	t.Helper()
	files := http.FileServer(http.Dir("testdata"))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if handle == nil || !handle(w, r) {
			files.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	book, err := price.Default()
	require.NoError(t, err)
	return bulk.Options{Book: book, Region: "us-east-1", From: server.URL, Client: server.Client(), Pause: time.Millisecond}
}

func lookup(t *testing.T, book *price.Book, service, key, region string) price.Price {
	t.Helper()
	p, err := book.Lookup(service, key, region)
	require.NoError(t, err)
	return p
}

func reasons(result *bulk.Result) map[string]string {
	found := map[string]string{}
	for _, k := range result.Kept {
		found[k.Service+" "+k.Key] = k.Reason
	}
	return found
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	o := aws(t, nil)
	result, err := bulk.Refresh(t.Context(), o)
	require.NoError(t, err)

	changed := map[string][2]float64{}
	for _, c := range result.Changed {
		changed[c.New.Service+" "+c.New.Key] = [2]float64{c.Old.USD, c.New.USD}
	}
	require.Equal(t, map[string][2]float64{
		"ec2 BoxUsage:c7g.xlarge":                         {0.145, 0.1392},
		"rds-postgres Multi-AZUsage:db.t4g.medium":        {0.13, 0.129},
		"elb LoadBalancerUsage NLB":                       {0.0225, 0.025},
		"data-transfer DataTransfer-Out-Bytes next 40 TB": {0.085, 0.08},
	}, changed)

	for _, tt := range []struct {
		service, key string
		usd          float64
		published    string
	}{
		{"ec2", "BoxUsage:t4g.large", 0.0672, "2026-11-20"},
		{"ec2", "CPUCredits:t4g", 0.04, "2026-11-20"},
		{"ebs", "EBS:VolumeUsage.gp3", 0.08, "2026-11-20"},
		{"ebs", "EBS:VolumeP-Throughput.gp3", 0.04, "2026-11-20"}, // the list has 40.96 for 1,024
		{"vpc", "PublicIPv4:InUseAddress", 0.005, "2026-11-17"},
		{"vpc", "VpcEndpoint-Bytes next 4 PB", 0.006, "2026-11-17"},
		{"rds-postgres", "InstanceUsage:db.t4g.medium", 0.065, "2026-11-19"},
		{"aurora-postgres", "InstanceUsage:db.t4g.medium", 0.073, "2026-11-19"},
		{"aurora", "Aurora:StorageIOUsage", 0.2, "2026-11-19"},
		{"elasticache-valkey", "NodeUsage:cache.m7g.large", 0.1264, "2026-11-02"},
		{"elasticache-redis", "NodeUsage:cache.m7g.large", 0.158, "2026-11-02"},
		{"data-transfer", "InterRegion-Out-Bytes", 0.02, "2026-11-16"},
		{"data-transfer", "InterRegion-Out-Bytes to us-east-2", 0.01, "2026-11-16"},
		{"route53", "HostedZone", 0.5, "2026-11-05"},
		{"route53", "DNS-Queries over 1B", 0.2, "2026-11-05"},
	} {
		p := lookup(t, result.Book, tt.service, tt.key, "us-east-1")
		require.Equal(t, tt.usd, p.USD, tt.key) //nolint:testifylint // exactly what a person would write
		require.Equal(t, price.A, p.Grade, tt.key)
		require.Equal(t, tt.published, p.Date.Format(time.DateOnly), tt.key)
		require.Contains(t, p.Source, "AWS Price List Bulk API, offer A", tt.key)
		require.Contains(t, p.Source, "SKU ", tt.key)
	}
	require.Len(t, result.Offers, 7)
	require.Len(t, result.Book.Rows(), len(o.Book.Rows()))
	require.Equal(t, "20261120174521", result.Offers[2].Version)
}

func TestRefreshKeepsWhatItCannotTake(t *testing.T) {
	t.Parallel()
	o := aws(t, nil)
	result, err := bulk.Refresh(t.Context(), o)
	require.NoError(t, err)
	found := reasons(result)
	for row, want := range map[string]string{
		"ec2 BoxUsage:m7g.medium":                          "got the currency CNY, want USD",
		"ec2 BoxUsage:m7g.large":                           "got only the term Reserved, want OnDemand",
		"ec2 BoxUsage:m7g.xlarge":                          `got the unit "Days", want one that means hour`,
		"ec2 BoxUsage:m7g.2xlarge":                         "got two prices, 0.3264",
		"ec2 BoxUsage:m7g.4xlarge":                         "got no usage type BoxUsage:m7g.4xlarge in offer AmazonEC2",
		"route53 LBR-Queries over 1B":                      "got tiers from [0 500000000], want one from 1000000000",
		"ec2 Commitment standard 1yr no-upfront":           "a share, which is not in the price list",
		"data-transfer DataTransfer-Out-Bytes free 100 GB": "an allowance, which is not in the price list",
		"waf WebACLV2":                                     "no file for offer awswaf in us-east-1",
		"aws-backup RDS snapshot":                          "ladder does not know where it is in the price list",
	} {
		require.Contains(t, found[row], want, row)
	}
	require.Equal(t, lookup(t, o.Book, "ec2", "BoxUsage:m7g.large", "us-east-1"),
		lookup(t, result.Book, "ec2", "BoxUsage:m7g.large", "us-east-1"))
}

func TestRefreshAddsARegion(t *testing.T) {
	t.Parallel()
	o := aws(t, nil)
	o.Region = "eu-west-1"
	result, err := bulk.Refresh(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, result.Changed, 2)
	require.Nil(t, result.Changed[0].Old)
	require.InDelta(t, 0.0736, lookup(t, result.Book, "ec2", "BoxUsage:t4g.large", "eu-west-1").USD, 1e-9)
	require.InDelta(t, 0.0672, lookup(t, result.Book, "ec2", "BoxUsage:t4g.large", "us-east-1").USD, 1e-9)
	for _, k := range result.Kept {
		require.False(t, k.Has, k.Key)
		require.Equal(t, "eu-west-1", k.Region)
	}
	_, err = result.Book.Lookup("ec2", "BoxUsage:c7g.xlarge", "eu-west-1")
	require.ErrorContains(t, err, "ladder prices refresh --region eu-west-1")
}

func TestRefreshFromFiles(t *testing.T) {
	t.Parallel()
	o := aws(t, nil)
	o.From = "testdata" // the tree of the price list
	tree, err := bulk.Refresh(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, tree.Changed, 4)

	single := filepath.Join("testdata", "offers", "v1.0", "aws", "AWSELB", "current", "us-east-1", "index.csv")
	o.From = single
	one, err := bulk.Refresh(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, one.Changed, 1)
	require.Equal(t, 3, one.Same)
	require.Empty(t, one.Kept, "what is in other files was not asked for")

	folder := t.TempDir()
	text, err := os.ReadFile(single)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "AWSELB.csv"), text, 0o600))
	o.From = folder
	flat, err := bulk.Refresh(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, flat.Changed, 1)

	o.From = filepath.Join(folder, "none.csv")
	_, err = bulk.Refresh(t.Context(), o)
	require.ErrorContains(t, err, "no file "+o.From)
	o.From = t.TempDir()
	_, err = bulk.Refresh(t.Context(), o)
	require.ErrorContains(t, err, "no file of any offer; check the region and the place")
}

func TestRefreshTriesAgain(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	o := aws(t, func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "AmazonEC2") {
			return false
		}
		switch asked.Add(1) {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		case 2: // breaks off in the middle of a line
			text, _ := os.ReadFile(filepath.Join("testdata", r.URL.Path))
			w.Header().Set("Content-Length", "1000000")
			_, _ = w.Write(text[:len(text)-100])
			return true
		case 3: // breaks off behind a line
			text, _ := os.ReadFile(filepath.Join("testdata", r.URL.Path))
			w.Header().Set("Content-Length", "1000000")
			_, _ = w.Write(text)
			return true
		}
		return false
	})
	var interrupted []string
	o.Progress = func(p bulk.Progress) {
		if p.Interrupted != "" && p.Read == 0 {
			interrupted = append(interrupted, p.Interrupted)
		}
	}
	result, err := bulk.Refresh(t.Context(), o)
	require.NoError(t, err)
	require.Len(t, result.Changed, 4)
	require.Len(t, interrupted, 3)
	require.Contains(t, interrupted[0], "index.csv: got 503 Service Unavailable, want 200")
	require.Contains(t, interrupted[1], "unexpected EOF")
	require.EqualValues(t, 4, asked.Load())
}

func TestRefreshGivesUp(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	o := aws(t, func(w http.ResponseWriter, r *http.Request) bool {
		asked.Add(1)
		w.WriteHeader(http.StatusBadGateway)
		return true
	})
	_, err := bulk.Refresh(t.Context(), o)
	require.ErrorContains(t, err, "got 502 Bad Gateway, want 200")
	require.EqualValues(t, 4, asked.Load())

	o = aws(t, func(w http.ResponseWriter, r *http.Request) bool {
		w.WriteHeader(http.StatusForbidden)
		return true
	})
	_, err = bulk.Refresh(t.Context(), o)
	require.ErrorContains(t, err, "no file of any offer")
}

func TestRefreshEndsAStalledDownload(t *testing.T) {
	t.Parallel()
	o := aws(t, func(w http.ResponseWriter, r *http.Request) bool {
		_, _ = w.Write([]byte("\"FormatVersion\",\"v1.0\"\n"))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	})
	o.Stall = 20 * time.Millisecond
	_, err := bulk.Refresh(t.Context(), o)
	require.ErrorContains(t, err, "got nothing for 20ms, want the rest of the file")
}

func TestRefreshCanBeCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	o := aws(t, func(w http.ResponseWriter, r *http.Request) bool {
		cancel()
		return false
	})
	_, err := bulk.Refresh(ctx, o)
	require.ErrorIs(t, err, context.Canceled)
}
