package facts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// trafficOutputs are the types that bring users to the app: names, balancers, groups and clusters.
var trafficOutputs = map[string]outputs{
	"aws:route53/zone:Zone": {
		id: func(b *builder) string { return "Z" + b.letters("id", digits+uppersDigits, 20) },
		outputs: map[string]made{
			"arn":    from(func(b *builder) string { return b.place.globalARN("route53", "hostedzone/"+b.str("id")) }),
			"zoneId": of("id"), "nameServers": func(b *builder) resource.PropertyValue { return list(b.nameServers()...) },
			"primaryNameServer": from(func(b *builder) string { return b.nameServers()[0] }),
		},
	},
	"aws:route53/record:Record": {
		id: func(b *builder) string {
			id := joined("_", "zoneId", "name", "type")(b)
			if set := b.str("setIdentifier"); set != "" {
				id += "_" + set
			}
			return id
		},
		outputs: map[string]made{"fqdn": from(func(b *builder) string { return strings.TrimSuffix(b.str("name"), ".") })},
	},
	"aws:route53/healthCheck:HealthCheck": {id: uuid, outputs: map[string]made{
		"arn":              from(func(b *builder) string { return b.place.globalARN("route53", "healthcheck/"+b.str("id")) }),
		"failureThreshold": number(3),
		"enableSni": func(b *builder) resource.PropertyValue {
			return resource.NewBoolProperty(strings.HasPrefix(b.str("type"), "HTTPS"))
		},
	}},
	"aws:lb/loadBalancer:LoadBalancer": {
		id: func(b *builder) string { return b.place.arn("elasticloadbalancing", "loadbalancer/"+balancer(b)) },
		outputs: map[string]made{
			"arn": of("id"), "arnSuffix": from(balancer), "vpcId": ec2Of("vpc", "vpc"), "ipAddressType": is("ipv4"),
			"dnsName": from(func(b *builder) string {
				internal := ""
				if b.str("internal") == "true" {
					internal = "internal-"
				}
				if b.str("loadBalancerType") == "network" {
					return fmt.Sprintf("%s-%s.elb.%s.%s", b.str("name"), b.hex("id", 16), b.place.Region, b.place.dnsSuffix())
				}
				return fmt.Sprintf("%s%s-%s.%s.elb.%s", internal, b.str("name"), b.letters("dns", digits, 9),
					b.place.Region, b.place.dnsSuffix())
			}),
			"zoneId": from(func(b *builder) string {
				if b.str("loadBalancerType") == "network" {
					return b.hostedZone("nlb")
				}
				return b.hostedZone("elb")
			}),
			"securityGroups": func(b *builder) resource.PropertyValue { return list(b.ec2ID("sg", "default group")) },
		},
	},
	"aws:lb/targetGroup:TargetGroup": {
		id: func(b *builder) string { return b.place.arn("elasticloadbalancing", targets(b)) },
		outputs: map[string]made{
			"arn": of("id"), "arnSuffix": from(targets), "ipAddressType": is("ipv4"), "protocolVersion": is("HTTP1"),
			"loadBalancingAlgorithmType": is("round_robin"), "loadBalancingAnomalyMitigation": is("off"),
			"loadBalancingCrossZoneEnabled": is("use_load_balancer_configuration"),
		},
	},
	"aws:lb/listener:Listener": {
		id: func(b *builder) string {
			return strings.Replace(b.or("loadBalancerArn", b.place.arn("elasticloadbalancing", "loadbalancer/app")),
				":loadbalancer/", ":listener/", 1) + "/" + b.hex("id", 16)
		},
		outputs: map[string]made{"arn": of("id"), "protocol": is("HTTP"), "sslPolicy": from(func(b *builder) string {
			if b.str("protocol") == "HTTPS" || b.str("protocol") == "TLS" {
				return "ELBSecurityPolicy-2016-08"
			}
			return ""
		})},
	},
	"aws:lb/listenerRule:ListenerRule": {
		id: func(b *builder) string {
			return strings.Replace(b.or("listenerArn", b.place.arn("elasticloadbalancing", "listener/app")),
				":listener/", ":listener-rule/", 1) + "/" + b.hex("id", 16)
		},
		outputs: map[string]made{"arn": of("id"), "priority": func(b *builder) resource.PropertyValue {
			return resource.NewNumberProperty(float64(1 + b.number("priority", 50000)))
		}},
	},
	"aws:lb/listenerCertificate:ListenerCertificate": {id: joined("_", "listenerArn", "certificateArn")},
	"aws:lb/targetGroupAttachment:TargetGroupAttachment": {
		id: func(b *builder) string { return b.str("targetGroupArn") + "-" + b.letters("id", digits, 26) },
	},
	"aws:acm/certificate:Certificate": {
		id: func(b *builder) string { return b.place.arn("acm", "certificate/"+b.uuid("id")) },
		outputs: map[string]made{
			"arn": of("id"), "status": from(certificateStatus), "type": from(certificateType),
			"keyAlgorithm": is("RSA_2048"), "renewalEligibility": is("INELIGIBLE"), "notBefore": is(""), "notAfter": is(""),
			"subjectAlternativeNames": func(b *builder) resource.PropertyValue { return list(b.certified()...) },
			"domainValidationOptions": proofs,
		},
	},
	"aws:acm/certificateValidation:CertificateValidation": {id: func(b *builder) string { return b.time("id") }},
	"aws:autoscaling/group:Group": {id: property("name"), outputs: map[string]made{
		"arn": from(func(b *builder) string {
			return b.place.arn("autoscaling", "autoScalingGroup:"+b.uuid("arn")+":autoScalingGroupName/"+b.str("name"))
		}),
		"defaultCooldown": number(300), "healthCheckType": is("EC2"), "predictedCapacity": number(0),
		"warmPoolSize":    number(0),
		"desiredCapacity": func(b *builder) resource.PropertyValue { return copyValue(b.out["minSize"]) },
		"serviceLinkedRoleArn": from(func(b *builder) string {
			return b.place.accountARN("iam", "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling")
		}),
	}},
	"aws:autoscaling/policy:Policy": {id: property("name"), outputs: map[string]made{
		"arn": from(func(b *builder) string {
			return b.place.arn("autoscaling", fmt.Sprintf("scalingPolicy:%s:autoScalingGroupName/%s:policyName/%s",
				b.uuid("arn"), b.str("autoscalingGroupName"), b.str("name")))
		}),
	}},
	"aws:autoscaling/attachment:Attachment": {
		id: func(b *builder) string { return b.str("autoscalingGroupName") + "-" + b.letters("id", digits, 26) },
	},
	"aws:autoscaling/lifecycleHook:LifecycleHook": {
		id: property("name"), outputs: map[string]made{"defaultResult": is("ABANDON")},
	},
	"aws:autoscaling/notification:Notification": {id: property("topicArn")},
	"aws:autoscaling/schedule:Schedule": {id: property("scheduledActionName"), outputs: map[string]made{
		"arn": from(func(b *builder) string {
			return b.place.arn("autoscaling", fmt.Sprintf("scheduledUpdateGroupAction:%s:autoScalingGroupName/%s:"+
				"scheduledActionName/%s", b.uuid("arn"), b.str("autoscalingGroupName"), b.str("scheduledActionName")))
		}),
	}},
}

