package simcloud

import (
	"context"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ladder-iac/ladder/internal/facts"
)

// Diff says what new inputs do to the resource.
func (p *provider) Diff(_ context.Context, req plugin.DiffRequest) (plugin.DiffResponse, error) {
	place, _, err := p.configured()
	if err != nil {
		return plugin.DiffResult{}, err
	}
	typ, err := p.lookup(req.Type)
	if err != nil {
		return plugin.DiffResult{}, err
	}
	diff := typ.DiffAt(place, req.OldInputs, req.OldOutputs, req.NewInputs)
	result := plugin.DiffResult{Changes: plugin.DiffNone, DeleteBeforeReplace: diff.DeleteBeforeReplace}
	if diff.Kind == facts.Same {
		return result, nil
	}
	result.Changes = plugin.DiffSome
	result.DetailedDiff = map[string]plugin.PropertyDiff{}
	for _, change := range diff.Changes {
		result.DetailedDiff[change.Path] = plugin.PropertyDiff{
			Kind:      kindOf(change.Path, req.OldInputs, req.NewInputs, change.Kind == facts.Replace),
			InputDiff: true,
		}
	}
	return result, nil
}

// kindOf says whether the property at path was added, removed or changed.
func kindOf(path string, olds, news resource.PropertyMap, replaces bool) plugin.DiffKind {
	kind := plugin.DiffUpdate
	if parsed, err := resource.ParsePropertyPath(path); err == nil {
		_, had := parsed.Get(resource.NewObjectProperty(olds))
		_, has := parsed.Get(resource.NewObjectProperty(news))
		switch {
		case !had && has:
			kind = plugin.DiffAdd
		case had && !has:
			kind = plugin.DiffDelete
		}
	}
	if replaces {
		return kind.AsReplace()
	}
	return kind
}

// detailed mends what the SDK's server loses of a diff: that it is a detailed one, without which the engine
// ignores it, and that a removed property replaces.
type detailed struct {
	pulumirpc.ResourceProviderServer
}

// Diff answers with the detailed diff.
func (d detailed) Diff(ctx context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return mend(d.ResourceProviderServer.Diff(ctx, req))
}

// DiffConfig answers with the detailed diff.
func (d detailed) DiffConfig(ctx context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return mend(d.ResourceProviderServer.DiffConfig(ctx, req))
}

func mend(resp *pulumirpc.DiffResponse, err error) (*pulumirpc.DiffResponse, error) {
	if err != nil {
		return nil, err
	}
	for _, path := range resp.GetReplaces() {
		if d := resp.GetDetailedDiff()[path]; d.GetKind() == pulumirpc.PropertyDiff_DELETE {
			d.Kind = pulumirpc.PropertyDiff_DELETE_REPLACE
		}
	}
	slices.Sort(resp.Diffs)
	slices.Sort(resp.Replaces)
	resp.HasDetailedDiff = len(resp.GetDetailedDiff()) > 0
	return resp, nil
}
