package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/internal/advise"
	"github.com/ladder-iac/ladder/internal/project"
	"github.com/ladder-iac/ladder/internal/simcloud"
)

// alarmChange is the result of `ladder simulate set-alarm-state`; its JSON form is a stable contract
// (docs/cli.md).
type alarmChange struct {
	Name string       `json:"name"`
	From advise.State `json:"from"` // OK, ALARM or INSUFFICIENT_DATA
	To   advise.State `json:"to"`
}

type setAlarmStateOptions struct {
	*factory
	simcloud.AlarmState
}

func newSetAlarmState(f *factory, run func(context.Context, *setAlarmStateOptions) error) *cobra.Command {
	o := &setAlarmStateOptions{factory: f}
	var value float64
	cmd := &cobra.Command{
		Use:   "set-alarm-state --alarm-name NAME --state-value STATE --state-reason TEXT",
		Short: "Set the state of an alarm in the simulated cloud",
		Long: `Set the state of an alarm in the simulated cloud, as aws cloudwatch set-alarm-state does on AWS, where the
alarm returns to its own state when it is judged again. The simulated cloud measures nothing: an alarm is
INSUFFICIENT_DATA until it is given a state, and keeps that until it is given another or is deleted.

Needs nothing: no account, no network, no Pulumi CLI.`,
		Example: `  ladder simulate set-alarm-state --alarm-name NAME --state-value ALARM --state-reason rehearsal --value 93
  ladder simulate set-alarm-state --alarm-name NAME --state-value OK --state-reason quiet`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(cmd); err != nil {
				return &usageError{cmd: cmd, err: err}
			}
			if cmd.Flags().Changed("value") {
				o.Value = &value
			}
			return run(cmd.Context(), o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.Name, "alarm-name", "", "`name` of the alarm, as ladder advise shows it (required)")
	flags.StringVar((*string)(&o.State), "state-value", "", "`state`: OK, ALARM or INSUFFICIENT_DATA (required)")
	flags.StringVar(&o.Reason, "state-reason", "", "`text` that says why (required)")
	flags.Float64Var(&value, "value", 0, "the latest `value` that the alarm is to show")
	flags.StringVar(&o.Region, "region", "", "`region` of the alarm, where several have one of that name")
	return cmd
}

func (o *setAlarmStateOptions) check(cmd *cobra.Command) error {
	var errs []error
	for _, name := range []string{"alarm-name", "state-value", "state-reason"} {
		if flag := cmd.Flags().Lookup(name); flag.Value.String() == "" {
			errs = append(errs, fmt.Errorf("--%s: got nothing, want a value", name))
		}
	}
	states := []advise.State{"", advise.Quiet, advise.Ringing, advise.NoData} // no state is said above
	if !slices.Contains(states, o.State) {
		errs = append(errs, fmt.Errorf("--state-value: got %q, want OK, ALARM or INSUFFICIENT_DATA", o.State))
	}
	return errors.Join(errs...)
}

func runSetAlarmState(_ context.Context, o *setAlarmStateOptions) error {
	found, err := project.Find(o.dir)
	if err != nil {
		return err
	}
	cloud, err := simcloud.Open(filepath.Join(found.Root, simulationFolder, "cloud"))
	if err != nil {
		return err
	}
	o.Since = o.Now()
	was, err := cloud.SetAlarmState(o.AlarmState)
	if err != nil {
		return err
	}
	change := alarmChange{Name: o.Name, From: was, To: o.State}
	if o.json {
		return o.printJSON(change)
	}
	return o.print(fmt.Sprintf("%s: %s -> %s\n", change.Name, change.From, change.To))
}
