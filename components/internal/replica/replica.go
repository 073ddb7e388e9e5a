// Package replica copies secrets into other regions, where an app reads its region's copy and no other region's.
package replica

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/key"
)

var regionPattern = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d$`)

// Replicas are the copies of a secret: a region to the key there that encrypts the copy.
type Replicas map[string]*key.Key

// Check notes what is no region, and a region without a key.
func (r Replicas) Check(c *check.Args) {
	for _, region := range r.regions() {
		c.That(regionPattern.MatchString(region), "Replicas", region, "another AWS region, such as us-west-2")
		c.Given(r[region] != nil, "Replicas."+region, "a key component of that region, as keys are regional")
	}
}

// Inputs are the copies as AWS takes them; nil for none. They come and go without touching the secret.
func (r Replicas) Inputs() secretsmanager.SecretReplicaArrayInput {
	if len(r) == 0 {
		return nil
	}
	list := secretsmanager.SecretReplicaArray{}
	for _, region := range r.regions() {
		list = append(list, secretsmanager.SecretReplicaArgs{
			Region: pulumi.String(region), KmsKeyId: r[region].ARN.ToStringPtrOutput(),
		})
	}
	return list
}

// ARN is that of a region's copy, or of the secret in its own region: they differ by the region alone  [AWS Secrets
// Manager User Guide, Replicate secrets across Regions, 2026-11].
func (r Replicas) ARN(secret pulumi.StringOutput, region string) pulumi.StringOutput {
	return secret.ApplyT(func(arn string) (string, error) {
		parts := strings.Split(arn, ":") // arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME
		if len(parts) < 4 {
			return "", fmt.Errorf("secret %q: want the ARN of a secret", arn)
		}
		if _, copied := r[region]; !copied && parts[3] != region {
			return "", fmt.Errorf("secret %s: no copy in %q, want a region of its Replicas: %s",
				arn, region, strings.Join(append(r.regions(), parts[3]), ", "))
		}
		parts[3] = region
		return strings.Join(parts, ":"), nil
	}).(pulumi.StringOutput)
}

func (r Replicas) regions() []string { return slices.Sorted(maps.Keys(r)) }
