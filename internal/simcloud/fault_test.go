package simcloud_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/ladder-iac/ladder/internal/simcloud"
)

var network = props{"cidrBlock": "10.0.0.0/16"}

// faulty returns a cloud with faults, its folder and a client.
func faulty(t *testing.T, faults ...simcloud.Fault) (*simcloud.Cloud, string, pulumirpc.ResourceProviderClient) {
	t.Helper()
	dir := t.TempDir()
	cloud := open(t, dir)
	cloud.Inject(faults...)
	return cloud, dir, aws(t, serve(t, cloud), "us-east-1")
}

func TestCreateFailsBefore(t *testing.T) {
	t.Parallel()
	_, dir, client := faulty(t, simcloud.Fault{Resource: "net", Moment: simcloud.BeforeCreate, Times: 1})
	_, err := create(t, client, vpcType, "net", network)
	require.ErrorContains(t, err, `aws:ec2/vpc:Vpc "net": InternalFailure`)
	require.Empty(t, files(t, dir))
	must(create(t, client, vpcType, "other", network))(t)
	must(create(t, client, vpcType, "net", network))(t)
	require.Len(t, files(t, dir), 2)
}

func TestCreateFailsAfter(t *testing.T) {
	t.Parallel()
	cloud, dir, client := faulty(t, simcloud.Fault{Resource: urn(vpcType, "net"), Moment: simcloud.AfterCreate})
	_, err := create(t, client, vpcType, "net", props{"cidrBlock": "10.0.0.0/16", "tags": secret("hidden-tags")})
	require.ErrorContains(t, err, "timeout while waiting for state to become 'available'")
	half := partial(t, err)
	id, ok := cloud.Lookup(urn(vpcType, "net"))
	require.True(t, ok, "it exists")
	require.Equal(t, id, half.GetId())
	require.Equal(t, "10.0.0.0/16", unwire(t, half.GetProperties())["cidrBlock"].StringValue())
	require.True(t, unwire(t, half.GetProperties())["tags"].IsSecret())
	noText(t, dir, "hidden-tags")
}

// partial returns the half-made resource that an error reports.
func partial(t *testing.T, err error) *pulumirpc.ErrorResourceInitFailed {
	t.Helper()
	for _, detail := range status.Convert(err).Details() {
		if half, ok := detail.(*pulumirpc.ErrorResourceInitFailed); ok {
			return half
		}
	}
	require.Failf(t, "no partial state", "%v", err)
	return nil
}

func TestThrottlingIsRetried(t *testing.T) {
	t.Parallel()
	_, dir, client := faulty(t,
		simcloud.Fault{Resource: "some", Moment: simcloud.BeforeCreate, Kind: simcloud.Throttle, Times: 3},
		simcloud.Fault{Resource: "always", Moment: simcloud.BeforeCreate, Kind: simcloud.Throttle},
	)
	must(create(t, client, vpcType, "some", network))(t)
	_, err := create(t, client, vpcType, "always", network)
	require.Equal(t, codes.ResourceExhausted, status.Code(err))
	require.ErrorContains(t, err, "ThrottlingException: Rate exceeded, 25 attempts")
	require.Len(t, files(t, dir), 1)
}

func TestUpdateAndDeleteFail(t *testing.T) {
	t.Parallel()
	cloud, dir, client := faulty(t)
	made := must(create(t, client, vpcType, "net", network))(t)
	before, err := os.ReadFile(filepath.Join(dir, files(t, dir)[0]))
	require.NoError(t, err)
	cloud.Inject(
		simcloud.Fault{Resource: "net", Moment: simcloud.OnUpdate, Times: 1},
		simcloud.Fault{Resource: "net", Moment: simcloud.OnDelete, Times: 1},
	)
	update := func() error {
		_, err := client.Update(t.Context(), &pulumirpc.UpdateRequest{
			Urn: urn(vpcType, "net"), Id: made.GetId(), Olds: made.GetProperties(), OldInputs: wire(t, network),
			News: wire(t, props{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true}),
		})
		return err
	}
	remove := func() error {
		_, err := client.Delete(t.Context(), &pulumirpc.DeleteRequest{
			Urn: urn(vpcType, "net"), Id: made.GetId(), Properties: made.GetProperties(),
		})
		return err
	}
	require.ErrorContains(t, update(), "at update")
	require.ErrorContains(t, remove(), "at delete")
	after, err := os.ReadFile(filepath.Join(dir, files(t, dir)[0]))
	require.NoError(t, err)
	require.Equal(t, before, after, "a failed call changes nothing")
	require.NoError(t, update())
	now := must(client.Read(t.Context(), &pulumirpc.ReadRequest{
		Urn: urn(vpcType, "net"), Id: made.GetId(), Properties: made.GetProperties(), Inputs: wire(t, network),
	}))(t)
	require.True(t, unwire(t, now.GetProperties())["enableDnsHostnames"].BoolValue(), "the cloud has the change")
	require.NoError(t, remove())
	require.Empty(t, files(t, dir))
}

