package project_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/project"
)

const file = `name: shop
runtime: go
config:
  shop:size: {type: integer, default: 3}
  zones: {type: object, default: {a: us-east-1a}}
  shop:name: {type: string}
`

// write makes a project folder with the given files.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

func TestStack(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"Pulumi.yaml": file,
		"Pulumi.one.yaml": `encryptionsalt: v1:abc
config:
  shop:name: books
  shop:zones: {b: us-east-1b}
  shop:password: {secure: AAABBB}
`,
	})
	p, err := project.Find(dir)
	require.NoError(t, err)
	require.Equal(t, "shop", p.Name)
	stack, err := p.Stack("one")
	require.NoError(t, err)
	require.Equal(t, map[string]string{
		"shop:name": "books", "shop:size": "3", "shop:zones": `{"b":"us-east-1b"}`,
	}, stack.Config, "the stack's own values over the project's defaults; nothing encrypted")
	require.Equal(t, []string{"shop:password"}, stack.SecretKeys)
}

func TestFindLooksUpwards(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{"Pulumi.yaml": file})
	below := filepath.Join(dir, "cmd", "program")
	require.NoError(t, os.MkdirAll(below, 0o750))
	p, err := project.Find(below)
	require.NoError(t, err)
	require.Equal(t, dir, p.Root)
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	_, err := project.Find(t.TempDir())
	require.ErrorContains(t, err, "name one with -C DIR")

	p, err := project.Find(write(t, map[string]string{"Pulumi.yaml": file, "Pulumi.one.yaml": "", "Pulumi.two.yaml": "x: ["}))
	require.NoError(t, err)
	_, err = p.Stack("three")
	require.ErrorContains(t, err, `stack "three": no file Pulumi.three.yaml; stacks with a file: one, two`)
	_, err = p.Stack("two")
	require.ErrorContains(t, err, "read Pulumi.two.yaml")

	_, err = project.Find(write(t, map[string]string{"Pulumi.yaml": "name: ["}))
	require.ErrorContains(t, err, "read Pulumi.yaml")
}
