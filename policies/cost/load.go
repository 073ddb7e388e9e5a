package cost

import "github.com/ladder-iac/ladder/internal/traffic"

const (
	hoursPerMonth   = 730
	bytesPerGB      = 1e9 // AWS bills 2^30: usage lines are some 7 % high [cost.md 3]
	peakHoursPerDay = 2   // at the peak's load [cost.md 4, phase 4]
)

// load is a traffic in the quantities that the pricers count.
type load struct{ traffic.Model }

func (l load) reads() float64  { return l.Requests() * (1 - l.WriteShare) }
func (l load) writes() float64 { return l.Requests() * l.WriteShare }

// exchange is what a request and its answer weigh.
func (l load) exchange() float64 { return l.RequestBytes + l.ResponseBytes }

func (l load) responseGB() float64 { return l.Requests() * l.ResponseBytes / bytesPerGB }
func (l load) exchangeGB() float64 { return l.Requests() * l.exchange() / bytesPerGB }
func (l load) logGB() float64      { return l.Requests() * l.Hops * l.LogSample * l.LogBytes / bytesPerGB }
func (l load) staticGB() float64   { return float64(l.Users) * l.StaticBytes / bytesPerGB }

func (l load) staticRequests() float64 { return float64(l.Users) * l.StaticRequests }

// miss is the share of the reads that reach the database.
func (l load) miss(cached bool) float64 {
	if cached {
		return 1 - l.CacheHit
	}
	return 1
}

// peakHours of a day; the rest of the load is spread over the others.
func (l load) peakHours() float64 { return min(peakHoursPerDay, 24*l.LoadFactor) }

// quietQPS is the load outside the hours at the peak.
func (l load) quietQPS() float64 {
	return l.PeakQPS * (24*l.LoadFactor - l.peakHours()) / (24 - l.peakHours())
}

// meanOver is the mean over a day of what is one at the peak and another in the quiet hours.
func (l load) meanOver(atPeak, quiet float64) float64 {
	return (l.peakHours()*atPeak + (24-l.peakHours())*quiet) / 24
}
