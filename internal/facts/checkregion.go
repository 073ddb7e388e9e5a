package facts

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// edgeRegion is where what a distribution uses must be made.
const edgeRegion = "us-east-1"

// CheckAt is Check, and what only certain regions take.
func (t *Type) CheckAt(place Place, inputs resource.PropertyMap) []Problem {
	problems := t.Check(inputs)
	if t.token == typeWebACL && Text(inputs, "scope") == "CLOUDFRONT" && place.Region != "" && place.Region != edgeRegion {
		problems = append(problems, Problem{
			Property: "scope", Got: "CLOUDFRONT in " + place.Region, Want: "a provider of " + edgeRegion + " for that scope",
		})
		slices.SortStableFunc(problems, func(a, b Problem) int { return cmp.Compare(a.Property, b.Property) })
	}
	return problems
}

// edgeFits holds what CloudFront asks of what a distribution uses.
func (c *checker) edgeFits(in resource.PropertyMap) {
	for path, what := range map[string]string{
		"viewerCertificate.acmCertificateArn": "certificate", "webAclId": "web ACL",
	} {
		parts := strings.Split(scalar(follow(in, path)), ":")
		if len(parts) < 6 {
			continue // not known yet, none, or of the first generation of WAF
		}
		if parts[3] != edgeRegion {
			c.add(path, "a "+what+" of "+parts[3], "one of "+edgeRegion+": CloudFront sees no other")
		}
	}
}

// peeringFits holds that only the owner of the other side in its own region accepts.
func (c *checker) peeringFits(in resource.PropertyMap) {
	if scalar(in["autoAccept"]) == "true" && scalar(in["peerRegion"]) != "" {
		c.add("autoAccept", "true", "false with a peerRegion: accept it there, with a VpcPeeringConnectionAccepter")
	}
}
