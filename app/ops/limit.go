package ops

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/ladder-iac/ladder/app/web"
)

// maxClients bounds the memory of a limit: about 20 MB for all clients.
const maxClients = 50_000

// Rate is how often one client may ask. Zero: as often as it likes.
type Rate struct {
	PerSecond float64
	Burst     int // at once after a pause; default one second's worth
}

// RateLimits are of one process: n processes together let n times as much through.
type RateLimits struct {
	User    Rate // by user, once the token is good
	Address Rate // by address, of everybody else; off in a service that only other services call
	Proxies int  // of ours that the requests came through, each of which adds to X-Forwarded-For; default 0
}

// RateLimit keeps one client from taking what is for all.
type RateLimit struct {
	limits RateLimits
	userOf func(*http.Request) string
	users  *clients
	others *clients
}

// NewRateLimit returns a limit. userOf returns the user whose token was verified, or nothing.
func NewRateLimit(limits RateLimits, userOf func(*http.Request) string) *RateLimit {
	return &RateLimit{
		limits: limits, userOf: userOf,
		users: newClients(limits.User, maxClients/2), others: newClients(limits.Address, maxClients/2),
	}
}

// Layer answers 429 to a client that asks too often, except for probes.
func (l *RateLimit) Layer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if delay := l.delay(r); delay > 0 {
			web.Refuse(w, r, http.StatusTooManyRequests, delay, "too many requests; try again later")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (l *RateLimit) delay(r *http.Request) time.Duration {
	if isProbe(r) {
		return 0
	}
	if user := l.userOf(r); user != "" {
		return l.users.delay(user, time.Now())
	}
	return l.others.delay(ClientAddress(r, l.limits.Proxies), time.Now())
}

// Values tells of the limit, for Metrics.Register.
func (l *RateLimit) Values() []Value {
	const name, help = "rate_limit_clients", "Clients that are remembered, by what they are known by."
	return []Value{
		{name, help, []string{"by", "user"}, float64(l.users.count())},
		{name, help, []string{"by", "address"}, float64(l.others.count())},
	}
}

// clients keeps a bucket for each client that asked lately. The buckets are in two generations: when the young one is
// full the old one is forgotten, and with it clients that did not ask for a while, whose buckets are full again.
type clients struct {
	rate Rate
	size int // of a generation

	mu         sync.Mutex
	young, old map[string]*rate.Limiter
}

func newClients(r Rate, size int) *clients {
	if r.Burst == 0 {
		r.Burst = max(1, int(r.PerSecond))
	}
	return &clients{rate: r, size: size / 2, young: map[string]*rate.Limiter{}}
}

// delay takes one request from a client's bucket, or says how long it is empty.
func (c *clients) delay(client string, now time.Time) time.Duration {
	if c.rate.PerSecond == 0 {
		return 0
	}
	taken := c.bucket(client).ReserveN(now, 1)
	delay := taken.DelayFrom(now)
	if delay > 0 {
		taken.CancelAt(now)
	}
	return delay
}

func (c *clients) bucket(client string) *rate.Limiter {
	c.mu.Lock()
	defer c.mu.Unlock()
	bucket, ok := c.young[client]
	if ok {
		return bucket
	}
	if bucket, ok = c.old[client]; !ok {
		bucket = rate.NewLimiter(rate.Limit(c.rate.PerSecond), c.rate.Burst)
	}
	if len(c.young) >= c.size {
		c.old, c.young = c.young, map[string]*rate.Limiter{}
	}
	c.young[client] = bucket
	return bucket
}

func (c *clients) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.young) + len(c.old)
}

// ClientAddress returns who asks: the peer, or what the outermost of our proxies saw. What a client writes into the
// header itself is further left. Of IPv6 it is the network, in which one client has all addresses.
func ClientAddress(r *http.Request, proxies int) string {
	seen := r.RemoteAddr
	if proxies > 0 {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if at := len(hops) - proxies; at >= 0 && strings.TrimSpace(hops[at]) != "" {
			seen = strings.TrimSpace(hops[at])
		}
	}
	if host, _, err := net.SplitHostPort(seen); err == nil {
		seen = host
	}
	address, err := netip.ParseAddr(seen)
	if err != nil {
		return "unknown"
	}
	address = address.Unmap().WithZone("")
	if address.Is6() {
		const network = 64 // bits
		if prefix, err := address.Prefix(network); err == nil {
			return prefix.String()
		}
	}
	return address.String()
}