func TestHangEndsWhenCancelled(t *testing.T) {
	t.Parallel()
	type client = pulumirpc.ResourceProviderClient
	for name, end := range map[string]func(t *testing.T, c client, stop func(), s *simcloud.Servers){
		"cancel": func(t *testing.T, c client, _ func(), _ *simcloud.Servers) {
			t.Helper()
			_, err := c.Cancel(t.Context(), &emptypb.Empty{})
			require.NoError(t, err)
		},
		"engine gone": func(_ *testing.T, _ client, stop func(), _ *simcloud.Servers) { stop() },
		"servers closed": func(t *testing.T, _ client, _ func(), s *simcloud.Servers) {
			t.Helper()
			require.NoError(t, s.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := open(t, t.TempDir())
			cloud.Inject(
				simcloud.Fault{Resource: "before", Moment: simcloud.BeforeCreate, Kind: simcloud.Hang},
				simcloud.Fault{Resource: "after", Moment: simcloud.AfterCreate, Kind: simcloud.Hang},
			)
			servers := serve(t, cloud)
			client := aws(t, servers, "us-east-1")
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			failed := map[string]chan error{"before": make(chan error, 1), "after": make(chan error, 1)}
			for resource, result := range failed {
				inputs := wire(t, network)
				go func() {
					_, err := client.Create(ctx, &pulumirpc.CreateRequest{Urn: urn(vpcType, resource), Properties: inputs})
					result <- err
				}()
			}
			require.Eventually(t, func() bool {
				_, ok := cloud.Lookup(urn(vpcType, "after"))
				return ok
			}, 5*time.Second, time.Millisecond)
			select {
			case err := <-failed["after"]:
				require.Failf(t, "did not hang", "%v", err)
			default:
			}
			end(t, client, stop, servers)
			require.Error(t, <-failed["before"])
			err := <-failed["after"]
			require.Error(t, err)
			if name == "cancel" { // the engine still listens
				id, _ := cloud.Lookup(urn(vpcType, "after"))
				require.Equal(t, id, partial(t, err).GetId())
			}
			_, ok := cloud.Lookup(urn(vpcType, "before"))
			require.False(t, ok)
			_, ok = cloud.Lookup(urn(vpcType, "after"))
			require.True(t, ok, "what was made stays")
		})
	}
}

func TestFaultsFromAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(text string) error {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "faults.json"), []byte(text), 0o600))
		_, err := simcloud.Open(dir)
		return err
	}
	require.ErrorContains(t, write(`{`), "want a list like")
	require.ErrorContains(t, write(`[{"resource": "net", "moment": "before-create", "tims": 1}]`), "tims")
	err := write(`[{"moment": "later", "kind": "burn", "times": -1}]`)
	for _, want := range []string{
		"element 0", `resource: got ""`, `moment: got "later"`, `kind: got "burn"`, "times: got -1",
	} {
		require.ErrorContains(t, err, want)
	}
	require.NoError(t, write(`[{"resource": "net", "moment": "before-create"}]`))
	client := aws(t, serve(t, open(t, dir)), "us-east-1")
	_, err = create(t, client, vpcType, "net", network)
	require.ErrorContains(t, err, "InternalFailure")
	require.Empty(t, files(t, dir))
}

func TestOpenRefusesAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	_, err := simcloud.Open(path)
	require.ErrorContains(t, err, "simulated cloud: ")
	require.ErrorContains(t, err, "name a folder")
}
