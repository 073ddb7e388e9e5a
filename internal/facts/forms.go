package facts

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// digest is the source of everything made up: equal seeds, types, names and labels give equal bytes, any
// difference gives others.
func (b *builder) digest(label string) [sha256.Size]byte {
	parts := []string{b.place.Account, b.place.Region, b.place.Seed, b.t.token, b.name, label}
	return sha256.Sum256([]byte(strings.Join(parts, "\x00")))
}

func (b *builder) hex(label string, n int) string {
	sum := b.digest(label)
	return hex.EncodeToString(sum[:])[:n]
}

// ec2ID is the form of ids since 2016: a prefix and 17 hexadecimal digits, of which the first is 0.
func (b *builder) ec2ID(prefix, label string) string { return prefix + "-0" + b.hex(label, 16) }

func (b *builder) number(label string, below int) int {
	sum := b.digest(label)
	return int(binary.BigEndian.Uint32(sum[:4]) % uint32(below)) //nolint:gosec // below is a small constant
}

// letters gives n characters of the alphabet.
func (b *builder) letters(label, alphabet string, n int) string {
	sum, out := b.digest(label), make([]byte, n)
	for i := range out {
		out[i] = alphabet[int(sum[i%len(sum)])%len(alphabet)]
	}
	return string(out)
}

func (b *builder) uuid(label string) string {
	sum := b.digest(label)
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80 // version 4
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// time is a moment in 2025: made up, but the same on every run.
func (b *builder) time(label string) string {
	const secondsInYear = 365 * 24 * 3600
	start := time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)
	return start.Add(time.Duration(b.number(label, secondsInYear)) * time.Second).Format(time.RFC3339)
}

// publicAddress is from the ranges kept for documentation (RFC 5737), so that it is nobody's.
func (b *builder) publicAddress(label string) string {
	nets := []string{"192.0.2", "198.51.100", "203.0.113"}
	return fmt.Sprintf("%s.%d", nets[b.number(label+" net", len(nets))], 1+b.number(label, 254))
}

// privateAddress is somewhere in 10.0.0.0/8: the subnet's range is not among a resource's inputs.
func (b *builder) privateAddress(label string) string {
	return fmt.Sprintf("10.0.%d.%d", b.number(label+" net", 256), 4+b.number(label, 250))
}

func (b *builder) publicDNS(address string) string {
	host := "ec2-" + strings.ReplaceAll(address, ".", "-")
	if b.place.Region == "us-east-1" {
		return host + ".compute-1.amazonaws.com"
	}
	return host + "." + b.place.Region + ".compute.amazonaws.com"
}

func (b *builder) privateDNS(address string) string {
	host := "ip-" + strings.ReplaceAll(address, ".", "-")
	if b.place.Region == "us-east-1" {
		return host + ".ec2.internal"
	}
	return host + "." + b.place.Region + ".compute.internal"
}

// partition is the part of AWS a region belongs to.
func (p Place) partition() string {
	switch {
	case strings.HasPrefix(p.Region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(p.Region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

func (p Place) dnsSuffix() string {
	if p.partition() == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// arn names a resource of a region and account.
func (p Place) arn(service, name string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", p.partition(), service, p.Region, p.Account, name)
}

// accountARN names a resource of an account in all regions, such as an IAM role.
func (p Place) accountARN(service, name string) string {
	return fmt.Sprintf("arn:%s:%s::%s:%s", p.partition(), service, p.Account, name)
}

// globalARN names a resource whose name says enough, such as a bucket.
func (p Place) globalARN(service, name string) string {
	return fmt.Sprintf("arn:%s:%s:::%s", p.partition(), service, name)
}

// generic makes up an output that no rule speaks of, by its name and type.
func (b *builder) generic(key, kind string) resource.PropertyValue {
	switch {
	case kind == "boolean":
		return resource.NewBoolProperty(false)
	case kind == "integer", kind == "number":
		return resource.NewNumberProperty(0)
	case strings.HasPrefix(kind, "array<"):
		return resource.NewArrayProperty(nil)
	case kind == "object", strings.HasPrefix(kind, "map<"):
		return resource.NewObjectProperty(resource.PropertyMap{})
	}
	service, typ := b.names3()
	lower := strings.ToLower(key)
	ends := func(ends ...string) bool {
		return slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(lower, end) })
	}
	switch {
	case ends("arn"):
		return text(b.place.arn(service, typ+"/"+b.str("id")))
	case lower == "ownerid", lower == "owner", lower == "registryid", ends("accountid"):
		return text(b.place.Account)
	case lower == "region":
		return text(b.place.Region)
	case ends("dnsname", "domainname", "endpoint", "address", "host", "hostname"):
		host := strings.ToLower(b.name) + "." + b.hex(key, 12)
		return text(fmt.Sprintf("%s.%s.%s.%s", host, b.place.Region, service, b.place.dnsSuffix()))
	case ends("url"):
		return text(fmt.Sprintf("https://%s.%s.%s/%s", service, b.place.Region, b.place.dnsSuffix(), b.hex(key, 12)))
	case ends("date", "time", "createdat", "createdon"):
		return text(b.time(key))
	case ends("status", "state"):
		return text("available")
	}
	return text(typ + "-" + b.hex(key, 17))
}

// names3 gives the service and the type of a token such as aws:ec2/vpc:Vpc: "ec2" and "vpc".
func (b *builder) names3() (service, typ string) {
	parts := strings.Split(b.t.token, ":")
	service, _, _ = strings.Cut(parts[1], "/")
	return service, strings.ToLower(parts[2])
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func base64Text(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
