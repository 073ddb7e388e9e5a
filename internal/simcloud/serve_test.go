package simcloud_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A port in use is one clear error, and the ports before it are free again. Not parallel: it looks at all
// goroutines of the process.
func TestServeOnAPortInUse(t *testing.T) { //nolint:paralleltest // see above
	first, third := threePorts(t)
	defer func() { require.NoError(t, third.Close()) }()
	before := goleak.IgnoreCurrent()

	_, err := open(t, t.TempDir()).Serve(first)
	require.ErrorContains(t, err, "simulated random provider")
	require.ErrorContains(t, err, fmt.Sprintf("port %d is in use", first+2))
	require.ErrorContains(t, err, "0 for free ones")
	goleak.VerifyNone(t, before)
	for _, free := range []int{first, first + 1} {
		listener, err := listen(t, free)
		require.NoError(t, err, "left running")
		require.NoError(t, listener.Close())
	}

	for _, bad := range []int{-1, 65534, 70000} {
		_, err := open(t, t.TempDir()).Serve(bad)
		require.ErrorContains(t, err, fmt.Sprintf("got %d, want 0 (free ports) to 65533", bad))
	}
}

func TestServeOnGivenPorts(t *testing.T) {
	t.Parallel()
	first, third := threePorts(t)
	require.NoError(t, third.Close())
	servers, err := open(t, t.TempDir()).Serve(first)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, servers.Close()) })
	require.Equal(t, []string{fmt.Sprintf(
		"PULUMI_DEBUG_PROVIDERS=aws:%d,kubernetes:%d,random:%d", first, first+1, first+2,
	)}, servers.Env())
}

// threePorts finds three neighbouring free ports and holds the third. They lie below the range from which
// the kernel takes ports for others.
func threePorts(t *testing.T) (first int, third net.Listener) {
	t.Helper()
	for range 100 {
		first := 20000 + rand.IntN(10000)
		held := []net.Listener{}
		for port := first; port < first+3; port++ {
			if listener, err := listen(t, port); err == nil {
				held = append(held, listener)
			}
		}
		if len(held) == 3 {
			require.NoError(t, held[0].Close())
			require.NoError(t, held[1].Close())
			return first, held[2]
		}
		for _, listener := range held {
			require.NoError(t, listener.Close())
		}
	}
	require.Fail(t, "no three free ports")
	return 0, nil
}

func listen(t *testing.T, port int) (net.Listener, error) {
	t.Helper()
	return (&net.ListenConfig{}).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", port))
}

// Each connection is a provider of its own: what one is told, the other does not know.
func TestConnectionsAreSeparateProviders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	servers := serve(t, open(t, dir))
	east, west := aws(t, servers, "us-east-1"), aws(t, servers, "us-west-2")
	one := must(create(t, east, vpcType, "net", props{"cidrBlock": "10.0.0.0/16"}))(t)
	two := must(create(t, west, vpcType, "net", props{"cidrBlock": "10.0.0.0/16"}))(t)
	require.NotEqual(t, one.GetId(), two.GetId())
	require.ElementsMatch(t, []string{
		filepath.Join("123456789012", "us-east-1", "aws.ec2.vpc.Vpc", one.GetId()+".json"),
		filepath.Join("123456789012", "us-west-2", "aws.ec2.vpc.Vpc", two.GetId()+".json"),
	}, files(t, dir))

	region := must(west.Invoke(t.Context(), &pulumirpc.InvokeRequest{
		Tok: "aws:index/getRegion:getRegion", Args: wire(t, props{}),
	}))(t)
	require.Equal(t, "us-west-2", unwire(t, region.GetReturn())["name"].StringValue())
}

func TestDefaultTagsOfTheProvider(t *testing.T) {
	t.Parallel()
	client := dial(t, serve(t, open(t, t.TempDir())), "aws")
	configure(t, client, props{"region": "us-east-1", "defaultTags": `{"tags":{"project":"ladder"}}`})
	made := must(create(t, client, vpcType, "net", props{"cidrBlock": "10.0.0.0/16", "tags": props{"a": "b"}}))(t)
	tags := unwire(t, made.GetProperties())["tagsAll"].Mappable()
	require.Equal(t, props{"project": "ladder", "a": "b"}, tags)
}

// A change of the default tags updates what carries tags, and nothing else.
func TestDefaultTagsChange(t *testing.T) {
	t.Parallel()
	servers := serve(t, open(t, t.TempDir()))
	tagged := func(tags string) pulumirpc.ResourceProviderClient {
		client := dial(t, servers, "aws")
		configure(t, client, props{"region": "us-east-1", "defaultTags": `{"tags":{"phase":"` + tags + `"}}`})
		return client
	}
	must(create(t, tagged("1"), bucketType, "b", props{"bucket": "b"}))(t)
	for typ, test := range map[string]struct {
		inputs props
		want   []string
	}{
		groupType:     {props{"vpcId": "vpc-1", "tags": props{"a": "b"}}, []string{"tagsAll"}},
		objectType:    {props{"bucket": "b", "key": "k", "content": "x"}, []string{"tagsAll"}},
		dashboardType: {props{"dashboardName": "d", "dashboardBody": "{}"}, nil},
	} {
		made := must(create(t, tagged("1"), typ, "a", test.inputs))(t)
		for phase, want := range map[string][]string{"1": nil, "2": test.want} {
			diff := must(tagged(phase).Diff(t.Context(), &pulumirpc.DiffRequest{
				Urn: urn(typ, "a"), Id: made.GetId(), Olds: made.GetProperties(),
				OldInputs: wire(t, test.inputs), News: wire(t, test.inputs),
			}))(t)
			require.Equal(t, want, diff.GetDiffs(), "%s, phase %s", typ, phase)
			require.Empty(t, diff.GetReplaces())
		}
	}
}

