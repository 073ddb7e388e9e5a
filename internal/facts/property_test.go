package facts

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ladder-iac/ladder/internal/facts/factfile"
)

// anything draws a value of any kind, wrapped in secrets and outputs, with unknowns and nulls.
func anything(depth int) *rapid.Generator[resource.PropertyValue] {
	return rapid.Custom(func(t *rapid.T) resource.PropertyValue {
		most := 10
		if depth == 0 {
			most = 6
		}
		switch rapid.IntRange(0, most).Draw(t, "kind") {
		case 0:
			return resource.NewNullProperty()
		case 1:
			return resource.NewBoolProperty(rapid.Bool().Draw(t, "bool"))
		case 2:
			return resource.NewNumberProperty(rapid.Float64().Draw(t, "number"))
		case 3:
			return unknown()
		case 4:
			return resource.MakeOutput(text(""))
		case 5:
			made, err := asset.FromText(rapid.String().Draw(t, "asset"))
			if err != nil {
				return resource.NewNullProperty()
			}
			return resource.NewAssetProperty(made)
		case 6:
			return text(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"-1", "10.0.0.0/33", "{", "us-east-1z"})).Draw(t, "text"))
		case 7:
			return resource.MakeSecret(anything(depth-1).Draw(t, "secret"))
		case 8:
			return resource.NewOutputProperty(resource.Output{
				Element: anything(depth-1).Draw(t, "output"), Known: rapid.Bool().Draw(t, "known"), Secret: true,
			})
		case 9:
			return resource.NewArrayProperty(rapid.SliceOfN(anything(depth-1), 0, 3).Draw(t, "list"))
		}
		return resource.NewObjectProperty(mapOf(nil, depth-1).Draw(t, "object"))
	})
}

// mapOf draws a map with some of the given names among its keys.
func mapOf(names []string, depth int) *rapid.Generator[resource.PropertyMap] {
	key := rapid.SampledFrom(append([]string{"", "id", "tags", "name", "metadata", "spec", "__defaults"}, names...))
	return rapid.Custom(func(t *rapid.T) resource.PropertyMap {
		m := resource.PropertyMap{}
		for range rapid.IntRange(0, 6).Draw(t, "size") {
			m[resource.PropertyKey(key.Draw(t, "key"))] = anything(depth).Draw(t, "value")
		}
		return m
	})
}

// TestNothingPanics throws values of every form at every function of every type.
func TestNothingPanics(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typ, err := Lookup(rapid.SampledFrom(Tokens()).Draw(t, "type"))
		require.NoError(t, err)
		if strings.HasSuffix(typ.token, "RandomPassword") {
			t.Skip("a hash takes a twentieth of a second")
		}
		draw := mapOf(sortedKeys(typ.facts.Inputs), 3)
		olds, outputs, news := draw.Draw(t, "olds"), draw.Draw(t, "outputs"), draw.Draw(t, "news")
		typ.Check(news)
		diff := typ.Diff(olds, outputs, news)
		require.Equal(t, diff.Kind == Same, len(diff.Changes) == 0)
		for name, value := range bareMap(news) {
			if value.IsComputed() && name != "__defaults" {
				require.NotEqual(t, Same, diff.Kind, "%s is not known", name)
			}
		}
		typ.PlanCreate(Place{}, "x", news)
		id, _ := typ.Create(Place{}, "x", news)
		typ.PlanUpdate(Place{}, id, outputs, news)
		typ.Update(Place{}, id, outputs, news)
		DefaultTags(news)
		_, _ = Invoke(Place{}, rapid.SampledFrom(sortedKeys(functions)).Draw(t, "function"), news)
	})
}

// fitting draws inputs of the right form for a type: every required one and some of the others.
func fitting(typ *Type) *rapid.Generator[resource.PropertyMap] {
	return rapid.Custom(func(t *rapid.T) resource.PropertyMap {
		inputs := fields(t, typ, typ.facts.Inputs, 4)
		for _, name := range typ.facts.Required {
			inputs[resource.PropertyKey(name)] = fit(t, typ, name, shape(typ.facts.Inputs[name]), 4)
		}
		return inputs
	})
}

