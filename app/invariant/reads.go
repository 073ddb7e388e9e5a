package invariant

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"time"
)

func readYourWrites(h History) (found []Violation) {
	for _, g := range grouped(having(h.Operations, isOK), true) {
		for _, pair := range behind(g.operations, isWrite, nothing) {
			found = append(found, Violation{
				Invariant: ReadYourWrites, Key: g.key, Session: g.session, Evidence: pair[:],
				What: fmt.Sprintf("session %q wrote version %d of %q and then read version %d",
					g.session, pair[0].Version, g.key, pair[1].Version),
			})
		}
	}
	return found
}

func monotonicReads(h History) (found []Violation) {
	for _, g := range grouped(having(h.Operations, isOK), true) {
		for _, pair := range behind(g.operations, isRead, nothing) {
			found = append(found, Violation{
				Invariant: MonotonicReads, Key: g.key, Session: g.session, Evidence: pair[:],
				What: fmt.Sprintf("session %q read version %d of %q and then version %d",
					g.session, pair[0].Version, g.key, pair[1].Version),
			})
		}
	}
	return found
}

func boundedStaleness(h History, b Bounds) (found []Violation) {
	allowed := func(read Operation) time.Duration { return b.Staleness + read.Staleness }
	for _, g := range grouped(having(h.Operations, isOK), false) {
		for _, pair := range behind(g.operations, isWrite, allowed) {
			found = append(found, Violation{
				Invariant: BoundedStaleness, Key: g.key, Session: pair[1].Session, Evidence: pair[:],
				What: fmt.Sprintf("version %d of %q was read %s after version %d was acknowledged, want at most %s",
					pair[1].Version, g.key, pair[1].Invoked-pair[0].Returned, pair[0].Version, allowed(pair[1])),
			})
		}
	}
	return found
}

func nothing(Operation) time.Duration { return 0 }

// behind returns the reads that are older than something known longer than allowed before they began, each after what
// was known.
func behind(
	all []Operation, isKnown func(Operation) bool, allowed func(Operation) time.Duration,
) (pairs [][2]Operation) {
	known := having(all, isKnown)
	slices.SortFunc(known, func(a, b Operation) int { return cmp.Compare(a.Returned, b.Returned) })
	newest := make([]Operation, len(known)) // up to and with each
	for i, o := range known {
		newest[i] = o
		if i > 0 && newest[i-1].Version > o.Version {
			newest[i] = newest[i-1]
		}
	}
	for _, read := range having(all, isRead) {
		limit := read.Invoked - allowed(read)
		n := sort.Search(len(known), func(i int) bool { return known[i].Returned >= limit })
		if n > 0 && newest[n-1].Version > read.Version {
			pairs = append(pairs, [2]Operation{newest[n-1], read})
		}
	}
	return pairs
}
