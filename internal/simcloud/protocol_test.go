package simcloud_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	vpcType       = "aws:ec2/vpc:Vpc"
	subnetType    = "aws:ec2/subnet:Subnet"
	instanceType  = "aws:ec2/instance:Instance"
	bucketType    = "aws:s3/bucketV2:BucketV2"
	objectType    = "aws:s3/bucketObjectv2:BucketObjectv2"
	roleType      = "aws:iam/role:Role"
	groupType     = "aws:ec2/securityGroup:SecurityGroup"
	dashboardType = "aws:cloudwatch/dashboard:Dashboard"
	paramType     = "aws:ssm/parameter:Parameter"
)

const trust = `{"Version":"2012-10-17","Statement":[]}`

func TestVersionsAreThoseOfTheFacts(t *testing.T) {
	t.Parallel()
	servers := serve(t, open(t, t.TempDir()))
	for _, pkg := range []string{"aws", "kubernetes", "random"} {
		content, err := os.ReadFile(filepath.Join("..", "facts", pkg+".json"))
		require.NoError(t, err)
		var file struct{ SDK string }
		require.NoError(t, json.Unmarshal(content, &file))
		_, want, ok := strings.Cut(file.SDK, " v")
		require.True(t, ok, file.SDK)
		info, err := dial(t, servers, pkg).GetPluginInfo(t.Context(), &emptypb.Empty{})
		require.NoError(t, err)
		require.Equal(t, want, info.GetVersion(), pkg)
	}
}

func TestRefusesWhatItDoesNotSimulate(t *testing.T) {
	t.Parallel()
	client := aws(t, serve(t, open(t, t.TempDir())), "us-east-1")
	calls := map[string]func() error{
		"GetSchema": func() error {
			_, err := client.GetSchema(t.Context(), &pulumirpc.GetSchemaRequest{})
			return err
		},
		"Construct": func() error {
			_, err := client.Construct(t.Context(), &pulumirpc.ConstructRequest{})
			return err
		},
		"Call": func() error {
			_, err := client.Call(t.Context(), &pulumirpc.CallRequest{})
			return err
		},
	}
	for name, call := range calls {
		err := call()
		require.ErrorContains(t, err, "the simulated aws provider has no "+name)
	}
	_, err := client.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: "aws:nowhere/getNothing:getNothing"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	require.ErrorContains(t, err, "getNothing")
}

func TestUnconfiguredConnectionIsRefused(t *testing.T) {
	t.Parallel()
	client := dial(t, serve(t, open(t, t.TempDir())), "aws")
	_, err := create(t, client, vpcType, "net", props{"cidrBlock": "10.0.0.0/16"})
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
	require.ErrorContains(t, err, "not configured")
}

func TestCheckNamesEveryMistake(t *testing.T) {
	t.Parallel()
	client := aws(t, serve(t, open(t, t.TempDir())), "us-west-2")
	check := func(typ string, inputs props) []*pulumirpc.CheckFailure {
		resp, err := client.Check(t.Context(), &pulumirpc.CheckRequest{Urn: urn(typ, "a"), News: wire(t, inputs)})
		require.NoError(t, err)
		return resp.GetFailures()
	}
	require.Empty(t, check(subnetType, props{
		"vpcId": unknown(), "cidrBlock": "10.0.0.0/24", "availabilityZone": "us-west-2a",
	}))
	failures := check(subnetType, props{
		"colour": "red", "cidrBlock": "10.0.0.0/24", "availabilityZone": "us-east-1a", // and no vpcId
	})
	require.Len(t, failures, 3)
	all := failures[0].GetReason() + "\n" + failures[1].GetReason() + "\n" + failures[2].GetReason()
	require.Regexp(t, `(?m)^colour: got .+, want .+`, all)
	require.Regexp(t, `(?m)^vpcId: got .+, want .+`, all)
	require.Regexp(t, `(?m)^availabilityZone: got "us-east-1a", want .*us-west-2a, us-west-2b`, all)

	failures = check("aws:ec2/nonsense:Nonsense", props{})
	require.Len(t, failures, 1)
	require.Contains(t, failures[0].GetReason(), "aws:ec2/nonsense:Nonsense")
}

