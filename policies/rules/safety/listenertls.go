package safety

import (
	"regexp"

	"github.com/ladder-iac/ladder/policies/rule"
)

const recordType = "aws:route53/record:Record"

// ListenerTLS wants users' traffic encrypted as soon as there is a name for a certificate.
var ListenerTLS = rule.Rule{
	ID: "listener-tls", Level: rule.Mandatory, Kind: rule.OnResource,
	Types: []string{listenerType, listenerRuleType},
	Why:   "Passwords and tokens in the clear are anybody's on the way. Without a domain there can be no certificate.",
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
		{
			rule.Resource(listenerType, "http", toHTTPS), named,
			rule.Resource(listenerRuleType, "all", rule.In{"actions": []any{rule.In{"type": "forward"}}},
				rule.URN(listenerType, "http")),
		},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		if s.Resource.Type == listenerRuleType {
			return forwardsHTTP(s)
		}
		switch s.Text("protocol") {
		case "HTTPS", "TLS":
			policy := s.Text("sslPolicy")
			if s.Unknown() || modern.MatchString(policy) {
				return nil
			}
			return s.Wrong("sslPolicy", policy, "one of ELBSecurityPolicy-TLS13-1-2 or 1-3")
		case "HTTP":
			kind, protocol := s.Text("defaultActions", "type"), s.Text("defaultActions", "redirect", "protocol")
			if !hasName(s) || s.Unknown() || kind == "redirect" && protocol == "HTTPS" {
				return nil
			}
			return s.Wrong("defaultActions.type", kind, `"redirect" to HTTPS, as there is a domain`)
		}
		return nil
	},
}

// forwardsHTTP finds a rule by which requests get past the redirect of their listener.
func forwardsHTTP(s *rule.Scene) []rule.Finding {
	for _, listener := range s.Needs(listenerType) {
		if !hasName(s) || s.Of(listener).Text("protocol") != "HTTP" {
			continue
		}
		for _, action := range s.Blocks("actions") {
			if kind := action.Text("type"); kind == "forward" {
				return s.Wrong("actions.type", kind, `"redirect" to HTTPS, as there is a domain`)
			}
		}
	}
	return nil
}

// hasName says whether there is a domain, and so can be a certificate.
func hasName(s *rule.Scene) bool {
	return len(s.OfType("aws:acm/certificate:Certificate"))+len(s.OfType(recordType)) > 0
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
