package price_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/policies/price"
)

func defaultBook(tb testing.TB) *price.Book {
	tb.Helper()
	book, err := price.Default()
	require.NoError(tb, err)
	return book
}

func read(t *testing.T, lines ...string) *price.Book {
	t.Helper()
	book, err := price.Read(strings.NewReader(header + strings.Join(lines, "\n") + "\n"))
	require.NoError(t, err)
	return book
}

const header = "service,usage_type_or_key,region,unit,usd,source,source_date\n"

func TestEveryRowHasItsOrigin(t *testing.T) {
	t.Parallel()
	rows := defaultBook(t).Rows()
	require.Greater(t, len(rows), 250)
	for _, p := range rows {
		require.NotEmpty(t, p.Service, p)
		require.NotEmpty(t, p.Key, p)
		require.NotEmpty(t, p.Region, p)
		require.NotEmpty(t, p.Unit, p)
		require.Greater(t, len(p.Source), 10, p)
		require.Contains(t, price.Grades, p.Grade, p)
		require.False(t, p.Date.Before(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)), p)
		require.False(t, p.Date.After(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)), p)
		require.Positive(t, p.Per(), p)
		require.NotContains(t, p.Key, "(", "a key holds no remarks: they belong to the source")
	}
}

// Zero is a price only where AWS asks nothing.
func TestOnlyWhatIsFreeCostsNothing(t *testing.T) {
	t.Parallel()
	free := map[string]bool{
		"Gateway endpoint": true, "Flat-rate plan Free": true, "Parameter Store standard": true, "Alert-only budget": true,
	}
	for _, p := range defaultBook(t).Rows() {
		_, place := price.Family(p.Key)
		require.Equal(t, free[p.Key] || place.Free, p.USD == 0, "%s %s", p.Service, p.Key)
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		service, key, region string
		usd                  float64
		grade                price.Grade
	}{
		{"ec2", "BoxUsage:t4g.large", "us-east-1", 0.0672, price.B},
		{"ec2", "BoxUsage:c7g.xlarge", "us-west-2", 0.145, price.D},
		{"rds-postgres", "Multi-AZUsage:db.t4g.small", "us-east-1", 0.065, price.A},
		{"route53", "HostedZone", "ap-southeast-1", 0.5, price.B}, // one price for the world
		{"dynamodb", "TimedPITRStorage-ByteHrs", "us-east-1", 0.2, price.D},
		{"dynamodb", "TimedPITRStorage-ByteHrs", "us-west-2", 0.2, price.D},
		{"dynamodb", "TimedPITRStorage-ByteHrs", "us-east-2", 0.2, price.B},
		{"aws-backup", "RDS snapshot", "us-east-1", 0.095, price.D},
		{"data-transfer", "InterRegion-Out-Bytes", "us-west-2", 0.02, price.D},
	} {
		p, err := defaultBook(t).Lookup(tt.service, tt.key, tt.region)
		require.NoError(t, err)
		require.InDelta(t, tt.usd, p.USD, 1e-9, tt.key)
		require.Equal(t, tt.grade, p.Grade, "%s in %s: %s", tt.key, tt.region, p.Source)
	}
	p, err := defaultBook(t).Lookup("ec2", "BoxUsage:c7g.xlarge", "us-west-2")
	require.NoError(t, err)
	require.Equal(t, "us-west-2", p.Region)
	require.Contains(t, p.Source, "derived from us-east-1 (AWS prices both alike): aws/karpenter-provider-aws")
}

