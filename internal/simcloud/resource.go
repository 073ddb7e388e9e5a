package simcloud

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/ladder-iac/ladder/internal/facts"
)

// Check refuses what the facts do not know or allow, all mistakes at once. A failure names no Property: the
// engine would print the whole top-level value beside it, which for a nested or missing one misleads.
func (p *provider) Check(_ context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	resp := plugin.CheckResponse{Properties: req.News}
	place, _, err := p.configured()
	if err != nil {
		return resp, err
	}
	typ, err := facts.Lookup(string(req.Type))
	if err != nil {
		resp.Failures = []plugin.CheckFailure{{Reason: err.Error()}}
		return resp, nil
	}
	for _, problem := range slices.Concat(
		typ.CheckAt(place, req.News), typ.Refuses(req.Olds, req.News), zoneProblems(place.Region, req.News),
	) {
		reason := fmt.Sprintf("%s: got %s, want %s", problem.Property, problem.Got, problem.Want)
		resp.Failures = append(resp.Failures, plugin.CheckFailure{Reason: reason})
	}
	return resp, nil
}

// zoneProblems finds availability zones that the provider's region does not have.
func zoneProblems(region string, inputs resource.PropertyMap) []facts.Problem {
	if region == "" {
		return nil
	}
	zones, err := facts.Zones(region)
	if err != nil {
		return nil // CheckConfig has refused such a region
	}
	var problems []facts.Problem
	refuse := func(path string, v resource.PropertyValue) {
		if zone := text(v); zone != "" && !slices.Contains(zones, zone) {
			problems = append(problems, facts.Problem{
				Property: path, Got: fmt.Sprintf("%q", zone),
				Want: "a zone of the provider's region " + region + ": " + strings.Join(zones, ", "),
			})
		}
	}
	refuse("availabilityZone", inputs["availabilityZone"])
	if list := inputs["availabilityZones"]; list.IsArray() {
		for i, v := range list.ArrayValue() {
			refuse(fmt.Sprintf("availabilityZones[%d]", i), v)
		}
	}
	return problems
}

// Create makes the resource exist; in a preview it only says what would be known.
func (p *provider) Create(ctx context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	place, realm, err := p.configured()
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	typ, err := p.lookup(req.Type)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	place.Seed = string(req.URN)
	if req.Preview {
		return plugin.CreateResponse{Properties: typ.PlanCreate(place, req.Name, req.Properties)}, nil
	}
	if err := refuseUnknown(req.URN, req.Properties); err != nil {
		return plugin.CreateResponse{}, err
	}
	if err := p.strike(ctx, req.URN, BeforeCreate); err != nil {
		return plugin.CreateResponse{}, err
	}
	place.Seed += "#" + uuid.NewString()
	id, outputs := typ.Create(place, req.Name, req.Properties)
	if p.exists() {
		err = p.cloud.store.create(realm, record{
			URN: string(req.URN), Type: string(req.Type), ID: id, Created: time.Now(),
			inputs: req.Properties, outputs: outputs,
		})
		if err != nil {
			return plugin.CreateResponse{}, err
		}
	}
	if err := p.strike(ctx, req.URN, AfterCreate); err != nil {
		return plugin.CreateResponse{}, halfMade(id, req.Properties, outputs, err)
	}
	return plugin.CreateResponse{ID: resource.ID(id), Properties: outputs}, nil
}

// exists tells whether resources of this provider exist outside the state; random ones do not.
func (p *provider) exists() bool { return p.pkg != "random" }

// halfMade reports a resource that exists but did not become ready: the engine keeps it in the state, marked,
// and the next update continues with it.
func halfMade(id string, inputs, outputs resource.PropertyMap, cause error) error {
	options := plugin.MarshalOptions{KeepSecrets: true}
	in, err := plugin.MarshalProperties(inputs, options)
	if err != nil {
		return err
	}
	out, err := plugin.MarshalProperties(outputs, options)
	if err != nil {
		return err
	}
	reason := status.Convert(cause).Message()
	return rpcerror.WithDetails(rpcerror.New(codes.Unknown, reason), &pulumirpc.ErrorResourceInitFailed{
		Id: id, Inputs: in, Properties: out, Reasons: []string{reason},
	})
}

