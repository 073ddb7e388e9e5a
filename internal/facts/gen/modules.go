//go:build modules

package main

// The generator reads these SDKs as source. No package imports them yet, so that go.mod is told here.
import (
	_ "github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	_ "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	_ "github.com/pulumi/pulumi-random/sdk/v4/go/random"
)
