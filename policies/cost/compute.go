package cost

import "strings"

// compute are EC2's types.
var compute = map[string]pricer{
	instanceType: (*estimator).instancePrice,
	groupType:    (*estimator).groupPrice,
	eksNodesType: (*estimator).nodesPrice,
}

var crossTariff = tariff{Usage, "data between zones", "data-transfer", "DataTransfer-Regional-Bytes"}

const (
	boxes = "BoxUsage:"
	// imageGiB is the disk that Amazon Linux 2023's image asks for.
	imageGiB = 8
	// maxGiB of a gp3 volume [Amazon EBS, larger and faster gp3, 2025-09].
	maxGiB = 65536
	// calls a month to read a secret every 10 minutes, as the app's servers do.
	callsPerSecret = 6 * hoursPerMonth
)

// instancePrice is the machine, its disks, and its address where it is no Elastic IP.
func (e *estimator) instancePrice(it *item) {
	class, ok := e.class(it, "ec2", boxes, "instanceType")
	if !ok || class == "" {
		e.unpriced(it, "its instance type is not among its inputs; a launch template alone is not followed")
		return
	}
	e.fixed(it, "EC2 "+class, "ec2", boxes+class, same(1))
	e.disk(it, "root disk", e.number(it, imageGiB, maxGiB, "rootBlockDevice", "volumeSize"),
		orGP3(e.text(it, "gp3", "rootBlockDevice", "volumeType")), same(1))
	for _, device := range blocks(it.Inputs, "rootBlockDevice") {
		kind, _ := text(device, "volumeType")
		e.diskSpeed(it, device, orGP3(kind), same(1))
	}
	for _, device := range blocks(it.Inputs, "ebsBlockDevices") {
		size, _ := number(device, imageGiB, "volumeSize")
		kind, _ := text(device, "volumeType")
		e.disk(it, "disk", size, orGP3(kind), same(1))
		e.diskSpeed(it, device, orGP3(kind), same(1))
	}
	e.flag(it, "associatePublicIpAddress") // names it when it is not known
	e.machineUsage(it)
}

// groupPrice is a group that grows: machines and disks from as few to as many as it may have.
func (e *estimator) groupPrice(it *item) {
	m := e.byMachine[it.URN]
	for _, bound := range []string{"minSize", "maxSize"} {
		if _, known := number(it.Inputs, 0, bound); !known {
			e.unknown(it, bound, m.count.Max)
		}
	}
	types := e.groupTypes(it)
	if types[0] == "" {
		e.unpriced(it, "its launch template is not among the resources, and names the instance type")
		return
	}
	e.fixed(it, "EC2 "+types[0], "ec2", boxes+types[0], m.count)
	e.dearerTypes(it, types, m.count.Max)
	if template := e.template(it); template != nil {
		devices := blocks(template.Inputs, "blockDeviceMappings")
		if len(devices) == 0 {
			gib := float64(imageGiB)
			if _, known := at(template.Inputs, "blockDeviceMappings"); !known {
				e.unknown(it, "blockDeviceMappings", maxGiB)
				gib = maxGiB
			}
			e.disk(it, "disks", gib, "gp3", m.count)
		}
		for _, device := range devices {
			size, known := number(device, imageGiB, "ebs", "volumeSize")
			if !known {
				e.unknown(it, "volumeSize", maxGiB)
				size = maxGiB
			}
			kind, _ := text(device, "ebs", "volumeType")
			e.disk(it, "disks", size, orGP3(kind), m.count)
			for _, disk := range blocks(device, "ebs") {
				e.diskSpeed(it, disk, orGP3(kind), m.count)
			}
		}
	}
	e.machineUsage(it)
}

// dearerTypes is what the group costs more at the most, when AWS has none of the preferred type.
func (e *estimator) dearerTypes(it *item, types []string, most float64) {
	first, err := e.lookup("ec2", boxes+types[0], it.region)
	if err != nil {
		return // noted already
	}
	dearest, name := first, types[0]
	for _, other := range types[1:] {
		if p, ok := e.rate(it, "ec2", boxes+other); ok && p.USD > dearest.USD {
			dearest, name = p, other
		}
	}
	if dearest.USD > first.USD {
		dearest.USD -= first.USD
		e.charge(it, Fixed, "when only "+name+" is to be had", Amount{Max: most}, dearest)
	}
}

// nodesPrice is a managed node group.
func (e *estimator) nodesPrice(it *item) {
	m := e.byMachine[it.URN]
	e.fixed(it, "EC2 "+m.class, "ec2", boxes+m.class, m.count)
	e.disk(it, "disks", e.number(it, 20, maxGiB, "diskSize"), "gp3", m.count)
	e.machineUsage(it)
}

// disk adds volumes of a size.
func (e *estimator) disk(it *item, what string, gib float64, kind string, count Amount) {
	p, ok := e.rate(it, "ebs", "EBS:VolumeUsage."+kind)
	if ok {
		e.charge(it, Fixed, kind+" "+what, count, p, gib)
	}
}

func orGP3(kind string) string {
	if kind == "" {
		return "gp3"
	}
	return kind
}

// machineUsage is an address where AWS gives one, and what the traffic costs at a machine: credits, the way to other
// zones, and answers to the users where no load balancer gives them.
func (e *estimator) machineUsage(it *item) {
	m := e.byMachine[it.URN]
	if e.dynamic(it) {
		e.fixed(it, "public IPv4", "vpc", "PublicIPv4:InUseAddress", m.count)
	}
	if m.unlimited {
		family := m.family[:min(3, len(m.family))]
		if strings.HasPrefix(family, "t3") {
			family = "t3"
		}
		if p, ok := e.rate(it, "ec2", "CPUCredits:"+family); ok {
			one := e.surplus(m.hardware, func(qps float64) float64 { return e.busy(m, qps) })
			e.charge(it, Usage, "processor credits above the baseline",
				Amount{Expected: one.Expected * m.count.Expected, Max: one.Max * m.count.Max}, p)
		}
	}
	if e.cross > 0 && e.vcpus > 0 {
		share := m.vcpus * m.count.Expected / e.vcpus
		e.meter(it, crossTariff, same(e.cross*share))
	}
	if len(e.public) == 0 && len(e.open) > 0 && e.address(it) {
		e.egress(it, len(e.open))
	}
}

// surplus is what is used above the baseline: in the mean of the peak and the quiet hours, and at the most all month
// at the peak.
func (e *estimator) surplus(h hardware, busy func(qps float64) float64) Amount {
	above := func(qps float64) float64 { return max(0, busy(qps)-h.baseline) }
	peak := above(e.traffic.PeakQPS)
	// Credits of the quiet hours pay for the peak: only a mean above the baseline costs.
	mean := e.traffic.meanOver(busy(e.traffic.PeakQPS), busy(e.traffic.quietQPS()))
	return Amount{Expected: max(0, mean-h.baseline), Max: max(peak, mean-h.baseline)}
}
