package cdn_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/cdn"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

const policy = "default-src 'none'; connect-src https://shop.example.com"

func good() cdn.Args {
	return cdn.Args{
		Domain: "www.shop.example.com", HostedZoneID: "Z0123456789ABC", ContentSecurityPolicy: policy,
		Documents: map[string][]byte{"index.html": []byte("<!doctype html>")},
		Assets:    map[string][]byte{"assets/app-1.js": []byte(`"use strict"`), "assets/logo-1.png": {0x89, 'P', 'N', 'G', 0xff}},
	}
}

// program makes the distribution from a region of its own, as a European stack does.
func program(args cdn.Args) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		home, err := aws.NewProvider(ctx, "aws-home", &aws.ProviderArgs{Region: pulumi.String("eu-central-1")})
		if err != nil {
			return err
		}
		edge, err := aws.NewProvider(ctx, "aws-edge", &aws.ProviderArgs{Region: pulumi.String("us-east-1")})
		if err != nil {
			return err
		}
		args.Edge = edge
		_, err = cdn.New(ctx, "cdn", &args, pulumi.Providers(home))
		return err
	}
}

func distribution(t *testing.T, g *graph.Graph) map[string]any {
	t.Helper()
	return graphtest.Find(t, g, "cdn-distribution").Inputs
}

// P30: what CloudFront finds in us-east-1 only is there, and the rest at home.
func TestRegions(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(good()))
	atEdge := map[string]bool{"cdn-acl": true, "cdn-certificate": true, "cdn-certificate-issued": true}
	for _, r := range g.Resources {
		if !strings.HasPrefix(r.Name, "cdn-") {
			continue
		}
		want := "::aws-home"
		if atEdge[r.Name] {
			want = "::aws-edge"
		}
		require.Contains(t, r.Options.Provider, want, r.Name)
	}
	require.Contains(t, distribution(t, g)["webAclId"], "arn:aws:wafv2:us-east-1:")
	certificate := distribution(t, g)["viewerCertificate"].(map[string]any)
	require.Contains(t, certificate["acmCertificateArn"], "arn:aws:acm:us-east-1:")
	require.Equal(t, "TLSv1.2_2021", certificate["minimumProtocolVersion"])
}

// The API stays away: it would cost more here than all else of a phase.
func TestFilesOnly(t *testing.T) {
	t.Parallel()
	d := distribution(t, graphtest.Record(t, program(good())))
	behaviour := d["defaultCacheBehavior"].(map[string]any)
	require.Equal(t, []any{"GET", "HEAD"}, behaviour["allowedMethods"])
	require.NotContains(t, d, "orderedCacheBehaviors")
	require.Len(t, d["origins"], 1)
	require.Equal(t, "redirect-to-https", behaviour["viewerProtocolPolicy"])
	require.Equal(t, []any{"http2and3", true, "PriceClass_100"}, []any{d["httpVersion"], d["isIpv6Enabled"], d["priceClass"]})
}

// The bucket is read by this distribution alone.
func TestBucketIsPrivate(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(good()))
	bucket := graphtest.Find(t, g, "cdn-bucket-tls")
	require.Contains(t, bucket.Options.DependsOn, graphtest.Find(t, g, "cdn-distribution").URN)
	var document struct {
		Statement []struct {
			Effect    string
			Action    []string
			Condition map[string]map[string]string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(bucket.Inputs["policy"].(string)), &document))
	read := map[string]string{}
	for _, s := range document.Statement {
		if s.Effect == "Allow" {
			read[s.Action[0]] = s.Condition["ArnEquals"]["aws:SourceArn"]
		}
	}
	require.Len(t, read, 2)
	for action, source := range read {
		require.Contains(t, source, ":distribution/", action)
	}
	require.Equal(t, true, graphtest.Find(t, g, "cdn-bucket").Inputs["forceDestroy"], "files are made again")
}

// A document that is there names assets that are there, before, during and after an update.
func TestFiles(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(good()))
	index, script := graphtest.Find(t, g, "cdn-index.html"), graphtest.Find(t, g, "cdn-assets/app-1.js")
	require.Equal(t, "text/html; charset=utf-8", index.Inputs["contentType"])
	require.Contains(t, index.Inputs["cacheControl"], "max-age=0, s-maxage=60")
	require.Contains(t, index.Inputs["cacheControl"], "stale-if-error", "an outage of the bucket's region is bridged")
	require.Equal(t, "text/javascript; charset=utf-8", script.Inputs["contentType"])
	require.Contains(t, script.Inputs["cacheControl"], "immutable")
	require.Contains(t, index.Options.DependsOn, script.URN)
	require.True(t, script.Options.RetainOnDelete, "a browser may still show the document of before")
	require.False(t, index.Options.RetainOnDelete)
	require.Equal(t, "iVBOR/8=", graphtest.Find(t, g, "cdn-assets/logo-1.png").Inputs["contentBase64"])
}

