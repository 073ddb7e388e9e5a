package eks

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// support is one row of AWS's release calendar.
type support struct {
	version string
	until   time.Time // the day standard support ends
}

// table holds the versions, oldest first. Source: the release calendar in "Understand the Kubernetes version lifecycle
// on EKS", docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html; read in copies of 2026.
var table = []support{
	{"1.32", day(2026, time.March, 23)},
	{"1.33", day(2026, time.July, 29)},
	{"1.34", day(2026, time.December, 2)},
	{"1.35", day(2027, time.March, 27)},
	{"1.36", day(2027, time.August, 2)},
}

// checked is the day the table was held against AWS's calendar. The component checks against it and not against the
// clock: the same program gives the same answer on every day. Whoever renews the table renews the day.
var checked = day(2026, time.November, 27)

// checkVersion returns nil for a version in standard support. Otherwise the error says what is wanted, in the words
// that follow "want" in a component's message.
func checkVersion(version string) error {
	var wanted []string
	ended := ""
	for _, row := range table {
		switch {
		case checked.Before(row.until) && row.version == version:
			return nil
		case checked.Before(row.until):
			wanted = append(wanted, row.version)
		case row.version == version:
			ended = fmt.Sprintf("; AWS ended the standard support of %s on %s", version, row.until.Format(time.DateOnly))
		}
	}
	return errors.New("one of " + strings.Join(wanted, ", ") + ", the minor versions in standard support" + ended)
}

func day(year int, month time.Month, date int) time.Time {
	return time.Date(year, month, date, 0, 0, 0, 0, time.UTC)
}
