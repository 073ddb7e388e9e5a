// Package namespace makes the Kubernetes namespace that the app's services live in.
//
// Creates: a namespace whose pods are in the mesh and keep to the Pod Security Standard "restricted", and a network
// policy that lets nothing in and nothing out: each service opens what it needs (package service). And the setting that
// makes nodes of EKS Auto Mode enforce network policies, once for the cluster. Stateless, and yet its end is the end of
// all services in it.
//
// Cost: nothing.
//
// Left out of what namespace modules offer: resource quotas and limit ranges, because the node pool of the cluster has
// the limit; roles for teams, because only the deployment changes anything here.
package namespace

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/eks"
	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/mesh"
)

// podSecurity is the version of the standard that pods are held to. It is raised with the oldest Kubernetes that the
// clusters have: with "latest" an update of a cluster could turn pods away that ran before.
const podSecurity = "v1.34"

// Args describe a namespace.
type Args struct {
	Cluster *eks.EKS   // where it is; required
	Mesh    *mesh.Mesh // of the same cluster; required
	Region  string     // of the cluster; required
	Label   string     // name in the cluster, the same in every region; default "app"
	Origin  string     // of a page elsewhere that may use the services, https://NAME; default none but their own
}

// Namespace is where services live.
type Namespace struct {
	pulumi.ResourceState

	Name    string // in the cluster
	Region  string
	Origin  string // of a page elsewhere that may use the services; empty for none
	Cluster *eks.EKS
}

// New makes a namespace. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Namespace, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	n := &Namespace{Name: args.Label, Region: args.Region, Origin: args.Origin, Cluster: args.Cluster}
	if err := ctx.RegisterComponentResource("ladder:namespace:Namespace", name, n, opts...); err != nil {
		return nil, fmt.Errorf("namespace %q: %w", name, err)
	}
	enforced, err := n.enforce(ctx, name)
	if err != nil {
		return nil, err
	}
	labels := mesh.Labels()
	maps.Copy(labels, map[string]string{
		"pod-security.kubernetes.io/enforce":         "restricted",
		"pod-security.kubernetes.io/enforce-version": podSecurity,
	})
	made, err := corev1.NewNamespace(ctx, name+"-namespace", &corev1.NamespaceArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String(args.Label), Labels: pulumi.ToStringMap(labels)},
	}, pulumi.Parent(n), pulumi.Provider(args.Cluster.Provider), pulumi.DependsOn(args.Mesh.Ready))
	if err != nil {
		return nil, err
	}
	_, err = networkingv1.NewNetworkPolicy(ctx, name+"-closed", &networkingv1.NetworkPolicyArgs{
		Metadata: metav1.ObjectMetaArgs{Name: pulumi.String("closed"), Namespace: pulumi.String(args.Label)},
		Spec: networkingv1.NetworkPolicySpecArgs{
			PodSelector: metav1.LabelSelectorArgs{}, // every pod
			PolicyTypes: pulumi.ToStringArray([]string{"Ingress", "Egress"}),
		},
	}, pulumi.Parent(n), pulumi.Provider(args.Cluster.Provider), pulumi.DependsOn([]pulumi.Resource{made, enforced}))
	if err != nil {
		return nil, err
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"name": pulumi.String(n.Name)})
}

// enforce turns network policies on. [Amazon EKS User Guide, Use Network Policies with EKS Auto Mode].
func (n *Namespace) enforce(ctx *pulumi.Context, name string) (pulumi.Resource, error) {
	return corev1.NewConfigMap(ctx, name+"-enforcement", &corev1.ConfigMapArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name: pulumi.String("amazon-vpc-cni"), Namespace: pulumi.String("kube-system"),
		},
		Data: pulumi.StringMap{"enable-network-policy-controller": pulumi.String("true")},
	}, pulumi.Parent(n), pulumi.Provider(n.Cluster.Provider))
}

// labelPattern is a name of Kubernetes. [RFC 1123].
var (
	labelPattern = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	args.Label = cmp.Or(args.Label, "app")
	c := check.Of("namespace", name)
	c.Given(args.Cluster != nil, "Cluster", "an eks component")
	c.Given(args.Mesh != nil, "Mesh", "the mesh component of the same cluster")
	c.Given(args.Region != "", "Region", "the AWS region of the cluster, such as us-east-1")
	c.That(labelPattern.MatchString(args.Label), "Label", args.Label,
		"lower-case letters, digits and '-', a letter first, at most 63")
	c.Origin("Origin", args.Origin)
	return args, c.Err()
}
