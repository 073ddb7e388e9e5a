package cloudwatch_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/advise"
	"github.com/ladder-iac/ladder/internal/cloudwatch"
)

// call is one request that the service got: the operation and its input.
type call struct {
	operation string
	input     cbor.Map
}

// answer is what the service says to one request.
type answer struct {
	status int
	body   cbor.Map
}

// service speaks the protocol of CloudWatch as this version of the SDK does, Smithy RPC v2 with CBOR bodies
// (https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html): the path names the operation, members
// have the names of the API reference, times are tagged seconds since 1970, errors carry __type.
type service struct {
	mu      sync.Mutex
	calls   []call
	answers map[string][]answer // by operation, in order
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	decoded, err := cbor.Decode(body)
	input, isMap := decoded.(cbor.Map)
	if err != nil || !isMap || r.Method != http.MethodPost || r.Header.Get("Smithy-Protocol") != "rpc-v2-cbor" ||
		!strings.HasPrefix(r.URL.Path, "/service/GraniteServiceVersion20100801/operation/") ||
		!strings.Contains(r.Header.Get("Authorization"), "/eu-west-1/monitoring/aws4_request") {
		http.Error(w, "not the protocol of this test", http.StatusNotImplemented)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	operation := path.Base(r.URL.Path)
	s.calls = append(s.calls, call{operation, input})
	next := answer{http.StatusOK, cbor.Map{}}
	if queue := s.answers[operation]; len(queue) > 0 {
		next, s.answers[operation] = queue[0], queue[1:]
	}
	w.Header().Set("Content-Type", "application/cbor")
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	if next.status != http.StatusOK {
		w.Header().Set("X-Amzn-Query-Error", string(next.body["__type"].(cbor.String))+";Sender")
	}
	w.WriteHeader(next.status)
	_, _ = w.Write(cbor.Encode(next.body))
}

func (s *service) operations() []string {
	var all []string
	for _, c := range s.calls {
		all = append(all, c.operation)
	}
	return all
}

// read asks the service for the alarms of a stack.
func read(t *testing.T, s *service) ([]advise.Alarm, error) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	nowhere := []string{filepath.Join(t.TempDir(), "none")}
	source := cloudwatch.New(
		config.WithBaseEndpoint(server.URL),
		config.WithSharedConfigFiles(nowhere), config.WithSharedCredentialsFiles(nowhere),
		config.WithCredentialsProvider(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "example"}, nil
		})),
		config.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { // as by default, but at once
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		}),
	)
	return source.Alarms(t.Context(), "eu-west-1", "ladder-phase1-trigger-")
}

func failure(status int, code, message string) answer {
	return answer{status, cbor.Map{"__type": cbor.String(code), "message": cbor.String(message)}}
}

func described(token string, alarms ...cbor.Value) answer {
	body := cbor.Map{"MetricAlarms": cbor.List(alarms)}
	if token != "" {
		body["NextToken"] = cbor.String(token)
	}
	return answer{http.StatusOK, body}
}

func tagged(key, value string) answer {
	return answer{http.StatusOK, cbor.Map{"Tags": cbor.List{
		cbor.Map{"Key": cbor.String("component"), "Value": cbor.String("monitor")},
		cbor.Map{"Key": cbor.String(key), "Value": cbor.String(value)},
	}}}
}

func seconds(n float64) cbor.Value { return &cbor.Tag{ID: 1, Value: cbor.Float64(n)} }

// ringing is an alarm as CloudWatch describes it.
func ringing(name string) cbor.Map {
	return cbor.Map{
		"AlarmName":                  cbor.String(name),
		"AlarmArn":                   cbor.String("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:" + name),
		"AlarmDescription":           cbor.String("The database needs the processor."),
		"StateValue":                 cbor.String("ALARM"),
		"StateReason":                cbor.String("Threshold Crossed: 3 out of the last 24 datapoints were greater than the threshold (80.0)."),
		"StateReasonData":            cbor.String(`{"version":"1.0","queryDate":"2026-10-02T17:04:40.985+0000","statistic":"Average","period":3600,"recentDatapoints":[81.5,90.25,93.5],"threshold":80.0}`),
		"StateUpdatedTimestamp":      seconds(1790960680.985),
		"StateTransitionedTimestamp": seconds(1790960400),
		"ComparisonOperator":         cbor.String("GreaterThanThreshold"),
		"Threshold":                  cbor.Float64(80),
		"EvaluationPeriods":          cbor.Uint(24),
		"DatapointsToAlarm":          cbor.Uint(3),
		"ActionsEnabled":             cbor.Bool(true),
	}
}

func TestAlarms(t *testing.T) {
	t.Parallel()
	s := &service{answers: map[string][]answer{
		"DescribeAlarms":      {described("", ringing("ladder-phase1-trigger-database-cpu"))},
		"ListTagsForResource": {tagged("trigger", "2")},
	}}
	got, err := read(t, s)
	require.NoError(t, err)
	since := time.Unix(1790960400, 0).UTC()
	require.Equal(t, []advise.Alarm{{
		Name: "ladder-phase1-trigger-database-cpu", State: advise.Ringing, Since: &since,
		Value: new(93.5), Threshold: new(80.0), Comparison: "GreaterThanThreshold", Next: 2,
		Reason:      "Threshold Crossed: 3 out of the last 24 datapoints were greater than the threshold (80.0).",
		Description: "The database needs the processor.",
	}}, got)
	require.Equal(t, []string{"DescribeAlarms", "ListTagsForResource"}, s.operations())
	require.Equal(t, cbor.Map{
		"AlarmNamePrefix": cbor.String("ladder-phase1-trigger-"),
		"AlarmTypes":      cbor.List{cbor.String("MetricAlarm")},
	}, s.calls[0].input)
	require.Equal(t, cbor.Map{
		"ResourceARN": cbor.String("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:ladder-phase1-trigger-database-cpu"),
	}, s.calls[1].input)
}

