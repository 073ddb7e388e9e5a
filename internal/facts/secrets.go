package facts

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// keepSecrets wraps the outputs the SDK calls secret, and every made-up output that shows the text of a
// secret input, such as an ARN with a secret name.
func (b *builder) keepSecrets(inputs resource.PropertyMap) {
	hidden := secretTexts(resource.NewObjectProperty(inputs), false)
	for key, value := range b.out {
		if _, isInput := b.t.facts.Inputs[string(key)]; isInput && !inputs[key].IsNull() || value.IsSecret() {
			continue
		}
		if contains(value, hidden) {
			b.out[key] = resource.MakeSecret(value)
		}
	}
	for _, name := range b.t.secretNames {
		key := resource.PropertyKey(name)
		if value, ok := b.out[key]; ok && !value.IsSecret() && !value.IsComputed() {
			b.out[key] = resource.MakeSecret(value)
		}
	}
}

// secretTexts collects the strings inside secrets. Very short ones would be found in anything.
func secretTexts(v resource.PropertyValue, secret bool) []string {
	v, hidden := peel(v)
	secret = secret || hidden
	const shortest = 3
	var found []string
	switch {
	case v.IsString() && secret && len(v.StringValue()) >= shortest:
		found = append(found, v.StringValue())
	case v.IsArray():
		for _, element := range v.ArrayValue() {
			found = append(found, secretTexts(element, secret)...)
		}
	case v.IsObject():
		for _, element := range v.ObjectValue() {
			found = append(found, secretTexts(element, secret)...)
		}
	}
	return found
}

func contains(v resource.PropertyValue, parts []string) bool {
	switch {
	case v.IsString():
		for _, part := range parts {
			if strings.Contains(v.StringValue(), part) {
				return true
			}
		}
	case v.IsArray():
		for _, element := range v.ArrayValue() {
			if contains(element, parts) {
				return true
			}
		}
	case v.IsObject():
		for _, element := range v.ObjectValue() {
			if contains(element, parts) {
				return true
			}
		}
	}
	return false
}
