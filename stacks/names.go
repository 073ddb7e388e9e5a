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

	// From phase 4 on; in the second region all names but the joint ones end in secondarySuffix.
	nameCluster     = "cluster"
	nameMesh        = "mesh"
	nameNamespace   = "namespace"
	nameEvents      = "events"  // stateful: what waits in the queues
	nameImage       = "image"   // the app's image, for both regions
	nameGlobal      = "global"  // stateful: joins the clusters of a service
	namePeering     = "peering" // joins the networks
	nameRegions     = "regions" // the name behind the name
	nameCDN         = "cdn"
	nameGateway     = "gateway"
	nameUserService = "user-service"
	nameDataService = "data-service"
	nameWebService  = "web-service"

	nameObjective = "objective" // what the phase promises, for the policies
)
