package safety

import (
	"strings"

	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/rule"
)

// DefaultProvider wants every cloud resource under a provider of the program's own.
var DefaultProvider = rule.Rule{
	ID: "default-provider", Level: rule.Mandatory, Kind: rule.OnStack,
	Why: "A default provider takes region and account from whoever runs the update: the stack is made again somewhere " +
		"else, and without its tags.",
	Fix:    "pass the stack's provider with pulumi.Provider, or to the component with pulumi.Providers",
	Source: "https://www.pulumi.com/docs/iac/concepts/resources/providers/#default-and-explicit-providers",
	Good: []rule.Example{
		{rule.Resource(volumeType, "data", rule.In{})},
		{rule.Resource("random:index/randomId:RandomId", "id", rule.In{})},
	},
	Bad: []rule.Example{{byDefault}},
	Check: func(s *rule.Scene) []rule.Finding {
		var found []rule.Finding
		for _, r := range s.Resources {
			cloud := strings.HasPrefix(r.Type, "aws:") || strings.HasPrefix(r.Type, "kubernetes:")
			provider := r.Options.Provider
			if cloud && (provider == "" || strings.Contains(provider, "::default")) {
				found = append(found, s.About(r, "provider: got the default one, want one of the program's"))
			}
		}
		return found
	},
}

var byDefault = func() graph.Resource {
	r := rule.Resource(volumeType, "data", rule.In{})
	r.Options.Provider = ""
	return r
}()
