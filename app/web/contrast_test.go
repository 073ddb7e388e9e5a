package web_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Text has a contrast of at least 4.5 and the edge of a field of 3, in both schemes. [WCAG 2.2, 1.4.3 and 1.4.11].
func TestContrast(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("page/app.css")
	require.NoError(t, err)
	light, dark, found := strings.Cut(string(content), "prefers-color-scheme: dark")
	require.True(t, found)
	for name, sheet := range map[string]string{"light": light, "dark": dark} {
		colors := map[string]string{}
		for _, found := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6})`).FindAllStringSubmatch(sheet, -1) {
			colors[found[1]] = found[2]
		}
		require.Len(t, colors, 11, name)
		for _, c := range []struct {
			front, back string
			want        float64
		}{
			{"ink", "paper", 4.5},
			{"ink", "card", 4.5},
			{"ink", "field", 4.5},
			{"soft", "paper", 4.5},
			{"soft", "card", 4.5},
			{"accent", "paper", 4.5},
			{"accent", "card", 4.5},
			{"on-accent", "accent", 4.5},
			{"warn", "warn-paper", 4.5},
			{"warn", "card", 4.5},
			{"edge", "card", 3},
			{"edge", "field", 3},
		} {
			require.GreaterOrEqual(t, contrast(t, colors[c.front], colors[c.back]), c.want, "%s: %s on %s", name, c.front, c.back)
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func luminance(t *testing.T, color string) (sum float64) {
	t.Helper()
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		value, err := strconv.ParseUint(color[2*i:2*i+2], 16, 8)
		require.NoError(t, err)
		c := float64(value) / 255
		if c <= 0.04045 {
			sum += weight * c / 12.92
		} else {
			sum += weight * math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return sum
}
