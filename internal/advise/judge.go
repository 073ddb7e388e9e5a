package advise

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Verdict is what to do.
type Verdict string

// The verdicts.
const (
	Climb   Verdict = "climb"   // at least one trigger rings
	Stay    Verdict = "stay"    // every trigger is quiet
	Unknown Verdict = "unknown" // none rings, and some have no data yet
)

// Advice is a verdict with its reasons; its JSON form is a stable contract (docs/cli.md).
type Advice struct {
	Stack    string   `json:"stack"`
	Phase    int      `json:"phase"`    // the phase that the alarms belong to
	Next     int      `json:"next"`     // the phase above it
	Verdict  Verdict  `json:"verdict"`  // climb, stay or unknown
	Reasons  []string `json:"reasons"`  // sentences, the strongest first
	Triggers []Alarm  `json:"triggers"` // what rings, what has no data, the rest; each by name
}

// Judge says from a stack's trigger alarms whether it is time to climb. The phase is what the stack's config
// says; where the alarms say another one they are right, because they are what runs.
func Judge(stack string, phase int, alarms []Alarm) Advice {
	next := asked(phase, alarms)
	advice := Advice{Stack: stack, Phase: next - 1, Next: next, Verdict: Stay, Triggers: []Alarm{}}
	var others []string
	for _, a := range alarms {
		if cmp.Or(a.Next, phase+1) == next {
			advice.Triggers = append(advice.Triggers, a)
		} else {
			others = append(others, fmt.Sprintf("%s (phase %d)", a.Name, a.Next))
		}
	}
	slices.SortFunc(advice.Triggers, func(a, b Alarm) int {
		return cmp.Or(cmp.Compare(urgency(a), urgency(b)), cmp.Compare(a.Name, b.Name))
	})
	for _, a := range advice.Triggers {
		switch a.State {
		case Ringing:
			advice.Verdict = Climb
			advice.Reasons = append(advice.Reasons, rings(a))
		case Quiet:
		default:
			if advice.Verdict == Stay {
				advice.Verdict = Unknown
			}
			advice.Reasons = append(advice.Reasons, silent(a))
		}
	}
	if advice.Verdict == Stay {
		advice.Reasons = quiet(advice)
	}
	if next != phase+1 {
		advice.Reasons = append(advice.Reasons, fmt.Sprintf("The config of %s says phase %d, but the alarms that run "+
			"are those of phase %d, so phase %d is judged.", stack, phase, next-1, next-1))
	}
	if len(others) > 0 {
		slices.Sort(others)
		advice.Reasons = append(advice.Reasons,
			"Left out, because they ask for another phase: "+strings.Join(others, ", ")+".")
	}
	return advice
}

// asked is the phase that the alarms ask for. During an update those of two phases exist: then it is the one
// above the config's phase, or else the lowest.
func asked(phase int, alarms []Alarm) int {
	var all []int
	for _, a := range alarms {
		all = append(all, cmp.Or(a.Next, phase+1))
	}
	if len(all) == 0 || slices.Contains(all, phase+1) {
		return phase + 1
	}
	return slices.Min(all)
}

func urgency(a Alarm) int {
	switch a.State {
	case Ringing:
		return 0
	case Quiet:
		return 2
	default:
		return 1
	}
}

func rings(a Alarm) string {
	text := a.Name + " rings"
	if a.Since != nil {
		text += " since " + Moment(a.Since)
	}
	if a.Value != nil && a.Threshold != nil {
		text += fmt.Sprintf(": %s, and it rings at %s", Number(a.Value), a.Limit())
	}
	return sentence(sentence(text) + " " + a.Description)
}

func silent(a Alarm) string {
	text := a.Name + " has no data"
	if a.State != NoData {
		text = fmt.Sprintf("%s is in the state %q, which ladder does not know,", a.Name, a.State)
	}
	if a.Since != nil {
		text += " since " + Moment(a.Since)
	}
	return sentence(sentence(text) + " " + a.Reason)
}

// quiet says how much room is left.
func quiet(advice Advice) []string {
	text := fmt.Sprintf("No trigger of phase %d rings", advice.Next)
	nearest, reached := "", -1
	for _, a := range advice.Triggers {
		if percent, known := a.Reached(); known && percent > reached {
			nearest, reached = a.Name, percent
		}
	}
	if nearest != "" {
		text += fmt.Sprintf("; the nearest is %s, at %d %% of its threshold", nearest, reached)
	}
	return []string{text + "."}
}

// sentence ends text with one full stop.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}