func TestDiffIsDetailed(t *testing.T) {
	t.Parallel()
	client := aws(t, serve(t, open(t, t.TempDir())), "us-east-1")
	diff := func(typ string, olds, news props) *pulumirpc.DiffResponse {
		resp, err := client.Diff(t.Context(), &pulumirpc.DiffRequest{
			Urn: urn(typ, "a"), Id: "a-1", OldInputs: wire(t, olds), Olds: wire(t, olds), News: wire(t, news),
		})
		require.NoError(t, err)
		return resp
	}
	resp := diff(instanceType, props{"ami": "ami-1", "instanceType": "t4g.large"},
		props{"ami": "ami-1", "instanceType": "t4g.large"})
	require.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, resp.GetChanges())

	resp = diff(instanceType, props{"ami": "ami-1", "instanceType": "t4g.large"},
		props{"ami": "ami-1", "instanceType": "t4g.xlarge"})
	require.Equal(t, pulumirpc.DiffResponse_DIFF_SOME, resp.GetChanges())
	require.True(t, resp.GetHasDetailedDiff())
	require.Empty(t, resp.GetReplaces())
	require.Equal(t, pulumirpc.PropertyDiff_UPDATE, resp.GetDetailedDiff()["instanceType"].GetKind())

	for name, test := range map[string]struct {
		olds, news props
		want       pulumirpc.PropertyDiff_Kind
	}{
		"changed": {props{"outpostArn": "a"}, props{"outpostArn": "b"}, pulumirpc.PropertyDiff_UPDATE_REPLACE},
		"added":   {props{}, props{"outpostArn": "a"}, pulumirpc.PropertyDiff_ADD_REPLACE},
		"removed": {props{"outpostArn": "a"}, props{}, pulumirpc.PropertyDiff_DELETE_REPLACE},
	} {
		resp := diff(subnetType, test.olds, test.news)
		require.Equal(t, []string{"outpostArn"}, resp.GetReplaces(), name)
		require.Equal(t, test.want, resp.GetDetailedDiff()["outpostArn"].GetKind(), name)
	}
}

