package cli

import (
	"context"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/internal/engine"
)

// versionInfo is the result of `ladder version`; its JSON form is a stable contract (docs/cli.md).
type versionInfo struct {
	Version  string `json:"version"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Pulumi   string `json:"pulumi"` // oldest Pulumi CLI that works
}

type versionOptions struct {
	*factory
}

func newVersion(f *factory, run func(context.Context, *versionOptions) error) *cobra.Command {
	o := &versionOptions{factory: f}
	return &cobra.Command{
		Use:   "version",
		Short: "Show the version of ladder",
		Long: `Show the version of ladder, and the oldest Pulumi CLI that it works with.

Needs nothing: no account, no network, no Pulumi CLI.`,
		Example: `  ladder version`,
		Args:    arguments(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), o) },
	}
}

func runVersion(_ context.Context, o *versionOptions) error {
	info := versionInfo{
		Version: o.Version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Pulumi: engine.MinimumCLI,
	}
	if o.json {
		return o.printJSON(info)
	}
	return o.print(fmt.Sprintf("ladder %s (%s, %s; needs Pulumi %s or newer)\n",
		info.Version, info.Go, info.Platform, info.Pulumi))
}
