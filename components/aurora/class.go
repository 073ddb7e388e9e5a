package aurora

import (
	"maps"
	"slices"
	"strings"

	"github.com/ladder-iac/ladder/components/internal/check"
)

// classes are the instance classes on Graviton that Aurora PostgreSQL runs on: family to sizes. Older families
// cost the same for less, and other processors more [Aurora User Guide, DB instance classes, 2026-09]. A T
// class is for tests: AWS advises against it in production.
var classes = map[string][]string{
	"db.t4g": {"medium", "large"},
	"db.r6g": {"large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"},
	"db.r7g": {"large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"},
	"db.r8g": {"large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge"},
}

// checkClass notes a class that Aurora PostgreSQL does not know: the sizes of its family, or the families. A Global
// Database takes memory-optimised classes alone, db.r5 and up  [Aurora User Guide, Configuration requirements of an
// Aurora global database, 2026-11].
func (a *Args) checkClass(c *check.Args, field, class string) {
	at := strings.LastIndexByte(class, '.')
	family, size := class[:max(at, 0)], class[at+1:]
	want := "a class of " + strings.Join(slices.Sorted(maps.Keys(classes)), ", ") + ", such as db.r7g.large"
	if sizes, known := classes[family]; known {
		want = "a size that Aurora has of " + family + ": " + strings.Join(sizes, ", ")
	}
	known := slices.Contains(classes[family], size)
	c.That(known, field, class, want)
	c.That(!known || a.Global.Role == Alone || strings.HasPrefix(family, "db.r"), field, class,
		"a memory-optimised class, as a Global Database asks for: db.r6g, db.r7g or db.r8g; give the cluster one first")
}
