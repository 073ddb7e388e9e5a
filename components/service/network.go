package service

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/cache"
	"github.com/ladder-iac/ladder/components/topology"
)

// The gateway of every cluster (package gateway, which knows this one), and the service account of its pods.
const (
	gatewayNamespace = "gateway"
	gatewayAccount   = "gateway-istio"
)

const (
	// meshPort is where all traffic of the mesh arrives, whatever port it is for  [Istio, Ambient and Kubernetes
	// NetworkPolicy].
	meshPort = 15008
	// probes are the kubelet's, as the mesh lets them through  [Istio, as above].
	probes = "169.254.7.127/32"
	// podIdentity is where pods get their role's credentials  [Amazon EKS User Guide, EKS Pod Identity considerations].
	podIdentity = "169.254.170.23/32"
	everywhere  = "0.0.0.0/0"

	dnsPort   = 53
	httpsPort = 443
	httpPort  = 80
)

// private ranges hold the stores, also those of the other region. Who gets into them their security groups say.
var private = []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}

// firewall lets in the mesh's traffic of who calls the service, and out to what it calls. Everything else is closed.
func (s *Service) firewall(ctx *pulumi.Context, name string, args Args) (pulumi.Resource, error) {
	return networkingv1.NewNetworkPolicy(ctx, name+"-firewall", &networkingv1.NetworkPolicyArgs{
		Metadata: args.metadata(args.Role.Name()),
		Spec: networkingv1.NetworkPolicySpecArgs{
			PodSelector: metav1.LabelSelectorArgs{
				MatchLabels: pulumi.StringMap{nameLabel: pulumi.String(args.Role.Name())},
			},
			PolicyTypes: pulumi.ToStringArray([]string{"Ingress", "Egress"}),
			Ingress:     args.ingress(),
			Egress:      args.egress(),
		},
	}, s.in(args)...)
}

func (a *Args) ingress() networkingv1.NetworkPolicyIngressRuleArray {
	callers := networkingv1.NetworkPolicyPeerArray{networkingv1.NetworkPolicyPeerArgs{
		NamespaceSelector: metav1.LabelSelectorArgs{
			MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String(gatewayNamespace)},
		},
	}}
	for _, caller := range a.Role.callers() {
		callers = append(callers, pods(caller))
	}
	return networkingv1.NetworkPolicyIngressRuleArray{
		networkingv1.NetworkPolicyIngressRuleArgs{From: callers, Ports: ports("TCP", meshPort)},
		networkingv1.NetworkPolicyIngressRuleArgs{From: ranges(probes), Ports: ports("TCP", Port)},
	}
}

func (a *Args) egress() networkingv1.NetworkPolicyEgressRuleArray {
	rules := networkingv1.NetworkPolicyEgressRuleArray{
		// To anywhere: in Auto Mode the cluster's names are answered on the node itself, which no selector matches.
		networkingv1.NetworkPolicyEgressRuleArgs{Ports: append(ports("UDP", dnsPort), ports("TCP", dnsPort)...)},
	}
	if len(a.Peers) > 0 {
		var peers networkingv1.NetworkPolicyPeerArray
		for _, peer := range a.Peers {
			peers = append(peers, pods(peer.Role))
		}
		rules = append(rules, networkingv1.NetworkPolicyEgressRuleArgs{To: peers, Ports: ports("TCP", meshPort)})
	}
	if a.Topology == nil {
		return rules
	}
	stores := ports("TCP", topology.DatabasePort)
	if a.Topology.Cache != nil {
		stores = append(stores, ports("TCP", cache.Port)...)
	}
	return append(
		rules,
		networkingv1.NetworkPolicyEgressRuleArgs{To: ranges(private...), Ports: stores},
		networkingv1.NetworkPolicyEgressRuleArgs{To: ranges(podIdentity), Ports: ports("TCP", httpPort)},
		networkingv1.NetworkPolicyEgressRuleArgs{To: ranges(everywhere), Ports: ports("TCP", httpsPort)}, // AWS
	)
}

func pods(of Role) networkingv1.NetworkPolicyPeerArgs {
	return networkingv1.NetworkPolicyPeerArgs{
		PodSelector: metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{nameLabel: pulumi.String(of.Name())}},
	}
}

func ranges(cidrs ...string) networkingv1.NetworkPolicyPeerArray {
	var peers networkingv1.NetworkPolicyPeerArray
	for _, cidr := range cidrs {
		peers = append(peers, networkingv1.NetworkPolicyPeerArgs{
			IpBlock: networkingv1.IPBlockArgs{Cidr: pulumi.String(cidr)},
		})
	}
	return peers
}

func ports(protocol string, port int) networkingv1.NetworkPolicyPortArray {
	return networkingv1.NetworkPolicyPortArray{networkingv1.NetworkPolicyPortArgs{
		Protocol: pulumi.String(protocol), Port: pulumi.Int(port),
	}}
}
