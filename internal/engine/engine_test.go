package engine_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ladder-iac/ladder/internal/engine"
)

func TestUpAgainPreviewDestroy(t *testing.T) {
	t.Parallel()
	b := newBench(t, two)

	planned, err := b.open().Preview(t.Context())
	require.NoError(t, err)
	require.Equal(t, engine.Steps{Create: 3}, planned.Steps)
	require.Zero(t, b.cloud.count(), "a preview creates nothing")

	first := b.up()
	require.Equal(t, engine.Steps{Create: 3}, first.Steps)
	require.Equal(t, 3, first.Changes)
	require.Equal(t, "dev", first.Stack)
	require.Equal(t, map[string]any{"size": "small", "password": "[secret]", "root": b.root}, first.Outputs)
	require.Equal(t, "urn:pulumi:dev::demo::demo:index:Group$thing:index:Thing::box", first.Resources[0].URN)
	require.Equal(t, "box", first.Resources[0].Name)
	require.Equal(t, "thing:index:Thing", first.Resources[0].Type)

	second := b.up()
	require.Zero(t, second.Changes)
	require.Equal(t, engine.Steps{Same: 3}, second.Steps)
	require.Equal(t, first.Outputs, second.Outputs)

	outputs, err := b.open().Outputs(t.Context())
	require.NoError(t, err)
	require.Equal(t, first.Outputs, outputs)

	read, err := b.open().Refresh(t.Context())
	require.NoError(t, err)
	require.Zero(t, read.Changes)

	gone, err := b.open().Destroy(t.Context(), false)
	require.NoError(t, err)
	require.Equal(t, engine.Steps{Delete: 3}, gone.Steps)
	require.Zero(t, b.cloud.count())
	state, err := b.open().State(t.Context())
	require.NoError(t, err)
	require.Empty(t, state.Resources)

	require.NoDirExists(t, b.outside, "a simulation must not touch the user's PULUMI_HOME")
	require.Equal(t, stackFile, b.read("Pulumi.dev.yaml"), "byte for byte")
}

func TestSecretsAreNowhereInPlain(t *testing.T) {
	t.Parallel()
	b := newBench(t, two)
	b.up()
	text := b.read(stateFile)
	require.Contains(t, text, "ciphertext")
	require.NotContains(t, text, "hunter2")
	for _, e := range b.events {
		require.NotContains(t, e.Message, "hunter2")
	}
}

func TestOverridesAreForOneRun(t *testing.T) {
	t.Parallel()
	b := newBench(t, two)
	b.up()
	plain := b.opts

	b.opts.Overrides = map[string]string{"demo:size": "large"}
	r, err := b.open().Preview(t.Context())
	require.NoError(t, err)
	require.Equal(t, engine.Steps{Same: 2, Update: 1}, r.Steps)
	require.Equal(t, []string{"size"}, r.Resources[0].Changed)

	b.opts.Overrides = map[string]string{"demo:zone": "b"}
	b.events = nil
	r, err = b.open().Up(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, r.Steps.Replace, "a replacement counts once: %+v", r.Resources)
	require.Equal(t, []string{"zone"}, r.Resources[0].Changed)
	require.Equal(t, "replace", r.Resources[0].Op)

	require.Equal(t, stackFile, b.read("Pulumi.dev.yaml"))
	b.opts = plain
	r, err = b.open().Preview(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, r.Steps.Replace, "without the override the zone goes back")

	b.opts.Overrides = map[string]string{"demo:count": "2", "demo:zones": `["a","b"]`}
	b.opts.Program = func(ctx *pulumi.Context) error {
		cfg := config.New(ctx, "demo")
		var zones []string
		cfg.RequireObject("zones", &zones)
		ctx.Export("got", pulumi.Sprintf("%d %v", cfg.RequireInt("count"), zones))
		return nil
	}
	r, err = b.open().Preview(t.Context())
	require.NoError(t, err, "typed values pass the project's schema")
	require.Equal(t, "2 [a b]", r.Outputs["got"])
	b.opts.Overrides = map[string]string{"demo:count": "two"}
	_, err = b.open().Preview(t.Context())
	require.ErrorContains(t, err, "demo:count")

	b.opts.Overrides = map[string]string{"a:b:c:d": "x", "": "y"}
	_, err = b.open().Preview(t.Context())
	require.ErrorContains(t, err, `override "a:b:c:d": want a full key such as ladder:phase`)
	require.ErrorContains(t, err, `override ""`)
}

func TestProgressIsInOrder(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(ctx *pulumi.Context) error {
		_ = ctx.Log.Warn("\x1b[31mmind the gap\x1b[0m", nil) // it only queues
		return two(ctx)
	})
	b.up()
	var box []engine.Stage
	for _, e := range b.events {
		if e.Name == "box" {
			box = append(box, e.Stage)
			require.Equal(t, engine.OpCreate, e.Op)
		}
	}
	require.Equal(t, []engine.Stage{engine.Started, engine.Done}, box)
	require.Equal(t, "mind the gap", b.said())
}

func TestRefreshSeesWhatChangedOutside(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(ctx *pulumi.Context) error {
		if _, err := thing(ctx, "box", pulumi.Map{"size": pulumi.String("small")}); err != nil {
			return err
		}
		_, err := thing(ctx, "lid", pulumi.Map{})
		return err
	})
	b.up()
	const box, lid = "urn:pulumi:dev::demo::thing:index:Thing::box", "urn:pulumi:dev::demo::thing:index:Thing::lid"
	id, _ := b.cloud.lookup(box)
	b.cloud.put(box, id, props(t, map[string]any{"size": "huge"}))
	gone, _ := b.cloud.lookup(lid)
	delete(b.cloud.things, gone)

	r, err := b.open().Refresh(t.Context())
	require.NoError(t, err)
	require.Equal(t, engine.Steps{Update: 1, Delete: 1}, r.Steps, "%+v", r.Resources)
	require.Equal(t, []string{"size"}, r.Resources[0].Changed)
	require.Equal(t, 2, b.up().Changes, "the next up puts both right")
}

func props(t *testing.T, values map[string]any) *structpb.Struct {
	t.Helper()
	s, err := structpb.NewStruct(values)
	require.NoError(t, err)
	return s
}
