package facts

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Create gives a new resource's id and outputs: what was given, what the cloud fills in, and every
// computed output. The same place and name give the same outputs; only a RandomPassword's bcryptHash has
// fresh salt each time.
func (t *Type) Create(place Place, name string, inputs resource.PropertyMap) (string, resource.PropertyMap) {
	b := t.build(place, name, inputs)
	b.names()
	b.fill()
	b.out["id"] = text(b.id())
	for _, key := range sortedKeys(t.facts.Computed) {
		if key != "id" {
			b.out[resource.PropertyKey(key)] = b.computed(key)
		}
	}
	b.nested()
	b.keepSecrets(inputs)
	return b.str("id"), b.out
}

// PlanCreate gives what a preview knows of a new resource: what was given, and tagsAll. All else is
// unknown until the resource exists, its id too.
func (t *Type) PlanCreate(place Place, name string, inputs resource.PropertyMap) resource.PropertyMap {
	b := t.build(place, name, inputs)
	b.plan = true
	b.names()
	b.fill()
	for _, key := range sortedKeys(t.facts.Computed) {
		b.out[resource.PropertyKey(key)] = b.computed(key)
	}
	b.nested()
	return b.out
}

// builder makes up one resource's outputs. In a plan every made-up value is unknown.
type builder struct {
	t     *Type
	place Place
	name  string // logical name
	plan  bool
	out   resource.PropertyMap
	rule  outputs
}

func (t *Type) build(place Place, name string, inputs resource.PropertyMap) *builder {
	return &builder{t: t, place: place.orDefault(), name: name, out: copyMap(inputs), rule: awsOutputs[t.token]}
}

// orDefault gives an empty place the region and account of AWS's own examples, so that ids and ARNs have
// their form in any case.
func (p Place) orDefault() Place {
	if p.Region == "" {
		p.Region = "us-east-1"
	}
	if p.Account == "" {
		p.Account = "123456789012"
	}
	return p
}

// names makes up the physical names that were left out, as the Pulumi provider does: the logical name and
// seven hexadecimal digits. A given prefix takes the logical name's place.
func (b *builder) names() {
	if strings.HasPrefix(b.t.token, "kubernetes:") {
		b.kubernetesName()
		return
	}
	for _, key := range b.t.autonamed {
		if b.given(key) {
			continue
		}
		b.set(key, func() resource.PropertyValue {
			prefix := b.name + "-"
			for _, alternative := range []string{key + "Prefix", "namePrefix"} {
				if given := b.str(alternative); given != "" {
					prefix = given
				}
			}
			return text(b.physical(prefix))
		})
	}
}

// nameLimits are the longest physical names AWS takes, where long logical names come near them.
var nameLimits = map[string]int{
	typeEKS: 100, typeOriginAccess: 64, typeQueue: 75,
	"aws:elasticache/replicationGroup:ReplicationGroup": 40,
	"aws:iam/role:Role":                64,
	"aws:lb/loadBalancer:LoadBalancer": 32,
	"aws:lb/targetGroup:TargetGroup":   32,
	"aws:rds/instance:Instance":        63,
	"aws:s3/bucketV2:BucketV2":         63,
}

// physical makes a physical name that AWS would take: short enough, and in the case the service wants.
func (b *builder) physical(prefix string) string {
	suffix := b.hex("name", 7)
	if limit := nameLimits[b.t.token]; limit > 0 && len(prefix)+len(suffix) > limit {
		prefix = prefix[:limit-len(suffix)]
	}
	name := prefix + suffix
	switch b.t.token {
	case "aws:kms/alias:Alias":
		if !strings.HasPrefix(name, "alias/") {
			name = "alias/" + name
		}
	case "aws:sns/topic:Topic":
		if b.str("fifoTopic") == "true" {
			name += ".fifo"
		}
	case typeQueue:
		if b.str("fifoQueue") == "true" {
			name += ".fifo"
		}
	case "aws:s3/bucketV2:BucketV2", "aws:rds/instance:Instance", "aws:rds/subnetGroup:SubnetGroup",
		"aws:rds/parameterGroup:ParameterGroup", "aws:elasticache/replicationGroup:ReplicationGroup",
		"aws:elasticache/subnetGroup:SubnetGroup", typeRepository:
		name = strings.ToLower(name)
	}
	return name
}

