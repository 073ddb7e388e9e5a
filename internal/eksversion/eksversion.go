// Package eksversion is AWS's release calendar of Kubernetes in EKS. Components refuse what is out of it, and the bill
// counts what AWS takes for longer support.
package eksversion

import "time"

// Version is a minor version of Kubernetes.
type Version struct {
	Name  string    // e.g. "1.35"
	Until time.Time // the day its standard support ends
}

// Table holds the versions, oldest first. Source: the release calendar in "Understand the Kubernetes version lifecycle
// on EKS", docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html; read in copies of 2026.
var Table = []Version{
	{"1.30", day(2025, time.July, 23)},
	{"1.31", day(2025, time.November, 26)},
	{"1.32", day(2026, time.March, 23)},
	{"1.33", day(2026, time.July, 29)},
	{"1.34", day(2026, time.December, 2)},
	{"1.35", day(2027, time.March, 27)},
	{"1.36", day(2027, time.August, 2)},
}

// Checked is the day the table was held against AWS's calendar. Whoever renews the table renews the day.
var Checked = day(2026, time.November, 27)

// Until returns the end of a version's standard support; false for a version that is not in the table.
func Until(name string) (time.Time, bool) {
	for _, v := range Table {
		if v.Name == name {
			return v.Until, true
		}
	}
	return time.Time{}, false
}

func day(year int, month time.Month, date int) time.Time {
	return time.Date(year, month, date, 0, 0, 0, 0, time.UTC)
}
