package simcloud_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/facts"
	"github.com/ladder-iac/ladder/internal/facts/factstest"
)

// Every case that the facts decide by themselves comes out the same when the real engine previews it.
func TestEngineAgreesWithTheFacts(t *testing.T) {
	t.Parallel()
	cases := factstest.Cases()
	require.GreaterOrEqual(t, len(cases), 20)
	e := newEngine(t, everyCase(cases, func(c factstest.Case) map[string]any { return c.Old }))
	e.up()
	e.program(everyCase(cases, func(c factstest.Case) map[string]any { return c.New }))
	steps := e.preview()
	for i, c := range cases {
		got := steps[caseName(i)]
		want := step{op: got.op, diffs: c.Paths}
		switch c.Want {
		case facts.Same:
			want.op = "same"
		case facts.Update:
			want.op = "update"
		case facts.Replace: // three steps, whichever comes last
			want.replaces, want.deletesFirst = true, c.DeleteBeforeReplace
		}
		require.Equal(t, want, got, "%s (%s)", c.Name, c.Token)
	}
}

func caseName(i int) string { return fmt.Sprintf("case-%02d", i) }

// everyCase is a program with one resource for each case. Cases of one type may give the same name, which a
// region allows once: each takes the next region, unless it names a zone of us-east-1. Buckets, whose names no
// two regions may share, get the case's number.
func everyCase(cases []factstest.Case, inputsOf func(factstest.Case) map[string]any) pulumi.RunFunc {
	regions := []string{
		"us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1",
	}
	return func(ctx *pulumi.Context) error {
		providers := map[string]pulumi.ProviderResource{}
		for _, region := range regions {
			provider := &pulumi.ProviderResourceState{}
			if err := ctx.RegisterResource("pulumi:providers:aws", region,
				pulumi.Map{"region": pulumi.String(region)}, provider); err != nil {
				return err
			}
			providers[region] = provider
		}
		needs, err := named(ctx, providers)
		if err != nil {
			return err
		}
		seen := map[string]int{}
		for i, c := range cases {
			inputs := pulumi.Map{}
			for key, value := range inputsOf(c) {
				if key == "bucket" {
					value = fmt.Sprintf("%s-%d", value, i)
				}
				inputs[key] = pulumi.Any(formless(value))
			}
			options := []pulumi.ResourceOption{pulumi.DependsOn(needs)}
			if _, zoned := c.Old["availabilityZone"]; strings.HasPrefix(c.Token, "aws:") && !zoned {
				options = append(options, pulumi.Provider(providers[regions[seen[c.Token]%len(regions)]]))
				seen[c.Token]++
			}
			if _, err := register(ctx, c.Token, caseName(i), inputs, options...); err != nil {
				return err
			}
		}
		return nil
	}
}

// named makes what the cases name by plain names, which must exist, and what tells the cluster of their kinds.
func named(ctx *pulumi.Context, providers map[string]pulumi.ProviderResource) ([]pulumi.Resource, error) {
	var made []pulumi.Resource
	make := func(typ, name string, inputs pulumi.Map, options ...pulumi.ResourceOption) error {
		r, err := register(ctx, typ, name, inputs, options...)
		made = append(made, r)
		return err
	}
	for _, role := range []string{"web", "eks", "other"} {
		inputs := pulumi.Map{"name": pulumi.String(role), "assumeRolePolicy": pulumi.String(trust)}
		if err := make(roleType, "role-"+role, inputs); err != nil {
			return nil, err
		}
	}
	routes := formless(definition("gateway.networking.k8s.io", "HTTPRoute", "httproutes", true, "v1")).(map[string]any)
	if err := make(facts.Definition, "routes", pulumi.ToMap(routes)); err != nil {
		return nil, err
	}
	for region, provider := range providers {
		for _, group := range []string{"cache", "other"} {
			inputs := pulumi.Map{"name": pulumi.String(group), "subnetIds": pulumi.ToStringArray([]string{"subnet-case-0"})}
			err := make("aws:elasticache/subnetGroup:SubnetGroup", group+"-"+region, inputs, pulumi.Provider(provider))
			if err != nil {
				return nil, err
			}
		}
	}
	return made, nil
}

// formless takes the form of an id from the cases' ids, because a name with the form must be that of a resource
// that exists, and the cases are of one resource each.
func formless(value any) any {
	switch value := value.(type) {
	case string:
		return strings.ReplaceAll(value, "-0123456789abcdef", "-case-")
	case []any:
		list := make([]any, len(value))
		for i, element := range value {
			list[i] = formless(element)
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for key, field := range value {
			object[key] = formless(field)
		}
		return object
	default:
		return value
	}
}
