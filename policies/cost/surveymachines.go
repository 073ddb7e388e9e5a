package cost

import "strings"

func (s *system) addMachine(m *machine) {
	s.machines = append(s.machines, m)
	s.byMachine[m.URN] = m
}

// instance is one machine. One whose type is not known yet carries nothing: capacity is a lower bound.
func (s *system) instance(it *item) *machine {
	m := &machine{item: it, count: same(1), zones: 1}
	m.class, _ = text(it.Inputs, "instanceType")
	m.hardware = parse(m.class)
	if zones := s.zones(it); len(zones) > 0 {
		m.zone = zones[0]
	}
	credits, known := text(it.Inputs, "creditSpecification", "cpuCredits")
	m.unlimited = m.burstable && (!known || credits != "standard")
	return m
}

// group is an Auto Scaling group with the first of its types.
func (s *system) group(it *item) *machine {
	m := &machine{item: it, zones: max(1, len(s.zones(it)))}
	if ids, _ := list(it.Inputs, "vpcZoneIdentifiers"); m.zones == 1 && len(ids) > 1 {
		m.zones = len(ids)
	}
	m.class = s.groupTypes(it)[0]
	m.hardware = parse(m.class)
	if template := s.template(it); template != nil {
		credits, known := text(template.Inputs, "creditSpecification", "cpuCredits")
		m.unlimited = m.burstable && (!known || credits != "standard")
	}
	bound := float64(max(s.phase.Sizes.MaxAppServers, s.phase.Sizes.AppServers, 1))
	m.count.Min, m.count.Max = bounds(it.Inputs, bound, "minSize", "maxSize")
	return m
}

// nodes is a managed node group of a cluster.
func (s *system) nodes(it *item) *machine {
	m := &machine{item: it, zones: max(1, len(s.zones(it)))}
	if ids, _ := list(it.Inputs, "subnetIds"); m.zones == 1 && len(ids) > 1 {
		m.zones = len(ids)
	}
	m.class = "t3.medium" // AWS's own choice [Amazon EKS API Reference, CreateNodegroup]
	if types, _ := list(it.Inputs, "instanceTypes"); len(types) > 0 {
		m.class, _ = types[0].(string)
	}
	m.hardware = parse(m.class)
	scaling, _ := at(it.Inputs, "scalingConfig")
	inputs, _ := scaling.(map[string]any)
	m.count.Min, m.count.Max = bounds(inputs, 100, "minSize", "maxSize")
	return m
}

// bounds of a group; one that is not known is taken at its worst.
func bounds(inputs map[string]any, bound float64, least, most string) (low, high float64) {
	low, known := number(inputs, 0, least)
	if !known {
		low = bound
	}
	high, known = number(inputs, low, most)
	if !known {
		high = max(low, bound)
	}
	return low, max(low, high)
}

// template of a group; nil when there is none among the resources.
func (s *system) template(it *item) *item {
	if found := s.needs(it, templateType); len(found) > 0 {
		return found[0]
	}
	return nil
}

// groupTypes are a group's instance types, the preferred first; never empty.
func (s *system) groupTypes(it *item) []string {
	var types []string
	for _, override := range blocks(it.Inputs, "mixedInstancesPolicy", "launchTemplate", "overrides") {
		if t, known := text(override, "instanceType"); known && t != "" {
			types = append(types, t)
		}
	}
	if len(types) > 0 {
		return types
	}
	if template := s.template(it); template != nil {
		if t, known := text(template.Inputs, "instanceType"); known {
			return []string{t}
		}
	}
	return []string{""}
}

// gateway endpoints are free, and carry what is for S3 past the NAT gateways.
func (s *system) gateway(it *item) bool {
	kind, known := text(it.Inputs, "vpcEndpointType")
	service, _ := text(it.Inputs, "serviceName")
	return known && (kind == "" || kind == "Gateway") && strings.HasSuffix(service, ".s3")
}

// address says whether a machine is reached from the internet.
func (s *system) address(it *item) bool { return s.elastic(it) || s.dynamic(it) }

// elastic addresses are resources, and priced by themselves.
func (s *system) elastic(it *item) bool {
	return len(s.usedBy(it, eipLinkType)) > 0 || len(s.usedBy(it, eipType)) > 0
}

// dynamic says whether AWS gives a machine an address of its own: when asked to, or because its subnet does.
func (s *system) dynamic(it *item) bool {
	if s.elastic(it) {
		return false
	}
	inputs := it.Inputs
	if template := s.template(it); template != nil {
		if faces := blocks(template.Inputs, "networkInterfaces"); len(faces) > 0 {
			inputs = faces[0]
		}
	}
	if value, known := at(inputs, "associatePublicIpAddress"); value != nil || !known {
		public, _ := flag(inputs, "associatePublicIpAddress")
		return public || !known
	}
	for _, subnet := range s.needs(it, subnetType) {
		if public, _ := flag(subnet.Inputs, "mapPublicIpOnLaunch"); public {
			return true
		}
	}
	return false
}
