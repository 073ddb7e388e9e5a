package monitor

import (
	"fmt"
	"strings"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/key"
)

// Args describe what to watch.
type Args struct {
	Target   Target    // the phase's objectives; required
	Watches  []Watch   // what stands under watch, each kind once; required. One of Server, Fleet and Web is among them
	Triggers []Trigger // when it is time for the next phase; default none
	Alarms   []Alarm   // the owner's own; default none
	Region   string    // AWS region of what is watched; required
	Key      *key.Key  // encrypts the topic; required
	Email    string    // hears the alerts; default none. AWS asks the receiver to confirm
}

// resolve fills in the defaults, and checks everything before anything is registered.
func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	c := check.Of("monitor", name)
	t := args.Target
	c.That(t.Availability > 0 && t.Availability < 100, "Target.Availability", t.Availability, "a percentage below 100")
	c.That(t.P99 > 0, "Target.P99", t.P99, "a duration such as 200ms")
	c.That(t.PeakQPS > 0, "Target.PeakQPS", t.PeakQPS, "requests a second, at least 1")
	args.checkWatches(c)
	args.checkTriggers(c)
	args.Alarms = resolveAlarms(c, args.Alarms)
	c.Given(args.Region != "", "Region", "an AWS region such as us-east-1")
	c.Given(args.Key != nil, "Key", "a key component that encrypts the topic")
	c.That(args.Email == "" || strings.Count(args.Email, "@") == 1, "Email", args.Email, "an e-mail address, or none")
	return args, c.Err()
}

func (a Args) checkWatches(c *check.Args) {
	if len(a.Watches) == 0 {
		c.Given(false, "Watches", "what stands under watch: Server, Fleet or Web, and what they keep their data in")
		return
	}
	var serving []string
	seen := map[string]bool{}
	for i, w := range a.Watches {
		field := fmt.Sprintf("Watches[%d]", i)
		if w.kind == "" {
			c.Given(false, field, "a watch that Server, Fleet, Web, Postgres, Aurora or Cache made")
			continue
		}
		if w.serves {
			serving = append(serving, w.kind)
		}
		c.That(!seen[w.kind], field, w.kind, "each kind once: alarms are named after it")
		seen[w.kind] = true
		w.check(c, field)
	}
	c.That(len(serving) == 1, "Watches", serving,
		"exactly one of Server, Fleet and Web: the objectives' alarms are its")
}

func (a Args) checkTriggers(c *check.Args) {
	seen := map[string]bool{}
	for i, t := range a.Triggers {
		field := fmt.Sprintf("Triggers[%d]", i)
		if t.kind == "" {
			c.Given(false, field, "a trigger that DatabaseBottleneck, ServerOverload or MonolithLimits made")
			continue
		}
		c.That(t.next == a.Triggers[0].next, field, fmt.Sprintf("%s, to phase %d", t.kind, t.next),
			"triggers of one climb: a phase has one next phase")
		c.That(!seen[t.kind], field, t.kind, "each trigger once")
		seen[t.kind] = true
		t.check(c, field)
	}
}
