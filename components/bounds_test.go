package components_test

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/budget"
	"github.com/ladder-iac/ladder/components/cdn"
	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/dns"
	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/events"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/mesh"
	"github.com/ladder-iac/ladder/components/namespace"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/components/release"
	"github.com/ladder-iac/ladder/components/release/releasetest"
	"github.com/ladder-iac/ladder/components/tokenkey"
	"github.com/ladder-iac/ladder/components/topology"
	"github.com/ladder-iac/ladder/components/vm"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

func text(value string) pulumi.StringOutput { return pulumi.String(value).ToStringOutput() }

const secretARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"

// Stand-ins for components that a mistake never gets to use.
var (
	aKey      = &key.Key{ARN: text("arn:key")}
	aUser     = &credential.Credential{Username: "ladder", ARN: text(secretARN + "db"), Password: text("none")}
	aTokenKey = &tokenkey.TokenKey{ARN: text(secretARN + "token")}
	aRelease  = &release.Release{
		Version: "0123456789ab", Architecture: release.ARM64,
		BucketARN: text("arn:aws:s3:::release"), ParameterName: text("/shop/release"), ParameterARN: text("arn:parameter"),
	}
	aSubnet     = network.Subnet{Slot: "a", Zone: "us-east-1a", ID: text("subnet-0123456789abcdef0")}
	aNetwork    = &network.Network{Region: "us-east-1", VPCID: text("vpc-0123456789abcdef0"), Public: []network.Subnet{aSubnet}}
	aTarget     = dns.Target{Name: "app-1", Weight: 1, Address: text("192.0.2.1")}
	aBalancer   = &dns.Balancer{DNSName: text("web.example"), ZoneID: text("Z0123456789ABC")}
	aServerArgs = vm.Args{
		Network: aNetwork, Subnet: aSubnet, PostgresMajor: 17, Key: aKey, Credential: aUser,
		TokenKey: aTokenKey, Release: aRelease, Phase: 1,
	}
)

// mistake is a bad value of a field, and what the user is told.
type mistake struct {
	field     string // as the message names it, an index without its number: "Targets[].Weight"
	construct pulumi.RunFunc
	want      string
}

// of makes mistakes in otherwise good arguments.
func of[A, T any](
	good func() A, construct func(*pulumi.Context, string, *A, ...pulumi.ResourceOption) (T, error),
) func(field, want string, edit func(*A)) mistake {
	return func(field, want string, edit func(*A)) mistake {
		return mistake{field: field, want: want, construct: func(ctx *pulumi.Context) error {
			args := good()
			edit(&args)
			_, err := construct(ctx, "x", &args)
			return err
		}}
	}
}

