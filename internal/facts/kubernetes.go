package facts

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// clusterWide are the kinds that live in no namespace.
var clusterWide = words("ClusterRole ClusterRoleBinding CustomResourceDefinition GatewayClass IngressClass Namespace " +
	"NodeClass NodePool PersistentVolume PriorityClass StorageClass")

func (b *builder) kind() string { return b.t.kind() }

func (t *Type) kind() string { return t.token[strings.LastIndexByte(t.token, ':')+1:] }

// namespaced is true for objects that live in a namespace.
func (t *Type) namespaced() bool {
	return strings.HasPrefix(t.token, "kubernetes:") && !clusterWide[t.kind()]
}

// object gives a field of the outputs to write to: a copy, and false when it is unknown or secret as a whole.
func (b *builder) object(key resource.PropertyKey) (resource.PropertyMap, bool) {
	v := b.out[key]
	if v.IsNull() {
		return resource.PropertyMap{}, true
	}
	if !v.IsObject() {
		return nil, false
	}
	return maps.Clone(v.ObjectValue()), true
}

// kubernetesName makes up metadata.name as the Kubernetes provider does: the logical name and eight digits.
func (b *builder) kubernetesName() {
	metadata, ok := b.object("metadata")
	if !ok || !b.t.HasInput("metadata") {
		return
	}
	if metadata["name"].IsNull() {
		metadata["name"] = unknown()
		if !b.plan {
			prefix, _ := peel(metadata["generateName"])
			if !prefix.IsString() {
				prefix = text(strings.ToLower(b.name) + "-")
			}
			metadata["name"] = text(prefix.StringValue() + b.hex("name", 8))
		}
	}
	if metadata["namespace"].IsNull() && b.t.namespaced() {
		metadata["namespace"] = text("default")
	}
	b.out["metadata"] = resource.NewObjectProperty(metadata)
}

func (b *builder) kubernetesID() string {
	if b.t.token == helmRelease {
		return b.str("namespace") + "/" + b.str("name")
	}
	if namespace := b.str("metadata.namespace"); namespace != "" {
		return namespace + "/" + b.str("metadata.name")
	}
	return b.str("metadata.name")
}

// metadata adds what the API server writes into metadata, and the address of a service.
func (b *builder) metadata() {
	if metadata, ok := b.object("metadata"); ok && b.t.HasInput("metadata") {
		b.add(metadata, "uid", func() resource.PropertyValue { return text(b.uuid("uid")) })
		b.add(metadata, "creationTimestamp", func() resource.PropertyValue { return text(b.time("created")) })
		b.add(metadata, "resourceVersion", func() resource.PropertyValue {
			return text(strconv.Itoa(1000 + b.number("version", 100000)))
		})
		b.add(metadata, "generation", func() resource.PropertyValue { return resource.NewNumberProperty(1) })
		b.out["metadata"] = resource.NewObjectProperty(metadata)
	}
	if spec, ok := b.object("spec"); ok && b.kind() == "Service" {
		b.add(spec, "clusterIP", func() resource.PropertyValue {
			return text(fmt.Sprintf("172.20.%d.%d", b.number("cluster net", 256), 1+b.number("cluster ip", 254)))
		})
		b.out["spec"] = resource.NewObjectProperty(spec)
	}
}

func (b *builder) add(to resource.PropertyMap, key resource.PropertyKey, make func() resource.PropertyValue) {
	if !to[key].IsNull() {
		return
	}
	to[key] = unknown()
	if !b.plan {
		to[key] = make()
	}
}

// keepMetadata carries over what the API server wrote, and counts the update.
func (b *builder) keepMetadata(oldOutputs resource.PropertyMap) {
	if !strings.HasPrefix(b.t.token, "kubernetes:") {
		return
	}
	for _, key := range []resource.PropertyKey{"metadata", "spec"} {
		was, _ := peel(oldOutputs[key])
		fields, ok := b.object(key)
		if !ok || !b.t.HasInput(string(key)) || key == "spec" && b.kind() != "Service" {
			continue
		}
		names := []resource.PropertyKey{"name", "namespace", "uid", "creationTimestamp", "resourceVersion", "generation"}
		if key == "spec" {
			names = []resource.PropertyKey{"clusterIP"}
		}
		for _, name := range names {
			value := objectOf(was)[name]
			if !fields[name].IsNull() || value.IsNull() {
				continue
			}
			fields[name] = copyValue(value)
			if name == "generation" && value.IsNumber() {
				fields[name] = resource.NewNumberProperty(value.NumberValue() + 1)
			}
		}
		b.out[key] = resource.NewObjectProperty(fields)
	}
}

// kubernetes gives a computed output: the status of a healthy object.
func (b *builder) kubernetes(key string) resource.PropertyValue {
	if key == "id" {
		return text(b.kubernetesID())
	}
	if b.t.token == helmRelease {
		return b.released(1)
	}
	status := resource.PropertyMap{}
	switch b.kind() {
	case "Namespace":
		status["phase"] = text("Active")
	case "Deployment", "StatefulSet", "ReplicaSet":
		replicas, _ := peel(follow(bareMap(b.out), "spec.replicas"))
		if !replicas.IsNumber() {
			replicas = resource.NewNumberProperty(1)
		}
		for _, count := range []resource.PropertyKey{"replicas", "readyReplicas", "availableReplicas", "updatedReplicas"} {
			status[count] = replicas
		}
		status["observedGeneration"] = resource.NewNumberProperty(1)
	case "Service":
		status["loadBalancer"] = resource.NewObjectProperty(resource.PropertyMap{})
		if b.str("spec.type") == "LoadBalancer" {
			host := fmt.Sprintf("%s-%s.%s.elb.%s",
				b.hex("host", 32), b.letters("host", digits, 9), b.place.Region, b.place.dnsSuffix())
			ingress := resource.NewArrayProperty([]resource.PropertyValue{object(map[string]string{"hostname": host})})
			status["loadBalancer"] = resource.NewObjectProperty(resource.PropertyMap{"ingress": ingress})
		}
	}
	return resource.NewObjectProperty(status)
}
