package credential_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// A database takes user and password from the component, and the password stays a secret on its way.
func TestDatabaseTakesUserAndPassword(t *testing.T) {
	t.Parallel()
	var made *credential.Credential
	g := graphtest.Record(t, func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		made, err = credential.New(ctx, "db", &credential.Args{Username: "ladder", Key: k})
		return err
	})
	require.Equal(t, "ladder", made.Username)
	require.True(t, pulumi.IsSecret(made.Password))
	require.True(t, graphtest.Find(t, g, "db-password").Options.Protect)
}

// secrets registers a credential; with the config "copied" it has a copy in another region.
func secrets(made **credential.Credential) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		there, err := aws.NewProvider(ctx, "aws-secondary", &aws.ProviderArgs{Region: pulumi.String("us-west-2")})
		if err != nil {
			return err
		}
		other, err := key.New(ctx, "key-secondary", nil, pulumi.Providers(there))
		if err != nil {
			return err
		}
		args := &credential.Args{Username: "ladder", Key: k}
		if _, copied := ctx.GetConfig("test:copied"); copied {
			args.Replicas = map[string]*key.Key{"us-west-2": other}
		}
		*made, err = credential.New(ctx, "db", args)
		return err
	}
}

func copied() graph.Run {
	run := graphtest.Run()
	run.Config["test:copied"] = "yes"
	return run
}

// A copy comes in place: the secret stays, and so do its value and the password.
func TestCopyTouchesNothingElse(t *testing.T) {
	t.Parallel()
	var made *credential.Credential
	for _, c := range []struct{ from, to graph.Run }{{graphtest.Run(), copied()}, {copied(), graphtest.Run()}} {
		diff, err := graph.Compare(secrets(&made), c.from, c.to)
		require.NoError(t, err)
		require.Len(t, diff.Update, 1, diff.Text())
		require.Equal(t, "db-secret", diff.Update[0].Name)
		require.Equal(t, []string{"replicas[0].kmsKeyId", "replicas[0].region"}, diff.Update[0].Changed)
		require.Empty(t, diff.Create)
		require.Empty(t, diff.Replace)
		require.Empty(t, diff.Delete)
	}
}

// What another region's app reads is there, encrypted with that region's key, under the same name.
func TestIn(t *testing.T) {
	t.Parallel()
	var made *credential.Credential
	var arns []any
	g, err := graph.Record(func(ctx *pulumi.Context) error {
		if err := secrets(&made)(ctx); err != nil {
			return err
		}
		pulumi.All(made.ARN, made.In("us-east-1").ARN, made.In("us-west-2").ARN).ApplyT(func(list []any) error {
			arns = list
			return nil
		})
		return nil
	}, copied())
	require.NoError(t, err)
	require.Equal(t, arns[0], arns[1])
	require.Contains(t, arns[2], ":us-west-2:")
	require.Equal(t, arns[0], strings.Replace(arns[2].(string), ":us-west-2:", ":us-east-1:", 1))
	require.Equal(t, "ladder", made.In("us-west-2").Username)
	replicas := graphtest.Find(t, g, "db-secret").Inputs["replicas"].([]any)
	require.Len(t, replicas, 1)
	one := replicas[0].(map[string]any)
	require.Equal(t, "us-west-2", one["region"])
	require.Contains(t, one["kmsKeyId"], "arn:aws:kms:us-west-2:")
}

// A region without a copy is found out before anything is made.
func TestNoCopy(t *testing.T) {
	t.Parallel()
	var made *credential.Credential
	text := graphtest.Error(t, func(ctx *pulumi.Context) error {
		if err := secrets(&made)(ctx); err != nil {
			return err
		}
		_, err := ssm.NewParameter(ctx, "reader", &ssm.ParameterArgs{
			Type: pulumi.String("String"), InsecureValue: made.In("eu-west-1").ARN,
		})
		return err
	})
	require.Contains(t, text, `no copy in "eu-west-1", want a region of its Replicas: us-east-1`)
}
