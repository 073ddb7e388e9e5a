// Package pack puts the rules together: for `go test`, for `ladder check`, and for the Pulumi engine, with the same
// answer.
package pack

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/rule"
	"github.com/ladder-iac/ladder/policies/rules/costs"
	"github.com/ladder-iac/ladder/policies/rules/safety"
)

// All are the rules, in the order of docs/policies.md.
var All = slices.Concat([]rule.Rule{Objective, Waivers}, costs.Rules, safety.Rules)

// Violation is what a rule found.
type Violation struct {
	Rule    string     `json:"rule"`
	Level   rule.Level `json:"level"`   // mandatory or advisory
	URN     string     `json:"urn"`     // empty for the stack as a whole
	Message string     `json:"message"` // what, where, got and want, and the fix
}

// Report is all that came out of a check.
type Report struct {
	Violations []Violation // mandatory first, then by rule and URN
	Waived     []Violation
	Skipped    []rule.Skip // checks that wait for a value
}

// Check returns the violations of a stack on a day.
func Check(resources []graph.Resource, on time.Time) []Violation {
	return Run(resources, on).Violations
}

// Run checks a stack on a day.
func Run(resources []graph.Resource, on time.Time) Report {
	stack, problems := rule.NewStack(resources, on)
	var report Report
	for _, problem := range append(problems, unknownSettings(stack.Objective)...) {
		report.add(Objective, rule.Finding{URN: problem.URN, Message: problem.Message}, rule.Mandatory)
	}
	used := map[int]bool{} // waivers
	for _, r := range All {
		setting := settingOf(stack.Objective, r.ID)
		if setting.Level == rule.Off {
			continue
		}
		findings, skipped := r.Run(stack)
		report.Skipped = append(report.Skipped, skipped...)
		for _, finding := range findings {
			level := cmp.Or(setting.Level, r.Level)
			if finding.Level == rule.Advisory {
				level = rule.Advisory // the rule itself thinks little of it
			}
			if waived(stack, r.ID, finding.URN, used) {
				report.Waived = append(report.Waived, Violation{r.ID, level, finding.URN, finding.Message})
				continue
			}
			report.add(r, finding, level)
		}
	}
	for _, finding := range judgeWaivers(stack, used) {
		report.add(Waivers, finding, cmp.Or(finding.Level, rule.Mandatory))
	}
	slices.SortStableFunc(report.Violations, func(a, b Violation) int {
		return cmp.Or(
			cmp.Compare(slices.Index(rule.Levels, a.Level), slices.Index(rule.Levels, b.Level)),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.URN, b.URN), cmp.Compare(a.Message, b.Message),
		)
	})
	return report
}

func (r *Report) add(of rule.Rule, finding rule.Finding, level rule.Level) {
	message := strings.TrimRight(finding.Message, ".") + "; " + cmp.Or(finding.Fix, of.Fix)
	r.Violations = append(r.Violations, Violation{of.ID, level, finding.URN, message})
}

// Mandatory says whether any of the violations stops an update.
func Mandatory(violations []Violation) bool {
	return slices.ContainsFunc(violations, func(v Violation) bool { return v.Level == rule.Mandatory })
}

// Find returns a rule.
func Find(id string) (rule.Rule, bool) {
	at := slices.IndexFunc(All, func(r rule.Rule) bool { return r.ID == id })
	if at < 0 {
		return rule.Rule{}, false
	}
	return All[at], true
}

func settingOf(o *rule.Objective, id string) rule.Setting {
	if o == nil || id == Objective.ID || id == Waivers.ID {
		return rule.Setting{}
	}
	return o.Rules[id]
}
