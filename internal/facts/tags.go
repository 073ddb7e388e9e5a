package facts

import (
	"encoding/json"
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// DefaultTags reads the default tags from the inputs of an aws provider resource. The engine hands a
// provider its nested inputs as JSON text; a program's recorded inputs hold objects: both are read.
func DefaultTags(providerInputs resource.PropertyMap) map[string]string {
	tags := map[string]string{}
	defaults := opened(providerInputs["defaultTags"])
	if !defaults.IsObject() {
		return tags
	}
	list := opened(defaults.ObjectValue()["tags"])
	if !list.IsObject() {
		return tags
	}
	for key, value := range list.ObjectValue() {
		if value, _ := peel(value); value.IsString() {
			tags[string(key)] = value.StringValue()
		}
	}
	return tags
}

// opened peels a value and, when it is the text of a JSON object, reads it.
func opened(v resource.PropertyValue) resource.PropertyValue {
	v, _ = peel(v)
	if !v.IsString() {
		return v
	}
	var object map[string]any
	if json.Unmarshal([]byte(v.StringValue()), &object) != nil {
		return v
	}
	return bare(resource.NewObjectProperty(resource.NewPropertyMapFromMap(object)))
}

// DiffAt is Diff with what the provider adds: a resource whose inputs stay is updated all the same when the
// provider's default tags have changed, because tags in AWS belong to the resource.
func (t *Type) DiffAt(place Place, oldInputs, oldOutputs, newInputs resource.PropertyMap) Diff {
	diff := t.Diff(oldInputs, oldOutputs, newInputs)
	if diff.Kind == Same && retagged(place.DefaultTags, bareMap(oldOutputs), bareMap(newInputs)) {
		return Diff{Kind: Update, Changes: []Change{{Path: "tagsAll", Kind: Update}}}
	}
	return diff
}

// retagged compares the tags that a resource has with those that it would get.
func retagged(defaults map[string]string, outputs, inputs resource.PropertyMap) bool {
	have, own := outputs["tagsAll"], inputs["tags"]
	if !have.IsObject() || own.ContainsUnknowns() {
		return false
	}
	want := resource.PropertyMap{}
	for key, value := range defaults {
		want[resource.PropertyKey(key)] = text(value)
	}
	maps.Copy(want, objectOf(own))
	return !want.DeepEquals(have.ObjectValue())
}
