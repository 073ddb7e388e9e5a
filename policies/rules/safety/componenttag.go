package safety

import (
	"strings"

	"github.com/ladder-iac/ladder/internal/facts"
	"github.com/ladder-iac/ladder/internal/graph"
	"github.com/ladder-iac/ladder/policies/rule"
)

// ComponentTag wants to know of everything what it is part of.
var ComponentTag = rule.Rule{
	ID: "component-tag", Level: rule.Mandatory, Kind: rule.OnStack,
	Why:    "The bill, the alarms and the one who finds a forgotten disk know a resource by its tags alone.",
	Fix:    "add the tag component with the name of the part",
	Source: "https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html",
	Good: []rule.Example{
		{rule.Resource(volumeType, "data", rule.In{"tags": rule.In{"component": "server"}})},
		{rule.Resource(groupType, "app", rule.In{"tags": []any{rule.In{"key": "component", "value": "web"}}})},
		{rule.Resource(volumeType, "data", rule.In{"tags": graph.Unknown})},
	},
	Bad: []rule.Example{
		{rule.Resource(volumeType, "data", rule.In{"tags": rule.In{"Name": "data"}})},
		{rule.Resource(volumeType, "data", rule.In{})},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		var found []rule.Finding
		for _, r := range s.Resources {
			if strings.HasPrefix(r.Type, "aws:") && takesTags(r.Type) && !tagged(r.Inputs["tags"]) {
				found = append(found, s.About(r, "tags.component: got nothing, want the name of a part"))
			}
		}
		return found
	},
}

// takesTags says whether a type has tags of its own; an object in a bucket is known by its bucket.
func takesTags(kind string) bool {
	known, err := facts.Lookup(kind)
	return err == nil && known.HasInput("tags") && !strings.HasPrefix(kind, "aws:s3/bucketObject")
}

func tagged(tags any) bool {
	switch t := tags.(type) {
	case string:
		return t == graph.Unknown || t == graph.Secret
	case map[string]any:
		return t["component"] != nil && t["component"] != ""
	case []any:
		for _, element := range t {
			tag, _ := element.(map[string]any)
			if tag["key"] == "component" || element == graph.Unknown {
				return true
			}
		}
	}
	return false
}
