package cost

import "github.com/ladder-iac/ladder/internal/traffic"

const (
	requestsPerVCPU = traffic.RequestsPerVCPU
	busyShare       = traffic.BusyShare

	// Processor seconds of the database. The lookup is cost.md 4's 0.3 ms, five times app.md B3's measured 60 us with
	// the same margin; the transaction is app.md B3's.
	querySeconds = 300e-6
	writeSeconds = 500e-6

	// I/O of the database's storage [cost.md 4, phase 3].
	ioPerWrite = 4
	ioPerMiss  = 0.5 // of a query that no cache answered
)

// appSeconds of processor time that a request takes in the app: 1.2 ms. app.md B3's planning costs are 0.2 ms for a
// read and 0.4 ms for a write; the slower of the two is taken everywhere.
func (s *system) appSeconds() float64 {
	t := s.traffic
	measured := (1-t.WriteShare)*200e-6 + t.WriteShare*400e-6
	return max(busyShare/requestsPerVCPU, measured) * t.Hops
}

// readSeconds of the readers for a request.
func (s *system) readSeconds(cached bool) float64 {
	t := s.traffic
	return (1 - t.WriteShare) * t.miss(cached) * t.QueriesPerRead * querySeconds
}

// writerSeconds of the writer for a request; without readers it answers the reads, too.
func (s *system) writerSeconds(cached bool) float64 {
	seconds := s.traffic.WriteShare * writeSeconds
	if s.reads == 0 {
		seconds += s.readSeconds(cached)
	}
	return seconds
}

// machineSeconds of a machine for a request: the app, and the database where it stands on the same machine.
func (s *system) machineSeconds() float64 {
	if len(s.stores) > 0 {
		return s.appSeconds()
	}
	return s.appSeconds() + s.traffic.WriteShare*writeSeconds + s.readSeconds(false)
}

// storageIO of a request.
func (s *system) storageIO(cached bool) float64 {
	t := s.traffic
	return t.WriteShare*ioPerWrite + (1-t.WriteShare)*t.miss(cached)*t.QueriesPerRead*ioPerMiss
}

// busy is how many of its vCPUs a machine uses at a load, at most all.
func (s *system) busy(m *machine, qps float64) float64 {
	if s.vcpus == 0 {
		return 0
	}
	return min(m.vcpus, qps*s.machineSeconds()*m.vcpus/s.vcpus)
}

// busyStore is how many of its vCPUs an instance of a database uses at a load, at most all.
func (s *system) busyStore(d *store, qps float64) float64 {
	seconds, alike := s.writerSeconds(len(s.caches) > 0), s.writers
	if d.reader {
		seconds, alike = s.readSeconds(len(s.caches) > 0), s.reads
	}
	if alike == 0 {
		return 0
	}
	return min(d.vcpus, qps*seconds*d.vcpus/alike)
}

// crossGB is what the app and its data exchange between zones in a month: a read asks the cache, a miss the database,
// which fills the cache, and a write the database. Of several zones all but one are others.
func (s *system) crossGB() float64 {
	if len(s.stores) == 0 && len(s.caches) == 0 {
		return 0
	}
	t, cached := s.traffic, len(s.caches) > 0
	exchanges := t.writes() + t.reads()*t.miss(cached)
	if cached {
		exchanges += t.reads() + t.reads()*t.miss(cached)
	}
	zones := float64(max(s.appZones(), s.dataZones()))
	if zones == 0 {
		zones = float64(max(1, s.phase.Zones))
	}
	return exchanges * t.exchange() / bytesPerGB * (zones - 1) / zones
}

// dataZones that the databases of a region stand in.
func (s *system) dataZones() int {
	zones := zonesOf{}
	standby := 0
	for _, d := range s.stores {
		zones.add(d.region, d.zone)
		if d.standby {
			standby = 2
		}
	}
	for _, c := range s.caches {
		if c.zones {
			standby = max(standby, int(c.replicas)+1)
		}
	}
	return max(zones.most(), standby)
}

// zonesOf are the zones that are known, by region: no request goes from one region to the data of another.
type zonesOf map[string]map[string]bool

func (z zonesOf) add(region, zone string) {
	if zone == "" {
		return
	}
	if z[region] == nil {
		z[region] = map[string]bool{}
	}
	z[region][zone] = true
}

// most is how many the region has that has most.
func (z zonesOf) most() (most int) {
	for _, zones := range z {
		most = max(most, len(zones))
	}
	return most
}