// What may be missing from an alarm is unknown, not an error.
func TestAlarmWithoutData(t *testing.T) {
	t.Parallel()
	for name, reason := range map[string]string{
		"no datapoints": `{"recentDatapoints":[]}`, "by hand": `checked by Ann`, "null": `{"recentDatapoints":[null]}`,
		"none": ``,
	} {
		s := &service{answers: map[string][]answer{
			"DescribeAlarms": {described("", cbor.Map{
				"AlarmName": cbor.String("a"), "AlarmArn": cbor.String("arn:a"),
				"StateValue": cbor.String("INSUFFICIENT_DATA"), "StateReasonData": cbor.String(reason),
				"StateUpdatedTimestamp": seconds(1790960680),
			})},
			"ListTagsForResource": {tagged("trigger", "soon")},
		}}
		got, err := read(t, s)
		require.NoError(t, err)
		since := time.Unix(1790960680, 0).UTC()
		require.Equal(t, []advise.Alarm{{Name: "a", State: advise.NoData, Since: &since}}, got, name)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	s := &service{answers: map[string][]answer{
		"DescribeAlarms": {
			described("first", ringing("a")), described("second"), described("", ringing("b"), ringing("c")),
		},
	}}
	got, err := read(t, s)
	require.NoError(t, err)
	require.Len(t, got, 3)
	var tokens []cbor.Value
	for _, c := range s.calls {
		if c.operation == "DescribeAlarms" {
			tokens = append(tokens, c.input["NextToken"])
		}
	}
	require.Equal(t, []cbor.Value{nil, cbor.String("first"), cbor.String("second")}, tokens)
}

func TestNone(t *testing.T) {
	t.Parallel()
	s := &service{answers: map[string][]answer{"DescribeAlarms": {described("")}}}
	got, err := read(t, s)
	require.NoError(t, err)
	require.Empty(t, got)
	require.Equal(t, []string{"DescribeAlarms"}, s.operations())
}

func TestThrottling(t *testing.T) {
	t.Parallel()
	throttled := failure(http.StatusBadRequest, "Throttling", "Rate exceeded")
	s := &service{answers: map[string][]answer{"DescribeAlarms": {throttled, throttled, described("", ringing("a"))}}}
	got, err := read(t, s)
	require.NoError(t, err)
	require.Len(t, got, 1, "the third attempt got through")

	s = &service{answers: map[string][]answer{"DescribeAlarms": {throttled, throttled, throttled, throttled}}}
	_, err = read(t, s)
	require.ErrorContains(t, err, "CloudWatch in eu-west-1: too many calls in this account now; try again in a minute: ")
	require.ErrorContains(t, err, "Rate exceeded")
	require.Len(t, s.calls, 3)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	denied := failure(http.StatusForbidden, "AccessDenied", "User: ann is not authorized")
	for _, test := range []struct {
		answers map[string][]answer
		want    string
	}{
		{
			map[string][]answer{"DescribeAlarms": {denied}},
			"CloudWatch in eu-west-1: the credentials may not call cloudwatch:DescribeAlarms; allow it, as the managed " +
				"policy CloudWatchReadOnlyAccess does: api error AccessDenied: User: ann is not authorized",
		},
		{
			map[string][]answer{"DescribeAlarms": {described("", ringing("a"))}, "ListTagsForResource": {denied}},
			"the credentials may not call cloudwatch:ListTagsForResource; allow it",
		},
		{
			map[string][]answer{"DescribeAlarms": {failure(http.StatusForbidden, "ExpiredToken", "expired")}},
			"the credentials have expired; get new ones",
		},
		{
			map[string][]answer{"DescribeAlarms": {failure(http.StatusForbidden, "InvalidClientTokenId", "invalid")}},
			"AWS does not know the credentials",
		},
		{
			map[string][]answer{"DescribeAlarms": {failure(http.StatusBadRequest, "InvalidNextToken", "strange")}},
			"CloudWatch in eu-west-1: cloudwatch:DescribeAlarms: InvalidNextToken: strange",
		},
	} {
		_, err := read(t, &service{answers: test.answers})
		require.ErrorContains(t, err, test.want)
	}
}

// Not parallel: the SDK reads the environment of the process.
func TestNoCredentials(t *testing.T) {
	for _, name := range []string{
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
	} {
		t.Setenv(name, "")
	}
	none := filepath.Join(t.TempDir(), "none")
	t.Setenv("AWS_CONFIG_FILE", none)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", none)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	_, err := cloudwatch.New().Alarms(t.Context(), "eu-west-1", "a")
	require.ErrorContains(t, err, "no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")

	t.Setenv("AWS_PROFILE", "work")
	_, err = cloudwatch.New().Alarms(t.Context(), "eu-west-1", "a")
	require.ErrorContains(t, err, "AWS settings: ")
	require.ErrorContains(t, err, "work")
}
