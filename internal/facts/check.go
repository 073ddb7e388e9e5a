package facts

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/ladder-iac/ladder/internal/facts/factfile"
)

// Check lists every mistake in a resource's inputs, sorted by property: unknown names, missing required
// inputs, values of the wrong kind, and the few wrong values that AWS refuses late. It never complains
// about a value that is not known yet.
func (t *Type) Check(inputs resource.PropertyMap) []Problem {
	c := &checker{t: t}
	c.fields(t.facts.Inputs, "", inputs, false)
	for _, name := range t.facts.Required {
		if shape(t.facts.Inputs[name]).optional() { // those that the SDK knows were seen by fields
			c.required(name, shape(t.facts.Inputs[name]), inputs)
		}
	}
	c.together(bareMap(inputs))
	slices.SortStableFunc(c.problems, func(a, b Problem) int { return cmp.Compare(a.Property, b.Property) })
	return c.problems
}

type checker struct {
	t        *Type
	problems []Problem
}

func (c *checker) add(property, got, want string) {
	c.problems = append(c.problems, Problem{Property: property, Got: got, Want: want})
}

func (c *checker) required(path string, s shape, from resource.PropertyMap) {
	name := path[strings.LastIndexByte(path, '.')+1:]
	if v, _ := peel(from[resource.PropertyKey(name)]); v.IsNull() {
		c.add(path, "nothing", s.words()+": the input is required")
	}
}

func (c *checker) fields(fields factfile.Fields, prefix string, inputs resource.PropertyMap, secret bool) {
	names := slices.Sorted(maps.Keys(fields))
	for _, name := range names {
		if !shape(fields[name]).optional() {
			c.required(prefix+name, shape(fields[name]), inputs)
		}
	}
	for key, value := range inputs {
		name := string(key)
		if strings.HasPrefix(name, "__") { // bookkeeping of the Pulumi engine, such as __defaults
			continue
		}
		s, ok := fields[name]
		if !ok {
			c.add(prefix+name, show(value, secret), unknownName(name, names))
			continue
		}
		c.value(prefix+name, name, shape(s), value, secret)
	}
}

func unknownName(name string, names []string) string {
	if len(names) == 0 {
		return "no input here; leave it out"
	}
	return fmt.Sprintf("a known input, perhaps %q; see the type's page for the others", nearest(name, names, 1)[0])
}

// value checks one value; name is its input's name, without list positions.
func (c *checker) value(path, name string, s shape, wrapped resource.PropertyValue, secret bool) {
	v, hidden := peel(wrapped)
	secret = secret || hidden
	if v.IsNull() || v.IsComputed() {
		return
	}
	if !c.kind(s, v) {
		c.add(path, show(v, secret), s.words())
		return
	}
	if element, ok := s.list(); ok {
		for i, item := range v.ArrayValue() {
			c.value(fmt.Sprintf("%s[%d]", path, i), name, element, item, secret)
		}
		return
	}
	if element, ok := s.table(); ok {
		for key, item := range v.ObjectValue() {
			c.value(path+"."+string(key), "", element, item, secret)
		}
		return
	}
	if fields, ok := c.t.object(s); ok {
		c.fields(fields, path+".", v.ObjectValue(), secret)
		return
	}
	if want := wrongValue(c.t.token, name, v); want != "" {
		c.add(path, show(v, secret), want)
	}
}

func (c *checker) kind(s shape, v resource.PropertyValue) bool {
	if _, ok := s.list(); ok {
		return v.IsArray()
	}
	if _, ok := s.table(); ok {
		return v.IsObject()
	}
	if _, ok := c.t.object(s); ok {
		return v.IsObject()
	}
	switch s.bare() {
	case "string":
		return v.IsString()
	case "boolean":
		return v.IsBool()
	case "number":
		return v.IsNumber()
	case "integer":
		return v.IsNumber() && v.NumberValue() == math.Trunc(v.NumberValue())
	case "asset":
		return v.IsAsset() || v.IsArchive()
	}
	return true
}
