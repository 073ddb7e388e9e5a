package pack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/ladder-iac/ladder/internal/graph"
)

// plainMap turns properties into what internal/graph makes of them.
func plainMap(properties property.Map) map[string]any {
	result := make(map[string]any, properties.Len())
	for key, value := range properties.All {
		result[key] = plain(value)
	}
	return result
}

func plain(value property.Value) any {
	switch {
	case value.Secret():
		return graph.Secret
	case value.IsComputed():
		return graph.Unknown
	case value.IsBool():
		return value.AsBool()
	case value.IsNumber():
		return value.AsNumber()
	case value.IsString():
		return value.AsString()
	case value.IsArray():
		list := make([]any, 0, value.AsArray().Len())
		for _, element := range value.AsArray().All {
			list = append(list, plain(element))
		}
		return list
	case value.IsMap():
		return plainMap(value.AsMap())
	case value.IsAsset():
		return "asset sha256:" + value.AsAsset().Hash
	case value.IsArchive():
		return "archive sha256:" + value.AsArchive().Hash
	case value.IsResourceReference():
		return string(value.AsResourceReference().URN)
	}
	return nil
}