// bounds are the mistakes of every component whose own tests have no such table.
func bounds(t *testing.T) map[reflect.Type][]mistake {
	t.Helper()
	artifact := releasetest.Artifact(t, release.ARM64)
	inNetwork := of(func() network.Args {
		return network.Args{Region: "us-east-1", Zones: map[string]string{"a": "us-east-1a"}}
	}, network.New)
	inCredential := of(func() credential.Args { return credential.Args{Username: "ladder", Key: aKey} }, credential.New)
	inTokenKey := of(func() tokenkey.Args { return tokenkey.Args{Key: aKey} }, tokenkey.New)
	inRelease := of(func() release.Args { return release.Args{Artifact: artifact, Key: aKey} }, release.New)
	inBudget := of(func() budget.Args { return budget.Args{MonthlyUSD: 100, Topic: text("arn:topic")} }, budget.New)
	inServer := of(func() vm.Args { return aServerArgs }, vm.New)
	inName := of(func() dns.Args {
		return dns.Args{
			Domain: "shop.example.com", HostedZoneID: "Z0123456789ABC", Targets: []dns.Target{aTarget, aTarget},
		}
	}, dns.New)
	inSite := of(func() cdn.Args {
		return cdn.Args{
			Domain: "www.shop.example.com", HostedZoneID: "Z0123456789ABC", Edge: &aws.Provider{},
			Documents: map[string][]byte{"index.html": {}},
		}
	}, cdn.New)
	inEvents := of(func() events.Args { return events.Args{Key: aKey} }, events.New)
	inSpace := of(func() namespace.Args {
		return namespace.Args{Cluster: &eks.EKS{}, Mesh: &mesh.Mesh{}, Region: "us-east-1"}
	}, namespace.New)
	inTopology := of(func() topology.Args {
		return topology.Args{Writer: text("db.example"), SecurityGroupID: text("sg-1"), Credential: aUser}
	}, topology.New)
	return map[reflect.Type][]mistake{
		reflect.TypeFor[key.Args](): nil, // it has no choices
		reflect.TypeFor[network.Args](): {
			inNetwork("Region", "got nothing, want an AWS region", func(a *network.Args) { a.Region = "" }),
			inNetwork("CIDR", `got "10.0.0.0/8", want /16 to /22`, func(a *network.Args) { a.CIDR = "10.0.0.0/8" }),
			inNetwork("Zones", `got "slot e", want the slots a, b, c and d`, func(a *network.Args) {
				a.Zones = map[string]string{"e": "us-east-1a"}
			}),
			inNetwork("Reserved[]", `got "here", want an IPv4 range`, func(a *network.Args) { a.Reserved = []string{"here"} }),
			inNetwork("Tiers[]", "got 9, want network.App or network.Data", func(a *network.Args) {
				a.Tiers = []network.Tier{9}
			}),
		},
		reflect.TypeFor[credential.Args](): {
			inCredential("Username", "got nothing", func(a *credential.Args) { a.Username = "" }),
			inCredential("Key", "got nothing", func(a *credential.Args) { a.Key = nil }),
			inCredential("Replicas", `got "here", want another AWS region`, func(a *credential.Args) {
				a.Replicas = map[string]*key.Key{"here": aKey}
			}),
			inCredential("Replicas.us-west-2", "got nothing, want a key", func(a *credential.Args) {
				a.Replicas = map[string]*key.Key{"us-west-2": nil}
			}),
		},
		reflect.TypeFor[tokenkey.Args](): {
			inTokenKey("Key", "got nothing", func(a *tokenkey.Args) { a.Key = nil }),
			inTokenKey("Replicas", `got "here", want another AWS region`, func(a *tokenkey.Args) {
				a.Replicas = map[string]*key.Key{"here": aKey}
			}),
		},
		reflect.TypeFor[release.Args](): {
			inRelease("Artifact", "got nothing, want the path", func(a *release.Args) { a.Artifact = "" }),
			inRelease("Key", "got nothing", func(a *release.Args) { a.Key = nil }),
		},
		reflect.TypeFor[budget.Args](): {
			inBudget("MonthlyUSD", "got 0, want at least 1", func(a *budget.Args) { a.MonthlyUSD = 0 }),
			inBudget("Topic", "got nothing", func(a *budget.Args) { a.Topic = nil }),
		},
		reflect.TypeFor[vm.Args](): {
			inServer("Network", "got nothing", func(a *vm.Args) { a.Network = nil }),
			inServer("Subnet", "got nothing", func(a *vm.Args) { a.Subnet = network.Subnet{} }),
			inServer("InstanceType", `got "t4g.nano"`, func(a *vm.Args) { a.InstanceType = "t4g.nano" }),
			inServer("DataVolumeGiB", "got 7, want 8 to 16384 GiB", func(a *vm.Args) { a.DataVolumeGiB = 7 }),
			inServer("PostgresMajor", "got 14, want 15, 16 or 17", func(a *vm.Args) { a.PostgresMajor = 14 }),
			inServer("Domain", `got "Shop"`, func(a *vm.Args) { a.Domain = "Shop" }),
			inServer("Key", "got nothing", func(a *vm.Args) { a.Key = nil }),
			inServer("Credential", "got nothing", func(a *vm.Args) { a.Credential = nil }),
			inServer("TokenKey", "got nothing", func(a *vm.Args) { a.TokenKey = nil }),
			inServer("Release", "got nothing", func(a *vm.Args) { a.Release = nil }),
			inServer("Phase", "got 0, want the number", func(a *vm.Args) { a.Phase = 0 }),
		},
		reflect.TypeFor[dns.Args](): {
			inName("Domain", `got "Shop"`, func(a *dns.Args) { a.Domain = "Shop" }),
			inName("HostedZoneID", `got "x"`, func(a *dns.Args) { a.HostedZoneID = "x" }),
			inName("Targets", "got 0", func(a *dns.Args) { a.Targets = nil }),
			inName("Targets[].Name", `got "A b"`, func(a *dns.Args) { a.Targets[0].Name = "A b" }),
			inName("Targets[].Weight", "got 256, want 0 to 255", func(a *dns.Args) { a.Targets[0].Weight = 256 }),
			inName("Targets[].Region", `got "east"`, func(a *dns.Args) { a.Targets[0].Region = "east" }),
			inName("Targets[].Address", "got ", func(a *dns.Args) { a.Targets[0].Address = nil }),
			inName("Targets[].Checked", "got true", func(a *dns.Args) {
				a.Targets[0] = dns.Target{Name: "web", Balancer: aBalancer, Checked: true}
			}),
			inName("Targets[].Balancer.DNSName", "got nothing", func(a *dns.Args) {
				a.Targets[0] = dns.Target{Name: "web", Balancer: &dns.Balancer{ZoneID: aBalancer.ZoneID}}
			}),
			inName("Targets[].Balancer.ZoneID", "got nothing", func(a *dns.Args) {
				a.Targets[0] = dns.Target{Name: "web", Balancer: &dns.Balancer{DNSName: aBalancer.DNSName}}
			}),
		},
		reflect.TypeFor[cdn.Args](): {
			inSite("Domain", `got "Shop"`, func(a *cdn.Args) { a.Domain = "Shop" }),
			inSite("HostedZoneID", `got "x"`, func(a *cdn.Args) { a.HostedZoneID = "x" }),
			inSite("Documents", "got nothing, want index.html", func(a *cdn.Args) { a.Documents = nil }),
			inSite("Documents", `got "/a.html", want paths`, func(a *cdn.Args) { a.Documents["/a.html"] = nil }),
			inSite("Documents", `got "a.exe", want an ending`, func(a *cdn.Args) { a.Documents["a.exe"] = nil }),
			inSite("Assets", `got "index.html", want a name that no document has`, func(a *cdn.Args) {
				a.Assets = map[string][]byte{"index.html": nil}
			}),
			inSite("ContentSecurityPolicy", `got "a\nb", want one line`, func(a *cdn.Args) { a.ContentSecurityPolicy = "a\nb" }),
			inSite("PriceClass", `got "all", want PriceClass_100`, func(a *cdn.Args) { a.PriceClass = "all" }),
			inSite("RequestsPerAddress", "got 9, want 10 to", func(a *cdn.Args) { a.RequestsPerAddress = 9 }),
			inSite("Edge", "got nothing", func(a *cdn.Args) { a.Edge = nil }),
		},
		reflect.TypeFor[events.Args](): {
			inEvents("Key", "got nothing", func(a *events.Args) { a.Key = nil }),
		},
		reflect.TypeFor[namespace.Args](): {
			inSpace("Cluster", "got nothing, want an eks component", func(a *namespace.Args) { a.Cluster = nil }),
			inSpace("Mesh", "got nothing, want the mesh component", func(a *namespace.Args) { a.Mesh = nil }),
			inSpace("Region", "got nothing, want the AWS region", func(a *namespace.Args) { a.Region = "" }),
			inSpace("Origin", `got "shop"`, func(a *namespace.Args) { a.Origin = "shop" }),
			inSpace("Label", `got "App"`, func(a *namespace.Args) { a.Label = "App" }),
		},
		reflect.TypeFor[topology.Args](): {
			inTopology("Writer", "got nothing", func(a *topology.Args) { a.Writer = nil }),
			inTopology("Readers[]", "got nothing", func(a *topology.Args) { a.Readers = make([]pulumi.StringOutput, 1) }),
			inTopology("Database", `got "x; drop"`, func(a *topology.Args) { a.Database = "x; drop" }),
			inTopology("Credential", "got nothing", func(a *topology.Args) { a.Credential = nil }),
			inTopology("SecurityGroupID", "got nothing", func(a *topology.Args) { a.SecurityGroupID = nil }),
		},
	}
}

