package stacks_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/project"
	"github.com/ladder-iac/ladder/internal/simcloud"
	"github.com/ladder-iac/ladder/stacks"
)

// simulated is a simulated cloud with the real Pulumi engine.
type simulated struct {
	project *project.Project
	cloud   *simcloud.Cloud
	dir     string
	env     []string
}

func simulate(t *testing.T) *simulated {
	t.Helper()
	p, err := project.Find(".")
	require.NoError(t, err)
	s := &simulated{project: p, dir: t.TempDir()}
	s.cloud, err = simcloud.Open(filepath.Join(s.dir, "cloud"))
	require.NoError(t, err)
	servers, err := s.cloud.Serve(0)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, servers.Close()) })
	s.env = servers.Env()
	return s
}

// stack opens a stack; name is a file Pulumi.NAME.yaml, whose values config overrides.
func (s *simulated) stack(
	t *testing.T, name string, program pulumi.RunFunc, config map[string]string,
) engine.Stack {
	t.Helper()
	stack, err := engine.Open(t.Context(), engine.Options{
		Project: s.project, Stack: name, Program: program, Overrides: config,
		Env:      append(os.Environ(), "PULUMI_SKIP_CHECKPOINTS=true"), // nothing is killed here
		Simulate: &engine.Simulation{Dir: s.dir, Env: s.env, Lookup: s.cloud.Lookup},
	})
	require.NoError(t, err)
	return stack
}

// edits are what an owner of phase 1 may do to it, from harmless to fatal.
var edits = map[string]map[string]string{
	"nothing":         {},
	"larger machine":  {"ladder:instanceType": "t4g.xlarge"},
	"more disk":       {"ladder:dataVolumeGiB": "100"},
	"a domain":        {"ladder:domain": "shop.example.com", "ladder:hostedZoneId": "Z0123456789ABC"},
	"an address":      {"ladder:alertEmail": "ops@example.com"},
	"a third zone":    {"ladder:zones": `{"a":"us-east-1a","b":"us-east-1b","c":"us-east-1d"}`},
	"a zone less":     {"ladder:zones": `{"a":"us-east-1a"}`},
	"another zone":    {"ladder:zones": `{"a":"us-east-1c","b":"us-east-1b"}`},
	"another range":   {"ladder:vpcCidr": "10.8.0.0/16"},
	"another region":  {"aws:region": "us-west-2", "ladder:zones": `{"a":"us-west-2a"}`},
	"a larger budget": {"ladder:monthlyBudgetUSD": "150"},
}

// The prediction of `ladder diff` and the preview of the engine agree on every edit, to the resource.
func TestOfflineDiffAgreesWithTheEngine(t *testing.T) {
	t.Parallel()
	base := run(t, "phase1", nil)
	s := simulate(t)
	up, err := s.stack(t, "phase1", stacks.Run, base.Config).Up(t.Context())
	require.NoError(t, err)
	g, err := graph.Record(stacks.Run, base)
	require.NoError(t, err)
	require.Equal(t, len(g.Resources), up.Steps.Create, "every resource is created")

	again, err := s.stack(t, "phase1", stacks.Run, base.Config).Up(t.Context())
	require.NoError(t, err)
	require.Zero(t, again.Changes, "a second run changes nothing: %+v", again.Resources)

	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := maps.Clone(base.Config)
			maps.Copy(config, edit)
			to := base
			to.Config = config
			predicted, err := graph.Compare(stacks.Run, base, to)
			require.NoError(t, err)
			preview, err := s.stack(t, "phase1", stacks.Run, config).Preview(t.Context())
			if lost := protected(g, append(predicted.Replace, predicted.Delete...), false); len(lost) > 0 {
				require.Error(t, err, "the engine refuses to touch what is protected")
				for _, name := range lost {
					require.ErrorContains(t, err, name)
				}
				require.Equal(t, len(lost), strings.Count(err.Error(), "protected, and this change"), "no more and no fewer")
				return
			}
			require.NoError(t, err)
			require.Equal(t, operations(predicted), steps(preview))
		})
	}
}

