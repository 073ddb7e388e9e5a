package facts

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Hold is what a reference does to the resource it names.
type Hold int

// The holds.
const (
	// Belongs holds nothing: what names the resource is deleted along, or AWS does not care.
	Belongs Hold = iota
	// Uses holds: AWS refuses to delete the resource while the one that names it exists.
	Uses
	// Passes holds while the one that names it is itself named by something: a group of subnets uses none, but
	// the database made in the group does.
	Passes
)

// Reference is an input in which one resource names another.
type Reference struct {
	Path string // "a.b" is a field of an object, "a[*]" each element of a list
	To   string // type token of what is named
	Hold Hold
	Why  string // the reason for the hold, or that there is none
	// While is an output of the naming resource: when it is 0 the reference holds nothing. Empty: it always holds.
	While string
	// Unless is an input of the named resource: when true the provider itself clears away what holds it.
	Unless string
	// Elsewhere says that the named one may be in another region, although its name does not tell.
	Elsewhere bool
	// Says is what AWS answers when the reference holds, where it is not what the named type's InUse says.
	Says Refusal
	// Within finds the names, as its first group, in a text that has several; nil where the value is one name.
	Within *regexp.Regexp
}

// Target is a type that others name.
type Target struct {
	By   []string // outputs by which others name it
	Also []Output // outputs in which AWS tells of ones that it made by itself
	// Form is how such a name begins, so that it can be told from what a user may have given: "subnet-" for an id
	// of EC2, "sns:" for an ARN of that service.
	Form string
	// Plain says that any other name too must be that of a resource, as what names one of the type is made by the
	// same program. AWS's own begin with "default".
	Plain bool
	// What AWS answers when there is none of that name, and when one in use is to be deleted; {} is the name.
	// InUse is empty for types that nothing holds.
	Missing, InUse Refusal
	// Waits says that the provider repeats a refused deletion for some minutes, because users of the resource go
	// that it cannot know of.
	Waits bool
}

// Refusal is an error of AWS.
type Refusal struct {
	Code string
	Text string // {} stands for the name
}

// Output is an output of a type.
type Output struct{ Type, Path string }

// String is the refusal about a name, as AWS words it.
func (r Refusal) String(name string) string {
	return r.Code + ": " + strings.ReplaceAll(r.Text, "{}", name)
}

// Protection is an input that makes AWS refuse a deletion while it is true.
type Protection struct {
	Property string
	Refusal  Refusal
}

// Named is a reference with the name found in it.
type Named struct {
	Reference
	Property string // Path with positions: "subnets[1]"
	Value    string
}

// references is the one table of inputs that name other resources, by the type that has them.
var references = joinedTables(networkReferences, storeReferences, clusterReferences, edgeReferences)

// joinedTables puts tables of different types together.
func joinedTables[T any](tables ...map[string]T) map[string]T {
	all := map[string]T{}
	for _, table := range tables {
		maps.Copy(all, table)
	}
	return all
}

// Names lists the inputs in which resources of the type name others.
func (t *Type) Names() []Reference { return references[t.token] }

// References lists what a resource with these properties names. Values that are not known yet are left out.
func (t *Type) References(props resource.PropertyMap) []Named {
	var all []Named
	for _, ref := range t.Names() {
		all = append(all, ref.names(resource.NewObjectProperty(props), "", ref.Path)...)
	}
	return all
}

// Anywhere says that resources of one type may name one of another in any region of the account.
func Anywhere(from, to string) bool {
	return slices.ContainsFunc(references[from], func(r Reference) bool { return r.To == to && r.Elsewhere })
}

// names finds what stands at a path below v, which itself stands at the path at.
func (r Reference) names(v resource.PropertyValue, at, path string) []Named {
	if path == "" {
		return r.read(v, at)
	}
	part, rest, _ := strings.Cut(path, ".")
	name, isList := strings.CutSuffix(part, "[*]")
	at = strings.TrimPrefix(at+"."+name, ".")
	v, _ = peel(v)
	v, _ = peel(objectOf(v)[resource.PropertyKey(name)])
	if !isList {
		return r.names(v, at, rest)
	}
	var all []Named
	for i, element := range arrayOf(v) {
		all = append(all, r.names(element, fmt.Sprintf("%s[%d]", at, i), rest)...)
	}
	return all
}

// read takes the name, or for a text with names in it all of them, from a value.
func (r Reference) read(v resource.PropertyValue, at string) []Named {
	v, _ = peel(v)
	switch {
	case !v.IsString() || v.StringValue() == "":
		return nil
	case r.Within == nil:
		return []Named{{r, at, v.StringValue()}}
	}
	var all []Named
	for _, found := range r.Within.FindAllStringSubmatch(v.StringValue(), -1) {
		all = append(all, Named{r, at, found[1]})
	}
	return all
}

// Target says how others name resources of the type; false when none does.
func (t *Type) Target() (Target, bool) {
	target, ok := referenceTargets[t.token]
	return target, ok
}

// Protection gives the type's protection against deletion, if AWS has one that the provider respects.
func (t *Type) Protection() (Protection, bool) {
	p, ok := protections[t.token]
	return p, ok
}

// Text gives the output at a path of fields as text, "" when it is missing, unknown or no scalar.
func Text(props resource.PropertyMap, path string) string {
	v := resource.NewObjectProperty(props)
	for name := range strings.SplitSeq(path, ".") {
		v, _ = peel(objectOf(v)[resource.PropertyKey(name)])
	}
	return scalar(v)
}

// Naming lists the types that can name resources of a type, sorted.
func Naming(token string) []string { return naming()[token] }

var naming = sync.OnceValue(func() map[string][]string {
	all := map[string][]string{}
	for _, from := range slices.Sorted(maps.Keys(references)) {
		for _, ref := range references[from] {
			if !slices.Contains(all[ref.To], from) {
				all[ref.To] = append(all[ref.To], from)
			}
		}
	}
	return all
})

// MapsAddress is true when a resource with these inputs maps a public address into the VPC it stands in: AWS
// detaches no internet gateway before. It says false of a machine that leaves the choice to its subnet.
func (t *Type) MapsAddress(inputs resource.PropertyMap) bool {
	rule, ok := mapsAddress[t.token]
	return ok && (Text(inputs, rule.input) == rule.value) == rule.equal
}

// Mapping lists the types that can map a public address, sorted.
func Mapping() []string { return sortedKeys(mapsAddress) }

// Own tells whether a name must be that of a resource in the account: it has the form, or names are plain. ARNs of
// other accounts and of AWS's own roles are not, nor what AWS calls default.
func (t Target) Own(account, name string) bool {
	service, prefix, _ := strings.Cut(t.Form, ":")
	if strings.HasPrefix(name, "arn:") {
		parts := strings.SplitN(name, ":", 6)
		return len(parts) == 6 && parts[2] == service && parts[4] == account &&
			strings.HasPrefix(parts[5], prefix) && !strings.HasPrefix(parts[5], "role/aws-service-role/")
	}
	if t.Plain {
		return !strings.HasPrefix(name, "default")
	}
	digits, ok := strings.CutPrefix(name, t.Form)
	return ok && t.Form != "" && (len(digits) == 8 || len(digits) == 17) && strings.Trim(digits, hexDigits) == ""
}

const hexDigits = "0123456789abcdef"
