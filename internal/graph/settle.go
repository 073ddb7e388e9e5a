package graph

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/ladder-iac/ladder/internal/facts"
)

// settle decides what happens to a resource and what becomes known of it, as the engine and the provider do
// together.
func (r *recorder) settle(n *node) error {
	if !n.custom {
		r.settleComponent(n)
		return nil
	}
	if strings.HasPrefix(n.Type, "pulumi:providers:") {
		r.settleProvider(n)
		return nil
	}
	typ, err := facts.Lookup(n.Type)
	if err != nil {
		return fmt.Errorf("%q: %w", n.Name, err)
	}
	old := r.previous(n)
	if old != nil {
		n.inputs = ignoreChanges(n.inputs, old.inputs, n.Options.IgnoreChanges)
	}
	place := r.place(n.provider, n.URN)
	if problems := typ.CheckAt(place, n.inputs); len(problems) > 0 {
		return problemError(n, problems)
	}
	switch {
	case r.old == nil:
		n.created = true
		n.id, n.outputs = typ.Create(place, n.Name, n.inputs)
		return nil
	case old == nil:
		n.created = true
		n.outputs = typ.PlanCreate(place, n.Name, n.inputs)
		return nil
	}
	r.compare(n, old, typ, place)
	if problems := typ.Refuses(old.inputs, n.inputs); len(problems) > 0 {
		return problemError(n, problems)
	}
	switch n.op {
	case facts.Same:
		n.id, n.outputs = old.id, old.outputs
	case facts.Update:
		n.id, n.outputs = old.id, typ.PlanUpdate(place, old.id, old.outputs, n.inputs)
	case facts.Replace:
		n.outputs = typ.PlanCreate(place, n.Name, n.inputs)
	}
	return nil
}

// compare sets what an update would do to a resource that exists.
func (r *recorder) compare(n, old *node, typ *facts.Type, place facts.Place) {
	diff := typ.DiffAt(place, old.inputs, old.outputs, n.inputs)
	n.op = diff.Kind
	for _, change := range diff.Changes {
		n.changed = append(n.changed, change.Path)
		if n.op == facts.Update && matches(n.Options.ReplaceOnChanges, change.Path) {
			n.op = facts.Replace
		}
	}
	if r.force[n.URN] || old.provider != n.provider || r.replaced(n.provider) {
		n.op = facts.Replace
	}
	n.deleteFirst = n.op == facts.Replace && (diff.DeleteBeforeReplace || n.Options.DeleteBeforeReplace)
}

// replaced says whether a resource that was registered before is replaced.
func (r *recorder) replaced(urn string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, known := r.nodes[urn]
	return known && n.op == facts.Replace
}

// settleComponent handles a component, which has no provider: it changes when its recorded inputs change.
func (r *recorder) settleComponent(n *node) {
	n.outputs = resource.PropertyMap{}
	if r.old == nil {
		n.created = true
		return
	}
	old := r.previous(n)
	n.created = old == nil
	if old != nil {
		n.changed = changedKeys(old.inputs, n.inputs)
	}
	if len(n.changed) > 0 {
		n.op = facts.Update
	}
}

// settleProvider handles an explicit provider: another region or another cluster replaces it, and all that lives in it.
func (r *recorder) settleProvider(n *node) {
	n.outputs, n.id = n.inputs, "provider-"+n.Name
	old := r.previous(n)
	n.created = old == nil
	if old == nil {
		return
	}
	n.changed = changedKeys(old.inputs, n.inputs)
	if len(n.changed) > 0 {
		n.op = facts.Update
	}
	elsewhere := func(keys ...resource.PropertyKey) bool {
		return slices.ContainsFunc(keys, func(key resource.PropertyKey) bool {
			return !old.inputs[key].DeepEquals(n.inputs[key])
		})
	}
	_, named := n.inputs["clusterIdentifier"] // with it a kubeconfig is only a way to reach the same cluster
	if elsewhere("region", "clusterIdentifier") || !named && elsewhere("kubeconfig", "context") {
		n.op = facts.Replace
	}
}

// previous returns the resource that n continues, by URN or by alias.
func (r *recorder) previous(n *node) *node {
	for _, urn := range append([]string{n.URN}, n.Options.Aliases...) {
		if old, ok := r.old[urn]; ok {
			n.was = urn
			return old
		}
	}
	return nil
}

func problemError(n *node, problems []facts.Problem) error {
	errs := make([]error, 0, len(problems))
	for _, p := range problems {
		errs = append(errs, fmt.Errorf("%s %q: %s: got %s, want %s", n.Type, n.Name, p.Property, p.Got, p.Want))
	}
	return errors.Join(errs...)
}

// ignoreChanges puts the old values back where the program says to ignore changes.
func ignoreChanges(inputs, old resource.PropertyMap, paths []string) resource.PropertyMap {
	kept := inputs.Copy()
	for _, path := range paths {
		if parsed, err := resource.ParsePropertyPath(path); err == nil {
			parsed.Reset(old, kept)
		}
	}
	return kept
}

// matches says whether a changed path lies in one of the patterns; "*" matches everything.
func matches(patterns []string, path string) bool {
	changed, err := resource.ParsePropertyPath(path)
	if err != nil {
		return false
	}
	for _, pattern := range patterns {
		if parsed, err := resource.ParsePropertyPath(pattern); err == nil && parsed.Contains(changed) {
			return true
		}
	}
	return false
}

func changedKeys(old, now resource.PropertyMap) []string {
	var keys []string
	for key, value := range now {
		if !old[key].DeepEquals(value) {
			keys = append(keys, string(key))
		}
	}
	for key := range old {
		if _, still := now[key]; !still {
			keys = append(keys, string(key))
		}
	}
	sort.Strings(keys)
	return keys
}