// Read returns what exists; an empty answer when it is gone.
func (p *provider) Read(_ context.Context, req plugin.ReadRequest) (plugin.ReadResponse, error) {
	_, realm, err := p.configured()
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	if !p.exists() {
		return plugin.ReadResponse{ReadResult: plugin.ReadResult{
			ID: req.ID, Inputs: req.Inputs, Outputs: req.State,
		}}, nil
	}
	known := req.State
	if len(known) == 0 { // an import, or what a killed update left: at most the inputs are known
		known = req.Inputs
	}
	found, ok, err := p.cloud.store.read(realm, string(req.Type), string(req.ID), known)
	if err != nil || !ok {
		return plugin.ReadResponse{}, err
	}
	outputs := reveal(found.outputs, known)
	inputs := drifted(req.Inputs, req.State, outputs)
	if len(req.State) == 0 {
		inputs = reveal(found.inputs, req.Inputs)
	}
	return plugin.ReadResponse{ReadResult: plugin.ReadResult{ID: req.ID, Inputs: inputs, Outputs: outputs}}, nil
}

// Update changes the resource in place; in a preview it only says what would be known.
func (p *provider) Update(ctx context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	place, realm, err := p.configured()
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	typ, err := p.lookup(req.Type)
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	id := string(req.ID)
	place.Seed = string(req.URN) + "#" + id
	if req.Preview {
		planned := typ.PlanUpdate(place, id, req.OldOutputs, req.NewInputs)
		return plugin.UpdateResponse{Properties: planned}, nil
	}
	if err := refuseUnknown(req.URN, req.NewInputs); err != nil {
		return plugin.UpdateResponse{}, err
	}
	if err := p.strike(ctx, req.URN, OnUpdate); err != nil {
		return plugin.UpdateResponse{}, err
	}
	outputs := typ.Update(place, id, req.OldOutputs, req.NewInputs)
	if p.exists() {
		err = p.cloud.store.update(realm, record{
			URN: string(req.URN), Type: string(req.Type), ID: id, inputs: req.NewInputs, outputs: outputs,
		}, req.OldOutputs)
	}
	return plugin.UpdateResponse{Properties: outputs}, err
}

// Delete makes the resource no longer exist; one that is gone already is no error. A refusal is final, unless the
// real provider waits for what holds the resource to go: the engine deletes both at once where neither names the
// other.
func (p *provider) Delete(ctx context.Context, req plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	_, realm, err := p.configured()
	if err != nil {
		return plugin.DeleteResponse{}, err
	}
	if err := p.strike(ctx, req.URN, OnDelete); err != nil {
		return plugin.DeleteResponse{}, err
	}
	if !p.exists() {
		return plugin.DeleteResponse{}, nil
	}
	deadline, pause := time.Now().Add(p.cloud.patience), firstPause
	for {
		err := p.cloud.store.delete(realm, string(req.Type), string(req.ID), req.Outputs)
		waits := targetOf(string(req.Type)).Waits && status.Code(err) == codes.FailedPrecondition
		if !waits || time.Now().After(deadline) {
			return plugin.DeleteResponse{}, err
		}
		if err := p.wait(ctx, req.URN, OnDelete, time.After(pause)); err != nil {
			return plugin.DeleteResponse{}, err
		}
		pause = min(2*pause, longestPause)
	}
}

// Invoke answers a provider function.
func (p *provider) Invoke(_ context.Context, req plugin.InvokeRequest) (plugin.InvokeResponse, error) {
	place, _, err := p.configured()
	if err != nil {
		return plugin.InvokeResponse{}, err
	}
	result, err := facts.Invoke(place, string(req.Tok), req.Args)
	if err != nil {
		return plugin.InvokeResponse{}, status.Error(codes.InvalidArgument, err.Error())
	}
	return plugin.InvokeResponse{Properties: result}, nil
}

// lookup finds the facts of a type; Check has refused unknown ones, so this fails only for a state that was
// written by another version or another tool.
func (p *provider) lookup(token fmt.Stringer) (*facts.Type, error) {
	typ, err := facts.Lookup(token.String())
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return typ, nil
}

func refuseUnknown(urn resource.URN, inputs resource.PropertyMap) error {
	for key, v := range inputs {
		if v.ContainsUnknowns() {
			return status.Errorf(codes.InvalidArgument,
				"%s: %s: got an unknown value, want a known one; only previews may have unknowns", subject(urn), key)
		}
	}
	return nil
}