func fields(t *rapid.T, typ *Type, of factfile.Fields, depth int) resource.PropertyMap {
	m := resource.PropertyMap{}
	for _, name := range sortedKeys(of) {
		if !shape(of[name]).optional() || depth > 0 && rapid.IntRange(0, 5).Draw(t, name) == 0 {
			m[resource.PropertyKey(name)] = fit(t, typ, name, shape(of[name]), depth-1)
		}
	}
	return m
}

func fit(t *rapid.T, typ *Type, name string, s shape, depth int) resource.PropertyValue {
	if element, ok := s.list(); ok {
		item := fit(t, typ, name, element, depth)
		return resource.NewArrayProperty([]resource.PropertyValue{item})
	}
	if element, ok := s.table(); ok {
		return resource.NewObjectProperty(resource.PropertyMap{"key": fit(t, typ, name, element, depth)})
	}
	if of, ok := typ.object(s); ok {
		return resource.NewObjectProperty(fields(t, typ, of, depth))
	}
	switch s.bare() {
	case "boolean":
		return resource.NewBoolProperty(rapid.Bool().Draw(t, name))
	case "integer", "number":
		return resource.NewNumberProperty(float64(rapid.IntRange(1, 8).Draw(t, name)))
	case "asset":
		made, err := asset.FromText(rapid.SampledFrom([]string{"one", "two"}).Draw(t, name))
		require.NoError(t, err)
		return resource.NewAssetProperty(made)
	}
	return text(rapid.SampledFrom([]string{"alpha", "beta"}).Draw(t, name))
}

// TestEveryType holds every type to what the callers rely on.
func TestEveryType(t *testing.T) {
	t.Parallel()
	for _, token := range Tokens() {
		t.Run(token, func(t *testing.T) {
			t.Parallel()
			typ, err := Lookup(token)
			require.NoError(t, err)
			place := Place{Account: "210987654321", Region: "eu-west-1", Seed: "s", DefaultTags: map[string]string{"key": "d", "x": "y"}}
			rounds := 0
			rapid.Check(t, func(t *rapid.T) {
				if rounds++; rounds > 5 || rounds > 1 && strings.HasSuffix(token, "RandomPassword") {
					return // enough for each of so many types; a hash takes a twentieth of a second
				}
				olds, news := fitting(typ).Draw(t, "olds"), fitting(typ).Draw(t, "news")
				everyType(t, typ, place, olds, news)
			})
		})
	}
}

func everyType(t *rapid.T, typ *Type, place Place, olds, news resource.PropertyMap) {
	planned := typ.PlanCreate(place, "it", olds)
	id, outputs := typ.Create(place, "it", olds)
	require.NotEmpty(t, id)
	require.False(t, resource.NewObjectProperty(outputs).ContainsUnknowns(), "all is known once it exists")
	agree(t, planned, outputs)
	for name := range typ.facts.Computed {
		require.Contains(t, outputs, resource.PropertyKey(name))
		require.Contains(t, planned, resource.PropertyKey(name))
	}
	for name, value := range outputs {
		if lower := strings.ToLower(string(name)); lower == "arn" || lower == "id" {
			require.NotEmpty(t, scalar(bare(value)), name)
		}
	}
	require.Equal(t, Same, typ.Diff(olds, outputs, olds).Kind, "%v", typ.Diff(olds, outputs, olds).Changes)
	if _, ok := outputs["bcryptHash"]; !ok { // its salt is fresh each time
		again, same := typ.Create(place, "it", olds)
		require.Equal(t, id, again)
		require.Equal(t, outputs, same)
	}
	for name := range olds { // a value that is not known yet is a change
		next := olds.Copy()
		next[name] = unknown()
		require.NotEqual(t, Same, typ.Diff(olds, outputs, next).Kind, name)
	}
	if typ.Diff(olds, outputs, news).Kind == Update {
		planned = typ.PlanUpdate(place, id, outputs, news)
		updated := typ.Update(place, id, outputs, news)
		require.False(t, resource.NewObjectProperty(updated).ContainsUnknowns())
		agree(t, planned, updated)
		agree(t, news, updated)
		require.Equal(t, Same, typ.Diff(news, updated, news).Kind)
	}
}

