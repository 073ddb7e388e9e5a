package engine_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// cloud is the smallest provider that a real engine accepts: things with any inputs, kept in memory. A
// changed "zone" replaces a thing, every other change updates it.
type cloud struct {
	pulumirpc.UnimplementedResourceProviderServer

	mu       sync.Mutex
	things   map[string]*structpb.Struct // by id
	urns     map[string]string           // id by URN
	inCreate func(ctx context.Context, name string) error
	inRead   func() error
	stopped  chan struct{} // closed when the engine asks running calls to end
}

// thing registers a resource of the test cloud.
func thing(ctx *pulumi.Context, name string, props pulumi.Map, opts ...pulumi.ResourceOption) (*custom, error) {
	var r custom
	return &r, ctx.RegisterResource("thing:index:Thing", name, props, &r, opts...)
}

type custom struct {
	pulumi.CustomResourceState
	Size pulumi.StringOutput `pulumi:"size"`
}

// serve starts the provider and returns the setting that attaches it.
func (c *cloud) serve(tb testing.TB) []string {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	server := grpc.NewServer()
	pulumirpc.RegisterResourceProviderServer(server, c)
	go func() { _ = server.Serve(listener) }()
	tb.Cleanup(server.Stop)
	port := listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // a TCP listener
	return []string{fmt.Sprintf("PULUMI_DEBUG_PROVIDERS=thing:%d", port)}
}

func newCloud() *cloud {
	return &cloud{things: map[string]*structpb.Struct{}, urns: map[string]string{}, stopped: make(chan struct{})}
}

// lookup is the Simulation.Lookup of this cloud.
func (c *cloud) lookup(urn string) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, ok := c.urns[urn]
	return id, ok
}

func (c *cloud) put(urn, id string, props *structpb.Struct) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.urns[urn], c.things[id] = id, props
}

func (c *cloud) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.things)
}

func (c *cloud) Create(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	if req.GetPreview() {
		return &pulumirpc.CreateResponse{Properties: req.GetProperties()}, nil
	}
	name := req.GetUrn()[strings.LastIndex(req.GetUrn(), "::")+2:]
	id := fmt.Sprintf("%s-%d", name, c.count())
	if req.GetProperties().GetFields()["bad"].GetBoolValue() {
		return nil, errors.New("quota of things is used up")
	}
	if c.inCreate != nil {
		if err := c.inCreate(ctx, name); err != nil {
			return nil, err
		}
	}
	c.put(req.GetUrn(), id, req.GetProperties())
	return &pulumirpc.CreateResponse{Id: id, Properties: req.GetProperties()}, nil
}

func (c *cloud) Diff(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, news := req.GetOldInputs().GetFields(), req.GetNews().GetFields()
	response := &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_NONE, HasDetailedDiff: true,
		DetailedDiff: map[string]*pulumirpc.PropertyDiff{},
	}
	both := maps.Clone(olds)
	maps.Copy(both, news)
	for key := range both {
		if olds[key].String() == news[key].String() {
			continue
		}
		kind := pulumirpc.PropertyDiff_UPDATE
		if key == "zone" {
			kind = pulumirpc.PropertyDiff_UPDATE_REPLACE
			response.Replaces = append(response.Replaces, key)
		}
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
		response.Diffs = append(response.Diffs, key)
		response.DetailedDiff[key] = &pulumirpc.PropertyDiff{Kind: kind, InputDiff: true}
	}
	return response, nil
}

func (c *cloud) Update(_ context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	if !req.GetPreview() {
		c.put(req.GetUrn(), req.GetId(), req.GetNews())
	}
	return &pulumirpc.UpdateResponse{Properties: req.GetNews()}, nil
}

func (c *cloud) Read(_ context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	if c.inRead != nil {
		if err := c.inRead(); err != nil {
			return nil, err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	props, ok := c.things[req.GetId()]
	if !ok {
		return &pulumirpc.ReadResponse{}, nil
	}
	return &pulumirpc.ReadResponse{Id: req.GetId(), Properties: props, Inputs: props}, nil
}

func (c *cloud) Delete(_ context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.things, req.GetId())
	if c.urns[req.GetUrn()] == req.GetId() {
		delete(c.urns, req.GetUrn())
	}
	return &emptypb.Empty{}, nil
}

func (c *cloud) Check(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return &pulumirpc.CheckResponse{Inputs: req.GetNews()}, nil
}

func (c *cloud) CheckConfig(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return &pulumirpc.CheckResponse{Inputs: req.GetNews()}, nil
}

func (c *cloud) DiffConfig(context.Context, *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
}

func (c *cloud) Configure(context.Context, *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	return &pulumirpc.ConfigureResponse{SupportsPreview: true}, nil
}

func (c *cloud) Attach(context.Context, *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (c *cloud) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: "1.0.0"}, nil
}

func (c *cloud) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.stopped:
	default:
		close(c.stopped)
	}
	return &emptypb.Empty{}, nil
}
