package facts

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// unknown stands for a value that only the cloud can tell.
func unknown() resource.PropertyValue { return resource.MakeComputed(resource.NewStringProperty("")) }

func text(s string) resource.PropertyValue { return resource.NewStringProperty(s) }

// peel removes the secret and output wrappings of one value, not those inside it. An unresolved output
// becomes Computed, a resource reference its id.
func peel(v resource.PropertyValue) (inner resource.PropertyValue, secret bool) {
	for {
		switch {
		case v.IsSecret():
			if v.SecretValue() == nil {
				return resource.NewNullProperty(), true
			}
			v, secret = v.SecretValue().Element, true
		case v.IsOutput():
			out := v.OutputValue()
			secret = secret || out.Secret
			if !out.Known {
				return unknown(), secret
			}
			v = out.Element
		case v.IsResourceReference():
			if v.ResourceReferenceValue().ID.IsComputed() {
				return unknown(), secret
			}
			v = v.ResourceReferenceValue().ID
		default:
			return v, secret
		}
	}
}

// bare removes the wrappings at every depth, and nulls in objects: two bare values can be compared.
func bare(v resource.PropertyValue) resource.PropertyValue {
	v, _ = peel(v)
	switch {
	case v.IsArray():
		list := make([]resource.PropertyValue, len(v.ArrayValue()))
		for i, element := range v.ArrayValue() {
			list[i] = bare(element)
		}
		return resource.NewArrayProperty(list)
	case v.IsObject():
		return resource.NewObjectProperty(bareMap(v.ObjectValue()))
	}
	return v
}

func bareMap(m resource.PropertyMap) resource.PropertyMap {
	out := resource.PropertyMap{}
	for key, value := range m {
		if value := bare(value); !value.IsNull() {
			out[key] = value
		}
	}
	return out
}

// copyMap copies at every depth, wrappings and all, and leaves nulls out.
func copyMap(m resource.PropertyMap) resource.PropertyMap {
	out := resource.PropertyMap{}
	for key, value := range m {
		if !value.IsNull() {
			out[key] = copyValue(value)
		}
	}
	return out
}

func copyValue(v resource.PropertyValue) resource.PropertyValue {
	switch {
	case v.IsSecret() && v.SecretValue() != nil:
		return resource.MakeSecret(copyValue(v.SecretValue().Element))
	case v.IsArray():
		list := make([]resource.PropertyValue, len(v.ArrayValue()))
		for i, element := range v.ArrayValue() {
			list[i] = copyValue(element)
		}
		return resource.NewArrayProperty(list)
	case v.IsObject():
		return resource.NewObjectProperty(copyMap(v.ObjectValue()))
	}
	return v
}

// empty is true for what a provider cannot tell from a value left out.
func empty(v resource.PropertyValue) bool {
	return v.IsNull() || v.IsArray() && len(v.ArrayValue()) == 0 || v.IsObject() && len(v.ObjectValue()) == 0
}

// same compares two bare values, of which none holds an unknown.
func same(a, b resource.PropertyValue) bool {
	if a.ContainsUnknowns() || b.ContainsUnknowns() {
		return false
	}
	return empty(a) && empty(b) || a.DeepEquals(b)
}

// sameDocument is true for two texts that are the same JSON object: AWS keeps policies and dashboards as
// documents, not as text.
func sameDocument(a, b resource.PropertyValue) bool {
	if !a.IsString() || !b.IsString() || !strings.HasPrefix(strings.TrimSpace(a.StringValue()), "{") {
		return false
	}
	var left, right any
	if json.Unmarshal([]byte(a.StringValue()), &left) != nil || json.Unmarshal([]byte(b.StringValue()), &right) != nil {
		return false
	}
	return reflect.DeepEqual(left, right)
}

// scalar gives a string, number or boolean as text, "" for anything else.
func scalar(v resource.PropertyValue) string {
	switch {
	case v.IsString():
		return v.StringValue()
	case v.IsNumber():
		return strconv.FormatFloat(v.NumberValue(), 'f', -1, 64)
	case v.IsBool():
		return strconv.FormatBool(v.BoolValue())
	}
	return ""
}

// show describes a value for an error. A secret is only named as one.
func show(v resource.PropertyValue, secret bool) string {
	kind := kindOf(v)
	if secret || v.ContainsSecrets() {
		return "a secret " + kind
	}
	switch {
	case v.IsString():
		const most = 80
		if s := []rune(v.StringValue()); len(s) > most {
			return fmt.Sprintf("string %q (cut)", string(s[:most]))
		}
		return fmt.Sprintf("string %q", v.StringValue())
	case v.IsNumber(), v.IsBool():
		return kind + " " + scalar(v)
	}
	return kind
}

func kindOf(v resource.PropertyValue) string {
	switch {
	case v.IsNull():
		return "nothing"
	case v.IsString():
		return "string"
	case v.IsNumber():
		return "number"
	case v.IsBool():
		return "boolean"
	case v.IsArray():
		return "list"
	case v.IsObject():
		return "object"
	case v.IsAsset(), v.IsArchive():
		return "asset"
	}
	return "value"
}
