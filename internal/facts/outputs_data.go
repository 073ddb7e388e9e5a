package facts

import (
	"crypto/md5"  //nolint:gosec // S3 defines its etag so
	"crypto/sha1" //nolint:gosec // a checksum S3 offers
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// dataOutputs are the types that hold data: keys, secrets, buckets, databases and caches.
var dataOutputs = map[string]outputs{
	"aws:kms/key:Key": {
		id: func(b *builder) string {
			if b.str("multiRegion") == "true" {
				return "mrk-" + b.hex("id", 32)
			}
			return b.uuid("id")
		},
		outputs: map[string]made{
			"arn": arn("kms", "key/", "id"), "keyId": of("id"), "policy": from(keyPolicy),
			"rotationPeriodInDays": func(b *builder) resource.PropertyValue {
				if b.str("enableKeyRotation") == "true" {
					return resource.NewNumberProperty(365)
				}
				return resource.NewNumberProperty(0)
			},
		},
	},
	"aws:kms/alias:Alias": {id: property("name"), outputs: map[string]made{
		"arn": arn("kms", "", "name"),
		"targetKeyArn": from(func(b *builder) string {
			key := b.str("targetKeyId")
			if strings.HasPrefix(key, "arn:") {
				return key
			}
			return b.place.arn("kms", "key/"+key)
		}),
	}},
	"aws:kms/keyPolicy:KeyPolicy": {id: property("keyId")},
	"aws:secretsmanager/secret:Secret": {
		id: func(b *builder) string {
			return b.place.arn("secretsmanager", "secret:"+b.str("name")+"-"+b.letters("id", lowers+uppersDigits, 6))
		},
		outputs: map[string]made{"arn": of("id")},
	},
	"aws:secretsmanager/secretVersion:SecretVersion": {
		id: func(b *builder) string { return b.str("secretId") + "|" + b.uuid("version") },
		outputs: map[string]made{
			"arn": of("secretId"), "versionId": from(func(b *builder) string { return b.uuid("version") }),
			"versionStages": func(*builder) resource.PropertyValue { return list("AWSCURRENT") },
		},
	},
	"aws:secretsmanager/secretPolicy:SecretPolicy": {id: property("secretArn")},
	"aws:secretsmanager/secretRotation:SecretRotation": {
		id: property("secretId"), outputs: map[string]made{"rotationEnabled": yes},
	},
	"aws:ssm/parameter:Parameter": {id: property("name"), outputs: map[string]made{
		"arn": from(func(b *builder) string {
			return b.place.arn("ssm", "parameter/"+strings.TrimPrefix(b.str("name"), "/"))
		}),
		"version": number(1), "dataType": is("text"), "tier": is("Standard"),
		"value": func(b *builder) resource.PropertyValue { return copyValue(b.out["insecureValue"]) },
		"keyId": from(func(b *builder) string {
			if b.str("type") == "SecureString" {
				return "alias/aws/ssm"
			}
			return ""
		}),
	}},

	"aws:s3/bucketV2:BucketV2": {id: property("bucket"), outputs: map[string]made{
		"arn":    from(func(b *builder) string { return b.place.globalARN("s3", b.str("bucket")) }),
		"region": from(func(b *builder) string { return b.place.Region }),
		"bucketDomainName": from(func(b *builder) string {
			return b.str("bucket") + ".s3." + b.place.dnsSuffix()
		}),
		"bucketRegionalDomainName": from(func(b *builder) string {
			return b.str("bucket") + ".s3." + b.place.Region + "." + b.place.dnsSuffix()
		}),
		"hostedZoneId":  from(func(b *builder) string { return b.hostedZone("s3") }),
		"websiteDomain": is(""), "websiteEndpoint": is(""), "requestPayer": is("BucketOwner"), "acl": is("private"),
	}},
	"aws:s3/bucketVersioningV2:BucketVersioningV2":                                               {id: property("bucket")},
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": {id: property("bucket")},
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock":                                     {id: property("bucket")},
	"aws:s3/bucketPolicy:BucketPolicy":                                                           {id: property("bucket")},
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": {
		id:      property("bucket"),
		outputs: map[string]made{"transitionDefaultMinimumObjectSize": is("all_storage_classes_128K")},
	},
	"aws:s3/bucketOwnershipControls:BucketOwnershipControls": {id: property("bucket")},
	"aws:s3/bucketObjectv2:BucketObjectv2": {id: property("key"), outputs: map[string]made{
		"arn":         from(func(b *builder) string { return b.place.globalARN("s3", b.str("bucket")+"/"+b.str("key")) }),
		"contentType": is("application/octet-stream"), "serverSideEncryption": is("AES256"),
		"storageClass": is("STANDARD"), "acl": is("private"),
		"etag": from(func(b *builder) string {
			sum := md5.Sum(b.content()) //nolint:gosec // as S3 does
			return hex.EncodeToString(sum[:])
		}),
		"versionId": from(func(b *builder) string {
			return b.letters("version"+string(b.content()), lowers+uppersDigits, 32)
		}),
		"checksumCrc32": from(func(b *builder) string {
			if b.or("checksumAlgorithm", "CRC32") != "CRC32" {
				return ""
			}
			sum := crc32.ChecksumIEEE(b.content())
			return base64.StdEncoding.EncodeToString([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
		}),
		"checksumSha1": from(func(b *builder) string {
			sum := sha1.Sum(b.content()) //nolint:gosec // as S3 does
			return b.checksumOf("SHA1", sum[:])
		}),
		"checksumSha256": from(func(b *builder) string {
			sum := sha256.Sum256(b.content())
			return b.checksumOf("SHA256", sum[:])
		}),
		"checksumCrc32c": is(""), "checksumCrc64nvme": is(""),
	}},

	"aws:rds/instance:Instance": {
		id: func(b *builder) string { return "db-" + b.letters("id", uppersDigits, 26) },
		outputs: map[string]made{
			"arn": arn("rds", "db:", "identifier"), "resourceId": of("id"), "status": is("available"),
			"address": from(databaseAddress),
			"endpoint": from(func(b *builder) string {
				return databaseAddress(b) + ":" + b.or("port", databasePort(b))
			}),
			"port":                databasePortNumber,
			"hostedZoneId":        from(func(b *builder) string { return b.hostedZone("rds") }),
			"engineVersionActual": of("engineVersion"), "latestRestorableTime": is(""),
			"allocatedStorage": number(20), "availabilityZone": from(anyZone), "backupWindow": is("03:00-03:30"),
			"caCertIdentifier": is("rds-ca-rsa2048-g1"), "engine": is("postgres"), "engineVersion": is("17.4"),
			"licenseModel": is("postgresql-license"), "maintenanceWindow": is("sun:05:00-sun:05:30"),
			"networkType": is("IPV4"), "storageType": is("gp2"), "username": is("postgres"),
			"databaseInsightsMode": is("standard"), "backupTarget": is("region"),
			"dbSubnetGroupName": is("default"), "engineLifecycleSupport": is("open-source-rds-extended-support"),
			"parameterGroupName": from(func(b *builder) string {
				major, _, _ := strings.Cut(b.or("engineVersion", "17.4"), ".")
				return "default." + b.or("engine", "postgres") + major
			}),
			"vpcSecurityGroupIds": func(b *builder) resource.PropertyValue { return list(b.ec2ID("sg", "default group")) },
		},
	},
	"aws:rds/subnetGroup:SubnetGroup": {id: property("name"), outputs: map[string]made{
		"arn": arn("rds", "subgrp:", "name"), "vpcId": ec2Of("vpc", "vpc"),
		"supportedNetworkTypes": func(*builder) resource.PropertyValue { return list("IPV4") },
	}},
	"aws:rds/parameterGroup:ParameterGroup": {id: property("name"), outputs: map[string]made{
		"arn": arn("rds", "pg:", "name"),
	}},

	"aws:elasticache/replicationGroup:ReplicationGroup": {id: property("replicationGroupId"), outputs: map[string]made{
		"arn":            arn("elasticache", "replicationgroup:", "replicationGroupId"),
		"clusterEnabled": func(b *builder) resource.PropertyValue { return resource.NewBoolProperty(b.sharded()) },
		"configurationEndpointAddress": from(func(b *builder) string {
			if b.sharded() {
				return cacheAddress(b, "clustercfg")
			}
			return ""
		}),
		"primaryEndpointAddress": from(func(b *builder) string {
			if b.sharded() {
				return ""
			}
			return cacheAddress(b, "master")
		}),
		"readerEndpointAddress": from(func(b *builder) string {
			if b.sharded() {
				return ""
			}
			return cacheAddress(b, "replica")
		}),
		"engineVersion": from(cacheVersion), "engineVersionActual": from(cacheVersion),
		"memberClusters": cacheMembers, "numCacheClusters": number(1), "numNodeGroups": number(1),
		"nodeType": is("cache.t4g.small"), "maintenanceWindow": is("sun:05:00-sun:06:00"),
		"snapshotWindow": is("03:00-04:00"),
		"networkType":    is("ipv4"), "ipDiscovery": is("ipv4"), "clusterMode": is("disabled"),
		"subnetGroupName":         is("default"),
		"autoMinorVersionUpgrade": yes,
	}},
	"aws:elasticache/parameterGroup:ParameterGroup": {id: property("name"), outputs: map[string]made{
		"arn": arn("elasticache", "parametergroup:", "name"),
	}},
	"aws:elasticache/subnetGroup:SubnetGroup": {id: property("name"), outputs: map[string]made{
		"arn": arn("elasticache", "subnetgroup:", "name"), "vpcId": ec2Of("vpc", "vpc"),
	}},
}

// keyPolicy is what KMS gives a key without a policy: the account decides.
func keyPolicy(b *builder) string {
	return fmt.Sprintf(`{"Statement":[{"Action":"kms:*","Effect":"Allow","Principal":{"AWS":%q},"Resource":"*",`+
		`"Sid":"Enable IAM User Permissions"}],"Version":"2012-10-17"}`, b.place.accountARN("iam", "root"))
}

// content is the text of a bucket object: given as it is, in base64, or as an asset. An asset that cannot
// be read here is stood for by its hash.
func (b *builder) content() []byte {
	if encoded := b.str("contentBase64"); encoded != "" {
		if decoded, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			return decoded
		}
	}
	source, _ := peel(b.out["source"])
	switch {
	case source.IsAsset() && source.AssetValue() != nil:
		asset := source.AssetValue()
		if blob, err := asset.Read(); err == nil {
			defer blob.Close() //nolint:errcheck // only read
			if text, err := io.ReadAll(blob); err == nil {
				return text
			}
		}
		return []byte(asset.Hash)
	case source.IsArchive() && source.ArchiveValue() != nil:
		return []byte(source.ArchiveValue().Hash)
	}
	return []byte(b.str("content") + b.str("sourceHash"))
}

func (b *builder) checksumOf(algorithm string, sum []byte) string {
	if b.str("checksumAlgorithm") != algorithm {
		return ""
	}
	return base64.StdEncoding.EncodeToString(sum)
}

func databaseAddress(b *builder) string { return b.str("identifier") + "." + databaseDomain(b, "") }

// databaseDomain is where RDS puts the endpoints of an account in a region; kind is "cluster-" and the like,
// empty for an instance.
func databaseDomain(b *builder, kind string) string {
	account := &builder{t: &Type{token: "rds"}, place: Place{Account: b.place.Account, Region: b.place.Region}}
	return fmt.Sprintf("%sc%s.%s.rds.%s", kind, account.letters("account", lowers+digits, 11),
		b.place.Region, b.place.dnsSuffix())
}

func databasePortNumber(b *builder) resource.PropertyValue {
	port, _ := strconv.ParseFloat(databasePort(b), 64)
	return resource.NewNumberProperty(port)
}

func databasePort(b *builder) string {
	engine := b.or("engine", "postgres")
	switch {
	case strings.Contains(engine, "postgres"):
		return "5432"
	case strings.HasPrefix(engine, "sqlserver"):
		return "1433"
	case strings.HasPrefix(engine, "oracle"):
		return "1521"
	}
	return "3306"
}
