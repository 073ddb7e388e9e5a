// Command kube asks a real API server of Kubernetes what it thinks of our manifests. It starts etcd and
// kube-apiserver, installs the definitions of the Gateway API, Istio and Karpenter from their modules, makes the
// namespaces, and applies everything else by server-side dry run with strict validation of fields.
//
//	go run . -apiserver ../../.tools/bin/kube-apiserver ../../dist/manifests/*.yaml
//
// The exit code is 1 when an object is refused. An object of a kind whose definition nobody publishes is named as not
// checked.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	binary := flag.String("apiserver", "", "`path` of kube-apiserver")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	if err := run(ctx, *binary, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, binary string, files []string) error {
	if binary == "" || len(files) == 0 {
		return fmt.Errorf("got apiserver %q and %d manifests; want -apiserver PATH FILE..., as make test-kube gives them",
			binary, len(files))
	}
	var clusters [][]manifest
	for _, file := range files {
		objects, err := read(file)
		if err != nil {
			return err
		}
		clusters = append(clusters, objects)
	}
	server, err := start(ctx, binary)
	if err != nil {
		return err
	}
	defer server.stop()
	client, err := connect(server)
	if err != nil {
		return err
	}
	if err := client.install(ctx); err != nil {
		return err
	}
	refused := 0
	for i, objects := range clusters {
		n := client.apply(ctx, files[i], objects)
		refused += n
	}
	if refused > 0 {
		return fmt.Errorf("%d objects refused", refused)
	}
	return nil
}