// nameServers are four, one in each of Route 53's top-level domains.
func (b *builder) nameServers() []string {
	servers := make([]string, 0, 4)
	for i, domain := range []string{"com", "net", "org", "co.uk"} {
		n := b.number("server "+domain, 512)
		servers = append(servers, fmt.Sprintf("ns-%d.awsdns-%02d.%s", i*512+n, n%64, domain))
	}
	return servers
}

// balancer is the part of a load balancer's ARN that metrics are kept under.
func balancer(b *builder) string {
	kind := map[string]string{"network": "net", "gateway": "gwy"}[b.str("loadBalancerType")]
	if kind == "" {
		kind = "app"
	}
	return kind + "/" + b.str("name") + "/" + b.hex("id", 16)
}

func targets(b *builder) string { return "targetgroup/" + b.str("name") + "/" + b.hex("id", 16) }

// certified are the names that a certificate proves: its own, then the others that were asked for.
func (b *builder) certified() []string {
	names := []string{b.str("domainName")}
	others, _ := peel(b.out["subjectAlternativeNames"])
	for _, other := range arrayOf(others) {
		other, _ = peel(other)
		if name := scalar(other); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// proofs are the records by which AWS knows who owns the names of a certificate; a name and its wildcard have
// the same one.
func proofs(b *builder) resource.PropertyValue {
	all := []resource.PropertyValue{}
	if b.str("validationMethod") != "DNS" {
		return resource.NewArrayProperty(all)
	}
	for _, name := range b.certified() {
		zone := strings.TrimPrefix(name, "*.")
		all = append(all, object(map[string]string{
			"domainName": name, "resourceRecordType": "CNAME",
			"resourceRecordName":  "_" + b.hex("proof of "+zone, 32) + "." + zone + ".",
			"resourceRecordValue": "_" + b.hex("answer for "+zone, 32) + ".acm-validations.aws.",
		}))
	}
	return resource.NewArrayProperty(all)
}

func certificateType(b *builder) string {
	switch {
	case b.str("certificateAuthorityArn") != "":
		return "PRIVATE"
	case b.given("certificateBody"):
		return "IMPORTED"
	}
	return "AMAZON_ISSUED"
}

// certificateStatus is that of the moment of creation: Amazon issues one only when the names are proved.
func certificateStatus(b *builder) string {
	if certificateType(b) == "AMAZON_ISSUED" {
		return "PENDING_VALIDATION"
	}
	return "ISSUED"
}
