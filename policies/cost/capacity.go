package cost

import (
	"fmt"
	"math"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
)

const (
	// How busy processors may be: ordinarily, with a zone of three gone, with the cache gone [app.md B3].
	calmBusy, zoneBusy, coldBusy = 0.5, 0.75, 0.8

	// cacheOps a second of a shard's primary, whose commands run in one thread [app.md B1].
	cacheOps = 160_000

	poolSize      = 10  // connections of a server of the app to each instance; its own default
	vmConnections = 100 // that the PostgreSQL of phase 1's machine takes
	reserved      = 3   // connections for superusers
	surge         = 1.1 // servers while a group is renewed
)

// Limits say what load the resources carry, in requests a second at the peak.
type Limits struct {
	QPS          float64 `json:"qps"`
	WithoutZone  float64 `json:"withoutZone"`  // 0 when nothing is left, as with a single machine
	WithoutCache float64 `json:"withoutCache"` // as QPS where there is no cache
	Tightest     string  `json:"tightest"`     // name of the part that limits QPS
	Arithmetic   string  `json:"arithmetic"`   // of QPS
	Parts        []Limit `json:"parts"`
}

// Limit is what one part of the system carries.
type Limit struct {
	Name         string  `json:"name"`
	QPS          float64 `json:"qps"`
	WithoutZone  float64 `json:"withoutZone"`
	WithoutCache float64 `json:"withoutCache"`
	Arithmetic   string  `json:"arithmetic"` // of QPS
}

// Capacity returns what load the resources carry under the mix of a traffic, which must be one that Validate accepts;
// its PeakQPS does not count. The loads are planning figures that a load test must confirm. Groups count at their
// largest, readers only if they are there: autoscaling's come minutes later.
func Capacity(resources []graph.Resource, t traffic.Model, p phase.Phase) Limits {
	return survey(newIndex(resources), t, p).capacity()
}

func (s *system) capacity() Limits {
	parts := append(s.appLimits(), s.storeLimits()...)
	parts = append(parts, s.cacheLimits()...)
	if len(parts) == 0 {
		return Limits{Tightest: "nothing", Arithmetic: "no machine, database or cache of a known size"}
	}
	none := math.Inf(1)
	l := Limits{QPS: none, WithoutZone: none, WithoutCache: none, Parts: parts}
	for i, part := range parts {
		if len(s.caches) == 0 {
			part.WithoutCache = part.QPS
			parts[i] = part
		}
		if part.QPS < l.QPS {
			l.QPS, l.Tightest, l.Arithmetic = part.QPS, part.Name, part.Arithmetic
		}
		l.WithoutZone = min(l.WithoutZone, part.WithoutZone)
		l.WithoutCache = min(l.WithoutCache, part.WithoutCache)
	}
	// What is gone, or not asked for anything, limits nothing: it has what the others carry.
	for i := range parts {
		limit(&parts[i].QPS, &l.QPS)
		limit(&parts[i].WithoutZone, &l.WithoutZone)
		limit(&parts[i].WithoutCache, &l.WithoutCache)
	}
	return l
}

// limit replaces what is without a limit by that of all parts, and by 0 if that is without one.
func limit(part, all *float64) {
	if math.IsInf(*all, 1) {
		*all = 0
	}
	if math.IsInf(*part, 1) {
		*part = *all
	}
}

// over is how many requests there are in an amount; without a limit when one takes nothing of it.
func over(amount, request float64) float64 {
	if request == 0 {
		return math.Inf(1)
	}
	return amount / request
}

// fleet is the machines at their largest. Of several groups in a component, such as the colours of a canary, all
// users may be on one: the largest counts.
func (s *system) fleet() []*machine {
	largest := map[string]*machine{}
	var list []*machine
	for _, m := range s.machines {
		if m.Type != groupType {
			list = append(list, m)
			continue
		}
		if before := largest[m.component]; before == nil || m.vcpus*m.count.Max > before.vcpus*before.count.Max {
			largest[m.component] = m
		}
	}
	for _, m := range s.machines {
		if largest[m.component] == m {
			list = append(list, m)
		}
	}
	return list
}

