package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ladder-iac/ladder/tools/bench/load"
	"github.com/ladder-iac/ladder/tools/bench/peer"
)

// What makes a measurement invalid. [app.md A5, B4].
const (
	maxLag      = time.Millisecond // p99 of the generator, at a fixed rate
	maxOwnCPU   = 0.6              // of a core, of the generator, at a fixed rate
	maxSteal    = 0.02             // of the machine
	maxFailures = 0.001            // of the requests
)

// visit is one turn of a peer in a round: as fast as it answers, then at the fixed rate.
type visit struct {
	peer, workload string
	round          int
	closed, open   segment
}

// segment is what one load has shown.
type segment struct {
	load.Result

	cpu     float64 // of the peer, µs for each good answer
	db      float64 // of the database server, the same
	allocs  float64 // of the peer, for each good answer
	memory  float64 // of the peer, MiB, the most so far
	ownCPU  float64 // of the generator, cores
	steal   float64 // of the machine
	invalid []string
	refused bool       // the peer is why it is invalid, not the machine: again would be the same
	earlier [][]string // why loads before this one are invalid, in whose place it is
}

func (s segment) valid() bool { return len(s.invalid) == 0 }

func (b *bench) visit(ctx context.Context, p *process, workload string, round int) (v visit, err error) {
	source := b.items.source(workload, p.name)
	v = visit{peer: p.name, workload: workload, round: round}
	lead := b.warm // the kernel may have taken back memory of a process that waited for its turn
	if p.name == peer.App && (workload == workZipf || workload == workMixed) {
		lead = max(lead, b.lead) // meanwhile all that the cache kept has ended
	}
	p.client.Closed(ctx, lead, b.conns, source)
	v.closed, err = b.again(func() (segment, error) {
		return b.measure(p, func() load.Result { return p.client.Closed(ctx, b.options.visit, b.conns, source) })
	})
	if err != nil {
		return v, err
	}
	hurry(true)
	defer hurry(false)
	v.open, err = b.again(func() (segment, error) {
		s, err := b.measure(p, func() load.Result {
			return p.client.Open(ctx, b.options.visit, b.rates[workload], source)
		})
		if err == nil {
			s.judgeGenerator()
		}
		return s, err
	})
	return v, errors.Join(err, ctx.Err())
}

// again repeats a load that the machine has spoilt, a few times. What it showed has no part in that.
func (b *bench) again(load func() (segment, error)) (s segment, err error) {
	var earlier [][]string
	for {
		s, err = load()
		s.earlier = earlier
		if err != nil || s.valid() || s.refused || len(earlier) == b.repeats {
			return s, err
		}
		earlier = append(earlier, s.invalid)
	}
}

// measure takes what the peer, the generator and the machine used meanwhile.
func (b *bench) measure(p *process, run func() load.Result) (s segment, err error) {
	before, err := p.used()
	if err != nil {
		return s, err
	}
	db, err := b.db.used()
	if err != nil {
		return s, err
	}
	times, own := readTimes(), used()
	s.Result = run()
	s.ownCPU = float64(used().cpu-own.cpu) / float64(s.Took.Nanoseconds())
	s.steal = readTimes().stealSince(times)
	after, err := p.used()
	if err != nil {
		return s, err
	}
	dbAfter, err := b.db.used()
	if err != nil {
		return s, err
	}
	good := float64(max(s.Good(), 1))
	s.cpu = float64(after.cpu-before.cpu) / 1000 / good
	s.db = float64((dbAfter - db).Microseconds()) / good
	s.allocs = float64(after.allocs-before.allocs) / good
	s.memory = float64(after.memory) / (1 << 20)
	s.judge()
	return s, nil
}

func (s *segment) judge() {
	if s.steal > maxSteal {
		s.reject("steal %.1f %%", s.steal*100)
	}
	lost := s.Failed + s.Dropped
	if total := s.Sent + s.Dropped; total == 0 || float64(lost) > maxFailures*float64(total) {
		s.refused = true
		s.reject("%d of %d failed: %v", lost, total, s.Statuses)
	}
}

// judgeGenerator applies where the generator has a time to keep.
func (s *segment) judgeGenerator() {
	if lag := time.Duration(s.Lag.ValueAtQuantile(99)) * time.Microsecond; lag > maxLag {
		s.reject("generator lag p99 %s", lag)
	}
	if s.ownCPU > maxOwnCPU {
		s.reject("generator used %.2f cores", s.ownCPU)
	}
}

func (s *segment) reject(format string, args ...any) {
	s.invalid = append(s.invalid, fmt.Sprintf(format, args...))
}
