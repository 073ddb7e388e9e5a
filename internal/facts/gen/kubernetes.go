package main

import (
	"slices"
	"strings"

	"github.com/ladder-iac/ladder/internal/facts/factfile"
)

// fixed are the fields of which the Kubernetes provider replaces the object when anything in them changes, beside its
// name and namespace [provider/pkg/provider/diff.go]. A kind that is not here is updated in place.
var fixed = map[string]string{ //nolint:gosec // names of fields, not credentials
	"kubernetes:apps/v1:Deployment": "spec.selector",
	"kubernetes:apps/v1:StatefulSet": "spec.podManagementPolicy spec.revisionHistoryLimit spec.selector " +
		"spec.serviceName spec.volumeClaimTemplates",
	"kubernetes:batch/v1:Job":                   "spec.completions spec.parallelism spec.selector spec.template",
	"kubernetes:core/v1:ConfigMap":              "binaryData data",
	"kubernetes:core/v1:Secret":                 "data stringData type",
	"kubernetes:core/v1:Service":                "spec.clusterIP",
	rbac + ":ClusterRoleBinding":                "roleRef",
	rbac + ":RoleBinding":                       "roleRef",
	"kubernetes:storage.k8s.io/v1:StorageClass": "parameters provisioner",
}

const (
	rbac    = "kubernetes:rbac.authorization.k8s.io/v1"
	release = "kubernetes:helm.sh/v3:Release"
)

// kubernetes says what replaces an object, and what the provider fills in.
func kubernetes(token string, facts *factfile.Type) {
	if token == release {
		facts.ReplaceOnChange = []string{"name", "namespace"}
		facts.OptionalComputed = []string{"manifest", "name", "namespace", "resourceNames", "timeout"}
		facts.DeleteBeforeReplaceNames = nil
		return
	}
	facts.ReplaceOnChange = append(strings.Fields(fixed[token]), "metadata.name", "metadata.namespace")
	slices.Sort(facts.ReplaceOnChange)
	facts.DeleteBeforeReplaceNames = []string{"metadata.name"}
}
