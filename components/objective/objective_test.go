package objective_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/objective"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
	"github.com/ladder-iac/ladder/internal/traffic"
)

func good() objective.Args {
	return objective.Args{
		Phase: 2, Traffic: traffic.Default(2),
		Waivers: []objective.Waiver{{
			Rule: "band-total", Resource: "*", Reason: "sale", Owner: "ops@example.com", Expires: "2027-01-10",
		}},
		Rules: map[string]map[string]any{"band-headroom": {"level": "mandatory", "least": 1.1}},
	}
}

func program(args objective.Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		_, err := objective.New(ctx, "objective", &args)
		return err
	}
}

// What policies read: these fields, under these names.
func TestRecord(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(good()))
	require.Len(t, g.Resources, 1, "nothing in the cloud")
	o := g.Resources[0]
	require.Equal(t, "ladder:objective:Objective", o.Type)
	require.Equal(t, map[string]any{
		"phase": 2.0,
		"traffic": map[string]any{
			"users": 100_000.0, "peakQps": 1000.0, "loadFactor": traffic.Default(2).LoadFactor, "requestBytes": 1000.0,
			"responseBytes": 3000.0, "writeShare": 0.1, "eventShare": 0.2, "cacheHit": 0.0, "queriesPerRead": 2.0, "logSample": 0.1,
			"logBytes": 500.0, "hops": 1.0, "staticBytes": 200_000.0, "staticRequests": 100.0, "dnsQueries": 50.0,
			"databaseGb": 50.0, "s3Gb": 500.0,
		},
		"waivers": []any{map[string]any{
			"rule": "band-total", "resource": "*", "reason": "sale", "owner": "ops@example.com", "expires": "2027-01-10",
		}},
		"rules": map[string]any{"band-headroom": map[string]any{"level": "mandatory", "least": 1.1}},
	}, o.Inputs)
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	for number := 1; number <= 4; number++ {
		explicit := objective.Args{Phase: number, Traffic: traffic.Default(number)}
		require.Equal(t, graphtest.Record(t, program(explicit)), graphtest.Record(t, program(objective.Args{Phase: number})))
	}
	inputs := graphtest.Record(t, program(objective.Args{Phase: 1})).Resources[0].Inputs
	require.Equal(t, []any{}, inputs["waivers"])
	require.Equal(t, map[string]any{}, inputs["rules"])
}

// An edit is an update of the component and of nothing else.
func TestEdit(t *testing.T) {
	t.Parallel()
	changed := good()
	changed.Traffic.LoadFactor = 0.2
	to := graphtest.Run()
	to.Config["aws:region"] = "eu-west-1"
	diff, err := graph.Compare(func(ctx *pulumi.Context) error {
		if region, _ := ctx.GetConfig("aws:region"); region == "eu-west-1" {
			return program(changed)(ctx)
		}
		return program(good())(ctx)
	}, graphtest.Run(), to)
	require.NoError(t, err)
	require.Len(t, diff.Update, 1)
	require.Equal(t, []string{"traffic"}, diff.Update[0].Changed)
}

// mistake is a bad value, and what the user is told.
type mistake struct {
	edit func(*objective.Args)
	want string
}

// mistakes has at least one for every field, by the field's name.
func mistakes() map[string][]mistake {
	waiver := func(edit func(*objective.Waiver)) func(*objective.Args) {
		return func(a *objective.Args) { edit(&a.Waivers[0]) }
	}
	all := map[string][]mistake{
		"Phase": {
			{func(a *objective.Args) { a.Phase = 0 }, "Phase: got 0, want the number of a phase, 1 to 4"},
			{func(a *objective.Args) { a.Phase = 5 }, "Phase: got 5, want the number of a phase, 1 to 4"},
		},
		"Rules": {
			{func(a *objective.Args) { a.Rules["x"] = nil }, "Rules[x]: got map[], want settings under the id of a rule"},
			{func(a *objective.Args) { a.Rules[""] = a.Rules["band-headroom"] }, "Rules[]: got map["},
		},
		"Waivers.Rule":     {{waiver(func(w *objective.Waiver) { w.Rule = "" }), "Waivers[0].Rule: got nothing"}},
		"Waivers.Resource": {{waiver(func(w *objective.Waiver) { w.Resource = "" }), "Waivers[0].Resource: got nothing"}},
		"Waivers.Reason":   {{waiver(func(w *objective.Waiver) { w.Reason = "" }), "Waivers[0].Reason: got nothing"}},
		"Waivers.Owner":    {{waiver(func(w *objective.Waiver) { w.Owner = "" }), "Waivers[0].Owner: got nothing"}},
	}
	for _, day := range []string{"", "soon", "2027-02-30", "10.01.2027"} {
		all["Waivers.Expires"] = append(all["Waivers.Expires"], mistake{
			waiver(func(w *objective.Waiver) { w.Expires = day }), fmt.Sprintf("Waivers[0].Expires: got %q, want the last day", day),
		})
	}
	for field := range reflect.TypeFor[traffic.Model]().Fields() {
		name := "Traffic." + field.Name
		set := func(value float64) func(*objective.Args) {
			return func(a *objective.Args) {
				if v := reflect.ValueOf(&a.Traffic).Elem().FieldByIndex(field.Index); v.CanInt() {
					v.SetInt(int64(value))
				} else {
					v.SetFloat(value)
				}
			}
		}
		all[name] = []mistake{{set(-1), name + ": got -1, want "}}
		if field.Type.Kind() == reflect.Float64 {
			all[name] = append(all[name], mistake{set(math.NaN()), name + ": got NaN, want "})
		}
	}
	return all
}

// A new field without bounds fails here.
func TestEveryFieldHasBounds(t *testing.T) {
	t.Parallel()
	told := mistakes()
	require.LessOrEqual(t, reflect.TypeFor[objective.Args]().NumField(), 12)
	for field := range reflect.TypeFor[objective.Args]().Fields() {
		parts := map[string]reflect.Type{"Traffic": field.Type}
		if field.Name == "Waivers" {
			parts["Waivers"] = field.Type.Elem()
		}
		part, has := parts[field.Name]
		if !has {
			require.NotEmpty(t, told[field.Name], field.Name)
			continue
		}
		for inner := range part.Fields() {
			require.NotEmpty(t, told[field.Name+"."+inner.Name], "%s.%s: what is a bad value?", field.Name, inner.Name)
		}
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for field, list := range mistakes() {
		for _, m := range list {
			t.Run(field+" "+m.want, func(t *testing.T) {
				t.Parallel()
				args := good()
				m.edit(&args)
				told := graphtest.Error(t, program(args))
				require.Contains(t, told, m.want)
				require.Equal(t, 1, strings.Count(told, `objective "objective": `), "one mistake, told once:\n%s", told)
			})
		}
	}
}
