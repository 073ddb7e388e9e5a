package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"reflect"
	"strings"
	"time"
)

// fieldTable lists the fields of what --json prints: path, type, and the comment of the field in the source.
func fieldTable(value any, comments map[string]string) string {
	var rows strings.Builder
	addFields(&rows, reflect.TypeOf(value), "", comments)
	return "| Field | Type | Meaning |\n|---|---|---|\n" + rows.String()
}

func addFields(rows *strings.Builder, typ reflect.Type, prefix string, comments map[string]string) {
	for field := range typ.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		kind, deeper, suffix := describe(field.Type)
		if options == "omitempty" {
			kind += ", left out when empty"
		}
		comment := comments[path.Base(typ.PkgPath())+"."+typ.Name()+"."+field.Name]
		fmt.Fprintf(rows, "| `%s` | %s | %s |\n", prefix+name, kind, comment)
		if deeper != nil {
			addFields(rows, deeper, prefix+name+suffix+".", comments)
		}
	}
}

// describe names the JSON type of a Go type, and the struct inside it if any.
func describe(typ reflect.Type) (kind string, deeper reflect.Type, suffix string) {
	if typ == reflect.TypeFor[time.Time]() {
		return "time", nil, ""
	}
	switch typ.Kind() { //nolint:exhaustive // what the results are made of
	case reflect.String:
		return "string", nil, ""
	case reflect.Bool:
		return "boolean", nil, ""
	case reflect.Int, reflect.Float64:
		return "number", nil, ""
	case reflect.Pointer:
		inner, deeper, suffix := describe(typ.Elem())
		return inner + " or null", deeper, suffix
	case reflect.Slice:
		inner, deeper, suffix := describe(typ.Elem())
		return "list of " + inner + "s", deeper, "[]" + suffix
	case reflect.Struct:
		return "object", typ, ""
	case reflect.Map:
		return "object", nil, ""
	}
	return "any", nil, ""
}

// readComments returns the comments of the struct fields in the given folders by "package.Type.Field".
func readComments(folders ...string) (map[string]string, error) {
	comments := map[string]string{}
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil {
			return nil, err
		}
		if len(files) == 0 {
			return nil, fmt.Errorf("%s: no Go files", folder)
		}
		for _, name := range files {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			addComments(comments, file)
		}
	}
	return comments, nil
}

func addComments(comments map[string]string, file *ast.File) {
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.TypeSpec)
		if !ok {
			return true
		}
		structure, ok := spec.Type.(*ast.StructType)
		if !ok {
			return true
		}
		for _, field := range structure.Fields.List {
			text := field.Comment.Text()
			if text == "" {
				text = field.Doc.Text()
			}
			for _, name := range field.Names {
				key := file.Name.Name + "." + spec.Name.Name + "." + name.Name
				comments[key] = strings.Join(strings.Fields(text), " ")
			}
		}
		return true
	})
}
