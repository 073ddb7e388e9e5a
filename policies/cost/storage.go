package cost

import (
	"fmt"
	"strconv"
	"strings"
)

// storage are the types that hold files and disks.
var storage = map[string]pricer{
	volumeType:    (*estimator).volumePrice,
	bucketType:    (*estimator).bucketPrice,
	bucketTypeNew: (*estimator).bucketPrice,
	"aws:dlm/lifecyclePolicy:LifecyclePolicy": (*estimator).snapshotsPrice,
	"aws:ecr/repository:Repository":           (*estimator).imagesPrice,
}

const (
	daysPerMonth = hoursPerMonth / 24.0
	freeMiBps    = 125 // of gp3
	// The most of a volume [Amazon EBS, larger and faster gp3, 2025-09].
	maxIOPS, maxMiBps = 80000, 2000
	// dayShare of a volume changes in a day: seven daily snapshots hold 1.3 times the volume [cost.md 4, phase 1].
	dayShare = 0.3 / 7

	// walBytes of write-ahead log for a write, compressed: pages are written whole after a checkpoint; an estimate.
	walBytes = 8000
	// walFiles a month at the least: archive_timeout is 5 minutes; a full file holds walFileBytes.
	walFiles, walFileBytes = 12 * hoursPerMonth, 16e6
	// baseShare of the database in a compressed base backup; an estimate.
	baseShare = 0.4
	// releaseGB that a release's binary takes, of which releases are kept; an estimate.
	releaseGB, releases = 0.05, 10
	// accessBytes of an ALB's log for a request, compressed as it is delivered; an estimate.
	accessBytes = 80
	// accessFiles a month: every node of the ALB writes one in 5 minutes, three of them on the average.
	accessFiles = 3 * 12 * hoursPerMonth
	imagesGB    = 10 // of container images [cost.md 4, phase 3]
)

// volumePrice is a volume with what it has beyond gp3's own.
func (e *estimator) volumePrice(it *item) {
	kind := e.text(it, "io2", "type")
	if kind == "" {
		kind = "gp2" // AWS's own choice
	}
	e.disk(it, "volume", e.number(it, imageGiB, maxGiB, "size"), kind, same(1))
	e.diskSpeed(it, it.Inputs, kind, same(1))
}

// diskSpeed is what volumes do beyond what is gp3's own; device is their part of the inputs.
func (e *estimator) diskSpeed(it *item, device map[string]any, kind string, count Amount) {
	iops, known := number(device, 0, "iops")
	if !known {
		e.unknown(it, "iops", maxIOPS)
		iops = maxIOPS
	}
	if kind != "gp3" {
		if iops > 0 {
			e.unpriced(it, "IOPS: the book has those of gp3 only, and this is "+strconv.Quote(kind))
		}
		return
	}
	speed, known := number(device, 0, "throughput")
	if !known {
		e.unknown(it, "throughput", maxMiBps)
		speed = maxMiBps
	}
	if above := iops - freeIOPS; above > 0 {
		e.fixed(it, "IOPS above those of gp3", "ebs", "EBS:VolumeP-IOPS.gp3", count.times(above))
	}
	if above := speed - freeMiBps; above > 0 {
		e.fixed(it, "throughput above that of gp3", "ebs", "EBS:VolumeP-Throughput.gp3", count.times(above))
	}
}

// snapshotsPrice is the snapshots of the volumes that bear a policy's tag: each volume once, and what changes a day.
func (e *estimator) snapshotsPrice(it *item) {
	tags, known := at(it.Inputs, "policyDetails", "targetTags")
	wanted, _ := tags.(map[string]any)
	volumes := e.tagged(wanted)
	if !known {
		e.unknown(it, "policyDetails.targetTags", "those of all volumes")
		volumes = e.kinds[volumeType]
	}
	var gib float64
	for _, volume := range volumes {
		size, ok := number(volume.Inputs, imageGiB, "size")
		if !ok {
			size = maxGiB
		}
		gib += size
	}
	var kept float64
	for _, schedule := range blocks(it.Inputs, "policyDetails", "schedules") {
		count, _ := number(schedule, 7, "retainRule", "count")
		kept += count
	}
	e.fixed(it, "snapshots", "ebs", "EBS:SnapshotUsage", same(gib*(1+dayShare*kept)))
}

