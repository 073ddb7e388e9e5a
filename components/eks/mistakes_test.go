package eks_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// sound are arguments without a mistake, with stand-ins for the components.
func sound() *eks.Args {
	subnet := func(slot string) network.Subnet {
		return network.Subnet{
			Slot: slot, Zone: "us-east-1" + slot, ID: pulumi.String("subnet-0123456789abcdef" + slot).ToStringOutput(),
		}
	}
	return &eks.Args{
		Network: &network.Network{Region: "us-east-1", App: []network.Subnet{subnet("a"), subnet("b")}},
		Version: "1.36", Admins: []string{deploy},
		Key: &key.Key{ARN: pulumi.String("arn:aws:kms:us-east-1:123456789012:key/0123").ToStringOutput()},
	}
}

// mistakes are bad values of each field, with what the user is told.
var mistakes = map[string][]struct {
	edit func(*eks.Args)
	want string
}{
	"Network": {
		{func(a *eks.Args) { a.Network = nil }, "Network: got nothing, want a network component with the app tier"},
		{
			func(a *eks.Args) { a.Network = &network.Network{App: a.Network.App[:1]} },
			`Network: got "1 app subnets", want two or more`,
		},
		{func(a *eks.Args) { a.Network = &network.Network{} }, `Network: got "0 app subnets", want two or more`},
	},
	"Version": {
		{func(a *eks.Args) { a.Version = "" }, `Version: got "", want one of 1.34, 1.35, 1.36, the minor versions in`},
		{func(a *eks.Args) { a.Version = "1.36.2" }, `Version: got "1.36.2", want one of 1.34, 1.35, 1.36`},
		{func(a *eks.Args) { a.Version = "v1.36" }, `Version: got "v1.36", want one of`},
		{
			func(a *eks.Args) { a.Version = "1.33" },
			`got "1.33", want one of 1.34, 1.35, 1.36, the minor versions in standard support; AWS ended the standard ` +
				`support of 1.33 on 2026-07-29`,
		},
	},
	"StartupTaint": {
		{
			func(a *eks.Args) { a.StartupTaint = "cni.istio.io/not-ready:NoSchedule" },
			`StartupTaint: got "cni.istio.io/not-ready:NoSchedule", want the key of a taint`,
		},
		{func(a *eks.Args) { a.StartupTaint = "a/b/c" }, `StartupTaint: got "a/b/c", want the key of a taint`},
	},
	"Key": {{func(a *eks.Args) { a.Key = nil }, "Key: got nothing, want a key component"}},
	"Admins": {
		{func(a *eks.Args) { a.Admins = nil }, "Admins: got 0, want the ARN of at least one IAM role"},
		{func(a *eks.Args) { a.Admins[0] = "deploy" }, `Admins[0]: got "deploy", want the ARN of an IAM role`},
		{
			func(a *eks.Args) { a.Admins[0] = "arn:aws:sts::123456789012:assumed-role/deploy/me" },
			"want the ARN of an IAM role with its path, such as arn:aws:iam::123456789012:role/deploy; not of a session",
		},
		{
			func(a *eks.Args) { a.Admins[0] = "arn:aws:iam::123456789012:user/me" },
			`Admins[0]: got "arn:aws:iam::123456789012:user/me", want the ARN of an IAM role`,
		},
		{
			func(a *eks.Args) { a.Admins = append(a.Admins, "arn:aws:iam::123456789012:role/deploy") },
			`Admins[1]: got "arn:aws:iam::123456789012:role/deploy", want a role whose name is not among them already`,
		},
	},
	"PublicCIDRs": {
		{
			func(a *eks.Args) { a.PublicCIDRs = []string{"0.0.0.0/0"} },
			`PublicCIDRs[0]: got "0.0.0.0/0", want a network of /8 or smaller`,
		},
		{func(a *eks.Args) { a.PublicCIDRs = []string{"128.0.0.0/1"} }, `got "128.0.0.0/1", want a network of /8 or smaller`},
		{func(a *eks.Args) { a.PublicCIDRs = []string{"203.0.113.7/24"} }, "want an IPv4 network such as 203.0.113.0/24"},
		{func(a *eks.Args) { a.PublicCIDRs = []string{"203.0.113.7"} }, `got "203.0.113.7", want an IPv4 network`},
		{func(a *eks.Args) { a.PublicCIDRs = []string{"::/0"} }, `got "::/0", want an IPv4 network`},
		{func(a *eks.Args) { a.PublicCIDRs = []string{"10.0.0.0/16"} }, `got "10.0.0.0/16", want a public network`},
		{
			func(a *eks.Args) { a.PublicCIDRs = strings.Split(strings.Repeat("203.0.113.0/24 ", 41), " ")[:41] },
			"PublicCIDRs: got 41, want at most 40",
		},
	},
	"NodeFamilies": {
		{
			func(a *eks.Args) { a.NodeFamilies = []string{"c7i"} },
			`NodeFamilies[0]: got "c7i", want one of c6g, c7g, c8g, m6g, m7g, m8g, r6g, r7g, r8g, the families with Graviton`,
		},
		{func(a *eks.Args) { a.NodeFamilies = []string{"c7g", "c7g"} }, `NodeFamilies[1]: got "c7g", want each once`},
	},
	"NodeSizes": {
		{
			func(a *eks.Args) { a.NodeSizes = []string{"large", "medium"} },
			`NodeSizes[1]: got "medium", want one of large, xlarge, 2xlarge, 4xlarge, 8xlarge, 12xlarge, 16xlarge`,
		},
		{func(a *eks.Args) { a.NodeSizes = []string{"large", "large"} }, `NodeSizes[1]: got "large", want each once`},
	},
	"MaxVCPUs": {
		{func(a *eks.Args) { a.MaxVCPUs = -1 }, "MaxVCPUs: got -1, want 16, for one of the largest nodes in each zone"},
		{
			func(a *eks.Args) { a.NodeSizes, a.MaxVCPUs = []string{"4xlarge"}, 31 },
			"MaxVCPUs: got 31, want 32, for one of the largest nodes in each zone, to 5000",
		},
		{func(a *eks.Args) { a.MaxVCPUs = 5001 }, "MaxVCPUs: got 5001, want 16"},
	},
}

