package eks_test

import (
	"testing"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// changed says what changed inputs of a child, as no argument can change them, do to all.
func changed(t *testing.T, child string, change func(props pulumi.Input)) *graph.Diff {
	t.Helper()
	var changes bool
	run := program(nil, pulumi.Transformations([]pulumi.ResourceTransformation{
		func(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if changes && args.Name == child {
				change(args.Props)
			}
			return nil
		},
	}))
	diff, err := graph.Compare(func(ctx *pulumi.Context) error {
		name, _ := ctx.GetConfig("test:edit")
		changes = name == "after"
		return run(ctx)
	}, edited("before"), edited("after"))
	require.NoError(t, err)
	return diff
}

func touched(diff *graph.Diff) []string {
	var list []string
	for _, changes := range [][]graph.Change{diff.Create, diff.Update, diff.Replace, diff.Delete} {
		list = append(list, names(changes)...)
	}
	return list
}

// P16: a new endpoint or certificate updates the provider, and leaves every object alone.
func TestProviderIsNeverReplaced(t *testing.T) {
	t.Parallel()
	diff := changed(t, "cluster-provider", func(props pulumi.Input) {
		props.(*kubernetes.ProviderArgs).Kubeconfig = pulumi.String("{}")
	})
	require.Equal(t, []string{"cluster-provider"}, touched(diff))
	require.Equal(t, []string{"cluster-provider"}, names(diff.Update))
	g := record(t, none)
	for _, provider := range []string{"cluster-provider", "cluster-nodes-provider"} {
		require.NotContains(t, graphtest.Find(t, g, provider).Inputs, "deleteUnreachable",
			"a missing VPN is no lost cluster, and for a lost one the environment can say so")
	}
}

// P18: none of what replaces a cluster by accident does.
func TestClusterIsNeverReplaced(t *testing.T) {
	t.Parallel()
	require.True(t, graphtest.Find(t, record(t, none), "cluster-cluster").Options.Protect)
	for what, change := range map[string]func(*awseks.ClusterArgs){
		"name":    func(a *awseks.ClusterArgs) { a.Name = pulumi.String("renamed") },
		"role":    func(a *awseks.ClusterArgs) { a.RoleArn = pulumi.String("arn:aws:iam::123456789012:role/other") },
		"add-ons": func(a *awseks.ClusterArgs) { a.BootstrapSelfManagedAddons = pulumi.Bool(true) },
		"key":     func(a *awseks.ClusterArgs) { a.EncryptionConfig = nil },
		"creator": func(a *awseks.ClusterArgs) {
			a.AccessConfig = awseks.ClusterAccessConfigArgs{
				AuthenticationMode:                      pulumi.String("API"),
				BootstrapClusterCreatorAdminPermissions: pulumi.Bool(true),
			}
		},
		"node role": func(a *awseks.ClusterArgs) {
			a.ComputeConfig = awseks.ClusterComputeConfigArgs{
				Enabled: pulumi.Bool(true), NodePools: pulumi.ToStringArray([]string{"system"}),
				NodeRoleArn: pulumi.String("arn:aws:iam::123456789012:role/other"),
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			require.Empty(t, touched(changed(t, "cluster-cluster", func(props pulumi.Input) {
				change(props.(*awseks.ClusterArgs))
			})))
		})
	}
}

// What the arguments can change is changed in place: a new version, another endpoint, other nodes.
func TestChangesInPlace(t *testing.T) {
	t.Parallel()
	for want, edit := range map[string]func(*eks.Args){
		"version":          func(a *eks.Args) { a.Version = "1.36" },
		"vpcConfig":        func(a *eks.Args) { a.PublicCIDRs = []string{"203.0.113.0/24"} },
		"spec.limits":      func(a *eks.Args) { a.MaxVCPUs = 640 },
		"spec.template":    func(a *eks.Args) { a.NodeFamilies = []string{"c8g"} },
		"vpcConfig.subnet": func(a *eks.Args) { a.Network.App = a.Network.App[:2] },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			diff, err := graph.Compare(program(map[string]func(*eks.Args){"edit": edit}), edited(""), edited("edit"))
			require.NoError(t, err)
			require.NotEmpty(t, diff.Update)
			require.Equal(t, names(diff.Update), touched(diff))
		})
	}
}

// P17, P20: things are made in this order, and go in the reverse: a workload while it has nodes, nodes while somebody
// has access, machines while the cluster has permissions.
func TestOrder(t *testing.T) {
	t.Parallel()
	g := record(t, none)
	order := []string{
		"workload", "cluster-provider", "cluster-nodes", "cluster-nodes-provider", "cluster-admin-deploy-policy",
		"cluster-admin-deploy", "cluster-cluster", "cluster-role-AmazonEKSComputePolicy", "cluster-role",
	}
	for i, name := range order[:len(order)-1] {
		needs := needs(t, g, name)
		for _, later := range order[i+1:] {
			require.Contains(t, needs, graphtest.Find(t, g, later).URN, "%s waits for %s", name, later)
		}
	}
	for _, before := range []string{"cluster-logs", "cluster-node-role-AmazonEKSWorkerNodeMinimalPolicy"} {
		require.Contains(t, needs(t, g, "cluster-cluster"), graphtest.Find(t, g, before).URN)
	}
	require.NotContains(t, needs(t, g, "workload"), graphtest.Find(t, g, "cluster-metrics-server").URN,
		"nobody waits for what only autoscalers read")
}

// needs are the URNs that a resource waits for, all the way.
func needs(t *testing.T, g *graph.Graph, name string) map[string]bool {
	t.Helper()
	byURN := map[string]graph.Resource{}
	for _, r := range g.Resources {
		byURN[r.URN] = r
	}
	seen, queue := map[string]bool{}, []string{graphtest.Find(t, g, name).URN}
	for len(queue) > 0 {
		r := byURN[queue[0]]
		queue = queue[1:]
		for _, urn := range append([]string{r.Options.Provider}, r.Options.DependsOn...) {
			if urn != "" && !seen[urn] {
				seen[urn] = true
				queue = append(queue, urn)
			}
		}
	}
	return seen
}

// caller is an account in which a session of a role runs the program.
type caller struct{ arn string }

func (caller) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	return args.Name, args.Inputs, nil
}

func (c caller) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return resource.PropertyMap{"arn": resource.NewProperty(c.arn)}, nil
}

// Who does not get in finds out before the cluster is made. Who only previews may be somebody else.
func TestDeployerIsAnAdmin(t *testing.T) {
	t.Parallel()
	run := func(arn string, preview bool) error {
		return pulumi.RunErr(func(ctx *pulumi.Context) error {
			_, err := eks.New(ctx, "cluster", sound())
			return err
		}, pulumi.WithMocks("ladder", "test", caller{arn}), func(info *pulumi.RunInfo) { info.DryRun = preview })
	}
	stranger := "arn:aws:sts::123456789012:assumed-role/reader/somebody"
	require.NoError(t, run("arn:aws:sts::123456789012:assumed-role/deploy/somebody", false))
	require.NoError(t, run(stranger, true))
	require.ErrorContains(t, run(stranger, false),
		`eks "cluster": Admins: got "`+deploy+`", want the role that deploys among them, which is reader now`)
}
