// Package facts knows what a cloud does with each resource type Ladder uses: which inputs exist, which
// are required, which outputs appear, which change replaces the resource. It is data read off the real
// providers (see gen), and pure functions over it. It needs no account, no network and no Pulumi engine.
//
// Two callers share it, so that they cannot disagree: internal/graph predicts a change offline,
// internal/simcloud answers the real Pulumi engine.
package facts

// Place says where a resource would live. It gives ids, ARNs and endpoints their form.
type Place struct {
	Account string // AWS account id, 12 digits
	Region  string // AWS region, e.g. "us-east-1"
	// Seed tells one creation from another; equal seeds give equal ids. The URN alone gives stable ids
	// (internal/graph); URN plus a creation nonce gives a new id after a replacement (internal/simcloud).
	Seed string
	// DefaultTags are the provider's default tags; they show in the output tagsAll.
	DefaultTags map[string]string
}

// Problem is one mistake in a resource's inputs.
type Problem struct {
	Property string // path, e.g. "rootBlockDevice.volumeSize"
	Got      string // the value or kind of value found; never a secret's value
	Want     string // the values wanted, and the way out
}

// Kind is what a change does to a resource, worst last.
type Kind int

// The kinds of change.
const (
	Same Kind = iota
	Update
	Replace
)

// Change is one changed input.
type Change struct {
	Path string // e.g. "tags.Name", "ingress[0].fromPort"
	Kind Kind
}

// Diff is what happens to a resource when its inputs change.
type Diff struct {
	Kind    Kind
	Changes []Change // sorted by path; empty when Kind is Same
	// DeleteBeforeReplace is true when the old resource must be gone before the new one is created.
	DeleteBeforeReplace bool
}
