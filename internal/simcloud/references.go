package simcloud

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/ladder-iac/ladder/internal/facts"
)

// missing refuses a resource that names what does not exist, all mistakes at once. AWS looks only at what is
// new: names that were there before the update are not asked for again.
func (s store) missing(realm, doing string, r record, before resource.PropertyMap) error {
	typ, err := facts.Lookup(r.Type)
	if err != nil {
		return nil //nolint:nilerr // a state of another version: what is not known names nothing
	}
	known := map[string]bool{}
	for _, named := range typ.References(before) {
		known[named.Value] = true
	}
	var errs []error
	for _, named := range typ.References(r.inputs) {
		target := targetOf(named.To)
		if known[named.Value] || !target.Own(Account, named.Value) || s.find(realm, named, target) {
			continue
		}
		errs = append(errs, fmt.Errorf("%s; %s: got %q, want the name of an %s that exists: create that first",
			target.Missing.String(named.Value), named.Property, named.Value, named.To))
	}
	if before == nil {
		errs = append(errs, s.absent(realm, typ, r)...)
		errs = append(errs, s.unfit(realm, r)...)
	}
	if len(errs) == 0 {
		return nil
	}
	return status.Errorf(codes.FailedPrecondition, "%s %s: %s", doing, subject(resource.URN(r.URN)), errors.Join(errs...))
}

// find tells whether a name is that of a resource that exists. An ARN says itself in which region.
func (s store) find(realm string, named facts.Named, target facts.Target) bool {
	realms := s.realmsOf(realm, named)
	told := slices.Clone(target.Also)
	for _, by := range target.By {
		told = append(told, facts.Output{Type: named.To, Path: by})
	}
	for _, realm := range realms {
		for _, output := range told {
			for _, r := range s.ofType(realmOf(realm, output.Type), output.Type) {
				if !r.gone() && facts.Text(r.outputs, output.Path) == named.Value {
					return true
				}
			}
		}
	}
	return false
}

// realmsOf lists where what a resource of the realm names may lie.
func (s store) realmsOf(realm string, named facts.Named) []string {
	if isKubernetes(realm) && !isKubernetes(named.To) { // an object names what is in the region of its cluster
		_, region, ok := s.clusterOf(realm)
		if !ok {
			return nil
		}
		realm = region
	}
	if parts := strings.Split(named.Value, ":"); len(parts) > 3 && parts[3] != "" {
		return []string{path.Join(path.Dir(realm), parts[3])}
	}
	if named.Elsewhere {
		return s.realms(path.Dir(realm))
	}
	return []string{realm}
}

// holder is why a resource cannot be deleted: another one, and what it says.
type holder struct {
	by      record
	says    string
	refusal facts.Refusal // empty for what the held type says
}

// held refuses the deletion of a resource that is protected, or that others use.
func (s store) held(realm string, r record) error {
	typ, err := facts.Lookup(r.Type)
	if err != nil {
		return nil //nolint:nilerr // a state of another version: what is not known is not held
	}
	doing := "deleting " + subject(resource.URN(r.URN))
	if p, ok := typ.Protection(); ok && facts.Text(r.outputs, p.Property) == "true" {
		return status.Errorf(codes.FailedPrecondition, "%s: %s; %s: got true, want false: set it and run up, then delete",
			doing, p.Refusal.String(r.ID), p.Property)
	}
	holders := s.holders(realm, r)
	if len(holders) == 0 {
		return nil
	}
	const most = 3
	var by []string
	for _, h := range holders[:min(most, len(holders))] {
		by = append(by, subject(resource.URN(h.by.URN))+" has "+h.says)
	}
	if more := len(holders) - most; more > 0 {
		by = append(by, fmt.Sprintf("and %d more", more))
	}
	refusal := targetOf(r.Type).InUse
	if holders[0].refusal.Code != "" {
		refusal = holders[0].refusal
	}
	return status.Errorf(codes.FailedPrecondition, "%s: %s; %s; want each of them deleted first, or naming another",
		doing, refusal.String(r.ID), strings.Join(by, ", "))
}