// agree holds the outcome to every value that the plan knew, at every depth.
func agree(t *rapid.T, planned, outcome resource.PropertyMap) {
	for name, value := range planned {
		value, _ = peel(value)
		got, _ := peel(outcome[name])
		switch {
		case value.IsComputed():
		case value.IsObject():
			require.True(t, got.IsObject(), name)
			agree(t, value.ObjectValue(), got.ObjectValue())
		default:
			require.True(t, same(bare(value), bare(got)), "%s: planned %v, got %v", name, value, got)
		}
	}
}

// TestSecretsStaySecret wraps every input of every type and looks for its text in the open.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	for _, token := range Tokens() {
		typ, err := Lookup(token)
		require.NoError(t, err)
		inputs := resource.PropertyMap{}
		for name, s := range typ.facts.Inputs {
			if shape(s).bare() == "string" || shape(s).bare() == "any" {
				inputs[resource.PropertyKey(name)] = resource.MakeSecret(text("open-sesame"))
			}
		}
		_, outputs := typ.Create(Place{}, "it", inputs)
		updated := typ.Update(Place{}, "id", outputs, inputs)
		for _, all := range []resource.PropertyMap{outputs, updated} {
			for name, value := range all {
				require.NotContains(t, scalar(value), "open-sesame", "%s %s", token, name)
			}
			for _, name := range typ.facts.Secrets {
				if value, ok := all[resource.PropertyKey(name)]; ok {
					require.True(t, value.IsSecret(), "%s %s", token, name)
				}
			}
		}
		for _, problem := range typ.Check(inputs) {
			require.NotContains(t, problem.Got+problem.Want, "open-sesame")
		}
	}
}

// TestFactsResolve holds every name in the facts to the inputs that the SDK has.
func TestFactsResolve(t *testing.T) {
	t.Parallel()
	for _, token := range Tokens() {
		typ, err := Lookup(token)
		require.NoError(t, err)
		for pattern := range typ.rules {
			require.True(t, resolves(typ, typ.facts.Inputs, pattern), "%s: no input %s", token, pattern)
		}
		for _, name := range append(typ.facts.Required, typ.facts.OptionalComputed...) {
			require.Contains(t, typ.facts.Inputs, name, token)
		}
		for _, name := range typ.facts.DeleteBeforeReplaceNames {
			require.True(t, resolves(typ, typ.facts.Inputs, name), "%s: no input %s", token, name)
		}
	}
	for token, rule := range awsOutputs {
		typ, err := Lookup(token)
		require.NoError(t, err)
		for name := range rule.outputs {
			require.True(t, typ.isComputed[name] || typ.filledIn[name], "%s has no output %s", token, name)
		}
	}
	for token, changes := range changedOutputs {
		typ, err := Lookup(token)
		require.NoError(t, err)
		for _, c := range changes {
			for _, name := range c.outputs {
				require.True(t, typ.isComputed[name] || typ.filledIn[name], "%s has no output %s", token, name)
			}
			for _, name := range c.inputs {
				require.Contains(t, typ.facts.Inputs, name, token)
			}
		}
	}
	for name := range wrongValues {
		if token, input, ok := strings.Cut(name, "#"); ok {
			typ, err := Lookup(token)
			require.NoError(t, err)
			require.Contains(t, typ.facts.Inputs, input, token)
		}
	}
}

func resolves(typ *Type, in factfile.Fields, pattern string) bool {
	head, rest, deeper := strings.Cut(strings.ReplaceAll(pattern, "[*]", ""), ".")
	s, ok := in[head]
	if !ok || !deeper {
		return ok
	}
	inner := shape(s)
	if element, ok := inner.list(); ok {
		inner = element
	}
	of, ok := typ.object(inner)
	return ok && resolves(typ, of, rest)
}
