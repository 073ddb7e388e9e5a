// Package project reads a Pulumi project and its stack files: Pulumi.yaml and Pulumi.<stack>.yaml.
package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// Project is a folder with a Pulumi.yaml.
type Project struct {
	Name string
	Root string // absolute
	file *workspace.Project
}

// Stack is the configuration of one stack, project defaults included.
type Stack struct {
	Name       string
	Config     map[string]string // full keys; structured values as JSON
	SecretKeys []string          // encrypted keys, left out of Config, sorted
}

// Find returns the project of dir or of the nearest folder above it.
func Find(dir string) (*Project, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	for at := abs; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "Pulumi.yaml")); err == nil {
			return load(at)
		}
		if at == filepath.Dir(at) {
			return nil, fmt.Errorf("no Pulumi.yaml in %s or above; run ladder inside a project, or name one with -C DIR", abs)
		}
	}
}

func load(root string) (*Project, error) {
	file, err := workspace.LoadProject(filepath.Join(root, "Pulumi.yaml"))
	if err != nil {
		return nil, fmt.Errorf("read Pulumi.yaml: %w", err)
	}
	return &Project{Name: file.Name.String(), Root: root, file: file}, nil
}

// Stacks returns the names of the stacks that have a file, sorted.
func (p *Project) Stacks() []string {
	paths, _ := filepath.Glob(filepath.Join(p.Root, "Pulumi.*.yaml")) // the pattern is constant and valid
	names := make([]string, 0, len(paths))
	for _, path := range paths {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "Pulumi."), ".yaml"))
	}
	sort.Strings(names)
	return names
}

// Stack reads the configuration of a stack. The error names the stacks that exist when this one does not.
func (p *Project) Stack(name string) (*Stack, error) {
	path := p.StackFile(name)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("stack %q: no file Pulumi.%s.yaml; stacks with a file: %s",
			name, name, strings.Join(p.Stacks(), ", "))
	}
	file, err := workspace.LoadProjectStack(nil, p.file, path)
	if err != nil {
		return nil, fmt.Errorf("read Pulumi.%s.yaml: %w", name, err)
	}
	stack := &Stack{Name: name, Config: map[string]string{}}
	if err := stack.addDefaults(p); err != nil {
		return nil, err
	}
	for key, value := range file.Config {
		if value.Secure() {
			stack.SecretKeys = append(stack.SecretKeys, key.String())
			continue
		}
		if stack.Config[key.String()], err = value.Value(config.NopDecrypter); err != nil {
			return nil, fmt.Errorf("read Pulumi.%s.yaml: %s: %w", name, key, err)
		}
	}
	sort.Strings(stack.SecretKeys)
	return stack, nil
}

// StackFile returns the path of a stack's file, which need not exist.
func (p *Project) StackFile(name string) string {
	return filepath.Join(p.Root, "Pulumi."+name+".yaml")
}

// addDefaults sets the defaults that Pulumi.yaml gives.
func (s *Stack) addDefaults(p *Project) error {
	for key, declared := range p.file.Config {
		if declared.Default == nil && declared.Value == nil {
			continue
		}
		value := declared.Default
		if declared.Value != nil {
			value = declared.Value
		}
		text, ok := value.(string)
		if !ok {
			encoded, err := json.Marshal(value)
			if err != nil {
				return fmt.Errorf("read Pulumi.yaml: config %s: %w", key, err)
			}
			text = string(encoded)
		}
		if !strings.Contains(key, ":") {
			key = p.Name + ":" + key
		}
		s.Config[key] = text
	}
	return nil
}
