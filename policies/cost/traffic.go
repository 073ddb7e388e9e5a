package cost

import (
	"errors"
	"fmt"
	"math"

	"github.com/ladder-iac/ladder/internal/phase"
)

const (
	hoursPerMonth    = 730
	secondsPerMonth  = 2_628_000 // 730 h
	bytesPerGB       = 1e9       // AWS bills 2^30: usage lines are some 7 % high [cost.md 3]
	peakHoursPerDay  = 2         // at the peak's load [cost.md 4, phase 4]
	requestsPerUser  = 100       // a day, from which the load factor of the phases follows [cost.md 3]
	defaultWriteRate = 0.10
)

// Traffic is the one model of the load, from which every usage line, the expected size of what scales by itself and
// the capacity follow. All bytes are on the wire.
type Traffic struct {
	Users          int     `json:"users"`          // registered
	PeakQPS        float64 `json:"peakQps"`        // requests a second at the peak of the day
	LoadFactor     float64 `json:"loadFactor"`     // mean by peak; above 0, at most 1
	RequestBytes   float64 `json:"requestBytes"`   // of a request
	ResponseBytes  float64 `json:"responseBytes"`  // of its answer
	WriteShare     float64 `json:"writeShare"`     // of the requests, 0 to 1
	CacheHit       float64 `json:"cacheHit"`       // of the reads, 0 to 1; counts only where there is a shared cache
	QueriesPerRead float64 `json:"queriesPerRead"` // of the database or the cache, at least 1
	LogSample      float64 `json:"logSample"`      // of the requests that are logged, 0 to 1
	LogBytes       float64 `json:"logBytes"`       // of one line for a request and hop
	Hops           float64 `json:"hops"`           // services that a request passes and each logs; at least 1
	StaticBytes    float64 `json:"staticBytes"`    // of pages and files for a user and month
	StaticRequests float64 `json:"staticRequests"` // for a user and month
	DNSQueries     float64 `json:"dnsQueries"`     // for a user and month
	DatabaseGB     float64 `json:"databaseGb"`     // what the database holds; billed where storage is not provisioned
	S3GB           float64 `json:"s3Gb"`           // between servers and S3 a month; NAT bills it without an endpoint
}

// DefaultTraffic is a phase's load at the mean of cost.md 3: 100 requests a user and day. Phase 1 has the same load
// factor, which makes 1,000. For a phase that is none it is empty, which Validate refuses.
func DefaultTraffic(number int) Traffic {
	own, known := map[int]struct{ hit, hops, dns, gb float64 }{
		1: {0, 1, 1000, 5},
		2: {0, 1, 50, 50},
		3: {0.85, 1, 50, 300},
		4: {0.85, 3, 100, 1000}, // gateway, mesh, service
	}[number]
	if !known {
		return Traffic{}
	}
	users := phase.Table[number-1].Users
	return Traffic{
		Users: users, PeakQPS: float64(phase.Table[number-1].PeakQPS), LoadFactor: defaultLoadFactor,
		RequestBytes: 1000, ResponseBytes: 3000, WriteShare: defaultWriteRate,
		CacheHit: own.hit, QueriesPerRead: 2,
		LogSample: 0.10, LogBytes: 500, Hops: own.hops,
		StaticBytes: 5e6, StaticRequests: 100, DNSQueries: own.dns,
		DatabaseGB: own.gb, S3GB: float64(users) * 5e6 / bytesPerGB,
	}
}

// defaultLoadFactor is 100 requests a day of 100,000 users by phase 2's 1,000 a second, as in phases 3 and 4.
const defaultLoadFactor = 100_000 * requestsPerUser / 86_400.0 / 1_000

// Validate returns every mistake at once.
func (t Traffic) Validate() error {
	var problems []error
	check := func(field string, value float64, ok bool, want string) {
		if math.IsNaN(value) || math.IsInf(value, 0) || !ok {
			problems = append(problems, fmt.Errorf("traffic: %s is %v; want %s", field, value, want))
		}
	}
	check("Users", float64(t.Users), t.Users >= 0, "0 or more")
	check("PeakQPS", t.PeakQPS, t.PeakQPS > 0, "requests a second above 0, such as the phase's")
	check("LoadFactor", t.LoadFactor, t.LoadFactor > 0 && t.LoadFactor <= 1,
		"mean load by peak load, above 0 and at most 1; 0.1157 is 100 requests a user and day")
	for _, share := range []struct {
		field string
		value float64
	}{{"WriteShare", t.WriteShare}, {"CacheHit", t.CacheHit}, {"LogSample", t.LogSample}} {
		check(share.field, share.value, share.value >= 0 && share.value <= 1, "a share of 0 to 1")
	}
	check("QueriesPerRead", t.QueriesPerRead, t.QueriesPerRead >= 1, "1 or more")
	check("Hops", t.Hops, t.Hops >= 1, "1 or more")
	for _, amount := range []struct {
		field string
		value float64
	}{
		{"RequestBytes", t.RequestBytes},
		{"ResponseBytes", t.ResponseBytes},
		{"LogBytes", t.LogBytes},
		{"StaticBytes", t.StaticBytes},
		{"StaticRequests", t.StaticRequests},
		{"DNSQueries", t.DNSQueries},
		{"DatabaseGB", t.DatabaseGB},
		{"S3GB", t.S3GB},
	} {
		check(amount.field, amount.value, amount.value >= 0, "0 or more")
	}
	return errors.Join(problems...)
}

// MeanQPS is the load that usage is billed for.
func (t Traffic) MeanQPS() float64 { return t.PeakQPS * t.LoadFactor }

// Requests of a month.
func (t Traffic) Requests() float64 { return t.MeanQPS() * secondsPerMonth }

func (t Traffic) reads() float64  { return t.Requests() * (1 - t.WriteShare) }
func (t Traffic) writes() float64 { return t.Requests() * t.WriteShare }

// exchange is what a request and its answer weigh.
func (t Traffic) exchange() float64 { return t.RequestBytes + t.ResponseBytes }

func (t Traffic) responseGB() float64 { return t.Requests() * t.ResponseBytes / bytesPerGB }
func (t Traffic) exchangeGB() float64 { return t.Requests() * t.exchange() / bytesPerGB }
func (t Traffic) logGB() float64 {
	return t.Requests() * t.Hops * t.LogSample * t.LogBytes / bytesPerGB
}
func (t Traffic) staticGB() float64       { return float64(t.Users) * t.StaticBytes / bytesPerGB }
func (t Traffic) staticRequests() float64 { return float64(t.Users) * t.StaticRequests }

// miss is the share of the reads that reach the database.
func (t Traffic) miss(cached bool) float64 {
	if cached {
		return 1 - t.CacheHit
	}
	return 1
}

// peakHours of a day; the rest of the load is spread over the others.
func (t Traffic) peakHours() float64 { return min(peakHoursPerDay, 24*t.LoadFactor) }

// quietQPS is the load outside the hours at the peak.
func (t Traffic) quietQPS() float64 {
	return t.PeakQPS * (24*t.LoadFactor - t.peakHours()) / (24 - t.peakHours())
}

// meanOver is the mean over a day of what is one at the peak and another in the quiet hours.
func (t Traffic) meanOver(atPeak, quiet float64) float64 {
	return (t.peakHours()*atPeak + (24-t.peakHours())*quiet) / 24
}
