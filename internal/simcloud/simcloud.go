// Package simcloud is a cloud without an account: gRPC resource providers for aws, kubernetes and random,
// served from this process on 127.0.0.1 and attached to the real Pulumi engine by PULUMI_DEBUG_PROVIDERS.
// The engine, its state file, its diff, its secrets and its policy packs are real; only what lies behind
// the providers is simulated. It costs nothing and is stateful: what "exists in the cloud" lies in a
// folder, one JSON file a resource, so that it outlives the command and can be deleted by hand to see drift.
//
//	cloud, err := simcloud.Open(".ladder/cloud")
//	servers, err := cloud.Serve(0)
//	defer servers.Close()
//	cmd.Env = append(os.Environ(), servers.Env()...)
//
// What each resource type does comes from internal/facts, and with it what a resource names and what holds it: a
// name of nothing is refused, and so is the deletion of what is in use, with AWS's own errors. What the facts do not
// know is refused.
package simcloud

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Account is the AWS account of every simulated resource.
const Account = "123456789012"

// Cloud is a simulated cloud. Any number of processes may open the same folder.
type Cloud struct {
	store  store
	faults faults
	// patience is how long a deletion waits for what holds the resource to go, where the real provider waits too.
	patience time.Duration
}

// patience stands for the 2 to 20 minutes of the real provider: here a deletion takes milliseconds, not minutes.
const patience = 30 * time.Second

// longestPause is between two looks whether it is gone.
const longestPause = 200 * time.Millisecond

// Open returns the cloud whose resources lie in dir, which is created when missing. A file faults.json in
// dir, a JSON list of Fault, injects faults into a command that a test starts.
func Open(dir string) (*Cloud, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return nil, fmt.Errorf("simulated cloud: %w; name a folder that can be written", err)
	}
	cloud := &Cloud{store: store{dir: abs, seen: &seen{files: map[string]file{}}}, patience: patience}
	injected, err := readFaults(filepath.Join(abs, "faults.json"))
	if err != nil {
		return nil, err
	}
	cloud.Inject(injected...)
	return cloud, nil
}

// Lookup returns the id of the resource that exists under urn; of several, as during a replacement, the one
// created last. It tells what a killed update left behind. Resources of the random provider exist in the
// state alone and are never found.
func (c *Cloud) Lookup(urn string) (id string, ok bool) {
	var last record
	for _, r := range c.store.all() {
		if r.URN == urn && (!ok || r.Created.After(last.Created)) {
			last, ok = r, true
		}
	}
	return last.ID, ok
}

// Inject adds faults; of several that match a call the first one injected strikes first.
func (c *Cloud) Inject(list ...Fault) {
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	for _, f := range list {
		c.faults.list = append(c.faults.list, &fault{Fault: f})
	}
}

// faults are the faults of one Cloud with how often each has struck.
type faults struct {
	mu   sync.Mutex
	list []*fault
}

type fault struct {
	Fault
	struck int
}

func readFaults(path string) ([]Fault, error) {
	text, err := os.ReadFile(path) //nolint:gosec // in the folder that was opened
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("injected faults: %w", err)
	}
	var list []Fault
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&list); err != nil {
		return nil, fmt.Errorf("injected faults: %s: %w; want a list like "+
			`[{"resource": "web", "moment": "before-create", "kind": "fail", "times": 1}], or no file`, path, err)
	}
	for i, f := range list {
		if err := f.validate(); err != nil {
			return nil, fmt.Errorf("injected faults: %s: element %d: %w", path, i, err)
		}
	}
	return list, nil
}
