package facts

import (
	"regexp"
	"slices"
)

func uses(path, to, why string) Reference { return Reference{Path: path, To: to, Hold: Uses, Why: why} }

func passes(path, to, why string) Reference {
	return Reference{Path: path, To: to, Hold: Passes, Why: why}
}

func belongs(path, to, why string) Reference {
	return Reference{Path: path, To: to, Hold: Belongs, Why: why}
}

// while makes a reference hold only while an output of the naming resource is not 0.
func (r Reference) while(output string) Reference {
	r.While = output
	return r
}

// unless lets an input of the named resource release the hold.
func (r Reference) unless(input string) Reference {
	r.Unless = input
	return r
}

// says gives the reference an answer of its own.
func (r Reference) says(code, words string) Reference {
	r.Says = Refusal{code, words}
	return r
}

// elsewhere lets the named one be in another region.
func (r Reference) elsewhere() Reference {
	r.Elsewhere = true
	return r
}

// within finds the names in a text.
func (r Reference) within(pattern string) Reference {
	r.Within = regexp.MustCompile(pattern)
	return r
}

// keys are inputs that name what encrypts.
func keys(paths ...string) []Reference {
	var all []Reference
	for _, path := range paths {
		all = append(all, belongs(path, typeKey, "a key is only scheduled for deletion, whatever it encrypts"))
	}
	return all
}

const (
	inSubnet    = "its network interfaces stand in the subnet"
	behindGroup = "its network interfaces are members of the group"
	inVPC       = "a part of the VPC"
	inBucket    = "a bucket is held by what is in it"
	along       = "deleted along"
	noRole      = "IAM does not ask who assumes a role"
	peers       = "a peering connection is a dependency of either VPC"
	machines    = "its machines have network interfaces there; an empty group has none"
)

