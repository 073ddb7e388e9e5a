package postgres

import (
	"maps"
	"slices"
	"strings"

	"github.com/ladder-iac/ladder/components/internal/check"
)

var (
	burstable = []string{"micro", "small", "medium", "large", "xlarge", "2xlarge"}
	standard  = []string{"large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"}
	largest   = append(slices.Clone(standard), "24xlarge", "48xlarge")
)

// classes are the instance classes on Graviton that RDS runs PostgreSQL 15 to 17 on: family to sizes. Families with a
// d have local disks for temporary files  [Amazon RDS User Guide, Supported DB engines for DB instance classes, 2026].
var classes = map[string][]string{
	"db.t4g": burstable,
	"db.m6g": standard, "db.m6gd": standard, "db.m7g": standard, "db.m8g": largest,
	"db.r6g": standard, "db.r6gd": standard, "db.r7g": standard, "db.r8g": largest,
	"db.x2g": standard,
}

// checkClass notes a class that is not in the table: the sizes of its family, or the families.
func checkClass(c *check.Args, class string) {
	at := strings.LastIndexByte(class, '.')
	family, size := class[:max(at, 0)], class[at+1:]
	want := "a class of " + strings.Join(slices.Sorted(maps.Keys(classes)), ", ") +
		", such as db.t4g.medium or db.r7g.large"
	if sizes, known := classes[family]; known {
		want = "a size that RDS has of " + family + ": " + strings.Join(sizes, ", ")
	}
	c.That(slices.Contains(classes[family], size), "Class", class, want)
}
