package facts

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// valueRule says what is wrong with an input's value: what AWS wants, or "" when it is right.
type valueRule func(v resource.PropertyValue) string

// wrongValues are the values that AWS refuses only when it creates the resource, after other resources
// have been made and paid for. Keys are an input's name, or a type's token, "#" and the name.
var wrongValues = map[string]valueRule{
	"availabilityZone":         zone,
	"cidrBlock":                cidr(0, 128),
	"cidrIpv4":                 cidr(0, 32),
	"cidrIpv6":                 cidr(0, 128),
	"destinationCidrBlock":     cidr(0, 32),
	"destinationIpv6CidrBlock": cidr(0, 128),
	"cidrBlocks":               cidr(0, 32),
	"ipv6CidrBlocks":           cidr(0, 128),
	"fromPort":                 between(-1, 65535),
	"toPort":                   between(-1, 65535),
	"ipProtocol":               protocol,
	"assumeRolePolicy":         document,
	"dashboardBody":            document,
	"policy":                   document,

	"aws:ec2/vpc:Vpc#cidrBlock":                             cidr(16, 28),
	"aws:ec2/subnet:Subnet#cidrBlock":                       cidr(16, 28),
	"aws:ebs/volume:Volume#size":                            between(1, 65536),
	"aws:ebs/volume:Volume#type":                            oneOf("gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"),
	"aws:rds/instance:Instance#backupRetentionPeriod":       between(0, 35),
	"aws:rds/instance:Instance#port":                        between(1150, 65535),
	"aws:lb/targetGroup:TargetGroup#port":                   between(1, 65535),
	"aws:lb/listener:Listener#port":                         between(1, 65535),
	"aws:kms/key:Key#deletionWindowInDays":                  between(7, 30),
	"aws:route53/healthCheck:HealthCheck#port":              between(1, 65535),
	"aws:route53/healthCheck:HealthCheck#requestInterval":   oneOf("10", "30"),
	"aws:secretsmanager/secret:Secret#recoveryWindowInDays": noneOrBetween(7, 30),
	"aws:cloudwatch/logGroup:LogGroup#retentionInDays": oneOf("0", "1", "3", "5", "7", "14", "30", "60", "90", "120",
		"150", "180", "365", "400", "545", "731", "1096", "1827", "2192", "2557", "2922", "3288", "3653"),
}

func wrongValue(token, name string, v resource.PropertyValue) string {
	if rule := wrongValues[token+"#"+name]; rule != nil {
		return rule(v)
	}
	if rule := wrongValues[name]; rule != nil && strings.HasPrefix(token, "aws:") {
		return rule(v)
	}
	return ""
}

func zone(v resource.PropertyValue) string {
	if !v.IsString() || v.StringValue() == "" {
		return ""
	}
	region := strings.TrimRight(v.StringValue(), "abcdefghijklmnopqrstuvwxyz")
	zones, err := Zones(region)
	if err != nil {
		return "an availability zone's name, such as us-east-1a"
	}
	if !slices.Contains(zones, v.StringValue()) {
		return "one of " + strings.Join(zones, ", ")
	}
	return ""
}

// cidr wants an address block with no bits set after its prefix, of a length in from..to.
func cidr(from, to int) valueRule {
	return func(v resource.PropertyValue) string {
		if !v.IsString() || v.StringValue() == "" {
			return ""
		}
		prefix, err := netip.ParsePrefix(v.StringValue())
		switch {
		case err != nil:
			return "an address block such as 10.0.0.0/16"
		case prefix.Masked() != prefix:
			return fmt.Sprintf("no bits set after the prefix: %s", prefix.Masked())
		case prefix.Bits() < from || prefix.Bits() > to:
			return fmt.Sprintf("a prefix length of /%d to /%d", from, to)
		}
		return ""
	}
}

func between(from, to float64) valueRule {
	return func(v resource.PropertyValue) string {
		if v.IsNumber() && (v.NumberValue() < from || v.NumberValue() > to) {
			return fmt.Sprintf("%v to %v", from, to)
		}
		return ""
	}
}

func noneOrBetween(from, to float64) valueRule {
	inside := between(from, to)
	return func(v resource.PropertyValue) string {
		if v.IsNumber() && v.NumberValue() != 0 && inside(v) != "" {
			return "0 (delete at once), or " + inside(v)
		}
		return ""
	}
}

func oneOf(values ...string) valueRule {
	return func(v resource.PropertyValue) string {
		if s := scalar(v); s != "" && !slices.Contains(values, s) {
			return "one of " + strings.Join(values, ", ")
		}
		return ""
	}
}

func protocol(v resource.PropertyValue) string {
	if !v.IsString() || slices.Contains([]string{"-1", "tcp", "udp", "icmp", "icmpv6"}, v.StringValue()) {
		return ""
	}
	if number, err := strconv.Atoi(v.StringValue()); err == nil && number >= 0 && number <= 255 {
		return ""
	}
	return "tcp, udp, icmp, icmpv6, a protocol number 0 to 255, or -1 for all"
}

// document wants the text of a JSON object.
func document(v resource.PropertyValue) string {
	var object map[string]any
	if v.IsString() && v.StringValue() != "" && json.Unmarshal([]byte(v.StringValue()), &object) != nil {
		return "the text of a JSON object"
	}
	return ""
}

// together checks inputs that must fit each other. Unknown values are taken to fit.
func (c *checker) together(in resource.PropertyMap) {
	switch c.t.token {
	case "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
		"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":
		c.ruleFits(in)
	case typeDistribution:
		c.edgeFits(in)
	case typePeering:
		c.peeringFits(in)
	}
	if strings.HasPrefix(c.t.token, "kubernetes:") {
		at := func(path string) string { return scalar(follow(in, path)) }
		c.kindFits(at("apiVersion"), at("kind"), at("metadata.name"), at("spec.names.plural"), at("spec.group"))
	}
}

// ruleFits holds what AWS asks of a security group rule.
func (c *checker) ruleFits(in resource.PropertyMap) {
	var peers []string
	for _, name := range []string{"cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"} {
		if _, ok := in[resource.PropertyKey(name)]; ok {
			peers = append(peers, name)
		}
	}
	if len(peers) != 1 {
		c.add("cidrIpv4", fmt.Sprintf("%d peers %v", len(peers), peers),
			"exactly one of cidrIpv4, cidrIpv6, prefixListId and referencedSecurityGroupId")
	}
	from, to, all := in["fromPort"], in["toPort"], scalar(in["ipProtocol"]) == "-1"
	switch {
	case all && (from.IsNumber() || to.IsNumber()):
		c.add("ipProtocol", `string "-1" with ports`, "no fromPort and toPort when all protocols are meant")
	case from.IsNumber() && to.IsNumber() && from.NumberValue() > to.NumberValue() && to.NumberValue() >= 0 &&
		slices.Contains([]string{"tcp", "udp", "6", "17"}, scalar(in["ipProtocol"])):
		c.add("toPort", scalar(to), "at least fromPort, which is "+scalar(from))
	}
}
