package simcloud_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ladder-iac/ladder/internal/simcloud"
)

// props is short for the properties of a test.
type props = map[string]any

// wire turns properties into the protocol's form; values may be resource.PropertyValue.
func wire(t *testing.T, m props) *structpb.Struct {
	t.Helper()
	s, err := plugin.MarshalProperties(resource.NewPropertyMapFromMap(m),
		plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true})
	require.NoError(t, err)
	return s
}

func unwire(t *testing.T, s *structpb.Struct) resource.PropertyMap {
	t.Helper()
	m, err := plugin.UnmarshalProperties(s, plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true})
	require.NoError(t, err)
	return m
}

func secret(v any) resource.PropertyValue { return resource.MakeSecret(resource.NewPropertyValue(v)) }

func unknown() resource.PropertyValue { return resource.MakeComputed(resource.NewStringProperty("")) }

func urn(typ, name string) string { return "urn:pulumi:dev::ladder::" + typ + "::" + name }

func open(t *testing.T, dir string) *simcloud.Cloud {
	t.Helper()
	cloud, err := simcloud.Open(dir)
	require.NoError(t, err)
	return cloud
}

func serve(t *testing.T, cloud *simcloud.Cloud) *simcloud.Servers {
	t.Helper()
	servers, err := cloud.Serve(0)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, servers.Close()) })
	return servers
}

// address returns where the provider of pkg listens, read from Env as the engine does.
func address(t *testing.T, servers *simcloud.Servers, pkg string) string {
	t.Helper()
	require.Len(t, servers.Env(), 1)
	list, ok := strings.CutPrefix(servers.Env()[0], "PULUMI_DEBUG_PROVIDERS=")
	require.True(t, ok, servers.Env()[0])
	for pair := range strings.SplitSeq(list, ",") {
		if port, ok := strings.CutPrefix(pair, pkg+":"); ok {
			return "127.0.0.1:" + port
		}
	}
	require.Failf(t, "no such provider", "%s in %s", pkg, list)
	return ""
}

// dial opens a connection of its own, as the engine does for each provider instance, and shakes hands.
func dial(t *testing.T, servers *simcloud.Servers, pkg string) pulumirpc.ResourceProviderClient {
	t.Helper()
	conn, err := grpc.NewClient(address(t, servers, pkg), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	client := pulumirpc.NewResourceProviderClient(conn)
	hands, err := client.Handshake(t.Context(), &pulumirpc.ProviderHandshakeRequest{})
	require.NoError(t, err)
	require.True(t, hands.GetAcceptSecrets())
	require.False(t, hands.GetAcceptResources())
	_, err = client.Attach(t.Context(), &pulumirpc.PluginAttach{Address: "127.0.0.1:1"})
	require.NoError(t, err)
	return client
}

// aws returns a configured client for a region.
func aws(t *testing.T, servers *simcloud.Servers, region string) pulumirpc.ResourceProviderClient {
	t.Helper()
	client := dial(t, servers, "aws")
	configure(t, client, props{"region": region})
	return client
}

func configure(t *testing.T, client pulumirpc.ResourceProviderClient, config props) {
	t.Helper()
	resp, err := client.Configure(t.Context(), &pulumirpc.ConfigureRequest{
		Args: wire(t, config), AcceptSecrets: true, AcceptResources: true,
	})
	require.NoError(t, err)
	require.True(t, resp.GetAcceptSecrets())
	require.True(t, resp.GetSupportsPreview())
}

func create(
	t *testing.T, client pulumirpc.ResourceProviderClient, typ, name string, inputs props,
) (*pulumirpc.CreateResponse, error) {
	t.Helper()
	return client.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn(typ, name), Properties: wire(t, inputs)})
}

// must fails the test on an error.
func must[T any](value T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		require.NoError(t, err)
		return value
	}
}

// files returns the resource files below dir, relative.
func files(t *testing.T, dir string) []string {
	t.Helper()
	found := []string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if relative, _ := filepath.Rel(dir, path); !entry.IsDir() && filepath.Dir(relative) != "." {
			found = append(found, relative)
		}
		return nil
	}))
	return found
}

// noText fails when any file below dir has text in it.
func noText(t *testing.T, dir, text string) {
	t.Helper()
	for _, file := range files(t, dir) {
		content, err := os.ReadFile(filepath.Join(dir, file))
		require.NoError(t, err)
		require.NotContains(t, string(content), text, file)
	}
}