// protected returns the names of the protected resources among those that would go; on demand, those with data alone.
func protected(g *graph.Graph, gone []graph.Change, withData bool) []string {
	names := []string{}
	for _, r := range g.Resources {
		for _, c := range gone {
			if c.URN == r.URN && r.Options.Protect && (!withData || c.Stateful && !rebuildable[c.Name]) {
				names = append(names, r.Name)
			}
		}
	}
	return names
}

// operations are what a prediction says of each URN that changes.
func operations(d *graph.Diff) map[string]string {
	ops := map[string]string{}
	for op, changes := range map[string][]graph.Change{
		"create": d.Create, "update": d.Update, "replace": d.Replace, "delete": d.Delete,
	} {
		for _, c := range changes {
			ops[c.URN] = op + " " + strings.Join(c.Changed, " ")
			switch {
			case op == "create" || op == "delete":
				ops[c.URN] = op
			case strings.HasPrefix(c.Type, "ladder:"):
				ops[c.URN] = op + " " // the engine does not say what of a component changes
			}
		}
	}
	return ops
}

func steps(r *engine.Result) map[string]string {
	ops := map[string]string{}
	for _, s := range r.Resources {
		switch s.Op {
		case "same":
		case "create", "delete":
			ops[s.URN] = s.Op
		default:
			ops[s.URN] = s.Op + " " + strings.Join(s.Changed, " ")
		}
	}
	return ops
}

// No secret is in the state in the clear, nor in what the simulated cloud keeps; a program that exports its
// password in the clear is caught.
func TestNoSecretInPlainState(t *testing.T) {
	t.Parallel()
	base := run(t, "phase1", nil)
	s := simulate(t)
	_, err := s.stack(t, "phase1", stacks.Run, base.Config).Up(t.Context())
	require.NoError(t, err)
	require.Empty(t, plainPasswords(t, s.dir))

	leaky := simulate(t)
	_, err = leaky.stack(t, "phase1", func(ctx *pulumi.Context) error {
		password, err := random.NewRandomPassword(ctx, "leak", &random.RandomPasswordArgs{
			Length: pulumi.Int(32), Special: pulumi.Bool(false),
		})
		if err != nil {
			return err
		}
		ctx.Export("password", pulumi.Unsecret(password.Result))
		return nil
	}, base.Config).Up(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, plainPasswords(t, leaky.dir), "the check finds a password that leaks")
}

// passwordLike is what the credential component makes: 32 letters and digits.
var passwordLike = regexp.MustCompile(`^[A-Za-z0-9]{32}$`)

// plainPasswords returns strings in the state and in the cloud's files that look like a password.
func plainPasswords(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	for _, folder := range []string{"state", "cloud"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(dir, folder), func(path string, d os.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".json" {
				return err
			}
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			var document any
			require.NoError(t, json.Unmarshal(text, &document), path)
			found = append(found, passwordsIn(document)...)
			return nil
		}))
	}
	return found
}

func passwordsIn(value any) []string {
	var found []string
	switch value := value.(type) {
	case map[string]any:
		if _, encrypted := value["ciphertext"]; encrypted {
			return nil
		}
		for key, v := range value {
			if key != "versionId" { // of an S3 object, 32 letters and digits too
				found = append(found, passwordsIn(v)...)
			}
		}
	case []any:
		for _, v := range value {
			found = append(found, passwordsIn(v)...)
		}
	case string:
		if passwordLike.MatchString(value) && strings.ToLower(value) != value && strings.ToUpper(value) != value {
			found = append(found, value)
		}
	}
	return found
}

func TestProtectedDataIsNotDestroyed(t *testing.T) {
	t.Parallel()
	base := run(t, "phase1", nil)
	s := simulate(t)
	stack := s.stack(t, "phase1", stacks.Run, base.Config)
	_, err := stack.Up(t.Context())
	require.NoError(t, err)
	_, err = stack.Destroy(t.Context(), false)
	require.ErrorIs(t, err, engine.ErrProtected)
	require.ErrorContains(t, err, "server-data")
	state, err := stack.State(t.Context())
	require.NoError(t, err)
	require.Greater(t, len(state.Resources), 60, "nothing was deleted")

	result, err := stack.Destroy(t.Context(), true)
	require.NoError(t, err)
	require.Equal(t, result.Changes, result.Steps.Delete)
	state, err = stack.State(t.Context())
	require.NoError(t, err)
	require.Empty(t, state.Resources)
}
