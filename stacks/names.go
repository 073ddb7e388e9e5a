package stacks

// The logical names of what stands directly under a stack. They are a public contract: a name is part of the
// URN, so that a changed name deletes what it named. The same noun means the same thing in every phase.
const (
	nameProvider = "aws"
	nameKey      = "key"
	nameNetwork  = "net"
	nameDatabase = "db"      // credential of the database user; kept through all phases
	nameRelease  = "release" // the app's binary
	nameServer   = "server"  // stateful: the data volume and the backups
	nameDNS      = "dns"
	nameMonitor  = "monitor"
	nameBudget   = "budget"
)
