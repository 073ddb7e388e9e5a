package safety

import (
	"regexp"

	"github.com/ladder-iac/ladder/policies/rule"
)

const recordType = "aws:route53/record:Record"

// ListenerTLS wants users' traffic encrypted as soon as there is a name for a certificate.
var ListenerTLS = rule.Rule{
	ID: "listener-tls", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{listenerType},
	Why: "Passwords and tokens in the clear are anybody's on the way. Without a domain there can be no certificate.",
	Fix: "redirect HTTP to HTTPS; on HTTPS take a policy of TLS 1.3 with 1.2, such as " +
		"ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
	Source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
	Good: []rule.Example{
		{rule.Resource(listenerType, "nameless", forwards)},
		{rule.Resource(listenerType, "http", toHTTPS), named},
		{rule.Resource(listenerType, "https", rule.In{
			"protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
		}), named},
	},
	Bad: []rule.Example{
		{rule.Resource(listenerType, "http", forwards), named},
		{rule.Resource(listenerType, "https", rule.In{"protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-2016-08"}), named},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		switch s.Text("protocol") {
		case "HTTPS", "TLS":
			policy := s.Text("sslPolicy")
			if s.Unknown() || modern.MatchString(policy) {
				return nil
			}
			return s.Wrong("sslPolicy", policy, "one of ELBSecurityPolicy-TLS13-1-2 or 1-3")
		case "HTTP":
			kind, protocol := s.Text("defaultActions", "type"), s.Text("defaultActions", "redirect", "protocol")
			hasName := len(s.OfType("aws:acm/certificate:Certificate"))+len(s.OfType(recordType)) > 0
			if !hasName || s.Unknown() || kind == "redirect" && protocol == "HTTPS" {
				return nil
			}
			return s.Wrong("defaultActions.type", kind, `"redirect" to HTTPS, as there is a domain`)
		}
		return nil
	},
}

// modern policies take no older protocol than TLS 1.2.
var modern = regexp.MustCompile(`^ELBSecurityPolicy-TLS13-1-[23]-`)

var (
	forwards = rule.In{"protocol": "HTTP", "defaultActions": []any{rule.In{"type": "forward"}}}
	toHTTPS  = rule.In{"protocol": "HTTP", "defaultActions": []any{
		rule.In{"type": "redirect", "redirect": rule.In{"protocol": "HTTPS", "statusCode": "HTTP_301"}},
	}}
	named = rule.Resource(recordType, "name", rule.In{"type": "A"})
)
