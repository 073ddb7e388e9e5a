package facts

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/ladder-iac/ladder/internal/facts/factfile"
)

// rule is what the facts say about one input.
type rule struct {
	kind            Kind // the usual outcome of a change
	conditional     bool
	replace, update []move
}

// move is one way an input can change, as the facts record it.
type move struct {
	verb     string
	from, to string // values, "none" for a missing one; both empty when the move holds for any
	variant  string // of the resource, "" for any
}

// rulesOf gathers the lists of a type into one table. What is undecided counts as a replacement.
func rulesOf(facts *factfile.Type) map[string]rule {
	rules := map[string]rule{}
	for _, pattern := range facts.NoDiff {
		rules[pattern] = rule{kind: Same}
	}
	for _, pattern := range slices.Concat(facts.ReplaceOnChange, facts.Undecided) {
		rules[pattern] = rule{kind: Replace}
	}
	for pattern, recorded := range facts.Conditional {
		r := rule{kind: Update, conditional: true, replace: parseMoves(recorded.Replace), update: parseMoves(recorded.Update)}
		if recorded.Usual == "replace" {
			r.kind = Replace
		}
		rules[pattern] = r
	}
	return rules
}

// parseMoves reads moves such as "change valkey -> redis" and "grow [network]". The mark "..." (some moves
// were left out of the record) says nothing, and is dropped.
func parseMoves(texts []string) []move {
	var moves []move
	for _, text := range texts {
		if text == "..." {
			continue
		}
		var m move
		text, m.variant, _ = strings.Cut(text, " [")
		m.variant = strings.TrimSuffix(m.variant, "]")
		var values string
		m.verb, values, _ = strings.Cut(text, " ")
		if from, to, ok := strings.Cut(values, " -> "); ok {
			m.from, m.to = from, to
		}
		moves = append(moves, m)
	}
	return moves
}

func (t *Type) listed(pattern string) bool {
	_, ok := t.rules[pattern]
	return ok
}

// kindOf says what a change of one input does. Inputs tell the variant of the resource.
func (t *Type) kindOf(pattern string, was, is resource.PropertyValue, inputs resource.PropertyMap) Kind {
	r, ok := t.rules[pattern]
	switch {
	case !ok && t.within(pattern):
		return Replace
	case !ok:
		return Update
	case !r.conditional && is.IsComputed():
		return max(Update, r.kind)
	case !r.conditional:
		return r.kind
	}
	variants := r.variants(inputs)
	replace, update := best(r.replace, variants, was, is), best(r.update, variants, was, is)
	switch {
	case replace == 0 && update == 0:
		return r.kind
	case replace >= update: // where the record says both, the change is never called safe
		return Replace
	}
	return Update
}

// within is true when an object around the pattern is undecided, or in Kubernetes when it replaces: a changed field
// of a job's template does what a changed template does.
func (t *Type) within(pattern string) bool {
	wholes := t.facts.Undecided
	if strings.HasPrefix(t.token, "kubernetes:") {
		wholes = t.facts.ReplaceOnChange
	}
	return slices.ContainsFunc(wholes, func(whole string) bool {
		return strings.HasPrefix(pattern, whole+".") || strings.HasPrefix(pattern, whole+"[")
	})
}

// variants gives those of the rule's variants that the resource is; nil when none can be told, and then
// every move is taken to hold.
func (r rule) variants(inputs resource.PropertyMap) []string {
	kind := scalar(inputs["loadBalancerType"])
	if kind == "" && !inputs["loadBalancerType"].IsComputed() {
		kind = "application" // the default of a load balancer
	}
	var is []string
	for _, m := range slices.Concat(r.replace, r.update) {
		if m.variant != "" && (m.variant == kind || m.likeEngine(scalar(inputs["engine"]))) {
			is = append(is, m.variant)
		}
	}
	return is
}

// likeEngine is true when the move was recorded for the engine. It was recorded for one Aurora, and the
// provider decides by the prefix "aurora" alone [aws_rds_cluster, CustomizeDiff].
func (m move) likeEngine(engine string) bool {
	return m.variant == engine || strings.HasPrefix(m.variant, "aurora") && strings.HasPrefix(engine, "aurora")
}

// How well a recorded move fits a change; 0 is not at all.
const (
	fitsVerb   = iota + 1 // set, unset or change
	fitsAmount            // grow, shrink, increase or decrease
	fitsValues            // the very values
)

func best(moves []move, variants []string, was, is resource.PropertyValue) int {
	fit := 0
	for _, m := range moves {
		if m.variant != "" && variants != nil && !slices.Contains(variants, m.variant) {
			continue
		}
		fit = max(fit, m.fit(was, is))
	}
	return fit
}

func (m move) fit(was, is resource.PropertyValue) int {
	if m.from != "" {
		if value(was, m.from) && value(is, m.to) {
			return fitsValues
		}
		return 0
	}
	switch m.verb {
	case "set", "unset", "change":
		if m.verb == verb(was, is) {
			return fitsVerb
		}
	case "grow", "shrink":
		if m.verb == amount(len(arrayOf(was)), len(arrayOf(is)), "grow", "shrink") || is.IsComputed() {
			return fitsAmount
		}
	case "increase", "decrease":
		if m.verb == amount(compareNumbers(scalar(was), scalar(is)), 0, "increase", "decrease") || is.IsComputed() {
			return fitsAmount
		}
	}
	return 0
}

// value is true when v is the recorded value, or may turn out to be.
func value(v resource.PropertyValue, recorded string) bool {
	if v.IsComputed() {
		return recorded != "none"
	}
	if v.IsNull() {
		return recorded == "none"
	}
	return scalar(v) == recorded
}

func verb(was, is resource.PropertyValue) string {
	switch {
	case empty(was):
		return "set"
	case empty(is):
		return "unset"
	}
	return "change"
}

func amount(before, after int, more, less string) string {
	switch {
	case before < after:
		return more
	case before > after:
		return less
	}
	return ""
}

// compareNumbers compares numbers or versions such as 7.1 part by part: -1 when a is less, 0 when they are
// equal or cannot be compared. A part that is no number, as the x of 7.x, ends the comparison.
func compareNumbers(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		x, y := part(as, i), part(bs, i)
		switch {
		case x < 0 || y < 0:
			return 0
		case x != y:
			return max(-1, min(1, x-y))
		}
	}
	return 0
}

func part(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, err := strconv.Atoi(parts[i])
	if err != nil {
		return -1
	}
	return n
}

// follow gives the value at a path of fields, null when there is none.
func follow(m resource.PropertyMap, path string) resource.PropertyValue {
	head, rest, deeper := strings.Cut(path, ".")
	v := m[resource.PropertyKey(head)]
	if deeper && v.IsObject() {
		return follow(v.ObjectValue(), rest)
	}
	if deeper && !v.IsComputed() {
		return resource.NewNullProperty()
	}
	return v
}
