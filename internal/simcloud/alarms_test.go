package simcloud_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/advise"
	"github.com/ladder-iac/ladder/internal/simcloud"
)

const metricAlarm = "aws:cloudwatch/metricAlarm:MetricAlarm"

var noon = time.Date(2026, 10, 2, 12, 0, 0, 0, time.UTC)

func addAlarm(t *testing.T, client pulumirpc.ResourceProviderClient, name string) *pulumirpc.CreateResponse {
	t.Helper()
	return must(create(t, client, metricAlarm, name, props{
		"name": name, "comparisonOperator": "GreaterThanThreshold", "threshold": 80, "evaluationPeriods": 24,
		"datapointsToAlarm": 3, "metricName": "CPUUtilization", "namespace": "AWS/EC2", "period": 3600,
		"statistic": "Average", "alarmDescription": "The database needs the processor.",
		"tags": props{"trigger": "2"},
	}))(t)
}

func removeAlarm(t *testing.T, client pulumirpc.ResourceProviderClient, name string, made *pulumirpc.CreateResponse) {
	t.Helper()
	_, err := client.Delete(t.Context(), &pulumirpc.DeleteRequest{
		Id: made.GetId(), Urn: urn(metricAlarm, name), Properties: made.GetProperties(),
	})
	require.NoError(t, err)
}

func alarmsOf(t *testing.T, cloud *simcloud.Cloud, region, prefix string) []advise.Alarm {
	t.Helper()
	alarms, err := cloud.Alarms(t.Context(), region, prefix)
	require.NoError(t, err)
	return alarms
}

// An alarm has no data until it is given a state, and keeps that for as long as it exists itself.
func TestAlarmState(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cloud := open(t, dir)
	client := aws(t, serve(t, cloud), "us-east-1")
	made := addAlarm(t, client, "ladder-dev-trigger-cpu")
	addAlarm(t, client, "ladder-dev-load")

	alarms := alarmsOf(t, cloud, "us-east-1", "ladder-dev-trigger-")
	require.Len(t, alarms, 1)
	require.WithinDuration(t, time.Now(), *alarms[0].Since, time.Minute)
	alarms[0].Since = nil
	require.Equal(t, advise.Alarm{
		Name: "ladder-dev-trigger-cpu", State: advise.NoData, Reason: "Unchecked: Initial alarm creation",
		Threshold: new(80.0), Comparison: "GreaterThanThreshold", Next: 2,
		Description: "The database needs the processor.",
	}, alarms[0])

	set := simcloud.AlarmState{
		Name: "ladder-dev-trigger-cpu", State: advise.Ringing, Reason: "rehearsal", Value: new(93.0), Since: noon,
	}
	was, err := cloud.SetAlarmState(set)
	require.NoError(t, err)
	require.Equal(t, advise.NoData, was)
	again := open(t, dir) // as another command
	alarms = alarmsOf(t, again, "us-east-1", "ladder-dev-trigger-")
	require.Equal(t, advise.Ringing, alarms[0].State)
	require.Equal(t, []any{"rehearsal", 93.0, noon}, []any{alarms[0].Reason, *alarms[0].Value, *alarms[0].Since})
	require.Empty(t, alarmsOf(t, again, "eu-west-1", ""), "alarms are of their region")

	// The same state again is no transition; another one is.
	set.Since, set.Value = noon.Add(time.Hour), nil
	was, err = cloud.SetAlarmState(set)
	require.NoError(t, err)
	require.Equal(t, advise.Ringing, was)
	require.Equal(t, noon, *alarmsOf(t, cloud, "us-east-1", "ladder-dev-trigger-")[0].Since)
	set.State = advise.Quiet
	_, err = cloud.SetAlarmState(set)
	require.NoError(t, err)
	require.Equal(t, noon.Add(time.Hour), *alarmsOf(t, cloud, "us-east-1", "ladder-dev-trigger-")[0].Since)

	// An alarm made again is a new one, and the state of the old one is dropped from the file.
	removeAlarm(t, client, "ladder-dev-trigger-cpu", made)
	require.Empty(t, alarmsOf(t, cloud, "us-east-1", "ladder-dev-trigger-"))
	addAlarm(t, client, "ladder-dev-trigger-cpu")
	require.Equal(t, advise.NoData, alarmsOf(t, cloud, "us-east-1", "ladder-dev-trigger-")[0].State)
	_, err = cloud.SetAlarmState(simcloud.AlarmState{Name: "ladder-dev-load", State: advise.Quiet, Since: noon})
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(dir, "alarm-states.json"))
	require.NoError(t, err)
	require.NotContains(t, string(text), "trigger-cpu")
	require.Contains(t, string(text), "ladder-dev-load")
}

func TestAlarmStateMistakes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cloud := open(t, dir)
	set := simcloud.AlarmState{Name: "ladder-dev-trigger-cpi", State: advise.Ringing, Since: noon}
	_, err := cloud.SetAlarmState(set)
	require.ErrorContains(t, err, `alarm "ladder-dev-trigger-cpi": no such alarm, nor any other; make them with `)

	servers := serve(t, cloud)
	client := aws(t, servers, "us-east-1")
	for _, name := range []string{"ladder-dev-trigger-cpu", "ladder-dev-trigger-writes", "ladder-dev-load", "ladder-dev-disk"} {
		addAlarm(t, client, name)
	}
	_, err = cloud.SetAlarmState(set)
	require.ErrorContains(t, err, "similar names: ladder-dev-trigger-cpu, ")
	require.NotContains(t, err.Error(), "load")
	set.Region = "eu-west-1"
	_, err = cloud.SetAlarmState(set)
	require.ErrorContains(t, err, "no such alarm, nor any other in eu-west-1")

	addAlarm(t, aws(t, servers, "eu-west-1"), "ladder-dev-load")
	set.Region, set.Name = "", "ladder-dev-load"
	_, err = cloud.SetAlarmState(set)
	require.ErrorContains(t, err, "got no region, want one of eu-west-1, us-east-1")
	set.Region = "eu-west-1"
	_, err = cloud.SetAlarmState(set)
	require.NoError(t, err)
	require.Equal(t, advise.NoData, alarmsOf(t, cloud, "us-east-1", "ladder-dev-load")[0].State)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "alarm-states.json"), []byte("{"), 0o600))
	_, err = cloud.SetAlarmState(set)
	require.ErrorContains(t, err, "alarm-states.json: ")
	_, err = cloud.Alarms(t.Context(), "us-east-1", "")
	require.ErrorContains(t, err, "mend the file, or delete it")
}
