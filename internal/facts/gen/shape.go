package main

import (
	"fmt"
	"go/ast"
	"path"
	"reflect"
	"strconv"
	"strings"

	"github.com/ladder-iac/ladder/internal/facts/factfile"
)

// fields gives the shape of each tagged field of a struct.
func (s *sdk) fields(p *pkg, d declared) (factfile.Fields, error) {
	structure, ok := d.spec.Type.(*ast.StructType)
	if !ok {
		return nil, fmt.Errorf("%s is not a struct", d.spec.Name.Name)
	}
	fields := factfile.Fields{}
	for _, field := range structure.Fields.List {
		name := tag(field)
		if name == "" {
			continue
		}
		shape, err := s.shape(p, d, field.Type)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", d.spec.Name.Name, name, err)
		}
		fields[name] = shape
	}
	return fields, nil
}

func tag(field *ast.Field) string {
	if field.Tag == nil {
		return ""
	}
	text, err := strconv.Unquote(field.Tag.Value)
	if err != nil {
		return ""
	}
	return reflect.StructTag(text).Get("pulumi")
}

// shape translates a Go type. A pointer may be left out; so may lists, maps and untyped values, of which
// the SDK does not say whether they are required.
func (s *sdk) shape(p *pkg, d declared, expr ast.Expr) (string, error) {
	switch expr := expr.(type) {
	case *ast.StarExpr:
		inner, err := s.shape(p, d, expr.X)
		return strings.TrimSuffix(inner, "?") + "?", err
	case *ast.ArrayType:
		inner, err := s.shape(p, d, expr.Elt)
		return "[]" + strings.TrimSuffix(inner, "?") + "?", err
	case *ast.MapType:
		inner, err := s.shape(p, d, expr.Value)
		return "{}" + strings.TrimSuffix(inner, "?") + "?", err
	case *ast.InterfaceType:
		return "any?", nil
	case *ast.Ident:
		return s.named(p, expr.Name)
	case *ast.SelectorExpr:
		qualifier, ok := expr.X.(*ast.Ident)
		if !ok {
			return "", fmt.Errorf("cannot read type %T", expr.X)
		}
		return s.foreign(d.imports[qualifier.Name], expr.Sel.Name)
	}
	return "", fmt.Errorf("cannot read type %T", expr)
}

// basics are the shapes of Go's own types.
var basics = map[string]string{
	"string": "string", "bool": "boolean", "int": "integer", "float64": "number", "any": "any?",
}

// named gives the shape of a type named in package p.
func (s *sdk) named(p *pkg, name string) (string, error) {
	if basic, ok := basics[name]; ok {
		return basic, nil
	}
	target, ok := p.types[name]
	if !ok {
		return "", fmt.Errorf("type %s is not declared in package %s", name, p.path)
	}
	if name == "JSONSchemaProps" { // a schema has keys such as x-kubernetes-validations, which the SDK spells otherwise
		return "any?", nil
	}
	if _, ok := target.spec.Type.(*ast.StructType); !ok { // an enumeration: type X string
		return s.shape(p, target, target.spec.Type)
	}
	key := path.Join(p.path, name)
	if _, done := s.objects[key]; !done {
		s.objects[key] = factfile.Fields{} // before its fields are read: objects may hold themselves
		fields, err := s.fields(p, target)
		if err != nil {
			return "", err
		}
		s.objects[key] = fields
	}
	return "#" + key, nil
}

// foreign gives the shape of a type of another package: the Pulumi SDK's assets, or a sibling package.
func (s *sdk) foreign(target, name string) (string, error) {
	if strings.HasSuffix(target, "/go/pulumi") {
		if name == "AssetOrArchive" || name == "Asset" || name == "Archive" {
			return "asset?", nil
		}
		return "any?", nil
	}
	folder, ok := strings.CutPrefix(target, s.module+"/"+s.root)
	if !ok {
		return "any?", nil
	}
	p, err := s.open(strings.TrimPrefix(folder, "/"))
	if err != nil {
		return "", err
	}
	return s.named(p, name)
}

// outputsOnly lists the fields of a resource that are not inputs, by the names of the SDK's output types.
func outputsOnly(resource declared, inputs factfile.Fields) map[string]string {
	computed := map[string]string{"id": "string"}
	structure, ok := resource.spec.Type.(*ast.StructType)
	if !ok {
		return computed
	}
	for _, field := range structure.Fields.List {
		name := tag(field)
		if _, isInput := inputs[name]; name == "" || isInput {
			continue
		}
		switch output := field.Type.(type) {
		case *ast.SelectorExpr: // pulumi.StringOutput
			computed[name] = outputType(output.Sel.Name)
		case *ast.Ident: // DeploymentStatusOutput
			computed[name] = outputType(output.Name)
		}
	}
	return computed
}

func outputType(name string) string {
	name = strings.TrimSuffix(strings.TrimSuffix(name, "Output"), "Ptr")
	if element, ok := strings.CutSuffix(name, "Array"); ok {
		return "array<" + outputType(element) + ">"
	}
	if element, ok := strings.CutSuffix(name, "Map"); ok {
		return "map<" + outputType(element) + ">"
	}
	switch name {
	case "String":
		return "string"
	case "Int":
		return "integer"
	case "Float64":
		return "number"
	case "Bool":
		return "boolean"
	}
	return "object"
}
