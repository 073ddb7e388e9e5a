package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/providers"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// ready returns the state after it has dealt with what a killed update left behind: its lock and the
// operations whose outcome it could not record. The repair ends with a refresh, which is nil without one.
func (s *stack) ready(ctx context.Context) (state *apitype.DeploymentV3, refreshed *Result, err error) {
	if s.Simulate != nil {
		if err := s.unlock(); err != nil {
			return nil, nil, err
		}
	}
	if state, err = s.load(ctx); err != nil {
		return nil, nil, err
	}
	if err := s.checkAnswers(state); err != nil {
		return nil, nil, err
	}
	if len(unfinished(state)) == 0 {
		return state, nil, nil
	}
	s.explain(state)
	if refreshed, err = s.repair(ctx, state); err != nil {
		return nil, nil, fmt.Errorf("repair after a killed update: %w", err)
	}
	s.Adopt, s.Forget = nil, nil // answered
	state, err = s.load(ctx)
	return state, refreshed, err
}

// unfinished returns the operations that a killed update left, and those that its repair did.
func unfinished(state *apitype.DeploymentV3) []Pending {
	if state == nil {
		return nil
	}
	var all []Pending
	add := func(urn resource.URN, op string) {
		all = append(all, Pending{URN: string(urn), Type: typeOf(string(urn)), Name: nameOf(string(urn)), Op: op})
	}
	for _, op := range state.PendingOperations {
		add(op.Resource.URN, string(op.Type))
	}
	for _, r := range state.Resources {
		if unread(r) {
			add(r.URN, string(apitype.OperationTypeReading))
		}
	}
	return all
}

// unread reports whether a resource was adopted, and the refresh that was to read it failed.
func unread(r apitype.ResourceV3) bool {
	return r.Custom && r.ID != "" && len(r.Outputs) == 0 && !providers.IsProviderType(r.Type)
}

// checkAnswers refuses answers to what nobody asked: of a URN, a shell takes $aws for a variable.
func (s *stack) checkAnswers(state *apitype.DeploymentV3) error {
	var asked []string
	for _, op := range unfinished(state) {
		if op.Op == string(apitype.OperationTypeCreating) || s.adopted(state, op.URN) {
			asked = append(asked, op.URN)
		}
	}
	answered := append(slices.Sorted(maps.Keys(s.Adopt)), s.Forget...)
	unknown := slices.DeleteFunc(answered, func(urn string) bool { return slices.Contains(asked, urn) })
	switch {
	case len(unknown) == 0:
		return nil
	case len(asked) == 0:
		return errorf(ErrPending, "stack %q: nothing was changed: got --adopt or --forget of\n  %s\nwant none: "+
			"no killed update left a creation unfinished", s.Stack, strings.Join(unknown, "\n  "))
	}
	return errorf(ErrPending, "stack %q: nothing was changed: got --adopt or --forget of\n  %s\nwant one of\n  %s\n"+
		"in single quotes, or the shell takes what follows a $ for a variable",
		s.Stack, strings.Join(unknown, "\n  "), strings.Join(asked, "\n  "))
}

// lock is the content of the file backend's lock files.
type lock struct {
	Pid       int       `json:"pid"`
	Username  string    `json:"username"`
	Hostname  string    `json:"hostname"`
	Timestamp time.Time `json:"timestamp"`
}

