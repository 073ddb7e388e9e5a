package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// ready returns the state after it has dealt with what a killed update left behind: its lock and the
// operations whose outcome it could not record.
func (s *stack) ready(ctx context.Context) (*apitype.DeploymentV3, error) {
	if s.Simulate != nil {
		if err := s.unlock(); err != nil {
			return nil, err
		}
	}
	state, err := s.load(ctx)
	if err != nil || state == nil || len(state.PendingOperations) == 0 {
		return state, err
	}
	s.explain(state)
	if err := s.repair(ctx, state); err != nil {
		return nil, err
	}
	return s.load(ctx)
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

// explain names every unfinished operation.
func (s *stack) explain(state *apitype.DeploymentV3) {
	for _, op := range state.PendingOperations {
		s.note("an update was killed while %s %s (%s)", op.Type, op.Resource.URN.Name(), op.Resource.URN.Type())
	}
}

// repair settles interrupted creates and then reads what really exists, which settles all others.
func (s *stack) repair(ctx context.Context, state *apitype.DeploymentV3) error {
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
			unsettled = append(unsettled, what+" "+urn)
		case exists:
			s.note("%s was created as %s: it is adopted", what, id)
			adopted[urn] = id
		default:
			s.note("%s was not created: it is forgotten", what)
		}
	}
	if len(unsettled) > 0 {
		return errorf(ErrPending, "stack %q: a killed update may or may not have created:\n  %s\n"+
			"look each up in the cloud; then adopt it with --adopt URN=ID, or when it does not exist "+
			"say --forget URN", s.Stack, strings.Join(unsettled, "\n  "))
	}
	if len(adopted) > 0 {
		if err := s.adopt(ctx, adopted); err != nil {
			return fmt.Errorf("repair after a killed update: %w", err)
		}
	}
	if _, err := s.refresh(ctx, state, optrefresh.ClearPendingCreates()); err != nil {
		return fmt.Errorf("repair after a killed update: %w", err)
	}
	return nil
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
