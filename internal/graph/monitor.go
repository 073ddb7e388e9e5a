package graph

import (
	"context"
	"fmt"
	"net"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/ladder-iac/ladder/internal/facts"
)

// monitor is what a program talks to in place of the Pulumi engine. The SDK has mocks for that; they lose
// values that are not known yet inside secrets, and a prediction is made of such values.
type monitor struct {
	pulumirpc.UnimplementedResourceMonitorServer
	*recorder
}

// engine takes what a program tells the engine beside its resources.
type engine struct {
	pulumirpc.UnimplementedEngineServer
}

// kept is what survives on the way between program and recorder: everything.
var kept = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true}

// serve offers the recorder to a program on this machine's loopback address.
func (r *recorder) serve() (address string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it listens at once or fails
	if err != nil {
		return "", nil, fmt.Errorf("record a program: %w", err)
	}
	server := grpc.NewServer()
	pulumirpc.RegisterResourceMonitorServer(server, &monitor{recorder: r})
	pulumirpc.RegisterEngineServer(server, &engine{})
	go func() { _ = server.Serve(listener) }() // ends with Stop
	return listener.Addr().String(), server.Stop, nil
}

// GetDeploymentInfo says what the SDK may send.
func (m *monitor) GetDeploymentInfo(context.Context, *emptypb.Empty) (*pulumirpc.DeploymentInfo, error) {
	return &pulumirpc.DeploymentInfo{
		Project: m.run.Project, Stack: m.run.Stack,
		SupportedFeatures: []pulumirpc.ResourceMonitorFeature{
			pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_SECRETS,
			pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
			pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
			pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_DELETED_WITH,
			pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
		},
	}, nil
}

// Invoke answers a data source.
func (m *monitor) Invoke(
	_ context.Context, req *pulumirpc.ResourceInvokeRequest,
) (*pulumirpc.ResourceInvokeResponse, error) {
	args, err := plugin.UnmarshalProperties(req.GetArgs(), kept)
	if err != nil {
		return nil, err
	}
	answer, err := facts.Invoke(m.place(urnOfProvider(req.GetProvider()), ""), req.GetTok(), args)
	if err != nil {
		return nil, err
	}
	result, err := plugin.MarshalProperties(answer, kept)
	return &pulumirpc.ResourceInvokeResponse{Return: result}, err
}

// ReadResource refuses: nothing exists offline.
func (m *monitor) ReadResource(
	_ context.Context, req *pulumirpc.ReadResourceRequest,
) (*pulumirpc.ReadResourceResponse, error) {
	return nil, fmt.Errorf("%s %q: reading an existing resource is not supported offline; "+
		"look it up with a data source", req.GetType(), req.GetName())
}

// RegisterResource records a resource and answers with what is known of it.
func (m *monitor) RegisterResource(
	_ context.Context, req *pulumirpc.RegisterResourceRequest,
) (*pulumirpc.RegisterResourceResponse, error) {
	if req.GetType() == string(resource.RootStackType) {
		return &pulumirpc.RegisterResourceResponse{Urn: m.urn("", req.GetType(), req.GetName())}, nil
	}
	n, err := m.register(req)
	if err != nil {
		return nil, err
	}
	outputs := n.outputs.Copy()
	for _, name := range req.GetAdditionalSecretOutputs() {
		if key := resource.PropertyKey(name); outputs.HasValue(key) && !outputs[key].IsSecret() {
			outputs[key] = resource.MakeSecret(outputs[key])
		}
	}
	object, err := plugin.MarshalProperties(outputs, kept)
	return &pulumirpc.RegisterResourceResponse{Urn: n.URN, Id: n.id, Object: object}, err
}

// RegisterResourceOutputs has nothing to add: a component's outputs are its children's.
func (m *monitor) RegisterResourceOutputs(
	_ context.Context, req *pulumirpc.RegisterResourceOutputsRequest,
) (*emptypb.Empty, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.finished[req.GetUrn()]++
	return &emptypb.Empty{}, nil
}

// SignalAndWaitForShutdown lets the program end.
func (m *monitor) SignalAndWaitForShutdown(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// Log drops a message: what matters of it comes back as the program's error.
func (e *engine) Log(context.Context, *pulumirpc.LogRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}
