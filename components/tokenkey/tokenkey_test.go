package tokenkey

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/key"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

// The same seed gives the same key, in the form that the app reads; another seed gives another.
func TestSigningKey(t *testing.T) {
	t.Parallel()
	first, err := signingKey("seed")
	require.NoError(t, err)
	again, err := signingKey("seed")
	require.NoError(t, err)
	other, err := signingKey("another")
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.NotEqual(t, first, other)
	block, rest := pem.Decode([]byte(first))
	require.Empty(t, rest)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	require.NoError(t, err)
	require.IsType(t, ed25519.PrivateKey{}, parsed)
}

// Neither seed nor key is anywhere in the clear, and none of the three goes by itself.
func TestKept(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		_, err = New(ctx, "token", &Args{Key: k})
		return err
	})
	require.Equal(t, graph.Secret, graphtest.Find(t, g, "token-value").Inputs["secretString"])
	for _, name := range []string{"token-seed", "token-secret", "token-value"} {
		require.True(t, graphtest.Find(t, g, name).Options.Protect, name)
	}
}

// A copy for another region comes in place: key and secret stay, and the copy's ARN is the secret's but for the region.
func TestCopy(t *testing.T) {
	t.Parallel()
	var made *TokenKey
	program := func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "key", nil)
		if err != nil {
			return err
		}
		args := &Args{Key: k}
		if _, copied := ctx.GetConfig("test:copied"); copied {
			args.Replicas = map[string]*key.Key{"us-west-2": k}
		}
		made, err = New(ctx, "token", args)
		return err
	}
	run := graphtest.Run()
	run.Config["test:copied"] = "yes"
	diff, err := graph.Compare(program, graphtest.Run(), run)
	require.NoError(t, err)
	require.Len(t, diff.Update, 1, diff.Text())
	require.Equal(t, []string{"replicas[0].kmsKeyId", "replicas[0].region"}, diff.Update[0].Changed)
	require.Empty(t, diff.Replace)

	var arns []any
	_, err = graph.Record(func(ctx *pulumi.Context) error {
		if err := program(ctx); err != nil {
			return err
		}
		pulumi.All(made.ARN, made.In("us-west-2").ARN).ApplyT(func(list []any) error { arns = list; return nil })
		return nil
	}, run)
	require.NoError(t, err)
	require.Contains(t, arns[1], ":us-west-2:")
	require.Equal(t, arns[0], strings.Replace(arns[1].(string), ":us-west-2:", ":us-east-1:", 1))
}
