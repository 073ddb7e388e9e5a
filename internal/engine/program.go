package engine

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// program serves the program to the engine as a language host. The Automation API has one of its own for
// inline programs, but that one leaves ctx.RootDirectory() empty, and paths in the config are relative to it.
type program struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	run  pulumi.RunFunc
	root string

	server  *grpc.Server
	address string
	mu      sync.Mutex
	err     error // what the program returned last
}

func serveProgram(ctx context.Context, run pulumi.RunFunc, root string) (*program, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("program server: %w", err)
	}
	p := &program{run: run, root: root, server: grpc.NewServer(), address: listener.Addr().String()}
	pulumirpc.RegisterLanguageRuntimeServer(p.server, p)
	go func() { _ = p.server.Serve(listener) }() // it returns an error only when close stops it
	return p, nil
}

// close ends the server and cancels a program that still runs.
func (p *program) close() { p.server.Stop() }

// result returns what the program returned last, nil when it did not run.
func (p *program) result() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Run runs the program once.
func (p *program) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	info := pulumi.RunInfo{
		Project:          req.GetProject(),
		Stack:            req.GetStack(),
		Organization:     req.GetOrganization(),
		RootDirectory:    p.root,
		Config:           req.GetConfig(),
		ConfigSecretKeys: req.GetConfigSecretKeys(),
		Parallel:         req.GetParallel(),
		DryRun:           req.GetDryRun(),
		MonitorAddr:      req.GetMonitorAddress(),
	}
	if len(req.GetArgs()) > 0 {
		info.EngineAddr = req.GetArgs()[0]
	}
	err := runProgram(ctx, info, p.run)
	p.mu.Lock()
	p.err = err
	p.mu.Unlock()
	if err != nil {
		return &pulumirpc.RunResponse{Error: message(err)}, nil
	}
	return &pulumirpc.RunResponse{}, nil
}

func runProgram(ctx context.Context, info pulumi.RunInfo, run pulumi.RunFunc) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the program panicked: %v", cause)
		}
	}()
	pctx, err := pulumi.NewContext(ctx, info)
	if err != nil {
		return err
	}
	defer func() { _ = pctx.Close() }() // the connections end with the engine anyway
	return pulumi.RunWithContext(pctx, run)
}

// message returns err without the list that the SDK puts around a single error.
func message(err error) string {
	if list, ok := err.(interface{ WrappedErrors() []error }); ok {
		texts := make([]string, 0, len(list.WrappedErrors()))
		for _, one := range list.WrappedErrors() {
			texts = append(texts, one.Error())
		}
		return strings.Join(texts, "\n")
	}
	return err.Error()
}

// GetRequiredPlugins names none: the engine loads providers as resources ask for them.
func (p *program) GetRequiredPlugins(context.Context, *pulumirpc.GetRequiredPluginsRequest,
) (*pulumirpc.GetRequiredPluginsResponse, error) {
	return &pulumirpc.GetRequiredPluginsResponse{}, nil
}

// GetPluginInfo is asked when the engine connects.
func (p *program) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: "1.0.0"}, nil
}

// InstallDependencies has nothing to do: the program is compiled into this process.
func (p *program) InstallDependencies(*pulumirpc.InstallDependenciesRequest,
	grpc.ServerStreamingServer[pulumirpc.InstallDependenciesResponse],
) error {
	return nil
}