// unbounded fields take every value of their type.
var unbounded = map[string]string{
	"budget.Args.Anomalies": "true or false",
	"topology.Args.Cache":   "a component or none",
	"topology.Args.Frozen":  "true or false",
}

// ownTables are the components whose own tests hold a table of mistakes, complete by reflection.
var ownTables = []string{"aurora", "cache", "eks", "fleet", "gateway", "globaldb", "image", "mesh", "monitor", "objective", "peering", "postgres", "service", "web"}

// A new field without bounds fails here, and so does a new component.
func TestEveryFieldHasBounds(t *testing.T) {
	t.Parallel()
	covered := map[string]bool{}
	for args, mistakes := range bounds(t) {
		component := filepath.Base(args.PkgPath())
		covered[component] = true
		require.LessOrEqual(t, args.NumField(), 12, component)
		for _, field := range graphtest.Fields(args) {
			if unbounded[args.String()+"."+field] != "" {
				continue
			}
			has := false
			for _, m := range mistakes {
				has = has || strings.TrimSuffix(m.field, "[]") == field
			}
			require.True(t, has, "%s.%s: say in bounds what is no good value", args, field)
		}
	}
	for _, component := range ownTables {
		covered[component] = true
		require.True(t, mentions(t, component, "TestEveryFieldHasBounds"), "%s has a table of its own", component)
	}
	files, err := filepath.Glob("*/*.go")
	require.NoError(t, err)
	for _, file := range files {
		if component := filepath.Dir(file); component != "internal" {
			require.True(t, covered[component], "%s has no table of mistakes", component)
		}
	}
}

// Every mistake is told with its field, the value got and the values wanted; and nothing was registered.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for args, mistakes := range bounds(t) {
		for _, m := range mistakes {
			t.Run(args.String()+"."+m.field, func(t *testing.T) {
				t.Parallel()
				registered := 0
				_, err := graph.Record(func(ctx *pulumi.Context) error {
					err := ctx.RegisterStackTransformation(
						func(*pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
							registered++
							return nil
						})
					if err != nil {
						return err
					}
					return m.construct(ctx)
				}, graphtest.Run())
				require.ErrorContains(t, err, filepath.Base(args.PkgPath())+` "x": `)
				before, after, _ := strings.Cut(m.field, "[]")
				require.ErrorContains(t, err, before)
				require.ErrorContains(t, err, after+": "+m.want)
				require.Zero(t, registered)
			})
		}
	}
}