func TestLookupSaysWhatIsNearAndTheWayOut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		service, key, region string
		want                 []string
	}{
		{"ec2", "BoxUsage:t4g.lrage", "us-east-1", []string{`"BoxUsage:t4g.large"`, "price book of your own"}},
		{"rds-postgre", "InstanceUsage:db.t4g.micro", "us-east-1", []string{`got service "rds-postgre"`, `"rds-postgres"`}},
		{"ec2", "BoxUsage:t4g.large", "eu-west-1", []string{
			`got region "eu-west-1", want one of us-east-1, us-west-2`, "ladder prices refresh --region eu-west-1",
		}},
		{"data-transfer", "DataTransfer-Out-Bytes", "us-east-1", []string{"depends on the quantity"}},
		{"data-transfer", "InterRegion-Out-Bytes to us-east-2", "us-west-2", []string{"want one of us-east-1;"}},
	} {
		p, err := defaultBook(t).Lookup(tt.service, tt.key, tt.region)
		require.ErrorIs(t, err, price.ErrNoPrice)
		require.Zero(t, p)
		for _, want := range tt.want {
			require.ErrorContains(t, err, want)
		}
	}
}

func TestOverlay(t *testing.T) {
	t.Parallel()
	custom := read(t,
		"ec2,BoxUsage:t4g.large,us-east-1,hour,0.05,[C] private offer 17,2026-11-01",
		"ec2,BoxUsage:x9.huge,us-east-1,hour,9,[C] private offer 17,2026-11-01",
	)
	book := defaultBook(t).Overlay(custom)
	for region, key := range map[string]string{"us-east-1": "BoxUsage:x9.huge", "us-west-2": "BoxUsage:x9.huge"} {
		_, err := book.Lookup("ec2", key, region)
		require.NoError(t, err)
	}
	derived, err := book.Lookup("ec2", "BoxUsage:t4g.large", "us-west-2")
	require.NoError(t, err)
	require.InDelta(t, 0.05, derived.USD, 1e-9, "what is derived follows the custom row")
	untouched, err := defaultBook(t).Lookup("ec2", "BoxUsage:t4g.large", "us-east-1")
	require.NoError(t, err)
	require.InDelta(t, 0.0672, untouched.USD, 1e-9)
	require.Len(t, book.Rows(), len(defaultBook(t).Rows())+1)
}

func TestStale(t *testing.T) {
	t.Parallel()
	book := read(t,
		"ec2,young,us-east-1,hour,1,[A] list,2026-06-01",
		"ec2,old,us-east-1,hour,1,[A] list,2026-01-01",
		"ec2,older,us-east-1,hour,1,[A] list,2025-01-01",
	)
	stale := book.Stale(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), 180)
	require.Len(t, stale, 2)
	require.Equal(t, "older", stale[0].Key)
	require.Empty(t, book.Stale(time.Date(2025, 1, 2, 0, 0, 0, 0, time.UTC), 180))
}

func TestInterval(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		grade price.Grade
		days  int
		width float64
	}{
		{price.A, -30, 0},
		{price.A, 0, 0},
		{price.A, 180, 0},
		{price.A, 181, 0.02},
		{price.B, 180, 0.03},
		{price.C, 0, 0.05},
		{price.D, 0, 0.15},
		{price.B, 361, 0.07},
		{price.D, 5000, 0.25},
	} {
		p := price.Price{USD: 100, Grade: tt.grade, Date: day}
		low, high := p.Interval(day.AddDate(0, 0, tt.days))
		require.InDelta(t, 100*(1-tt.width), low, 1e-9, "%s after %d days", tt.grade, tt.days)
		require.InDelta(t, 100*(1+tt.width), high, 1e-9, "%s after %d days", tt.grade, tt.days)
	}
	low, high := price.Price{Grade: price.D, Date: day}.Interval(day)
	require.Zero(t, low, "what is free is free")
	require.Zero(t, high)
}

func BenchmarkCharge(b *testing.B) {
	book := defaultBook(b)
	for b.Loop() {
		_, _ = book.Charge("data-transfer", "DataTransfer-Out-Bytes", "us-west-2", 100_000)
	}
}

func BenchmarkThousandLookups(b *testing.B) {
	for b.Loop() {
		book := defaultBook(b)
		for range 500 {
			_, _ = book.Lookup("ec2", "BoxUsage:t4g.large", "us-east-1")
			_, _ = book.Lookup("eks", "AmazonEKS-Hours:perCluster", "us-west-2")
		}
	}
}
