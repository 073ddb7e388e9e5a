package eks_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/components/network"
	"github.com/ladder-iac/ladder/internal/golden"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

const deploy = "arn:aws:iam::123456789012:role/ci/deploy"

// program makes a cluster over three zones, and an object in it; the config names the edit of its arguments.
func program(edits map[string]func(*eks.Args), opts ...pulumi.ResourceOption) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		net, err := network.New(ctx, "net", &network.Args{
			Region: "us-east-1",
			Zones:  map[string]string{"a": "us-east-1c", "b": "us-east-1a", "c": "us-east-1b"},
			Tiers:  []network.Tier{network.App},
		})
		if err != nil {
			return err
		}
		args := &eks.Args{Network: net, Version: "1.35", Key: k, Admins: []string{deploy}}
		name, _ := ctx.GetConfig("test:edit")
		if edit := edits[name]; edit != nil {
			edit(args)
		}
		cluster, err := eks.New(ctx, "cluster", args, opts...)
		if err != nil {
			return err
		}
		ctx.Export("cluster", cluster.Name)
		ctx.Export("securityGroup", cluster.SecurityGroupID)
		// By its token: the SDK's package weighs a minute of compiling.
		return ctx.RegisterResource("kubernetes:core/v1:Namespace", "workload", pulumi.Map{
			"metadata": pulumi.Map{"name": pulumi.String("workload")},
		}, &workload{}, pulumi.Provider(cluster.Provider))
	}
}

type workload struct{ pulumi.CustomResourceState }

func edited(name string) graph.Run {
	run := graphtest.Run()
	run.Config = map[string]string{"aws:region": "us-east-1", "test:edit": name}
	return run
}

func record(t *testing.T, edit func(*eks.Args)) *graph.Graph {
	t.Helper()
	g, err := graph.Record(program(map[string]func(*eks.Args){"edit": edit}), edited("edit"))
	require.NoError(t, err)
	return g
}

func none(*eks.Args) {}

func cluster(t *testing.T, edit func(*eks.Args)) map[string]any {
	t.Helper()
	return graphtest.Find(t, record(t, edit), "cluster-cluster").Inputs
}

func TestControlPlane(t *testing.T) {
	t.Parallel()
	inputs := cluster(t, none)
	require.Equal(t, "ladder-test-cluster", inputs["name"])
	require.Equal(t, "1.35", inputs["version"])
	encryption := inputs["encryptionConfig"].(map[string]any)
	require.Equal(t, []any{"secrets"}, encryption["resources"])
	require.Contains(t, encryption["provider"].(map[string]any)["keyArn"], "arn:aws:kms:", "the stack's key")
	require.ElementsMatch(t, []any{"api", "audit", "authenticator", "controllerManager", "scheduler"},
		inputs["enabledClusterLogTypes"])
	require.Equal(t, map[string]any{"supportType": "STANDARD"}, inputs["upgradePolicy"], "extended support costs six times")
	require.Equal(t, map[string]any{"enabled": true}, inputs["zonalShiftConfig"])
	require.Len(t, inputs["vpcConfig"].(map[string]any)["subnetIds"], 3)
}

// Auto Mode is three settings, all or none, and brings the add-ons by itself.
func TestAutoMode(t *testing.T) {
	t.Parallel()
	inputs := cluster(t, none)
	require.Equal(t, true, inputs["computeConfig"].(map[string]any)["enabled"])
	require.Equal(t, []any{"system"}, inputs["computeConfig"].(map[string]any)["nodePools"], "general-purpose is amd64")
	require.Equal(t, map[string]any{"elasticLoadBalancing": map[string]any{"enabled": true}},
		inputs["kubernetesNetworkConfig"])
	require.Equal(t, map[string]any{"blockStorage": map[string]any{"enabled": true}}, inputs["storageConfig"])
	require.Equal(t, false, inputs["bootstrapSelfManagedAddons"])
}

// The API is in the VPC alone unless networks are named.
func TestEndpoint(t *testing.T) {
	t.Parallel()
	private := cluster(t, none)["vpcConfig"].(map[string]any)
	require.Equal(t, true, private["endpointPrivateAccess"])
	require.Equal(t, false, private["endpointPublicAccess"])
	require.NotContains(t, private, "publicAccessCidrs")
	public := cluster(t, func(a *eks.Args) { a.PublicCIDRs = []string{"203.0.113.0/24"} })["vpcConfig"].(map[string]any)
	require.Equal(t, true, public["endpointPrivateAccess"], "nodes never go around outside")
	require.Equal(t, true, public["endpointPublicAccess"])
	require.Equal(t, []any{"203.0.113.0/24"}, public["publicAccessCidrs"])
}

// Exactly what Auto Mode asks for, in AWS's own policies.
func TestRoles(t *testing.T) {
	t.Parallel()
	g := record(t, none)
	attached := map[string][]string{}
	for _, r := range g.Resources {
		if r.Type == "aws:iam/rolePolicyAttachment:RolePolicyAttachment" {
			role, _, _ := strings.Cut(r.Name, "-Amazon")
			attached[role] = append(attached[role], strings.TrimPrefix(r.Inputs["policyArn"].(string), "arn:aws:iam::aws:policy/"))
		}
	}
	require.Equal(t, map[string][]string{
		"cluster-role": {
			"AmazonEKSBlockStoragePolicy", "AmazonEKSClusterPolicy", "AmazonEKSComputePolicy",
			"AmazonEKSLoadBalancingPolicy", "AmazonEKSNetworkingPolicy",
		},
		"cluster-node-role": {"AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodeMinimalPolicy"},
	}, attached)
	require.JSONEq(t, `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
		"Action": ["sts:AssumeRole", "sts:TagSession"], "Principal": {"Service": ["eks.amazonaws.com"]}}]}`,
		graphtest.Find(t, g, "cluster-role").Inputs["assumeRolePolicy"].(string))
	require.JSONEq(t, `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
		"Action": ["sts:AssumeRole"], "Principal": {"Service": ["ec2.amazonaws.com"]}}]}`,
		graphtest.Find(t, g, "cluster-node-role").Inputs["assumeRolePolicy"].(string))
	require.Empty(t, graphtest.Names(g, "aws:iam/rolePolicy:RolePolicy"))
}

