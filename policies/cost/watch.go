package cost

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// watch are the types that watch, tell, encrypt and remember.
var watch = map[string]pricer{
	alarmType:     (*estimator).alarmPrice,
	dashboardType: (*estimator).dashboardPrice,
	logGroupType:  (*estimator).logsPrice,
	keyType:       (*estimator).keyPrice,
	secretType:    (*estimator).secretPrice,
	topicType:     (*estimator).topicPrice,
	queueType:     (*estimator).queuePrice,
	"aws:cloudwatch/compositeAlarm:CompositeAlarm":   (*estimator).gatePrice,
	"aws:cloudwatch/logMetricFilter:LogMetricFilter": (*estimator).filterPrice,
	"aws:sns/topicSubscription:TopicSubscription":    (*estimator).subscriptionPrice,
	"aws:ssm/parameter:Parameter":                    (*estimator).parameterPrice,
}

const (
	// freeDashboards of an account, of up to 50 metrics each [Amazon CloudWatch pricing, 2026-09].
	freeDashboards = 3
	// batch of messages in a call, of which each message needs three: send, receive, delete.
	batch, callsPerMessage = 10, 3
	// auditGB a month of logs of an EKS control plane, nearly all of them audit; an estimate. A small cluster's were
	// reported at 144 USD, "hundreds" [GitHub, Smana/cloud-native-ref 1920; aws/containers-roadmap 1141].
	auditGB = 250
)

var (
	alarmTariff   = tariff{Fixed, "alarm, by metric", "cloudwatch", "Alarm"}
	metricTariff  = tariff{Fixed, "own metrics", "cloudwatch", "Custom metric"}
	logTariff     = tariff{Usage, "logs taken in", "cloudwatch", "Logs ingest"}
	secretTariff  = tariff{Usage, "reading secrets", "secretsmanager", "API requests"}
	decryptTariff = tariff{Usage, "decrypting secrets", "kms", "Requests symmetric"}
	eventTariff   = tariff{Usage, "events published", "sns", "Requests standard"}
	queueTariff   = tariff{Usage, "calls of the queue", "sqs", "Requests standard"}
)

// alarmPrice is by the metrics that an alarm reads, three times those with a band; the account's first ten are free.
func (e *estimator) alarmPrice(it *item) {
	metrics, period := 0.0, e.number(it, 60, 10, "period")
	for _, query := range blocks(it.Inputs, "metricQueries") {
		if _, is := query["metric"].(map[string]any); is {
			metrics++
			every, _ := number(query, 60, "metric", "period")
			period = min(period, every)
			e.ownMetric(it, query, "metric")
		}
	}
	if metrics == 0 {
		metrics = 1
		e.ownMetric(it, it.Inputs)
	}
	if band, _ := text(it.Inputs, "thresholdMetricId"); band != "" {
		metrics *= 3
	}
	if period < 60 {
		e.fixed(it, "alarm of high resolution, by metric", "cloudwatch", "Alarm high resolution", same(metrics))
		return
	}
	e.meter(it, alarmTariff, same(metrics))
}

// ownMetric counts a metric that AWS does not make, the first time that something reads it.
func (e *estimator) ownMetric(it *item, inputs map[string]any, path ...string) {
	namespace, _ := text(inputs, append(path, "namespace")...)
	name, _ := text(inputs, append(path, "metricName")...)
	dimensions, _ := at(inputs, append(path, "dimensions")...)
	var parts []string
	if set, is := dimensions.(map[string]any); is {
		for key, value := range set {
			parts = append(parts, fmt.Sprintf("%s=%v", key, value))
		}
	}
	e.countMetric(it, namespace, name, parts)
}

func (e *estimator) countMetric(it *item, namespace, name string, dimensions []string) {
	if namespace == "" || strings.HasPrefix(namespace, "AWS/") {
		return
	}
	sort.Strings(dimensions)
	id := strings.Join(append([]string{namespace, name}, dimensions...), "|")
	if !e.metric[id] {
		e.metric[id] = true
		e.meter(it, metricTariff, same(1))
	}
}

// dashboardPrice is a dashboard, and the own metrics that only it shows.
func (e *estimator) dashboardPrice(it *item) {
	above := max(0, float64(len(e.kinds[dashboardType])-freeDashboards))
	if above == 0 {
		e.free(it, "an account's first three dashboards are free")
	} else {
		e.fixed(it, "dashboard", "cloudwatch", "Dashboard", same(above/float64(len(e.kinds[dashboardType]))))
	}
	body, _ := text(it.Inputs, "dashboardBody")
	var board struct {
		Widgets []struct {
			Properties struct {
				Metrics [][]any `json:"metrics"`
			} `json:"properties"`
		} `json:"widgets"`
	}
	if json.Unmarshal([]byte(body), &board) != nil {
		return // not known yet: the alarms name the metrics, too
	}
	for _, widget := range board.Widgets {
		for _, metric := range widget.Properties.Metrics {
			var words []string
			for _, word := range metric {
				if text, is := word.(string); is {
					words = append(words, text)
				}
			}
			if len(words) < 2 {
				continue
			}
			var dimensions []string
			for i := 2; i+1 < len(words); i += 2 {
				dimensions = append(dimensions, words[i]+"="+words[i+1])
			}
			e.countMetric(it, words[0], words[1], dimensions)
		}
	}
}

