package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/policies/pack"
	"github.com/ladder-iac/ladder/policies/rule"
)

// checkResult is the result of `ladder check`; its JSON form is a stable contract (docs/cli.md).
type checkResult struct {
	Stack      string           `json:"stack"`
	Violations []pack.Violation `json:"violations"` // mandatory ones first
}

type checkOptions struct {
	*factory
	cmd    *cobra.Command
	Stack  string
	Config []string
}

func newCheck(f *factory, run func(context.Context, *checkOptions) error) *cobra.Command {
	o := &checkOptions{factory: f}
	o.cmd = &cobra.Command{
		Use:   "check STACK",
		Short: "Check a stack against the policies on cost, load, availability and safety",
		Long: `Check a stack against the policies on cost, load, availability and safety: those that the policy pack has in
preview and up (make policies; --policy-pack bin/policies), with the same findings. docs/policies.md has them all.
A mandatory violation ends it with exit code 3; an advisory one is told.

Needs nothing: no account, no network, no Pulumi CLI.`,
		Example: `  ladder check phase1
  ladder check phase1 --config instanceType=t4g.medium`,
		Args:              arguments("STACK"),
		ValidArgsFunction: f.completeStacks(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Stack = args[0]
			return run(cmd.Context(), o)
		},
	}
	addConfigFlag(o.cmd, &o.Config)
	return o.cmd
}

func runCheck(_ context.Context, o *checkOptions) error {
	t, err := o.load(o.cmd, o.Stack, o.Config)
	if err != nil {
		return err
	}
	recorded, err := o.record(t)
	if err != nil {
		return err
	}
	report := pack.Run(recorded.Resources, o.Now())
	if o.json {
		result := checkResult{Stack: o.Stack, Violations: append([]pack.Violation{}, report.Violations...)}
		err = o.printJSON(result)
	} else {
		err = o.print(o.findings(report))
	}
	if err == nil && pack.Mandatory(report.Violations) {
		return fmt.Errorf("stack %q: %w", o.Stack, engine.ErrPolicy)
	}
	return err
}

// findings lists the violations by level, each with what to do and where to read more.
func (o *checkOptions) findings(report pack.Report) string {
	var text strings.Builder
	count := map[rule.Level]int{}
	for _, v := range report.Violations {
		if count[v.Level] == 0 {
			colour := yellow
			if v.Level == rule.Mandatory {
				colour = red
			}
			fmt.Fprintln(&text, paint(o.OutColor, colour, strings.ToUpper(string(v.Level))))
		}
		count[v.Level]++
		of, _ := pack.Find(v.Rule)
		fmt.Fprintf(&text, "  %s: %s\n    why: %s\n    source: %s\n", v.Rule, v.Message, of.Why, of.Source)
	}
	if len(report.Violations) > 0 {
		text.WriteByte('\n')
	}
	fmt.Fprintf(&text, "%s: %d mandatory, %d advisory, %d waived, of %d rules\n",
		o.Stack, count[rule.Mandatory], count[rule.Advisory], len(report.Waived), len(pack.All))
	return text.String()
}
