package cost

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// databases are the types of RDS and Aurora.
var databases = map[string]pricer{
	databaseType:          (*estimator).databasePrice,
	memberType:            (*estimator).memberPrice,
	clusterType:           (*estimator).clusterPrice,
	globalType:            (*estimator).globalPrice,
	scalingType:           (*estimator).scalingPrice,
	"aws:rds/proxy:Proxy": (*estimator).proxyPrice,
}

const (
	single, twice = "InstanceUsage:", "Multi-AZUsage:"
	freeIOPS      = 3000 // of gp3; four times as many from largeGiBOfRDS on
	largeRDSGiB   = 400  // [Amazon RDS User Guide, DB instance storage, 2026-09]
	maxRDSGiB     = 65536
	insightsDays  = 7 // of Performance Insights are free
	// monitoringGB of logs a month from enhanced monitoring at 60 s: 43,800 documents of 6 KB; an estimate.
	monitoringGB = 0.26
	// writesPerTxn are replicated to each secondary region of a global database [cost.md 4, phase 4].
	writesPerTxn = 2
	// replicatedBytes of the log go to each secondary region for a write [cost.md 4, phase 4: 14 TB for 3.04 billion].
	replicatedBytes = 4600
)

// databasePrice is an instance of RDS for PostgreSQL with its standby and its storage. Backups up to the size of the
// storage are free, and a week of changes stays below it.
func (e *estimator) databasePrice(it *item) {
	d := e.byStore[it.URN]
	// Without an engine it is, or was until it was promoted, a replica of one that has it.
	promoted := it.Inputs["engine"] == nil && it.Inputs["username"] == nil && it.Inputs["snapshotIdentifier"] == nil
	if engine := e.text(it, "postgres", "engine"); engine != "postgres" && (engine != "" || !d.reader && !promoted) {
		e.unpriced(it, "the book has RDS for PostgreSQL only, and this is "+strconv.Quote(engine))
		return
	}
	class, ok := e.class(it, "rds-postgres", single, "instanceClass")
	if !ok {
		e.unpriced(it, "its class is not known, and the book has none to take instead")
		return
	}
	standby := e.flag(it, "multiAz")
	e.databaseHours(it, class, standby)
	e.databaseStorage(it, standby)
	h := parse(class)
	if h.burstable { // RDS runs them without a limit, and bills what is above the baseline
		if p, ok := e.rate(it, "rds", "CPUCredits:db."+h.family); ok {
			e.charge(it, Usage, "processor credits above the baseline", e.surplus(h, func(qps float64) float64 {
				return e.busyStore(d, qps)
			}), p)
		}
	}
	vcpus := h.vcpus
	if standby {
		vcpus *= 2
	}
	e.support(it, e.major(it), vcpus)
	e.insights(it, h.vcpus)
}

// databaseHours of an instance. Two zones cost twice one, where the book has no row for them.
func (e *estimator) databaseHours(it *item, class string, standby bool) {
	if !standby {
		e.fixed(it, "RDS "+class, "rds-postgres", single+class, same(1))
		return
	}
	if p, err := e.lookup("rds-postgres", twice+class, it.region); err == nil {
		e.charge(it, Fixed, "RDS "+class+" in two zones", same(1), p)
		return
	}
	e.fixed(it, "RDS "+class+" in two zones", "rds-postgres", single+class, same(2))
}

// databaseStorage may grow by itself, and never shrinks.
func (e *estimator) databaseStorage(it *item, standby bool) {
	key, iops := "RDS:GP3-Storage", "RDS:GP3-PIOPS"
	if standby {
		key, iops = "RDS:Multi-AZ-GP3-Storage", "RDS:Multi-AZ-GP3-PIOPS"
	}
	if kind := e.text(it, "gp3", "storageType"); kind != "gp3" && kind != "" {
		e.unpriced(it, "storage: the book has gp3 only, and this is "+strconv.Quote(kind))
		return
	}
	gib := e.number(it, e.sourceGiB(it), maxRDSGiB, "allocatedStorage")
	if gib == 0 {
		e.unpriced(it, "storage: its size is not among its inputs, nor its source among the resources")
		return
	}
	most := max(gib, e.number(it, gib, maxRDSGiB, "maxAllocatedStorage"))
	e.fixed(it, "storage", "rds", key, Amount{gib, gib, most})
	free := float64(freeIOPS)
	if gib >= largeRDSGiB {
		free *= 4
	}
	if above := e.number(it, 0, 64000, "iops") - free; above > 0 {
		e.fixed(it, "IOPS above those of gp3", "rds", iops, same(above))
	}
}

