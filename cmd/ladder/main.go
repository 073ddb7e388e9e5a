// Command ladder takes a web system on AWS from one machine to a global platform. See docs/cli.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/ladder-iac/ladder/internal/cli"
	"github.com/ladder-iac/ladder/internal/cloudwatch"
	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/phase"
	"github.com/ladder-iac/ladder/stacks"
)

// version is set when a release is linked: -ldflags "-X main.version=v1.2.3".
var version = "dev"

func main() {
	signals := make(chan os.Signal, 3)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signal.Notify(signals, syscall.SIGHUP) // the terminal is gone
	}
	// Ctrl-C ends the reader of a pipe, too. It must not take an update down with it: a write fails, that is all.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, abort := cli.Interrupts(context.Background(), signals, os.Exit)
	os.Exit(cli.Main(ctx, cli.App{
		Version:      version,
		Program:      stacks.Run,
		Phases:       phases(),
		CheckConfig:  stacks.CheckConfig,
		PhaseKey:     "ladder:phase",
		Open:         engine.Open,
		Alarms:       cloudwatch.New(),
		SimulatedEnv: engine.SimulatedEnv,
		Now:          time.Now,
		Env:          os.Environ(),
		Abort:        abort,
	}, os.Args[1:], cli.SystemStreams(os.Environ())))
}

// phases returns the phase table in the form of the command, which does not link the AWS SDK.
func phases() []cli.Phase {
	table := make([]cli.Phase, 0, len(phase.Table))
	for _, p := range phase.Table {
		table = append(table, cli.Phase{
			Number: p.Number, Name: p.Name, Users: p.Users, PeakQPS: p.PeakQPS,
			P99Ms: int(p.P99.Milliseconds()), Availability: p.Availability,
			BudgetMinUSD: p.BudgetMinUSD, BudgetMaxUSD: p.BudgetMaxUSD, Built: stacks.Built(p.Number),
		})
	}
	return table
}
