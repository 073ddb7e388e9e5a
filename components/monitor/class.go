package monitor

import (
	"regexp"
	"strconv"
)

var classPattern = regexp.MustCompile(`^db\.([tmrx])\d[a-z]*\.(micro|small|medium|large|(\d*)xlarge)$`)

// largeGiB is the memory of a large class of a series; a size doubles with each step
// [Amazon RDS User Guide, Hardware specifications for DB instance classes, 2026-09].
var largeGiB = map[string]float64{"t": 8, "m": 8, "r": 16, "x": 32}

// memoryGiB of an RDS class such as db.m7g.large; 0 for what is none.
func memoryGiB(class string) float64 {
	match := classPattern.FindStringSubmatch(class)
	if match == nil {
		return 0
	}
	switch series, size := match[1], match[2]; size {
	case "micro", "small", "medium":
		if series != "t" {
			return 0
		}
		return map[string]float64{"micro": 1, "small": 2, "medium": 4}[size]
	case "large":
		return largeGiB[series]
	default:
		times := 1
		if match[3] != "" {
			times, _ = strconv.Atoi(match[3]) // the pattern lets digits through only
		}
		return largeGiB[series] * 2 * float64(times)
	}
}

const gib = 1 << 30

// maxConnections is a safe estimate of max_connections. The default is memory / 9,531,392 bytes, at most 5,000, of
// what RDS's own processes leave: three quarters for the smallest class, more for others
// [Amazon RDS User Guide, Maximum number of database connections, 2026-09].
func maxConnections(class string) int { return min(int(0.75*memoryGiB(class)*gib/9_531_392), 5000) }

// iops of gp3 storage under PostgreSQL: from 400 GiB on RDS joins four volumes
// [Amazon RDS User Guide, DB instance storage, 2026-09].
func iops(storageGiB int) int {
	if storageGiB >= 400 {
		return 4 * gp3IOPS
	}
	return gp3IOPS
}

func burstable(class string) bool { return len(class) > 3 && class[3] == 't' }
