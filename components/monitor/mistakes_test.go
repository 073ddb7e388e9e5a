package monitor

import (
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/cache"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

func good() *Args {
	args := phases[3]
	args.Region, args.Key = "us-east-1", &key.Key{}
	args.Alarms = []Alarm{{
		Name: "queue", Namespace: "AWS/SQS", Metric: "Depth", Comparison: "above", Threshold: 1,
		Dimensions: map[string]string{},
	}}
	return &args
}

// mistakes are bad values, by what the user is told.
var mistakes = map[string]func(a *Args){
	"Target.Availability: got 100, want a percentage":        func(a *Args) { a.Target.Availability = 100 },
	"Target.P99: got -1s, want a duration":                   func(a *Args) { a.Target.P99 = -time.Second },
	"Target.PeakQPS: got 0, want requests a second":          func(a *Args) { a.Target.PeakQPS = 0 },
	"Region: got nothing, want an AWS region":                func(a *Args) { a.Region = "" },
	"Key: got nothing, want a key component":                 func(a *Args) { a.Key = nil },
	`Email: got "ops", want an e-mail address`:               func(a *Args) { a.Email = "ops" },
	"Watches: got nothing, want what stands under watch":     func(a *Args) { a.Watches = nil },
	"Watches[3]: got nothing, want a watch that Server":      func(a *Args) { a.Watches = append(a.Watches, Watch{}) },
	"Watches[0]: got nothing, want Server of a vm component": watch(Server(nil)),
	"Watches[0]: got nothing, want Fleet of a fleet":         watch(Fleet(nil)),
	"Watches[0]: got nothing, want Web of a web component":   watch(Web(nil)),
	"Watches[0]: got nothing, want Aurora of an aurora":      watch(Aurora(nil)),
	"Watches[0]: got nothing, want Postgres of a postgres":   watch(Postgres(nil)),
	"Watches[0]: got nothing, want Cache of a cache":         watch(Cache(&cache.Cache{})),
	"Watches: got [], want exactly one of Server, Fleet and": watch(Cache(shared)),
	"Watches: got [Server Fleet], want exactly one of Serv":  watch(Server(server), Fleet(app)),
	`Watches[1]: got "Web", want each kind once`:             watch(Web(site), Web(site)),
	"Triggers[0]: got nothing, want a trigger that Database": trigger(Trigger{}),
	"Triggers[0]: got nothing, want DatabaseBottleneck of a": trigger(DatabaseBottleneck(nil)),
	"Triggers[0]: got nothing, want ServerOverload of a fl":  trigger(ServerOverload(nil, db)),
	"Triggers[0]: got nothing, want ServerOverload of a po":  trigger(ServerOverload(app, nil)),
	"Triggers[0]: got nothing, want MonolithLimits of a web": trigger(MonolithLimits(nil, group)),
	"Triggers[0]: got nothing, want MonolithLimits of an au": trigger(MonolithLimits(site, nil)),
	`Triggers[1]: got "MonolithLimits, to phase 4", want`: trigger(
		DatabaseBottleneck(server), MonolithLimits(site, group)),
	`Triggers[1]: got "DatabaseBottleneck", want each`: trigger(DatabaseBottleneck(server), DatabaseBottleneck(server)),

	`Alarms[0].Name: got "", want lower-case letters`:         own(func(a *Alarm) { a.Name = "" }),
	`Alarms[0].Name: got "Q", want lower-case letters`:        own(func(a *Alarm) { a.Name = "Q" }),
	`Alarms[0].Name: got "trigger-x", want another first`:     own(func(a *Alarm) { a.Name = "trigger-x" }),
	`Alarms[0].Name: got "load", want another first word`:     own(func(a *Alarm) { a.Name = "load" }),
	`Alarms[0].Name: got "aurora-x", want another first`:      own(func(a *Alarm) { a.Name = "aurora-x" }),
	`Alarms[1].Name: got "queue", want each name once`:        func(a *Args) { a.Alarms = append(a.Alarms, a.Alarms[0]) },
	`Alarms[0].Namespace: got "", want the metric's`:          own(func(a *Alarm) { a.Namespace = "" }),
	`Alarms[0].Namespace: got ":x", want the metric's`:        own(func(a *Alarm) { a.Namespace = ":x" }),
	`Alarms[0].Metric: got " ", want the metric's name`:       own(func(a *Alarm) { a.Metric = " " }),
	`Alarms[0].Statistic: got "Mean", want Average, Sum`:      own(func(a *Alarm) { a.Statistic = "Mean" }),
	`Alarms[0].Statistic: got "p101", want Average, Sum`:      own(func(a *Alarm) { a.Statistic = "p101" }),
	`Alarms[0].Dimensions: got map[Q:], want names`:           own(func(a *Alarm) { a.Dimensions["Q"] = "" }),
	"Alarms[0].Dimensions: got 31, want at most 30":           own(func(a *Alarm) { a.Dimensions = dimensions(31) }),
	`Alarms[0].Comparison: got ">", want "above" or "below"`:  own(func(a *Alarm) { a.Comparison = ">" }),
	`Alarms[0].Comparison: got "", want "above" or "below"`:   own(func(a *Alarm) { a.Comparison = "" }),
	"Alarms[0].Threshold: got NaN, want a number":             own(func(a *Alarm) { a.Threshold = math.NaN() }),
	"Alarms[0].Minutes: got 7, want one of 1 5 10 15 30":      own(func(a *Alarm) { a.Minutes = 7 }),
	"Alarms[0].Minutes: got -1, want one of 1 5 10 15 30":     own(func(a *Alarm) { a.Minutes = -1 }),
	"Alarms[0].Periods: got -1, want 1 to 288 periods of 5":   own(func(a *Alarm) { a.Periods = -1 }),
	"Alarms[0].Periods: got 8, want 1 to 7 periods of 1440":   own(func(a *Alarm) { a.Minutes, a.Periods = 1440, 8 }),
	"Alarms[0].Periods: got 169, want 1 to 168 periods of 60": own(func(a *Alarm) { a.Minutes, a.Periods = 60, 169 }),
}

// A new field without bounds fails here.
func TestEveryFieldHasBounds(t *testing.T) {
	t.Parallel()
	var fields []string
	for field := range reflect.TypeFor[Args]().Fields() {
		fields = append(fields, field.Name)
	}
	require.LessOrEqual(t, len(fields), 12)
	for field := range reflect.TypeFor[Target]().Fields() {
		fields = append(fields, "Target."+field.Name)
	}
	for field := range reflect.TypeFor[Alarm]().Fields() {
		fields = append(fields, "Alarms[0]."+field.Name)
	}
	for _, field := range fields {
		told := slices.ContainsFunc(slices.Collect(maps.Keys(mistakes)), func(want string) bool {
			return strings.HasPrefix(want, field)
		})
		require.True(t, told, "%s: say in mistakes what is no good value", field)
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	_, err := good().resolve("m")
	require.NoError(t, err)
	for want, spoil := range mistakes {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			args := good()
			spoil(args)
			_, err := args.resolve("m")
			require.ErrorContains(t, err, `monitor "m": `+want)
		})
	}
}

