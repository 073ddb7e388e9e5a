package engine

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/internal/facts"
)

// lift turns AWS's own protection against deletion off, where a destruction is wanted: an update of these resources
// alone. AWS lifts it from nothing by itself, and the engine knows nothing of it.
func (s *stack) lift(ctx context.Context, state *apitype.DeploymentV3) (*apitype.DeploymentV3, error) {
	var urns, names []string
	for _, r := range state.Resources {
		if property, guarded := guard(string(r.Type)); guarded && !r.Delete && !r.RetainOnDelete &&
			r.Inputs[property] == true {
			urns, names = append(urns, string(r.URN)), append(names, r.URN.Name())
		}
	}
	if len(urns) == 0 {
		return state, nil
	}
	s.note("deletion protection is turned off in the cloud for: %s", strings.Join(names, ", "))
	op := operation{name: "up", state: state, program: s.unguarded}
	_, err := s.run(ctx, op, func(a auto.Stack, file string, to eventStream) error {
		_, err := a.Up(ctx, optup.ConfigFile(file), optup.Color("never"), optup.Target(urns),
			optup.SuppressProgress(), optup.EventStreams(to))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("turning deletion protection off: nothing was deleted: %w; "+
			"if the config is no longer that of what is deployed, run up first", err)
	}
	return s.load(ctx)
}

// unguarded is the program without deletion protection.
func (s *stack) unguarded(ctx *pulumi.Context) error {
	err := ctx.RegisterResourceTransform(
		func(_ context.Context, a *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult {
			if property, guarded := guard(a.Type); guarded {
				a.Props[property] = pulumi.Bool(false)
			}
			return &pulumi.ResourceTransformResult{Props: a.Props, Opts: a.Opts}
		})
	if err != nil {
		return err
	}
	return s.Program(ctx)
}

// guard is the input that makes AWS refuse to delete resources of a type.
func guard(token string) (property string, guarded bool) {
	typ, err := facts.Lookup(token)
	if err != nil {
		return "", false
	}
	protection, guarded := typ.Protection()
	return protection.Property, guarded
}
