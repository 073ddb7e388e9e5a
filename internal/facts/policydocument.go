package facts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// policy is an IAM policy document. Its fields stand in the order AWS writes them.
type policy struct {
	Version   string      `json:"Version,omitempty"`
	ID        string      `json:"Id,omitempty"`
	Statement []statement `json:"Statement"`
}

type statement struct {
	Sid          string                    `json:"Sid,omitempty"`
	Effect       string                    `json:"Effect,omitempty"`
	Action       any                       `json:"Action,omitempty"`
	NotAction    any                       `json:"NotAction,omitempty"`
	Resource     any                       `json:"Resource,omitempty"`
	NotResource  any                       `json:"NotResource,omitempty"`
	Principal    any                       `json:"Principal,omitempty"`
	NotPrincipal any                       `json:"NotPrincipal,omitempty"`
	Condition    map[string]map[string]any `json:"Condition,omitempty"`
}

// statementFields are the fields a statement may have.
var statementFields = words("actions conditions effect notActions notPrincipals notResources principals resources sid")

// getPolicyDocument renders statements as JSON. Source documents come first; a statement of the program
// or of an override takes the place of one with the same sid.
func getPolicyDocument(_ Place, args resource.PropertyMap) (resource.PropertyMap, error) {
	document := policy{Version: "2012-10-17", ID: scalar(args["policyId"]), Statement: []statement{}}
	if version := scalar(args["version"]); version != "" {
		document.Version = version
	}
	sources := append(texts(args["sourcePolicyDocuments"]), scalar(args["sourceJson"]))
	if err := document.merge("sourcePolicyDocuments", sources); err != nil {
		return nil, err
	}
	for i, v := range arrayOf(args["statements"]) {
		s, err := newStatement(fmt.Sprintf("statements[%d]", i), objectOf(v))
		if err != nil {
			return nil, err
		}
		document.put(s)
	}
	overrides := append(texts(args["overridePolicyDocuments"]), scalar(args["overrideJson"]))
	if err := document.merge("overridePolicyDocuments", overrides); err != nil {
		return nil, err
	}
	full, err := render(document, "  ")
	if err != nil {
		return nil, err
	}
	minified, err := render(document, "")
	if err != nil {
		return nil, err
	}
	builder := &builder{t: &Type{token: "policy"}, name: minified}
	result := resource.PropertyMap{
		"id": text(builder.letters("id", digits, 10)), "json": text(full), "minifiedJson": text(minified),
		"version": text(document.Version),
	}
	if statements, ok := args["statements"]; ok {
		result["statements"] = statements
	}
	return result, nil
}

func render(document policy, indent string) (string, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	if err := encoder.Encode(document); err != nil {
		return "", err
	}
	return strings.TrimSpace(out.String()), nil
}

func (p *policy) put(s statement) {
	if i := slices.IndexFunc(p.Statement, func(old statement) bool { return s.Sid != "" && old.Sid == s.Sid }); i >= 0 {
		p.Statement[i] = s
		return
	}
	p.Statement = append(p.Statement, s)
}

func (p *policy) merge(argument string, documents []string) error {
	for _, document := range documents {
		if document == "" {
			continue
		}
		var other struct{ Statement json.RawMessage }
		if err := json.Unmarshal([]byte(document), &other); err != nil {
			return refuse(argument, "text that is no JSON object", "a policy document")
		}
		var statements []statement
		if err := json.Unmarshal(other.Statement, &statements); err != nil {
			var one statement
			if err := json.Unmarshal(other.Statement, &one); err != nil {
				return refuse(argument, "a document without statements", "a policy document")
			}
			statements = []statement{one}
		}
		for _, s := range statements {
			p.put(s)
		}
	}
	return nil
}

func newStatement(where string, in resource.PropertyMap) (statement, error) {
	for _, key := range slices.Sorted(maps.Keys(in)) {
		if !statementFields[string(key)] {
			return statement{}, refuse(where+"."+string(key), show(in[key], false), "one of "+
				strings.Join(sortedKeys(statementFields), ", "))
		}
	}
	s := statement{
		Sid: scalar(in["sid"]), Effect: "Allow",
		Action: oneOrMore(texts(in["actions"])), NotAction: oneOrMore(texts(in["notActions"])),
		Resource: oneOrMore(texts(in["resources"])), NotResource: oneOrMore(texts(in["notResources"])),
		Principal: principals(in["principals"]), NotPrincipal: principals(in["notPrincipals"]),
	}
	if effect := scalar(in["effect"]); effect != "" {
		s.Effect = effect
	}
	if s.Effect != "Allow" && s.Effect != "Deny" {
		return s, refuse(where+".effect", fmt.Sprintf("%q", s.Effect), "Allow or Deny")
	}
	for _, condition := range arrayOf(in["conditions"]) {
		fields := objectOf(condition)
		test, variable := scalar(fields["test"]), scalar(fields["variable"])
		if test == "" || variable == "" {
			return s, refuse(where+".conditions", "a condition without test or variable", "test, variable and values")
		}
		if s.Condition == nil {
			s.Condition = map[string]map[string]any{}
		}
		if s.Condition[test] == nil {
			s.Condition[test] = map[string]any{}
		}
		s.Condition[test][variable] = oneOrMore(texts(fields["values"]))
	}
	return s, nil
}

// oneOrMore is how the provider writes lists in policies: a single text stands alone, several are sorted,
// last first.
func oneOrMore(values []string) any {
	switch len(values) {
	case 0:
		return nil
	case 1:
		return values[0]
	}
	sorted := slices.Sorted(slices.Values(values))
	slices.Reverse(sorted)
	return sorted
}

// principals gathers the identifiers of each type; everybody is just "*".
func principals(v resource.PropertyValue) any {
	byType := map[string][]string{}
	for _, principal := range arrayOf(v) {
		fields := objectOf(principal)
		kind := scalar(fields["type"])
		byType[kind] = append(byType[kind], texts(fields["identifiers"])...)
	}
	if len(byType) == 0 {
		return nil
	}
	if all := byType["*"]; len(byType) == 1 && len(all) == 1 && all[0] == "*" {
		return "*"
	}
	out := map[string]any{}
	for kind, identifiers := range byType {
		out[kind] = oneOrMore(identifiers)
	}
	return out
}
