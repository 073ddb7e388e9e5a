package cost

import (
	"regexp"
	"strconv"
)

// hardware is what an instance type, class or node type has.
type hardware struct {
	vcpus     float64
	memoryGiB float64
	burstable bool
	baseline  float64 // vCPUs that a burstable one sustains
	family    string  // e.g. "t4g"
}

// classPattern reads c7g.large, db.r7g.xlarge and cache.m7g.large alike.
var classPattern = regexp.MustCompile(
	`^(?:db\.|cache\.)?(([a-z])[a-z]*\d[a-z0-9-]*)\.(nano|micro|small|medium|large|(\d*)xlarge)$`,
)

// largeGiB is the memory of a large of a series; it doubles with the size [Amazon EC2 Instance Types Guide, 2026-09].
var largeGiB = map[string]float64{"t": 8, "m": 8, "c": 4, "r": 16, "x": 32}

// burstShare is the baseline of a vCPU of T3 and T4g [Amazon EC2 User Guide, CPU credits for burstable instances].
var burstShare = map[string]float64{"nano": 0.05, "micro": 0.10, "small": 0.20, "medium": 0.20, "large": 0.30}

// sizeOf are the sizes in large ones.
var sizeOf = map[string]float64{"nano": 1. / 16, "micro": 1. / 8, "small": 1. / 4, "medium": 1. / 2, "large": 1}

// parse reads a type's name; what is none has nothing.
func parse(class string) hardware {
	match := classPattern.FindStringSubmatch(class)
	if match == nil {
		return hardware{}
	}
	series, size := match[2], match[3]
	larges, small := sizeOf[size]
	if !small {
		times := 1.0
		if match[4] != "" {
			times, _ = strconv.ParseFloat(match[4], 64) // the pattern lets digits through only
		}
		larges = 2 * times
	}
	h := hardware{family: match[1], vcpus: 2 * larges, memoryGiB: largeGiB[series] * larges, burstable: series == "t"}
	if h.burstable {
		h.vcpus = max(2, h.vcpus) // the small ones have two as well
		share, some := burstShare[size]
		if !some {
			share = 0.40
		}
		h.baseline = share * h.vcpus
	}
	return h
}