// P21: what is attached to a distribution cannot be deleted. The engine deletes in the order of dependence, so that it
// is enough that the distribution names all of it, that nothing is deleted to be made again under its name, and that an
// update ends only when all of CloudFront has let go.
func TestAttachedGoesLast(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(good()))
	at := graphtest.Find(t, g, "cdn-distribution")
	require.Equal(t, true, at.Inputs["waitForDeployment"])
	for _, name := range []string{"cdn-acl", "cdn-headers", "cdn-access-control", "cdn-certificate-issued", "cdn-access"} {
		attached := graphtest.Find(t, g, name)
		require.Contains(t, at.Options.DependsOn, attached.URN)
		require.False(t, attached.Options.DeleteBeforeReplace, name)
	}
}

func TestANewReleaseReplacesNothing(t *testing.T) {
	t.Parallel()
	run := func(step string) graph.Run {
		r := graphtest.Run()
		r.Config["test:step"] = step
		return r
	}
	diff, err := graph.Compare(func(ctx *pulumi.Context) error {
		args := good()
		if step, _ := ctx.GetConfig("test:step"); step == "after" {
			args.Documents = map[string][]byte{"index.html": []byte("<!doctype html>new")}
			args.Assets = map[string][]byte{"assets/app-2.js": []byte(`"use strict";`), "assets/logo-1.png": args.Assets["assets/logo-1.png"]}
			args.ContentSecurityPolicy = "default-src 'none'"
			args.PriceClass = "PriceClass_All"
			args.RequestsPerAddress = 500
		}
		return program(args)(ctx)
	}, run("before"), run("after"))
	require.NoError(t, err)
	require.Empty(t, diff.Replace)
	names := func(changes []graph.Change) (list []string) {
		for _, c := range changes {
			list = append(list, c.Name)
		}
		return list
	}
	require.ElementsMatch(t, []string{"cdn-assets/app-2.js"}, names(diff.Create))
	require.ElementsMatch(t, []string{"cdn-assets/app-1.js"}, names(diff.Delete))
	require.True(t, diff.Delete[0].Retained)
	require.ElementsMatch(t, []string{"cdn-index.html", "cdn-headers", "cdn-distribution", "cdn-acl"}, names(diff.Update))
}

func TestBrowsersAreHeld(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(good()))
	headers := graphtest.Find(t, g, "cdn-headers").Inputs["securityHeadersConfig"].(map[string]any)
	require.Equal(t, policy, headers["contentSecurityPolicy"].(map[string]any)["contentSecurityPolicy"])
	require.Equal(t, "DENY", headers["frameOptions"].(map[string]any)["frameOption"])
	require.InDelta(t, 31536000, headers["strictTransportSecurity"].(map[string]any)["accessControlMaxAgeSec"], 0)
	require.Equal(t, true, headers["contentTypeOptions"].(map[string]any)["override"])
	require.NotEmpty(t, distribution(t, g)["defaultCacheBehavior"].(map[string]any)["responseHeadersPolicyId"])
}

func TestFloodsAreRefused(t *testing.T) {
	t.Parallel()
	acl := graphtest.Find(t, graphtest.Record(t, program(good())), "cdn-acl").Inputs
	require.Equal(t, "CLOUDFRONT", acl["scope"])
	rules := acl["rules"].([]any)
	require.Len(t, rules, 2, "each rule costs a dollar")
	rate := rules[0].(map[string]any)["statement"].(map[string]any)["rateBasedStatement"].(map[string]any)
	require.Equal(t, "IP", rate["aggregateKeyType"])
	require.InDelta(t, 10_000, rate["limit"], 0)
	managed := rules[1].(map[string]any)["statement"].(map[string]any)["managedRuleGroupStatement"].(map[string]any)
	require.Equal(t, map[string]any{"vendorName": "AWS", "name": "AWSManagedRulesCommonRuleSet"}, managed)
}

// Logs come by an access control list, which has to be possible before the distribution is told of the bucket.
func TestLogs(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(good()))
	owner := graphtest.Find(t, g, "cdn-access-owner")
	require.Equal(t, map[string]any{"objectOwnership": "BucketOwnerPreferred"}, owner.Inputs["rule"])
	require.Contains(t, graphtest.Find(t, g, "cdn-distribution").Options.DependsOn, owner.URN)
	require.Regexp(t, `^cdn-access-[0-9a-f]{7}\.s3\.`, distribution(t, g)["loggingConfig"].(map[string]any)["bucket"])
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, program(good()))
	for name, kind := range map[string]string{"cdn-ipv4": "A", "cdn-ipv6": "AAAA"} {
		record := graphtest.Find(t, g, name).Inputs
		require.Equal(t, []any{kind, "www.shop.example.com"}, []any{record["type"], record["name"]})
		require.Contains(t, record["aliases"].([]any)[0].(map[string]any)["name"], ".cloudfront.net")
	}
}