// sourceGiB is what a replica has that does not say how much.
func (e *estimator) sourceGiB(it *item) float64 {
	for _, source := range e.needs(it, databaseType) {
		gib, _ := number(source.Inputs, 0, "allocatedStorage")
		return gib
	}
	return 0
}

// memberPrice is an instance of an Aurora cluster.
func (e *estimator) memberPrice(it *item) {
	class, ok := e.class(it, "aurora-postgres", single, "instanceClass")
	if !ok {
		e.unpriced(it, "its class is not known, and the book has none to take instead")
		return
	}
	h := parse(class)
	cluster := e.clusterOf(it)
	if class == "db.serverless" {
		e.serverlessPrice(it, cluster)
	} else {
		e.memberHours(it, "Aurora "+class, class, cluster, same(1))
	}
	if cluster != nil {
		e.support(it, e.major(cluster), h.vcpus)
	}
	e.insights(it, h.vcpus)
}

func (e *estimator) memberHours(it *item, what, class string, cluster *item, count Amount) {
	if !e.optimized(cluster) {
		e.fixed(it, what, "aurora-postgres", single+class, count)
		return
	}
	if surcharge, ok := e.rate(it, "aurora-postgres", "I/O-Optimized multiplier"); ok {
		e.fixed(it, what+", I/O-Optimized", "aurora-postgres", single+class, count, surcharge.USD)
	}
}

// optimized says whether a cluster's instances are dearer and its I/O free.
func (e *estimator) optimized(cluster *item) bool {
	if cluster == nil {
		return false
	}
	kind, known := text(cluster.Inputs, "storageType")
	return kind == "aurora-iopt1" || !known
}

// serverlessPrice is by capacity units, of 2 GiB and a quarter of a vCPU each [Aurora User Guide, 2026-09].
func (e *estimator) serverlessPrice(it, cluster *item) {
	key, inputs := "ServerlessV2Usage", map[string]any(nil)
	if e.optimized(cluster) {
		key = "ServerlessV2IOOptimizedUsage"
	}
	if cluster != nil {
		value, _ := at(cluster.Inputs, "serverlessv2ScalingConfiguration")
		inputs, _ = value.(map[string]any)
	}
	least, most := bounds(inputs, 256, "minCapacity", "maxCapacity")
	t, d := e.traffic, e.byStore[it.URN]
	seconds := e.writerSeconds(len(e.caches) > 0)
	if d.reader {
		seconds = e.readSeconds(len(e.caches) > 0)
	}
	units := func(qps float64) float64 { return min(max(4*qps*seconds/busyShare, least), most) }
	mean := t.meanOver(units(t.PeakQPS), units(t.quietQPS()))
	e.fixed(it, "Aurora Serverless v2", "aurora-postgres", key, Amount{least, mean, most})
}

// databases that are not copies of another region's.
func (e *estimator) databases() int {
	own := 0
	for _, cluster := range e.kinds[clusterType] {
		if len(e.needs(cluster, globalType)) == 0 {
			own++
		}
	}
	return max(1, own)
}

// clusterPrice is a cluster's storage and what it reads and writes there. One day of backups is free; of several, all
// count as one copy.
func (e *estimator) clusterPrice(it *item) {
	if engine := e.text(it, "aurora-postgresql", "engine"); engine != "aurora-postgresql" {
		e.unpriced(it, "the book has Aurora PostgreSQL only, and this is "+strconv.Quote(engine))
		return
	}
	share := 1 / float64(len(e.kinds[clusterType]))
	gb := same(e.traffic.DatabaseGB / float64(e.databases()))
	key := "Aurora:StorageUsage"
	if e.optimized(it) {
		key = "Aurora:IO-OptimizedStorageUsage"
	}
	e.fixed(it, "storage", "aurora", key, gb)
	if e.number(it, 1, 35, "backupRetentionPeriod") > 1 {
		e.fixed(it, "backups", "aurora", "Aurora:BackupUsage", gb)
	}
	if e.optimized(it) {
		return
	}
	if p, ok := e.rate(it, "aurora", "Aurora:StorageIOUsage"); ok {
		io := e.traffic.Requests() * e.storageIO(len(e.caches) > 0) * share
		e.charge(it, Usage, "I/O of the storage", same(io), p)
	}
}