// holders finds what stands in the way of r's deletion.
func (s store) holders(realm string, r record) []holder {
	var found []holder
	for _, m := range s.mentions(realm, r) {
		says := fmt.Sprintf("%s %q", m.Property, m.Value)
		switch {
		case m.Hold == facts.Uses && (m.Unless == "" || facts.Text(r.outputs, m.Unless) != "true"):
			found = append(found, holder{m.by, says, m.Says})
		case m.Hold == facts.Passes:
			for _, user := range s.mentions(realm, m.by) {
				says := fmt.Sprintf("%s %q, which has %s", user.Property, user.Value, says)
				found = append(found, holder{by: user.by, says: says})
			}
		}
	}
	switch r.Type {
	case internetGateway:
		found = append(found, s.mapping(realm, facts.Text(r.outputs, "vpcId"))...)
	case globalCluster:
		found = append(found, s.source(r)...)
	case databaseCluster:
		found = append(found, s.secondaries(realm, r)...)
	}
	return found
}

// mention is a reference to a resource, with who makes it.
type mention struct {
	facts.Named
	by record
}

// mentions lists who names r now. What belongs to r, as a rule to its group, is left out with all its references.
func (s store) mentions(realm string, r record) []mention {
	var names []string
	for _, by := range targetOf(r.Type).By {
		names = append(names, facts.Text(r.outputs, by))
	}
	var all []mention
	for _, from := range facts.Naming(r.Type) {
		typ, err := facts.Lookup(from)
		if err != nil {
			continue // the facts' own test holds that every type of the table is known
		}
		for _, other := range s.naming(realm, r.Type, from) {
			if other.path == r.path || other.gone() {
				continue
			}
			mine := slices.DeleteFunc(typ.References(other.outputs), func(n facts.Named) bool {
				return n.To != r.Type || !slices.Contains(names, n.Value) ||
					n.While != "" && facts.Text(other.outputs, n.While) == "0"
			})
			if slices.ContainsFunc(mine, func(n facts.Named) bool { return n.Hold == facts.Uses }) &&
				slices.ContainsFunc(mine, func(n facts.Named) bool { return n.Hold == facts.Belongs }) {
				continue
			}
			for _, n := range mine {
				all = append(all, mention{n, other})
			}
		}
	}
	return all
}

// naming returns the resources of a type that may name one of the type target: those of the same region, those of
// all when the target has none or may be named from any, and those of all clusters.
func (s store) naming(realm, target, typ string) []record {
	var realms []string
	switch inRealm := realmOf(realm, typ); {
	case isKubernetes(typ) && !isKubernetes(target):
		realms = s.realms(kubernetes)
	case inRealm != realm: // all regions share it
		realms = []string{inRealm}
	case realmOf(realm, target) == realm && !facts.Anywhere(typ, target):
		realms = []string{realm}
	default:
		realms = s.realms(path.Dir(realm))
	}
	var all []record
	for _, realm := range realms {
		all = append(all, s.ofType(realm, typ)...)
	}
	return all
}

// realms lists the regions of an account, or all clusters.
func (s store) realms(parent string) []string {
	folders, _ := filepath.Glob(filepath.Join(globQuote(filepath.Join(s.dir, parent)), "*"))
	realms := make([]string, len(folders))
	for i, folder := range folders {
		realms[i] = path.Join(parent, filepath.Base(folder))
	}
	return realms
}

const (
	internetGateway = "aws:ec2/internetGateway:InternetGateway"
	vpc             = "aws:ec2/vpc:Vpc"
)

// mapping lists what maps a public address into a VPC.
func (s store) mapping(realm, id string) []holder {
	var found []holder
	for _, token := range facts.Mapping() {
		typ, err := facts.Lookup(token)
		if err != nil {
			continue // as in mentions
		}
		for _, r := range s.ofType(realm, token) {
			if typ.MapsAddress(r.inputs) && s.vpcOf(realm, typ, r) == id {
				found = append(found, holder{by: r, says: fmt.Sprintf("a public address in %q", id)})
			}
		}
	}
	return found
}

// vpcOf finds the VPC in which a resource stands, through the machine or the subnet that it names; "" when it
// names none.
func (s store) vpcOf(realm string, typ *facts.Type, r record) string {
	for _, named := range typ.References(r.outputs) {
		switch named.To {
		case vpc:
			return named.Value
		case "aws:ec2/subnet:Subnet", "aws:ec2/instance:Instance":
			next, err := facts.Lookup(named.To)
			if err != nil {
				continue // as in mentions
			}
			if stands, ok, _ := s.read(realm, named.To, named.Value, nil); ok {
				return s.vpcOf(realm, next, stands)
			}
		}
	}
	return ""
}

// targetOf says how others name resources of a type; nothing names one without an entry.
func targetOf(token string) facts.Target {
	typ, err := facts.Lookup(token)
	if err != nil {
		return facts.Target{}
	}
	target, _ := typ.Target()
	return target
}
