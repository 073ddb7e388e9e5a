package costs

import (
	"fmt"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/internal/eksversion"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/cost"
	"github.com/ladder-iac/ladder/policies/rule"
)

const (
	eksType     = "aws:eks/cluster:Cluster"
	supportDays = "days"
)

// ExtendedSupport wants versions that AWS supports for some time to come.
var ExtendedSupport = rule.Rule{
	ID: "extended-support", Level: rule.Mandatory, Kind: rule.OnResource,
	Types: []string{databaseType, clusterType, cacheType, eksType},
	Why: "When a version's standard support ends, AWS goes on with it at a price that is larger than the resource's: " +
		"0.10 USD for each vCPU hour of PostgreSQL, 0.50 an hour for a Kubernetes cluster.",
	Fix:        "upgrade to a version with more time, on a copy first",
	Source:     "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-release-calendar.html",
	Thresholds: []rule.Threshold{{Name: supportDays, Default: 180, Meaning: "days of standard support left, at least"}},
	Good: []rule.Example{
		rule.For(2, postgres("db.t4g.medium", "17")),
		rule.For(2, rule.Resource(databaseType, "replica", rule.In{"replicateSourceDb": "postgres"})),
	},
	Bad: []rule.Example{
		rule.For(2, postgres("db.t4g.medium", "12.19")),
		rule.For(4, rule.Resource(eksType, "cluster", rule.In{"version": "1.31"})),
		rule.For(4, rule.Resource(eksType, "cluster", rule.In{"version": "1.35"})), // four months left
	},
	Check: func(s *rule.Scene) []rule.Finding {
		input, engine := "engineVersion", s.Text("engine")
		if s.Resource.Type == eksType {
			input, engine = "version", "kubernetes"
		}
		if strings.HasSuffix(engine, "postgresql") {
			engine = "postgres"
		}
		version := s.Text(input)
		end, ends := supportEnd(engine, version)
		days := s.Threshold(supportDays)
		if s.Unknown() || !ends || end.Sub(s.On).Hours()/24 >= days {
			return nil
		}
		return s.Wrong(input, version, fmt.Sprintf("one with standard support for %v days; this one's ends on %s%s",
			days, end.Format(time.DateOnly), surcharge(s, end)))
	},
}

// supportEnd is the first day without standard support of a major version [release calendars of Amazon RDS and Amazon
// ElastiCache, 2026-09; of EKS package eksversion]. Older ones than the oldest have none.
func supportEnd(engine, version string) (time.Time, bool) {
	if engine == "kubernetes" {
		return eksversion.Until(version)
	}
	major, _, _ := strings.Cut(version, ".")
	for _, row := range calendar {
		if row.engine == engine && row.version == major {
			end, err := time.Parse(time.DateOnly, row.end)
			return end, err == nil
		}
	}
	return time.Time{}, false
}

var calendar = []struct{ engine, version, end string }{
	{"postgres", "11", "2024-03-01"},
	{"postgres", "12", "2025-03-01"},
	{"postgres", "13", "2026-03-01"},
	{"postgres", "14", "2027-03-01"},
	{"postgres", "15", "2028-03-01"},
	{"postgres", "16", "2029-03-01"},
	{"postgres", "17", "2030-03-01"},
	{"redis", "4", "2026-02-01"},
	{"redis", "5", "2026-02-01"},
	{"redis", "6", "2027-02-01"},
}

// surcharge is what it costs from the end on.
func surcharge(s *rule.Scene, end time.Time) string {
	if s.Objective == nil {
		return ""
	}
	day := s.On
	if day.Before(end) {
		day = end
	}
	bill, err := s.Estimate(s.Resources, s.Objective.Traffic, day)
	if err != nil {
		return ""
	}
	urns := family(s)
	costs := pick(bill, func(line cost.Line) bool {
		return strings.HasPrefix(strings.ToLower(line.Item), "extended support") && urns[line.URN]
	})
	if costs == 0 {
		return ""
	}
	return fmt.Sprintf(", and it costs %s a month from then on", usd(costs))
}

// family is the resource and those that have their version from it.
func family(s *rule.Scene) map[string]bool {
	urns := map[string]bool{s.Resource.URN: true}
	for _, list := range [][]graph.Resource{s.UsedBy(databaseType), s.UsedBy(memberType)} {
		for _, r := range list {
			urns[r.URN] = true
		}
	}
	return urns
}
