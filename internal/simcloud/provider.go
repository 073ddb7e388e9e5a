package simcloud

import (
	"context"
	"sync"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/ladder-iac/ladder/internal/facts"
)

// versions are those of the real providers from which internal/facts was read.
var versions = map[string]semver.Version{
	"aws":        semver.MustParse("6.83.2"),
	"kubernetes": semver.MustParse("4.30.0"),
	"random":     semver.MustParse("4.19.1"),
}

// provider is one provider instance: one connection from one engine.
type provider struct {
	plugin.UnimplementedProvider
	cloud     *Cloud
	pkg       string
	cancelled chan struct{} // closed when the engine cancels
	cancel    func()

	mu    sync.Mutex // guards what Configure sets
	place facts.Place
	realm string // where in the store its resources lie; "" until configured
}

// newProviderServer returns the provider of pkg as the SDK's server speaks it.
func newProviderServer(cloud *Cloud, pkg string) pulumirpc.ResourceProviderServer {
	cancelled := make(chan struct{})
	p := &provider{
		cloud: cloud, pkg: pkg,
		cancelled: cancelled, cancel: sync.OnceFunc(func() { close(cancelled) }),
	}
	return detailed{plugin.NewProviderServer(p)}
}

// Handshake says what the provider understands: secrets stay secret, resource references come as ids.
func (p *provider) Handshake(
	context.Context, plugin.ProviderHandshakeRequest,
) (*plugin.ProviderHandshakeResponse, error) {
	return &plugin.ProviderHandshakeResponse{AcceptSecrets: true, AcceptOutputs: true}, nil
}

// Attach accepts every engine; the provider never calls back.
func (p *provider) Attach(string) error { return nil }

// GetPluginInfo gives the version of the real provider that is simulated.
func (p *provider) GetPluginInfo(context.Context) (plugin.PluginInfo, error) {
	version := versions[p.pkg]
	return plugin.PluginInfo{Version: &version}, nil
}

// GetSchema is refused: the engine does not need it, and code generation wants the real provider.
func (p *provider) GetSchema(context.Context, plugin.GetSchemaRequest) (plugin.GetSchemaResponse, error) {
	return plugin.GetSchemaResponse{}, p.refuse("GetSchema")
}

// Construct is refused: Ladder's components run in the program.
func (p *provider) Construct(context.Context, plugin.ConstructRequest) (plugin.ConstructResponse, error) {
	return plugin.ConstructResponse{}, p.refuse("Construct (a component from the provider)")
}

// Call is refused: no simulated type has methods.
func (p *provider) Call(_ context.Context, req plugin.CallRequest) (plugin.CallResponse, error) {
	return plugin.CallResponse{}, p.refuse("Call (the method " + string(req.Tok) + ")")
}

func (p *provider) refuse(what string) error {
	return status.Errorf(codes.Unimplemented,
		"the simulated %s provider has no %s; use the real provider for it", p.pkg, what)
}

// GetMapping says there is none; an error would stop the engine.
func (p *provider) GetMapping(context.Context, plugin.GetMappingRequest) (plugin.GetMappingResponse, error) {
	return plugin.GetMappingResponse{}, nil
}

// GetMappings says there are none.
func (p *provider) GetMappings(context.Context, plugin.GetMappingsRequest) (plugin.GetMappingsResponse, error) {
	return plugin.GetMappingsResponse{}, nil
}

// SignalCancellation makes calls that hang or retry return.
func (p *provider) SignalCancellation(context.Context) error {
	p.cancel()
	return nil
}

// Close implements plugin.Provider.
func (p *provider) Close() error {
	p.cancel()
	return nil
}