// tagged are the volumes that bear one of the tags: a policy takes any.
func (e *estimator) tagged(wanted map[string]any) []*item {
	seen := map[string]bool{}
	var found []*item
	for key, value := range wanted {
		for _, volume := range e.volumes[fmt.Sprintf("%s=%v", key, value)] {
			if !seen[volume.URN] {
				seen[volume.URN] = true
				found = append(found, volume)
			}
		}
	}
	return found
}

var (
	storedTariff = tariff{Fixed, "stored in S3", "s3", "TimedStorage-ByteHrs"}
	putTariff    = tariff{Usage, "written to S3", "s3", "Requests-Tier1"}
)

// bucketPrice is what a bucket holds, as its rules and what writes into it tell. One of which nothing tells holds
// what servers and S3 exchange in a month.
func (e *estimator) bucketPrice(it *item) {
	var gb, files float64
	days := e.keptDays(it)
	t := e.traffic
	switch {
	case days["wal/"] > 0 || days["base/"] > 0:
		wal := t.writes() * walBytes
		gb = wal/bytesPerGB*days["wal/"]/daysPerMonth + t.DatabaseGB*baseShare*days["base/"]
		files = max(walFiles, wal/walFileBytes) + daysPerMonth
	case len(e.usedBy(it, objectType)) > 0:
		gb = releaseGB * releases * float64(len(e.usedBy(it, objectType)))
	case len(e.usedBy(it, distributionType)) > 0:
		gb = t.staticRequests() * accessBytes / bytesPerGB * days[""] / daysPerMonth
	case e.accessLogs(it):
		kept := days[""]
		if kept == 0 {
			kept = 12 * daysPerMonth // never deleted: a year's
		}
		gb = t.Requests() * accessBytes / bytesPerGB * kept / daysPerMonth / float64(e.logBuckets)
		files = accessFiles
	default:
		gb = t.S3GB
	}
	e.meter(it, storedTariff, same(gb))
	if files > 0 {
		e.meter(it, putTariff, same(files))
	}
}

// keptDays are how long a bucket keeps what is under a prefix, old versions included.
func (e *estimator) keptDays(it *item) map[string]float64 {
	days := map[string]float64{}
	for _, kind := range []string{lifecycleType, lifecycleTypeNew} {
		for _, lifecycle := range e.usedBy(it, kind) {
			for _, rule := range blocks(lifecycle.Inputs, "rules") {
				prefix, _ := text(rule, "filter", "prefix")
				expire, _ := number(rule, 0, "expiration", "days")
				noncurrent, _ := number(rule, 0, "noncurrentVersionExpiration", "noncurrentDays")
				if expire > 0 {
					days[prefix] = expire + noncurrent
				}
			}
		}
	}
	return days
}

// accessLogs says whether a load balancer writes into a bucket, whose name may come by way of its policy.
func (s *system) accessLogs(it *item) bool {
	const policyType = "aws:s3/bucketPolicy:BucketPolicy"
	for _, kind := range []string{balancerType, balancerTypeALB} {
		if len(s.usedBy(it, kind)) > 0 {
			return true
		}
		for _, policy := range s.usedBy(it, policyType) {
			if len(s.usedBy(policy, kind)) > 0 {
				return true
			}
		}
	}
	for _, policy := range s.usedBy(it, policyType) {
		document, _ := text(policy.Inputs, "policy")
		if strings.Contains(document, "logdelivery.elasticloadbalancing") {
			return true
		}
	}
	return false
}

func (e *estimator) imagesPrice(it *item) {
	e.fixed(it, "images", "ecr", "Storage private", same(imagesGB))
}
