package facts

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// made makes up one output's value.
type made func(b *builder) resource.PropertyValue

// outputs says what AWS answers for one type. Outputs without an entry are made up by name and type.
type outputs struct {
	id      func(b *builder) string
	outputs map[string]made
	nested  []nestedField
}

// nestedField is a computed field of an object that is otherwise an input.
type nestedField struct {
	object, name string
	make         made
}

// id gives the resource's id by its type's rule, else type and digits.
func (b *builder) id() string {
	if b.rule.id != nil {
		if id := b.rule.id(b); id != "" {
			return id
		}
	}
	switch {
	case strings.HasPrefix(b.t.token, "random:"):
		return b.randomID()
	case strings.HasPrefix(b.t.token, "kubernetes:"):
		return b.kubernetesID()
	}
	_, typ := b.names3()
	return typ + "-" + b.hex("id", 17)
}

// The forms below read: is("x") the constant; of("bucket") another property; and so on.

func is(s string) made { return func(*builder) resource.PropertyValue { return text(s) } }

func number(n float64) made {
	return func(*builder) resource.PropertyValue { return resource.NewNumberProperty(n) }
}

func yes(*builder) resource.PropertyValue { return resource.NewBoolProperty(true) }

func from(f func(b *builder) string) made {
	return func(b *builder) resource.PropertyValue { return text(f(b)) }
}

func of(key string) made { return from(property(key)) }

// property reads another property as text.
func property(key string) func(*builder) string {
	return func(b *builder) string { return b.str(key) }
}

// joined puts properties together.
func joined(separator string, keys ...string) func(*builder) string {
	return func(b *builder) string {
		parts := make([]string, len(keys))
		for i, key := range keys {
			parts[i] = b.str(key)
		}
		return strings.Join(parts, separator)
	}
}

func ec2(prefix string) func(*builder) string {
	return func(b *builder) string { return b.ec2ID(prefix, "id") }
}

func ec2Of(prefix, label string) made {
	return from(func(b *builder) string { return b.ec2ID(prefix, label) })
}

func uuid(b *builder) string { return b.uuid("id") }

func account(b *builder) resource.PropertyValue { return text(b.place.Account) }

// arn is an ARN of a region and account: the prefix, then a property.
func arn(service, prefix, key string) made {
	return from(func(b *builder) string { return b.place.arn(service, prefix+b.str(key)) })
}

// accountARN is an ARN without a region.
func accountARN(service, prefix, key string) made {
	return from(func(b *builder) string { return b.place.accountARN(service, prefix+b.str(key)) })
}

func list(items ...string) resource.PropertyValue {
	values := make([]resource.PropertyValue, len(items))
	for i, item := range items {
		values[i] = text(item)
	}
	return resource.NewArrayProperty(values)
}

func object(pairs map[string]string) resource.PropertyValue {
	m := resource.PropertyMap{}
	for key, value := range pairs {
		m[resource.PropertyKey(key)] = text(value)
	}
	return resource.NewObjectProperty(m)
}

// or gives a property, or what stands for it when it is missing.
func (b *builder) or(key, otherwise string) string {
	if s := b.str(key); s != "" {
		return s
	}
	return otherwise
}

const (
	lowers       = "abcdefghijklmnopqrstuvwxyz"
	digits       = "0123456789"
	uppersDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + digits
)

// hostedZones are the Route 53 zones behind AWS's own names, for alias records.
// Source: AWS General Reference, service endpoints, 2025. Other regions get a made-up zone of right form.
var hostedZones = map[string]map[string]string{
	"s3": {
		"us-east-1": "Z3AQBSTGFAJSTF", "us-east-2": "Z2O1EMRO9K5GLX", "us-west-2": "Z3BJ6K6RIION7M",
		"eu-west-1": "Z1BKCTXD74EZPE", "eu-central-1": "Z21DNDUVLTQW6Q",
	},
	"elb": {
		"us-east-1": "Z35SXDOTRQ7X7K", "us-east-2": "Z3AADJGX6KTTL2", "us-west-2": "Z1H1FL5HABSF5",
		"eu-west-1": "Z32O12XQLNTSW2", "eu-central-1": "Z215JYRZR1TBD5",
	},
	"nlb": {
		"us-east-1": "Z26RNL4JYFTOTI", "us-east-2": "ZLMOA37VPKANP", "us-west-2": "Z18D5FSROUN65G",
		"eu-west-1": "Z2IFOLAFXWLO4F", "eu-central-1": "Z3F0SRJ5LGBH90",
	},
	"rds": {
		"us-east-1": "Z2R2ITUGPM61AM", "us-east-2": "Z2XHWR1WZ565X2", "us-west-2": "Z1PVIF0B656C1W",
		"eu-west-1": "Z29XKXDKYMONMX", "eu-central-1": "Z1RLNUO7B9Q6NB",
	},
}

// hostedZone gives the zone of a service in the place's region, the same for all its resources.
func (b *builder) hostedZone(service string) string {
	if zone := hostedZones[service][b.place.Region]; zone != "" {
		return zone
	}
	common := &builder{t: &Type{token: service}, place: Place{Region: b.place.Region}}
	return "Z" + common.letters("zone", uppersDigits, 13)
}
