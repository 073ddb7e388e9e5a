package facts

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/ladder-iac/ladder/internal/facts/factfile"
)

// Diff says what happens to a resource when its inputs change: the old inputs and outputs as the state
// holds them, the new inputs as the program gives them now.
//
// An input that AWS fills in is no change when it is left out now, and is compared with the old output
// when it is given for the first time. A physical name is otherwise: leaving out a name that was given
// means a new made-up name. A new value that is not known yet is a change.
//
// Limit: the facts do not say which lists are sets, so diffsets.go names the common ones; another list in
// a new order counts as changed. Nor do they hold the provider's plain default values, so giving an input
// its default for the first time counts as a change too. Both err on the side of a change.
func (t *Type) Diff(oldInputs, oldOutputs, newInputs resource.PropertyMap) Diff {
	d := &differ{t: t, olds: bareMap(oldInputs), outputs: bareMap(oldOutputs), news: bareMap(newInputs)}
	for _, key := range union(d.olds, d.news) {
		if !strings.HasPrefix(string(key), "__") { // the engine's bookkeeping
			d.input(key)
		}
	}
	diff := Diff{Changes: d.changes}
	slices.SortFunc(diff.Changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	for _, change := range diff.Changes {
		diff.Kind = max(diff.Kind, change.Kind)
	}
	diff.DeleteBeforeReplace = diff.Kind == Replace && d.nameTaken()
	return diff
}

// differ compares bare values: olds and news are inputs, outputs is what the resource was.
type differ struct {
	t                   *Type
	olds, news, outputs resource.PropertyMap
	changes             []Change
}

func (d *differ) input(key resource.PropertyKey) {
	was, is, name := d.olds[key], d.news[key], string(key)
	named := slices.Contains(d.t.autonamed, name)
	if is.IsNull() && d.t.filledIn[name] && !named {
		return
	}
	if was.IsNull() && (d.t.filledIn[name] || named) {
		was = d.outputs[key]
		if was.IsComputed() {
			was = resource.NewNullProperty()
		}
	}
	d.value(shape(d.t.facts.Inputs[name]), name, name, was, is)
}

// value compares one value; pattern is its path with [*] for list positions. A missing value is null.
func (d *differ) value(s shape, path, pattern string, was, is resource.PropertyValue) {
	if same(was, is) || sameDocument(was, is) {
		return
	}
	if is.IsComputed() || was.IsComputed() {
		d.add(path, pattern, was, is)
		return
	}
	if element, ok := s.list(); ok && listlike(was) && listlike(is) {
		d.list(element, path, pattern, was, is)
		return
	}
	if element, ok := s.table(); ok && tablelike(was) && tablelike(is) {
		d.table(element, path, pattern, was, is)
		return
	}
	if fields, ok := d.t.object(s); ok && tablelike(was) && tablelike(is) {
		d.object(fields, path, pattern, was, is)
		return
	}
	d.add(path, pattern, was, is)
}

func listlike(v resource.PropertyValue) bool  { return v.IsArray() || v.IsNull() }
func tablelike(v resource.PropertyValue) bool { return v.IsObject() || v.IsNull() }

// object compares fields. An object set or unset as a whole is a change of its own and of its fields.
func (d *differ) object(fields factfile.Fields, path, pattern string, was, is resource.PropertyValue) {
	before, after, seen := objectOf(was), objectOf(is), len(d.changes)
	for _, key := range union(before, after) {
		name := string(key)
		d.value(shape(fields[name]), path+"."+name, pattern+"."+name, before[key], after[key])
	}
	if was.IsNull() != is.IsNull() && (d.t.listed(pattern) || len(d.changes) == seen) {
		d.add(path, pattern, was, is)
	}
}

// table compares a map key by key; the facts speak of the map as a whole.
func (d *differ) table(element shape, path, pattern string, was, is resource.PropertyValue) {
	kind := d.t.kindOf(pattern, was, is, d.news)
	_, objects := d.t.object(element)
	before, after := objectOf(was), objectOf(is)
	for _, key := range union(before, after) {
		if same(before[key], after[key]) {
			continue
		}
		if objects && !d.t.listed(pattern) {
			d.value(element, path+"."+string(key), pattern+"[*]", before[key], after[key])
			continue
		}
		d.record(path+"."+string(key), kind)
	}
}

// list compares element by element. Elements that are objects have facts of their own; for others, and
// for a list that grows or shrinks, the facts speak of the list as a whole.
func (d *differ) list(element shape, path, pattern string, was, is resource.PropertyValue) {
	before, after := arrayOf(was), arrayOf(is)
	if isSet(pattern) && sameSet(before, after) {
		return
	}
	kind, seen := d.t.kindOf(pattern, was, is, d.news), len(d.changes)
	_, objects := d.t.object(element)
	for i := range max(len(before), len(after)) {
		left, right := at(before, i), at(after, i)
		position := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case same(left, right) && i < len(before) && i < len(after):
		case objects:
			d.value(element, position, pattern+"[*]", left, right)
		default:
			d.record(position, kind)
		}
	}
	if objects && len(before) != len(after) && (d.t.listed(pattern) || len(d.changes) == seen) {
		d.record(path, kind)
	}
}

func (d *differ) add(path, pattern string, was, is resource.PropertyValue) {
	d.record(path, d.t.kindOf(pattern, was, is, d.news))
}

func (d *differ) record(path string, kind Kind) {
	if kind != Same {
		d.changes = append(d.changes, Change{Path: path, Kind: kind})
	}
}

// nameTaken is true when the new resource cannot be made while the old one lives: the provider says so,
// or both bear the same given name. A name not known yet is taken to be the same.
func (d *differ) nameTaken() bool {
	if d.t.facts.DeleteBeforeReplace {
		return true
	}
	if !same(follow(d.olds, "metadata.namespace"), follow(d.news, "metadata.namespace")) {
		return false // a Kubernetes name is unique in its namespace
	}
	taken := false
	for _, name := range d.t.facts.DeleteBeforeReplaceNames {
		given, was := follow(d.news, name), follow(d.olds, name)
		if was.IsNull() {
			was = follow(d.outputs, name)
		}
		switch {
		case given.IsNull() || given.IsComputed():
			taken = taken || given.IsComputed()
		case same(given, was):
			taken = true
		default:
			return false
		}
	}
	return taken
}

func union(a, b resource.PropertyMap) []resource.PropertyKey {
	var keys []resource.PropertyKey
	for key := range a {
		keys = append(keys, key)
	}
	for key := range b {
		if _, ok := a[key]; !ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func objectOf(v resource.PropertyValue) resource.PropertyMap {
	if v.IsObject() {
		return v.ObjectValue()
	}
	return nil
}

func arrayOf(v resource.PropertyValue) []resource.PropertyValue {
	if v.IsArray() {
		return v.ArrayValue()
	}
	return nil
}

func at(list []resource.PropertyValue, i int) resource.PropertyValue {
	if i < len(list) {
		return list[i]
	}
	return resource.NewNullProperty()
}