func TestLifeOfAResource(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cloud := open(t, dir)
	client := aws(t, serve(t, cloud), "us-east-1")
	inputs := props{"name": "/ladder/db", "type": "SecureString", "value": secret("hunter2-hunter2")}
	made := must(create(t, client, paramType, "db", inputs))(t)
	outputs := unwire(t, made.GetProperties())
	require.True(t, outputs["value"].IsSecret(), "a secret input comes back as a secret output")
	require.Equal(t, "hunter2-hunter2", outputs["value"].SecretValue().Element.StringValue())
	require.Len(t, files(t, dir), 1)
	noText(t, dir, "hunter2")

	id, ok := cloud.Lookup(urn(paramType, "db"))
	require.True(t, ok)
	require.Equal(t, made.GetId(), id)

	read := func(state, ins props) *pulumirpc.ReadResponse {
		resp, err := client.Read(t.Context(), &pulumirpc.ReadRequest{
			Urn: urn(paramType, "db"), Id: made.GetId(), Properties: wire(t, state), Inputs: wire(t, ins),
		})
		require.NoError(t, err)
		return resp
	}
	resp := must(client.Read(t.Context(), &pulumirpc.ReadRequest{
		Urn: urn(paramType, "db"), Id: made.GetId(), Properties: made.GetProperties(), Inputs: wire(t, inputs),
	}))(t)
	require.Equal(t, made.GetId(), resp.GetId())
	require.Equal(t, outputs, unwire(t, resp.GetProperties()), "the state's own secret, and nothing else changed")
	require.Equal(t, resource.NewPropertyMapFromMap(inputs), unwire(t, resp.GetInputs()))

	imported := unwire(t, read(props{}, props{}).GetInputs())
	require.Equal(t, "SecureString", imported["type"].StringValue())
	require.NotContains(t, imported, resource.PropertyKey("value"), "an import cannot know a secret")
	left := read(props{}, inputs) // what a killed update left: its inputs are known, its outputs are not
	require.Equal(t, outputs, unwire(t, left.GetProperties()))
	require.Equal(t, resource.NewPropertyMapFromMap(inputs), unwire(t, left.GetInputs()))

	news := props{"name": "/ladder/db", "type": "SecureString", "value": secret("correct-horse")}
	updated := must(client.Update(t.Context(), &pulumirpc.UpdateRequest{
		Urn: urn(paramType, "db"), Id: made.GetId(), Olds: made.GetProperties(),
		OldInputs: wire(t, inputs), News: wire(t, news),
	}))(t)
	require.True(t, unwire(t, updated.GetProperties())["value"].IsSecret())
	noText(t, dir, "correct-horse")

	for range 2 { // deleting twice is fine
		_, err := client.Delete(t.Context(), &pulumirpc.DeleteRequest{
			Urn: urn(paramType, "db"), Id: made.GetId(), Properties: updated.GetProperties(),
		})
		require.NoError(t, err)
	}
	require.Empty(t, files(t, dir))
	require.Empty(t, read(props{"name": "/ladder/db"}, inputs).GetId(), "gone")
	_, ok = cloud.Lookup(urn(paramType, "db"))
	require.False(t, ok)

	_, err := client.Update(t.Context(), &pulumirpc.UpdateRequest{
		Urn: urn(paramType, "db"), Id: made.GetId(), Olds: made.GetProperties(),
		OldInputs: wire(t, inputs), News: wire(t, news),
	})
	require.Equal(t, codes.NotFound, status.Code(err))
	require.ErrorContains(t, err, made.GetId())
}

func TestPreviewHasUnknownsAndMakesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	client := aws(t, serve(t, open(t, dir)), "us-east-1")
	inputs := wire(t, props{"vpcId": unknown(), "cidrBlock": "10.0.0.0/24"})
	planned, err := client.Create(t.Context(), &pulumirpc.CreateRequest{
		Urn: urn(subnetType, "a"), Properties: inputs, Preview: true,
	})
	require.NoError(t, err)
	outputs := unwire(t, planned.GetProperties())
	require.Equal(t, "10.0.0.0/24", outputs["cidrBlock"].StringValue())
	require.True(t, outputs["arn"].IsComputed(), "known only afterwards")
	require.Empty(t, files(t, dir))

	_, err = client.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn(subnetType, "a"), Properties: inputs})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	require.ErrorContains(t, err, "vpcId: got an unknown value")
	require.Empty(t, files(t, dir))
}

func TestRandomExistsInTheStateAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	client := dial(t, serve(t, open(t, dir)), "random")
	configure(t, client, props{})
	const typ = "random:index/randomPassword:RandomPassword"
	made := must(create(t, client, typ, "db", props{"length": 32}))(t)
	outputs := unwire(t, made.GetProperties())
	require.True(t, outputs["result"].IsSecret())
	require.Len(t, outputs["result"].SecretValue().Element.StringValue(), 32)
	require.Empty(t, files(t, dir))

	read := must(client.Read(t.Context(), &pulumirpc.ReadRequest{
		Urn: urn(typ, "db"), Id: made.GetId(), Properties: made.GetProperties(), Inputs: wire(t, props{"length": 32}),
	}))(t)
	require.Equal(t, made.GetId(), read.GetId())
	require.Equal(t, outputs, unwire(t, read.GetProperties()))

	other := must(create(t, client, typ, "db", props{"length": 32}))(t)
	require.NotEqual(t, outputs["result"], unwire(t, other.GetProperties())["result"], "every creation draws anew")
	_, err := client.Delete(t.Context(), &pulumirpc.DeleteRequest{Urn: urn(typ, "db"), Id: made.GetId()})
	require.NoError(t, err)
}
