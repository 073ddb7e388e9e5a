package invariant

import (
	"fmt"
	"slices"
)

// durable finds acknowledged writes that are neither in the table nor below what is there, and those of which two
// made the same version: the later one took the place of the other.
func durable(h History, b Bounds) []Violation {
	if h.Final == nil {
		return nil
	}
	var lost, evidence []Operation
	for _, g := range grouped(having(h.Operations, isWrite, isOK), false) {
		row := h.Final[g.key]
		at := map[int64]Operation{}
		for _, w := range g.operations {
			other, taken := at[w.Version]
			at[w.Version] = w
			switch {
			case taken:
				evidence = append(evidence, other)
			case row.Version > w.Version || row == Row{w.Value, w.Version}:
				continue
			}
			lost, evidence = append(lost, w), append(evidence, w)
		}
	}
	if len(lost) <= b.Lost {
		return nil
	}
	key := lost[0].Key
	return []Violation{{
		Invariant: Durable, Key: key, Session: lost[0].Session, Evidence: some(evidence),
		What: fmt.Sprintf("%d acknowledged writes are lost, want at most %d; of %q the table holds version %d %q",
			len(lost), b.Lost, key, h.Final[key].Version, h.Final[key].Value),
	}}
}

func exactlyOnce(h History) (found []Violation) {
	if h.Effects == nil {
		return nil
	}
	times := map[Effect]int{}
	for _, e := range h.Effects {
		times[e]++
	}
	for _, w := range having(h.Operations, isWrite, mayBe) {
		e := Effect{Key: w.Key, Value: w.Value, Version: w.Version}
		n := times[e]
		delete(times, e)
		committed := w.Outcome == OK || h.Final[w.Key] == Row{w.Value, w.Version}
		if n > 1 || committed && n < 1 {
			found = append(found, Violation{
				Invariant: ExactlyOnce, Key: w.Key, Session: w.Session, Evidence: []Operation{w},
				What: fmt.Sprintf("version %d of %q had its effect %d times, want once", w.Version, w.Key, n),
			})
		}
	}
	for _, e := range h.Effects {
		if times[e] > 0 {
			delete(times, e)
			found = append(found, Violation{
				Invariant: ExactlyOnce, Key: e.Key,
				What: fmt.Sprintf("version %d of %q, %q, had an effect and was not written", e.Version, e.Key, e.Value),
			})
		}
	}
	return found
}

func keyOrder(h History) (found []Violation) {
	last := map[string]Effect{}
	for _, e := range h.Effects {
		before := last[e.Key]
		if e.Version < before.Version {
			found = append(found, Violation{
				Invariant: KeyOrder, Key: e.Key, Evidence: writesOf(h, before, e),
				What: fmt.Sprintf("the effect of version %d of %q came after that of version %d",
					e.Version, e.Key, before.Version),
			})
			continue
		}
		last[e.Key] = e
	}
	return found
}

// writesOf returns the writes that made events, as far as there are any.
func writesOf(h History, effects ...Effect) []Operation {
	return having(h.Operations, isWrite, func(o Operation) bool {
		return slices.Contains(effects, Effect{Key: o.Key, Value: o.Value, Version: o.Version})
	})
}
