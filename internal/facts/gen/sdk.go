package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/ladder-iac/ladder/internal/facts/factfile"
)

// sdk reads one provider's Go SDK as source text. It is never compiled: the AWS SDK takes minutes.
type sdk struct {
	provider
	dir      string // the module's folder
	version  string // module and version
	packages map[string]*pkg
	objects  map[string]factfile.Fields
}

// pkg is one parsed package of the SDK.
type pkg struct {
	path  string // below the SDK's root, e.g. "ec2"; "" for the root itself
	files map[string][]byte
	types map[string]declared
}

// declared is a type declaration, with the imports of its file to resolve names of other packages.
type declared struct {
	spec    *ast.TypeSpec
	imports map[string]string // name to import path
}

// openSDK finds the SDK: in the version go.mod asks for, else (no code may import it yet) in the version
// the facts were read from before.
func openSDK(ctx context.Context, p provider, before string) (*sdk, error) {
	version, err := goCommand(ctx, "list", "-m", "-f", "{{.Path}}@{{.Version}}", p.module)
	if err != nil {
		if before == "" {
			return nil, fmt.Errorf("find the SDK: %w", err)
		}
		version = strings.Replace(before, " ", "@", 1)
	}
	out, err := goCommand(ctx, "mod", "download", "-json", version)
	if err != nil {
		return nil, fmt.Errorf("fetch the SDK: %w", err)
	}
	var found struct{ Dir string }
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		return nil, fmt.Errorf("fetch the SDK: %w", err)
	}
	return &sdk{
		provider: p, dir: found.Dir, version: strings.Replace(version, "@", " ", 1),
		packages: map[string]*pkg{}, objects: map[string]factfile.Fields{},
	}, nil
}

// goCommand runs the go command and gives what it prints; an error holds what it complained about.
func goCommand(ctx context.Context, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "go", args...) //nolint:gosec // the arguments are this command's own
	var complaint strings.Builder
	command.Stderr = &complaint
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(complaint.String()))
	}
	return strings.TrimSpace(string(out)), nil
}

// describe fills in what the SDK says about a type: its inputs, secret outputs and, where no other source
// has them, its computed outputs.
func (s *sdk) describe(resource string, facts *factfile.Type) error {
	parts := strings.Split(resource, ":")
	if len(parts) != 3 {
		return errors.New("want a type token such as aws:ec2/vpc:Vpc")
	}
	name := parts[2]
	p, err := s.open(s.folder(parts[1]))
	if err != nil {
		return err
	}
	source := p.registering(resource)
	if source == "" {
		return fmt.Errorf("package %s of the SDK does not register it; check the token's spelling", p.path)
	}
	if err := p.parse(source); err != nil {
		return err
	}
	arguments := strings.ToLower(name[:1]) + name[1:] + "Args"
	inputs, ok := p.types[arguments]
	if !ok {
		return fmt.Errorf("package %s of the SDK has no type %s", p.path, arguments)
	}
	if facts.Inputs, err = s.fields(p, inputs); err != nil {
		return err
	}
	facts.Secrets = secretOutputs(p.files[source])
	if s.computed {
		facts.Computed = outputsOnly(p.types[name], facts.Inputs)
	}
	return nil
}

// folder gives the package of a token's middle part: "ec2/vpc" is in ec2, "networking.k8s.io/v1" in networking/v1.
func (s *sdk) folder(module string) string {
	group, version, _ := strings.Cut(module, "/")
	if s.name == "kubernetes" {
		group, _, _ = strings.Cut(group, ".")
		return path.Join(group, version)
	}
	if group == "index" {
		return ""
	}
	return group
}

// open parses a package of the SDK once.
func (s *sdk) open(folder string) (*pkg, error) {
	if p := s.packages[folder]; p != nil {
		return p, nil
	}
	p := &pkg{path: folder, files: map[string][]byte{}, types: map[string]declared{}}
	paths, err := filepath.Glob(filepath.Join(s.dir, filepath.FromSlash(s.root), filepath.FromSlash(folder), "*.go"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s has no package %q", s.module, path.Join(s.root, folder))
	}
	for _, file := range paths {
		text, err := os.ReadFile(file) //nolint:gosec // below the module cache
		if err != nil {
			return nil, err
		}
		p.files[file] = text
		if !strings.HasPrefix(filepath.Base(file), "pulumi") {
			continue // one file for each resource, parsed when it is asked for; these are many
		}
		if err := p.parse(file); err != nil { // pulumiTypes.go, pulumiEnums.go
			return nil, err
		}
	}
	s.packages[folder] = p
	return p, nil
}

func (p *pkg) parse(file string) error {
	tree, err := parser.ParseFile(token.NewFileSet(), file, p.files[file], parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	imports := map[string]string{}
	for _, spec := range tree.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		name := path.Base(target)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imports[name] = target
	}
	for _, decl := range tree.Decls {
		general, ok := decl.(*ast.GenDecl)
		if !ok || general.Tok != token.TYPE {
			continue
		}
		for _, spec := range general.Specs {
			if spec, ok := spec.(*ast.TypeSpec); ok {
				p.types[spec.Name.Name] = declared{spec: spec, imports: imports}
			}
		}
	}
	return nil
}

// registering gives the file that registers the type, "" when there is none.
func (p *pkg) registering(resource string) string {
	for file, text := range p.files {
		if bytes.Contains(text, []byte(`ctx.RegisterResource("`+resource+`"`)) {
			return file
		}
	}
	return ""
}

// secretOutputs reads the names listed in pulumi.AdditionalSecretOutputs([]string{...}).
func secretOutputs(source []byte) []string {
	_, rest, found := bytes.Cut(source, []byte("pulumi.AdditionalSecretOutputs([]string{"))
	if !found {
		return nil
	}
	list, _, _ := bytes.Cut(rest, []byte("}"))
	var names []string
	for word := range strings.FieldsSeq(string(list)) {
		if name, err := strconv.Unquote(strings.TrimSuffix(word, ",")); err == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
