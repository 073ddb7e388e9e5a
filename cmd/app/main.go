// Command app is the web app: one binary for all phases. It needs nothing beside itself, so that it runs in an empty
// image, too.
package main

import (
	"context"
	"os"
	_ "time/tzdata" // time zones, where the system has none

	_ "golang.org/x/crypto/x509roots/fallback" // certificate authorities, where the system has none

	"github.com/ladder-iac/ladder/app/serve"
)

// version is set by the build: -ldflags "-X main.version=1.2.3".
var version = "dev"

func main() {
	os.Exit(serve.Main(context.Background(), version, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}
