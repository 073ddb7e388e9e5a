package topology_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/app/topology"
)

// The form that components/topology writes.
const whole = `{"writer":{"host":"db.example","port":5432},"readers":[{"host":"r1.example","port":5432},` +
	`{"host":"10.0.0.7","port":5433}],"database":"ladder","cache":{"endpoint":"cache.example:6379",` +
	`"secretArn":"arn:aws:secretsmanager:us-east-1:1:secret:c"},"frozen":true}`

const least = `{"writer":{"host":"db.example","port":5432},"readers":[],"database":"ladder","frozen":false}`

func TestParse(t *testing.T) {
	t.Parallel()
	d, err := topology.Parse([]byte(whole))
	require.NoError(t, err)
	require.Equal(t, topology.Document{
		Writer:   topology.Host{Host: "db.example", Port: 5432},
		Readers:  []topology.Host{{Host: "r1.example", Port: 5432}, {Host: "10.0.0.7", Port: 5433}},
		Database: "ladder",
		Cache: &topology.Cache{
			Endpoint: "cache.example:6379", SecretARN: "arn:aws:secretsmanager:us-east-1:1:secret:c",
		},
		Frozen: true,
	}, d)
	for _, good := range []string{
		least,
		` ` + least + "\n",
		strings.Replace(least, `"frozen"`, `"later":{"than":"this version"},"frozen"`, 1),
		strings.Replace(least, "db.example", "/run/postgresql", 1),
		strings.Replace(least, "db.example", "fd00::1", 1),
	} {
		_, err := topology.Parse([]byte(good))
		require.NoError(t, err, good)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":            "want one JSON object",
		"[]":          "want one JSON object",
		whole[:50]:    "want one JSON object",
		least + "{}":  "text after the JSON object",
		least + "!":   "text after the JSON object",
		`{"port":"x"`: "want one JSON object",
		strings.Replace(least, "5432", `"5432"`, 1):                                         "want one JSON object",
		strings.Replace(least, "db.example", "", 1):                                         `writer.host: got ""`,
		strings.Replace(least, "db.example", "user:secret@db", 1):                           "writer.host",
		strings.Replace(least, "5432", "0", 1):                                              "writer.port: got 0, want 1 to 65535",
		strings.Replace(least, "ladder", "Ladder; --", 1):                                   "database",
		strings.Replace(whole, "r1.example\",\"port\":5432", "x\"", 1):                      "readers[0].port: got 0",
		strings.Replace(whole, "10.0.0.7\",\"port\":5433", "r1.example\",\"port\":5432", 1): "readers[1]: got r1.example:5432 twice",
		strings.Replace(whole, "cache.example:6379", "cache.example", 1):                    "cache.endpoint",
		strings.Replace(whole, "arn:aws", "aws", 1):                                         "cache.secretArn",
		strings.Repeat(" ", 64<<10) + least:                                                 "want at most 65536",
	} {
		_, err := topology.Parse([]byte(text))
		require.ErrorContains(t, err, want, text)
	}
}

func TestParseNamesEveryMistake(t *testing.T) {
	t.Parallel()
	_, err := topology.Parse([]byte(`{"readers":[{}],"cache":{}}`))
	for _, part := range []string{"writer.host", "writer.port", "readers[0].host", "readers[0].port", "database", "cache.endpoint"} {
		require.ErrorContains(t, err, part)
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	parse := func(text string) topology.Document {
		d, err := topology.Parse([]byte(text))
		require.NoError(t, err)
		return d
	}
	require.True(t, parse(whole).Equal(parse(whole)))
	for _, change := range [][2]string{
		{"db.example", "other"},
		{"r1.example", "other"},
		{"ladder", "other"},
		{"true", "false"},
		{"cache.example", "other"},
		{"secret:c", "secret:d"},
	} {
		require.False(t, parse(whole).Equal(parse(strings.Replace(whole, change[0], change[1], 1))), change)
	}
	require.False(t, parse(whole).Equal(parse(least)))
}

func TestParseLocation(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]topology.Location{
		"file:/run/app/topology.json": {Kind: topology.KindFile, Name: "/run/app/topology.json"},
		"ssm:/ladder/prod/topology":   {Kind: topology.KindParameter, Name: "/ladder/prod/topology"},
	} {
		got, err := topology.ParseLocation(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", "/x", "file:", "file:x", "ssm:x", "ssm:", "http://x", "ssm:/a b"} {
		_, err := topology.ParseLocation(text)
		require.ErrorContains(t, err, "want file:/path or ssm:/name", text)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(least))
	f.Add([]byte(`{"writer":{"host":"-","port":-1}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := topology.Parse(text)
		if err == nil && d.Validate() != nil {
			t.Fatalf("parsed what is not valid: %s", text)
		}
	})
}
