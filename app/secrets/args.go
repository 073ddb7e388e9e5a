package secrets

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// Usage is the help.
const Usage = `usage: app secrets -dir DIR [-every 10m] NAME=SOURCE...
       app secrets -check -dir DIR

  Writes each source to the file NAME in DIR, and again when it has changed. A source is the ARN of a secret, with
  #FIELD for one field of a JSON object, or the https:// address of certificates as PEM. With -every 0 it writes all
  once and ends. -check ends with 0 once all were written, and with 1 before.
`

const (
	defaultEvery = 10 * time.Minute
	minEvery     = time.Second
)

// UsageError is wrong arguments.
type UsageError struct{ reason error }

// Error says what is wrong and how it goes.
func (e UsageError) Error() string { return e.reason.Error() + "\n" + Usage }

// Unwrap returns what is wrong.
func (e UsageError) Unwrap() error { return e.reason }

// Parse reads the arguments of the command. All mistakes are reported at once. Check is whether Check is asked for.
func Parse(args []string) (c Config, check bool, err error) {
	set := flag.NewFlagSet("secrets", flag.ContinueOnError)
	set.SetOutput(io.Discard) // the error is printed once, by the caller
	set.StringVar(&c.Dir, "dir", "", "")
	set.DurationVar(&c.Every, "every", defaultEvery, "")
	set.BoolVar(&check, "check", false, "")
	if err := set.Parse(args); err != nil {
		return c, check, UsageError{fmt.Errorf("secrets: %w", err)}
	}
	var bad []error
	add := func(ok bool, format string, args ...any) {
		if !ok {
			bad = append(bad, fmt.Errorf("secrets: "+format, args...))
		}
	}
	add(c.Dir != "", "-dir: got nothing, want a folder, such as /run/secrets")
	add(c.Every == 0 || c.Every >= minEvery, "-every: got %s, want 0 or at least %s", c.Every, minEvery)
	add(check || set.NArg() > 0, "got no files, want NAME=SOURCE")
	add(!check || set.NArg() == 0, "got %q with -check, want no files", set.Args())
	taken := map[string]bool{}
	for _, text := range set.Args() {
		file, err := parseFile(text)
		add(err == nil, "%w", err)
		add(err != nil || !taken[file.Name], "%s: got it twice, want each file once", file.Name)
		taken[file.Name] = true
		c.Files = append(c.Files, file)
	}
	if err := errors.Join(bad...); err != nil {
		return c, check, UsageError{err}
	}
	return c, check, nil
}

var (
	nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$`)
	// [AWS Secrets Manager API Reference, CreateSecret, Name, 2026-09].
	arnForm   = regexp.MustCompile(`^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$`)
	fieldForm = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
)

// parseFile reads NAME=SOURCE.
func parseFile(text string) (File, error) {
	name, source, _ := strings.Cut(text, "=")
	if !nameForm.MatchString(name) || strings.HasSuffix(name, ".new") {
		return File{}, fmt.Errorf("got %q, want NAME=SOURCE with a name of letters, digits, '_', '-' and '.', "+
			"not ending in .new", text)
	}
	if address, err := url.Parse(source); err == nil && address.Scheme == "https" && address.Host != "" {
		if address.User != nil || address.Fragment != "" {
			return File{}, fmt.Errorf("%s: got an address with a user or a fragment, want https://HOST/PATH", name)
		}
		return File{Name: name, Source: source}, nil
	}
	arn, field, chosen := strings.Cut(source, "#")
	if !arnForm.MatchString(arn) || chosen && !fieldForm.MatchString(field) {
		return File{}, fmt.Errorf("%s: got %q, want the ARN of a secret, with #FIELD or without, or https://HOST/PATH",
			name, source)
	}
	return File{Name: name, Source: arn, Field: field}, nil
}

// value is what the file holds. The errors of encoding/json would show a piece of the text.
func (f File) value(text []byte) ([]byte, error) {
	if f.Field == "" {
		return text, nil
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(text, &object) != nil {
		return nil, errors.New("got no JSON object")
	}
	var value string
	if raw, has := object[f.Field]; !has || json.Unmarshal(raw, &value) != nil || value == "" {
		return nil, fmt.Errorf("got no text in the field %q", f.Field)
	}
	return []byte(value), nil
}
