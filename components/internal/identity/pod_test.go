package identity_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/components/internal/iampolicy"
	"github.com/ladder-iac/ladder/components/internal/identity"
	"github.com/ladder-iac/ladder/internal/graph/graphtest"
)

type parent struct{ pulumi.ResourceState }

func TestPod(t *testing.T) {
	t.Parallel()
	g := graphtest.Record(t, func(ctx *pulumi.Context) error {
		service := &parent{}
		if err := ctx.RegisterComponentResource("test:index:Service", "user", service); err != nil {
			return err
		}
		_, err := identity.Pod(ctx, "user", identity.ServiceAccount{
			Cluster: pulumi.String("shop-test-cluster"), Namespace: "shop", Name: "user-service",
		}, []iampolicy.Statement{{
			Actions:   []string{"sns:Publish"},
			Resources: []pulumi.StringInput{pulumi.String("arn:aws:sns:us-east-1:123456789012:events")},
		}}, service)
		return err
	})
	role := graphtest.Find(t, g, "user-role")
	require.JSONEq(t, `{"Version": "2012-10-17", "Statement": [{
		"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"],
		"Principal": {"Service": ["pods.eks.amazonaws.com"]},
		"Condition": {"StringEquals": {
			"aws:RequestTag/kubernetes-namespace": "shop",
			"aws:RequestTag/kubernetes-service-account": "user-service"
		}}
	}]}`, role.Inputs["assumeRolePolicy"].(string), "no other service account takes the role on")
	permissions := graphtest.Find(t, g, "user-permissions")
	require.JSONEq(t, `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": ["sns:Publish"], "Resource": ["arn:aws:sns:us-east-1:123456789012:events"]}
	]}`, permissions.Inputs["policy"].(string))
	identity := graphtest.Find(t, g, "user-identity")
	require.Subset(t, identity.Inputs, map[string]any{
		"clusterName": "shop-test-cluster", "namespace": "shop", "serviceAccount": "user-service",
	})
	require.Contains(t, identity.Options.DependsOn, permissions.URN, "who has the identity has the permissions")
}
