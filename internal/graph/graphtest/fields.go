package graphtest

import (
	"reflect"
	"slices"
	"strings"
)

// Fields lists the exported fields of arguments, and in place of a part, a struct of the same package, those of it: for
// a slice of parts Parts[].Field, for others Part.Field.
func Fields(args reflect.Type) []string {
	var list []string
	for field := range args.Fields() {
		if !field.IsExported() {
			continue
		}
		part, name := field.Type, field.Name
		if part.Kind() == reflect.Slice {
			part, name = part.Elem(), name+"[]"
		}
		if part.Kind() == reflect.Pointer {
			part = part.Elem()
		}
		if part.Kind() != reflect.Struct || part.PkgPath() != args.PkgPath() || isComponent(part) {
			list = append(list, field.Name)
			continue
		}
		for _, inner := range Fields(part) {
			list = append(list, name+"."+inner)
		}
	}
	return list
}

func isComponent(kind reflect.Type) bool {
	_, is := kind.FieldByName("ResourceState")
	return is
}

// Untold returns the fields of parts of arguments that no text of a mistake begins with.
func Untold(args reflect.Type, texts []string) []string {
	return slices.DeleteFunc(Fields(args), func(field string) bool {
		return !strings.Contains(field, ".") ||
			slices.ContainsFunc(texts, func(text string) bool { return strings.HasPrefix(text, field+": ") })
	})
}
