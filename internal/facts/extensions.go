package facts

import (
	"strings"

	"github.com/ladder-iac/ladder/internal/facts/factfile"
)

// Extension is what a cluster needs before it knows a kind that is not Kubernetes's own.
type Extension struct {
	APIVersion string // group and version, e.g. "gateway.networking.k8s.io/v1"
	Kind       string
	// Chart is the Helm chart that installs the definitions; "" when none does.
	Chart string
	// AutoMode says that a cluster of EKS in Auto Mode has the definitions by itself.
	AutoMode bool
}

// Group is the part of the API version before the slash.
func (e Extension) Group() string {
	group, _, _ := strings.Cut(e.APIVersion, "/")
	return group
}

// Version is the part of the API version behind the slash.
func (e Extension) Version() string { return e.APIVersion[strings.IndexByte(e.APIVersion, '/')+1:] }

// From says in words where the definitions of the kind come from.
func (e Extension) From() string {
	switch {
	case e.AutoMode:
		return "an EKS cluster in Auto Mode"
	case e.Chart != "":
		return "a release of the chart " + e.Chart + ", or CustomResourceDefinition objects"
	}
	return "CustomResourceDefinition objects"
}

// extensions are the kinds of extensions that programs may use. Those that live in no namespace stand in clusterWide.
var extensions = []struct {
	apiVersion, kinds, chart string
	autoMode                 bool
}{
	{"gateway.networking.k8s.io/v1", "Gateway GatewayClass HTTPRoute", "", false},
	{"gateway.networking.k8s.io/v1beta1", "ReferenceGrant", "", false},
	{"security.istio.io/v1", "AuthorizationPolicy PeerAuthentication RequestAuthentication", "base", false},
	{"networking.istio.io/v1", "DestinationRule ServiceEntry", "base", false},
	{"networking.istio.io/v1alpha3", "EnvoyFilter", "base", false},
	{"telemetry.istio.io/v1", "Telemetry", "base", false},
	{"eks.amazonaws.com/v1", "NodeClass TargetGroupBinding", "", true},
	{"karpenter.sh/v1", "NodePool", "", true},
}

// Extension says what a cluster needs before it knows the type; false for a type that needs nothing.
func (t *Type) Extension() (Extension, bool) { return t.extension, t.extension.Kind != "" }

// addExtensions gives each kind its facts: a spec that is not looked into, and what the provider does with every object
// of an extension.
func addExtensions(all map[string]*Type, objects map[string]factfile.Fields) {
	for _, e := range extensions {
		for kind := range strings.FieldsSeq(e.kinds) {
			token := "kubernetes:" + e.apiVersion + ":" + kind
			t := newType(token, &factfile.Type{
				ReplaceOnChange:          []string{"apiVersion", "kind", "metadata.name", "metadata.namespace"},
				DeleteBeforeReplaceNames: []string{"metadata.name"},
				Computed:                 map[string]string{"id": "string"},
				Inputs: factfile.Fields{
					"apiVersion": "string", "kind": "string", "metadata": "#meta/v1/ObjectMeta?", "spec": "{}any",
				},
			}, objects)
			t.extension = Extension{e.apiVersion, kind, e.chart, e.autoMode}
			all[token] = t
		}
	}
}

// kindFits holds an object to its token, and a definition to the one name that the API server takes. What was got may
// be secret, and is not shown.
func (c *checker) kindFits(apiVersion, kind, name, plural, group string) {
	e, isExtension := c.t.Extension()
	switch {
	case isExtension && apiVersion != "" && apiVersion != e.APIVersion:
		c.add("apiVersion", "another", e.APIVersion+", as the type says")
	case isExtension && kind != "" && kind != e.Kind:
		c.add("kind", "another", e.Kind+", as the type says")
	case c.t.token == Definition && plural != "" && group != "" && name != plural+"."+group:
		c.add("metadata.name", "another", plural+"."+group+": the plural name and the group")
	}
}

// Definition is the type of what tells a cluster of a kind.
const Definition = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
