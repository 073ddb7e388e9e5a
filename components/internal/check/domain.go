package check

import "regexp"

var (
	originPattern = regexp.MustCompile(`^https://[a-z0-9.-]+$`)
	domainPattern = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`)
	zonePattern   = regexp.MustCompile(`^Z[A-Z0-9]{5,31}$`)
)

// Domain notes a text that is neither a full name nor empty.
func (a *Args) Domain(field, text string) {
	a.That(text == "" || domainPattern.MatchString(text), field, text,
		"a full name in lower case such as shop.example.com, or nothing for plain HTTP")
}

// Origin notes a text that is neither the origin of a page nor empty.
func (a *Args) Origin(field, text string) {
	a.That(text == "" || originPattern.MatchString(text), field, text,
		"https:// and a host name without a path, such as https://www.shop.example.com")
}

// HostedZone notes a text that is no id of a Route 53 hosted zone.
func (a *Args) HostedZone(field, text string) {
	a.That(zonePattern.MatchString(text), field, text,
		"the id of the domain's hosted zone, such as Z0123456789ABC (aws route53 list-hosted-zones)")
}
