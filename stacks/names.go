package stacks

// The logical names of what stands directly under a stack. They are a public contract: a name is part of the
// URN, so that a changed name deletes what it named. The same noun means the same thing in every phase.
const (
	nameProvider = "aws"
	nameKey      = "key"
	nameNetwork  = "net"
	nameDatabase = "db"       // credential of the database user; kept through all phases
	nameToken    = "token"    // key that signs users' tokens; kept through all phases
	nameRelease  = "release"  // the app's binary
	nameCanary   = "canary"   // another binary, on trial
	nameServer   = "server"   // stateful: the data volume and the backups
	namePostgres = "postgres" // stateful: RDS primary and replicas
	nameAurora   = "aurora"   // stateful: Aurora cluster
	nameCache    = "cache"
	nameTopology = "topology" // where the app finds its data
	nameApp      = "app"      // app servers that users reach directly
	nameWeb      = "web"      // load balancer and app servers behind it
	nameDNS      = "dns"
	nameMonitor  = "monitor"
	nameBudget   = "budget"

	nameObjective = "objective" // what the phase promises, for the policies
)
