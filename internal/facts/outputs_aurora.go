package facts

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// auroraOutputs are the types of an Aurora cluster and of what scales its readers.
var auroraOutputs = map[string]outputs{
	"aws:rds/cluster:Cluster": {id: property("clusterIdentifier"), outputs: map[string]made{
		"clusterIdentifier": from(prefixed("clusterIdentifierPrefix")),
		"arn":               arn("rds", "cluster:", "clusterIdentifier"),
		"clusterResourceId": from(func(b *builder) string { return "cluster-" + b.letters("resource", uppersDigits, 26) }),
		"endpoint": from(func(b *builder) string {
			return b.str("clusterIdentifier") + "." + databaseDomain(b, "cluster-")
		}),
		"readerEndpoint": from(func(b *builder) string {
			return b.str("clusterIdentifier") + "." + databaseDomain(b, "cluster-ro-")
		}),
		"port": databasePortNumber, "hostedZoneId": from(func(b *builder) string { return b.hostedZone("rds") }),
		"engineVersion": is("17.4"), "engineVersionActual": from(fullVersion),
		"availabilityZones": func(b *builder) resource.PropertyValue {
			zones, _ := Zones(b.place.Region)
			return list(zones[:min(3, len(zones))]...)
		},
		"allocatedStorage": number(1), "backupRetentionPeriod": number(1), "masterUsername": is("postgres"),
		"preferredBackupWindow": is("03:00-03:30"), "preferredMaintenanceWindow": is("sun:05:00-sun:05:30"),
		"networkType": is("IPV4"), "databaseInsightsMode": is("standard"), "dbSubnetGroupName": is("default"),
		"engineLifecycleSupport": is("open-source-rds-extended-support"),
		"dbClusterParameterGroupName": from(func(b *builder) string {
			return "default." + b.or("engine", "aurora-postgresql") + majorVersion(b)
		}),
		"vpcSecurityGroupIds": func(b *builder) resource.PropertyValue { return list(b.ec2ID("sg", "default group")) },
	}},
	"aws:rds/clusterInstance:ClusterInstance": {id: property("identifier"), outputs: map[string]made{
		"identifier":    from(prefixed("identifierPrefix")),
		"arn":           arn("rds", "db:", "identifier"),
		"dbiResourceId": from(func(b *builder) string { return "db-" + b.letters("resource", uppersDigits, 26) }),
		"endpoint":      from(databaseAddress), "port": databasePortNumber,
		"engineVersion": is("17.4"), "engineVersionActual": from(fullVersion), "availabilityZone": from(anyZone),
		"caCertIdentifier": is("rds-ca-rsa2048-g1"), "networkType": is("IPV4"), "dbSubnetGroupName": is("default"),
		"kmsKeyId":              from(func(b *builder) string { return b.place.arn("kms", "key/"+b.uuid("aws/rds")) }),
		"preferredBackupWindow": is("03:00-03:30"), "preferredMaintenanceWindow": is("sun:05:00-sun:05:30"),
		"dbParameterGroupName": from(func(b *builder) string {
			return "default." + b.or("engine", "aurora-postgresql") + majorVersion(b)
		}),
		"storageEncrypted": yes,
	}},
	"aws:rds/clusterEndpoint:ClusterEndpoint": {id: property("clusterEndpointIdentifier"), outputs: map[string]made{
		"arn": arn("rds", "cluster-endpoint:", "clusterEndpointIdentifier"),
		"endpoint": from(func(b *builder) string {
			return b.str("clusterEndpointIdentifier") + "." + databaseDomain(b, "cluster-custom-")
		}),
	}},
	"aws:rds/clusterParameterGroup:ClusterParameterGroup": {id: property("name"), outputs: map[string]made{
		"arn": arn("rds", "cluster-pg:", "name"),
	}},

	"aws:appautoscaling/target:Target": {id: property("resourceId"), outputs: map[string]made{
		"arn": from(func(b *builder) string {
			return b.place.arn("application-autoscaling", "scalable-target/"+b.hex("target", 24))
		}),
		"roleArn": from(func(b *builder) string {
			if b.str("serviceNamespace") != "rds" {
				return ""
			}
			return b.place.accountARN("iam", "role/aws-service-role/rds.application-autoscaling.amazonaws.com/"+
				"AWSServiceRoleForApplicationAutoScaling_RDSCluster")
		}),
	}},
	"aws:appautoscaling/scheduledAction:ScheduledAction": {
		id: joined("-", "name", "serviceNamespace", "resourceId"),
		outputs: map[string]made{"arn": from(func(b *builder) string {
			return b.place.arn("autoscaling", "scheduledAction:"+b.uuid("arn")+":resource/"+
				b.str("serviceNamespace")+"/"+b.str("resourceId")+":scheduledActionName/"+b.str("name"))
		})},
	},
	"aws:appautoscaling/policy:Policy": {id: property("name"), outputs: map[string]made{
		"arn": from(func(b *builder) string {
			return b.place.arn("autoscaling", "scalingPolicy:"+b.uuid("arn")+":resource/"+
				b.str("serviceNamespace")+"/"+b.str("resourceId")+":policyName/"+b.str("name"))
		}),
		"alarmArns": func(b *builder) resource.PropertyValue {
			name := "alarm:TargetTracking-" + b.str("resourceId") + "-Alarm"
			return list(b.place.arn("cloudwatch", name+"High-"+b.uuid("high")),
				b.place.arn("cloudwatch", name+"Low-"+b.uuid("low")))
		},
	}},
}

// prefixed is a name that the provider makes up: the given prefix, else "tf-", and 26 digits.
func prefixed(key string) func(*builder) string {
	return func(b *builder) string { return b.or(key, "tf-") + b.letters("name", digits, 26) }
}

// fullVersion is what a version means that names only the major one.
func fullVersion(b *builder) string { return withMinor(b.or("engineVersion", "17.4")) }

func withMinor(version string) string {
	if !strings.Contains(version, ".") {
		version += ".4"
	}
	return version
}

func majorVersion(b *builder) string {
	major, _, _ := strings.Cut(b.or("engineVersion", "17.4"), ".")
	return major
}
