package pack

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/policies/rule"
)

// Waivers wants exceptions that have a reason, an owner and an end. It cannot be waived.
var Waivers = rule.Rule{
	ID: "waivers", Level: rule.Mandatory, Kind: rule.OnPolicies,
	Why: "An exception without an end is the rule. One that no violation needs any more is told of, and is only in " +
		"the way.",
	Fix:    "give rule, reason, owner and expires (YYYY-MM-DD, its last day), or take the waiver out",
	Source: "docs/policies.md",
	Good:   []rule.Example{rule.With(rule.In{"waivers": []any{waiver(rule.In{})}}, gateway)},
	Bad: []rule.Example{
		rule.With(rule.In{"waivers": []any{waiver(rule.In{"expires": "2020-01-31"})}}, gateway),
		rule.With(rule.In{"waivers": []any{waiver(rule.In{"expires": "next year"})}}, gateway),
		rule.With(rule.In{"waivers": []any{waiver(rule.In{"owner": ""})}}, gateway),
		rule.With(rule.In{"waivers": []any{waiver(rule.In{"reason": " "})}}, gateway),
		rule.With(rule.In{"waivers": []any{waiver(rule.In{"rule": "natshare"})}}, gateway),
		rule.With(rule.In{"waivers": []any{waiver(rule.In{})}}),
	},
}

var gateway = rule.Resource("aws:ec2/natGateway:NatGateway", "nat", rule.In{"tags": rule.In{"component": "net"}})

func waiver(change rule.In) rule.In {
	w := rule.In{
		"rule": "nat-share", "resource": "nat", "reason": "until the endpoints are there", "owner": "ops@example.com",
		"expires": "2099-12-31",
	}
	maps.Copy(w, change)
	return w
}

// flaw says what is wrong with a waiver; empty when it holds on that day.
func flaw(w rule.Waiver, on time.Time) string {
	end, err := time.Parse(time.DateOnly, w.Expires)
	switch {
	case !slices.Contains(ids(), w.Rule):
		return fmt.Sprintf("rule: got %s, want a rule; nearest are %s", rule.Show(w.Rule), nearest(w.Rule, ids()))
	case strings.TrimSpace(w.Reason) == "":
		return "reason: got nothing, want why the violation may stay"
	case strings.TrimSpace(w.Owner) == "":
		return "owner: got nothing, want who answers for it"
	case err != nil:
		return fmt.Sprintf("expires: got %s, want a day as in 2026-12-31", rule.Show(w.Expires))
	case !on.Before(end.AddDate(0, 0, 1)):
		return fmt.Sprintf("expires: got %s, want a day to come", w.Expires)
	}
	return ""
}

// waived says whether a waiver that holds covers a finding, and notes those that do.
func waived(stack *rule.Stack, id, urn string, used map[int]bool) bool {
	if stack.Objective == nil {
		return false
	}
	name := urn[strings.LastIndex(urn, ":")+1:]
	covered := false
	for i, w := range stack.Objective.Waivers {
		if w.Rule != id || w.Resource != "" && w.Resource != "*" && w.Resource != name {
			continue
		}
		used[i] = true
		covered = covered || flaw(w, stack.On) == ""
	}
	return covered
}

func judgeWaivers(stack *rule.Stack, used map[int]bool) []rule.Finding {
	if stack.Objective == nil {
		return nil
	}
	var found []rule.Finding
	for i, w := range stack.Objective.Waivers {
		where := fmt.Sprintf("waivers[%d] of %s: ", i, rule.Show(w.Rule))
		if wrong := flaw(w, stack.On); wrong != "" {
			found = append(found, rule.Finding{URN: stack.Objective.URN, Message: where + wrong})
			continue
		}
		if !used[i] {
			found = append(found, rule.Finding{
				URN: stack.Objective.URN, Level: rule.Advisory,
				Message: where + "got no violation that it matches", Fix: "take it out",
			})
		}
	}
	return found
}