// fill sets the inputs that the cloud fills in when they are left out.
func (b *builder) fill() {
	for _, key := range b.t.facts.OptionalComputed {
		if !b.given(key) {
			b.set(key, func() resource.PropertyValue { return b.filledIn(key) })
		}
	}
}

// filledIn gives the value of an input left out. Without a rule the cloud leaves it empty.
func (b *builder) filledIn(key string) resource.PropertyValue {
	if make := b.rule.outputs[key]; make != nil {
		return make(b)
	}
	s := shape(b.t.facts.Inputs[key])
	if _, ok := s.list(); ok {
		return resource.NewArrayProperty(nil)
	}
	if _, ok := s.table(); ok {
		return resource.NewObjectProperty(resource.PropertyMap{})
	}
	if _, ok := b.t.object(s); ok {
		return resource.NewObjectProperty(resource.PropertyMap{})
	}
	switch s.bare() {
	case "boolean":
		return resource.NewBoolProperty(false)
	case "integer", "number":
		return resource.NewNumberProperty(0)
	}
	return text("")
}

// computed gives an output that is never an input.
func (b *builder) computed(key string) resource.PropertyValue {
	if key == "tagsAll" {
		return b.tagsAll()
	}
	if b.plan {
		return unknown()
	}
	if make := b.rule.outputs[key]; make != nil {
		return make(b)
	}
	switch {
	case strings.HasPrefix(b.t.token, "random:"):
		return b.random(key)
	case strings.HasPrefix(b.t.token, "kubernetes:"):
		return b.kubernetes(key)
	}
	return b.generic(key, b.t.facts.Computed[key])
}

// tagsAll is the default tags overlaid by the resource's own. It is known when those are.
func (b *builder) tagsAll() resource.PropertyValue {
	all := resource.PropertyMap{}
	for key, value := range b.place.DefaultTags {
		all[resource.PropertyKey(key)] = text(value)
	}
	tags, secret := peel(b.out["tags"])
	if tags.IsComputed() {
		return unknown()
	}
	for key, value := range objectOf(tags) {
		all[key] = copyValue(value)
	}
	if secret {
		return resource.MakeSecret(resource.NewObjectProperty(all))
	}
	return resource.NewObjectProperty(all)
}

// nested adds the computed fields of objects that the program may read.
func (b *builder) nested() {
	if strings.HasPrefix(b.t.token, "kubernetes:") {
		b.metadata()
		return
	}
	for _, field := range b.rule.nested {
		object := resource.PropertyKey(field.object)
		if v := b.out[object]; !v.IsNull() && !v.IsObject() { // unknown, or secret as a whole: left as given
			continue
		}
		fields := copyMap(objectOf(b.out[object]))
		if _, given := fields[resource.PropertyKey(field.name)]; !given {
			made := unknown()
			if !b.plan {
				made = field.make(b)
			}
			fields[resource.PropertyKey(field.name)] = made
		}
		b.out[object] = resource.NewObjectProperty(fields)
	}
}

func (b *builder) given(key string) bool { return !b.out[resource.PropertyKey(key)].IsNull() }

func (b *builder) set(key string, make func() resource.PropertyValue) {
	if b.plan {
		b.out[resource.PropertyKey(key)] = unknown()
		return
	}
	b.out[resource.PropertyKey(key)] = make()
}

// str gives an input or output as text, "" when it is missing, unknown or no scalar.
func (b *builder) str(path string) string {
	v := resource.NewObjectProperty(b.out)
	for name := range strings.SplitSeq(path, ".") {
		v, _ = peel(objectOf(v)[resource.PropertyKey(name)])
	}
	return scalar(v)
}
