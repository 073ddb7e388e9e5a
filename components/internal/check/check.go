// Package check collects the mistakes in a component's arguments, so that a user sees all of them at once.
package check

import (
	"errors"
	"fmt"
)

// Args collects mistakes for one component.
type Args struct {
	prefix string
	errs   []error
}

// Of starts a collection; the messages read `network "net": Zones: got ..., want ...`.
func Of(component, name string) *Args {
	return &Args{prefix: fmt.Sprintf("%s %q", component, name)}
}

// That notes a mistake unless ok: the value got, and the values wanted with the way out.
func (a *Args) That(ok bool, field string, got any, want string) {
	if !ok {
		a.errs = append(a.errs, fmt.Errorf("%s: %s: got %v, want %s", a.prefix, field, show(got), want))
	}
}

// Given notes a mistake when a required argument is missing.
func (a *Args) Given(given bool, field, want string) {
	a.That(given, field, nothing{}, want)
}

// Err returns all mistakes, or nil.
func (a *Args) Err() error { return errors.Join(a.errs...) }

type nothing struct{}

func show(got any) string {
	switch got := got.(type) {
	case nothing:
		return "nothing"
	case string:
		return fmt.Sprintf("%q", got)
	}
	return fmt.Sprint(got)
}
