package safety

import "github.com/ladder-iac/ladder/policies/rule"

// SecretEncrypted wants secrets under the stack's key.
var SecretEncrypted = rule.Rule{
	ID: "secret-encrypted", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{secretType},
	Why:    "Under the service's own key everybody in the account who may read secrets may decrypt them.",
	Fix:    "set kmsKeyId to the stack's key",
	Source: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
	Good:   []rule.Example{{rule.Resource(secretType, "db-secret", rule.In{"kmsKeyId": ownKey})}},
	Bad: []rule.Example{
		{rule.Resource(secretType, "db-secret", rule.In{})},
		{rule.Resource(secretType, "db-secret", rule.In{"kmsKeyId": "alias/aws/secretsmanager"})},
	},
	Check: func(s *rule.Scene) []rule.Finding { return ownKeyGiven(s, "kmsKeyId") },
}
