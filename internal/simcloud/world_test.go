package simcloud_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ladder-iac/ladder/internal/simcloud"
)

// world is a cloud with resources that tests make by type and delete again.
type world struct {
	t      *testing.T
	cloud  *simcloud.Cloud
	client pulumirpc.ResourceProviderClient // of us-east-1
	inside pulumirpc.ResourceProviderClient // of a cluster there; nil without one
}

// thing is a resource that exists.
type thing struct {
	typ, name, id string
	inputs        props
	outputs       resource.PropertyMap
}

func newWorld(t *testing.T) world {
	t.Helper()
	cloud := open(t, t.TempDir())
	cloud.SetPatience(0)
	return world{t, cloud, aws(t, serve(t, cloud), "us-east-1"), nil}
}

// inCluster adds a cluster in Auto Mode, in which objects are made.
func (w world) inCluster() (world, thing) {
	w.t.Helper()
	eks := w.make(eksType, "cell", props{"name": "cell", "computeConfig": props{"enabled": true}})
	w.inside = w.into(eks.outputs["arn"].StringValue())
	return w, eks
}

// inClusterOf adds a cluster where the type is one of objects.
func (w world) inClusterOf(token string) world {
	w.t.Helper()
	if strings.HasPrefix(token, "kubernetes:") {
		w, _ = w.inCluster()
	}
	return w
}

// into returns a client for a cluster.
func (w world) into(cluster string) pulumirpc.ResourceProviderClient {
	w.t.Helper()
	client := dial(w.t, serve(w.t, w.cloud), "kubernetes")
	configure(w.t, client, props{"clusterIdentifier": cluster})
	return client
}

// at returns the client that makes resources of a type.
func (w world) at(typ string) pulumirpc.ResourceProviderClient {
	if strings.HasPrefix(typ, "kubernetes:") {
		return w.inside
	}
	return w.client
}

func (w world) make(typ, name string, inputs props) thing {
	w.t.Helper()
	made := must(create(w.t, w.at(typ), typ, name, inputs))(w.t)
	return thing{typ, name, made.GetId(), inputs, unwire(w.t, made.GetProperties())}
}

func (w world) update(was thing, inputs props) (thing, error) {
	w.t.Helper()
	made, err := w.at(was.typ).Update(w.t.Context(), &pulumirpc.UpdateRequest{
		Urn: urn(was.typ, was.name), Id: was.id, Olds: w.wired(was), OldInputs: wire(w.t, was.inputs), News: wire(w.t, inputs),
	})
	if err != nil {
		return was, err
	}
	return thing{was.typ, was.name, was.id, inputs, unwire(w.t, made.GetProperties())}, nil
}

func (w world) delete(x thing) error {
	w.t.Helper()
	_, err := w.at(x.typ).Delete(w.t.Context(), w.deletion(x))
	return err
}

func (w world) deletion(x thing) *pulumirpc.DeleteRequest {
	return &pulumirpc.DeleteRequest{Urn: urn(x.typ, x.name), Id: x.id, Properties: w.wired(x)}
}

func (w world) wired(x thing) *structpb.Struct {
	w.t.Helper()
	made, err := plugin.MarshalProperties(x.outputs, plugin.MarshalOptions{KeepSecrets: true})
	require.NoError(w.t, err)
	return made
}

// refused holds an error to AWS's code and to what a reader needs: what, the value, who, the way out.
func refused(t *testing.T, err error, code string, parts ...string) {
	t.Helper()
	require.Equal(t, codes.FailedPrecondition, status.Code(err), "%v", err)
	for _, part := range append(parts, ": "+code+": ", "want ") {
		require.ErrorContains(t, err, part)
	}
}

func (x thing) subject() string { return x.typ + ` "` + x.name + `"` }
