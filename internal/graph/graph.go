// Package graph turns a phase into data. It runs the same program that `pulumi up` runs against a monitor of
// its own, in place of the Pulumi engine, and returns the resources as a sorted value. It needs no account, no
// network and no Pulumi CLI.
package graph

// Run says which program run to record.
type Run struct {
	Project    string            // Pulumi project name, e.g. "ladder"
	Stack      string            // Pulumi stack name, e.g. "phase1"
	Root       string            // folder of Pulumi.yaml; relative paths in the config start here
	Config     map[string]string // full keys, e.g. "ladder:phase"; structured values as JSON
	SecretKeys []string          // keys of Config whose values are secret
}

// Graph is a recorded phase; its JSON form is a stable contract (docs/cli.md).
type Graph struct {
	Stack     string     `json:"stack"`
	Resources []Resource `json:"resources"` // sorted by URN
	// Finished is how often each URN has registered its outputs: a component does once, when all its children are there.
	Finished map[string]int `json:"-"`
}

// Resource is one resource as the program registers it.
type Resource struct {
	URN     string         `json:"urn"`
	Type    string         `json:"type"`
	Name    string         `json:"name"`
	Parent  string         `json:"parent"` // URN; empty directly under the stack
	Inputs  map[string]any `json:"inputs"` // secrets masked as "[secret]"
	Options Options        `json:"options"`
}

// Options are the resource options that decide its fate.
type Options struct {
	Protect             bool     `json:"protect,omitempty"`
	RetainOnDelete      bool     `json:"retainOnDelete,omitempty"`
	DeleteBeforeReplace bool     `json:"deleteBeforeReplace,omitempty"`
	IgnoreChanges       []string `json:"ignoreChanges,omitempty"`
	ReplaceOnChanges    []string `json:"replaceOnChanges,omitempty"`
	Aliases             []string `json:"aliases,omitempty"`   // URNs
	DependsOn           []string `json:"dependsOn,omitempty"` // URNs, explicit and through inputs, sorted
	Provider            string   `json:"provider,omitempty"`  // URN of an explicit provider
}

// Diff is what an update from one phase to another would do; its JSON form is a stable contract
// (docs/cli.md). Every list is sorted by URN.
type Diff struct {
	From    string   `json:"from"`
	To      string   `json:"to"`
	Same    []string `json:"same"` // URNs
	Create  []Change `json:"create"`
	Update  []Change `json:"update"`
	Replace []Change `json:"replace"`
	Delete  []Change `json:"delete"`
}

// Change is one resource that an update touches.
type Change struct {
	URN      string   `json:"urn"`
	Type     string   `json:"type"`
	Name     string   `json:"name"`
	Changed  []string `json:"changed,omitempty"` // changed inputs, sorted paths
	Stateful bool     `json:"stateful"`          // holds data that cannot be made again
	// Protected resources are neither deleted nor replaced: the engine refuses the whole update before it starts.
	Protected bool `json:"protected"`
	Retained  bool `json:"retained"` // leaves the stack and stays in the cloud when deleted
}