func watch(watches ...Watch) func(*Args) { return func(a *Args) { a.Watches = watches } }

func trigger(triggers ...Trigger) func(*Args) { return func(a *Args) { a.Triggers = triggers } }

func own(spoil func(*Alarm)) func(*Args) { return func(a *Args) { spoil(&a.Alarms[0]) } }

func dimensions(count int) map[string]string {
	list := map[string]string{}
	for i := range count {
		list[strings.Repeat("d", i+1)] = "v"
	}
	return list
}

// All mistakes are told at once, and nothing is registered; nil is no panic.
func TestMistakesAtOnce(t *testing.T) {
	t.Parallel()
	text := graphtest.Error(t, func(ctx *pulumi.Context) error {
		_, err := New(ctx, "m", nil)
		return err
	})
	for _, field := range []string{"Availability", "P99", "PeakQPS", "Watches", "Region", "Key"} {
		require.Contains(t, text, field)
	}
}

// An owner's alarm has defaults, and silence is too little and never too much.
func TestOwnAlarms(t *testing.T) {
	t.Parallel()
	args := phases[1]
	args.Alarms = []Alarm{
		{Name: "slow", Namespace: "Ladder", Metric: "Latency", Statistic: "p99.9", Comparison: "above", Threshold: 500},
		{
			Name: "no-orders", Namespace: "Shop", Metric: "Orders", Statistic: "Sum", Comparison: "below", Threshold: 1,
			Minutes: 60, Periods: 24, Dimensions: map[string]string{"Shop": "main"},
		},
		{Name: "depth", Namespace: "AWS/SQS", Metric: "Depth", Comparison: "above"},
	}
	g := record(t, args)
	slow := graphtest.Find(t, g, "monitor-slow").Inputs
	require.Equal(t, "ladder-test-slow", slow["name"])
	require.Equal(t, "p99.9", slow["extendedStatistic"])
	require.Equal(t, quiet, slow["treatMissingData"])
	require.Equal(t, "p99.9 of Ladder Latency is above 500 for 3 times 5 minutes", slow["alarmDescription"])
	orders := graphtest.Find(t, g, "monitor-no-orders").Inputs
	require.Equal(t, rings, orders["treatMissingData"])
	require.Equal(t, below, orders["comparisonOperator"])
	require.InDelta(t, 3600, orders["period"], 0)
	require.InDelta(t, 24, orders["evaluationPeriods"], 0)
	require.Equal(t, map[string]any{"Shop": "main"}, orders["dimensions"])
	require.Equal(t, "Average", graphtest.Find(t, g, "monitor-depth").Inputs["statistic"])
}
