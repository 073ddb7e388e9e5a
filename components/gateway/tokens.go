package gateway

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	security "istio.io/api/security/v1beta1"
	policytype "istio.io/api/type/v1beta1"

	"github.com/ladder-iac/ladder/components/internal/kube"
)

// tokens lets requests in by their tokens. Who may ask for the keys comes first, and the keys when there is a way to
// them: istiod asks once when it hears of them, and less and less often while nobody answers.
func (b *builder) tokens(entry pulumi.Resource, routes []pulumi.Resource) {
	at := []*policytype.PolicyTargetReference{{Group: gatewayGroup, Kind: "Gateway", Name: inCluster}}
	letIn := b.object("callers", kube.Object{
		APIVersion: securityAPI, Kind: "AuthorizationPolicy", Namespace: inCluster, Name: "callers",
		Spec: &security.AuthorizationPolicy{
			TargetRefs: at, Action: security.AuthorizationPolicy_ALLOW, Rules: b.args.callers(),
		},
	}, entry)
	b.object("tokens", kube.Object{
		APIVersion: securityAPI, Kind: "RequestAuthentication", Namespace: inCluster, Name: "tokens",
		Spec: &security.RequestAuthentication{TargetRefs: at, JwtRules: []*security.JWTRule{{
			Issuer: b.args.Issuer, Audiences: []string{b.args.Audience},
			JwksUri: fmt.Sprintf("http://%s.%s.svc.cluster.local:%d%s", workload, inCluster, Port, keysPath),
			// Not the parameter access_token, which Envoy reads otherwise: addresses are logged.
			FromHeaders:          []*security.JWTHeader{{Name: "Authorization", Prefix: "Bearer "}},
			ForwardOriginalToken: true, // the services verify it themselves
		}}},
	}, slices.Concat(routes, []pulumi.Resource{letIn})...)
}

// callers are who gets in: anyone to what is open, and anywhere with a token.
func (a *Args) callers() []*security.Rule {
	open := slices.Clone(a.Open)
	if keys := "GET " + keysPath; !slices.Contains(open, keys) {
		open = append(open, keys)
	}
	var to []*security.Rule_To
	for _, one := range open {
		method, path, _ := strings.Cut(one, " ")
		to = append(to, &security.Rule_To{Operation: &security.Operation{Methods: []string{method}, Paths: []string{path}}})
	}
	return []*security.Rule{
		{To: to},
		{From: []*security.Rule_From{{Source: &security.Source{RequestPrincipals: []string{a.Issuer + "/*"}}}}},
	}
}
