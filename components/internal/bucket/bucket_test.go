package bucket_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/internal/bucket"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

var balancers = bucket.Writer{Service: "logdelivery.elasticloadbalancing.amazonaws.com", Account: "123456789012"}

// shop stands for the component that a bucket belongs to.
func shop(ctx *pulumi.Context) (pulumi.Resource, error) {
	var s struct{ pulumi.ResourceState }
	err := ctx.RegisterComponentResource("ladder:shop:Shop", "shop", &s)
	return &s, err
}

func ordinary(t *testing.T, args bucket.Args) *graph.Graph {
	t.Helper()
	args.Component, args.KeyARN = "shop", pulumi.String("arn:aws:kms:us-east-1:123456789012:key/stack")
	return graphtest.Record(t, func(ctx *pulumi.Context) error {
		parent, err := shop(ctx)
		if err != nil {
			return err
		}
		_, err = bucket.New(ctx, "shop-bucket", args, parent)
		return err
	})
}

// logs makes a bucket for logs, and a parameter that takes its name, as a balancer does.
func logs(t *testing.T) *graph.Graph {
	t.Helper()
	return graphtest.Record(t, func(ctx *pulumi.Context) error {
		parent, err := shop(ctx)
		if err != nil {
			return err
		}
		name, err := bucket.NewLogs(ctx, "shop-bucket", bucket.Args{Component: "shop"}, balancers, parent)
		if err != nil {
			return err
		}
		_, err = ssm.NewParameter(ctx, "shop-balancer",
			&ssm.ParameterArgs{Type: pulumi.String("String"), InsecureValue: name}, pulumi.Parent(parent))
		return err
	})
}

type statement struct {
	Effect    string
	Action    []string
	Principal map[string][]string
	Resource  []string
	Condition map[string]map[string]string
}

// policy returns the statements of the bucket's policy, with "BUCKET" for its ARN.
func policy(t *testing.T, g *graph.Graph) []statement {
	t.Helper()
	text := graphtest.Find(t, g, "shop-bucket-tls").Inputs["policy"].(string)
	name := graphtest.Find(t, g, "shop-bucket-tls").Inputs["bucket"].(string)
	var document struct{ Statement []statement }
	require.NoError(t, json.Unmarshal([]byte(strings.ReplaceAll(text, "arn:aws:s3:::"+name, "BUCKET")), &document))
	return document.Statement
}

var onlyTLS = statement{
	Effect: "Deny", Action: []string{"s3:*"}, Principal: map[string][]string{"AWS": {"*"}},
	Resource:  []string{"BUCKET", "BUCKET/*"},
	Condition: map[string]map[string]string{"Bool": {"aws:SecureTransport": "false"}},
}

// An ordinary bucket's policy forbids plain text and allows nobody anything.
func TestPolicy(t *testing.T) {
	t.Parallel()
	require.Equal(t, []statement{onlyTLS}, policy(t, ordinary(t, bucket.Args{})))
}

// A writer puts the logs of one account where AWS puts them, and does nothing else: it neither reads nor deletes.
func TestLogsPolicy(t *testing.T) {
	t.Parallel()
	require.Equal(t, []statement{onlyTLS, {
		Effect: "Allow", Action: []string{"s3:PutObject"}, Principal: map[string][]string{"Service": {balancers.Service}},
		Resource: []string{"BUCKET/AWSLogs/123456789012/*"},
	}}, policy(t, logs(t)))
}

// A service that is told about a bucket tries at once: who takes the name waits for the policy.
func TestLogsNameWaitsForPolicy(t *testing.T) {
	t.Parallel()
	g := logs(t)
	taker := graphtest.Find(t, g, "shop-balancer")
	require.Contains(t, taker.Options.DependsOn, graphtest.Find(t, g, "shop-bucket-tls").URN)
	require.Regexp(t, `^shop-bucket-[0-9a-f]{7}$`, taker.Inputs["insecureValue"])
}

// Elastic Load Balancing delivers into no bucket with a KMS key; every other one has the stack's.
func TestEncryption(t *testing.T) {
	t.Parallel()
	rule := func(g *graph.Graph) map[string]any {
		return graphtest.Find(t, g, "shop-bucket-encryption").Inputs["rules"].([]any)[0].(map[string]any)
	}
	require.Equal(t, map[string]any{
		"bucketKeyEnabled": true,
		"applyServerSideEncryptionByDefault": map[string]any{
			"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "arn:aws:kms:us-east-1:123456789012:key/stack",
		},
	}, rule(ordinary(t, bucket.Args{})))
	require.Equal(t, map[string]any{
		"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": "AES256"},
	}, rule(logs(t)))
}

