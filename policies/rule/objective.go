package rule

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
)

// ObjectiveType is the one resource that says what a stack is for.
const ObjectiveType = "ladder:objective:Objective"

// Objective is what a stack is for: what the rules need to know beside its resources.
type Objective struct {
	URN     string
	Phase   phase.Phase
	Traffic traffic.Model
	Waivers []Waiver
	Rules   map[string]Setting // by rule
}

// Waiver lets a violation be, for a reason and for a time.
type Waiver struct {
	Rule     string `json:"rule"`
	Resource string `json:"resource"` // name; * or empty for all
	Reason   string `json:"reason"`
	Owner    string `json:"owner"`
	Expires  string `json:"expires"` // the last day, YYYY-MM-DD
}

// Setting changes a rule.
type Setting struct {
	Level      Level
	Thresholds map[string]float64
}

// Problem is a mistake in the objective.
type Problem struct {
	URN     string
	Message string
}

// readObjective reads the one objective. It returns nil when there is none, or when the phase or the traffic makes no
// sense; other mistakes leave the rest in place.
func readObjective(found []graph.Resource) (*Objective, []Problem) {
	if len(found) != 1 {
		return nil, []Problem{{"", fmt.Sprintf("got %d resources of type %s, want 1: cost rules and waivers do not run "+
			"without it", len(found), ObjectiveType)}}
	}
	r := found[0]
	o := &Objective{URN: r.URN, Rules: map[string]Setting{}}
	var problems []Problem
	wrong := func(format string, args ...any) {
		problems = append(problems, Problem{r.URN, fmt.Sprintf("objective %q: ", r.Name) + fmt.Sprintf(format, args...)})
	}
	for _, key := range slices.Sorted(maps.Keys(r.Inputs)) {
		if !slices.Contains(objectiveFields, key) {
			wrong("got field %q, want one of %s", key, strings.Join(objectiveFields, ", "))
		}
	}
	block := Block{inputs: r.Inputs, unknown: &[]string{}}
	number := int(block.Number(0, "phase"))
	if number < 1 || number > len(phase.Table) {
		wrong("phase: got %s, want a number of 1 to %d", Show(r.Inputs["phase"]), len(phase.Table))
		return nil, problems
	}
	o.Phase, o.Traffic = phase.Table[number-1], traffic.Default(number)
	if given := r.Inputs["traffic"]; given != nil {
		model, err := o.Traffic.Override(encode(given))
		if err != nil {
			wrong("traffic: got %s: %v", encode(given), err)
		}
		o.Traffic = model
	}
	if mistakes := o.Traffic.Mistakes(); len(mistakes) > 0 {
		for _, m := range mistakes {
			wrong("traffic.%s: got %v, want %s", m.Field, m.Got, m.Want)
		}
		return nil, problems
	}
	if given := r.Inputs["waivers"]; given != nil {
		if err := decode(given, &o.Waivers); err != nil {
			wrong("waivers: %v; want a list of {rule, resource, reason, owner, expires}", err)
		}
	}
	o.readRules(r.Inputs["rules"], wrong)
	return o, problems
}

var objectiveFields = []string{"phase", "rules", "traffic", "waivers"}

func (o *Objective) readRules(given any, wrong func(string, ...any)) {
	if given == nil {
		return
	}
	var rules map[string]map[string]any
	if err := decode(given, &rules); err != nil {
		wrong("rules: %v; want {rule: {level, threshold: number}}", err)
		return
	}
	for _, id := range slices.Sorted(maps.Keys(rules)) {
		setting := Setting{Thresholds: map[string]float64{}}
		for _, key := range slices.Sorted(maps.Keys(rules[id])) {
			value := rules[id][key]
			number, isNumber := value.(float64)
			level, _ := value.(string)
			switch {
			case key == "level" && slices.Contains(Levels, Level(level)):
				setting.Level = Level(level)
			case key == "level":
				wrong("rules.%s.level: got %s, want mandatory, advisory or off", id, Show(value))
			case isNumber:
				setting.Thresholds[key] = number
			default:
				wrong("rules.%s.%s: got %s, want a number", id, key, Show(value))
			}
		}
		o.Rules[id] = setting
	}
}

func encode(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		return []byte("null") // not a number, or infinite: what reads it says so
	}
	return text
}

func decode(value, into any) error {
	decoder := json.NewDecoder(strings.NewReader(string(encode(value))))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}
