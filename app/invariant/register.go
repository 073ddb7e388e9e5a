package invariant

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// decideTime bounds the search in one key's operations.
const decideTime = 30 * time.Second

// register is one key. A write whose outcome is not known may happen at any time after it began: at the end of all it
// is as if it had not happened, so that each may be placed somewhere.
var register = porcupine.Model{
	Init: func() any { return Row{} },
	Step: func(state, input, _ any) (bool, any) {
		now, o := state.(Row), input.(Operation) //nolint:forcetypeassert // of no other type
		next := Row{Value: o.Value, Version: o.Version}
		if o.Kind == Read {
			return now == next, now
		}
		if o.Version == now.Version+1 {
			return true, next
		}
		return o.Outcome == Unknown, now
	},
}

func linearizable(h History, b Bounds) (found []Violation) {
	counts := func(o Operation) bool {
		return o.Kind == Write && mayBe(o) || o.Kind == Read && isOK(o) && (b.Strong == nil || b.Strong(o))
	}
	for _, g := range grouped(having(h.Operations, counts), false) {
		g.operations = relevant(g.operations)
		history := timed(g.operations)
		switch porcupine.CheckOperationsTimeout(register, history, decideTime) {
		case porcupine.Ok:
		case porcupine.Unknown:
			found = append(found, Violation{
				Invariant: Linearizable, Key: g.key,
				What: fmt.Sprintf("%q: not decided within %s; record fewer operations at the same time", g.key, decideTime),
			})
		case porcupine.Illegal:
			found = append(found, Violation{
				Invariant: Linearizable, Key: g.key, Evidence: stuck(g.operations, history),
				What: fmt.Sprintf("%q is no register: its operations have no order in which each fits after the one before",
					g.key),
			})
		}
	}
	return found
}

// relevant drops writes of unknown outcome that change no answer: without that, a hundred of them, which fail while a
// database is away, have more orders than can be searched. Only one write makes a version. So one that nobody read
// matters only where no other can have made its version, and there the one that began first stands for all.
func relevant(all []Operation) []Operation {
	read := map[Row]bool{}
	makes := map[int64]Operation{}
	for _, r := range having(all, isRead) {
		read[Row{r.Value, r.Version}] = true
	}
	known := func(w Operation) bool { return w.Outcome == OK || read[Row{w.Value, w.Version}] }
	for _, w := range having(all, isWrite) {
		other, taken := makes[w.Version]
		if !taken || known(w) || !known(other) && w.Invoked < other.Invoked {
			makes[w.Version] = w
		}
	}
	return having(all, func(o Operation) bool {
		return isRead(o) || known(o) || makes[o.Version] == o
	})
}

func timed(operations []Operation) (history []porcupine.Operation) {
	for _, o := range operations {
		end := int64(o.Returned)
		if o.Outcome == Unknown {
			end = math.MaxInt64
		}
		history = append(history, porcupine.Operation{Input: o, Call: int64(o.Invoked), Return: end})
	}
	return history
}

// stuck returns the last write of the longest order that was found, and the operations that fit nowhere after it.
func stuck(operations []Operation, history []porcupine.Operation) (evidence []Operation) {
	_, info := porcupine.CheckOperationsVerbose(register, history, decideTime)
	var longest []int
	for _, order := range slices.Concat(info.PartialLinearizations()...) {
		if len(order) > len(longest) {
			longest = order
		}
	}
	placed := map[int]bool{}
	for _, i := range longest {
		placed[i] = true
		if operations[i].Kind == Write {
			evidence = []Operation{operations[i]}
		}
	}
	var left []Operation
	for i, o := range operations {
		if !placed[i] {
			left = append(left, o)
		}
	}
	slices.SortFunc(left, func(a, b Operation) int { return cmp.Compare(a.Returned, b.Returned) })
	return some(append(evidence, left...))
}
