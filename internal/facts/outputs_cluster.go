package facts

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// clusterOutputs are the types around a cluster and its images.
var clusterOutputs = map[string]outputs{
	typeEKS: {
		id: property("name"),
		outputs: map[string]made{
			"arn": arn("eks", "cluster/", "name"), "clusterId": is(""), "status": is("ACTIVE"), "platformVersion": is("eks.1"),
			"createdAt": from(created), "version": is("1.33"),
			"endpoint": from(func(b *builder) string {
				return fmt.Sprintf("https://%s.gr7.%s.eks.%s", clusterCode(b), b.place.Region, b.place.dnsSuffix())
			}),
			"certificateAuthority": certificate,
			"certificateAuthorities": func(b *builder) resource.PropertyValue {
				return resource.NewArrayProperty([]resource.PropertyValue{certificate(b)})
			},
			"identities": func(b *builder) resource.PropertyValue {
				issuer := fmt.Sprintf("https://oidc.eks.%s.%s/id/%s", b.place.Region, b.place.dnsSuffix(), clusterCode(b))
				oidc := resource.NewArrayProperty([]resource.PropertyValue{object(map[string]string{"issuer": issuer})})
				return resource.NewArrayProperty([]resource.PropertyValue{
					resource.NewObjectProperty(resource.PropertyMap{"oidcs": oidc}),
				})
			},
		},
		nested: []nestedField{
			{"vpcConfig", "clusterSecurityGroupId", ec2Of("sg", "cluster group")},
			{"kubernetesNetworkConfig", "serviceIpv4Cidr", is("172.20.0.0/16")},
		},
	},
	"aws:eks/addon:Addon": {id: joined(":", "clusterName", "addonName"), outputs: map[string]made{
		"arn": from(func(b *builder) string {
			return b.place.arn("eks", "addon/"+joined("/", "clusterName", "addonName")(b)+"/"+b.uuid("arn"))
		}),
		"addonVersion": is("v1.0.0-eksbuild.1"), "createdAt": from(created), "modifiedAt": from(created),
	}},
	"aws:eks/podIdentityAssociation:PodIdentityAssociation": {
		id: func(b *builder) string { return "a-" + b.letters("id", lowers+digits, 17) },
		outputs: map[string]made{
			"associationId": of("id"),
			"associationArn": from(func(b *builder) string {
				return b.place.arn("eks", "podidentityassociation/"+joined("/", "clusterName", "id")(b))
			}),
		},
	},
	typeAccessEntry: {id: joined(":", "clusterName", "principalArn"), outputs: map[string]made{
		"accessEntryArn": from(func(b *builder) string {
			kind, name := b.principal()
			return b.place.arn("eks", fmt.Sprintf("access-entry/%s/%s/%s/%s/%s", b.str("clusterName"), kind,
				b.place.Account, name, b.uuid("arn")))
		}),
		"createdAt": from(created), "modifiedAt": from(created),
		"userName": from(func(b *builder) string {
			if kind, name := b.principal(); kind == "role" {
				return "arn:" + b.place.partition() + ":sts::" + b.place.Account + ":assumed-role/" + name + "/{{SessionName}}"
			}
			return b.str("principalArn")
		}),
	}},
	"aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
		id:      joined("#", "clusterName", "principalArn", "policyArn"),
		outputs: map[string]made{"associatedAt": from(created), "modifiedAt": from(created)},
	},

	typeRepository: {id: property("name"), outputs: map[string]made{
		"arn": arn("ecr", "repository/", "name"), "registryId": account,
		"repositoryUrl": from(func(b *builder) string {
			return fmt.Sprintf("%s.dkr.ecr.%s.%s/%s", b.place.Account, b.place.Region, b.place.dnsSuffix(), b.str("name"))
		}),
	}},
	"aws:ecr/lifecyclePolicy:LifecyclePolicy": {
		id: property("repository"), outputs: map[string]made{"registryId": account},
	},
	"aws:ecr/replicationConfiguration:ReplicationConfiguration": {
		id: func(b *builder) string { return b.place.Account }, outputs: map[string]made{"registryId": account},
	},
}

func created(b *builder) string { return b.time("created") }

// principal takes the kind and the name off the ARN of an access entry's principal.
func (b *builder) principal() (kind, name string) {
	kind, path, _ := strings.Cut(b.str("principalArn")[strings.LastIndexByte(b.str("principalArn"), ':')+1:], "/")
	return kind, path[strings.LastIndexByte(path, '/')+1:]
}

func clusterCode(b *builder) string { return strings.ToUpper(b.hex("endpoint", 32)) }

// certificate has the form of a cluster's authority, base64 of PEM text; it certifies nothing.
func certificate(b *builder) resource.PropertyValue {
	pem := "-----BEGIN CERTIFICATE-----\n" + base64Text(b.hex("certificate", 64)) + "\n-----END CERTIFICATE-----\n"
	return object(map[string]string{"data": base64Text(pem)})
}
