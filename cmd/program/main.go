// Command program is what `pulumi up` runs: the phase that the stack's config names.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ladder-iac/ladder/stacks"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		if err := checkKeys(os.Getenv("PULUMI_CONFIG")); err != nil {
			return err
		}
		return stacks.Run(ctx)
	})
}

// checkKeys refuses config keys that mean nothing: the SDK shows a program only the keys it asks for, and a
// misspelled one would be left unread.
func checkKeys(environment string) error {
	values := map[string]string{}
	if environment == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(environment), &values); err != nil {
		return fmt.Errorf("PULUMI_CONFIG: %w", err)
	}
	return stacks.CheckConfig(values)
}
