package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// adopt writes resources whose creation was interrupted into the state; ids holds the provider's ID by URN.
// A refresh must follow, to read their outputs.
//
// `pulumi refresh --import-pending-creates` is made for this, but as of 3.259 it only renames the pending
// operation, and the refresh after it drops the resource (seen in the CLI's source and in our test).
func (s *stack) adopt(ctx context.Context, ids map[string]string) error {
	text, err := s.pulumi(ctx, s.Project.Root, "stack", "export", "--stack", s.Stack)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber() // every number stays as it is written
	var file struct {
		Version    int            `json:"version"`
		Features   []string       `json:"features,omitempty"`
		Deployment map[string]any `json:"deployment"`
	}
	if err := decoder.Decode(&file); err != nil {
		return errorf(ErrState, "state of stack %q: the backend's export is not a Pulumi state: %v", s.Stack, err)
	}
	adoptInto(file.Deployment, ids)
	var out bytes.Buffer
	if err := json.NewEncoder(&out).Encode(file); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ladder-")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "state.json")
	err = os.WriteFile(path, out.Bytes(), 0o600)
	if err == nil {
		_, err = s.pulumi(ctx, s.Project.Root, "stack", "import", "--file", path, "--stack", s.Stack)
	}
	return errors.Join(err, os.RemoveAll(dir))
}

// adoptInto moves the resources from the pending operations to the resources of a deployment.
func adoptInto(deployment map[string]any, ids map[string]string) {
	resources, _ := deployment["resources"].([]any)
	pending, _ := deployment["pending_operations"].([]any)
	var left []any
	for _, one := range pending {
		op, _ := one.(map[string]any)
		created, _ := op["resource"].(map[string]any)
		id, ok := ids[text(created["urn"])]
		if !ok || op["type"] != "creating" {
			left = append(left, one)
			continue
		}
		created["id"] = id
		resources = retire(resources, created["urn"])
		resources = slices.Insert(resources, afterAllOf(resources, needs(created)), any(created))
	}
	deployment["resources"], deployment["pending_operations"] = resources, left
}

// retire is for the old half of a replacement whose create was interrupted: it is to be deleted, or has gone already.
func retire(resources []any, urn any) []any {
	return slices.DeleteFunc(resources, func(one any) bool {
		old, ok := one.(map[string]any)
		if !ok || old["urn"] != urn {
			return false
		}
		old["delete"] = true
		return old["pendingReplacement"] == true
	})
}

// needs returns the URNs that must come before the resource in a state.
func needs(resource map[string]any) map[string]bool {
	all := map[string]bool{text(resource["parent"]): true}
	if provider := text(resource["provider"]); provider != "" {
		all[provider[:max(strings.LastIndex(provider, "::"), 0)]] = true // URN::ID
	}
	dependencies, _ := resource["dependencies"].([]any)
	byProperty, _ := resource["propertyDependencies"].(map[string]any)
	for _, more := range byProperty {
		list, _ := more.([]any)
		dependencies = append(slices.Clone(dependencies), list...)
	}
	for _, urn := range dependencies {
		all[text(urn)] = true
	}
	return all
}

// afterAllOf returns the first place after all resources with these URNs.
func afterAllOf(resources []any, urns map[string]bool) int {
	for i := len(resources); i > 0; i-- {
		if r, ok := resources[i-1].(map[string]any); ok && urns[text(r["urn"])] {
			return i
		}
	}
	return 0
}

func text(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}