// left are the vCPUs of the machines, and those that remain when the worst zone is gone. Machines whose zone is not
// known are taken to stand in the same one.
func left(fleet []*machine) (all, remaining float64) {
	lost, worst := map[string]float64{}, 0.0
	var groups float64
	for _, m := range fleet {
		vcpus := m.vcpus * m.count.Max
		all += vcpus
		if m.Type == instanceType {
			lost[m.zone] += vcpus
			worst = max(worst, lost[m.zone])
			continue
		}
		groups += vcpus / float64(m.zones)
	}
	return all, all - groups - worst
}

func (s *system) appLimits() []Limit {
	fleet := s.fleet()
	vcpus, remaining := left(fleet)
	seconds := s.machineSeconds()
	if vcpus == 0 {
		return nil
	}
	name := "app servers"
	if len(s.stores) == 0 {
		name = "app and database on one machine"
	}
	limits := []Limit{{
		Name: name, QPS: vcpus * calmBusy / seconds,
		WithoutZone: remaining * zoneBusy / seconds, WithoutCache: vcpus * coldBusy / seconds,
		Arithmetic: fmt.Sprintf("%s vCPU x %s / %s s a request", plain(vcpus), plain(calmBusy), plain(seconds)),
	}}
	var baseline float64
	burst := false
	for _, m := range fleet {
		burst = burst || m.burstable && !m.unlimited
		if m.burstable && !m.unlimited {
			baseline += m.baseline * m.count.Max
		} else {
			baseline += m.vcpus * m.count.Max
		}
	}
	if burst {
		// The mean must stay below the baseline; above it, the credits of the quiet hours end before the peak does.
		qps := baseline / (seconds * s.traffic.LoadFactor)
		limits = append(limits, Limit{
			Name: "processor credits", QPS: qps, WithoutZone: qps * remaining / vcpus, WithoutCache: qps,
			Arithmetic: fmt.Sprintf("%s vCPU of baseline / (%s s x %s of the peak in the mean)",
				plain(baseline), plain(seconds), plain(s.traffic.LoadFactor)),
		})
	}
	return append(limits, s.connections(fleet, vcpus, remaining, seconds)...)
}

// connections is how many servers the database has connections for, as the load that those carry.
func (s *system) connections(fleet []*machine, vcpus, remaining, seconds float64) []Limit {
	most := math.Inf(1)
	for _, d := range s.stores {
		if d.memoryGiB > 0 {
			most = min(most, maxConnections(d.memoryGiB))
		}
	}
	if len(s.stores) == 0 {
		most = vmConnections
	}
	var servers float64
	for _, m := range fleet {
		servers += m.count.Max
	}
	if math.IsInf(most, 1) || servers == 0 {
		return nil
	}
	allowed := math.Floor((most - reserved) / poolSize / surge)
	each := vcpus / servers / seconds
	qps := allowed * each * calmBusy
	// A lost zone takes connections with it, too: what is left is no less than without the loss.
	zone := qps * zoneBusy / calmBusy
	if remaining == 0 {
		zone = 0
	}
	return []Limit{{
		Name: "database connections", QPS: qps, WithoutZone: zone, WithoutCache: qps * coldBusy / calmBusy,
		Arithmetic: fmt.Sprintf("(%s - %d connections) / %d each, %s of them spare = %s servers; there are %s",
			plain(most), reserved, poolSize, plain(surge-1), plain(allowed), plain(servers)),
	}}
}

func (s *system) cacheLimits() []Limit {
	t := s.traffic
	ops := (1-t.WriteShare)*t.QueriesPerRead*(1+t.miss(true)) + t.WriteShare // reads, fills, and what writes drop
	var limits []Limit
	for _, c := range s.caches {
		qps := c.shards * cacheOps * calmBusy / ops
		l := Limit{
			Name: "cache", QPS: qps, WithoutZone: math.Inf(1), WithoutCache: math.Inf(1),
			Arithmetic: fmt.Sprintf("%s shards x %d x %s / %s commands a request",
				plain(c.shards), cacheOps, plain(calmBusy), plain(ops)),
		}
		if c.zones {
			l.WithoutZone = qps * zoneBusy / calmBusy
		} // else the cache is gone with its zone, and the database answers
		limits = append(limits, l)
	}
	return limits
}
