package eks

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ladder-iac/ladder/internal/eksversion"
)

// checkVersion returns nil for a version in standard support. Otherwise the error says what is wanted, in the words
// that follow "want" in a component's message. It goes by the day of the calendar and not by the clock: the same
// program gives the same answer on every day.
func checkVersion(version string) error {
	var wanted []string
	ended := ""
	for _, v := range eksversion.Table {
		switch {
		case eksversion.Checked.Before(v.Until) && v.Name == version:
			return nil
		case eksversion.Checked.Before(v.Until):
			wanted = append(wanted, v.Name)
		case v.Name == version:
			ended = fmt.Sprintf("; AWS ended the standard support of %s on %s", version, v.Until.Format(time.DateOnly))
		}
	}
	return errors.New("one of " + strings.Join(wanted, ", ") + ", the minor versions in standard support" + ended)
}
