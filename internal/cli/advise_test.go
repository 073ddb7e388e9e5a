package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"

	"github.com/ladder-iac/ladder/internal/advise"
)

// fakeAlarms are the alarms in the file that the variable ALARMS names, as those of one region.
type fakeAlarms []string

// Alarms implements advise.Source.
func (env fakeAlarms) Alarms(_ context.Context, region, prefix string) ([]advise.Alarm, error) {
	var file string
	for _, entry := range env {
		if value, ok := strings.CutPrefix(entry, "ALARMS="); ok {
			file = value
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, errors.New("no AWS credentials")
	}
	var all []struct {
		advise.Alarm
		Region  string
		Trigger int
	}
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	var found []advise.Alarm
	for _, a := range all {
		a.Next, a.Comparison = a.Trigger, "GreaterThanThreshold"
		if a.Region == region && strings.HasPrefix(a.Name, prefix) {
			found = append(found, a.Alarm)
		}
	}
	return found, nil
}
