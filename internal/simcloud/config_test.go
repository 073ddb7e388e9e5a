package simcloud_test

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

func TestCheckConfig(t *testing.T) {
	t.Parallel()
	servers := serve(t, open(t, t.TempDir()))
	for name, test := range map[string]struct {
		pkg    string
		config props
		want   string // "" when fine
	}{
		"region":             {"aws", props{"region": "us-east-1"}, ""},
		"region not known":   {"aws", props{"region": unknown()}, ""},
		"no region":          {"aws", props{}, "region: got nothing, want an AWS region"},
		"no such region":     {"aws", props{"region": "us-moon-1"}, "us-moon-1"},
		"own cluster":        {"kubernetes", props{}, ""},
		"cluster":            {"kubernetes", props{"kubeconfig": kubeconfig("https://one", "token")}, ""},
		"kubeconfig a path":  {"kubernetes", props{"kubeconfig": "/home/me/.kube/config"}, "want the contents"},
		"context of nothing": {"kubernetes", props{"kubeconfig": kubeconfig("https://one", "t"), "context": "x"}, `"x"`},
		"random":             {"random", props{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp, err := dial(t, servers, test.pkg).CheckConfig(t.Context(), &pulumirpc.CheckRequest{
				Urn: urn("pulumi:providers:"+test.pkg, "p"), News: wire(t, test.config),
			})
			require.NoError(t, err)
			if test.want == "" {
				require.Empty(t, resp.GetFailures())
				return
			}
			require.Len(t, resp.GetFailures(), 1)
			require.Contains(t, resp.GetFailures()[0].GetReason(), test.want)
		})
	}
}

func kubeconfig(server, token string) string {
	return `{"apiVersion": "v1", "current-context": "c", "users": [{"name": "u", "user": {"token": "` + token + `"}}],
"contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
"clusters": [{"name": "k", "cluster": {"server": "` + server + `"}}]}`
}

func TestDiffConfig(t *testing.T) {
	t.Parallel()
	servers := serve(t, open(t, t.TempDir()))
	for name, test := range map[string]struct {
		pkg          string
		olds, news   props
		changed      string
		wantReplaces bool
	}{
		"same":    {"aws", props{"region": "us-east-1"}, props{"region": "us-east-1"}, "", false},
		"version": {"aws", props{"region": "us-east-1"}, props{"region": "us-east-1", "version": "6.0.0"}, "", false},
		"region":  {"aws", props{"region": "us-east-1"}, props{"region": "us-west-2"}, "region", true},
		"tags": {
			"aws",
			props{"region": "us-east-1", "defaultTags": `{"tags":{"a":"1"}}`},
			props{"region": "us-east-1", "defaultTags": `{"tags":{"a":"2"}}`},
			"defaultTags", false,
		},
		"tags removed": {
			"aws",
			props{"region": "us-east-1", "defaultTags": `{"tags":{"a":"1"}}`},
			props{"region": "us-east-1"},
			"defaultTags", false,
		},
		"token of a cluster": {
			"kubernetes",
			props{"kubeconfig": kubeconfig("https://one", "old")},
			props{"kubeconfig": kubeconfig("https://one", "new")},
			"kubeconfig", false,
		},
		"another cluster": {
			"kubernetes",
			props{"kubeconfig": kubeconfig("https://one", "t")},
			props{"kubeconfig": kubeconfig("https://two", "t")},
			"kubeconfig", true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp, err := dial(t, servers, test.pkg).DiffConfig(t.Context(), &pulumirpc.DiffRequest{
				Urn:       urn("pulumi:providers:"+test.pkg, "p"),
				OldInputs: wire(t, test.olds), Olds: wire(t, test.olds), News: wire(t, test.news),
			})
			require.NoError(t, err)
			if test.changed == "" {
				require.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, resp.GetChanges())
				return
			}
			require.Equal(t, []string{test.changed}, resp.GetDiffs())
			require.Equal(t, test.wantReplaces, len(resp.GetReplaces()) > 0)
			require.True(t, resp.GetHasDetailedDiff())
		})
	}
}
