// Package traffic is the one model of the load: what a phase is built for and billed by. Stacks record it, components
// carry it, policies count with it.
package traffic

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"

	"github.com/ladder-iac/ladder/internal/phase"
)

// SecondsPerMonth are those of 730 hours, which AWS's monthly prices assume.
const SecondsPerMonth = 2_628_000

// Model is the load of a stack. Every usage line of a bill, the expected size of what scales by itself and the capacity
// follow from it. All bytes are on the wire.
type Model struct {
	Users          int     `json:"users"`          // registered
	PeakQPS        float64 `json:"peakQps"`        // requests a second at the peak of the day
	LoadFactor     float64 `json:"loadFactor"`     // mean by peak; above 0, at most 1
	RequestBytes   float64 `json:"requestBytes"`   // of a request
	ResponseBytes  float64 `json:"responseBytes"`  // of its answer
	WriteShare     float64 `json:"writeShare"`     // of the requests, 0 to 1
	EventShare     float64 `json:"eventShare"`     // of the writes, those that other services hear of, 0 to 1
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

// RequestsPerVCPU a second keep a Graviton processor busy by BusyShare [cost.md 3; docs/decisions/0013; to be measured
// under load].
const RequestsPerVCPU = 500

// BusyShare of a processor leaves room for the loss of a zone of three.
const BusyShare = 0.60

const (
	requestsPerUser = 100 // a day, from which the load factor of the phases follows [cost.md 3]

	// defaultLoadFactor is 100 requests a day of 100,000 users by phase 2's 1,000 a second, as in phases 3 and 4.
	defaultLoadFactor = 100_000 * requestsPerUser / 86_400.0 / 1_000

	// The app's own pages are about 10 KB. A browser keeps them until a release changes them: with one on most
	// working days, a user loads them some twenty times a month.
	pageBytes = 200e3

	// userShare of the writes are about users, of whom the service of items keeps a copy. Items are nobody else's.
	userShare = 0.2

	// fileBytes are pages and pictures behind a CDN [cost.md 3]. Before phase 4 there is none to give them out.
	fileBytes = 5e6
)

// Default is a phase's load at the mean of cost.md 3: 100 requests a user and day. Phase 1 has the same load factor,
// which makes 1,000. For a phase that is none it is empty, which Validate refuses.
func Default(number int) Model {
	own, known := map[int]struct{ hit, hops, static, dns, gb float64 }{
		1: {0, 1, pageBytes, 1000, 5},
		2: {0, 1, pageBytes, 50, 50},
		3: {0.85, 1, pageBytes, 50, 300},
		4: {0.85, 3, fileBytes, 100, 1000}, // gateway, mesh, service
	}[number]
	if !known {
		return Model{}
	}
	users := phase.Table[number-1].Users
	return Model{
		Users: users, PeakQPS: float64(phase.Table[number-1].PeakQPS), LoadFactor: defaultLoadFactor,
		RequestBytes: 1000, ResponseBytes: 3000, WriteShare: 0.10, EventShare: userShare,
		CacheHit: own.hit, QueriesPerRead: 2,
		LogSample: 0.10, LogBytes: 500, Hops: own.hops,
		StaticBytes: own.static, StaticRequests: 100, DNSQueries: own.dns,
		DatabaseGB: own.gb, S3GB: float64(users) * fileBytes / 1e9,
	}
}

// Override returns the model with the fields that a JSON object gives; an unknown field is a mistake.
func (m Model) Override(object []byte) (Model, error) {
	decoder := json.NewDecoder(strings.NewReader(string(object)))
	decoder.DisallowUnknownFields()
	changed := m
	err := decoder.Decode(&changed)
	if err == nil && decoder.More() {
		err = errors.New("got more than one object")
	}
	if err != nil {
		return m, fmt.Errorf("traffic: %w", err)
	}
	return changed, nil
}

// Fields are the names that a model has in JSON, in order.
func Fields() []string {
	var names []string
	for field := range reflect.TypeFor[Model]().Fields() {
		names = append(names, field.Tag.Get("json"))
	}
	return names
}

// MeanQPS is the load that usage is billed for.
func (m Model) MeanQPS() float64 { return m.PeakQPS * m.LoadFactor }

// Requests of a month.
func (m Model) Requests() float64 { return m.MeanQPS() * SecondsPerMonth }

// Validate returns every mistake at once.
func (m Model) Validate() error {
	var problems []error
	for _, mistake := range m.Mistakes() {
		problems = append(problems, fmt.Errorf("traffic: %s is %v; want %s", mistake.Field, mistake.Got, mistake.Want))
	}
	return errors.Join(problems...)
}

// Mistake is a field whose value makes no sense.
type Mistake struct {
	Field string // of the Model
	Got   float64
	Want  string
}

// Mistakes are all there are, in the order of the fields.
func (m Model) Mistakes() []Mistake {
	var found []Mistake
	check := func(field string, value float64, ok bool, want string) {
		if math.IsNaN(value) || math.IsInf(value, 0) || !ok {
			found = append(found, Mistake{field, value, want})
		}
	}
	const amount, share = "0 or more", "a share of 0 to 1"
	isShare := func(value float64) bool { return value >= 0 && value <= 1 }
	check("Users", float64(m.Users), m.Users >= 0, amount)
	check("PeakQPS", m.PeakQPS, m.PeakQPS > 0, "requests a second above 0, such as the phase's")
	check("LoadFactor", m.LoadFactor, m.LoadFactor > 0 && m.LoadFactor <= 1,
		"mean load by peak load, above 0 and at most 1; 0.1157 is 100 requests a user and day")
	check("RequestBytes", m.RequestBytes, m.RequestBytes >= 0, amount)
	check("ResponseBytes", m.ResponseBytes, m.ResponseBytes >= 0, amount)
	check("WriteShare", m.WriteShare, isShare(m.WriteShare), share)
	check("EventShare", m.EventShare, isShare(m.EventShare), share)
	check("CacheHit", m.CacheHit, isShare(m.CacheHit), share)
	check("QueriesPerRead", m.QueriesPerRead, m.QueriesPerRead >= 1, "1 or more")
	check("LogSample", m.LogSample, isShare(m.LogSample), share)
	check("LogBytes", m.LogBytes, m.LogBytes >= 0, amount)
	check("Hops", m.Hops, m.Hops >= 1, "1 or more")
	check("StaticBytes", m.StaticBytes, m.StaticBytes >= 0, amount)
	check("StaticRequests", m.StaticRequests, m.StaticRequests >= 0, amount)
	check("DNSQueries", m.DNSQueries, m.DNSQueries >= 0, amount)
	check("DatabaseGB", m.DatabaseGB, m.DatabaseGB >= 0, amount)
	check("S3GB", m.S3GB, m.S3GB >= 0, amount)
	return found
}
