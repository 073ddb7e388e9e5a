package bulk

import "strings"

// product says where AWS's price list has a row of the book.
type product struct {
	service string // of the book
	key     string // of the book, without its tier; ends in * when the rest is part of the usage type
	offer   string // file of the price list
	usage   string // usage type without the prefix of the region; "" when it is the key
	// where holds columns that tell rows with one usage type apart; values between | are alternatives.
	where map[string]string
}

var (
	linux      = map[string]string{"Tenancy": "Shared", "Operating System": "Linux", "Pre Installed S/W": "NA", "CapacityStatus": "Used", "operation": "RunInstances"} //nolint:lll // one product
	postgres   = map[string]string{"Database Engine": "PostgreSQL"}
	anyEngine  = map[string]string{"Database Engine": "PostgreSQL|Any"}
	auroraPG   = map[string]string{"Database Engine": "Aurora PostgreSQL"}
	anyAurora  = map[string]string{"Database Engine": "Aurora PostgreSQL|Any"}
	redis      = map[string]string{"Cache Engine": "Redis"}
	valkey     = map[string]string{"Cache Engine": "Valkey"}
	alb        = map[string]string{"operation": "LoadBalancing:Application"}
	nlb        = map[string]string{"operation": "LoadBalancing:Network"}
	natGateway = map[string]string{"operation": "NatGateway"}
	endpoint   = map[string]string{"operation": "VpcEndpoint"}
	putEvents  = map[string]string{"operation": "PutEvents"}
)