// unlock removes locks of dead processes of this machine and refuses all others. Only locks of the
// simulation's own backend are ever removed.
func (s *stack) unlock() error {
	folder := filepath.Join(s.dir, stateFolder, ".pulumi", "locks", "organization", s.Project.Name, s.Stack)
	if err := s.dropTorn(); err != nil {
		return err
	}
	paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil //nolint:nilerr // a bad pattern finds nothing, and the CLI reports locks too
	}
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	for _, path := range paths {
		var holder lock
		data, err := os.ReadFile(path) //nolint:gosec // below the simulation's folder
		if errors.Is(err, os.ErrNotExist) {
			continue // released meanwhile
		}
		if err == nil {
			err = json.Unmarshal(data, &holder)
		}
		switch {
		case err != nil:
			return errorf(ErrLocked, "stack %q: unreadable lock %s: %v; remove it when no update is running",
				s.Stack, path, err)
		case holder.Hostname != host || alive(holder.Pid):
			return errorf(ErrLocked, "stack %q is locked by process %d of %s@%s since %s; wait for it to end, "+
				"or when it is gone remove %s", s.Stack, holder.Pid, holder.Username, holder.Hostname,
				holder.Timestamp.Format(time.DateTime), path)
		}
		s.note("removed the lock of an update that was killed (process %d, since %s)",
			holder.Pid, holder.Timestamp.Format(time.DateTime))
		for _, file := range []string{path + ".attrs", path} { // the backend's own note beside each file
			if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// dropTorn removes the empty notes that a CLI leaves beside its files when it is killed while writing one; with
// them the backend cannot read the files themselves. A note says nothing that the file does not.
func (s *stack) dropTorn() error {
	stacks := filepath.Join(s.dir, stateFolder, ".pulumi", "stacks", s.Project.Name)
	notes, err := filepath.Glob(filepath.Join(stacks, s.Stack+".json*.attrs"))
	if err != nil {
		return nil //nolint:nilerr // a bad pattern finds nothing
	}
	for _, note := range notes {
		info, err := os.Stat(note)
		if err != nil || info.Size() > 0 {
			continue // gone, or whole
		}
		if err := os.Remove(note); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// adopted reports whether the state has a resource as it is to be adopted: the command is said again.
func (s *stack) adopted(state *apitype.DeploymentV3, urn string) bool {
	return slices.ContainsFunc(state.Resources, func(r apitype.ResourceV3) bool {
		return string(r.URN) == urn && unread(r) && s.Adopt[urn] == string(r.ID)
	})
}

// explain names every unfinished operation.
func (s *stack) explain(state *apitype.DeploymentV3) {
	for _, op := range unfinished(state) {
		s.note("an update was killed while %s %s (%s)", op.Op, op.Name, op.Type)
	}
}

// repair settles interrupted creates and then reads what really exists, which settles all others.
func (s *stack) repair(ctx context.Context, state *apitype.DeploymentV3) (*Result, error) {
	adopted := map[string]string{}
	var unsettled []string
	for _, op := range state.PendingOperations {
		if op.Type != apitype.OperationTypeCreating {
			continue
		}
		urn, what := string(op.Resource.URN), fmt.Sprintf("%s (%s)", op.Resource.URN.Name(), op.Resource.URN.Type())
		id, exists, sure := s.outcome(urn)
		switch {
		case !sure:
			unsettled = append(unsettled, what+"\n    "+urn)
		case exists && replaced(state, urn, id):
			s.note("%s was not created, %s is what it is to replace: it is forgotten", what, id)
		case exists:
			s.note("%s was created as %s: it is adopted", what, id)
			adopted[urn] = id
		default:
			s.note("%s was not created: it is forgotten", what)
		}
	}
	if len(unsettled) > 0 {
		return nil, errorf(ErrPending, "stack %q: it may or may not have created:\n  %s\n"+
			"look each up in the cloud; then adopt it with --adopt 'URN=ID', or when it does not exist "+
			"say --forget 'URN'", s.Stack, strings.Join(unsettled, "\n  "))
	}
	if len(adopted) > 0 {
		if err := s.adopt(ctx, adopted); err != nil {
			return nil, err
		}
	}
	return s.refresh(ctx, state, optrefresh.ClearPendingCreates())
}

// replaced reports whether the state has the resource already: a lookup by URN finds what a replacement was to be
// made for, too. What was deleted before its replacement is still in the state, and may have had the same id.
func replaced(state *apitype.DeploymentV3, urn, id string) bool {
	return slices.ContainsFunc(state.Resources, func(r apitype.ResourceV3) bool {
		return string(r.URN) == urn && string(r.ID) == id && !r.PendingReplacement
	})
}

// outcome tells what became of an interrupted create; sure is false when nobody knows.
func (s *stack) outcome(urn string) (id string, exists, sure bool) {
	if id, ok := s.Adopt[urn]; ok {
		return id, true, true
	}
	if slices.Contains(s.Forget, urn) {
		return "", false, true
	}
	if s.Simulate == nil || s.Simulate.Lookup == nil {
		return "", false, false
	}
	id, exists = s.Simulate.Lookup(urn)
	return id, exists, true
}
