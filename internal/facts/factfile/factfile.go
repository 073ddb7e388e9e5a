// Package factfile is the form in which facts about resource types are kept: one JSON file for each
// provider, written by internal/facts/gen and read by internal/facts.
package factfile

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// File holds the facts about one provider's resource types.
type File struct {
	Source  string            `json:"source"`  // where the behaviour was read
	SDK     string            `json:"sdk"`     // module and version the inputs were read from
	Types   map[string]*Type  `json:"types"`   // by type token
	Objects map[string]Fields `json:"objects"` // named objects, by "package/Name"
}

// Fields gives each field's shape. A shape is a base (string, integer, number, boolean, asset, any, or
// "#" and the name of an object), before it "[]" for a list or "{}" for a map of it, and a final "?" when
// it may be left out.
type Fields map[string]string

// Type holds what is known about one resource type. Names are those of the Pulumi SDK; "a.b" is a field
// of an object, "a[*].b" a field of each element of a list.
type Type struct {
	Terraform       string                 `json:"terraform,omitempty"` // the provider's own name
	ReplaceOnChange []string               `json:"replaceOnChange,omitempty"`
	Conditional     map[string]Conditional `json:"conditional,omitempty"`
	NoDiff          []string               `json:"noDiff,omitempty"`
	Undecided       []string               `json:"undecided,omitempty"`
	Required        []string               `json:"required,omitempty"`
	// OptionalComputed are inputs that the cloud fills in when they are left out.
	OptionalComputed []string `json:"optionalComputed,omitempty"`
	// Computed are outputs that are never inputs, with their types.
	Computed                 map[string]string `json:"computed,omitempty"`
	DeleteBeforeReplace      bool              `json:"deleteBeforeReplace,omitempty"`
	DeleteBeforeReplaceNames []string          `json:"deleteBeforeReplaceNames,omitempty"`

	// The rest is read off the SDK.

	Inputs  Fields   `json:"inputs"`
	Secrets []string `json:"secrets,omitempty"` // outputs the SDK marks secret
}

// Conditional says when a changed input replaces. A move is change, set, unset, grow, shrink, increase or
// decrease; it may name two values ("change a -> b") and, in brackets, the variant of the resource.
type Conditional struct {
	Usual   string   `json:"usual"`
	Replace []string `json:"replace"`
	Update  []string `json:"update"`
}

// Decode reads a file's text.
func Decode(text []byte) (*File, error) {
	file := &File{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(file); err != nil {
		return nil, fmt.Errorf("facts: %w", err)
	}
	if file.Types == nil {
		file.Types = map[string]*Type{}
	}
	return file, nil
}

// Encode gives a file's text: sorted, indented, the same for the same facts.
func (f *File) Encode() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(f); err != nil {
		return nil, fmt.Errorf("facts: %w", err)
	}
	return text.Bytes(), nil
}
