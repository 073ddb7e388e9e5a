package monitor

import (
	"fmt"
	"strconv"

	"github.com/ladder-iac/ladder/components/internal/check"
)

// Hours, not minutes: a peak is the phase's own business, a load that comes back is the next one's.
const (
	triggerMinutes = 60
	triggerHours   = 24 // that are looked at
	triggerEnough  = 3  // of them, with too much
)

// What is too much, in percent. Above it there is no room for growth while the climb is made.
const (
	busyPercent    = 60 // of a processor, on an hour's average
	crowdedPercent = 70 // of connections or of disk operations
	peakPercent    = 80 // of the requests that the phase is built for
)

// Trigger is what tells that a phase has become too small. DatabaseBottleneck, ServerOverload and MonolithLimits
// make it.
type Trigger struct {
	kind  string // its function; empty when no function made it
	next  int    // phase that helps
	check func(c *check.Args, field string)
	signs func(s scope) []sign // after the check only
}

// sign is one row of a trigger. Seen, limits and gives are what a person reads in `ladder advise`.
type sign struct {
	name, title         string // title of the chart; empty for none
	seen, limits, gives string
	metric              metric
	comparison          string // above or below
	threshold           float64
}

func (t Trigger) alarms(s scope) []alarm {
	var list []alarm
	for _, g := range t.signs(s) {
		list = append(list, alarm{
			name: "trigger-" + g.name, trigger: strconv.Itoa(t.next),
			why: fmt.Sprintf("%s in %d hours of the last %d. %s. Phase %d: %s.",
				g.seen, triggerEnough, triggerHours, g.limits, t.next, g.gives),
			metric: g.metric, comparison: g.comparison, threshold: g.threshold,
			minutes: triggerMinutes, periods: triggerHours, enough: triggerEnough, missing: quiet,
		})
	}
	return list
}

func (t Trigger) section(s scope) section {
	row := section{title: fmt.Sprintf("Time for phase %d?", t.next)}
	for _, g := range t.signs(s) {
		if g.title == "" {
			continue
		}
		row.charts = append(row.charts, chart{
			title: g.title, lines: []line{{metric: g.metric, label: g.name}},
			limit: g.threshold, label: "trigger", period: triggerMinutes * 60,
		})
	}
	return row
}

// peak is the sign that requests near what the phase is built for.
func (s scope) peak(requests metric, limits, gives string) sign {
	return sign{
		name: "requests", title: "Requests a second, by the hour",
		seen:   fmt.Sprintf("more than %d %% of %d requests a second", peakPercent, s.target.PeakQPS),
		limits: limits, gives: gives,
		metric: rate(requests), comparison: above, threshold: peakPercent * float64(s.target.PeakQPS) / 100,
	}
}