// networkReferences are the references of networks, machines and traffic, by the type that has them. A test holds that
// no input is forgotten that sounds like one.
var networkReferences = map[string][]Reference{
	// The network.
	typeSubnet:          {uses("vpcId", typeVPC, inVPC)},
	typeSecurityGroup:   append(groupRules(), uses("vpcId", typeVPC, inVPC)),
	typeDefaultGroup:    append(groupRules(), belongs("vpcId", typeVPC, along)),
	typeInternetGateway: {uses("vpcId", typeVPC, "attached to it; the provider detaches before it deletes")},
	typeRouteTable: {
		uses("vpcId", typeVPC, inVPC),
		belongs("routes[*].gatewayId", typeInternetGateway, "the route stays and leads nowhere"),
		belongs("routes[*].natGatewayId", typeNAT, "the route stays and leads nowhere"),
		belongs("routes[*].vpcEndpointId", typeEndpoint, "the route stays and leads nowhere"),
		belongs("routes[*].vpcPeeringConnectionId", typePeering, "the route stays and leads nowhere").elsewhere(),
	},
	"aws:ec2/route:Route": {
		belongs("routeTableId", typeRouteTable, along),
		belongs("gatewayId", typeInternetGateway, "the route stays and leads nowhere"),
		belongs("natGatewayId", typeNAT, "the route stays and leads nowhere"),
		belongs("vpcEndpointId", typeEndpoint, "the route stays and leads nowhere"),
		belongs("vpcPeeringConnectionId", typePeering, "the route stays and leads nowhere").elsewhere(),
	},
	typePeering: {
		uses("vpcId", typeVPC, peers),
		uses("peerVpcId", typeVPC, peers).elsewhere(),
	},
	"aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": {
		belongs("vpcPeeringConnectionId", typePeering, along).elsewhere(),
	},
	"aws:ec2/peeringConnectionOptions:PeeringConnectionOptions": {
		belongs("vpcPeeringConnectionId", typePeering, along).elsewhere(),
	},
	"aws:ec2/routeTableAssociation:RouteTableAssociation": {
		belongs("routeTableId", typeRouteTable, "the provider disassociates before it deletes [resourceRouteTableDelete]"),
		belongs("subnetId", typeSubnet, along),
		belongs("gatewayId", typeInternetGateway, along),
	},
	typeEndpoint: {
		uses("vpcId", typeVPC, inVPC),
		uses("routeTableIds[*]", typeRouteTable, "the endpoint's route stands in the table"),
		uses("subnetIds[*]", typeSubnet, inSubnet),
		uses("subnetConfigurations[*].subnetId", typeSubnet, inSubnet),
		uses("securityGroupIds[*]", typeSecurityGroup, behindGroup),
	},
	"aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": {
		uses("routeTableId", typeRouteTable, "the endpoint's route stands in the table"),
		belongs("vpcEndpointId", typeEndpoint, along),
	},
	typeNAT: {
		uses("subnetId", typeSubnet, inSubnet),
		uses("allocationId", typeEIP, "the address is mapped to the gateway"),
		uses("secondaryAllocationIds[*]", typeEIP, "the address is mapped to the gateway"),
	},
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ruleOf(),
	"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":   ruleOf(),
	typeEIP: {belongs("instance", typeInstance, "a machine's end frees its address")},
	"aws:ec2/eipAssociation:EipAssociation": {
		uses("allocationId", typeEIP, "the address is mapped"),
		belongs("instanceId", typeInstance, along),
	},

	// Machines.
	typeInstance: slices.Concat([]Reference{
		uses("subnetId", typeSubnet, inSubnet),
		uses("vpcSecurityGroupIds[*]", typeSecurityGroup, behindGroup),
		belongs("iamInstanceProfile", typeProfile, "IAM does not ask who uses a profile [DeleteInstanceProfile]"),
		belongs("launchTemplate.id", typeLaunchTemplate, "read when the machine starts"),
		belongs("launchTemplate.name", typeLaunchTemplate, "read when the machine starts"),
	}, keys("rootBlockDevice.kmsKeyId", "ebsBlockDevices[*].kmsKeyId")),
	typeVolume: keys("kmsKeyId"),
	"aws:ec2/volumeAttachment:VolumeAttachment": {
		uses("volumeId", typeVolume, "attached"),
		belongs("instanceId", typeInstance, "a machine's end detaches its volumes"),
	},
	typeLaunchTemplate: slices.Concat([]Reference{
		passes("vpcSecurityGroupIds[*]", typeSecurityGroup, "the machines started are members"),
		passes("networkInterfaces[*].securityGroups[*]", typeSecurityGroup, "the machines started are members"),
		passes("networkInterfaces[*].subnetId", typeSubnet, "the machines started stand in it"),
		belongs("iamInstanceProfile.name", typeProfile, "IAM does not ask who uses a profile"),
		belongs("iamInstanceProfile.arn", typeProfile, "IAM does not ask who uses a profile"),
	}, keys("blockDeviceMappings[*].ebs.kmsKeyId")),
	typeAutoScaling: {
		uses("vpcZoneIdentifiers[*]", typeSubnet, machines).while("desiredCapacity"),
		launched("launchTemplate.id"), launched("launchTemplate.name"),
		launched("mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplateId"),
		launched("mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplateName"),
		launched("mixedInstancesPolicy.launchTemplate.overrides[*].launchTemplateSpecification.launchTemplateId"),
		launched("mixedInstancesPolicy.launchTemplate.overrides[*].launchTemplateSpecification.launchTemplateName"),
		belongs("targetGroupArns[*]", typeTargetGroup, "only a listener or a rule holds a target group"),
		belongs("trafficSources[*].identifier", typeTargetGroup, "only a listener or a rule holds a target group"),
		belongs("initialLifecycleHooks[*].notificationTargetArn", typeTopic, "the hook goes on without a listener"),
		belongs("initialLifecycleHooks[*].roleArn", typeRole, noRole),
	},
	"aws:autoscaling/policy:Policy":     {belongs("autoscalingGroupName", typeAutoScaling, along)},
	"aws:autoscaling/schedule:Schedule": {belongs("autoscalingGroupName", typeAutoScaling, along)},
	"aws:autoscaling/attachment:Attachment": {
		belongs("autoscalingGroupName", typeAutoScaling, along),
		belongs("lbTargetGroupArn", typeTargetGroup, "only a listener or a rule holds a target group"),
	},
	"aws:autoscaling/lifecycleHook:LifecycleHook": {
		belongs("autoscalingGroupName", typeAutoScaling, along),
		belongs("notificationTargetArn", typeTopic, "the hook goes on without a listener"),
		belongs("roleArn", typeRole, noRole),
	},
	"aws:autoscaling/notification:Notification": {
		belongs("groupNames[*]", typeAutoScaling, along),
		belongs("topicArn", typeTopic, "the group goes on without a listener"),
	},

	// Traffic and names.
	typeLoadBalancer: {
		uses("subnets[*]", typeSubnet, inSubnet),
		uses("subnetMappings[*].subnetId", typeSubnet, inSubnet),
		uses("subnetMappings[*].allocationId", typeEIP, "the address is mapped to the balancer"),
		uses("securityGroups[*]", typeSecurityGroup, behindGroup),
		belongs("accessLogs.bucket", typeBucket, inBucket),
		belongs("connectionLogs.bucket", typeBucket, inBucket),
	},
	typeTargetGroup: {belongs("vpcId", typeVPC, "no part of the VPC; it stays and has no targets")},
	typeListener: {
		belongs("loadBalancerArn", typeLoadBalancer, along),
		uses("certificateArn", typeCertificate, "it proves the listener's name"),
		uses("defaultActions[*].targetGroupArn", typeTargetGroup, "the listener forwards to it"),
		uses("defaultActions[*].forward.targetGroups[*].arn", typeTargetGroup, "forwarded to, whatever the weight"),
	},
	"aws:lb/listenerRule:ListenerRule": {
		belongs("listenerArn", typeListener, along),
		uses("actions[*].targetGroupArn", typeTargetGroup, "the rule forwards to it"),
		uses("actions[*].forward.targetGroups[*].arn", typeTargetGroup, "forwarded to, whatever the weight"),
	},
	"aws:lb/listenerCertificate:ListenerCertificate": {
		belongs("listenerArn", typeListener, along),
		uses("certificateArn", typeCertificate, "it proves the listener's name"),
	},
	"aws:lb/targetGroupAttachment:TargetGroupAttachment": {
		belongs("targetGroupArn", typeTargetGroup, along),
		belongs("targetId", typeInstance, "a machine's end takes it out of its groups"),
	},
	"aws:acm/certificateValidation:CertificateValidation": {belongs("certificateArn", typeCertificate, "only a wait")},
	typeZone: {belongs("vpcs[*].vpcId", typeVPC, "no part of the VPC")},
	"aws:route53/record:Record": {
		uses("zoneId", typeZone, "DeleteHostedZone wants the zone empty").unless("forceDestroy"),
		belongs("healthCheckId", typeHealthCheck, "the record then counts as healthy [DeleteHealthCheck]"),
	},
	typeHealthCheck: {belongs("childHealthchecks[*]", typeHealthCheck, "the child then counts as healthy")},
}

// groupRules are rules written inside a group.
func groupRules() []Reference {
	return []Reference{
		uses("ingress[*].securityGroups[*]", typeSecurityGroup, "a rule of another group names it"),
		uses("egress[*].securityGroups[*]", typeSecurityGroup, "a rule of another group names it"),
	}
}

// ruleOf is a rule as a resource of its own. It belongs to its group even where it names that same group.
func ruleOf() []Reference {
	return []Reference{
		belongs("securityGroupId", typeSecurityGroup, along),
		uses("referencedSecurityGroupId", typeSecurityGroup, "a rule of another group names it"),
	}
}

// launched is a launch template of a group: AWS deletes one that is in use, but what it names is held by the
// group's machines.
func launched(path string) Reference {
	return belongs(path, typeLaunchTemplate, "DeleteLaunchTemplate does not ask who uses it").while("desiredCapacity")
}
