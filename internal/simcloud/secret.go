package simcloud

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// marker stands in the store for a secret's value, which lies in the stack's state alone.
const marker = "[secret: its value lies encrypted in the stack's state]"

// mask returns v with the marker for every secret.
func mask(v resource.PropertyValue) resource.PropertyValue {
	switch {
	case v.IsSecret():
		return resource.NewStringProperty(marker)
	case v.IsOutput() && v.OutputValue().Secret:
		return resource.NewStringProperty(marker)
	case v.IsArray():
		masked := make([]resource.PropertyValue, len(v.ArrayValue()))
		for i, element := range v.ArrayValue() {
			masked[i] = mask(element)
		}
		return resource.NewArrayProperty(masked)
	case v.IsObject():
		return resource.NewObjectProperty(maskMap(v.ObjectValue()))
	default:
		return v
	}
}

func maskMap(m resource.PropertyMap) resource.PropertyMap {
	masked := make(resource.PropertyMap, len(m))
	for key, v := range m {
		masked[key] = mask(v)
	}
	return masked
}

// reveal returns what is stored with the state's own values in place of the markers, and secret wherever the
// state is. A marker for which the state has no value is left out.
func reveal(stored, state resource.PropertyMap) resource.PropertyMap {
	revealed := make(resource.PropertyMap, len(stored))
	for key, v := range stored {
		own, has := state[key]
		if value, ok := revealValue(v, own, has); ok {
			revealed[key] = value
		}
	}
	return revealed
}

func revealValue(stored, state resource.PropertyValue, has bool) (resource.PropertyValue, bool) {
	if stored.IsString() && stored.StringValue() == marker {
		return state, has
	}
	if state.IsSecret() {
		value, ok := revealValue(stored, state.SecretValue().Element, true)
		return resource.MakeSecret(value), ok
	}
	switch {
	case stored.IsObject():
		var own resource.PropertyMap
		if state.IsObject() {
			own = state.ObjectValue()
		}
		return resource.NewObjectProperty(reveal(stored.ObjectValue(), own)), true
	case stored.IsArray():
		var own []resource.PropertyValue
		if state.IsArray() {
			own = state.ArrayValue()
		}
		revealed := []resource.PropertyValue{}
		for i, element := range stored.ArrayValue() {
			var mine resource.PropertyValue
			if i < len(own) {
				mine = own[i]
			}
			if value, ok := revealValue(element, mine, i < len(own)); ok {
				revealed = append(revealed, value)
			}
		}
		return resource.NewArrayProperty(revealed), true
	default:
		return stored, true
	}
}

// drifted returns the inputs with the present value of every property that changed behind the engine's back,
// so that the next update sets it right.
func drifted(inputs, before, now resource.PropertyMap) resource.PropertyMap {
	present := inputs.Copy()
	for key := range inputs {
		was, had := before[key]
		is, has := now[key]
		switch {
		case had && !has:
			delete(present, key)
		case has && !is.DeepEquals(was):
			present[key] = is
		}
	}
	return present
}
