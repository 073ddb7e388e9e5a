package simcloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/rogpeppe/go-internal/lockedfile"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
)

// store keeps what exists, one file a resource:
//
//	dir/123456789012/us-east-1/aws.ec2.subnet.Subnet/subnet-0a1b2c3d.json
//
// A file is written beside its place and renamed into it, so that a reader, and a command after a killed
// one, finds it whole or not at all. Changes hold a lock, because names must be unique among all commands.
type store struct {
	dir  string
	seen *seen
}

// seen keeps what files said, by path, because names and references are looked up among many resources, most of
// which have not changed since. Its records are shared: they are only read.
type seen struct {
	mu    sync.Mutex
	files map[string]file
}

type file struct {
	info fs.FileInfo // a file is replaced as a whole: inode, time and size tell whether it is still the same
	says record
}

// record is one resource that exists. Secrets are masked in its file.
type record struct {
	URN     string    `json:"urn"`
	Type    string    `json:"type"`
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	// Reserved is set on a deleted resource whose name AWS gives to no other before that time.
	Reserved time.Time      `json:"reserved,omitzero"`
	Inputs   map[string]any `json:"inputs"`
	Outputs  map[string]any `json:"outputs"`

	inputs, outputs resource.PropertyMap // what Inputs and Outputs say
	path            string               // its file
}

// gone is true for a resource that was deleted and only keeps its name.
func (r record) gone() bool { return !r.Reserved.IsZero() }

// create adds a resource, unless its id or its name is taken, or it names what does not exist.
func (s store) create(realm string, r record) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	if err := s.missing(realm, "creating", r, nil); err != nil {
		return err
	}
	realm = realmOf(realm, r.Type)
	if err := s.conflict(realm, r, ""); err != nil {
		return err
	}
	return s.write(s.path(realm, r.Type, r.ID, r.outputs), r)
}

// read returns a resource; state, when not empty, helps to find one whose id alone is not unique.
func (s store) read(realm, typ, id string, state resource.PropertyMap) (record, bool, error) {
	realm = realmOf(realm, typ)
	if len(state) > 0 {
		r, ok, err := s.load(s.path(realm, typ, id, state))
		return r, ok && !r.gone(), err
	}
	for _, r := range s.ofType(realm, typ) {
		if r.ID == id && !r.gone() {
			return r, true, nil
		}
	}
	return record{}, false, nil
}

// update changes a resource that exists.
func (s store) update(realm string, r record, state resource.PropertyMap) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	path := s.path(realmOf(realm, r.Type), r.Type, r.ID, state)
	was, ok, err := s.load(path)
	if err != nil {
		return err
	}
	if !ok || was.gone() {
		return status.Errorf(codes.NotFound, "updating %s: NotFound: %s does not exist; "+
			"run refresh, so that the next update creates it again", subject(resource.URN(r.URN)), r.ID)
	}
	if err := s.missing(realm, "updating", r, was.inputs); err != nil {
		return err
	}
	if err := s.conflict(realmOf(realm, r.Type), r, path); err != nil {
		return err
	}
	r.Created = was.Created
	return s.write(path, r)
}

// delete removes a resource, unless something holds it; one that is gone already is no error.
func (s store) delete(realm, typ, id string, state resource.PropertyMap) error {
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	path := s.path(realmOf(realm, typ), typ, id, state)
	r, ok, err := s.load(path)
	if err != nil || !ok || r.gone() {
		return err
	}
	if err := s.held(realm, r); err != nil {
		return err
	}
	if err := s.cascade(realm, r); err != nil {
		return err
	}
	if r.Reserved = reservedUntil(r); r.gone() {
		return s.write(path, r)
	}
	return s.remove(path)
}

// remove deletes a file and the folders that it leaves empty.
func (s store) remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for folder := filepath.Dir(path); folder != s.dir; folder = filepath.Dir(folder) {
		if os.Remove(folder) != nil {
			break // other resources are in it
		}
	}
	return nil
}

