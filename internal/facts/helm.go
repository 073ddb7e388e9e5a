package facts

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const helmRelease = "kubernetes:helm.sh/v3:Release"

// helmOutputs is what the provider fills in of a release. It renders the chart to name its objects; nothing is rendered
// here, so that no object is named.
var helmOutputs = map[string]outputs{
	helmRelease: {outputs: map[string]made{
		"name":      from(func(b *builder) string { return b.name + "-" + b.hex("name", 8) }),
		"namespace": is("default"),
		"timeout":   number(300), // seconds
	}},
}

// released is the status of an installed release.
func (b *builder) released(revision float64) resource.PropertyValue {
	status := resource.PropertyMap{"status": text("deployed"), "revision": resource.NewNumberProperty(revision)}
	for _, name := range []string{"name", "namespace", "chart", "version"} {
		status[resource.PropertyKey(name)] = text(b.str(name))
	}
	return resource.NewObjectProperty(status)
}

// upgraded gives the status of a release after an upgrade.
func (b *builder) upgraded(was resource.PropertyValue) resource.PropertyValue {
	revision := objectOf(was)["revision"]
	if !revision.IsNumber() {
		return b.released(1)
	}
	return b.released(revision.NumberValue() + 1)
}
