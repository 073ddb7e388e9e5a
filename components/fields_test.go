package components_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func mentions(t *testing.T, component, want string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(component, "*_test.go"))
	require.NoError(t, err)
	for _, file := range files {
		code, err := os.ReadFile(file)
		require.NoError(t, err)
		if strings.Contains(string(code), want) {
			return true
		}
	}
	return false
}

// fieldsOf lists the fields of arguments, and those of their parts: structs of the same package.
func fieldsOf(args reflect.Type) []string {
	var list []string
	for field := range args.Fields() {
		part, name := field.Type, field.Name
		if part.Kind() == reflect.Slice {
			part, name = part.Elem(), name+"[]"
		}
		if part.Kind() == reflect.Pointer {
			part = part.Elem()
		}
		if part.Kind() != reflect.Struct || part.PkgPath() != args.PkgPath() {
			list = append(list, field.Name)
			continue
		}
		for _, inner := range fieldsOf(part) {
			list = append(list, name+"."+inner)
		}
	}
	return list
}