// all returns everything that exists. Files that cannot be read are left out.
func (s store) all() []record {
	var found []record
	_ = filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && filepath.Dir(path) != s.dir {
			if r, ok, err := s.load(path); ok && err == nil && !r.gone() {
				found = append(found, r)
			}
		}
		return nil // a folder that vanished meanwhile holds nothing
	})
	return found
}

// ofType returns what exists of a type in a realm, and what was deleted and keeps its name.
func (s store) ofType(realm, typ string) []record {
	paths, _ := filepath.Glob(filepath.Join(globQuote(filepath.Join(s.dir, realm, folderOf(typ))), "*.json"))
	var found []record
	for _, path := range paths {
		if r, ok, err := s.load(path); ok && err == nil {
			found = append(found, r)
		}
	}
	return found
}

// globQuote makes path match only itself in a Glob.
func globQuote(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

func (s store) lock() (unlock func(), err error) {
	return lockedfile.MutexAt(filepath.Join(s.dir, ".lock")).Lock()
}

func (s store) path(realm, typ, id string, props resource.PropertyMap) string {
	name := id
	if within := text(props[parents[typ]]); within != "" {
		name = within + "/" + id
	}
	return filepath.Join(s.dir, realm, folderOf(typ), escape(name)+".json")
}

// folderOf turns "aws:ec2/subnet:Subnet" into "aws.ec2.subnet.Subnet".
func folderOf(typ string) string { return strings.NewReplacer(":", ".", "/", ".").Replace(typ) }

// load reads a file, unless it has not changed since it was read.
func (s store) load(path string) (record, bool, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return record{}, false, nil
	}
	if err != nil {
		return record{}, false, err
	}
	s.seen.mu.Lock()
	was, ok := s.seen.files[path]
	s.seen.mu.Unlock()
	if ok && os.SameFile(was.info, info) && was.info.ModTime().Equal(info.ModTime()) && was.info.Size() == info.Size() {
		return was.says, true, nil
	}
	r, ok, err := parse(path)
	if ok && err == nil {
		s.seen.mu.Lock()
		s.seen.files[path] = file{info, r}
		s.seen.mu.Unlock()
	}
	return r, ok, err
}

func parse(path string) (record, bool, error) {
	content, err := os.ReadFile(path) //nolint:gosec // in the folder that was opened
	if errors.Is(err, fs.ErrNotExist) {
		return record{}, false, nil
	}
	if err != nil {
		return record{}, false, err
	}
	r := record{path: path}
	if err := json.Unmarshal(content, &r); err != nil {
		return record{}, false, fmt.Errorf("simulated cloud: %s: %w; mend the file, "+
			"or delete it as if someone had deleted the resource by hand", path, err)
	}
	if r.inputs, err = decode(r.Inputs); err != nil {
		return record{}, false, fmt.Errorf("simulated cloud: %s: inputs: %w", path, err)
	}
	if r.outputs, err = decode(r.Outputs); err != nil {
		return record{}, false, fmt.Errorf("simulated cloud: %s: outputs: %w", path, err)
	}
	return r, true, nil
}

func (s store) write(path string, r record) error {
	var err error
	if r.Inputs, err = encode(r.inputs); err != nil {
		return fmt.Errorf("%s: inputs: %w", r.URN, err)
	}
	if r.Outputs, err = encode(r.outputs); err != nil {
		return fmt.Errorf("%s: outputs: %w", r.URN, err)
	}
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", r.URN, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	// Changes hold the lock, so one name for the file that is being written is enough; one that a killed
	// command left behind is overwritten.
	temporary := filepath.Join(s.dir, ".writing")
	if err := os.WriteFile(temporary, append(content, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

// encode turns properties, secrets masked, into JSON values; assets keep the engine's own wire form.
func encode(props resource.PropertyMap) (map[string]any, error) {
	wire, err := plugin.MarshalProperties(maskMap(props), plugin.MarshalOptions{})
	if err != nil {
		return nil, err
	}
	return wire.AsMap(), nil
}

func decode(values map[string]any) (resource.PropertyMap, error) {
	wire, err := structpb.NewStruct(values)
	if err != nil {
		return nil, err
	}
	return plugin.UnmarshalProperties(wire, plugin.MarshalOptions{})
}
