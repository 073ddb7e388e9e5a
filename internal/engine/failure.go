package engine

import (
	"context"
	"regexp"
	"slices"
	"strings"
)

// known are texts of the CLI that mean one of our errors, and what to say instead ("": the CLI's own text,
// which is clear).
var known = []struct {
	text string
	kind error
	say  string
}{
	{
		"incorrect passphrase", ErrPassphrase,
		"incorrect passphrase; set PULUMI_CONFIG_PASSPHRASE (or _FILE) to the one that the stack was made with",
	},
	{
		"passphrase must be set", ErrPassphrase,
		"no passphrase; set PULUMI_CONFIG_PASSPHRASE (or _FILE) to the one that the stack was made with",
	},
	{
		"PULUMI_ACCESS_TOKEN must be set", ErrNoLogin,
		"not logged in to a Pulumi backend; run `pulumi login` (or `pulumi login --local`), or use --simulate",
	},
	{"currently locked by", ErrLocked, ""},
	{"snapshot integrity failure", ErrState, ""},
	{"no stack named", ErrNoStack, ""},
}

// generic are messages that only repeat that something failed.
var generic = []string{"update failed", "preview failed", "destroy failed", "refresh failed"}

// failure makes one clear error of what the engine and the CLI said.
func (s *stack) failure(
	ctx context.Context, op string, c *collector, program error, stderr string, cause error,
) error {
	failed := &OperationError{Op: op, Stack: s.Stack, Program: program, Problems: c.problems}
	failed.Problems = slices.DeleteFunc(failed.Problems, func(p Problem) bool {
		return slices.Contains(generic, p.Message) || p.URN == "" && isNoise(p.Message, c.problems)
	})
	text := complaint(stderr)
	if len(failed.Problems) == 0 {
		if text == "" {
			text = cause.Error()
		}
		failed.Problems = []Problem{{Message: text}}
	}
	switch {
	case ctx.Err() != nil:
		failed.kind = ErrCancelled
		text := "cancelled"
		if op == "up" || op == "refresh" || op == "destroy" {
			text += "; what was done is in the state, run it again to go on"
		}
		failed.Problems = append([]Problem{{Message: text}},
			slices.DeleteFunc(failed.Problems, func(p Problem) bool { return p.URN == "" })...)
	case c.policy:
		failed.kind = ErrPolicy
	case slices.ContainsFunc(failed.Problems, protects):
		failed.kind = ErrProtected
	}
	for _, k := range known {
		if failed.kind == nil && strings.Contains(text, k.text) {
			failed.kind = k.kind
			if k.say != "" {
				failed.Problems = []Problem{{Message: k.say}}
			}
		}
	}
	return failed
}

const (
	wouldReplace = "protected, and this change would replace it; take the change back, or move its data first"
	wouldDelete  = "protected, and this change would delete it; take the change back, or move its data first"
)

// plainProtection says in one line what the engine says of a protected resource in three.
func plainProtection(text string) string {
	switch {
	case strings.Contains(text, "unable to replace resource") && strings.Contains(text, "marked for protection"):
		return wouldReplace
	case strings.Contains(text, "cannot be deleted") && strings.Contains(text, "because it is protected"):
		return wouldDelete
	}
	return text
}

func protects(p Problem) bool { return p.Message == wouldReplace || p.Message == wouldDelete }

// isNoise tells whether a message about no resource only follows from one about a resource.
func isNoise(text string, all []Problem) bool {
	about := slices.ContainsFunc(all, func(p Problem) bool { return p.URN != "" })
	return about && strings.Contains(text, "resource monitor shut down")
}

var errorLine = regexp.MustCompile(`(?m)^error: `)

// complaint returns what the CLI printed from its first error on, without markup.
func complaint(stderr string) string {
	text := plain(stderr)
	if at := errorLine.FindStringIndex(text); at != nil {
		text = text[at[1]:]
	}
	return strings.TrimSpace(text)
}
