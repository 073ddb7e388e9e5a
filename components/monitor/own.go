package monitor

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
)

// Alarm is one of the owner's own. A metric that is silent counts as too little: it rings below, and not above.
type Alarm struct {
	Name       string            // lower-case letters, digits and hyphens, at most 64; AWS sees it after project and stack
	Namespace  string            // of the metric, e.g. "Ladder" or "AWS/SQS"; required
	Metric     string            // its name; required
	Statistic  string            // Average, Sum, Minimum, Maximum, SampleCount, or p0 to p100; default Average
	Dimensions map[string]string // all of the metric's, or CloudWatch finds none; default none
	Comparison string            // "above" or "below" the threshold; required
	Threshold  float64           // in the metric's own unit
	Minutes    int               // length of a period: 1, 5, 10, 15, 30, 60, 360 or 1440; default 5
	Periods    int               // one after another that must be so; default 3. At most a day, a week from 60 minutes on
}

const (
	maxOwnName    = 64
	maxNamed      = 255 // characters of namespace, metric, dimension  [PutMetricAlarm, CloudWatch API Reference]
	maxDimensions = 30
)

var (
	ownPattern        = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	percentilePattern = regexp.MustCompile(`^p(100|\d{1,2}(\.\d{1,2})?)$`)
	statistics        = []string{"Average", "Sum", "Minimum", "Maximum", "SampleCount"}
	ownMinutes        = []int{1, 5, 10, 15, 30, 60, 360, 1440}
)

// reserved are first words of what the component names itself in any phase: a climb must not meet an owner's name.
var reserved = []string{
	"alerts", "aurora", "availability", "backups", "cache", "credits", "dashboard", "disk", "events", "gate", "hang",
	"hardware", "latency", "load", "memory", "postgres", "processor", "ready", "trigger", "unhealthy", "users",
}

// resolveAlarms returns the alarms with their defaults.
func resolveAlarms(c *check.Args, in []Alarm) []Alarm {
	list, seen := make([]Alarm, 0, len(in)), map[string]bool{}
	for i, a := range in {
		field := fmt.Sprintf("Alarms[%d]", i)
		a.Statistic = cmp.Or(a.Statistic, "Average")
		a.Minutes, a.Periods = cmp.Or(a.Minutes, 5), cmp.Or(a.Periods, 3)
		a.check(c, field)
		c.That(!seen[a.Name], field+".Name", a.Name, "each name once")
		seen[a.Name] = true
		list = append(list, a)
	}
	return list
}

func (a Alarm) check(c *check.Args, field string) {
	c.That(ownPattern.MatchString(a.Name) && len(a.Name) <= maxOwnName, field+".Name", a.Name,
		fmt.Sprintf("lower-case letters, digits and single hyphens, a letter first, at most %d", maxOwnName))
	first, _, _ := strings.Cut(a.Name, "-")
	c.That(!slices.Contains(reserved, first), field+".Name", a.Name, fmt.Sprintf(
		"another first word than %q: this component's own alarms have it, in this phase or the next", first))
	c.That(named(a.Namespace), field+".Namespace", a.Namespace, "the metric's namespace, such as Ladder or AWS/SQS")
	c.That(named(a.Metric), field+".Metric", a.Metric, "the metric's name, such as Requests")
	c.That(slices.Contains(statistics, a.Statistic) || percentilePattern.MatchString(a.Statistic),
		field+".Statistic", a.Statistic, strings.Join(statistics, ", ")+", or a percentile such as p99")
	c.That(len(a.Dimensions) <= maxDimensions, field+".Dimensions", len(a.Dimensions),
		fmt.Sprintf("at most %d", maxDimensions))
	c.That(a.dimensionsOK(), field+".Dimensions", a.Dimensions,
		fmt.Sprintf("names and values of 1 to %d ASCII characters", maxNamed))
	c.That(a.Comparison == "above" || a.Comparison == "below", field+".Comparison", a.Comparison, `"above" or "below"`)
	c.That(!math.IsNaN(a.Threshold) && !math.IsInf(a.Threshold, 0), field+".Threshold", a.Threshold, "a number")
	length := slices.Contains(ownMinutes, a.Minutes)
	c.That(length, field+".Minutes", a.Minutes, "one of "+strings.Trim(fmt.Sprint(ownMinutes), "[]"))
	if length {
		most := a.mostPeriods()
		c.That(a.Periods >= 1 && a.Periods <= most, field+".Periods", a.Periods,
			fmt.Sprintf("1 to %d periods of %d minutes: CloudWatch looks no further back", most, a.Minutes))
	}
}

// mostPeriods fill a day, or with periods of an hour and more a week  [PutMetricAlarm, CloudWatch API Reference].
func (a Alarm) mostPeriods() int {
	if a.Minutes < 60 {
		return 24 * 60 / a.Minutes
	}
	return 7 * 24 * 60 / a.Minutes
}

func (a Alarm) dimensionsOK() bool {
	for name, value := range a.Dimensions {
		if !named(name) || !named(value) {
			return false
		}
	}
	return true
}

// named is a text that CloudWatch takes as a name; a colon in front is its own.
func named(text string) bool {
	return len(text) <= maxNamed && strings.Trim(text, " ") != "" && text[0] != ':' &&
		!strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// own are the owner's alarms as rows.
func (a Args) own() []alarm {
	var list []alarm
	for _, o := range a.Alarms {
		row := alarm{
			name: o.Name, threshold: o.Threshold, minutes: o.Minutes, periods: o.Periods,
			why: fmt.Sprintf("%s of %s %s is %s %s for %d times %d minutes", o.Statistic, o.Namespace, o.Metric, o.Comparison,
				strconv.FormatFloat(o.Threshold, 'g', -1, 64), o.Periods, o.Minutes),
			metric: per(o.Namespace, pulumi.ToStringMap(o.Dimensions))(o.Metric, o.Statistic),
		}
		row.comparison, row.missing = above, quiet
		if o.Comparison == "below" {
			row.comparison, row.missing = below, rings
		}
		list = append(list, row)
	}
	return list
}

// inOneWidget is how many alarms a dashboard shows the state of in one place.
const inOneWidget = 100

// charts show states instead of lines: a chart for each of many alarms would be none that anybody reads.
func (l made) charts() []chart {
	var list []chart
	for few := range slices.Chunk(l, inOneWidget) {
		c := chart{title: fmt.Sprintf("%s to %s", few[0].name, few[len(few)-1].name)}
		for _, a := range few {
			c.alarms = append(c.alarms, a.resource.Arn)
		}
		list = append(list, c)
	}
	return list
}
