package engine

import (
	"context"
	"errors"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/require"
)

const netURN = "urn:pulumi:dev::demo::thing:index:Thing::net"

func pre(op apitype.OpType, diff ...string) apitype.EngineEvent {
	return apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: metadata(op, diff...)}}
}

func end(op apitype.OpType) apitype.EngineEvent {
	return apitype.EngineEvent{ResOutputsEvent: &apitype.ResOutputsEvent{Metadata: metadata(op)}}
}

func metadata(op apitype.OpType, diff ...string) apitype.StepEventMetadata {
	m := apitype.StepEventMetadata{
		Op: op, URN: netURN, Type: "thing:index:Thing", New: &apitype.StepEventStateMetadata{Custom: true},
		DetailedDiff: map[string]apitype.PropertyDiff{},
	}
	for _, path := range diff {
		m.DetailedDiff[path] = apitype.PropertyDiff{}
	}
	return m
}

func TestReplacementCountsOnceInEitherOrder(t *testing.T) {
	t.Parallel()
	for name, ops := range map[string][]apitype.OpType{
		"create first": {apitype.OpCreateReplacement, apitype.OpReplace, apitype.OpDeleteReplaced},
		"delete first": {apitype.OpDeleteReplaced, apitype.OpReplace, apitype.OpCreateReplacement},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var said []string
			c := newCollector("dev", false, func(e Event) { said = append(said, e.Op+" "+e.Message) })
			for _, op := range ops {
				c.handle(pre(op, "zone", "__defaults", "tags.Name"))
				c.handle(end(op))
			}
			r := c.result(false)
			require.Equal(t, Steps{Replace: 1}, r.Steps)
			require.Equal(t, 1, r.Changes)
			require.Equal(t, []string{"tags.Name", "zone"}, r.Resources[0].Changed)
			require.Len(t, said, 4, "each half starts and ends: %v", said)
			require.ElementsMatch(t, []string{
				"replace the new one", "replace the new one", "replace the old one", "replace the old one",
			}, said)
		})
	}
}

func TestMandatoryPolicyFailsAdvisoryInforms(t *testing.T) {
	t.Parallel()
	violation := func(level string) apitype.EngineEvent {
		return apitype.EngineEvent{PolicyEvent: &apitype.PolicyEvent{
			ResourceURN: netURN, PolicyName: "safe", EnforcementLevel: level,
			Message: "<{%fg 13%}>port 22 is open<{%reset%}>\n",
		}}
	}
	s := &stack{Options: Options{Stack: "dev"}}
	var events []Event
	c := newCollector("dev", true, func(e Event) { events = append(events, e) })
	c.handle(violation("advisory"))
	require.Equal(t, "safe: port 22 is open", events[0].Message)
	require.False(t, events[0].Error)
	err := s.failure(context.Background(), "preview", c, nil, "", errors.New("exit status 255"))
	require.NotErrorIs(t, err, ErrPolicy)

	c.handle(violation("mandatory"))
	c.handle(violation("mandatory"))
	err = s.failure(context.Background(), "preview", c, nil, "", errors.New("exit status 255"))
	require.ErrorIs(t, err, ErrPolicy)
	require.EqualError(t, err, "preview dev: net (thing:index:Thing): safe: port 22 is open")
}

func TestMask(t *testing.T) {
	t.Parallel()
	const sig = "4dabf18193072939515e22adb298388d"
	got := maskAll(map[string]any{
		"plain":   "a",
		"secret":  map[string]any{sig: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "x"},
		"nested":  []any{map[string]any{"k": map[string]any{sig: "1b47061264138c4ac30d75fd1eb44270", "plaintext": `"p"`}}},
		"output":  map[string]any{sig: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "secret": true, "value": "p"},
		"later":   map[string]any{sig: "d0e6a833031e9bbcd3f4e8bde6ca49a4"},
		"unknown": "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
		"ref":     map[string]any{sig: "5cf8f73096256a8f31e491e813e4eb8e", "urn": netURN, "id": "i"},
	})
	require.Equal(t, map[string]any{
		"plain": "a", "secret": "[secret]", "nested": []any{map[string]any{"k": "[secret]"}},
		"output": "[secret]", "later": "[unknown]", "unknown": "[unknown]", "ref": netURN,
	}, got)
}

// A lookup by its URN finds the old half of a replacement, too.
func TestReplaced(t *testing.T) {
	t.Parallel()
	state := &apitype.DeploymentV3{Resources: []apitype.ResourceV3{{URN: netURN, ID: "old"}}}
	require.True(t, replaced(state, netURN, "old"))
	require.False(t, replaced(state, netURN, "new"))
	require.False(t, replaced(state, netURN+"-other", "old"))
	state.Resources[0].PendingReplacement = true
	require.False(t, replaced(state, netURN, "old"), "it was deleted before, and the new one has its id")
}

func TestAdoptedReplacementStandsBetweenWhatItNeedsAndWhatNeedsIt(t *testing.T) {
	t.Parallel()
	deployment := map[string]any{
		"resources": []any{
			map[string]any{"urn": "p"},
			map[string]any{"urn": "a"},
			map[string]any{"urn": "x", "id": "old"},
			map[string]any{"urn": "y", "dependencies": []any{"x"}},
			map[string]any{"urn": "w", "id": "same", "pendingReplacement": true}, // was deleted first
		},
		"pending_operations": []any{
			map[string]any{"type": "creating", "resource": map[string]any{
				"urn": "x", "provider": "p::1", "propertyDependencies": map[string]any{"k": []any{"a"}},
			}},
			map[string]any{"type": "creating", "resource": map[string]any{"urn": "z"}},
			map[string]any{"type": "creating", "resource": map[string]any{"urn": "w", "parent": "y"}},
			map[string]any{"type": "updating", "resource": map[string]any{"urn": "x"}},
		},
	}
	adoptInto(deployment, map[string]string{"x": "new", "w": "same"})
	var order []string
	for _, r := range deployment["resources"].([]any) { //nolint:forcetypeassert // made above
		r := r.(map[string]any)
		order = append(order, text(r["urn"])+text(r["id"])+text(r["delete"]))
	}
	require.Equal(t, []string{"p", "a", "xnew", "xoldtrue", "y", "wsame"}, order)
	require.Len(t, deployment["pending_operations"], 2)
}
