package price_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/policies/price"
)

// The quantities and sums are the lines of the bills of materials that the phases were planned with: mean load
// 1,157 requests a second in phase 3, 3 KB each, 2,628,000 seconds a month.
func TestChargeMakesThePlannedBills(t *testing.T) {
	t.Parallel()
	const phase3GB = 1157 * 2.628 * 3 // 9,122 GB
	const phase4GB = 11570 * 2.628 * 3
	for _, tt := range []struct {
		what, service, key, region string
		quantity, usd              float64
	}{
		{"phase 1 egress", "data-transfer", "DataTransfer-Out-Bytes", "us-east-1", 91, 0},
		{"phase 2 egress", "data-transfer", "DataTransfer-Out-Bytes", "us-east-1", phase3GB / 10, 73.10},
		{"phase 3 egress", "data-transfer", "DataTransfer-Out-Bytes", "us-east-1", phase3GB, 811.96},
		{"phase 4 egress, home", "data-transfer", "DataTransfer-Out-Bytes", "us-east-1", phase4GB / 2, 7847.42 - 3927.96},
		{"phase 4 egress, second", "data-transfer", "DataTransfer-Out-Bytes", "us-west-2", phase4GB / 2, 3927.96},
		{"phase 3 static", "cloudfront", "DataTransfer-Out-Bytes US/EU", "us-east-1", 5000, 427.96 - 90},
		{"phase 3 static requests", "cloudfront", "Requests HTTPS US/MX/CA", "us-east-1", 100e6, 90},
		{"phase 4 static requests", "cloudfront", "Requests HTTPS US/MX/CA", "us-east-1", 1e9, 990},
		// The plan counts the free TB inside the first 10 TB here, which is 5.12 USD less.
		{"phase 4 static", "cloudfront", "DataTransfer-Out-Bytes US/EU", "us-east-1", 50000, 4954.16 - 990 + 5.12},
		{"phase 3 queries", "route53", "DNS-Queries", "us-east-1", 50e6, 20},
		{"phase 4 queries", "route53", "LBR-Queries", "us-east-1", 1e9, 600},
		{"two billion queries", "route53", "LBR-Queries", "us-east-1", 2e9, 900},
		{"phase 2 logs", "cloudwatch", "Logs ingest", "us-east-1", 15.2, 5.10},
		{"phase 2 alarms", "cloudwatch", "Alarm", "us-east-1", 20, 1},
		{"phase 4 HTTP API", "apigateway-http", "Requests", "us-east-1", 30405.96e6, 27395.36},
		{"phase 4 REST API", "apigateway-rest", "Requests", "us-east-1", 30405.96e6, 63966.10},
		{"a key without tiers", "ec2", "BoxUsage:t4g.large", "us-east-1", 730, 49.056},
		{"nothing", "data-transfer", "DataTransfer-Out-Bytes", "us-east-1", 0, 0},
	} {
		charge, err := defaultBook(t).Charge(tt.service, tt.key, tt.region, tt.quantity)
		require.NoError(t, err, tt.what)
		require.InDelta(t, tt.usd, charge.USD, 0.006, tt.what)
		var usd, quantity float64
		for _, line := range charge.Lines {
			usd += line.USD
			quantity += line.Quantity
		}
		require.InDelta(t, charge.USD, usd, 1e-6, tt.what)
		require.InDelta(t, tt.quantity, quantity, 1e-3, tt.what)
	}
}

func TestTiersFollowEachOther(t *testing.T) {
	t.Parallel()
	families := map[[3]string]bool{}
	for _, p := range defaultBook(t).Rows() {
		family, _ := price.Family(p.Key)
		families[[3]string{p.Service, family, p.Region}] = true
	}
	for f := range families {
		tiers, err := defaultBook(t).Tiers(f[0], f[1], f[2])
		require.NoError(t, err, f)
		end := 0.0
		for _, tier := range tiers {
			require.InDelta(t, end, tier.From, 1e-9, f)
			require.Greater(t, tier.To, tier.From, f)
			end = tier.To
		}
	}
	tiers, err := defaultBook(t).Tiers("data-transfer", "DataTransfer-Out-Bytes", "us-east-1")
	require.NoError(t, err)
	require.Len(t, tiers, 5)
	require.InDelta(t, 100+10240, tiers[1].To, 1e-9)
	require.True(t, math.IsInf(tiers[4].To, 1))
}

func TestChargeRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		service, key, region string
		quantity             float64
		want                 string
	}{
		{"ec2", "BoxUsage:t4g.large", "us-east-1", -1, "got the quantity -1, want zero or more"},
		{"ec2", "BoxUsage:t4g.large", "us-east-1", math.NaN(), "got the quantity NaN"},
		{"ec2", "BoxUsage:t4g.huge", "us-east-1", 1, "nearest are"},
		{"cloudwatch", "Custom metric", "us-east-1", 10_001, "above 10000: got the quantity 10001"},
		{"rds-postgres", "Commitment 1yr no-upfront", "us-east-1", 1, "a share, not a price"},
		{"data-transfer", "DataTransfer-Out-Bytes", "eu-west-1", 1, "ladder prices refresh --region eu-west-1"},
	} {
		charge, err := defaultBook(t).Charge(tt.service, tt.key, tt.region, tt.quantity)
		require.ErrorContains(t, err, tt.want)
		require.Zero(t, charge)
	}
	gap := read(t,
		"s3,Bytes first 10 TB,us-east-1,GB,2,[A] list,2026-06-01",
		"s3,Bytes over 50 TB,us-east-1,GB,1,[A] list,2026-06-01",
	)
	_, err := gap.Charge("s3", "Bytes", "us-east-1", 1)
	require.ErrorContains(t, err, "got a tier over 51200, want it over 10240")
}

func TestDiscount(t *testing.T) {
	t.Parallel()
	book, err := defaultBook(t).Discount("ec2", 0.1)
	require.NoError(t, err)
	for key, want := range map[string]float64{"BoxUsage:t4g.large": 0.06048, "Commitment standard 1yr no-upfront": 0.373} {
		p, err := book.Lookup("ec2", key, "us-east-1")
		require.NoError(t, err)
		require.InDelta(t, want, p.USD, 1e-9, key)
	}
	zone, err := book.Lookup("route53", "HostedZone", "us-east-1")
	require.NoError(t, err)
	require.InDelta(t, 0.5, zone.USD, 1e-9)
	all, err := defaultBook(t).Discount("*", 0.5)
	require.NoError(t, err)
	zone, err = all.Lookup("route53", "HostedZone", "us-east-1")
	require.NoError(t, err)
	require.InDelta(t, 0.25, zone.USD, 1e-9)
	require.Contains(t, zone.Source, "less 50 % (discount)")

	_, err = book.Discount("ec3", 0.1)
	require.ErrorContains(t, err, `got service "ec3", want * or one of`)
	for _, share := range []float64{-0.1, 1, math.NaN()} {
		_, err = book.Discount("ec2", share)
		require.ErrorContains(t, err, "want a share from 0 to below 1")
	}
}

func TestCommit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		commitment, service, key string
		share, list, saving      float64
	}{
		{"ec2-convertible-1y", "ec2", "BoxUsage:m7g.xlarge", 1, 0.1632, 0.279},
		{"ec2-standard-1y", "ec2", "BoxUsage:m7g.xlarge", 0.5, 0.1632, 0.373 / 2},
		{"rds-1y", "rds-postgres", "Multi-AZUsage:db.t4g.medium", 1, 0.13, 0.296},
		{"rds-1y", "ec2", "BoxUsage:m7g.xlarge", 1, 0.1632, 0},
	} {
		book, err := defaultBook(t).Commit(tt.commitment, tt.share)
		require.NoError(t, err)
		p, err := book.Lookup(tt.service, tt.key, "us-east-1")
		require.NoError(t, err)
		require.InDelta(t, tt.list*(1-tt.saving), p.USD, 1e-9, tt.commitment)
		if tt.saving > 0 {
			require.Equal(t, price.D, p.Grade)
		}
	}
	_, err := defaultBook(t).Commit("ec2-3y", 1)
	require.ErrorContains(t, err, `got "ec2-3y", want one of ec2-convertible-1y, ec2-standard-1y, rds-1y`)
	_, err = defaultBook(t).Commit("rds-1y", 1.5)
	require.ErrorContains(t, err, "want a share from 0 to 1")
	_, err = read(t).Commit("rds-1y", 1)
	require.ErrorIs(t, err, price.ErrNoPrice)
}