// Nobody gets in silently: not by having made the cluster, and not by a ConfigMap.
func TestAccess(t *testing.T) {
	t.Parallel()
	g := record(t, func(a *eks.Args) { a.Admins = []string{deploy, "arn:aws:iam::123456789012:role/on-call"} })
	require.Equal(t, map[string]any{
		"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": false,
	}, graphtest.Find(t, g, "cluster-cluster").Inputs["accessConfig"])
	require.Equal(t, []string{"cluster-admin-deploy", "cluster-admin-on-call"},
		graphtest.Names(g, "aws:eks/accessEntry:AccessEntry"))
	require.Equal(t, deploy, graphtest.Find(t, g, "cluster-admin-deploy").Inputs["principalArn"])
	require.Subset(t, graphtest.Find(t, g, "cluster-admin-deploy-policy").Inputs, map[string]any{
		"principalArn": deploy, "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
		"accessScope": map[string]any{"type": "cluster"},
	})
}

// An added administrator, at whatever place of the list, only adds.
func TestNewAdmin(t *testing.T) {
	t.Parallel()
	diff, err := graph.Compare(program(map[string]func(*eks.Args){"more": func(a *eks.Args) {
		a.Admins = append([]string{"arn:aws:iam::123456789012:role/audit"}, a.Admins...)
	}}), edited(""), edited("more"))
	require.NoError(t, err)
	require.Equal(t, []string{"cluster-admin-audit", "cluster-admin-audit-policy"}, names(diff.Create))
	require.Empty(t, diff.Replace)
	require.Empty(t, diff.Delete)
}

// EKS makes a group without an end if there is none, and the last lines come after the cluster's end (P20).
func TestLogs(t *testing.T) {
	t.Parallel()
	g := record(t, none)
	logs := graphtest.Find(t, g, "cluster-logs")
	require.Equal(t, "/aws/eks/ladder-test-cluster/cluster", logs.Inputs["name"])
	require.InDelta(t, 30, logs.Inputs["retentionInDays"], 0)
	require.True(t, logs.Options.RetainOnDelete)
	require.Contains(t, graphtest.Find(t, g, "cluster-cluster").Options.DependsOn, logs.URN)
}

func TestNodePool(t *testing.T) {
	t.Parallel()
	g := record(t, func(a *eks.Args) {
		a.NodeFamilies, a.NodeSizes, a.MaxVCPUs = []string{"m7g", "c8g"}, []string{"2xlarge"}, 480
		a.StartupTaint = "cni.istio.io/not-ready"
	})
	pool := graphtest.Find(t, g, "cluster-nodes")
	require.Equal(t, "kubernetes:karpenter.sh/v1:NodePool", pool.Type)
	require.True(t, pool.Options.Protect, "its end is that of all nodes")
	text, err := json.MarshalIndent(pool.Inputs, "", "  ")
	require.NoError(t, err)
	golden.Equal(t, "nodepool.json", string(text)+"\n")
}

// HorizontalPodAutoscalers read it, and it needs a node to run on.
func TestMetricsServer(t *testing.T) {
	t.Parallel()
	g := record(t, none)
	require.Equal(t, []string{"cluster-metrics-server"}, graphtest.Names(g, "aws:eks/addon:Addon"),
		"Auto Mode brings vpc-cni, coredns, kube-proxy, EBS and Pod Identity (P19)")
	addon := graphtest.Find(t, g, "cluster-metrics-server")
	require.Equal(t, "metrics-server", addon.Inputs["addonName"])
	require.Contains(t, addon.Options.DependsOn, graphtest.Find(t, g, "cluster-nodes").URN)
}

// P16: a provider that is replaced takes every object with it.
func TestProviderInputs(t *testing.T) {
	t.Parallel()
	g := record(t, none)
	inputs := graphtest.Find(t, g, "cluster-provider").Inputs
	require.Equal(t, inputs, graphtest.Find(t, g, "cluster-nodes-provider").Inputs)
	text, err := json.MarshalIndent(inputs, "", "  ")
	require.NoError(t, err)
	golden.Equal(t, "provider.json", string(text)+"\n")
}

func TestOutputs(t *testing.T) {
	t.Parallel()
	var seen []any
	_, err := graph.Record(func(ctx *pulumi.Context) error {
		cluster, err := eks.New(ctx, "cluster", sound())
		if err != nil {
			return err
		}
		pulumi.All(cluster.Name, cluster.ARN, cluster.SecurityGroupID, cluster.LogGroup).ApplyT(func(v []any) int {
			seen = v
			return 0
		})
		return nil
	}, graphtest.Run())
	require.NoError(t, err)
	require.Equal(t, "ladder-test-cluster", seen[0])
	require.Regexp(t, `^arn:aws:eks:us-east-1:\d{12}:cluster/ladder-test-cluster$`, seen[1])
	require.Regexp(t, `^sg-`, seen[2])
	require.Equal(t, "/aws/eks/ladder-test-cluster/cluster", seen[3])
}

func names(changes []graph.Change) []string {
	var list []string
	for _, c := range changes {
		list = append(list, c.Name)
	}
	slices.Sort(list)
	return list
}
