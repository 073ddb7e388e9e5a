package simcloud

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/ladder-iac/ladder/internal/facts"
)

const (
	kubernetes  = "kubernetes" // the folder of all clusters
	eksCluster  = "aws:eks/cluster:Cluster"
	helmRelease = "kubernetes:helm.sh/v3:Release"
	namespace   = "kubernetes:core/v1:Namespace"
)

// firstNamespaces are those of a new cluster.
var firstNamespaces = []string{"default", "kube-node-lease", "kube-public", "kube-system"}

// isKubernetes is true for a realm that is a cluster, and for a type of what lies in one.
func isKubernetes(realmOrType string) bool {
	return strings.HasPrefix(realmOrType, kubernetes+"/") || strings.HasPrefix(realmOrType, kubernetes+":")
}

// clusterOf finds the EKS cluster that a realm is, and the realm that the cluster lies in. A provider names it by its
// ARN or its endpoint; false is a cluster of someone else.
func (s store) clusterOf(realm string) (cluster record, region string, ok bool) {
	for _, region := range s.realms(Account) {
		for _, cluster := range s.ofType(region, eksCluster) {
			if slices.Contains(realmsInside(cluster), realm) {
				return cluster, region, true
			}
		}
	}
	return record{}, "", false
}

// realmsInside are the realms of a cluster's objects, by what a provider calls the cluster.
func realmsInside(cluster record) []string {
	return []string{
		path.Join(kubernetes, escape(facts.Text(cluster.outputs, "arn"))),
		path.Join(kubernetes, escape(facts.Text(cluster.outputs, "endpoint"))),
	}
}

// absent finds what the API server would miss for a new object: itself, the namespace, or the definition of its kind.
func (s store) absent(realm string, typ *facts.Type, r record) []error {
	if !isKubernetes(r.Type) {
		return nil
	}
	name, err := url.PathUnescape(path.Base(realm))
	if err != nil {
		return []error{err}
	}
	if _, _, ok := s.clusterOf(realm); !ok && strings.HasPrefix(name, "arn:aws:eks:") && strings.Contains(name, Account) {
		return []error{fmt.Errorf("the cluster is unreachable: no such host; clusterIdentifier: got %q, "+
			"want the ARN of a cluster that exists", name)}
	}
	var errs []error
	if in := namespaceOf(r); in != "" && !s.hasNamespace(realm, in) && !makesNamespace(r) {
		errs = append(errs, fmt.Errorf("namespaces %q not found; want a Namespace of that name first, "+
			"and this to depend on it", in))
	}
	if e, ok := typ.Extension(); ok && !s.defined(realm, e) {
		errs = append(errs, fmt.Errorf("no matches for kind %q in version %q; want the definition from %s first, "+
			"and this to depend on it", e.Kind, e.APIVersion, e.From()))
	}
	return errs
}

func namespaceOf(r record) string {
	if r.Type == helmRelease {
		return facts.Text(r.outputs, "namespace")
	}
	return facts.Text(r.outputs, "metadata.namespace")
}

func makesNamespace(r record) bool {
	return r.Type == helmRelease && facts.Text(r.outputs, "createNamespace") == "true"
}

func (s store) hasNamespace(realm, name string) bool {
	return slices.Contains(firstNamespaces, name) ||
		slices.ContainsFunc(s.ofType(realm, namespace), func(r record) bool {
			return facts.Text(r.outputs, "metadata.name") == name
		}) ||
		slices.ContainsFunc(s.ofType(realm, helmRelease), func(r record) bool {
			return makesNamespace(r) && namespaceOf(r) == name
		})
}

// defined tells whether a cluster knows a kind: by a definition, by the chart that brings it, or by itself.
func (s store) defined(realm string, e facts.Extension) bool {
	for _, r := range s.ofType(realm, facts.Definition) {
		if defines(r, e) {
			return true
		}
	}
	for _, r := range s.ofType(realm, helmRelease) {
		if e.Chart != "" && path.Base(facts.Text(r.outputs, "chart")) == e.Chart {
			return true
		}
	}
	cluster, _, ok := s.clusterOf(realm)
	return ok && e.AutoMode && facts.Text(cluster.outputs, "computeConfig.enabled") == "true"
}

// defines is true for the definition of a kind that serves its version.
func defines(r record, e facts.Extension) bool {
	if facts.Text(r.outputs, "spec.group") != e.Group() || facts.Text(r.outputs, "spec.names.kind") != e.Kind {
		return false
	}
	spec := plain(r.outputs["spec"])
	if !spec.IsObject() || !plain(spec.ObjectValue()["versions"]).IsArray() {
		return false
	}
	return slices.ContainsFunc(plain(spec.ObjectValue()["versions"]).ArrayValue(), func(v resource.PropertyValue) bool {
		version := plain(v)
		return version.IsObject() && facts.Text(version.ObjectValue(), "name") == e.Version() &&
			facts.Text(version.ObjectValue(), "served") == "true"
	})
}

// cascade removes what goes along with a resource that is deleted: all in a namespace, all of a kind whose definition
// goes, all in a cluster and what AWS keeps about it.
func (s store) cascade(realm string, r record) error {
	switch r.Type {
	case eksCluster:
		for _, m := range s.mentions(realm, r) {
			if err := s.remove(m.by.path); err != nil {
				return err
			}
		}
		for _, inside := range realmsInside(r) {
			if err := os.RemoveAll(filepath.Join(s.dir, filepath.FromSlash(inside))); err != nil {
				return err
			}
		}
	case namespace:
		return s.removeObjects(realm, func(o record) bool { return namespaceOf(o) == facts.Text(r.outputs, "metadata.name") })
	case facts.Definition:
		return s.removeObjects(realm, func(o record) bool {
			typ, err := facts.Lookup(o.Type)
			if err != nil {
				return false
			}
			e, ok := typ.Extension()
			return ok && facts.Text(r.outputs, "spec.group") == e.Group() && facts.Text(r.outputs, "spec.names.kind") == e.Kind
		})
	}
	return nil
}

// removeObjects removes the objects of a cluster that are chosen.
func (s store) removeObjects(realm string, chosen func(record) bool) error {
	paths, _ := filepath.Glob(filepath.Join(globQuote(filepath.Join(s.dir, realm)), "*", "*.json"))
	for _, path := range paths {
		if r, ok, err := s.load(path); ok && err == nil && chosen(r) {
			if err := s.remove(path); err != nil {
				return err
			}
		}
	}
	return nil
}
