package traffic_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/internal/traffic"
)

func TestDefault(t *testing.T) {
	t.Parallel()
	for number, mean := range map[int]float64{1: 11.57, 2: 115.7, 3: 1157, 4: 11574} {
		load := traffic.Default(number)
		require.NoError(t, load.Validate())
		require.InEpsilon(t, mean, load.MeanQPS(), 0.001)
		require.Equal(t, phase.Table[number-1].Users, load.Users)
		require.InDelta(t, 0.1157, load.LoadFactor, 0.0001)
	}
	require.Error(t, traffic.Default(5).Validate(), "there is no phase 5")
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	bad := traffic.Default(2)
	bad.Users, bad.PeakQPS, bad.LoadFactor = -1, -5, 1.2
	bad.WriteShare, bad.CacheHit, bad.LogSample = -0.1, 1.5, 2
	bad.ResponseBytes, bad.QueriesPerRead, bad.Hops = math.NaN(), 0, 0
	bad.DatabaseGB = math.Inf(1)
	err := bad.Validate()
	for _, mistake := range []string{
		"traffic: Users is -1; want 0 or more",
		"traffic: PeakQPS is -5; want requests a second above 0, such as the phase's",
		"traffic: LoadFactor is 1.2; want mean load by peak load, above 0 and at most 1; " +
			"0.1157 is 100 requests a user and day",
		"traffic: WriteShare is -0.1; want a share of 0 to 1",
		"traffic: CacheHit is 1.5; want a share of 0 to 1",
		"traffic: LogSample is 2; want a share of 0 to 1",
		"traffic: QueriesPerRead is 0; want 1 or more",
		"traffic: Hops is 0; want 1 or more",
		"traffic: ResponseBytes is NaN; want 0 or more",
		"traffic: DatabaseGB is +Inf; want 0 or more",
	} {
		require.ErrorContains(t, err, mistake)
	}
	none := traffic.Default(1)
	none.LoadFactor = 0
	require.ErrorContains(t, none.Validate(), "LoadFactor is 0")
}

// No field takes every number: each has a mistake at -1 and at NaN.
func TestEveryFieldIsChecked(t *testing.T) {
	t.Parallel()
	for field := range reflect.TypeFor[traffic.Model]().Fields() {
		bad := traffic.Default(3)
		if value := reflect.ValueOf(&bad).Elem().FieldByIndex(field.Index); value.CanInt() {
			value.SetInt(-1)
		} else {
			value.SetFloat(-1)
		}
		mistakes := bad.Mistakes()
		require.Len(t, mistakes, 1, field.Name)
		require.Equal(t, field.Name, mistakes[0].Field)
	}
}

func TestOverride(t *testing.T) {
	t.Parallel()
	base := traffic.Default(2)
	changed, err := base.Override([]byte(`{"loadFactor": 0.25, "users": 7}`))
	require.NoError(t, err)
	want := base
	want.LoadFactor, want.Users = 0.25, 7
	require.Equal(t, want, changed)
	for _, wrong := range []string{`{"qps": 3}`, `{"users": 1.5}`, `[]`, `{"users": "many"}`, ``, `{} {}`} {
		same, err := base.Override([]byte(wrong))
		require.ErrorContains(t, err, "traffic: ", wrong)
		require.Equal(t, base, same)
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(traffic.Default(1))
	require.NoError(t, err)
	var object map[string]any
	require.NoError(t, json.Unmarshal(text, &object))
	require.Len(t, traffic.Fields(), len(object))
	for _, name := range traffic.Fields() {
		require.Contains(t, object, name)
	}
}
