package advise_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/advise"
)

var noon = time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC)

func alarm(name string, state advise.State, value float64) advise.Alarm {
	return advise.Alarm{
		Name: name, State: state, Since: &noon, Value: &value, Threshold: new(80.0), Next: 2,
		Comparison: "GreaterThanThreshold", Description: "The database needs the processor",
	}
}

func silent(name string) advise.Alarm {
	return advise.Alarm{Name: name, State: advise.NoData, Next: 2, Reason: "Unchecked: Initial alarm creation"}
}

func with(a advise.Alarm, change func(*advise.Alarm)) advise.Alarm {
	change(&a)
	return a
}

func TestJudge(t *testing.T) {
	t.Parallel()
	asks := func(next int) func(*advise.Alarm) { return func(a *advise.Alarm) { a.Next = next } }
	for name, test := range map[string]struct {
		phase    int
		alarms   []advise.Alarm
		verdict  advise.Verdict
		judged   int // phase
		triggers []string
		reasons  []string
	}{
		"one rings": {
			phase: 1, judged: 1, verdict: advise.Climb,
			alarms:   []advise.Alarm{alarm("a", advise.Quiet, 10), alarm("b", advise.Ringing, 93.456)},
			triggers: []string{"b", "a"},
			reasons: []string{
				"b rings since 2026-10-02 12:00 UTC: 93.46, and it rings at > 80. The database needs the processor.",
			},
		},
		"one rings while another is silent": {
			phase: 1, judged: 1, verdict: advise.Climb,
			alarms:   []advise.Alarm{silent("a"), alarm("b", advise.Ringing, 93), alarm("c", advise.Ringing, 81)},
			triggers: []string{"b", "c", "a"},
			reasons: []string{
				"b rings since 2026-10-02 12:00 UTC: 93, and it rings at > 80. The database needs the processor.",
				"c rings since 2026-10-02 12:00 UTC: 81, and it rings at > 80. The database needs the processor.",
				"a has no data. Unchecked: Initial alarm creation.",
			},
		},
		"nothing is known of what rings": {
			phase: 1, judged: 1, verdict: advise.Climb,
			alarms:   []advise.Alarm{{Name: "a", State: advise.Ringing}},
			triggers: []string{"a"}, reasons: []string{"a rings."},
		},
		"all quiet": {
			phase: 1, judged: 1, verdict: advise.Stay,
			alarms: []advise.Alarm{
				alarm("a", advise.Quiet, 10),
				with(alarm("b", advise.Quiet, 160), func(a *advise.Alarm) { a.Comparison = "LessThanThreshold" }),
			},
			triggers: []string{"a", "b"},
			reasons:  []string{"No trigger of phase 2 rings; the nearest is b, at 50 % of its threshold."},
		},
		"all quiet without values": {
			phase: 1, judged: 1, verdict: advise.Stay,
			alarms:   []advise.Alarm{{Name: "a", State: advise.Quiet}},
			triggers: []string{"a"}, reasons: []string{"No trigger of phase 2 rings."},
		},
		"some silent": {
			phase: 1, judged: 1, verdict: advise.Unknown,
			alarms:   []advise.Alarm{alarm("a", advise.Quiet, 10), silent("b")},
			triggers: []string{"b", "a"}, reasons: []string{"b has no data. Unchecked: Initial alarm creation."},
		},
		"a state that CloudWatch does not have today": {
			phase: 1, judged: 1, verdict: advise.Unknown,
			alarms:   []advise.Alarm{alarm("a", "MUTED", 10)},
			triggers: []string{"a"}, reasons: []string{`a is in the state "MUTED", which ladder does not know, since 2026-10-02 12:00 UTC.`},
		},
		"no tag": {
			phase: 3, judged: 3, verdict: advise.Stay,
			alarms:   []advise.Alarm{with(alarm("a", advise.Quiet, 40), asks(0))},
			triggers: []string{"a"},
			reasons:  []string{"No trigger of phase 4 rings; the nearest is a, at 50 % of its threshold."},
		},
		"the config is ahead of what runs": {
			phase: 2, judged: 1, verdict: advise.Climb,
			alarms:   []advise.Alarm{{Name: "a", State: advise.Ringing, Next: 2}},
			triggers: []string{"a"},
			reasons: []string{
				"a rings.",
				"The config of prod says phase 2, but the alarms that run are those of phase 1, so phase 1 is judged.",
			},
		},
		"the alarms of two phases": {
			phase: 2, judged: 2, verdict: advise.Stay,
			alarms: []advise.Alarm{
				with(alarm("new", advise.Quiet, 40), asks(3)), alarm("old", advise.Ringing, 93),
			},
			triggers: []string{"new"},
			reasons: []string{
				"No trigger of phase 3 rings; the nearest is new, at 50 % of its threshold.",
				"Left out, because they ask for another phase: old (phase 2).",
			},
		},
		"the last phase, with the alarms of others": {
			phase: 4, judged: 2, verdict: advise.Climb,
			alarms:   []advise.Alarm{{Name: "a", State: advise.Ringing, Next: 3}, {Name: "b", State: advise.Quiet, Next: 4}},
			triggers: []string{"a"},
			reasons: []string{
				"a rings.",
				"The config of prod says phase 4, but the alarms that run are those of phase 2, so phase 2 is judged.",
				"Left out, because they ask for another phase: b (phase 4).",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := advise.Judge("prod", test.phase, test.alarms)
			require.Equal(t, test.verdict, got.Verdict)
			require.Equal(t, []int{test.judged, test.judged + 1}, []int{got.Phase, got.Next})
			require.Equal(t, test.reasons, got.Reasons)
			var names []string
			for _, a := range got.Triggers {
				names = append(names, a.Name)
			}
			require.Equal(t, test.triggers, names)
		})
	}
}

