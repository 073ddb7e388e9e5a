package monitor

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
)

// Watch is something under watch. Server, Fleet, Web, Postgres, Aurora and Cache make it.
type Watch struct {
	kind   string // its function; empty when no function made it
	serves bool   // users' requests, so that it gives the objectives' alarms
	check  func(c *check.Args, field string)
	alarms func(s scope) []alarm // after the check only, as charts
	charts func(s scope) []chart
	canary func() (alarm pulumi.StringOutput, on bool) // the alarm of a release on trial; nil when there never is one
}

// As gives a watch another name than that of its function, so that two of a kind stand beside each other: its section
// and its alarms are named after it.
func (w Watch) As(kind string) Watch {
	named := w
	named.kind = kind
	named.alarms = func(s scope) []alarm {
		list := w.alarms(s)
		for i := range list {
			list[i].name = strings.ToLower(kind) + "-" + list[i].name
		}
		return list
	}
	return named
}

// scope is what a source must know beside its component.
type scope struct {
	stack, region string
	target        Target
}

// builtIn are the alarms of watches and triggers.
func (a Args) builtIn(s scope) []alarm {
	var list []alarm
	for _, w := range a.Watches {
		list = append(list, w.alarms(s)...)
	}
	for _, t := range a.Triggers {
		list = append(list, t.alarms(s)...)
	}
	return list
}

// sections of the dashboard: the objectives first, then the other watches, the triggers and the owner's alarms.
func (a Args) sections(s scope, own made) []section {
	var first, others []section
	for _, w := range a.Watches {
		if w.serves {
			first = append(first, section{charts: w.charts(s)})
		} else {
			others = append(others, section{title: w.kind, charts: w.charts(s)})
		}
	}
	for _, t := range a.Triggers {
		others = append(others, t.section(s))
	}
	if len(own) > 0 {
		others = append(others, section{title: "Own alarms", charts: own.charts()})
	}
	return append(first, others...)
}
