package price

import (
	"fmt"
	"slices"
	"strings"
)

// alike are the regions whose prices stand for another's. Where AWS names no common price, the row is an
// upper bound.
var alike = []struct {
	from, to string
	services []string
	why      string
}{
	{
		"us-east-1", "us-west-2",
		[]string{
			"ec2", "ebs", "vpc", "data-transfer", "elb", "rds", "rds-postgres", "aurora", "aurora-postgres", "dynamodb",
			"elasticache", "elasticache-redis", "elasticache-valkey", "eks", "waf", "sqs", "sns", "eventbridge", "msk",
			"secretsmanager", "kms", "ssm", "appconfig", "cloudwatch", "s3", "ecr", "apigateway-http", "apigateway-rest",
		},
		"AWS prices both alike",
	},
	{"us-east-2", "us-east-1", []string{"dynamodb"}, "AWS prices both alike"},
	{"us-east-2", "us-west-2", []string{"dynamodb"}, "AWS prices both alike"},
	{"us-west-1", "us-east-1", []string{"aws-backup"}, "an upper bound, us-west-1 is dearer"},
	{"us-west-1", "us-west-2", []string{"aws-backup"}, "an upper bound, us-west-1 is dearer"},
}

// onlyThere is true of rows that say nothing about another region: allowances are given once for an account,
// and the price of a way between two regions is theirs.
func onlyThere(key string) bool {
	_, tier := Family(key)
	return tier.Free || key == "InterRegion-Out-Bytes to us-east-2"
}

func (b *Book) derive(service, key, region string) (Price, bool) {
	if onlyThere(key) {
		return Price{}, false
	}
	for _, pair := range alike {
		if pair.to != region || !slices.Contains(pair.services, service) {
			continue
		}
		if i, found := b.at[name{service, key, pair.from}]; found {
			p := b.rows[i]
			p.Region, p.Grade = region, D
			p.Source = fmt.Sprintf("derived from %s (%s): %s", pair.from, pair.why, p.Source)
			return p, true
		}
	}
	return Price{}, false
}

// regionsOf lists the regions in which a key, or a family of tiers, has a price, the derived ones too.
func (b *Book) regionsOf(service, key string) []string {
	var regions []string
	for _, p := range b.rows {
		if p.Service != service || p.Key != key && !strings.HasPrefix(p.Key, key+" first ") {
			continue
		}
		regions = append(regions, p.Region)
		for _, pair := range alike {
			if pair.from == p.Region && slices.Contains(pair.services, service) && !onlyThere(p.Key) {
				regions = append(regions, pair.to)
			}
		}
	}
	slices.Sort(regions)
	return slices.Compact(regions)
}