// scalingPrice is the readers that autoscaling adds to those that are there.
func (e *estimator) scalingPrice(it *item) {
	if service := e.text(it, "rds", "serviceNamespace"); service != "rds" {
		e.free(it, "what it scales is priced by itself")
		return
	}
	members := e.needs(it, memberType)
	if len(members) == 0 {
		e.unpriced(it, "none of the instances that it adds to is among the resources")
		return
	}
	like := e.byStore[members[0].URN]
	if _, known := number(it.Inputs, 0, "maxCapacity"); !known {
		e.unknown(it, "maxCapacity", "the readers that are there")
	}
	e.memberHours(it, "readers added, Aurora "+like.class, like.class, e.clusterOf(like.item), like.extra)
}

// globalPrice is what is written again in the other region. Several divide the writes, as each is a service's own.
func (e *estimator) globalPrice(it *item) {
	if p, ok := e.rate(it, "aurora", "Aurora:ReplicatedWriteIO"); ok {
		e.charge(it, Usage, "writes to the other region",
			same(e.traffic.writes()*writesPerTxn/float64(len(e.kinds[globalType]))), p)
	}
	e.interRegion(it, "log to the other region", e.traffic.writes()*replicatedBytes/float64(len(e.kinds[globalType])))
}

// proxyPrice is by the vCPUs of what it stands before, at least two. Which that is, is not among its inputs: the
// largest.
func (e *estimator) proxyPrice(it *item) {
	e.fixed(it, "RDS Proxy, by vCPU", "rds", "RDS:ProxyUsage", same(max(2, e.widest)))
}

// insights are what is measured of an instance beyond what is free.
func (e *estimator) insights(it *item, vcpus float64) {
	if e.number(it, insightsDays, insightsDays+1, "performanceInsightsRetentionPeriod") > insightsDays {
		e.fixed(it, "Database Insights, by vCPU", "rds", "Database Insights Advanced", same(vcpus))
	}
	if every := e.number(it, 0, 1, "monitoringInterval"); every > 0 {
		e.meter(it, logTariff, same(monitoringGB*60/every))
	}
}

// standardSupport of PostgreSQL on RDS and Aurora ends at the end of February: major to year
// [Amazon RDS User Guide, Release calendars for PostgreSQL, 2026-09].
var standardSupport = map[int]int{11: 2024, 12: 2025, 13: 2026, 14: 2027, 15: 2028, 16: 2029, 17: 2030}

// major of an instance's PostgreSQL; a replica has its primary's. 0 for one that is not known.
func (e *estimator) major(it *item) int {
	version, _ := text(it.Inputs, "engineVersion")
	if version == "" {
		for _, primary := range e.needs(it, databaseType) {
			version, _ = text(primary.Inputs, "engineVersion")
		}
	}
	major, _, _ := strings.Cut(version, ".")
	number, err := strconv.Atoi(major)
	if err != nil {
		return 0 // without a version AWS takes one in standard support
	}
	return number
}

// support adds what AWS asks for a major that is past its time, for two years at one price and then at another.
func (e *estimator) support(it *item, major int, vcpus float64) {
	year, ends := standardSupport[major]
	if major == 0 || !ends && major > 17 {
		return
	}
	if !ends {
		year = 2023 // older than any in the table
	}
	end := time.Date(year, time.March, 1, 0, 0, 0, 0, time.UTC)
	if e.on.Before(end) {
		return
	}
	key := "Extended Support year 1-2"
	if !e.on.Before(end.AddDate(2, 0, 0)) {
		key = "Extended Support year 3"
	}
	e.fixed(it, "Extended Support of PostgreSQL "+strconv.Itoa(major)+", by vCPU", "rds", key, same(vcpus))
}

// maxConnections is a safe estimate of PostgreSQL's: memory / 9,531,392 bytes, at most 5,000, of the three quarters
// that RDS's own processes leave [Amazon RDS User Guide, Maximum number of database connections, 2026-09].
func maxConnections(memoryGiB float64) float64 {
	return math.Floor(min(0.75*memoryGiB*(1<<30)/9_531_392, 5000))
}