func TestPrivateAndVersioned(t *testing.T) {
	t.Parallel()
	for name, g := range map[string]*graph.Graph{"ordinary": ordinary(t, bucket.Args{}), "logs": logs(t)} {
		for _, wall := range []string{"blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"} {
			require.Equal(t, true, graphtest.Find(t, g, "shop-bucket-private").Inputs[wall], "%s %s", name, wall)
		}
		require.Equal(t, map[string]any{"status": "Enabled"},
			graphtest.Find(t, g, "shop-bucket-versioning").Inputs["versioningConfiguration"], name)
	}
}

// What cannot be made again is kept by Pulumi, and stays in AWS when it leaves the stack, with all its settings.
func TestFate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		graph *graph.Graph
		kept  bool
	}{
		{ordinary(t, bucket.Args{}), true}, {logs(t), true}, {ordinary(t, bucket.Args{Rebuildable: true}), false},
	} {
		require.Equal(t, !c.kept, graphtest.Find(t, c.graph, "shop-bucket").Inputs["forceDestroy"])
		for _, r := range c.graph.Resources {
			if strings.HasPrefix(r.Name, "shop-bucket") {
				require.Equal(t, c.kept, r.Options.Protect, r.Name)
				require.Equal(t, c.kept, r.Options.RetainOnDelete, r.Name)
			}
		}
	}
}

func TestLifecycle(t *testing.T) {
	t.Parallel()
	g := ordinary(t, bucket.Args{Rules: []bucket.Rule{
		{ID: "old", Prefix: "wal/", ExpireDays: 30, NoncurrentDays: 7}, {ID: "kept", NoncurrentDays: 1},
	}})
	rules := graphtest.Find(t, g, "shop-bucket-lifecycle").Inputs["rules"].([]any)
	require.Len(t, rules, 3)
	require.Equal(t, map[string]any{"daysAfterInitiation": 2.0}, rules[0].(map[string]any)["abortIncompleteMultipartUpload"])
	require.Equal(t, map[string]any{
		"id": "old", "status": "Enabled", "filter": map[string]any{"prefix": "wal/"},
		"expiration": map[string]any{"days": 30.0}, "noncurrentVersionExpiration": map[string]any{"noncurrentDays": 7.0},
	}, rules[1])
	require.NotContains(t, rules[2], "expiration", "0 days is never")
}

// edge makes a bucket that a distribution reads, which knows the bucket, and one for its logs.
func edge(t *testing.T) *graph.Graph {
	t.Helper()
	return graphtest.Record(t, func(ctx *pulumi.Context) error {
		parent, err := shop(ctx)
		if err != nil {
			return err
		}
		logs, err := bucket.NewEdgeLogs(ctx, "shop-access", bucket.Args{Component: "shop"}, parent)
		if err != nil {
			return err
		}
		_, err = bucket.NewOrigin(ctx, "shop-bucket", bucket.Args{Component: "shop"},
			func(b *s3.BucketV2) (pulumi.StringInput, error) {
				distribution, err := ssm.NewParameter(ctx, "shop-distribution", &ssm.ParameterArgs{
					Type: pulumi.String("String"), InsecureValue: pulumi.Sprintf("%s %s", b.Bucket, logs),
				}, pulumi.Parent(parent))
				if err != nil {
					return nil, err
				}
				return distribution.Arn, nil
			}, parent)
		return err
	})
}

// What CloudFront reads is read by one distribution, and by nobody else.
func TestOrigin(t *testing.T) {
	t.Parallel()
	g := edge(t)
	only := func(action, resource string) statement {
		return statement{
			Effect: "Allow", Action: []string{action}, Principal: map[string][]string{"Service": {"cloudfront.amazonaws.com"}},
			Resource: []string{resource}, Condition: map[string]map[string]string{"ArnEquals": {
				"aws:SourceArn": policy(t, g)[1].Condition["ArnEquals"]["aws:SourceArn"],
			}},
		}
	}
	require.Equal(t, []statement{onlyTLS, only("s3:GetObject", "BUCKET/*"), only("s3:ListBucket", "BUCKET")}, policy(t, g))
	require.Contains(t, policy(t, g)[1].Condition["ArnEquals"]["aws:SourceArn"], ":parameter/")
	require.Contains(t, graphtest.Find(t, g, "shop-distribution").Options.DependsOn, graphtest.Find(t, g, "shop-bucket").URN)
}

// A distribution that is told of a bucket for its logs enters itself into its access control list.
func TestEdgeLogs(t *testing.T) {
	t.Parallel()
	g := edge(t)
	owner := graphtest.Find(t, g, "shop-access-owner")
	require.Equal(t, map[string]any{"objectOwnership": "BucketOwnerPreferred"}, owner.Inputs["rule"])
	require.True(t, owner.Options.Protect)
	require.Contains(t, graphtest.Find(t, g, "shop-distribution").Options.DependsOn, owner.URN)
	for _, name := range []string{"shop-access", "shop-bucket"} {
		rules := graphtest.Find(t, g, name+"-encryption").Inputs["rules"].([]any)
		require.Equal(t, map[string]any{
			"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": "AES256"},
		}, rules[0], name)
	}
}
