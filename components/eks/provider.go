package eks

import (
	"encoding/json"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// provider makes objects once the resources are there, and deletes them before these go. Only another cluster replaces
// it, and with it every object (P16): endpoint and certificate may change.
//
// A cluster that does not answer is an error: with deleteUnreachable its objects would silently leave the state, and a
// missing VPN is no lost cluster. For one that is really lost, PULUMI_K8S_DELETE_UNREACHABLE=true says so, which a
// value here would override.
func (e *EKS) provider(
	ctx *pulumi.Context, child string, args Args, cluster *eks.Cluster, after ...pulumi.Resource,
) (*kubernetes.Provider, error) {
	return kubernetes.NewProvider(ctx, child, &kubernetes.ProviderArgs{
		ClusterIdentifier:     cluster.Arn,
		Kubeconfig:            kubeconfig(args.Network.Region, cluster),
		EnableServerSideApply: pulumi.Bool(true),
	}, pulumi.Parent(e), pulumi.DependsOn(after))
}

// kubeconfig holds no secret: who uses it asks AWS for a token with the credentials of the shell.
func kubeconfig(region string, cluster *eks.Cluster) pulumi.StringOutput {
	return pulumi.All(
		cluster.Name, cluster.Endpoint, cluster.CertificateAuthority.Data().Elem(),
	).ApplyT(func(values []any) (string, error) {
		name, endpoint, authority := values[0].(string), values[1].(string), values[2].(string)
		type object = map[string]any
		text, err := json.Marshal(object{
			"apiVersion": "v1", "kind": "Config", "current-context": name,
			"clusters": []object{{"name": name, "cluster": object{
				"server": endpoint, "certificate-authority-data": authority,
			}}},
			"contexts": []object{{"name": name, "context": object{"cluster": name, "user": name}}},
			"users": []object{{"name": name, "user": object{"exec": object{
				"apiVersion": "client.authentication.k8s.io/v1beta1", "interactiveMode": "Never", "command": "aws",
				"args": []string{"eks", "get-token", "--cluster-name", name, "--region", region, "--output", "json"},
			}}}},
		})
		return string(text), err
	}).(pulumi.StringOutput)
}
