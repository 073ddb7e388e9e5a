// Package costs holds the rules on what a stack costs, carries and promises, one a file. They read the bill of
// policies/cost; the band, the load and the promise are the objective's.
package costs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/rule"
)

// Rules are all of them, in the order of docs/policies.md.
var Rules = []rule.Rule{
	BandTotal, BandHeadroom, Unpriced, NATShare, EndpointShare, IPv4Count, BalancerShare, PerRequestEdge, LogsShare,
	S3Endpoint, DBClass, IOMode, CacheEngine, BurstCredits, ExtendedSupport, PeakLoad, SLOPaper, PriceAge,
}

const (
	providerType = "pulumi:providers:aws"
	natType      = "aws:ec2/natGateway:NatGateway"
	addressType  = "aws:ec2/eip:Eip"
	endpointType = "aws:ec2/vpcEndpoint:VpcEndpoint"
	balancerType = "aws:lb/loadBalancer:LoadBalancer"
	edgeType     = "aws:cloudfront/distribution:Distribution"
	instanceType = "aws:ec2/instance:Instance"
	databaseType = "aws:rds/instance:Instance"
	clusterType  = "aws:rds/cluster:Cluster"
	memberType   = "aws:rds/clusterInstance:ClusterInstance"
	cacheType    = "aws:elasticache/replicationGroup:ReplicationGroup"
	logGroupType = "aws:cloudwatch/logGroup:LogGroup"
	recordType   = "aws:route53/record:Record"

	costSource = "docs/cost.md"
	share      = "percent"
)

// billed returns the bill; nil when there is none, which the rules objective and unpriced say.
func billed(s *rule.Scene) *cost.Bill {
	if s.Objective == nil {
		return nil
	}
	bill, err := s.Bill()
	if err != nil {
		return nil
	}
	return bill
}

// pick sums the expected lines that are wanted.
func pick(bill *cost.Bill, wanted func(cost.Line) bool) float64 {
	var sum float64
	for _, line := range bill.Lines {
		if wanted(line) {
			sum += line.Expected
		}
	}
	return sum
}

// item says whether a line is one of those that start with a word.
func item(line cost.Line, starts ...string) bool {
	return slices.ContainsFunc(starts, func(start string) bool { return strings.HasPrefix(line.Item, start) })
}

func ceiling(s *rule.Scene) float64 { return float64(s.Objective.Phase.BudgetMaxUSD) }

func usd(amount float64) string { return fmt.Sprintf("%.2f USD", amount) }

// above says that a part of the bill is more than its share of the ceiling.
func above(s *rule.Scene, what string, cost float64, urn string) []rule.Finding {
	percent := s.Threshold(share)
	most := ceiling(s) * percent / 100
	if cost <= most {
		return nil
	}
	return []rule.Finding{{URN: urn, Message: fmt.Sprintf("%s: got %s a month, want at most %s, %v %% of phase %d's "+
		"ceiling", what, usd(cost), usd(most), percent, s.Objective.Phase.Number)}}
}

// without returns what the stack would cost less if its resources were changed.
func without(s *rule.Scene, bill *cost.Bill, change func([]graph.Resource) []graph.Resource) float64 {
	other, err := s.Estimate(change(slices.Clone(s.Resources)), s.Objective.Traffic, s.On)
	if err != nil {
		return 0
	}
	return bill.Total.Expected - other.Total.Expected
}

// first is the URN of the first resource of a type; empty when there is none.
func first(s *rule.Scene, kind string) string {
	if found := s.OfType(kind); len(found) > 0 {
		return found[0].URN
	}
	return ""
}

func shareOf(percent float64, what string) []rule.Threshold {
	return []rule.Threshold{{Name: share, Default: percent, Meaning: "of the phase's ceiling that " + what + " may cost"}}
}
