package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/cli"
	"github.com/ladder-iac/ladder/internal/golden"
)

func TestPageIsUpToDate(t *testing.T) {
	t.Parallel()
	comments, err := readComments("..", "../../advise", "../../engine", "../../graph", "../../manifests",
		"../../traffic", "../../../policies/pack")
	require.NoError(t, err)
	page, err := render(cli.Docs(), comments)
	require.NoError(t, err)
	golden.Equal(t, "../../../../docs/cli.md", page) // beside testdata, in the root of the repository
}

func TestFieldTable(t *testing.T) {
	t.Parallel()
	type leaf struct {
		Size   int        `json:"size"`
		Fallen *time.Time `json:"fallen"`
		Inside bool       `json:"-"`
	}
	type tree struct {
		Leaves []leaf         `json:"leaves"`
		Notes  []string       `json:"notes,omitempty"`
		Any    map[string]any `json:"any"`
	}
	require.Equal(t, strings.Join([]string{
		"| Field | Type | Meaning |", "|---|---|---|",
		"| `leaves` | list of objects |  |",
		"| `leaves[].size` | number | in GiB |",
		"| `leaves[].fallen` | time or null |  |",
		"| `notes` | list of strings, left out when empty |  |",
		"| `any` | object |  |", "",
	}, "\n"), fieldTable(tree{}, map[string]string{"gendocs.leaf.Size": "in GiB"}))
}

func TestReadCommentsWantsFolders(t *testing.T) {
	t.Parallel()
	_, err := readComments(t.TempDir())
	require.ErrorContains(t, err, "no Go files")
}
