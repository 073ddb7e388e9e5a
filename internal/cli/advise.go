package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/internal/advise"
	"github.com/ladder-iac/ladder/internal/project"
	"github.com/ladder-iac/ladder/internal/simcloud"
)

type adviseOptions struct {
	*factory
	engineFlags
	cmd   *cobra.Command
	Stack string
}

func newAdvise(f *factory, run func(context.Context, *adviseOptions) error) *cobra.Command {
	o := &adviseOptions{factory: f}
	o.cmd = &cobra.Command{
		Use:   "advise STACK",
		Short: "Say whether it is time to climb to the next phase, and why",
		Long: `Say whether it is time to climb to the next phase, and why. Each phase watches by alarms, its triggers, what
will not hold for long: climb says that at least one rings, stay that none does, unknown that none rings and
some have no data yet. The exit code is 0 for each of them.

A value is what CloudWatch judged when the alarm took its state: "reached" compares it with the threshold
where the alarm rings. The simulated cloud measures nothing: see ladder simulate set-alarm-state.

Needs an AWS account (cloudwatch:DescribeAlarms, cloudwatch:ListTagsForResource) unless --simulate is given,
and no Pulumi CLI.`,
		Example: `  ladder advise phase1
  ladder advise phase1 --simulate --json`,
		Args:              arguments("STACK"),
		ValidArgsFunction: f.completeStacks(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Stack = args[0]
			return run(cmd.Context(), o)
		},
	}
	o.addSimulate(o.cmd)
	return o.cmd
}

func runAdvise(ctx context.Context, o *adviseOptions) error {
	t, err := o.load(o.cmd, o.Stack, nil)
	if err != nil {
		return err
	}
	phase, err := o.phase(t.stack)
	if err != nil {
		return err
	}
	source := o.Alarms
	if o.Simulate {
		if source, err = simcloud.Open(filepath.Join(t.project.Root, simulationFolder, "cloud")); err != nil {
			return err
		}
	}
	region, prefix := t.stack.Config["aws:region"], advise.Prefix(t.project.Name, o.Stack)
	alarms, err := source.Alarms(ctx, region, prefix)
	if err != nil {
		return fmt.Errorf("stack %q: %w", o.Stack, err)
	}
	if len(alarms) == 0 {
		return o.noTriggers(phase, region, prefix)
	}
	advice := advise.Judge(o.Stack, phase, alarms)
	if o.json {
		return o.printJSON(advice)
	}
	return o.printAdvice(t.project, phase, advice)
}

// phase is the phase that a stack's config names.
func (f *factory) phase(stack *project.Stack) (int, error) {
	value := stack.Config[f.PhaseKey]
	phase, err := strconv.Atoi(value)
	if err != nil {
		return 0, fmt.Errorf("stack %q: %s: got %q, want the number of a phase", stack.Name, f.PhaseKey, value)
	}
	return phase, nil
}

func (o *adviseOptions) noTriggers(phase int, region, prefix string) error {
	if phase == o.Phases[len(o.Phases)-1].Number {
		return fmt.Errorf("stack %q: phase %d is the last: it has no triggers, because nothing is above it", o.Stack, phase)
	}
	if o.Simulate {
		return fmt.Errorf("stack %q: no trigger alarms (%s...) in the simulated %s; make them with "+
			"`ladder up %s --simulate`", o.Stack, prefix, region, o.Stack)
	}
	return fmt.Errorf("stack %q: no trigger alarms (%s...) in %s; make them with `ladder up %s`; if you did, "+
		"see that the credentials are those of the same account", o.Stack, prefix, region, o.Stack)
}
