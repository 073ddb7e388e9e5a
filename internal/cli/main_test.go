package cli_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ladder-iac/ladder/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ladder": ladder})
}

// TestScripts plays the transcripts in testdata/script. Each has a project of its own, a real program and a
// fake engine that deploys into a file.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       flag.Lookup("update").Value.String() == "true",
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup:               func(env *testscript.Env) error { return os.CopyFS(env.WorkDir, os.DirFS("testdata/project")) },
	})
}

// exits runs a command and wants an exit code: exits 2 ladder up.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGUMENT...]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, is := errors.AsType[*exec.ExitError](err); is {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code: got %d, want %s", got, args[0])
	}
}

// ladder is the command of the scripts. ASK=1 stands for a terminal to ask on.
func ladder() {
	signals := make(chan os.Signal, 3)
	signal.Notify(signals, os.Interrupt)
	ctx, abort := cli.Interrupts(context.Background(), signals, os.Exit)
	app := testApp(os.Environ())
	app.Abort = abort
	os.Exit(cli.Main(ctx, app, os.Args[1:], cli.Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Ask:  os.Getenv("ASK") == "1",
		Size: func() (int, int) { return 0, 0 },
	}))
}

func testApp(env []string) cli.App {
	return cli.App{
		Version: "v0.0.0-test",
		Program: program,
		Phases: []cli.Phase{
			{Number: 1, Name: "one server", Users: 1000, PeakQPS: 100, P99Ms: 200, Availability: 99, BudgetMinUSD: 50, BudgetMaxUSD: 100, Built: true},
			{Number: 2, Name: "read replicas", Users: 100_000, PeakQPS: 1000, P99Ms: 150, Availability: 99.5, BudgetMinUSD: 300, BudgetMaxUSD: 500, Built: true},
			{Number: 4, Name: "microservices", Users: 10_000_000, PeakQPS: 100_000, P99Ms: 50, Availability: 99.99, BudgetMinUSD: 20_000, BudgetMaxUSD: 50_000},
		},
		PhaseKey:     "demo:phase",
		CheckConfig:  checkConfig,
		Open:         openFake,
		Alarms:       fakeAlarms(env),
		SimulatedEnv: simulatedEnv,
		Now:          func() time.Time { return time.Unix(0, 0) },
		Env:          env,
	}
}

func simulatedEnv(dir string, user, providers []string) ([]string, error) {
	return slices.Concat(user, []string{"PULUMI_BACKEND_URL=file://" + dir + "/state"}, providers), nil
}

func checkConfig(values map[string]string) error {
	var errs []error
	known := []string{"aws:region", "demo:instanceType", "demo:zone", "demo:data", "demo:token", "demo:phase"}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(known, key) {
			errs = append(errs, fmt.Errorf("%s: unknown key, want one of %s", key, strings.Join(known, ", ")))
		}
	}
	if size := values["demo:instanceType"]; !strings.HasPrefix(size, "t4g.") {
		errs = append(errs, fmt.Errorf("demo:instanceType: got %q, want a t4g type", size))
	}
	return errors.Join(errs...)
}

type component struct{ pulumi.ResourceState }

// program makes a server and, when demo:data is "plain" or "protected", a volume for it.
func program(ctx *pulumi.Context) error {
	size, _ := ctx.GetConfig("demo:instanceType")
	zone, _ := ctx.GetConfig("demo:zone")
	data, _ := ctx.GetConfig("demo:data")
	inputs := pulumi.Map{
		"ami":              pulumi.String("ami-0123456789abcdef0"),
		"instanceType":     pulumi.String(size),
		"availabilityZone": pulumi.String(zone),
	}
	if token, given := ctx.GetConfig("demo:token"); given {
		inputs["userData"] = pulumi.ToSecret(pulumi.String(token))
	}
	kind, opts := "demo:web:Web", []pulumi.ResourceOption{}
	if number, given := ctx.GetConfig("demo:phase"); given {
		provider, err := objective(ctx, number)
		if err != nil {
			return err
		}
		kind, opts = "ladder:web:Web", append(opts, pulumi.Provider(provider))
		inputs["associatePublicIpAddress"] = pulumi.Bool(true)
	}
	web := &component{}
	if err := ctx.RegisterComponentResource(kind, "web", web); err != nil {
		return err
	}
	server := &pulumi.CustomResourceState{}
	err := ctx.RegisterResource("aws:ec2/instance:Instance", "web-server", inputs, server,
		append(opts, pulumi.Parent(web))...)
	if err != nil || data == "" {
		return err
	}
	volume := &pulumi.CustomResourceState{}
	return ctx.RegisterResource("aws:ebs/volume:Volume", "web-data", pulumi.Map{
		"size":             pulumi.Int(50),
		"availabilityZone": pulumi.String(zone),
	}, volume, append(opts, pulumi.Parent(web), pulumi.Protect(data == "protected"))...)
}

// objective says what the phase is for, and where it is: what a bill needs to know.
func objective(ctx *pulumi.Context, number string) (pulumi.ProviderResource, error) {
	phase, err := strconv.Atoi(number)
	if err != nil {
		return nil, err
	}
	err = ctx.RegisterComponentResourceV2("ladder:objective:Objective", "objective",
		pulumi.Map{"phase": pulumi.Int(phase)}, &component{})
	if err != nil {
		return nil, err
	}
	region, _ := ctx.GetConfig("aws:region")
	provider := &pulumi.ProviderResourceState{}
	return provider, ctx.RegisterResource("pulumi:providers:aws", "aws", pulumi.Map{
		"region": pulumi.String(region),
	}, provider)
}
