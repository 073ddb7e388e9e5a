package facts

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// watchOutputs are the types that watch and act: documents, rules and their targets, filters, subscriptions, and
// the users of a cache.
var watchOutputs = map[string]outputs{
	"aws:ssm/document:Document": {id: property("name"), outputs: map[string]made{
		"arn": arn("ssm", "document/", "name"), "owner": account, "status": is("Active"), "hashType": is("Sha256"),
		"createdDate": from(func(b *builder) string { return b.time("created") }),
		// Every new content is a new version, which the provider makes the default.
		"documentVersion": is("1"), "latestVersion": is("1"), "defaultVersion": is("1"),
		"hash": from(func(b *builder) string {
			sum := sha256.Sum256([]byte(b.str("content")))
			return hex.EncodeToString(sum[:])
		}),
		"schemaVersion": from(func(b *builder) string { return b.saysDocument("schemaVersion") }),
		"description":   from(func(b *builder) string { return b.saysDocument("description") }),
		"platformTypes": func(*builder) resource.PropertyValue { return list("Linux", "MacOS", "Windows") },
	}},
	"aws:cloudwatch/eventRule:EventRule": {id: onBus("/", "name"), outputs: map[string]made{
		"arn": from(func(b *builder) string { return b.place.arn("events", "rule/"+onBus("/", "name")(b)) }),
	}},
	"aws:cloudwatch/eventTarget:EventTarget":         {id: onBus("-", "rule", "targetId")},
	"aws:cloudwatch/logMetricFilter:LogMetricFilter": {id: property("name")},
	"aws:rds/eventSubscription:EventSubscription": {id: property("name"), outputs: map[string]made{
		"arn": arn("rds", "es:", "name"), "customerAwsId": account,
	}},
	// Cost Explorer has no regions; its identifiers are the ARNs.
	"aws:costexplorer/anomalyMonitor:AnomalyMonitor": {
		id: anomaly("anomalymonitor"), outputs: map[string]made{"arn": of("id")},
	},
	"aws:costexplorer/anomalySubscription:AnomalySubscription": {
		id: anomaly("anomalysubscription"), outputs: map[string]made{"arn": of("id"), "accountId": account},
	},
	"aws:elasticache/user:User": {id: property("userId"), outputs: map[string]made{
		"arn": arn("elasticache", "user:", "userId"),
	}},
	"aws:elasticache/userGroup:UserGroup": {id: property("userGroupId"), outputs: map[string]made{
		"arn": arn("elasticache", "usergroup:", "userGroupId"),
	}},
	"aws:elasticache/userGroupAssociation:UserGroupAssociation": {id: joined(",", "userGroupId", "userId")},
}

// anomaly is the ARN of a part of Cost Anomaly Detection.
func anomaly(part string) func(*builder) string {
	return func(b *builder) string { return b.place.accountARN("ce", part+"/"+b.uuid("id")) }
}

// onBus joins what identifies a part of an event bus; the default bus is left out.
func onBus(separator string, keys ...string) func(*builder) string {
	return func(b *builder) string {
		id := joined(separator, keys...)(b)
		if bus := b.or("eventBusName", "default"); bus != "default" {
			return bus + separator + id
		}
		return id
	}
}

// saysDocument reads a field at the top of a document, which is JSON or YAML.
func (b *builder) saysDocument(field string) string {
	content := b.str("content")
	var document map[string]any
	if json.Unmarshal([]byte(content), &document) == nil {
		said, _ := document[field].(string)
		return said
	}
	found := regexp.MustCompile(`(?m)^` + field + `:\s*(.*)$`).FindStringSubmatch(content)
	if found == nil {
		return ""
	}
	return strings.Trim(found[1], "\"' \r")
}