func TestReached(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		comparison       string
		value, threshold *float64
		percent          int
		known            bool
	}{
		{"GreaterThanThreshold", new(93.0), new(80.0), 116, true},
		{"GreaterThanOrEqualToThreshold", new(0.0), new(80.0), 0, true},
		{"LessThanThreshold", new(25.0), new(20.0), 80, true},
		{"LessThanThreshold", new(0.0), new(20.0), 0, false},
		{"GreaterThanThreshold", new(5.0), new(0.0), 0, false},
		{"GreaterThanThreshold", new(-5.0), new(80.0), 0, false},
		{"GreaterThanThreshold", new(1e300), new(1e-300), 0, false},
		{"GreaterThanThreshold", nil, new(80.0), 0, false},
		{"GreaterThanUpperThreshold", new(5.0), nil, 0, false},
	} {
		a := advise.Alarm{Comparison: test.comparison, Value: test.value, Threshold: test.threshold}
		percent, known := a.Reached()
		require.Equal(t, [2]any{test.percent, test.known}, [2]any{percent, known}, "%+v", test)
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	require.Equal(t, "> 80", alarm("a", advise.Quiet, 1).Limit())
	require.Equal(t, "<= 0.5", advise.Alarm{Threshold: new(0.5), Comparison: "LessThanOrEqualToThreshold"}.Limit())
	require.Equal(t, "1500000", advise.Alarm{Threshold: new(1.5e6), Comparison: "new"}.Limit())
	require.Empty(t, advise.Alarm{}.Limit())
}

// The JSON form is a contract: every field is always there.
func TestJSON(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(advise.Judge("prod", 1, []advise.Alarm{{Name: "a", State: advise.Quiet}}))
	require.NoError(t, err)
	require.JSONEq(t, `{"stack": "prod", "phase": 1, "next": 2, "verdict": "stay",
		"reasons": ["No trigger of phase 2 rings."],
		"triggers": [{"name": "a", "state": "OK", "since": null, "value": null, "threshold": null, "description": ""}]}`,
		string(text))
	none, err := json.Marshal(advise.Judge("prod", 1, nil))
	require.NoError(t, err)
	require.Contains(t, string(none), `"triggers":[]`)
}
