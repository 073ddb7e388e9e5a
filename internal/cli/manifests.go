package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/ladder-iac/ladder/internal/manifests"
)

type manifestsOptions struct {
	*factory
	cmd    *cobra.Command
	Stack  string
	Out    string
	Config []string
}

// manifestList is the result as JSON.
type manifestList struct {
	Stack    string              `json:"stack"`
	Clusters []manifests.Cluster `json:"clusters"` // by name
}

func newManifests(f *factory, run func(context.Context, *manifestsOptions) error) *cobra.Command {
	o := &manifestsOptions{factory: f}
	o.cmd = &cobra.Command{
		Use:   "manifests STACK",
		Short: "Write the Kubernetes objects of a stack as YAML",
		Long: `Write the Kubernetes objects of a stack as YAML, each after what it depends on: for review, or for kubectl.
With --out each cluster has a file of its own. What AWS makes up, such as an ARN, is an example. Helm's charts are not
rendered; each file names them at its top. As JSON it is {stack, clusters}.

Needs nothing: no account, no network, no Pulumi CLI.`,
		Example: `  ladder manifests phase4
  ladder manifests phase4 --out manifests
  kubectl apply --dry-run=server -f manifests/cluster.yaml`,
		Args:              arguments("STACK"),
		ValidArgsFunction: f.completeStacks(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Stack = args[0]
			if o.json && o.Out != "" {
				return &usageError{cmd: cmd, err: fmt.Errorf("got --json and --out %s; want one of them", o.Out)}
			}
			return run(cmd.Context(), o)
		},
	}
	o.cmd.Flags().StringVar(&o.Out, "out", "", "`folder` for a file of each cluster; it is made if there is none")
	addConfigFlag(o.cmd, &o.Config)
	return o.cmd
}

func runManifests(_ context.Context, o *manifestsOptions) error {
	t, err := o.load(o.cmd, o.Stack, o.Config)
	if err != nil {
		return err
	}
	recorded, err := o.record(t)
	if err != nil {
		return err
	}
	clusters := manifests.Of(recorded)
	if len(clusters) == 0 {
		return fmt.Errorf("stack %s: got no Kubernetes object, want a stack with a cluster: phase 4 has the first", o.Stack)
	}
	if o.json {
		return o.printJSON(manifestList{Stack: o.Stack, Clusters: clusters})
	}
	for _, cluster := range clusters {
		if err := o.write(cluster); err != nil {
			return err
		}
	}
	return nil
}

// write puts a cluster's objects where they were asked for.
func (o *manifestsOptions) write(cluster manifests.Cluster) error {
	text, err := cluster.YAML()
	if err != nil {
		return err
	}
	if o.Out == "" {
		return o.print(string(text))
	}
	if err := os.MkdirAll(o.Out, 0o750); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	path := filepath.Join(o.Out, cluster.Name+".yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return o.print(fmt.Sprintf("%s: %d objects, %d charts left to Helm\n",
		path, len(cluster.Objects), len(cluster.Charts)))
}
