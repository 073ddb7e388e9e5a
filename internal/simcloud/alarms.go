package simcloud

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/agext/levenshtein"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/ladder-iac/ladder/internal/advise"
)

const metricAlarm = "aws:cloudwatch/metricAlarm:MetricAlarm"

// AlarmState is a state that somebody gives to an alarm, as with aws cloudwatch set-alarm-state. The simulated
// cloud measures nothing: an alarm keeps its state until it is given another one.
type AlarmState struct {
	Region string       `json:"region"` // "" for the only one that has the alarm
	Name   string       `json:"name"`
	State  advise.State `json:"state"`
	Reason string       `json:"reason"`
	Value  *float64     `json:"value"` // what is said to have been measured; nil for nothing
	Since  time.Time    `json:"since"`
	// Of is when the alarm was created: one that is made again under the same name starts without a state.
	Of time.Time `json:"of"`
}

// Alarms implements advise.Source.
func (c *Cloud) Alarms(_ context.Context, region, prefix string) ([]advise.Alarm, error) {
	states, err := c.store.alarmStates()
	if err != nil {
		return nil, err
	}
	var alarms []advise.Alarm
	for _, r := range c.store.alarms(region) {
		if strings.HasPrefix(alarmName(r), prefix) {
			alarms = append(alarms, alarmOf(r, stateOf(states, region, r)))
		}
	}
	return alarms, nil
}

// SetAlarmState gives an alarm a state and returns the one that it had. States of alarms that are gone are dropped.
func (c *Cloud) SetAlarmState(set AlarmState) (was advise.State, err error) {
	unlock, err := c.store.lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	states, err := c.store.alarmStates()
	if err != nil {
		return "", err
	}
	var alarm record
	if set.Region, alarm, err = c.store.findAlarm(set.Region, set.Name); err != nil {
		return "", err
	}
	before := stateOf(states, set.Region, alarm)
	set.Of = alarm.Created
	if before.State == set.State {
		set.Since = before.Since
	}
	states = slices.DeleteFunc(states, func(s AlarmState) bool {
		return s.Region == set.Region && s.Name == set.Name || !c.store.alarmExists(s)
	})
	return before.State, c.store.writeAlarmStates(append(states, set))
}

// alarms returns the alarms that exist in a region.
func (s store) alarms(region string) []record {
	return slices.DeleteFunc(s.ofType(Account+"/"+region, metricAlarm), record.gone)
}

func (s store) alarmExists(state AlarmState) bool {
	return slices.ContainsFunc(s.alarms(state.Region), func(r record) bool {
		return alarmName(r) == state.Name && r.Created.Equal(state.Of)
	})
}

// findAlarm returns the alarm of that name and its region. The error names similar alarms.
func (s store) findAlarm(region, name string) (string, record, error) {
	var names, in []string
	var found record
	for _, at := range s.regions() {
		if region != "" && at != region {
			continue
		}
		for _, r := range s.alarms(at) {
			names = append(names, alarmName(r))
			if alarmName(r) == name {
				in, found = append(in, at), r
			}
		}
	}
	switch {
	case len(in) == 1:
		return in[0], found, nil
	case len(in) > 1:
		return "", record{}, fmt.Errorf("simulated cloud: alarm %q: got no region, want one of %s",
			name, strings.Join(in, ", "))
	case len(names) == 0:
		return "", record{}, fmt.Errorf("simulated cloud: alarm %q: no such alarm, nor any other%s; "+
			"make them with `ladder up STACK --simulate`", name, inRegion(region))
	}
	return "", record{}, fmt.Errorf("simulated cloud: alarm %q: no such alarm%s; similar names: %s",
		name, inRegion(region), strings.Join(nearest(name, names), ", "))
}

func inRegion(region string) string {
	if region == "" {
		return ""
	}
	return " in " + region
}

// nearest returns the three names that are most like name.
func nearest(name string, names []string) []string {
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(levenshtein.Distance(name, a, nil)-levenshtein.Distance(name, b, nil), strings.Compare(a, b))
	})
	names = slices.Compact(names)
	return names[:min(3, len(names))]
}

// regions lists the regions in which something exists.
func (s store) regions() []string {
	folders, _ := filepath.Glob(filepath.Join(globQuote(filepath.Join(s.dir, Account)), "*")) // a valid pattern
	for i, folder := range folders {
		folders[i] = filepath.Base(folder)
	}
	return folders
}

// stateOf returns the state of an alarm; one that was given none is as AWS makes it.
func stateOf(states []AlarmState, region string, r record) AlarmState {
	for _, s := range states {
		if s.Region == region && s.Name == alarmName(r) && s.Of.Equal(r.Created) {
			return s
		}
	}
	return AlarmState{State: advise.NoData, Reason: "Unchecked: Initial alarm creation", Since: r.Created}
}

func alarmOf(r record, s AlarmState) advise.Alarm {
	alarm := advise.Alarm{
		Name: alarmName(r), State: s.State, Reason: s.Reason, Since: &s.Since, Value: s.Value,
		Comparison: text(r.outputs["comparisonOperator"]), Description: text(r.outputs["alarmDescription"]),
	}
	if threshold := plain(r.outputs["threshold"]); threshold.IsNumber() {
		alarm.Threshold = new(threshold.NumberValue())
	}
	if tags := plain(r.outputs["tags"]); tags.IsObject() {
		tag := text(tags.ObjectValue()[resource.PropertyKey(advise.TriggerTag)])
		alarm.Next, _ = strconv.Atoi(tag) // 0 when somebody wrote something else
	}
	return alarm
}

func alarmName(r record) string { return text(r.outputs["name"]) }

// alarmFile lies beside the folders of what exists.
func (s store) alarmFile() string { return filepath.Join(s.dir, "alarm-states.json") }

func (s store) alarmStates() ([]AlarmState, error) {
	content, err := os.ReadFile(s.alarmFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("simulated cloud: alarm states: %w", err)
	}
	var states []AlarmState
	if err := json.Unmarshal(content, &states); err != nil {
		return nil, fmt.Errorf("simulated cloud: %s: %w; mend the file, or delete it: every alarm is without data then",
			s.alarmFile(), err)
	}
	return states, nil
}

// writeAlarmStates replaces the file; the caller holds the lock.
func (s store) writeAlarmStates(states []AlarmState) error {
	content, err := json.MarshalIndent(states, "", "  ")
	if err != nil {
		return fmt.Errorf("simulated cloud: alarm states: %w", err)
	}
	temporary := filepath.Join(s.dir, ".writing") // as write does
	if err := os.WriteFile(temporary, append(content, '\n'), 0o600); err != nil {
		return fmt.Errorf("simulated cloud: alarm states: %w", err)
	}
	return os.Rename(temporary, s.alarmFile())
}
