package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/internal/project"
	"github.com/ladder-iac/ladder/internal/simcloud"
)

// simulation is the result of `ladder simulate` without a command; its JSON form is a stable contract
// (docs/cli.md).
type simulation struct {
	Env map[string]string `json:"env"` // what to set to use the simulated cloud
}

type simulateOptions struct {
	*factory
	Port    int
	Command []string
}

func newSimulate(f *factory, run func(context.Context, *simulateOptions) error) *cobra.Command {
	o := &simulateOptions{factory: f}
	cmd := &cobra.Command{
		Use:   "simulate [flags] [-- COMMAND [ARGUMENT...]]",
		Short: "Run any command, such as pulumi, against the simulated cloud",
		Long: `Run any command, such as pulumi, against the simulated cloud in .ladder, and end with its exit code. Without
a command, serve the simulated cloud until Ctrl-C and print what to set in another shell.

Needs no account and no network; the command may need the Pulumi CLI.`,
		Example: `  ladder simulate -- pulumi preview -s phase1
  ladder simulate --port 4000`,
		Args: cobra.ArbitraryArgs, // a command's; without it cobra would want them to be a subcommand
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Command = args
			return run(cmd.Context(), o)
		},
	}
	cmd.Flags().SetInterspersed(false) // flags behind the command are the command's
	cmd.Flags().IntVar(&o.Port, "port", 0,
		"serve on this `port` and the two after it; 0 takes free ones")
	cmd.AddCommand(newSetAlarmState(f, runSetAlarmState))
	return cmd
}

func runSimulate(ctx context.Context, o *simulateOptions) (err error) {
	found, err := project.Find(o.dir)
	if err != nil {
		return err
	}
	dir := filepath.Join(found.Root, simulationFolder)
	cloud, err := simcloud.Open(filepath.Join(dir, "cloud"))
	if err != nil {
		return err
	}
	servers, err := cloud.Serve(o.Port)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, servers.Close()) }()
	env, err := o.SimulatedEnv(dir, o.Env, servers.Env())
	if err != nil {
		return fmt.Errorf("simulation folder %s: %w", dir, err)
	}
	if len(o.Command) > 0 {
		return o.runCommand(ctx, env)
	}
	if err := o.printEnv(env); err != nil {
		return err
	}
	o.tell("serving the simulated cloud in %s; Ctrl-C ends it\n", dir)
	<-ctx.Done()
	return nil // stopping it is how it ends
}

// printEnv prints the settings that differ from the user's own, as a shell reads them.
func (o *simulateOptions) printEnv(env []string) error {
	settings := map[string]string{}
	var lines strings.Builder
	for _, entry := range env {
		if slices.Contains(o.Env, entry) {
			continue
		}
		name, value, _ := strings.Cut(entry, "=")
		settings[name] = value
		fmt.Fprintf(&lines, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	if o.json {
		return o.printJSON(simulation{Env: settings})
	}
	return o.print(lines.String())
}

// runCommand runs the command with our streams and waits for it. It shares our terminal and gets its Ctrl-C
// from there; only an interrupt that is meant for us alone is handed on.
func (o *simulateOptions) runCommand(ctx context.Context, env []string) error {
	cmd := exec.CommandContext(ctx, o.Command[0], o.Command[1:]...) //nolint:gosec // the user's own command
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = o.In, o.Out, o.Err
	cmd.Cancel = func() error {
		if o.Ask {
			return nil
		}
		return cmd.Process.Signal(os.Interrupt)
	}
	ended := make(chan struct{})
	defer close(ended)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", o.Command[0], err)
	}
	go func() {
		select {
		case <-ended:
		case <-o.Abort:
			_ = cmd.Process.Kill() // an error means that it ended already
		}
	}()
	err := cmd.Wait()
	if cmd.ProcessState.ExitCode() == 0 && ctx.Err() != nil { // it ended well although it was interrupted
		return nil
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return &childError{code: 128 + int(status.Signal())} // as shells say it
	}
	return &childError{code: exit.ExitCode()}
}
