package facts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/facts"
)

// What a distribution uses is of us-east-1.
func TestCheckAtTheEdge(t *testing.T) {
	t.Parallel()
	acl := lookup(t, "aws:wafv2/webAcl:WebAcl")
	inputs := props(map[string]any{
		"scope": "CLOUDFRONT", "defaultAction": map[string]any{"allow": map[string]any{}},
		"visibilityConfig": map[string]any{
			"cloudwatchMetricsEnabled": true, "metricName": "pages", "sampledRequestsEnabled": false,
		},
	})
	require.Empty(t, acl.CheckAt(here, inputs))
	require.Empty(t, acl.CheckAt(facts.Place{}, inputs), "a region that is not known yet")
	problems := acl.CheckAt(facts.Place{Region: "us-west-2"}, inputs)
	require.Equal(t, []facts.Problem{{
		Property: "scope", Got: "CLOUDFRONT in us-west-2", Want: "a provider of us-east-1 for that scope",
	}}, problems)

	for arn, refused := range map[string]bool{
		"arn:aws:acm:us-east-1:210987654321:certificate/a": false, "arn:aws:acm:us-west-2:210987654321:certificate/a": true,
	} {
		var found []string
		for _, problem := range lookup(t, "aws:cloudfront/distribution:Distribution").Check(props(map[string]any{
			"viewerCertificate": map[string]any{"acmCertificateArn": arn},
		})) {
			found = append(found, problem.Property)
		}
		require.Equal(t, refused, len(found) > 0 && found[len(found)-1] == "viewerCertificate.acmCertificateArn", found)
	}
}

func TestCheckPeering(t *testing.T) {
	t.Parallel()
	typ := lookup(t, "aws:ec2/vpcPeeringConnection:VpcPeeringConnection")
	inputs := map[string]any{"vpcId": "vpc-1", "peerVpcId": "vpc-2", "autoAccept": true}
	require.Empty(t, typ.Check(props(inputs)))
	inputs["peerRegion"] = "us-west-2"
	problems := typ.Check(props(inputs))
	require.Len(t, problems, 1)
	require.Contains(t, problems[0].Want, "VpcPeeringConnectionAccepter")
}
