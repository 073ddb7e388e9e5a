package cdn

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/tag"
)

// webACL is a web ACL of AWS WAF. The provider's own package of it takes longer to compile than all others of this
// component together.
type webACL struct {
	pulumi.CustomResourceState

	ARN pulumi.StringOutput `pulumi:"arn"`
}

// acl refuses floods from one address, and requests that are none of a browser's.
func (c *CDN) acl(ctx *pulumi.Context, name string, args Args) (pulumi.StringOutput, error) {
	child := name + "-acl"
	acl := &webACL{}
	err := ctx.RegisterResource("aws:wafv2/webAcl:WebAcl", child, pulumi.Map{
		"description":   pulumi.Sprintf("before the pages of the stack %s", ctx.Stack()),
		"scope":         pulumi.String("CLOUDFRONT"),
		"defaultAction": pulumi.Map{"allow": pulumi.Map{}},
		"rules": pulumi.Array{
			pulumi.Map{
				"name": pulumi.String("flood"), "priority": pulumi.Int(0),
				"action": pulumi.Map{"block": pulumi.Map{"customResponse": pulumi.Map{"responseCode": pulumi.Int(429)}}},
				"statement": pulumi.Map{"rateBasedStatement": pulumi.Map{
					"aggregateKeyType": pulumi.String("IP"), "limit": pulumi.Int(args.RequestsPerAddress),
					"evaluationWindowSec": pulumi.Int(300),
				}},
				"visibilityConfig": seen("flood"),
			},
			pulumi.Map{
				"name": pulumi.String("common"), "priority": pulumi.Int(1),
				"overrideAction": pulumi.Map{"none": pulumi.Map{}},
				"statement": pulumi.Map{"managedRuleGroupStatement": pulumi.Map{
					"vendorName": pulumi.String("AWS"), "name": pulumi.String("AWSManagedRulesCommonRuleSet"),
				}},
				"visibilityConfig": seen("common"),
			},
		},
		"visibilityConfig": seen(name),
		"tags":             tag.Of(name, child),
	}, acl, pulumi.Parent(c), pulumi.Provider(args.Edge))
	return acl.ARN, err
}

// seen counts what a rule stops, and keeps samples of it for three hours; both are free.
func seen(metric string) pulumi.Map {
	return pulumi.Map{
		"cloudwatchMetricsEnabled": pulumi.Bool(true), "sampledRequestsEnabled": pulumi.Bool(true),
		"metricName": pulumi.String(metric),
	}
}

// headers are what a browser holds the pages to.
func (c *CDN) headers(ctx *pulumi.Context, name string, args Args) (*cloudfront.ResponseHeadersPolicy, error) {
	yes := pulumi.Bool(true)
	custom := cloudfront.ResponseHeadersPolicyCustomHeadersConfigItemArray{}
	for _, header := range [][2]string{
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
	} {
		custom = append(custom, cloudfront.ResponseHeadersPolicyCustomHeadersConfigItemArgs{
			Header: pulumi.String(header[0]), Value: pulumi.String(header[1]), Override: yes,
		})
	}
	return cloudfront.NewResponseHeadersPolicy(ctx, name+"-headers", &cloudfront.ResponseHeadersPolicyArgs{
		Comment: pulumi.Sprintf("pages of the stack %s", ctx.Stack()),
		SecurityHeadersConfig: cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs{
			ContentSecurityPolicy: cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicyArgs{
				ContentSecurityPolicy: pulumi.String(args.ContentSecurityPolicy), Override: yes,
			},
			ContentTypeOptions: cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentTypeOptionsArgs{Override: yes},
			FrameOptions: cloudfront.ResponseHeadersPolicySecurityHeadersConfigFrameOptionsArgs{
				FrameOption: pulumi.String("DENY"), Override: yes,
			},
			ReferrerPolicy: cloudfront.ResponseHeadersPolicySecurityHeadersConfigReferrerPolicyArgs{
				ReferrerPolicy: pulumi.String("no-referrer"), Override: yes,
			},
			StrictTransportSecurity: cloudfront.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs{
				AccessControlMaxAgeSec: pulumi.Int(365 * 24 * 60 * 60), IncludeSubdomains: pulumi.Bool(false), Override: yes,
			},
		},
		CustomHeadersConfig: cloudfront.ResponseHeadersPolicyCustomHeadersConfigArgs{Items: custom},
	}, pulumi.Parent(c))
}
