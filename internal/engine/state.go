package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// Marks that stand for values in outputs.
const (
	Secret  = "[secret]"  // a value that must not be shown
	Unknown = "[unknown]" // a value that only an update will know
)

const stackType = "pulumi:pulumi:Stack"

// load returns the stack's state, nil when the stack does not exist, and refuses state of another project.
func (s *stack) load(ctx context.Context) (*apitype.DeploymentV3, error) {
	read := s.exported
	if s.Simulate != nil {
		read = s.readFile
	}
	state, err := read(ctx)
	if err != nil || state == nil {
		return nil, err
	}
	for _, r := range state.Resources {
		if err := s.checkURN(r.URN); err != nil {
			return nil, err
		}
	}
	for _, op := range state.PendingOperations {
		if err := s.checkURN(op.Resource.URN); err != nil {
			return nil, err
		}
	}
	return state, nil
}

func (s *stack) checkURN(urn resource.URN) error {
	if !urn.IsValid() {
		return errorf(ErrState, "state of stack %q: bad URN %q; restore a backup, or try "+
			"`pulumi state repair -s %s`", s.Stack, urn, s.Stack)
	}
	if project := string(urn.Project()); project != s.Project.Name {
		return errorf(ErrOtherProject, "stack %q: its state belongs to project %q, not to %q (%s); "+
			"choose another stack name or backend, or set `name: %s` in Pulumi.yaml",
			s.Stack, project, s.Project.Name, urn, project)
	}
	return nil
}

// readFile reads the state of a simulation without the CLI, which would take half a second.
func (s *stack) readFile(context.Context) (*apitype.DeploymentV3, error) {
	path := s.stateFile(s.Project.Name)
	data, err := os.ReadFile(path) //nolint:gosec // below the simulation's folder
	if errors.Is(err, fs.ErrNotExist) {
		return nil, s.refuseRenamed()
	}
	if err != nil {
		return nil, errorf(ErrState, "state of stack %q: %v", s.Stack, err)
	}
	var file apitype.VersionedCheckpoint
	var checkpoint apitype.CheckpointV3
	err = json.Unmarshal(data, &file)
	if err == nil {
		err = json.Unmarshal(file.Checkpoint, &checkpoint)
	}
	if err != nil {
		return nil, errorf(ErrState, "state of stack %q: %s is not a Pulumi state file: %v; restore %s.bak over it, "+
			"or remove %s to start the simulation anew", s.Stack, path, err, path, s.dir)
	}
	if checkpoint.Latest == nil {
		return &apitype.DeploymentV3{}, nil
	}
	return checkpoint.Latest, nil
}

func (s *stack) stateFile(project string) string {
	return filepath.Join(s.dir, stateFolder, ".pulumi", "stacks", project, s.Stack+".json")
}

// refuseRenamed stops a project that was renamed from creating everything a second time.
func (s *stack) refuseRenamed() error {
	others, err := filepath.Glob(s.stateFile("*"))
	if err != nil || len(others) == 0 {
		return nil //nolint:nilerr // a bad pattern finds nothing, and the CLI will refuse such a name
	}
	other := filepath.Base(filepath.Dir(others[0]))
	return errorf(ErrOtherProject, "stack %q: the simulation in %s holds a stack of that name for project %q, "+
		"not for %q; set `name: %s` in Pulumi.yaml, choose another folder, or remove it to start anew",
		s.Stack, s.dir, other, s.Project.Name, other)
}

// exported asks the CLI for the state; secrets stay encrypted, so no passphrase is needed.
func (s *stack) exported(ctx context.Context) (*apitype.DeploymentV3, error) {
	out, err := s.pulumi(ctx, s.Project.Root, "stack", "export", "--stack", s.Stack)
	if err != nil {
		if strings.Contains(err.Error(), "no stack named") {
			return nil, nil //nolint:nilnil // no stack, no error: see load
		}
		return nil, fmt.Errorf("state of stack %q: %w", s.Stack, err)
	}
	var untyped apitype.UntypedDeployment
	var state apitype.DeploymentV3
	err = json.Unmarshal([]byte(out), &untyped)
	if err == nil {
		err = json.Unmarshal(untyped.Deployment, &state)
	}
	if err != nil {
		return nil, errorf(ErrState, "state of stack %q: the backend's export is not a Pulumi state: %v", s.Stack, err)
	}
	return &state, nil
}

// State implements Stack.
func (s *stack) State(ctx context.Context) (*State, error) {
	state, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	result := &State{}
	if state == nil {
		return result, nil
	}
	for _, r := range state.Resources {
		if bookkeeping(string(r.URN), string(r.Type)) {
			continue
		}
		result.Resources = append(result.Resources, StateResource{
			URN: string(r.URN), Type: string(r.Type), Name: r.URN.Name(), ID: string(r.ID),
			Protect: r.Protect, Retain: r.RetainOnDelete,
		})
	}
	slices.SortFunc(result.Resources, func(a, b StateResource) int { return strings.Compare(a.URN, b.URN) })
	result.Pending = unfinished(state)
	return result, nil
}

// Outputs implements Stack.
func (s *stack) Outputs(ctx context.Context) (map[string]any, error) {
	state, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	if state == nil {
		return nil, s.noStack()
	}
	return outputsOf(state), nil
}

func (s *stack) noStack() error {
	return errorf(ErrNoStack, "stack %q does not exist yet; create it with `ladder up %s`", s.Stack, s.Stack)
}

func outputsOf(state *apitype.DeploymentV3) map[string]any {
	for _, r := range state.Resources {
		if string(r.Type) == stackType {
			return maskAll(r.Outputs)
		}
	}
	return map[string]any{}
}

// bookkeeping tells the engine's own resources from those that somebody declared, see Result.
func bookkeeping(urn, typ string) bool {
	return typ == stackType ||
		strings.HasPrefix(typ, "pulumi:providers:") && strings.HasPrefix(nameOf(urn), "default")
}

func nameOf(urn string) string {
	if u := resource.URN(urn); u.IsValid() {
		return u.Name()
	}
	return urn
}

func typeOf(urn string) string {
	if u := resource.URN(urn); u.IsValid() {
		return string(u.Type())
	}
	return ""
}

func maskAll(values map[string]any) map[string]any {
	masked := make(map[string]any, len(values))
	for key, value := range values {
		masked[key] = mask(value)
	}
	return masked
}

// mask turns a serialized property into plain JSON without secrets.
func mask(value any) any {
	switch value := value.(type) {
	case string:
		if value == plugin.UnknownStringValue {
			return Unknown
		}
	case []any:
		masked := make([]any, len(value))
		for i, item := range value {
			masked[i] = mask(item)
		}
		return masked
	case map[string]any:
		switch value[resource.SigKey] {
		case nil:
			return maskAll(value)
		case resource.SecretSig:
			return Secret
		case resource.ResourceReferenceSig:
			return value["urn"]
		case resource.OutputValueSig:
			return maskOutput(value)
		}
		rest := maskAll(value) // an asset or archive: its path or hash
		delete(rest, resource.SigKey)
		return rest
	}
	return value
}

func maskOutput(value map[string]any) any {
	if value["secret"] == true {
		return Secret
	}
	inner, known := value["value"]
	if !known {
		return Unknown
	}
	return mask(inner)
}