// Objects live in the cluster that the kubeconfig names, whatever its token.
func TestClustersAreSeparate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	servers := serve(t, open(t, dir))
	in := func(server, token string) pulumirpc.ResourceProviderClient {
		client := dial(t, servers, "kubernetes")
		configure(t, client, props{"kubeconfig": secret(kubeconfig(server, token))})
		return client
	}
	const typ = "kubernetes:core/v1:ConfigMap"
	inputs := props{"metadata": props{"name": "settings"}, "data": props{"a": "b"}}
	one := must(create(t, in("https://one.example", "t0ken"), typ, "settings", inputs))(t)
	must(create(t, in("https://two.example", "t0ken"), typ, "settings", inputs))(t)
	_, err := create(t, in("https://one.example", "another-t0ken"), typ, "settings-2", inputs)
	require.Equal(t, codes.AlreadyExists, status.Code(err))
	require.ErrorContains(t, err, one.GetId())
	require.Len(t, files(t, dir), 2)
	for _, file := range files(t, dir) {
		require.NotContains(t, file, "t0ken")
	}
}

func TestNamesAreUnique(t *testing.T) {
	t.Parallel()
	servers := serve(t, open(t, t.TempDir()))
	east, west := aws(t, servers, "us-east-1"), aws(t, servers, "us-west-2")
	for _, name := range []string{"x", "y"} {
		must(create(t, east, bucketType, name, props{"bucket": name}))(t)
	}
	for name, test := range map[string]struct {
		typ           string
		first, second props
		other         bool   // the second one in another region
		want          string // code; "" when both may be
	}{
		"bucket": {bucketType, props{"bucket": "one"}, props{"bucket": "one"}, false, "BucketAlreadyOwnedByYou"},
		"bucket in another region": {
			bucketType, props{"bucket": "two"}, props{"bucket": "two"}, true, "BucketAlreadyOwnedByYou",
		},
		"role in another region": {
			roleType,
			props{"name": "app", "assumeRolePolicy": trust},
			props{"name": "app", "assumeRolePolicy": trust},
			true, "EntityAlreadyExists",
		},
		"parameter": {
			paramType,
			props{"name": "/a", "type": "String", "value": "1"},
			props{"name": "/a", "type": "String", "value": "2"},
			false, "ParameterAlreadyExists",
		},
		"parameter in another region": {
			paramType,
			props{"name": "/b", "type": "String", "value": "1"},
			props{"name": "/b", "type": "String", "value": "2"},
			true, "",
		},
		"group in one network": {
			groupType,
			props{"name": "web", "vpcId": "vpc-1"},
			props{"name": "web", "vpcId": "vpc-1"},
			false,
			"InvalidGroup.Duplicate",
		},
		"group in two networks": {
			groupType, props{"name": "db", "vpcId": "vpc-1"}, props{"name": "db", "vpcId": "vpc-2"}, false, "",
		},
		"object in two buckets": {
			objectType,
			props{"bucket": "x", "key": "k", "content": "1"},
			props{"bucket": "y", "key": "k", "content": "1"},
			false, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second := east, east
			if test.other {
				second = west
			}
			logical := strings.ReplaceAll(name, " ", "-")
			made := must(create(t, first, test.typ, logical, test.first))(t)
			_, err := create(t, second, test.typ, logical+"-2", test.second)
			if test.want == "" {
				require.NoError(t, err)
				return
			}
			require.Equal(t, codes.AlreadyExists, status.Code(err))
			require.ErrorContains(t, err, test.want)
			require.ErrorContains(t, err, fmt.Sprintf("%s %q", test.typ, logical))

			_, err = create(t, first, test.typ, logical, test.first)
			require.ErrorContains(t, err, test.want, "the same resource a second time")
			_, err = first.Delete(t.Context(), &pulumirpc.DeleteRequest{
				Urn: urn(test.typ, logical), Id: made.GetId(), Properties: made.GetProperties(),
			})
			require.NoError(t, err)
			_, err = create(t, second, test.typ, logical+"-2", test.second)
			require.NoError(t, err, "the name is free again")
		})
	}
}

// Many commands at once: a name is given once, and nothing is lost.
func TestCommandsAtTheSameTime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const commands, each = 4, 10
	clients := make([]pulumirpc.ResourceProviderClient, commands)
	for i := range clients {
		clients[i] = aws(t, serve(t, open(t, dir)), "us-east-1")
	}
	var wg sync.WaitGroup
	won := make([]int, commands)
	errs := make(chan error, commands*each)
	for i, client := range clients {
		wg.Go(func() {
			for n := range each {
				_, err := create(t, client, bucketType, fmt.Sprintf("b-%d-%d", i, n),
					props{"bucket": fmt.Sprintf("shared-%d", n)})
				if err == nil {
					won[i]++
				} else if status.Code(err) != codes.AlreadyExists {
					errs <- err
				}
				if _, err := create(t, client, vpcType, fmt.Sprintf("v-%d-%d", i, n),
					props{"cidrBlock": "10.0.0.0/16"}); err != nil {
					errs <- err
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	require.Equal(t, each, won[0]+won[1]+won[2]+won[3], "each bucket was made once")
	require.Len(t, files(t, dir), each+commands*each)
}
