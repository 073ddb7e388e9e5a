package cli

import (
	"fmt"
	"io"
	"strings"

	"charm.land/lipgloss/v2"
)

// screen redraws the last lines of a terminal in place.
type screen struct {
	out   io.Writer
	width int // of the terminal in cells; 0 when unknown
	drawn int // lines that the next draw replaces
}

// draw replaces what it drew last by lines that stay, followed by lines that the next draw replaces. Lines
// that would wrap are cut, because a wrapped line could not be found again.
func (s *screen) draw(stay, below []string) {
	if s.drawn == 0 && len(stay) == 0 && len(below) == 0 {
		return
	}
	var text strings.Builder
	if s.drawn > 0 {
		fmt.Fprintf(&text, "\x1b[%dA", s.drawn) // up
	}
	text.WriteString("\r\x1b[J") // clear from here to the end
	for _, line := range stay {
		text.WriteString(line + "\n")
	}
	for _, line := range below {
		text.WriteString(s.cut(line) + "\n")
	}
	s.drawn = len(below)
	_, _ = io.WriteString(s.out, text.String()) // progress that cannot be shown is no reason to stop
}

func (s *screen) cut(line string) string {
	if s.width <= 0 {
		return line
	}
	return lipgloss.NewStyle().Inline(true).MaxWidth(s.width - 1).Render(line)
}
