// Package cdn serves web pages and their files from the places of Amazon CloudFront that are near the users.
//
// Creates: a private bucket with the files, which CloudFront alone reads; a distribution with HTTP/2 and 3, TLS 1.2
// and 1.3, and headers that keep a browser from doing more than the pages need; a certificate; addresses in the domain
// (A and AAAA); a web ACL with a limit for each address and AWS's common rules; and a bucket with access logs of 30
// days. Certificate and web ACL stand in us-east-1, where alone CloudFront finds them.
//
// A release of the pages is an update of the files. Documents (index.html) are asked for again by the browser each
// time, and by CloudFront once a minute; assets are kept for a year, and change their names with their content.
// Nothing has to be invalidated. Assets of older releases stay in the bucket, some kilobytes each, because a browser
// may still show a document that names them. While the bucket's region is away, CloudFront goes on with what it has.
//
// The API does not pass here: a billion of its requests would cost 1,000 USD at CloudFront and 600 at WAF.
//
// What is attached to a distribution cannot be deleted. A distribution is updated, or deleted, before what it names,
// and an update ends when all of CloudFront has it; so it takes about 5 minutes, and a deletion 10.
//
// Stateless: the files are made again by the next update. The access logs are protected, and stay in AWS.
//
// Cost: 7 USD a month for the web ACL with two rules. For 1 GB to users in North America or Europe 0.085 (0.04 from
// 150 TB on), for a million requests 1.00 to 1.20 at CloudFront, after 1 TB and 10 million that are free, and 0.60 at
// WAF (Amazon CloudFront and AWS WAF pricing, 2026-10). Phase 4's 50 TB and a billion requests are 5,554, logs 2.
// CloudFront's flat-rate plans would save 3,564 of them; they are made in the console only.
//
// Left out of what terraform-aws-modules/cloudfront offers:
//   - Other origins, behaviours by path, VPC origins, origin groups: there is one bucket, and an outage of its region
//     is bridged by what CloudFront has.
//   - A cache policy of one's own: AWS's CachingOptimized does what the files' headers say, and takes gzip and Brotli.
//   - Functions and Lambda@Edge: nothing is to be computed; each costs by the request.
//   - Staging distributions: they do not go with HTTP/3. A canary of a page is a feature flag of the app.
//   - Real-time logs: 0.01 USD for a million lines, and a stream beside. Standard logs cost their storage.
//   - Signed URLs, limits by country: the pages are for everybody.
package cdn

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudfront"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/bucket"
	"github.com/ladder-iac/ladder/components/internal/certificate"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

const (
	// tlsPolicy is the newest that this provider knows; it takes TLS 1.2 with forward secrecy, and 1.3.
	tlsPolicy = "TLSv1.2_2021"
	// cachingOptimized is AWS's own policy, the same in every account  [Amazon CloudFront Developer Guide, Managed cache
	// policies].
	cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6"
	logDays          = 30
)

// CDN is a distribution with its files.
type CDN struct {
	pulumi.ResourceState

	URL            pulumi.StringOutput `pulumi:"url"`
	DistributionID pulumi.StringOutput `pulumi:"distributionId"`
}

// parts are what a distribution is made of.
type parts struct {
	logs, acl, certificate pulumi.StringOutput // domain name, ARN, ARN
	access, headers        pulumi.IDOutput
}

// New makes a distribution. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*CDN, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	c := &CDN{}
	if err := ctx.RegisterComponentResource("ladder:cdn:CDN", name, c, opts...); err != nil {
		return nil, fmt.Errorf("cdn %q: %w", name, err)
	}
	p, err := c.parts(ctx, name, args)
	if err != nil {
		return nil, err
	}
	var distribution *cloudfront.Distribution
	store, err := bucket.NewOrigin(
		ctx, name+"-bucket",
		bucket.Args{
			Component: name, Rebuildable: true, Rules: []bucket.Rule{{ID: "old-documents", NoncurrentDays: 90}},
		},
		func(store *s3.BucketV2) (pulumi.StringInput, error) {
			if distribution, err = c.distribution(ctx, name, args, store, p); err != nil {
				return nil, err
			}
			return distribution.Arn, nil
		}, c)
	if err != nil {
		return nil, err
	}
	if err := c.files(ctx, name, args, store); err != nil {
		return nil, err
	}
	if err := c.addresses(ctx, name, args, distribution); err != nil {
		return nil, err
	}
	c.URL = pulumi.Sprintf("https://%s", args.Domain)
	c.DistributionID = distribution.ID().ToStringOutput()
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"url": c.URL, "distributionId": c.DistributionID})
}

