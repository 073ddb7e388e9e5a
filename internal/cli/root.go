package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/internal/project"
)

const rootLong = `Ladder takes a web system on AWS from one virtual machine to a global platform, one phase at a time.

A stack is a file Pulumi.<stack>.yaml beside Pulumi.yaml. The offline commands need no account, no network
and no Pulumi CLI. The others work on a simulated cloud with --simulate, else on AWS; most of them run the
real Pulumi engine.

Exit codes:
  0  done
  1  failed
  2  the command line is wrong
  3  a mandatory policy is violated
  4  --expect-no-changes was given and there are changes`

// The groups of commands in the help of the root.
const (
	groupOffline = "offline"
	groupEngine  = "engine"
	groupCloud   = "cloud"
	groupOther   = "other"
)

func newRoot(f *factory) *cobra.Command {
	root := &cobra.Command{
		Use:   "ladder COMMAND",
		Short: "Take a web system on AWS from one machine to a global platform",
		Long:  rootLong,
		Example: `  ladder graph phase1
  ladder up phase1 --simulate`,
		Version:       f.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			err := fmt.Errorf("unknown command %q; want one of %s", args[0], strings.Join(names(cmd), ", "))
			return &usageError{cmd: cmd, err: err}
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return &usageError{cmd: cmd, err: err} })
	// The template would say twice that there are commands.
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), "\n  {{.CommandPath}} [command]", "", 1))
	root.SetVersionTemplate("ladder {{.Version}}\n")
	root.PersistentFlags().StringVarP(&f.dir, "project", "C", ".", "`folder` of the Pulumi project, or one below it")
	root.PersistentFlags().BoolVar(&f.json, "json", false, "print the result as JSON (docs/cli.md)")
	root.AddGroup(
		&cobra.Group{ID: groupOffline, Title: "Offline:"},
		&cobra.Group{ID: groupEngine, Title: "With the Pulumi engine:"},
		&cobra.Group{ID: groupCloud, Title: "With the cloud alone:"},
		&cobra.Group{ID: groupOther, Title: "Other:"},
	)
	for _, group := range []struct {
		id       string
		commands []*cobra.Command
	}{
		{groupOffline, []*cobra.Command{
			newPhases(f, runPhases), newGraph(f, runGraph), newDiff(f, runDiff), newCost(f, runCost), newPrices(f, runPrices),
			newCheck(f, runCheck), newManifests(f, runManifests),
		}},
		{groupEngine, []*cobra.Command{
			newPreview(f, runPreview), newUp(f, runUp), newOutputs(f, runOutputs),
			newRefresh(f, runRefresh), newDestroy(f, runDestroy), newSimulate(f, runSimulate),
		}},
		{groupCloud, []*cobra.Command{newAdvise(f, runAdvise)}},
		{groupOther, []*cobra.Command{newVersion(f, runVersion)}},
	} {
		for _, command := range group.commands {
			command.GroupID = group.id
			root.AddCommand(command)
		}
	}
	root.SetHelpCommandGroupID(groupOther)
	root.SetCompletionCommandGroupID(groupOther)
	return root
}

func names(cmd *cobra.Command) []string {
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return names
}

// arguments wants exactly the named arguments.
func arguments(wanted ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		var err error
		switch {
		case len(args) < len(wanted):
			err = fmt.Errorf("missing argument %s", strings.Join(wanted[len(args):], " and "))
		case len(args) > len(wanted) && len(wanted) == 0:
			err = fmt.Errorf("got argument %q, want none", args[0])
		case len(args) > len(wanted):
			err = fmt.Errorf("got %d arguments (%s), want %s",
				len(args), strings.Join(args, " "), strings.Join(wanted, " "))
		default:
			return nil
		}
		return &usageError{cmd: cmd, err: err}
	}
}

// completeStacks offers the stacks of the project to the shell, for the first count arguments.
func (f *factory) completeStacks(count int) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		found, err := project.Find(f.dir)
		if err != nil || len(args) >= count {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return found.Stacks(), cobra.ShellCompDirectiveNoFileComp
	}
}
