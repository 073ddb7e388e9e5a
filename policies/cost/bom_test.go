package cost_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
	"github.com/ladder-iac/ladder/policies/cost"
)

// bomLine is a line of the bill of materials that the phases were designed by, and ours.
type bomLine struct {
	name  string
	bom   float64
	items []string // what ours start with
	ours  float64
	why   bool // docs/cost.md says why they differ
}

var bom = map[int][]bomLine{
	1: {
		{"EC2 t4g.large", 49.06, []string{"EC2 "}, 49.06, false},
		{"EBS gp3 16 + 50 GB", 5.28, []string{"gp3 "}, 5.28, false},
		{"EBS snapshots", 4.30, []string{"snapshots"}, 3.25, true},
		{"Public IPv4", 3.65, []string{"public IPv4"}, 3.65, false},
		{"Route 53 zone + health check", 1.00, []string{"zone", "health check"}, 0, true},
		{"CloudWatch metrics and alarms", 1.50, []string{"own metrics", "alarm"}, 3.00, true},
		{"KMS key, S3, WAL PUTs", 1.91, []string{"key", "stored in S3", "written to S3"}, 4.23, true},
		{"Secrets", 0, []string{"secret", "reading", "decrypting"}, 0.87, true},
		{"Internet egress", 0, []string{"data to the internet"}, 0, false},
		{"Logs", 0, []string{"logs "}, 0.05, true},
		{"Route 53 queries", 0.40, []string{"DNS queries"}, 0.40, false},
	},
	2: {
		{"EC2 app servers", 105.85, []string{"EC2 "}, 105.85, false},
		{"EBS gp3 + snapshots", 4.20, []string{"gp3 "}, 2.56, true},
		{"Public IPv4", 3.65, []string{"public IPv4"}, 7.30, true},
		{"RDS primary, Multi-AZ", 94.90, []string{"RDS db.t4g.medium in two zones"}, 94.90, false},
		{"RDS replicas", 94.90, []string{"RDS db.t4g.medium"}, 94.90, false},
		{"RDS storage", 46.00, []string{"storage"}, 46.00, false},
		{"RDS credits", 0, []string{"processor credits"}, 0, false},
		{"Route 53 zone + 2 health checks", 1.50, []string{"zone", "health check"}, 1.00, true},
		{"CloudWatch metrics and alarms", 7.00, []string{"own metrics", "alarm"}, 4.30, true},
		{"Secrets, KMS, S3", 3.95, []string{"key", "stored in S3", "secret", "reading", "decrypting"}, 1.95, true},
		{"Internet egress", 73.10, []string{"data to the internet"}, 74.93, true},
		{"Logs", 5.10, []string{"logs "}, 5.94, true},
		{"Inter-AZ", 5.47, []string{"data between zones"}, 6.08, true},
		{"Route 53 queries", 2.00, []string{"DNS queries"}, 2.00, false},
	},
	3: {
		{"ALB + 3 IPv4", 27.38, []string{"ALB", "public IPv4, by zone"}, 27.38, false},
		{"ASG c7g.xlarge, mean 4", 423.40, []string{"EC2 "}, 423.40, false},
		{"EBS gp3", 6.40, []string{"gp3 "}, 5.12, true},
		{"ElastiCache Valkey", 276.82, []string{"cache."}, 276.82, false},
		{"Aurora instances", 1211.07, []string{"Aurora db.", "readers added"}, 1211.07, false},
		{"Aurora storage + backup", 36.30, []string{"storage", "backups"}, 36.30, false},
		{"NAT gateways + IPv4", 109.50, []string{"NAT gateway", "public IPv4"}, 109.50, false},
		{"CloudWatch", 40.00, []string{"own metrics", "alarm", "composite alarm", "dashboard"}, 2.60, true},
		{"Secrets, KMS, ECR, S3, Route 53", 13.20, []string{
			"secret", "reading", "decrypting", "key", "stored in S3", "written to S3", "zone", "health check", "images",
		}, 8.47, true},
		{"ALB LCU", 97.30, []string{"LCU"}, 98.93, true},
		{"Aurora I/O", 325.34, []string{"I/O of the storage"}, 325.46, false},
		{"Internet egress", 811.96, []string{"data to the internet"}, 830.25, true},
		{"CloudFront static", 427.96, []string{"data out of CloudFront", "requests to CloudFront"}, 0, true},
		{"Inter-AZ", 102.16, []string{"data between zones"}, 103.01, false},
		{"Logs", 80.58, []string{"logs "}, 78.43, true},
		{"NAT data, Route 53 queries", 29.00, []string{"data through NAT", "DNS queries"}, 8.64, true},
	},
	4: {
		{"EKS control planes", 146.00, []string{"control plane"}, 146.00, false},
		{"Nodes, mean 375 vCPU", 9923.44, []string{"nodes of Auto Mode"}, 9923.44, false},
		{"System, gateway and mesh nodes; Auto Mode", 1429.63, []string{"Auto Mode's own share"}, 1190.81, true},
		{"Node disks, Prometheus disks", 400.00, []string{"gp3 disks of nodes"}, 375.00, true},
		{"NLB + IPv4, Global Accelerator", 73.00, []string{"ALB", "public IPv4, by zone"}, 54.75, true},
		{"Aurora instances", 5247.97, []string{"Aurora db.", "readers added"}, 8396.75, true},
		{"Aurora storage + backup", 482.30, []string{"storage", "backups"}, 492.00, true},
		{"Valkey", 3062.50, []string{"cache."}, 3062.50, false},
		{"DynamoDB", 5213.84, nil, 0, true},
		{"MSK, SQS", 1393.52, []string{"events published", "calls of the queue"}, 376.67, true},
		{"NAT gateways + IPv4, interface endpoints", 481.80, []string{"NAT gateway", "public IPv4"}, 219.00, true},
		{"CloudWatch", 200.00, []string{"alarm", "composite alarm", "dashboard"}, 9.80, true},
		{"WAF, health checks, secrets, KMS, ECR", 90.00, []string{
			"access control list", "rules", "health check", "options of the health check", "secret", "reading", "decrypting",
			"key", "images",
		}, 35.62, true},
		{"NLCU", 729.74, []string{"LCU"}, 973.33, true},
		{"Internet egress", 7847.42, []string{"data to the internet"}, 7850.15, false},
		{"Global Accelerator's data", 1368.27, nil, 0, true},
		{"CloudFront static", 4954.16, []string{"data out of CloudFront", "requests to CloudFront"}, 4959.28, false},
		{"WAF requests", 600.00, []string{"requests to WAF"}, 600.00, false},
		{"Aurora replicated writes", 1216.24, []string{"writes to the other region"}, 1216.67, false},
		{"Inter-AZ", 1185.83, []string{"data between zones"}, 1030.11, true},
		{"Inter-region", 282.44, []string{"log to the other region", "writes of the other region"}, 401.50, true},
		{"Logs", 346.63, []string{"logs ", "stored in S3", "written to S3"}, 322.82, true},
		{"NAT data, Route 53 queries", 692.00, []string{"data through NAT", "DNS queries"}, 42.19, true},
	},
}