func (c *CDN) parts(ctx *pulumi.Context, name string, args Args) (p parts, err error) {
	if p.logs, err = bucket.NewEdgeLogs(ctx, name+"-access", bucket.Args{
		Component: name, Rules: []bucket.Rule{{ID: "old-logs", ExpireDays: logDays, NoncurrentDays: 1}},
	}, c); err != nil {
		return p, err
	}
	if p.acl, err = c.acl(ctx, name, args); err != nil {
		return p, err
	}
	if p.certificate, err = certificate.New(
		ctx, name, args.Domain, args.HostedZoneID, c, pulumi.Provider(args.Edge),
	); err != nil {
		return p, err
	}
	headers, err := c.headers(ctx, name, args)
	if err != nil {
		return p, err
	}
	access, err := cloudfront.NewOriginAccessControl(ctx, name+"-access-control", &cloudfront.OriginAccessControlArgs{
		Description:                   pulumi.String("CloudFront signs what it asks of the bucket"),
		OriginAccessControlOriginType: pulumi.String("s3"),
		SigningBehavior:               pulumi.String("always"),
		SigningProtocol:               pulumi.String("sigv4"),
	}, pulumi.Parent(c))
	if err != nil {
		return p, err
	}
	p.headers, p.access = headers.ID(), access.ID()
	return p, nil
}

func (c *CDN) distribution(
	ctx *pulumi.Context, name string, args Args, store *s3.BucketV2, p parts,
) (*cloudfront.Distribution, error) {
	const origin = "files"
	methods := pulumi.ToStringArray([]string{"GET", "HEAD"})
	return cloudfront.NewDistribution(ctx, name+"-distribution", &cloudfront.DistributionArgs{
		Comment:           pulumi.Sprintf("pages of the stack %s", ctx.Stack()),
		Enabled:           pulumi.Bool(true),
		Aliases:           pulumi.ToStringArray([]string{args.Domain}),
		DefaultRootObject: pulumi.String("index.html"),
		HttpVersion:       pulumi.String("http2and3"),
		IsIpv6Enabled:     pulumi.Bool(true),
		PriceClass:        pulumi.String(args.PriceClass),
		WebAclId:          p.acl,
		// An update that ends before all of CloudFront has it would delete what some of it still uses.
		WaitForDeployment: pulumi.Bool(true),
		Origins: cloudfront.DistributionOriginArray{cloudfront.DistributionOriginArgs{
			OriginId: pulumi.String(origin), DomainName: store.BucketRegionalDomainName,
			OriginAccessControlId: p.access.ToStringOutput(),
		}},
		DefaultCacheBehavior: cloudfront.DistributionDefaultCacheBehaviorArgs{
			TargetOriginId:          pulumi.String(origin),
			AllowedMethods:          methods,
			CachedMethods:           methods,
			CachePolicyId:           pulumi.String(cachingOptimized),
			ResponseHeadersPolicyId: p.headers.ToStringOutput(),
			ViewerProtocolPolicy:    pulumi.String("redirect-to-https"),
			Compress:                pulumi.Bool(true),
		},
		LoggingConfig: cloudfront.DistributionLoggingConfigArgs{Bucket: p.logs, IncludeCookies: pulumi.Bool(false)},
		ViewerCertificate: cloudfront.DistributionViewerCertificateArgs{
			AcmCertificateArn: p.certificate, SslSupportMethod: pulumi.String("sni-only"),
			MinimumProtocolVersion: pulumi.String(tlsPolicy),
		},
		Restrictions: cloudfront.DistributionRestrictionsArgs{
			GeoRestriction: cloudfront.DistributionRestrictionsGeoRestrictionArgs{RestrictionType: pulumi.String("none")},
		},
		Tags: tag.Of(name, name+"-distribution"),
	}, pulumi.Parent(c))
}

// addresses lead to the distribution by IPv4 and IPv6.
func (c *CDN) addresses(ctx *pulumi.Context, name string, args Args, to *cloudfront.Distribution) error {
	for _, address := range []struct{ part, kind string }{{"-ipv4", "A"}, {"-ipv6", "AAAA"}} {
		_, err := route53.NewRecord(ctx, name+address.part, &route53.RecordArgs{
			ZoneId: pulumi.String(args.HostedZoneID), Name: pulumi.String(args.Domain), Type: pulumi.String(address.kind),
			Aliases: route53.RecordAliasArray{route53.RecordAliasArgs{
				Name: to.DomainName, ZoneId: to.HostedZoneId,
				EvaluateTargetHealth: pulumi.Bool(false), // Route 53 knows none of a distribution
			}},
		}, pulumi.Parent(c))
		if err != nil {
			return err
		}
	}
	return nil
}
