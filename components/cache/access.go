package cache

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/elasticache"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/components/internal/firewall"
	"github.com/ladder-iac/ladder/components/internal/tag"
)

// tokenLength is in letters and digits, 190 bits; AWS takes 16 to 128  [ElastiCache User Guide, AUTH].
const tokenLength = 32

// firewall lets the clients in, and the nodes nowhere: they answer, and their replication does not pass here.
func (c *Cache) firewall(ctx *pulumi.Context, name string, args Args) (*ec2.SecurityGroup, error) {
	child := name + "-firewall"
	group, err := firewall.New(ctx, name, child, "cache", args.VPCID, c)
	if err != nil {
		return nil, err
	}
	var rules []firewall.Rule
	for _, client := range slices.Sorted(maps.Keys(args.Clients)) {
		rules = append(rules, firewall.Rule{
			Name: child + "-" + client, Group: group.ID(), Peer: args.Clients[client], Port: Port,
		})
	}
	return group, firewall.Open(ctx, name, c, rules...)
}

// token makes the password that every client shares. ElastiCache rotates it without a pause: after an update with
// ROTATE it takes the new token and the one before. To rotate, replace it: pulumi up --replace URN.
//
// A user group could give each client rights of its own, but a changed password of a user ends the old one at
// once, users need names that are unique in the account, and our clients are one app. AWS moves a cache from a
// token to a user group in place, should that change [ElastiCache User Guide, Migrating from AUTH to RBAC].
func (c *Cache) token(ctx *pulumi.Context, name string) (pulumi.StringOutput, error) {
	password, err := random.NewRandomPassword(ctx, name+"-token", &random.RandomPasswordArgs{
		Length:  pulumi.Int(tokenLength),
		Special: pulumi.Bool(false), // AWS takes eight special characters only
	}, pulumi.Parent(c))
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return password.Result, nil
}

// secret tells the token to the clients. It follows the cache, so that nobody reads a token that the cache does
// not take yet. It is not protected, as a token is made again.
func (c *Cache) secret(
	ctx *pulumi.Context, name string, args Args, token pulumi.StringOutput, group *elasticache.ReplicationGroup,
) error {
	secret, err := secretsmanager.NewSecret(ctx, name+"-secret", &secretsmanager.SecretArgs{
		Description:          pulumi.Sprintf("token of %s of the stack %s", name, ctx.Stack()),
		KmsKeyId:             args.Key.ARN,
		RecoveryWindowInDays: pulumi.Int(7),
		Tags:                 tag.Of(name, name+"-secret"),
	}, pulumi.Parent(c))
	if err != nil {
		return err
	}
	c.SecretARN = secret.Arn
	_, err = secretsmanager.NewSecretVersion(ctx, name+"-value", &secretsmanager.SecretVersionArgs{
		SecretId:     secret.ID(),
		SecretString: pulumi.ToSecret(document(token)).(pulumi.StringOutput),
	}, pulumi.Parent(c), pulumi.DependsOn([]pulumi.Resource{group}))
	return err
}

// document has the form of a credential; a client with a token is Valkey's user "default".
func document(token pulumi.StringOutput) pulumi.StringOutput {
	return token.ApplyT(func(token string) (string, error) {
		text, err := json.Marshal(map[string]string{"username": "default", "password": token})
		return string(text), err
	}).(pulumi.StringOutput)
}
