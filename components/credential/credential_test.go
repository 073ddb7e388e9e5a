package credential_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/credential"
	"github.com/ladder-iac/ladder/components/key"
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
