package invariant

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"time"
)

func isBad(o Operation) bool { return o.Outcome != OK }

func available(h History, b Bounds) []Violation {
	bad := having(h.Operations, isBad)
	if len(bad) == 0 || float64(len(bad)) <= b.Failing*float64(len(h.Operations)) {
		return nil
	}
	return []Violation{{
		Invariant: Available, Evidence: some(bad),
		What: fmt.Sprintf("%d of %d operations failed, want at most %.4g %%", len(bad), len(h.Operations), 100*b.Failing),
	}}
}

// recovers looks at the time from the end of a fault and its recovery to the next fault.
func recovers(h History, b Bounds) (found []Violation) {
	const forever = time.Duration(math.MaxInt64)
	for i, fault := range h.Faults {
		next := forever
		if i+1 < len(h.Faults) {
			next = h.Faults[i+1].Began
		}
		after := func(o Operation) bool { return o.Invoked > fault.Cleared && o.Invoked < next }
		late := func(o Operation) bool { return o.Invoked > fault.Cleared+b.Recovery }
		if bad := having(h.Operations, after, late, isBad); len(bad) > 0 {
			found = append(found, Violation{
				Invariant: Recovers, Key: bad[0].Key, Session: bad[0].Session, Evidence: some(bad),
				What: fmt.Sprintf("%d operations failed later than %s after the end of %q; the first %s after it",
					len(bad), b.Recovery, fault.Name, bad[0].Invoked-fault.Cleared),
			})
		} else if len(having(h.Operations, after, isOK)) == 0 {
			found = append(found, Violation{
				Invariant: Recovers, What: fmt.Sprintf("nothing succeeded after the end of %q", fault.Name),
			})
		}
	}
	return found
}

func boundedResources(h History) (found []Violation) {
	for _, r := range h.Resources {
		if r.After > r.Before+r.Slack {
			found = append(found, Violation{
				Invariant: BoundedResources,
				What: fmt.Sprintf("%s: %d before and %d after, want at most %d more",
					r.Name, r.Before, r.After, r.Slack),
			})
		}
	}
	return found
}

// honestErrors holds answers to their word: refusals say so and when to come back, values are those that were written.
func honestErrors(h History) []Violation { return append(honestRefusals(h), honestValues(h)...) }

func honestRefusals(h History) (found []Violation) {
	for _, o := range having(h.Operations, isBad) {
		lie := Violation{Invariant: HonestErrors, Key: o.Key, Session: o.Session, Evidence: []Operation{o}}
		if o.Kind == Write && o.Outcome == Unknown && !o.Repeatable {
			lie.What = "the outcome of a write is not known, and it carried no key under which to repeat it safely"
			found = append(found, lie)
		}
		busy := o.Status == http.StatusServiceUnavailable || o.Status == http.StatusTooManyRequests
		if o.Status != 0 && (!busy || !o.RetryAfter) {
			lie.What = fmt.Sprintf("a failure was answered %d, Retry-After %t; want 503 or 429 with it", o.Status, o.RetryAfter)
			found = append(found, lie)
		}
	}
	return found
}

func honestValues(h History) (found []Violation) {
	written := map[Effect]Operation{}
	for _, w := range having(h.Operations, isWrite) {
		written[Effect{Key: w.Key, Value: w.Value, Version: w.Version}] = w
	}
	hold := func(where string, e Effect, session string, evidence ...Operation) {
		w, known := written[e]
		if known && mayBe(w) {
			return
		}
		what := "nobody wrote that"
		if known {
			what, evidence = "the write was answered as not done", append([]Operation{w}, evidence...)
		}
		found = append(found, Violation{
			Invariant: HonestErrors, Key: e.Key, Session: session, Evidence: evidence,
			What: fmt.Sprintf("%s version %d of %q is %q: %s", where, e.Version, e.Key, e.Value, what),
		})
	}
	for _, r := range having(h.Operations, isRead, isOK) {
		if r.Version != 0 {
			hold("read", Effect{Key: r.Key, Value: r.Value, Version: r.Version}, r.Session, r)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(h.Final)) {
		row := h.Final[key]
		hold("in the table", Effect{Key: key, Value: row.Value, Version: row.Version}, "")
	}
	return found
}