// belongs says which of the rows a line counts for: the one with the longest prefix.
func belongs(item string, rows []bomLine) int {
	best, length := -1, 0
	for i, row := range rows {
		for _, prefix := range row.items {
			if strings.HasPrefix(item, prefix) && len(prefix) > length {
				best, length = i, len(prefix)
			}
		}
	}
	return best
}

func TestBillsOfMaterials(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/cost.md")
	require.NoError(t, err)
	for number, rows := range bom {
		b := bill(t, number, recorded(t, number), traffic.Default(number))
		sums := make([]float64, len(rows))
		for _, line := range b.Lines {
			i := belongs(line.Item, rows)
			require.GreaterOrEqual(t, i, 0, "phase %d: %s of %s is in no row", number, line.Item, line.URN)
			sums[i] += line.Expected
		}
		total := 0.0
		for i, row := range rows {
			total += sums[i]
			require.InDelta(t, row.ours, sums[i], 0.01, "phase %d: %s", number, row.name)
			if row.why {
				text := fmt.Sprintf("| %d | %s | %.2f | %.2f |", number, row.name, row.bom, row.ours)
				require.Contains(t, string(page), text, "docs/cost.md explains what differs")
			} else {
				require.InDelta(t, row.bom, sums[i], 0.01+0.01*row.bom, "phase %d: %s", number, row.name)
			}
		}
		require.InDelta(t, total, b.Total.Expected, 0.001)
	}
}

func TestPhasesHoldTheirBands(t *testing.T) {
	t.Parallel()
	for number, want := range map[int]cost.Amount{
		1: {Min: 69.78, Expected: 69.78, Max: 71.78},
		2: {Min: 447.71, Expected: 447.71, Max: 495.71},
		3: {Min: 3437.69, Expected: 3545.38, Max: 4785.50},
		4: {Min: 39368.81, Expected: 41678.39, Max: 71286.06},
	} {
		b := bill(t, number, recorded(t, number), traffic.Default(number))
		require.InDelta(t, want.Min, b.Total.Min, 0.01, number)
		require.InDelta(t, want.Expected, b.Total.Expected, 0.01, number)
		require.InDelta(t, want.Max, b.Total.Max, 0.01, number)
		p := phase.Table[number-1]
		require.GreaterOrEqual(t, b.Total.Expected, float64(p.BudgetMinUSD))
		require.LessOrEqual(t, b.Total.Expected, float64(p.BudgetMaxUSD))
		require.Less(t, b.Interval.Low, b.Total.Expected)
		require.Greater(t, b.Interval.High, b.Total.Expected)
		require.InDelta(t, b.Total.Expected, b.Fixed.Expected+b.Usage.Expected, 1e-6)
		require.Empty(t, b.Unknown)
	}
}
