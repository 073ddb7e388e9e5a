package facts

import (
	"maps"
	"slices"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Update gives the outputs after an update in place. They agree with PlanUpdate on all that it knows.
func (t *Type) Update(place Place, id string, oldOutputs, newInputs resource.PropertyMap) resource.PropertyMap {
	out := t.PlanUpdate(place, id, oldOutputs, newInputs)
	b := t.build(place, id, out)
	for key, value := range out {
		if _, isInput := newInputs[key]; !value.IsComputed() || isInput {
			continue
		}
		// The seed is that of the creation; the old value makes the new one differ.
		b.place.Seed = place.Seed + "\x00" + scalar(bare(oldOutputs[key]))
		b.out[key] = b.renewed(string(key), oldOutputs[key])
	}
	b.keepSecrets(newInputs)
	return b.out
}

// renewed gives an output that an update changes: versions count up, the rest is made up anew.
func (b *builder) renewed(key string, was resource.PropertyValue) resource.PropertyValue {
	was, _ = peel(was)
	if b.t.token == helmRelease && key == "status" {
		return b.upgraded(was)
	}
	switch key {
	case "version", "latestVersion", "defaultVersion", "documentVersion":
		if was.IsNumber() {
			return resource.NewNumberProperty(was.NumberValue() + 1)
		}
		if n, err := strconv.Atoi(scalar(was)); err == nil {
			return text(strconv.Itoa(n + 1))
		}
	}
	if b.t.isComputed[key] {
		return b.computed(key)
	}
	return b.filledIn(key)
}

// PlanUpdate gives what a preview knows of a resource after an update in place: the old outputs with the
// new inputs laid over them. Computed outputs stay known, except those that the update changes.
func (t *Type) PlanUpdate(place Place, id string, oldOutputs, newInputs resource.PropertyMap) resource.PropertyMap {
	b := t.build(place, id, newInputs)
	for key, value := range oldOutputs {
		name := string(key)
		_, isInput := t.facts.Inputs[name]
		kept := !isInput || t.filledIn[name] || slices.Contains(t.autonamed, name)
		if _, given := b.out[key]; !given && kept {
			b.out[key] = copyValue(value)
		}
	}
	b.out["id"] = text(id)
	for _, field := range b.rule.nested {
		b.keepField(field, oldOutputs)
	}
	for _, changes := range changedOutputs[t.token] {
		if changes.by(t, oldOutputs, newInputs) {
			for _, name := range changes.outputs {
				if _, given := newInputs[resource.PropertyKey(name)]; !given {
					b.out[resource.PropertyKey(name)] = unknown()
				}
			}
		}
	}
	if t.isComputed["tagsAll"] {
		b.out["tagsAll"] = b.tagsAll()
	}
	b.keepMetadata(oldOutputs)
	b.keepSecrets(newInputs)
	return b.out
}

// keepField carries a computed field of an object over into the object's new value.
func (b *builder) keepField(field nestedField, oldOutputs resource.PropertyMap) {
	object, name := resource.PropertyKey(field.object), resource.PropertyKey(field.name)
	was, _ := peel(oldOutputs[object])
	value, ok := objectOf(was)[name]
	if !ok {
		return
	}
	if is := b.out[object]; !is.IsNull() && !is.IsObject() {
		return
	}
	fields := maps.Clone(objectOf(b.out[object]))
	if fields == nil {
		fields = resource.PropertyMap{}
	}
	if _, given := fields[name]; !given {
		fields[name] = copyValue(value)
	}
	b.out[object] = resource.NewObjectProperty(fields)
}

// change says which outputs an update renews, and the inputs that bring it about; no inputs means any.
type change struct {
	outputs []string
	inputs  []string
}

func (c change) by(t *Type, oldOutputs, newInputs resource.PropertyMap) bool {
	names := c.inputs
	if len(names) == 0 {
		names = sortedKeys(t.facts.Inputs)
	}
	for _, name := range names {
		was, is := bare(oldOutputs[resource.PropertyKey(name)]), bare(newInputs[resource.PropertyKey(name)])
		if is.IsNull() && (t.filledIn[name] || slices.Contains(t.autonamed, name)) {
			continue
		}
		if !same(was, is) {
			return true
		}
	}
	return false
}

// changedOutputs lists the outputs that AWS changes in an update.
var changedOutputs = map[string][]change{
	helmRelease: {
		{outputs: []string{"manifest", "resourceNames", "status"}, inputs: nil},
	},
	"kubernetes:batch/v1:Job": {
		{outputs: []string{"status"}, inputs: []string{"spec"}},
	},
	"kubernetes:apps/v1:Deployment": {
		{outputs: []string{"status"}, inputs: []string{"spec"}},
	},
	"aws:ec2/instance:Instance": { // a stopped and started machine gets another address, unless it has an Elastic IP
		{outputs: []string{"publicIp", "publicDns"}, inputs: []string{"instanceType"}},
	},
	"aws:ec2/launchTemplate:LaunchTemplate": {
		{outputs: []string{"latestVersion"}, inputs: nil},
	},
	"aws:ec2/eip:Eip": {
		{outputs: []string{"associationId", "privateIp", "privateDns"}, inputs: []string{"instance", "networkInterface"}},
	},
	"aws:ec2/route:Route": {
		{outputs: []string{"instanceId", "instanceOwnerId"}, inputs: []string{"networkInterfaceId"}},
	},
	typeDistribution:  {{outputs: []string{"etag", "lastModifiedTime"}}},
	typeOriginAccess:  {{outputs: []string{"etag"}}},
	typeCachePolicy:   {{outputs: []string{"etag"}}},
	typeOriginPolicy:  {{outputs: []string{"etag"}}},
	typeHeadersPolicy: {{outputs: []string{"etag"}}},
	typeWebACL: {
		{outputs: []string{"lockToken"}, inputs: nil},
		{outputs: []string{"capacity"}, inputs: []string{"ruleJson", "rules"}},
	},
	typeGlobalCluster: {
		{outputs: []string{"engineVersionActual"}, inputs: []string{"engineVersion"}},
	},
	"aws:elasticache/replicationGroup:ReplicationGroup": {
		{outputs: []string{"engineVersionActual"}, inputs: []string{"engine", "engineVersion"}},
		{outputs: []string{"memberClusters"}, inputs: []string{"numCacheClusters", "numNodeGroups", "replicasPerNodeGroup"}},
	},
	"aws:eks/cluster:Cluster": {
		{outputs: []string{"platformVersion"}, inputs: []string{"version"}},
	},
	"aws:kms/alias:Alias": {
		{outputs: []string{"targetKeyArn"}, inputs: []string{"targetKeyId"}},
	},
	"aws:rds/cluster:Cluster": {
		{outputs: []string{"engineVersionActual"}, inputs: []string{"engineVersion"}},
	},
	"aws:rds/instance:Instance": {
		{outputs: []string{"address", "endpoint", "arn"}, inputs: []string{"identifier"}},
		{outputs: []string{"endpoint"}, inputs: []string{"port"}},
		{outputs: []string{"engineVersionActual"}, inputs: []string{"engineVersion"}},
	},
	"aws:route53/record:Record": {
		{outputs: []string{"fqdn"}, inputs: []string{"name"}},
	},
	"aws:s3/bucketObjectv2:BucketObjectv2": {
		{
			outputs: []string{
				"checksumCrc32", "checksumCrc32c", "checksumCrc64nvme", "checksumSha1", "checksumSha256", "etag", "versionId",
			},
			inputs: []string{"content", "contentBase64", "etag", "source", "sourceHash"},
		},
	},
	"aws:ssm/document:Document": {
		{
			outputs: []string{
				"defaultVersion", "description", "documentVersion", "hash", "latestVersion", "parameters", "platformTypes",
				"schemaVersion",
			},
			inputs: []string{"content"},
		},
	},
	"aws:ssm/parameter:Parameter": {
		{outputs: []string{"version"}, inputs: []string{"insecureValue", "type", "value"}},
	},
}
