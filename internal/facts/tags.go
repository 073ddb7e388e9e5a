package facts

import (
	"encoding/json"

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
