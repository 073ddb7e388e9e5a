// Package tokenkey makes the key that signs users' tokens: one for all servers of the app, in every phase, because a
// user's next request may reach another of them.
//
// Creates: a random seed, which the state keeps encrypted, and a secret with the Ed25519 key that is computed from it,
// as PEM of PKCS#8. Stateful: all three are protected, as another key signs every user out.
//
// Other regions get copies of the secret on demand, which AWS keeps current: a token is good in all of them.
//
// To rotate the key, unprotect the seed and replace it: pulumi state unprotect URN, pulumi up --replace URN. Servers
// read the secret every 10 minutes, each at its own time, and believe the new key alone from then on: everyone signs in
// again. The app takes keys beside it (TOKEN_PREVIOUS_KEY_FILES), which no component brings yet.
//
// Cost: 0.40 USD a month, as much again for each copy (AWS Secrets Manager pricing, us-east-1, 2026-09).
package tokenkey

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/replica"
	"github.com/ladder-iac/ladder/components/internal/tag"
	"github.com/ladder-iac/ladder/components/key"
)

// seedLength is in letters and digits: 381 bits for a key of 256.
const seedLength = 64

// Args describe a token key.
type Args struct {
	Key      *key.Key            // encrypts the secret; required
	Replicas map[string]*key.Key // copies: another region to its key; default none
}

// TokenKey is the key that signs users' tokens.
type TokenKey struct {
	pulumi.ResourceState

	ARN      pulumi.StringOutput `pulumi:"arn"` // of the secret, whose text is the PEM
	replicas replica.Replicas
}

// New makes a token key. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*TokenKey, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	k := &TokenKey{replicas: args.Replicas}
	if err := ctx.RegisterComponentResource("ladder:tokenkey:TokenKey", name, k, opts...); err != nil {
		return nil, fmt.Errorf("tokenkey %q: %w", name, err)
	}
	keep := []pulumi.ResourceOption{pulumi.Parent(k), pulumi.Protect(true)}
	seed, err := random.NewRandomPassword(ctx, name+"-seed", &random.RandomPasswordArgs{
		Length:  pulumi.Int(seedLength),
		Special: pulumi.Bool(false),
	}, keep...)
	if err != nil {
		return nil, err
	}
	secret, err := secretsmanager.NewSecret(ctx, name+"-secret", &secretsmanager.SecretArgs{
		Description:          pulumi.Sprintf("key that signs the users' tokens of the stack %s", ctx.Stack()),
		KmsKeyId:             args.Key.ARN,
		RecoveryWindowInDays: pulumi.Int(30),
		Replicas:             k.replicas.Inputs(),
		Tags:                 tag.Of(name, name+"-secret"),
	}, keep...)
	if err != nil {
		return nil, err
	}
	if _, err := secretsmanager.NewSecretVersion(ctx, name+"-value", &secretsmanager.SecretVersionArgs{
		SecretId:     secret.ID(),
		SecretString: pulumi.ToSecret(seed.Result.ApplyT(signingKey)).(pulumi.StringOutput),
	}, keep...); err != nil {
		return nil, err
	}
	k.ARN = secret.Arn
	return k, ctx.RegisterResourceOutputs(k, pulumi.Map{"arn": k.ARN})
}

// In is the key as another region has it: with the ARN of the copy there. Of a region that has none the ARN is an
// error.
func (k *TokenKey) In(region string) *TokenKey {
	return &TokenKey{ARN: k.replicas.ARN(k.ARN, region), replicas: k.replicas}
}

// signingKey returns an Ed25519 key as PEM of PKCS#8, the same for the same seed.
func signingKey(seed string) (string, error) {
	sum := sha256.Sum256([]byte(seed))
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(sum[:]))
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	c := check.Of("tokenkey", name)
	c.Given(args.Key != nil, "Key", "a key component that encrypts the secret")
	replica.Replicas(args.Replicas).Check(c)
	return args, c.Err()
}