// products is the whole mapping. A row of the book that is not in it, an allowance or a commitment for example,
// keeps its source.
var products = []product{
	{"ec2", "BoxUsage:*", "AmazonEC2", "", linux},
	{"ec2", "CPUCredits:*", "AmazonEC2", "", nil},
	{"ebs", "EBS:*", "AmazonEC2", "", nil},
	{"vpc", "NatGateway-Hours", "AmazonEC2", "", natGateway},
	{"vpc", "NatGateway-Bytes", "AmazonEC2", "", natGateway},
	{"vpc", "PublicIPv4:*", "AmazonVPC", "", nil},
	{"vpc", "VpcEndpoint-Hours", "AmazonVPC", "", endpoint},
	{"vpc", "VpcEndpoint-Bytes", "AmazonVPC", "", endpoint},
	{"data-transfer", "DataTransfer-Out-Bytes", "AWSDataTransfer", "", map[string]string{"To Location": "External"}},
	{"data-transfer", "DataTransfer-Regional-Bytes", "AWSDataTransfer", "", nil},
	{"data-transfer", "InterRegion-Out-Bytes", "AWSDataTransfer", "USW2-AWS-Out-Bytes", nil},
	{"data-transfer", "InterRegion-Out-Bytes to us-east-2", "AWSDataTransfer", "USE2-AWS-Out-Bytes", nil},
	{"elb", "LoadBalancerUsage ALB", "AWSELB", "LoadBalancerUsage", alb},
	{"elb", "LCUUsage ALB", "AWSELB", "LCUUsage", alb},
	{"elb", "LoadBalancerUsage NLB", "AWSELB", "LoadBalancerUsage", nlb},
	{"elb", "LCUUsage NLB", "AWSELB", "LCUUsage", nlb},
	{"rds-postgres", "InstanceUsage:*", "AmazonRDS", "", postgres},
	{"rds-postgres", "Multi-AZUsage:*", "AmazonRDS", "", postgres},
	{"rds", "RDS:ProxyUsage", "AmazonRDS", "", anyEngine},
	{"rds", "RDS:*", "AmazonRDS", "", anyEngine},
	{"rds", "CPUCredits:*", "AmazonRDS", "", anyEngine},
	{"aurora-postgres", "InstanceUsage:*", "AmazonRDS", "", auroraPG},
	{"aurora-postgres", "ServerlessV2Usage", "AmazonRDS", "Aurora:ServerlessV2Usage", auroraPG},
	{"aurora-postgres", "ServerlessV2IOOptimizedUsage", "AmazonRDS", "Aurora:ServerlessV2IOOptimizedUsage", auroraPG},
	{"aurora", "Aurora:*", "AmazonRDS", "", anyAurora},
	{"elasticache-redis", "NodeUsage:*", "AmazonElastiCache", "", redis},
	{"elasticache-valkey", "NodeUsage:*", "AmazonElastiCache", "", valkey},
	{"eks", "AmazonEKS-Hours:*", "AmazonEKS", "", nil},
	{"eks", "EKS-Auto:*", "AmazonEKS", "", nil},
	{"dynamodb", "ReadRequestUnits", "AmazonDynamoDB", "", nil},
	{"dynamodb", "WriteRequestUnits", "AmazonDynamoDB", "", nil},
	{"dynamodb", "ReplWriteRequestUnits", "AmazonDynamoDB", "", nil},
	{"dynamodb", "ReadCapacityUnit-Hrs", "AmazonDynamoDB", "", nil},
	{"dynamodb", "WriteCapacityUnit-Hrs", "AmazonDynamoDB", "", nil},
	{"dynamodb", "TimedStorage-ByteHrs", "AmazonDynamoDB", "", nil},
	{"dynamodb", "TimedPITRStorage-ByteHrs", "AmazonDynamoDB", "", nil},
	{"dynamodb", "TimedBackupStorage-ByteHrs", "AmazonDynamoDB", "", nil},
	{"dynamodb", "Streams-Requests", "AmazonDynamoDB", "", nil},
	{"cloudwatch", "Alarm", "AmazonCloudWatch", "CW:AlarmMonitorUsage", nil},
	{"cloudwatch", "Alarm high resolution", "AmazonCloudWatch", "CW:HighResAlarmMonitorUsage", nil},
	{"cloudwatch", "Composite alarm", "AmazonCloudWatch", "CW:CompositeAlarmMonitorUsage", nil},
	{"cloudwatch", "Custom metric", "AmazonCloudWatch", "CW:MetricMonitorUsage", nil},
	{"cloudwatch", "Logs ingest", "AmazonCloudWatch", "DataProcessing-Bytes", nil},
	{"cloudwatch", "Logs storage", "AmazonCloudWatch", "TimedStorage-ByteHrs", nil},
	{"cloudwatch", "Logs Insights scan", "AmazonCloudWatch", "DataScanned-Bytes", nil},
	{"cloudwatch", "Logs ingest infrequent access", "AmazonCloudWatch", "DataProcessingIA-Bytes", nil},
	{"cloudwatch", "Vended logs", "AmazonCloudWatch", "VendedLog-Bytes", nil},
	{"s3", "TimedStorage-ByteHrs", "AmazonS3", "", nil},
	{"s3", "Requests-Tier1", "AmazonS3", "", nil},
	{"s3", "Requests-Tier2", "AmazonS3", "", nil},
	{"ecr", "Storage private", "AmazonECR", "TimedStorage-ByteHrs", nil},
	{"secretsmanager", "Secret", "AWSSecretsManager", "AWSSecretsManager-Secrets", nil},
	{"secretsmanager", "API requests", "AWSSecretsManager", "AWSSecretsManagerAPIRequest", nil},
	{"kms", "Customer managed key", "awskms", "KMS-Keys", nil},
	{"kms", "Requests symmetric", "awskms", "KMS-Requests", nil},
	{"sns", "Requests standard", "AmazonSNS", "Requests-Tier1", nil},
	{"sns", "HTTP notifications", "AmazonSNS", "DeliveryAttempts-HTTP", nil},
	{"sqs", "Requests standard", "AWSQueueService", "Requests-RBP", nil},
	{"sqs", "Requests FIFO", "AWSQueueService", "Requests-FIFO-RBP", nil},
	{"eventbridge", "Custom events published", "AWSEvents", "Event-64K-Chunks", putEvents},
	{"msk", "kafka.m7g.large broker", "AmazonMSK", "Kafka.m7g.large", nil},
	{"msk", "kafka.t3.small broker", "AmazonMSK", "Kafka.t3.small", nil},
	{"msk", "Storage", "AmazonMSK", "Kafka.Storage.GP2", nil},
	{"waf", "WebACLV2", "awswaf", "", nil},
	{"waf", "RuleV2", "awswaf", "", nil},
	{"waf", "RequestV2", "awswaf", "RequestV2-Tier1", nil},
	{"apigateway-http", "Requests", "AmazonApiGateway", "ApiGatewayHttpRequest", nil},
	{"apigateway-rest", "Requests", "AmazonApiGateway", "ApiGatewayRequest", nil},
	{"cloudfront", "DataTransfer-Out-Bytes US/EU", "AmazonCloudFront", "US-DataTransfer-Out-Bytes", nil},
	{"cloudfront", "DataTransfer-Out-OBytes US", "AmazonCloudFront", "US-DataTransfer-Out-OBytes", nil},
	{"cloudfront", "Requests HTTPS US/MX/CA", "AmazonCloudFront", "US-Requests-Tier2-HTTPS", nil},
	{"cloudfront", "Requests HTTP US/MX/CA", "AmazonCloudFront", "US-Requests-Tier1", nil},
	{"cloudfront", "Requests HTTPS Europe", "AmazonCloudFront", "EU-Requests-Tier2-HTTPS", nil},
	{"cloudfront", "CloudFront Functions", "AmazonCloudFront", "Executions-CloudFrontFunctions", nil},
	{"route53", "HostedZone", "AmazonRoute53", "", nil},
	{"route53", "DNS-Queries", "AmazonRoute53", "", nil},
	{"route53", "LBR-Queries", "AmazonRoute53", "", nil},
	{"route53", "Geo-Queries", "AmazonRoute53", "", nil},
	{"route53", "Health-Check-*", "AmazonRoute53", "", nil},
}

