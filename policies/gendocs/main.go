// Command gendocs writes docs/policies.md from the rules. Run it in the root of the repository:
//
//	go run ./policies/gendocs
package main

import (
	"log"
	"os"

	"github.com/ladder-iac/ladder/policies/pack"
)

func main() {
	//nolint:gosec // a public page
	if err := os.WriteFile("docs/policies.md", []byte(pack.Page()), 0o644); err != nil {
		log.Fatalf("gendocs: %v; run it in the root of the repository", err)
	}
}
