// Command app is the web app: one binary for all phases.
package main

import (
	"context"
	"os"

	"github.com/ladder-iac/ladder/app/serve"
)

// version is set by the build: -ldflags "-X main.version=1.2.3".
var version = "dev"

func main() {
	os.Exit(serve.Main(context.Background(), version, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}
