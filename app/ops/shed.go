package ops

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/failsafe-go/failsafe-go/adaptivelimiter"

	"github.com/ladder-iac/ladder/app/api"
	"github.com/ladder-iac/ladder/app/web"
)

// priority is how much a request matters when not all can be served.
type priority int

const (
	low priority = iota
	normal
	high
	priorities
)

// names of the priorities, and up to how many times the limit each is let in. None is below the limit: the limiter
// takes a limit that is never reached for one that may grow, and would let in more and more of what it cannot answer.
var (
	names  = [priorities]string{"low", "normal", "high"}
	shares = [priorities]float64{1, 1.2, 1.4}
)

const (
	sampleTime    = 250 * time.Millisecond // between two looks at the limit
	sampleMaxTime = 5 * time.Second
	samples       = 20 // that a look needs at least
	headroom      = 5  // times the requests in flight: how far the limit rises while nothing is slow

	// What is refused now is asked again soon: a queue has room again within a second.
	comeBack = time.Second
)

// ShedLimits bound how many requests a process works on at once. Between the two it finds out by itself.
type ShedLimits struct {
	Min int // bursts of so many are always let in; default 32
	Max int // default 1000
	// Time is how long what is let in may take while more is asked than can be answered; half of the objective leaves
	// room for what is not even. Default 100 ms.
	Time time.Duration
}

// Shedder refuses what the process could not answer in time, before any work is done for it.
type Shedder struct {
	limits   ShedLimits
	limiter  adaptivelimiter.AdaptiveLimiter[any]
	inside   atomic.Int64 // requests that were let in, with or without a permit of the limiter
	answered atomic.Int64 // since the last look
	looked   time.Time    // last; the limiter's lock guards it
	shed     [priorities]atomic.Int64
}

// NewShedder returns a shedder.
func NewShedder(limits ShedLimits) *Shedder {
	if limits.Min == 0 {
		limits.Min = 32
	}
	if limits.Max == 0 {
		limits.Max = max(1000, limits.Min)
	}
	if limits.Time == 0 {
		limits.Time = 100 * time.Millisecond
	}
	s := &Shedder{limits: limits, looked: time.Now()}
	least, most := uint(limits.Min), uint(limits.Max)
	s.limiter = adaptivelimiter.NewBuilder[any]().
		WithLimits(least, most, min(most, 2*least)).
		WithRecentWindow(sampleTime, sampleMaxTime, samples).
		WithMaxLimitFunc(s.most).
		Build()
	return s
}

// most bounds the limit at each look. The limiter compares times with earlier ones, and so gets used to slow ones when
// an overload lasts. Here the objective counts: at a rate of answers, so many in flight take so long [Little's law].
func (s *Shedder) most(inFlight int) float64 {
	now, answered := time.Now(), s.answered.Swap(0)
	elapsed := now.Sub(s.looked)
	s.looked = now
	bound := headroom * float64(inFlight)
	if elapsed <= 0 || s.limiter.CanAcquirePermit() {
		return bound
	}
	return min(bound, float64(answered)*s.limits.Time.Seconds()/elapsed.Seconds())
}

// Layer answers 503 at once to what cannot be served in time; probes always are.
func (s *Shedder) Layer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isProbe(r) {
			next.ServeHTTP(w, r)
			return
		}
		pass, ok := s.enter(priorityOf(r))
		if !ok {
			web.Refuse(w, r, http.StatusServiceUnavailable, comeBack, "too much is asked at the moment; try again later")
			return
		}
		answer, whole := record(w), false
		defer func() { s.leave(pass, whole && tells(r, answer.code())) }()
		next.ServeHTTP(answer, r)
		whole = true
	})
}

// enter lets a request in, or not. What is let in must leave. The permit is nil for one beyond the limiter's limit.
func (s *Shedder) enter(p priority) (permit adaptivelimiter.Permit, ok bool) {
	if float64(s.inside.Add(1)) > shares[p]*float64(s.limiter.Limit()) {
		s.inside.Add(-1)
		s.shed[p].Add(1)
		return nil, false
	}
	permit, _ = s.limiter.TryAcquirePermit()
	return permit, true
}

// leave takes what enter returned, and whether the time of the request tells how busy the process is.
func (s *Shedder) leave(permit adaptivelimiter.Permit, tells bool) {
	s.inside.Add(-1)
	s.answered.Add(1)
	switch {
	case permit == nil:
	case tells:
		permit.Record()
	default:
		permit.Drop()
	}
}

// tells reports whether the time of an answer says how busy the process is. Failures are too fast or too slow, and
// passwords are slow on purpose.
func tells(r *http.Request, status int) bool {
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests || r.Context().Err() != nil {
		return false
	}
	return !takesPassword(r)
}

// priorityOf puts what a user cannot easily do again first, and what reads most last. What anybody may ask for is not
// first.
func priorityOf(r *http.Request) priority {
	switch {
	case methodClass(r.Method) == "write" && !takesPassword(r):
		return high
	case r.URL.Path == api.Base+"/items" && methodClass(r.Method) == "read":
		return low
	}
	return normal
}

// takesPassword reports whether anybody may ask for it, and it is dear.
func takesPassword(r *http.Request) bool {
	return r.Method == http.MethodPost && (r.URL.Path == api.Base+"/users" || r.URL.Path == api.Base+"/sessions")
}

// Values tells of the shedder, for Metrics.Register.
func (s *Shedder) Values() []Value {
	values := []Value{
		{"shed_limit", "Requests that are let in at once.", nil, float64(s.limiter.Limit())},
		{"shed_in_flight", "Requests that were let in and are being answered.", nil, float64(s.inside.Load())},
	}
	for p := range priorities {
		values = append(values, Value{
			"shed_requests_total", "Requests that were refused, by priority.",
			[]string{"priority", names[p]},
			float64(s.shed[p].Load()),
		})
	}
	return values
}
