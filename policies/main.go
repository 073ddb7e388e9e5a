// Command policies is the policy pack of Ladder for the Pulumi engine:
//
//	make policies
//	pulumi preview --policy-pack bin/policies
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"github.com/ladder-iac/ladder/policies/pack"
)

func main() {
	if err := policyx.Main(pack.New(time.Now)); err != nil { //nolint:forbidigo // this is a command: the clock is here
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:forbidigo // this is a command
	}
}
