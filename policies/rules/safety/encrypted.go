package safety

import (
	"strings"

	"github.com/ladder-iac/ladder/policies/rule"
)

// encrypted wants a flag to be set.
func encrypted(s *rule.Scene, b rule.Block, path ...string) []rule.Finding {
	if b.Flag(path...) || s.Unknown() {
		return nil
	}
	return s.Wrong(strings.Join(path, "."), b.Value(path...), "true")
}

// ownKeyGiven wants a key of the account's own in place of the service's.
func ownKeyGiven(s *rule.Scene, field string) []rule.Finding {
	key := s.Text(field)
	if s.Unknown() || key != "" && !strings.Contains(key, "alias/aws/") {
		return nil
	}
	return s.Wrong(field, s.Value(field), "the stack's key")
}

// copied says whether a database is a copy, which has key, password and backups of its source. The first cluster of a
// Global Database is none: it has users of its own, or a snapshot's.
func copied(s *rule.Scene) bool {
	first := s.Given("masterUsername") || s.Given("snapshotIdentifier")
	return s.Given("replicateSourceDb") || s.Given("replicationSourceIdentifier") ||
		s.Given("globalClusterIdentifier") && !first
}
