// Package pgversion knows the PostgreSQL majors that Amazon RDS and Amazon Aurora both support, so that a database
// made for the one can move to the other.
//
// Minors are AWS's choice: RDS takes a major alone and gives its default minor, Aurora is asked for its newest. A move
// to Aurora needs an Aurora of the same or a higher minor, and Aurora has a minor weeks after RDS; the move checks that
// when it starts.
package pgversion

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// support is one row of AWS's release calendars.
type support struct {
	major int
	until time.Time // the last day of standard support, the same for RDS and Aurora
}

// table holds the majors, oldest first. Sources: the release calendars for major versions in AWS's release notes for
// RDS and for Aurora, docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html
// and .../AuroraPostgreSQLReleaseNotes/aurorapostgresql-release-calendar.html; read in copies of autumn 2026.
var table = []support{
	{15, day(2028, time.February, 29)},
	{16, day(2029, time.February, 28)},
	{17, day(2030, time.February, 28)},
}

// Checked is the day the table was held against AWS's calendars. Components check against it and not against the
// clock: the same program gives the same answer on every day. Whoever renews the table renews the day.
func Checked() time.Time { return day(2026, time.November, 24) }

// Check returns nil for a major in standard support on that day. Otherwise the error says what is wanted, in the
// words that follow "want" in a component's message.
func Check(major int, on time.Time) error {
	var wanted []string
	ended := ""
	for _, row := range table {
		switch {
		case on.After(row.until) && row.major == major:
			ended = fmt.Sprintf("; AWS ended the standard support of %d on %s and charges extended support by the vCPU",
				major, row.until.Format(time.DateOnly))
		case on.After(row.until):
		case row.major == major:
			return nil
		default:
			wanted = append(wanted, fmt.Sprint(row.major))
		}
	}
	if len(wanted) == 0 {
		return errors.New("a newer major, which Ladder does not know yet" + ended)
	}
	return errors.New(choice(wanted) + ", which both RDS and Aurora support" + ended)
}

// choice reads "15", "15 or 16", "15, 16 or 17".
func choice(words []string) string {
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func day(year int, month time.Month, date int) time.Time {
	return time.Date(year, month, date, 0, 0, 0, 0, time.UTC)
}
