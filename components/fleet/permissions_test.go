package fleet_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// unnamed actions have no resources in IAM.
var unnamed = map[string]bool{
	"ssm:UpdateInstanceInformation": true, "cloudwatch:PutMetricData": true,
	"ssmmessages:CreateControlChannel": true, "ssmmessages:CreateDataChannel": true,
	"ssmmessages:OpenControlChannel": true, "ssmmessages:OpenDataChannel": true,
}

var account = regexp.MustCompile(`[0-9]{12}`)

// The role names what it may do, and to what.
func TestLeastPrivilege(t *testing.T) {
	t.Parallel()
	g := record(t, state{})
	var policy struct {
		Statement []struct {
			Effect           string
			Action, Resource []string
			Condition        map[string]map[string]string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(inputs(t, g, "app-permissions")["policy"].(string)), &policy))
	may := map[string][]string{}
	for _, s := range policy.Statement {
		require.Equal(t, "Allow", s.Effect)
		for _, action := range s.Action {
			require.NotContains(t, action, "*")
			for _, resource := range s.Resource {
				require.True(t, resource != "*" || unnamed[action], "%s on everything", action)
				may[action] = append(may[action], account.ReplaceAllString(resource, "#"))
			}
			if action == "cloudwatch:PutMetricData" {
				require.Equal(t, "Ladder", s.Condition["StringEquals"]["cloudwatch:namespace"])
			}
		}
	}
	require.Equal(t, []string{
		"arn:aws:ssm:us-east-1:#:parameter/ladder/test/topology", "arn:aws:ssm:us-east-1:#:parameter/ladder/test/release",
	}, may["ssm:GetParameter"])
	require.Len(t, may["secretsmanager:GetSecretValue"], 2, "of the users' tokens and the database")
	require.Len(t, may["s3:GetObject"], 1)
	require.Len(t, may["kms:Decrypt"], 1)
	require.Len(t, may, 8+len(unnamed)-1, "nothing else")
}
