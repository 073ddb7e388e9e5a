package facts

import (
	"hash/crc32"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// awsOutputs is the one table of what AWS answers, by type token.
var awsOutputs = joinedTables(ec2Outputs, dataOutputs, auroraOutputs, accountOutputs, trafficOutputs, watchOutputs,
	helmOutputs, clusterOutputs, edgeOutputs, queueOutputs)

// checksum is how the provider makes ids of things without one: a CRC of what identifies them.
func checksum(f func(*builder) string) func(*builder) string {
	return func(b *builder) string { return strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(f(b)))), 10) }
}

var ec2Outputs = map[string]outputs{
	"aws:ec2/vpc:Vpc": {id: ec2("vpc"), outputs: map[string]made{
		"arn": arn("ec2", "vpc/", "id"), "ownerId": account, "dhcpOptionsId": ec2Of("dopt", "dhcp"),
		"defaultNetworkAclId": ec2Of("acl", "acl"), "defaultRouteTableId": ec2Of("rtb", "route table"),
		"mainRouteTableId": ec2Of("rtb", "route table"), "defaultSecurityGroupId": ec2Of("sg", "security group"),
		"ipv6AssociationId": is(""), "cidrBlock": is("10.0.0.0/16"),
	}},
	"aws:ec2/subnet:Subnet": {id: ec2("subnet"), outputs: map[string]made{
		"arn": arn("ec2", "subnet/", "id"), "ownerId": account, "ipv6CidrBlockAssociationId": is(""),
		"availabilityZone":               from(anyZone),
		"availabilityZoneId":             from(func(b *builder) string { return zoneID(b.str("availabilityZone")) }),
		"privateDnsHostnameTypeOnLaunch": is("ip-name"),
	}},
	"aws:ec2/internetGateway:InternetGateway": {id: ec2("igw"), outputs: map[string]made{
		"arn": arn("ec2", "internet-gateway/", "id"), "ownerId": account,
	}},
	"aws:ec2/routeTable:RouteTable": {id: ec2("rtb"), outputs: map[string]made{
		"arn": arn("ec2", "route-table/", "id"), "ownerId": account,
	}},
	"aws:ec2/natGateway:NatGateway": {id: ec2("nat"), outputs: map[string]made{
		"associationId": ec2Of("eipassoc", "association"), "networkInterfaceId": ec2Of("eni", "interface"),
		"privateIp": from(func(b *builder) string { return b.privateAddress("private") }),
		"publicIp": from(func(b *builder) string {
			if b.str("connectivityType") == "private" {
				return ""
			}
			return b.publicAddress("public")
		}),
	}},
	"aws:ec2/route:Route": {
		id: func(b *builder) string {
			destination := joined("", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
			return "r-" + b.str("routeTableId") + checksum(destination)(b)
		},
		outputs: map[string]made{
			"instanceId": is(""), "instanceOwnerId": is(""), "origin": is("CreateRoute"), "state": is("active"),
		},
	},
	"aws:ec2/routeTableAssociation:RouteTableAssociation": {id: ec2("rtbassoc")},
	"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {id: ec2("sg"), outputs: map[string]made{
		"arn": arn("ec2", "security-group/", "id"), "ownerId": account, "name": is("default"), "namePrefix": is(""),
		"description": is("default VPC security group"),
	}},
	"aws:ec2/securityGroup:SecurityGroup": {id: ec2("sg"), outputs: map[string]made{
		"arn": arn("ec2", "security-group/", "id"), "ownerId": account, "vpcId": ec2Of("vpc", "default vpc"),
	}},
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {id: ec2("sgr"), outputs: map[string]made{
		"arn": arn("ec2", "security-group-rule/", "id"), "securityGroupRuleId": of("id"),
	}},
	"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {id: ec2("sgr"), outputs: map[string]made{
		"arn": arn("ec2", "security-group-rule/", "id"), "securityGroupRuleId": of("id"),
	}},
	"aws:ec2/vpcEndpoint:VpcEndpoint": {id: ec2("vpce"), outputs: map[string]made{
		"arn": arn("ec2", "vpc-endpoint/", "id"), "ownerId": account, "state": is("available"),
		"prefixListId": ec2Of("pl", "prefix list"), "ipAddressType": is("ipv4"),
		"policy": is(`{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}],` +
			`"Version":"2008-10-17"}`),
		"serviceRegion": from(func(b *builder) string { return b.place.Region }),
		"cidrBlocks":    func(*builder) resource.PropertyValue { return list("192.0.2.0/24") },
	}},
	"aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": {id: func(b *builder) string {
		return "a-" + b.str("vpcEndpointId") + checksum(property("routeTableId"))(b)
	}},
	"aws:ec2/instance:Instance": {
		id: ec2("i"),
		outputs: map[string]made{
			"arn": arn("ec2", "instance/", "id"), "instanceState": is("running"), "instanceLifecycle": is(""),
			"outpostArn": is(""), "passwordData": is(""), "spotInstanceRequestId": is(""),
			"primaryNetworkInterfaceId": ec2Of("eni", "interface"),
			"privateIp":                 from(func(b *builder) string { return b.privateAddress("private") }),
			"privateDns":                from(func(b *builder) string { return b.privateDNS(b.str("privateIp")) }),
			"publicIp":                  from(instanceAddress),
			"publicDns": from(func(b *builder) string {
				if address := instanceAddress(b); address != "" {
					return b.publicDNS(address)
				}
				return ""
			}),
			"associatePublicIpAddress": yes, "availabilityZone": from(anyZone), "tenancy": is("default"),
			"ami": ec2Of("ami", "ami"), "instanceType": is("t3.micro"), "subnetId": ec2Of("subnet", "default subnet"),
			"instanceInitiatedShutdownBehavior": is("stop"), "cpuCoreCount": number(1), "cpuThreadsPerCore": number(2),
			"vpcSecurityGroupIds": func(b *builder) resource.PropertyValue { return list(b.ec2ID("sg", "default group")) },
		},
		nested: []nestedField{
			{"rootBlockDevice", "volumeId", ec2Of("vol", "root")},
			{"rootBlockDevice", "deviceName", is("/dev/xvda")},
		},
	},
	"aws:ec2/eip:Eip": {id: ec2("eipalloc"), outputs: map[string]made{
		"arn": arn("ec2", "elastic-ip/", "id"), "allocationId": of("id"), "associationId": is(""), "carrierIp": is(""),
		"customerOwnedIp": is(""), "privateDns": is(""), "privateIp": is(""), "ptrRecord": is(""),
		"publicIp":  from(func(b *builder) string { return b.publicAddress("elastic") }),
		"publicDns": from(func(b *builder) string { return b.publicDNS(b.publicAddress("elastic")) }),
		"domain":    is("vpc"), "publicIpv4Pool": is("amazon"), "vpc": yes,
		"networkBorderGroup": from(func(b *builder) string { return b.place.Region }),
	}},
	"aws:ec2/eipAssociation:EipAssociation": {id: ec2("eipassoc"), outputs: map[string]made{
		"networkInterfaceId": ec2Of("eni", "interface"),
		"privateIpAddress":   from(func(b *builder) string { return b.privateAddress("private") }),
		"publicIp":           from(func(b *builder) string { return b.publicAddress("elastic") }),
	}},
	"aws:ec2/volumeAttachment:VolumeAttachment": {id: func(b *builder) string {
		return "vai-" + checksum(joined("-", "deviceName", "instanceId", "volumeId"))(b)
	}},
	"aws:ec2/launchTemplate:LaunchTemplate": {id: ec2("lt"), outputs: map[string]made{
		"arn": arn("ec2", "launch-template/", "id"), "latestVersion": number(1), "defaultVersion": number(1),
	}},
	"aws:ebs/volume:Volume": {id: ec2("vol"), outputs: map[string]made{
		"arn": arn("ec2", "volume/", "id"), "createTime": from(func(b *builder) string { return b.time("created") }),
		"type": is("gp2"), "size": number(8), "iops": volumeIOPS,
		"throughput": func(b *builder) resource.PropertyValue {
			if b.str("type") == "gp3" {
				return resource.NewNumberProperty(125) // MiB/s, the baseline
			}
			return resource.NewNumberProperty(0)
		},
		"kmsKeyId": from(func(b *builder) string {
			if b.str("encrypted") != "true" {
				return ""
			}
			return b.place.arn("kms", "key/"+b.uuid("aws/ebs"))
		}),
	}},
}

// volumeIOPS is the baseline: 3,000 for gp3, 3 a GiB but at least 100 for gp2. Source: EBS User Guide.
func volumeIOPS(b *builder) resource.PropertyValue {
	switch b.or("type", "gp2") {
	case "gp3":
		return resource.NewNumberProperty(3000)
	case "gp2":
		size, _ := strconv.ParseFloat(b.str("size"), 64)
		return resource.NewNumberProperty(min(16000, max(100, 3*size)))
	}
	return resource.NewNumberProperty(0)
}

// instanceAddress is empty for a machine that was given no public address.
func instanceAddress(b *builder) string {
	if b.str("associatePublicIpAddress") == "false" {
		return ""
	}
	return b.publicAddress("public")
}

func anyZone(b *builder) string {
	zones, err := Zones(b.place.Region)
	if err != nil {
		return b.place.Region + "a"
	}
	return zones[b.number("zone", len(zones))]
}