func (e *estimator) gatePrice(it *item) {
	e.fixed(it, "composite alarm", "cloudwatch", "Composite alarm", same(1))
}

func (e *estimator) filterPrice(it *item) { e.meter(it, metricTariff, same(1)) }

// logsPrice is what the app writes, one line for a request in the sample, and how long it is kept.
func (e *estimator) logsPrice(it *item) {
	var gb float64
	switch name, _ := text(it.Inputs, "name"); {
	case writtenByApp(it):
		gb = e.traffic.logGB() / float64(len(e.appLogs))
	case strings.HasPrefix(name, "/aws/eks/"):
		gb = auditGB
	default:
		e.free(it, "AWS's services write errors and slow statements into it, and no line for a request")
		return
	}
	t := logTariff
	if class := e.text(it, "", "logGroupClass"); class == "INFREQUENT_ACCESS" {
		t.key = "Logs ingest infrequent access"
	}
	e.meter(it, t, same(gb))
	kept := e.number(it, 0, 0, "retentionInDays") / daysPerMonth
	if kept == 0 {
		kept = 12 // for ever: a year's
	}
	if p, ok := e.rate(it, "cloudwatch", "Logs storage"); ok {
		e.charge(it, Usage, "logs kept", same(gb*kept), p)
	}
}

// keyPrice is a key; each of its first two rotations adds as much again.
func (e *estimator) keyPrice(it *item) {
	count := same(1)
	if e.flag(it, "enableKeyRotation") {
		count.Max = 3
	}
	e.fixed(it, "key", "kms", "Customer managed key", count)
}

// secretPrice is a secret and its readers, each of which decrypts it, too.
func (e *estimator) secretPrice(it *item) {
	replicas := len(blocks(it.Inputs, "replicas")) // each is a secret of its region
	e.fixed(it, "secret", "secretsmanager", "Secret", same(float64(1+replicas)))
	calls := e.count.times(callsPerSecret)
	if calls.Max == 0 {
		return
	}
	e.meter(it, secretTariff, calls)
	if own, known := text(it.Inputs, "kmsKeyId"); own != "" || !known {
		e.meter(it, decryptTariff, calls)
	}
}

func (e *estimator) parameterPrice(it *item) {
	if tier := e.text(it, "Advanced", "tier"); tier == "Advanced" {
		e.fixed(it, "advanced parameter", "ssm", "Parameter Store advanced", same(1))
		return
	}
	e.free(it, "standard parameters are free")
}

// topicPrice is the events where queues or functions follow a topic; alerts to people stay in what is free. Several
// topics divide them: an event is published once.
func (e *estimator) topicPrice(it *item) {
	if !e.carriesEvents(it) {
		e.free(it, "alerts stay below the million requests and thousand e-mails that are free")
		return
	}
	e.meter(it, eventTariff, same(e.eventsOfTopic()))
}

// carriesEvents says whether a queue or a function follows a topic.
func (e *estimator) carriesEvents(topic *item) bool {
	return slices.ContainsFunc(e.usedBy(topic, subscriptionType), func(subscription *item) bool {
		protocol, _ := text(subscription.Inputs, "protocol")
		return protocol == "sqs" || protocol == "lambda"
	})
}

// eventsOfTopic a month.
func (e *estimator) eventsOfTopic() float64 {
	topics := 0
	for _, topic := range e.kinds[topicType] {
		if e.carriesEvents(topic) {
			topics++
		}
	}
	return e.traffic.writes() * e.traffic.EventShare / float64(max(1, topics))
}

func (e *estimator) subscriptionPrice(it *item) {
	switch protocol := e.text(it, "sms", "protocol"); protocol {
	case "sms", "application", "firehose":
		e.unpriced(it, "the book has no price of delivery by "+protocol)
	default:
		e.free(it, "alerts stay below the thousand e-mails that are free; events are priced with topic and queue")
	}
}

// queuePrice is a queue that a topic fills with the writes.
func (e *estimator) queuePrice(it *item) {
	if len(e.usedBy(it, subscriptionType)) == 0 || len(e.usedBy(it, queueType)) > 0 {
		e.free(it, "no topic fills it: of letters that nobody could deliver there are none to speak of")
		return
	}
	t := queueTariff
	if e.flag(it, "fifoQueue") {
		t.key = "Requests FIFO"
	}
	e.meter(it, t, same(e.eventsOfTopic()*callsPerMessage/batch))
}
