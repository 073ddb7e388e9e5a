// Package cloudwatch reads alarms from Amazon CloudWatch. It is the only package that imports the AWS SDK: the
// others get it as an advise.Source.
package cloudwatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"

	"github.com/ladder-iac/ladder/internal/advise"
)

// Source implements advise.Source.
type Source struct {
	options []func(*config.LoadOptions) error
}

// New returns the alarms of the account that the environment's credentials belong to: variables, profile, single
// sign-on, or the role of the machine. Options change how the SDK reads them.
func New(options ...func(*config.LoadOptions) error) *Source { return &Source{options: options} }

// Alarms implements advise.Source. It needs the permissions cloudwatch:DescribeAlarms and
// cloudwatch:ListTagsForResource, both part of the managed policy CloudWatchReadOnlyAccess.
func (s *Source) Alarms(ctx context.Context, region, prefix string) ([]advise.Alarm, error) {
	client, err := s.connect(ctx, region)
	if err != nil {
		return nil, err
	}
	var alarms []advise.Alarm
	pages := cloudwatch.NewDescribeAlarmsPaginator(client, &cloudwatch.DescribeAlarmsInput{
		AlarmNamePrefix: &prefix, AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain(region, err)
		}
		for _, found := range page.MetricAlarms {
			alarm := alarmOf(found)
			if alarm.Next, err = asked(ctx, client, found.AlarmArn); err != nil {
				return nil, explain(region, err)
			}
			alarms = append(alarms, alarm)
		}
	}
	return alarms, nil
}

func (s *Source) connect(ctx context.Context, region string) (*cloudwatch.Client, error) {
	options := append([]func(*config.LoadOptions) error{
		config.WithRegion(region),
		config.WithLogger(logging.Nop{}), // its warnings come again as errors, or are none of the user's
	}, s.options...)
	settings, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("AWS settings: %w; see AWS_PROFILE and ~/.aws/config", err)
	}
	// Asked for here because the error of a call hides what is missing; the answer is kept for the calls.
	if _, err := settings.Credentials.Retrieve(ctx); err != nil {
		return nil, fmt.Errorf("no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "+
			"or log in with `aws sso login`: %w", err)
	}
	return cloudwatch.NewFromConfig(settings), nil
}

func alarmOf(found types.MetricAlarm) advise.Alarm {
	since := found.StateTransitionedTimestamp
	if since == nil {
		since = found.StateUpdatedTimestamp
	}
	return advise.Alarm{
		Name: text(found.AlarmName), State: advise.State(found.StateValue), Reason: text(found.StateReason),
		Since: utc(since), Value: latest(text(found.StateReasonData)), Threshold: found.Threshold,
		Comparison: string(found.ComparisonOperator), Description: text(found.AlarmDescription),
	}
}

// latest reads the last value that CloudWatch judged; nil when it judged none. The list is in the order of time.
func latest(reasonData string) *float64 {
	var reason struct {
		RecentDatapoints []*float64 `json:"recentDatapoints"`
	}
	if json.Unmarshal([]byte(reasonData), &reason) != nil {
		return nil // whoever set the state by hand may have written anything
	}
	for _, value := range slices.Backward(reason.RecentDatapoints) {
		if value != nil {
			return value
		}
	}
	return nil
}

// asked reads the phase that a trigger asks for off its tag; 0 when there is none.
func asked(ctx context.Context, client *cloudwatch.Client, arn *string) (int, error) {
	answer, err := client.ListTagsForResource(ctx, &cloudwatch.ListTagsForResourceInput{ResourceARN: arn})
	if err != nil {
		return 0, err
	}
	for _, tag := range answer.Tags {
		if text(tag.Key) == advise.TriggerTag {
			phase, _ := strconv.Atoi(text(tag.Value)) // 0 when somebody wrote something else
			return phase, nil
		}
	}
	return 0, nil
}

// explain says what to do about the error of a call.
func explain(region string, err error) error {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return fmt.Errorf("CloudWatch in %s: %w", region, err)
	}
	action := "cloudwatch:*"
	if call, is := errors.AsType[*smithy.OperationError](err); is {
		action = "cloudwatch:" + call.Operation()
	}
	switch api.ErrorCode() {
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation":
		return fmt.Errorf("CloudWatch in %s: the credentials may not call %s; allow it, as the managed policy "+
			"CloudWatchReadOnlyAccess does: %w", region, action, api)
	case "ExpiredToken", "ExpiredTokenException":
		return fmt.Errorf("CloudWatch in %s: the credentials have expired; get new ones, as with `aws sso login`: %w",
			region, api)
	case "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "IncompleteSignature":
		return fmt.Errorf("CloudWatch in %s: AWS does not know the credentials; look at them with "+
			"`aws sts get-caller-identity`, and see that the region is enabled in the account: %w", region, api)
	case "Throttling", "ThrottlingException":
		return fmt.Errorf("CloudWatch in %s: too many calls in this account now; try again in a minute: %w", region, api)
	}
	return fmt.Errorf("CloudWatch in %s: %s: %w", region, action, api)
}

func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

func utc(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	return new(at.UTC())
}
