package cost

// edge are the types between the users and the region.
var edge = map[string]pricer{
	"aws:route53/zone:Zone":               (*estimator).zonePrice,
	recordType:                            (*estimator).recordPrice,
	"aws:route53/healthCheck:HealthCheck": (*estimator).healthPrice,
	distributionType:                      (*estimator).distributionPrice,
	aclType:                               (*estimator).aclPrice,
	"aws:apigatewayv2/api:Api":            (*estimator).httpAPIPrice,
	"aws:apigateway/restApi:RestApi":      (*estimator).restAPIPrice,
}

var (
	queryTariff       = tariff{Usage, "DNS queries", "route53", "DNS-Queries"}
	edgeDataTariff    = tariff{Usage, "data out of CloudFront", "cloudfront", "DataTransfer-Out-Bytes US/EU"}
	edgeRequestTariff = tariff{Usage, "requests to CloudFront", "cloudfront", "Requests HTTPS US/MX/CA"}
	wafTariff         = tariff{Usage, "requests to WAF", "waf", "RequestV2"}
	httpAPITariff     = tariff{Usage, "requests to API Gateway", "apigateway-http", "Requests"}
	restAPITariff     = tariff{Usage, "requests to API Gateway", "apigateway-rest", "Requests"}
)

func (e *estimator) zonePrice(it *item) {
	e.fixed(it, "zone", "route53", "HostedZone", same(1))
}

// recordPrice is the questions for an address; for an alias of a load balancer they are free.
func (e *estimator) recordPrice(it *item) {
	if !asked(it) {
		e.free(it, "questions for aliases are free, and nobody but AWS asks for the proofs of certificates")
		return
	}
	t := queryTariff
	if len(blocks(it.Inputs, "latencyRoutingPolicies")) > 0 {
		t.key = "LBR-Queries"
	}
	e.meter(it, t, same(float64(e.traffic.Users)*e.traffic.DNSQueries/float64(e.records)))
}

// healthPrice is a check of an endpoint within AWS.
func (e *estimator) healthPrice(it *item) {
	e.fixed(it, "health check", "route53", "Health-Check-AWS", same(1))
	options := 0.0
	switch e.text(it, "HTTPS_STR_MATCH", "type") {
	case "HTTPS", "HTTP_STR_MATCH":
		options++
	case "HTTPS_STR_MATCH":
		options += 2
	}
	if e.number(it, 30, 10, "requestInterval") < 30 {
		options++
	}
	if e.flag(it, "measureLatency") {
		options++
	}
	if options > 0 {
		e.fixed(it, "options of the health check", "route53", "Health-Check-Option-AWS", same(options))
	}
}

// distributionPrice is what passes a distribution, one of several: pages and files, and the API's requests where it
// takes writes.
func (e *estimator) distributionPrice(it *item) {
	t := e.traffic
	gb, requests := t.staticGB()/float64(e.edges), t.staticRequests()/float64(e.edges)
	if takesRequests(it) {
		gb += t.responseGB() / float64(e.apiEdges)
		requests += t.Requests() / float64(e.apiEdges)
	}
	e.meter(it, edgeDataTariff, same(gb))
	e.meter(it, edgeRequestTariff, same(requests))
}

// aclPrice is an access control list with its rules. It sees what passes the distribution, or all requests when it
// stands before anything in a region.
func (e *estimator) aclPrice(it *item) {
	e.fixed(it, "access control list", "waf", "WebACLV2", same(1))
	if rules := float64(len(blocks(it.Inputs, "rules"))); rules > 0 {
		e.fixed(it, "rules", "waf", "RuleV2", same(rules))
	}
	requests := 0.0
	if scope := e.text(it, "REGIONAL", "scope"); scope == "CLOUDFRONT" {
		requests = e.traffic.staticRequests()
		if e.apiEdges > 0 {
			requests += e.traffic.Requests()
		}
	} else if len(e.usedBy(it, aclLinkType)) > 0 {
		requests = e.traffic.Requests()
	}
	e.meter(it, wafTariff, same(requests))
}

func (e *estimator) httpAPIPrice(it *item) {
	e.meter(it, httpAPITariff, same(e.traffic.Requests()))
}

func (e *estimator) restAPIPrice(it *item) {
	e.meter(it, restAPITariff, same(e.traffic.Requests()))
}
