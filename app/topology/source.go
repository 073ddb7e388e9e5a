package topology

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// How often a source is read, unless somebody says otherwise. A parameter answers 40 requests a second to a whole
// account and Region [SSM quotas, 2026-09]: 60 processes ask 12 times a second, and more have to ask less often.
const (
	FileInterval      = 250 * time.Millisecond
	ParameterInterval = 5 * time.Second
)

// Source is where the document is kept.
type Source interface {
	// Read returns the text of the document.
	Read(ctx context.Context) ([]byte, error)
	// String names the source for the log.
	String() string
}

// The kinds of a Location.
const (
	KindFile      = "file"
	KindParameter = "ssm"
)

// Location is a parsed TOPOLOGY.
type Location struct {
	Kind string // KindFile or KindParameter
	Name string // path of the file, or name of the parameter
}

var parameterForm = regexp.MustCompile(`^/[A-Za-z0-9._/-]{1,1000}$`)

// ParseLocation reads file:/path or ssm:/name.
func ParseLocation(text string) (Location, error) {
	kind, name, _ := strings.Cut(text, ":")
	good := kind == KindFile && filepath.IsAbs(name) || kind == KindParameter && parameterForm.MatchString(name)
	if !good {
		return Location{}, fmt.Errorf("got %q, want file:/path or ssm:/name", text)
	}
	return Location{Kind: kind, Name: name}, nil
}

// File is a document in a file. Whoever writes it replaces it by rename; while there is none, or half of one, what
// was read before stays.
type File string

// Read implements Source.
func (f File) Read(context.Context) (content []byte, err error) {
	file, err := os.Open(string(f))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return io.ReadAll(io.LimitReader(file, maxBytes+1))
}

// String implements Source.
func (f File) String() string { return KindFile + ":" + string(f) }
