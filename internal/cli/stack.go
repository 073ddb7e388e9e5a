package cli

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/project"
)

// target is a stack with its configuration, what-if values included, and checked.
type target struct {
	project   *project.Project
	stack     *project.Stack
	overrides map[string]string // full keys
}

// addConfigFlag adds --config, the what-if values.
func addConfigFlag(cmd *cobra.Command, values *[]string) {
	cmd.Flags().StringArrayVar(values, "config", nil,
		"what if this config `key=value` were set; a bare key is the project's own (repeatable)")
}

// load reads and checks a stack. Nothing has been started or changed when it fails.
func (f *factory) load(cmd *cobra.Command, name string, whatIf []string) (*target, error) {
	found, err := project.Find(f.dir)
	if err != nil {
		return nil, err
	}
	overrides, err := parseConfig(found.Name, whatIf)
	if err != nil {
		return nil, &usageError{cmd: cmd, err: err}
	}
	stack, err := found.Stack(name)
	if err != nil {
		return nil, err
	}
	maps.Copy(stack.Config, overrides)
	if err := f.CheckConfig(stack.Config); err != nil {
		return nil, fmt.Errorf("stack %q: %w", name, listed(err, "config"))
	}
	return &target{project: found, stack: stack, overrides: overrides}, nil
}

// parseConfig turns key=value into full keys and values.
func parseConfig(namespace string, pairs []string) (map[string]string, error) {
	config := map[string]string{}
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("--config: got %q, want key=value, as in --config %s:phase=2", pair, namespace)
		}
		if !strings.Contains(key, ":") {
			key = namespace + ":" + key
		}
		config[key] = value
	}
	return config, nil
}

// run is the stack as something to record. An encrypted value is not known offline; a mask stands for it.
func (t *target) run() graph.Run {
	config := maps.Clone(t.stack.Config)
	for _, key := range t.stack.SecretKeys {
		if _, known := config[key]; !known {
			config[key] = graph.Secret
		}
	}
	return graph.Run{
		Project: t.project.Name, Stack: t.stack.Name, Root: t.project.Root,
		Config: config, SecretKeys: t.stack.SecretKeys,
	}
}

// record runs the program offline. The engine would find a mistake in the last component only after it had
// created the first: commands that change something record before they start.
func (f *factory) record(t *target) (*graph.Graph, error) {
	recorded, err := graph.Record(f.Program, t.run())
	if err != nil {
		return nil, fmt.Errorf("stack %q: %w", t.stack.Name, listed(err, "program"))
	}
	return recorded, nil
}

// listed puts several mistakes on a line each, under a heading; a single one stays as it is.
func listed(err error, where string) error {
	var all []error
	switch list := err.(type) { //nolint:errorlint // only the outermost list is meant
	case interface{ Unwrap() []error }:
		all = list.Unwrap()
	case interface{ WrappedErrors() []error }: // what the Pulumi SDK makes of a program's error
		all = list.WrappedErrors()
	}
	switch len(all) {
	case 0:
		return err
	case 1:
		return all[0]
	}
	return fmt.Errorf("%d mistakes in the %s\n%w", len(all), where, errors.Join(all...))
}
