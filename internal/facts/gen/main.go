// Command gen writes the facts about resource types that internal/facts embeds.
//
//	go run ./internal/facts/gen                              # read the inputs of all known types off the SDKs again
//	go run ./internal/facts/gen -from FILE aws:sqs/queue:Queue   # add types; their behaviour comes from FILE
//	go run ./internal/facts/gen kubernetes:batch/v1:Job      # add a type whose behaviour needs no file
//
// Inputs come from the source of the Go SDKs in the module cache, so that a new SDK needs no list edited
// by hand. Behaviour (what replaces) is kept in the files: for AWS it was read off the real provider, for
// Kubernetes it follows the real provider's rules, for random every input replaces.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ladder-iac/ladder/internal/facts/factfile"
)

// providers are the packages whose types are known, and where their Go SDKs are.
var providers = []provider{
	{name: "aws", module: "github.com/pulumi/pulumi-aws/sdk/v6", root: "go/aws"},
	{name: "random", module: "github.com/pulumi/pulumi-random/sdk/v4", root: "go/random", computed: true},
	{name: "kubernetes", module: "github.com/pulumi/pulumi-kubernetes/sdk/v4", root: "go/kubernetes", computed: true},
}

type provider struct {
	name     string // also the name of the file
	module   string
	root     string // the folder of the SDK's root package
	computed bool   // outputs are read off the SDK, because no other source names them
}

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run generates. Without tokens it renews what the SDKs say; with tokens it adds those types too.
func run(ctx context.Context, args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("gen", flag.ContinueOnError)
	flags.SetOutput(stderr)
	from := flags.String("from", "", "file with the behaviour of AWS types (replace-on-change.json)")
	dir := flags.String("dir", filepath.Join("internal", "facts"), "folder of the facts files")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("gen: %w", err)
	}
	var problems []error
	for _, token := range flags.Args() {
		name, _, _ := strings.Cut(token, ":")
		if !slices.ContainsFunc(providers, func(p provider) bool { return p.name == name }) {
			problems = append(problems, fmt.Errorf("gen: token %q: want one of aws, random or kubernetes, "+
				"as in aws:ec2/vpc:Vpc", token))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	for _, p := range providers {
		own := func(token string) bool { return strings.HasPrefix(token, p.name+":") }
		added := slices.DeleteFunc(slices.Clone(flags.Args()), func(token string) bool { return !own(token) })
		if err := p.generate(ctx, *dir, *from, added); err != nil {
			return fmt.Errorf("gen: %w", err)
		}
	}
	return nil
}

func (p provider) generate(ctx context.Context, dir, from string, added []string) error {
	path := filepath.Join(dir, p.name+".json")
	file, err := load(path)
	if err != nil {
		return err
	}
	if len(added) > 0 && p.name == "aws" {
		if err := addBehaviour(file, from, added); err != nil {
			return err
		}
	}
	for _, token := range added {
		if file.Types[token] == nil {
			file.Types[token] = &factfile.Type{}
		}
	}
	sdk, err := openSDK(ctx, p, file.SDK)
	if err != nil {
		return err
	}
	file.SDK = sdk.version
	for _, token := range slices.Sorted(maps.Keys(file.Types)) {
		if err := sdk.describe(token, file.Types[token]); err != nil {
			return fmt.Errorf("%s: %w", token, err)
		}
		p.behave(token, file.Types[token])
	}
	file.Objects = sdk.objects
	text, err := file.Encode()
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644) //nolint:gosec // a source file, readable by all
}

// behave says what replaces a resource, where a rule of the provider says it for all of its types.
func (p provider) behave(token string, facts *factfile.Type) {
	switch p.name {
	case "random": // every input
		facts.ReplaceOnChange = slices.Sorted(maps.Keys(facts.Inputs))
	case "kubernetes":
		kubernetes(token, facts)
	}
}

func load(path string) (*factfile.File, error) {
	text, err := os.ReadFile(path) //nolint:gosec // a file of the repository
	if errors.Is(err, os.ErrNotExist) {
		return &factfile.File{Types: map[string]*factfile.Type{}}, nil
	}
	if err != nil {
		return nil, err
	}
	file, err := factfile.Decode(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return file, nil
}

// addBehaviour copies the recorded behaviour of the tokens into file.
func addBehaviour(file *factfile.File, from string, tokens []string) error {
	if from == "" {
		return fmt.Errorf("%s: the behaviour of AWS types is read from a file; say which with "+
			"-from replace-on-change.json", strings.Join(tokens, " "))
	}
	text, err := os.ReadFile(from) //nolint:gosec // the path the caller named
	if err != nil {
		return err
	}
	var recorded struct {
		Source    string                    `json:"source"`
		Resources map[string]*factfile.Type `json:"resources"`
	}
	if err := json.Unmarshal(text, &recorded); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	var problems []error
	for _, token := range tokens {
		behaviour := recorded.Resources[token]
		if behaviour == nil {
			problems = append(problems, fmt.Errorf("%s: no type %q among its %d types; look its token up "+
				"in the Go SDK, in the call of ctx.RegisterResource", from, token, len(recorded.Resources)))
			continue
		}
		file.Types[token] = behaviour
	}
	file.Source = recorded.Source
	return errors.Join(problems...)
}
