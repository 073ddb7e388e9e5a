package main

import (
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/ladder-iac/ladder/tools/bench/load"
	"github.com/ladder-iac/ladder/tools/bench/stats"
)

// minRounds is how many valid rounds a verdict needs: the span of five values holds the median with 94 %.
const minRounds = 5

// mode picks one of the two loads of a visit.
type mode struct {
	name string
	of   func(visit) segment
}

var (
	atRate = mode{"fixed rate", func(v visit) segment { return v.open }}
	atPeak = mode{"as fast as it answers", func(v visit) segment { return v.closed }}
)

// pick returns the segments of a peer in a round; ok says that all are valid.
func (b *bench) pick(workload, peer string, round int, m mode) (found []segment, ok bool) {
	ok = true
	for _, v := range b.visits {
		if v.workload == workload && v.peer == peer && v.round == round {
			found = append(found, m.of(v))
			ok = ok && m.of(v).valid()
		}
	}
	return found, ok && len(found) > 0
}

// quantity makes one number of the segments of a peer in a round.
type quantity func([]segment) float64

func cpu(of []segment) float64 { return mean(of, func(s segment) float64 { return s.cpu }) }

func fromDatabase(of []segment) float64 { return mean(of, func(s segment) float64 { return s.db }) }

// whole is what an answer costs on both servers: a read that the database is not asked for is cheaper there.
func whole(of []segment) float64 { return mean(of, func(s segment) float64 { return s.cpu + s.db }) }

func allocs(of []segment) float64 { return mean(of, func(s segment) float64 { return s.allocs }) }

func memory(of []segment) float64 { return mean(of, func(s segment) float64 { return s.memory }) }

func rate(of []segment) float64 { return mean(of, func(s segment) float64 { return s.Rate() }) }

func p99(of []segment) float64 { return float64(latencies(of).ValueAtQuantile(99)) }

func mean(of []segment, value func(segment) float64) float64 {
	sum := 0.0
	for _, s := range of {
		sum += value(s)
	}
	return sum / float64(len(of))
}

func latencies(of []segment) *hdrhistogram.Histogram {
	all := load.NewHistogram()
	for _, s := range of {
		all.Merge(s.Latency)
	}
	return all
}

// compared is an estimate, and how many of the rounds it rests on were valid. With too few of them it is made of all
// rounds, so that there is something to look at, and no verdict may be built on it.
type compared struct {
	stats.Estimate

	valid, rounds int
}

func (c compared) sound() bool { return c.valid >= minRounds }

// ratio compares two peers round by round.
func (b *bench) ratio(workload, upper, lower string, m mode, q quantity) compared {
	return b.estimate(func(round int) (float64, bool) {
		above, fine := b.pick(workload, upper, round, m)
		below, too := b.pick(workload, lower, round, m)
		if len(above) == 0 || len(below) == 0 {
			return 0, false
		}
		return q(above) / q(below), fine && too
	})
}

// level is the value of one peer.
func (b *bench) level(workload, peer string, m mode, q quantity) compared {
	return b.estimate(func(round int) (float64, bool) {
		found, ok := b.pick(workload, peer, round, m)
		if len(found) == 0 {
			return 0, false
		}
		return q(found), ok
	})
}

func (b *bench) estimate(of func(round int) (value float64, valid bool)) compared {
	var all, good []float64
	for round := range b.rounds {
		value, valid := of(round)
		all = append(all, value)
		if valid {
			good = append(good, value)
		}
	}
	c := compared{valid: len(good), rounds: b.rounds}
	if c.sound() {
		c.Estimate = stats.MedianOf(good)
	} else {
		c.Estimate = stats.MedianOf(all)
	}
	return c
}

// spread returns the latencies of a peer at the fixed rate over all valid rounds, or all rounds when those are too few.
func (b *bench) spread(workload, peer string) *hdrhistogram.Histogram {
	var all, good []segment
	for _, v := range b.visits {
		if v.workload == workload && v.peer == peer {
			all = append(all, v.open)
		}
	}
	for round := range b.rounds {
		if found, ok := b.pick(workload, peer, round, atRate); ok {
			good = append(good, found...)
		}
	}
	if len(good) < 2*minRounds {
		good = all
	}
	return latencies(good)
}

// rejected returns how many loads there were, how many of them are invalid, and why, without repetition.
func (b *bench) rejected(workload, peer string) (loads, count int, reasons []string) {
	for _, v := range b.visits {
		if v.workload != workload || v.peer != peer {
			continue
		}
		for _, s := range []segment{v.closed, v.open} {
			loads += 1 + len(s.earlier)
			count += len(s.earlier)
			reasons = append(reasons, slices.Concat(s.earlier...)...)
			if !s.valid() {
				count++
				reasons = append(reasons, s.invalid...)
			}
		}
	}
	slices.Sort(reasons)
	return loads, count, slices.Compact(reasons)
}
