package cost

import "fmt"

// storeLimits are what the databases carry: the writes, the reads, and the disks of RDS.
func (s *system) storeLimits() []Limit {
	var writer, readers []*store
	for _, d := range s.stores {
		if d.vcpus == 0 {
			continue
		}
		if d.reader {
			readers = append(readers, d)
		} else {
			writer = append(writer, d)
		}
	}
	var limits []Limit
	if len(writer) > 0 {
		limits = append(limits, s.writerLimit(writer, readers))
	}
	if len(readers) > 0 {
		limits = append(limits, s.readerLimit(writer, readers))
	}
	return append(limits, s.diskLimits(readers)...)
}

// cachedThen says whether the cache outlives a zone.
func (s *system) cachedThen() bool {
	for _, c := range s.caches {
		if c.zones {
			return true
		}
	}
	return false
}

func (s *system) writerLimit(writer, readers []*store) Limit {
	var vcpus, safe float64
	for _, d := range writer {
		vcpus += d.vcpus
		// RDS has a standby; of Aurora's members another takes over.
		if d.standby || d.aurora && len(readers) > 0 {
			safe += d.vcpus
		}
	}
	cached := len(s.caches) > 0
	seconds := s.writerSeconds(cached)
	return Limit{
		Name: "database, writes", QPS: over(vcpus*calmBusy, seconds),
		WithoutZone:  over(safe*zoneBusy, s.writerSeconds(s.cachedThen())),
		WithoutCache: over(vcpus*coldBusy, s.writerSeconds(false)),
		Arithmetic:   fmt.Sprintf("%s vCPU x %s / %s s a request", plain(vcpus), plain(calmBusy), plain(seconds)),
	}
}

func (s *system) readerLimit(writer, readers []*store) Limit {
	var vcpus float64
	lost, worst := map[string]float64{}, 0.0
	for _, d := range readers {
		vcpus += d.vcpus
		lost[d.zone] += d.vcpus
		worst = max(worst, lost[d.zone])
	}
	for _, d := range writer {
		if d.aurora { // when the writer's zone goes, a reader becomes the writer
			worst = max(worst, lost[d.zone]+readers[0].vcpus)
		}
	}
	cached := len(s.caches) > 0
	seconds, then := s.readSeconds(cached), s.readSeconds(s.cachedThen())
	l := Limit{
		Name: "database, reads", QPS: over(vcpus*calmBusy, seconds),
		WithoutZone:  over(max(0, vcpus-worst)*zoneBusy, then),
		WithoutCache: over(vcpus*coldBusy, s.readSeconds(false)),
		Arithmetic:   fmt.Sprintf("%s vCPU x %s / %s s a request", plain(vcpus), plain(calmBusy), plain(seconds)),
	}
	if vcpus <= worst && len(writer) > 0 && writer[0].aurora {
		// Aurora's reader host leads to the writer when no reader is left.
		l.WithoutZone = over(writer[0].vcpus*zoneBusy, then+s.traffic.WriteShare*writeSeconds)
	}
	return l
}

// diskLimits are the I/O operations of gp3 under RDS, and under the database of a machine; Aurora's storage has none.
func (s *system) diskLimits(readers []*store) []Limit {
	t := s.traffic
	writes := t.WriteShare * ioPerWrite
	reads := (1 - t.WriteShare) * t.QueriesPerRead * ioPerMiss
	if len(s.stores) == 0 {
		if len(s.kinds[volumeType]) == 0 || len(s.machines) == 0 {
			return nil
		}
		own, _ := number(s.kinds[volumeType][0].Inputs, freeIOPS, "iops")
		qps := over(own, writes+reads)
		return []Limit{{ // it stands in one zone
			Name: "disk", QPS: qps, WithoutCache: qps,
			Arithmetic: fmt.Sprintf("%s IOPS / %s a request", plain(own), plain(writes+reads)),
		}}
	}
	var limits []Limit
	for _, d := range s.stores {
		if d.aurora {
			continue
		}
		iops := float64(freeIOPS)
		if gib, _ := number(d.Inputs, 0, "allocatedStorage"); gib >= largeRDSGiB {
			iops *= 4
		}
		iops, _ = number(d.Inputs, iops, "iops")
		io, then, cold := writes, writes, writes
		if d.reader || len(readers) == 0 {
			n := float64(max(1, len(readers)))
			io += reads * t.miss(len(s.caches) > 0) / n
			then += reads * t.miss(s.cachedThen()) / max(1, n-1)
			cold += reads / n
		}
		limits = append(limits, Limit{
			Name: "disk of " + d.Name, QPS: over(iops, io), WithoutZone: over(iops, then), WithoutCache: over(iops, cold),
			Arithmetic: fmt.Sprintf("%s IOPS / %s a request", plain(iops), plain(io)),
		})
	}
	return limits
}
