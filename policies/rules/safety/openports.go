package safety

import (
	"fmt"

	"github.com/ladder-iac/ladder/policies/rule"
)

const oldRuleType = "aws:ec2/securityGroupRule:SecurityGroupRule"

// OpenPorts wants only the web's ports open to everybody.
var OpenPorts = rule.Rule{
	ID: "open-ports", Level: rule.Mandatory, Kind: rule.OnResource, Types: []string{ingressType, oldRuleType},
	Why: "What is open to the whole internet is tried within minutes: SSH, remote desktops, databases, caches. Only " +
		"ports 80 and 443 are for everybody.",
	Fix:    "allow a security group in place of an address range; reach machines by Systems Manager",
	Source: "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
	Good: []rule.Example{
		{rule.Resource(ingressType, "web", ingress("0.0.0.0/0", 443, 443))},
		{rule.Resource(ingressType, "db", ingress("10.0.0.0/16", 5432, 5432))},
		{rule.Resource(oldRuleType, "out", rule.In{"type": "egress", "protocol": "-1", "cidrBlocks": []any{"0.0.0.0/0"}})},
	},
	Bad: []rule.Example{
		{rule.Resource(ingressType, "ssh", ingress("0.0.0.0/0", 22, 22))},
		{rule.Resource(ingressType, "all", rule.In{"cidrIpv6": "::/0", "ipProtocol": "-1"})},
		{rule.Resource(ingressType, "wide", ingress("0.0.0.0/0", 80, 6379))},
		{rule.Resource(oldRuleType, "rdp", rule.In{
			"type": "ingress", "protocol": "tcp", "cidrBlocks": []any{"0.0.0.0/0"}, "fromPort": 3389, "toPort": 3389,
		})},
	},
	Check: func(s *rule.Scene) []rule.Finding {
		protocol := "ipProtocol"
		ranges := append(s.Texts("cidrIpv4"), s.Texts("cidrIpv6")...)
		if s.Resource.Type == oldRuleType {
			protocol = "protocol"
			ranges = append(s.Texts("cidrBlocks"), s.Texts("ipv6CidrBlocks")...)
			if s.Text("type") != "ingress" {
				return nil
			}
		}
		from, to := s.Number(-1, "fromPort"), s.Number(-1, "toPort")
		all := s.Text(protocol) == "-1"
		if all {
			from, to = 0, 65535
		}
		for _, cidr := range ranges {
			everybody := cidr == "0.0.0.0/0" || cidr == "::/0"
			if !everybody || s.Unknown() || from == to && (from == 80 || from == 443) {
				continue
			}
			got := fmt.Sprintf("ports %v to %v%s for %s", from, to, famous(from, to), cidr)
			return []rule.Finding{s.About(s.Resource, "got "+got+", want port 80 or 443")}
		}
		return nil
	},
}

// administrative ports and those of databases.
var administrative = []struct {
	port float64
	name string
}{
	{22, "SSH"},
	{23, "Telnet"},
	{1433, "SQL Server"},
	{2379, "etcd"},
	{3306, "MySQL"},
	{3389, "remote desktop"},
	{5432, "PostgreSQL"},
	{5601, "Kibana"},
	{6379, "Redis and Valkey"},
	{9200, "OpenSearch"},
	{11211, "Memcached"},
	{27017, "MongoDB"},
}

func famous(from, to float64) string {
	for _, known := range administrative {
		if from <= known.port && known.port <= to {
			return fmt.Sprintf(" (with %v, %s)", known.port, known.name)
		}
	}
	return ""
}

func ingress(cidr string, from, to int) rule.In {
	return rule.In{"cidrIpv4": cidr, "ipProtocol": "tcp", "fromPort": from, "toPort": to}
}