// globalOffers have one file for all regions.
var globalOffers = []string{"AmazonCloudFront", "AmazonRoute53"}

// productOf finds the product of a family of the book.
func productOf(service, family string) (product, bool) {
	for _, p := range products {
		start, open := strings.CutSuffix(p.key, "*")
		if p.service != service || family != p.key && (!open || !strings.HasPrefix(family, start)) {
			continue
		}
		if p.usage == "" {
			p.usage = family
		}
		return p, true
	}
	return product{}, false
}

// unitsOf are the names that the price list has for a thing of the book, in lower case, and how many of the
// book's things one of them is.
var unitsOf = map[string]map[string]float64{
	"hour": {"hrs": 1, "hr": 1, "hour": 1, "hours": 1},
	"month": {
		"mo": 1, "month": 1, "months": 1, "secrets": 1, "keys": 1,
		"hostedzone": 1, "hosted zones": 1, "health checks": 1, "alarms": 1,
	},
	"GB":                 {"gb": 1},
	"GB-month":           {"gb-mo": 1, "gb-month": 1, "gb-months": 1},
	"IOPS-month":         {"iops-mo": 1},
	"MiBps-month":        {"mibps-mo": 1, "gibps-mo": 1024},
	"vCPU-hour":          {"vcpu-hours": 1, "vcpu-hour": 1, "vcpu-hrs": 1},
	"LCU-hour":           {"lcu-hrs": 1, "lcu-hr": 1},
	"NLCU-hour":          {"lcu-hrs": 1, "lcu-hr": 1, "nlcu-hrs": 1},
	"ACU-hour":           {"acu-hr": 1, "acu-hrs": 1},
	"RCU-hour":           {"readcapacityunit-hrs": 1},
	"WCU-hour":           {"writecapacityunit-hrs": 1},
	"RRU":                {"readrequestunits": 1},
	"WRU":                {"writerequestunits": 1},
	"rWRU":               {"replicatedwriterequestunits": 1},
	"sRRU":               {"requests": 1, "streamrequests": 1},
	"requests":           {"requests": 1, "request": 1, "api requests": 1, "ios": 1},
	"queries":            {"queries": 1},
	"events":             {"events": 1, "64k-chunks": 1},
	"invocations":        {"invocations": 1, "requests": 1},
	"notifications":      {"notifications": 1},
	"alarm-metric-month": {"alarms": 1},
	"metric-month":       {"metrics": 1},
}
