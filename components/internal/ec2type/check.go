package ec2type

import (
	"fmt"

	"github.com/ladder-iac/ladder/components/internal/check"
	"github.com/ladder-iac/ladder/components/release"
)

// example of a type for each processor.
var example = map[release.Architecture]string{release.ARM64: "t4g.large", release.X8664: "t3.large"}

// Check notes a text that is no type, and a type that does not run the release; app may be nil.
func Check(c *check.Args, field, text string, app *release.Release) {
	t, ok := Parse(text)
	c.That(ok, field, text, "an EC2 instance type such as c7g.large, and no metal")
	if !ok || app == nil {
		return
	}
	got, want := t.Architecture(), app.Architecture
	c.That(got == want, field, fmt.Sprintf("%s (%s)", text, got), fmt.Sprintf(
		"an instance type for %s, such as %s: the app was built for it; or set ladder:artifact to the %s build",
		want, example[want], got))
}
