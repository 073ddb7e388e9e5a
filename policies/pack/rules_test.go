package pack_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/pack"
	"github.com/ladder-iac/ladder/policies/rule"
)

var today = time.Date(2026, time.November, 26, 12, 0, 0, 0, time.UTC)

// of returns the violations of one rule.
func of(id string, violations []pack.Violation) []pack.Violation {
	return slices.DeleteFunc(slices.Clone(violations), func(v pack.Violation) bool { return v.Rule != id })
}

func TestEveryRule(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/policies.md")
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, r := range pack.All {
		require.False(t, seen[r.ID], "two rules %q", r.ID)
		seen[r.ID] = true
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, string(page), "| `"+r.ID+"` |", "no row in docs/policies.md")
			for field, text := range map[string]string{"Why": r.Why, "Fix": r.Fix, "Source": r.Source} {
				require.NotEmpty(t, text, field)
			}
			require.Equal(t, r.ID, pack.RuleOf(r.ID), "the engine's second name of a rule must not be another one's")
			require.NotEmpty(t, r.Good)
			require.NotEmpty(t, r.Bad)
			for i, example := range r.Good {
				require.Empty(t, of(r.ID, pack.Check(example, today)), "good example %d", i)
			}
			for i, example := range r.Bad {
				found := of(r.ID, pack.Check(example, today))
				require.NotEmpty(t, found, "bad example %d", i)
				for _, v := range found {
					require.Contains(t, v.Message, "got ", "what was got")
					require.Contains(t, v.Message, "; ", "the fix")
				}
			}
		})
	}
}

// A rule has a file of its name.
func TestOneRuleAFile(t *testing.T) {
	t.Parallel()
	for _, r := range pack.All {
		name := strings.ReplaceAll(r.ID, "-", "") + ".go"
		found := 0
		for _, folder := range []string{".", "../rules/costs", "../rules/safety"} {
			if _, err := os.Stat(folder + "/" + name); err == nil {
				found++
			}
		}
		require.Equal(t, 1, found, "files %s", name)
	}
}

// What is not known yet is no violation; the check that could not be made names it.
func TestSilentOnUnknown(t *testing.T) {
	t.Parallel()
	for _, r := range pack.All {
		if r.Kind != rule.OnResource {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			for i, example := range slices.Concat(r.Good, r.Bad) {
				for _, field := range inputsOf(r, example) {
					for _, hidden := range []string{graph.Unknown, graph.Secret} {
						report := pack.Run(hide(r, example, field, hidden), today)
						if i < len(r.Good) {
							require.Empty(t, of(r.ID, report.Violations), "%s of example %d", field, i)
						}
					}
				}
				if len(inputsOf(r, example)) == 0 {
					continue
				}
				report := pack.Run(hide(r, example, "", graph.Unknown), today)
				for _, v := range of(r.ID, report.Violations) {
					require.Contains(t, v.Message, "got nothing", "only what is absent is a violation")
				}
				for _, skip := range report.Skipped {
					require.NotEmpty(t, skip.Field)
				}
			}
		})
	}
	report := pack.Run(rule.Example{rule.Resource("aws:ebs/volume:Volume", "data", rule.In{"encrypted": graph.Unknown})}, today)
	require.Contains(t, report.Skipped, rule.Skip{
		Rule: "ebs-encrypted", URN: rule.URN("aws:ebs/volume:Volume", "data"), Field: "encrypted",
	})
	report = pack.Run(rule.Example{rule.Resource("aws:ec2/launchTemplate:LaunchTemplate", "app", rule.In{
		"blockDeviceMappings": []any{rule.In{"ebs": rule.In{"encrypted": graph.Unknown}}},
	})}, today)
	require.Equal(t, "blockDeviceMappings[0].ebs.encrypted", report.Skipped[0].Field)
}

// inputsOf are the names of the inputs of the resources that a rule looks at.
func inputsOf(r rule.Rule, example rule.Example) []string {
	names := map[string]bool{}
	for _, resource := range example {
		if slices.Contains(r.Types, resource.Type) {
			for key := range resource.Inputs {
				names[key] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// hide makes an input unknown or secret, or all when none is named.
func hide(r rule.Rule, example rule.Example, field, as string) rule.Example {
	hidden := slices.Clone(example)
	for i, resource := range hidden {
		if !slices.Contains(r.Types, resource.Type) {
			continue
		}
		hidden[i].Inputs = maps.Clone(resource.Inputs)
		for key := range resource.Inputs {
			if field == "" || key == field {
				hidden[i].Inputs[key] = as
			}
		}
	}
	return hidden
}

// Inputs of any form make no check panic, and no number that is none.
func FuzzRules(f *testing.F) {
	for seed := range uint64(2 * len(pack.All)) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := pack.All[seed%uint64(len(pack.All))]
		for _, example := range slices.Concat(r.Good, r.Bad) {
			stack, _ := rule.NewStack(scramble(example, &seed), today)
			found, _ := r.Run(stack)
			for _, finding := range found {
				require.NotContains(t, finding.Message, "NaN")
			}
		}
	})
}

// scramble puts odd values in the place of inputs.
func scramble(example rule.Example, seed *uint64) rule.Example {
	list := slices.Clone(example)
	for i := range list {
		if strings.HasPrefix(list[i].Type, "pulumi:") {
			continue
		}
		list[i].Inputs, _ = odd(list[i].Inputs, seed).(map[string]any)
	}
	return list
}

func odd(value any, seed *uint64) any {
	next := func(n uint64) uint64 {
		*seed = *seed*6364136223846793005 + 1442695040888963407
		return *seed >> 33 % n
	}
	strange := []any{
		nil, true, false, 0.0, -1.0, 1e18, 7, "", "no", "true", graph.Unknown, graph.Secret,
		[]any{},
		[]any{nil, 1.0, "x", []any{}},
		map[string]any{},
		map[string]any{"": nil},
		[]any{map[string]any{"name": 1.0}},
	}
	switch v := value.(type) {
	case map[string]any:
		made := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if next(3) == 0 {
				made[key] = odd(v[key], seed)
			} else {
				made[key] = strange[next(uint64(len(strange)))]
			}
		}
		return made
	case []any:
		made := make([]any, 0, len(v))
		for _, element := range v {
			made = append(made, odd(element, seed))
		}
		return made
	}
	if next(4) == 0 {
		return value
	}
	return strange[next(uint64(len(strange)))]
}

func TestFindsRules(t *testing.T) {
	t.Parallel()
	_, found := pack.Find("nat-share")
	require.True(t, found)
	_, found = pack.Find(fmt.Sprint("nat", "share"))
	require.False(t, found)
}
