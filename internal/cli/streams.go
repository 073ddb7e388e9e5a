package cli

import (
	"os"
	"slices"
	"strings"

	"golang.org/x/term"
)

// SystemStreams returns the streams of the process; env is its environment, for NO_COLOR and TERM.
func SystemStreams(env []string) Streams {
	in, out, err := isTerminal(os.Stdin), isTerminal(os.Stdout), isTerminal(os.Stderr)
	moves, colours := abilities(env)
	return Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Ask: in && err, Live: err && moves, OutColor: out && colours, ErrColor: err && colours,
		Size: func() (int, int) {
			width, height, sizeErr := term.GetSize(int(os.Stderr.Fd()))
			if sizeErr != nil {
				return 0, 0
			}
			return width, height
		},
	}
}

// abilities says what a terminal of this environment can do: move the cursor, and show colours.
func abilities(env []string) (moves, colours bool) {
	moves = !slices.Contains(env, "TERM=dumb")
	unwanted := slices.ContainsFunc(env, func(entry string) bool { // https://no-color.org
		return strings.HasPrefix(entry, "NO_COLOR=") && entry != "NO_COLOR="
	})
	return moves, moves && !unwanted
}

func isTerminal(file *os.File) bool { return term.IsTerminal(int(file.Fd())) }