// Every field has bounds: one that is new fails here until it has.
func TestEveryFieldHasBounds(t *testing.T) {
	t.Parallel()
	args := reflect.TypeFor[eks.Args]()
	require.LessOrEqual(t, args.NumField(), 12)
	require.Len(t, mistakes, args.NumField(), "no more than the fields there are")
	for field := range args.Fields() {
		require.NotEmpty(t, mistakes[field.Name], field.Name)
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for field, list := range mistakes {
		for _, c := range list {
			t.Run(field+" "+c.want, func(t *testing.T) {
				t.Parallel()
				args := sound()
				c.edit(args)
				text := graphtest.Error(t, func(ctx *pulumi.Context) error {
					_, err := eks.New(ctx, "cluster", args)
					return err
				})
				require.Contains(t, text, c.want)
				require.Equal(t, 1, strings.Count(text, `eks "cluster": `), "one mistake, told once:\n%v", text)
			})
		}
	}
}

func TestMistakesAreReportedTogether(t *testing.T) {
	t.Parallel()
	text := graphtest.Error(t, func(ctx *pulumi.Context) error {
		_, err := eks.New(ctx, "cluster", nil)
		return err
	})
	for _, field := range []string{"Network", "Version", "Key", "Admins"} {
		require.Contains(t, text, `eks "cluster": `+field+": got ")
	}
	require.NotContains(t, text, "MaxVCPUs", "it has a default")
}

// The cluster's name is made of project, stack and name.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ stack, name, want string }{
		{"test", "cluster", ""},
		{"test", "Cluster", `name: got "Cluster", want lower-case letters`},
		{"test", strings.Repeat("c", 89), "want at most 100 letters"},
		{"my.stack", "cluster", `name: got "ladder-my.stack-cluster", want at most 100 letters`},
	} {
		run := graphtest.Run()
		run.Stack = c.stack
		_, err := graph.Record(func(ctx *pulumi.Context) error {
			_, err := eks.New(ctx, c.name, sound())
			return err
		}, run)
		if c.want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, c.want)
	}
}
