// Package advise judges whether it is time to climb to the next phase, from the trigger alarms of a stack:
// what hurts first in a phase, such as the database's processor in phase 1, is watched by an alarm that
// components/monitor makes and that CloudWatch judges. The judgement is pure; where the alarms come from is a
// Source: internal/cloudwatch on AWS, internal/simcloud in a simulation.
package advise

import (
	"context"
	"math"
	"strconv"
	"strings"
	"time"
)

// TriggerTag is the tag of a trigger alarm: the number of the phase that it asks for.
const TriggerTag = "trigger"

// Prefix begins the names of a stack's trigger alarms.
func Prefix(project, stack string) string { return project + "-" + stack + "-trigger-" }

// Source knows the alarms of an account.
type Source interface {
	// Alarms returns the alarms of a region whose names begin with prefix.
	Alarms(ctx context.Context, region, prefix string) ([]Alarm, error)
}

// State is the state of an alarm, in CloudWatch's words.
type State string

// The states.
const (
	Quiet   State = "OK"
	Ringing State = "ALARM"
	NoData  State = "INSUFFICIENT_DATA"
)

// Alarm is a trigger alarm.
type Alarm struct {
	Name        string     `json:"name"`      // of the alarm in CloudWatch
	State       State      `json:"state"`     // OK, ALARM or INSUFFICIENT_DATA
	Since       *time.Time `json:"since"`     // when it took its state
	Value       *float64   `json:"value"`     // latest value that CloudWatch judged when the alarm took its state
	Threshold   *float64   `json:"threshold"` // where it rings
	Description string     `json:"description"`

	Comparison string `json:"-"` // e.g. GreaterThanThreshold
	Reason     string `json:"-"` // why it is in its state, in CloudWatch's words
	Next       int    `json:"-"` // the phase that it asks for; 0 when its tag does not say
}

// Limit is the threshold with its side, as in "> 80"; empty when there is none.
func (a Alarm) Limit() string {
	if a.Threshold == nil {
		return ""
	}
	sign := map[string]string{
		"GreaterThanThreshold": "> ", "GreaterThanOrEqualToThreshold": ">= ",
		"LessThanThreshold": "< ", "LessThanOrEqualToThreshold": "<= ",
	}[a.Comparison]
	return sign + Number(a.Threshold)
}

// Reached says how near the value is to the threshold, in percent: 100 is at the threshold from either side.
func (a Alarm) Reached() (percent int, known bool) {
	if a.Value == nil || a.Threshold == nil {
		return 0, false
	}
	part, whole := *a.Value, *a.Threshold
	if strings.HasPrefix(a.Comparison, "Less") {
		part, whole = whole, part
	}
	percents := math.Round(100 * part / whole)
	if whole <= 0 || part < 0 || percents > math.MaxInt32 {
		return 0, false
	}
	return int(percents), true
}

// Number writes a value with at most two decimals; empty when it is not known.
func Number(value *float64) string {
	if value == nil {
		return ""
	}
	return strconv.FormatFloat(math.Round(*value*100)/100, 'f', -1, 64)
}

// Moment writes a time for people; empty when it is not known.
func Moment(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format("2006-01-02 15:04 UTC")
}
