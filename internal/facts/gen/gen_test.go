package main

import (
	"io"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/facts/factfile"
)

var names = []string{"aws.json", "random.json", "kubernetes.json"}

// read gives the facts files of a folder.
func read(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		all[name] = string(text)
	}
	return all
}

// folder gives a copy of the repository's facts; a small one holds a single AWS type, which is quicker.
func folder(t *testing.T, small bool) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range read(t, "..") {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	if small {
		file, err := factfile.Decode([]byte(read(t, dir)["aws.json"]))
		require.NoError(t, err)
		maps.DeleteFunc(file.Types, func(token string, _ *factfile.Type) bool { return token != "aws:ebs/volume:Volume" })
		text, err := file.Encode()
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "aws.json"), text, 0o600))
		require.NoError(t, run(t.Context(), []string{"-dir", dir}, io.Discard))
	}
	return dir
}

// TestRegenerate holds the files in the repository to what the SDKs say.
func TestRegenerate(t *testing.T) {
	t.Parallel()
	dir := folder(t, false)
	require.NoError(t, run(t.Context(), []string{"-dir", dir}, io.Discard))
	require.Equal(t, read(t, ".."), read(t, dir), "run: go run ./internal/facts/gen")
}

// TestAddType takes a type out and adds it again, from a file with its behaviour.
func TestAddType(t *testing.T) {
	t.Parallel()
	const token = "aws:ebs/volume:Volume"
	dir, from := folder(t, true), filepath.Join(t.TempDir(), "recorded.json")
	text := read(t, dir)["aws.json"]
	file, err := factfile.Decode([]byte(text))
	require.NoError(t, err)
	recorded := `{"source":"` + file.Source + `","resources":{"` + token + `":{"terraform":"aws_ebs_volume",` +
		`"replaceOnChange":["availabilityZone","encrypted","kmsKeyId","multiAttachEnabled","outpostArn","snapshotId"],` +
		`"required":["availabilityZone"],` +
		`"optionalComputed":["encrypted","iops","kmsKeyId","size","snapshotId","throughput","type"],` +
		`"computed":{"arn":"string","createTime":"string","id":"string","tagsAll":"map<string>"}}}}`
	require.NoError(t, os.WriteFile(from, []byte(recorded), 0o600))

	delete(file.Types, token)
	less, err := file.Encode()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "aws.json"), less, 0o600))
	require.NotEqual(t, text, read(t, dir)["aws.json"])

	require.NoError(t, run(t.Context(), []string{"-dir", dir, "-from", from, token}, io.Discard))
	require.Equal(t, text, read(t, dir)["aws.json"])
}

func TestRefused(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.json")
	require.NoError(t, os.WriteFile(empty, []byte(`{"source":"none","resources":{}}`), 0o600))
	dir := folder(t, true)
	before := read(t, dir)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"gcp:x/y:Z"}, "want one of aws, random or kubernetes"},
		{[]string{"aws:sqs/queue:Queue"}, "-from replace-on-change.json"},
		{[]string{"-from", empty, "aws:sqs/queue:Queue"}, `no type "aws:sqs/queue:Queue"`},
		{[]string{"-from", filepath.Join(dir, "absent"), "aws:sqs/queue:Queue"}, "no such file"},
		{[]string{"random:index/randomDice:RandomDice"}, "does not register it"},
		{[]string{"kubernetes:core/v9:Pod"}, `no package "go/kubernetes/core/v9"`},
		{[]string{"kubernetes:Pod"}, "want a type token"},
	} {
		err := run(t.Context(), append([]string{"-dir", dir}, c.args...), io.Discard)
		require.ErrorContains(t, err, c.want, c.args)
	}
	require.Equal(t, before, read(t, dir), "nothing is written")
}
