// Package credential makes a user name and password in AWS Secrets Manager.
//
// Creates: a random password, a secret and its value, JSON {"username", "password"}. Stateful: the same
// secret serves the database in every phase, so that it is protected. AWS keeps a deleted secret for 30 days.
//
// Other regions get copies on demand, which AWS keeps current; an app there reads its region's copy alone.
//
// It is never the password that RDS manages by itself: that one excludes read replicas, blue/green
// deployments and Aurora Global Database.
//
// Cost: 0.40 USD a month, as much again for each copy, 0.05 USD for 10,000 reads (AWS Secrets Manager pricing,
// us-east-1, 2026-09).
package credential

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/internal/replica"
	"github.com/ladder-iac/ladder/components/internal/tag"
	"github.com/ladder-iac/ladder/components/key"
)

// length of the password; 190 bits with letters and digits.
const length = 32

// Args describe a credential.
type Args struct {
	Username string              // required
	Key      *key.Key            // encrypts the secret; required
	Replicas map[string]*key.Key // copies: another region to its key; default none
}

// Credential is a user name with a password.
type Credential struct {
	pulumi.ResourceState

	ARN pulumi.StringOutput `pulumi:"arn"` // of the secret
	// Username and Password are what the secret holds, for the database that takes them. They are no outputs of
	// the component: whoever else needs them reads the secret.
	Username string
	Password pulumi.StringOutput // secret
	replicas replica.Replicas
}

// New makes a credential. The error lists every mistake in the arguments.
func New(ctx *pulumi.Context, name string, in *Args, opts ...pulumi.ResourceOption) (*Credential, error) {
	args, err := in.resolve(name)
	if err != nil {
		return nil, err
	}
	c := &Credential{replicas: args.Replicas}
	if err := ctx.RegisterComponentResource("ladder:credential:Credential", name, c, opts...); err != nil {
		return nil, fmt.Errorf("credential %q: %w", name, err)
	}
	password, err := random.NewRandomPassword(ctx, name+"-password", &random.RandomPasswordArgs{
		Length:  pulumi.Int(length),
		Special: pulumi.Bool(false), // fits connection strings and shells without quoting
	}, pulumi.Parent(c), pulumi.Protect(true))
	if err != nil {
		return nil, err
	}
	secret, err := secretsmanager.NewSecret(ctx, name+"-secret", &secretsmanager.SecretArgs{
		Description:          pulumi.Sprintf("%s of the stack %s", name, ctx.Stack()),
		KmsKeyId:             args.Key.ARN,
		RecoveryWindowInDays: pulumi.Int(30),
		Replicas:             c.replicas.Inputs(),
		Tags:                 tag.Of(name, name+"-secret"),
	}, pulumi.Parent(c), pulumi.Protect(true))
	if err != nil {
		return nil, err
	}
	if _, err := secretsmanager.NewSecretVersion(ctx, name+"-value", &secretsmanager.SecretVersionArgs{
		SecretId:     secret.ID(),
		SecretString: pulumi.ToSecret(document(args.Username, password.Result)).(pulumi.StringOutput),
	}, pulumi.Parent(c), pulumi.Protect(true)); err != nil {
		return nil, err
	}
	c.ARN, c.Username = secret.Arn, args.Username
	c.Password = pulumi.ToSecret(password.Result).(pulumi.StringOutput)
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"arn": c.ARN})
}

// In is the credential as another region has it: with the ARN of the copy there. Of a region that has none the ARN is
// an error.
func (c *Credential) In(region string) *Credential {
	return &Credential{
		ARN: c.replicas.ARN(c.ARN, region), Username: c.Username, Password: c.Password, replicas: c.replicas,
	}
}

func document(username string, password pulumi.StringOutput) pulumi.StringOutput {
	return password.ApplyT(func(password string) (string, error) {
		text, err := json.Marshal(map[string]string{"username": username, "password": password})
		return string(text), err
	}).(pulumi.StringOutput)
}

func (a *Args) resolve(name string) (Args, error) {
	args := Args{}
	if a != nil {
		args = *a
	}
	c := check.Of("credential", name)
	c.Given(args.Username != "", "Username", "the name of a database user")
	c.Given(args.Key != nil, "Key", "a key component that encrypts the secret")
	replica.Replicas(args.Replicas).Check(c)
	return args, c.Err()
}
