// Package command is what an operator does about events: app events ...
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ladder-iac/ladder/app"
	"github.com/ladder-iac/ladder/app/events"
	"github.com/ladder-iac/ladder/app/events/inbox"
	"github.com/ladder-iac/ladder/app/events/outbox"
)

// Usage is the help.
const Usage = `usage: app events backlog | dead | replay (--all | ID...) | republish [--commits-lost]

  backlog    print how many events wait to be published, and the age of the oldest
  dead       list the events that failed too often, each with its error
  replay     try dead events once more: all, or those of the ids; what works is gone from the list
  republish  have all users tell of themselves again, for a consumer that lost events; with --commits-lost after a
             backup was restored or a failover lost writes, so that consumers believe it over what they know
`

// UsageError is wrong arguments.
type UsageError struct{ reason string }

// Error says what is wrong and how it goes.
func (e UsageError) Error() string { return e.reason + "\n" + Usage }

// Run runs one of the commands on the database of consumers.
func Run(ctx context.Context, args []string, db inbox.DB, consumers []*inbox.Consumer, stdout io.Writer) error {
	if len(args) == 0 {
		return UsageError{"events: got no command"}
	}
	set := flag.NewFlagSet("events "+args[0], flag.ContinueOnError)
	set.SetOutput(io.Discard)
	var all, lost bool
	switch args[0] {
	case "replay":
		set.BoolVar(&all, "all", false, "")
	case "republish":
		set.BoolVar(&lost, "commits-lost", false, "")
	case "backlog", "dead":
	default:
		return UsageError{fmt.Sprintf("events: unknown command %q", args[0])}
	}
	if err := set.Parse(args[1:]); err != nil {
		return UsageError{fmt.Sprintf("events %s: %v", args[0], err)}
	}
	ids := set.Args()
	if args[0] != "replay" && len(ids) > 0 {
		return UsageError{fmt.Sprintf("events %s: got %q, want no arguments", args[0], ids)}
	}
	switch args[0] {
	case "backlog":
		return backlog(ctx, db, stdout)
	case "dead":
		return dead(ctx, db, stdout)
	case "republish":
		return republish(ctx, db, lost, stdout)
	}
	if all == (len(ids) > 0) {
		return UsageError{"events replay: want either --all or ids"}
	}
	for _, id := range ids {
		if !app.IsID(id) {
			return UsageError{fmt.Sprintf("events replay: got %.60q, want the id of an event, as in: app events dead", id)}
		}
	}
	return replay(ctx, db, consumers, ids, stdout)
}

func backlog(ctx context.Context, db inbox.DB, stdout io.Writer) error {
	var found outbox.Backlog
	err := db.Transact(ctx, func(ctx context.Context, tx events.Querier) (err error) {
		found, err = outbox.Measure(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	more := ""
	if found.Events == outbox.MaxCounted {
		more = " or more"
	}
	_, err = fmt.Fprintf(stdout, "%d%s waiting, the oldest for %s\n",
		found.Events, more, found.Oldest.Round(time.Millisecond))
	return err
}

func letters(ctx context.Context, db inbox.DB) (found []inbox.Letter, err error) {
	err = db.Transact(ctx, func(ctx context.Context, tx events.Querier) error {
		found, err = inbox.Dead(ctx, tx)
		return err
	})
	return found, err
}

func dead(ctx context.Context, db inbox.DB, stdout io.Writer) error {
	found, err := letters(ctx, db)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tCONSUMER\tTYPE\tKEY\tVERSION\tTRIES\tDIED\tERROR") //nolint:errcheck // Flush tells
	for _, l := range found {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%d\t%s\t%s\n", //nolint:errcheck // Flush tells
			l.Event.ID, l.Consumer, l.Event.Type, l.Event.Key, l.Event.Version, l.Tries,
			l.DiedAt.UTC().Format(time.RFC3339), strings.Join(strings.Fields(l.Error), " "))
	}
	return table.Flush()
}

func republish(ctx context.Context, db inbox.DB, lost bool, stdout io.Writer) error {
	var users int64
	err := db.Transact(ctx, func(ctx context.Context, tx events.Querier) (err error) {
		users, err = outbox.Republish(ctx, tx, lost)
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%d users will be told of\n", users)
	return err
}

// replay tries the letters with these ids, or all without any. One that fails keeps nobody else from his turn.
func replay(
	ctx context.Context, db inbox.DB, consumers []*inbox.Consumer, ids []string, stdout io.Writer,
) error {
	found, err := letters(ctx, db)
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	byName := map[string]*inbox.Consumer{}
	for _, c := range consumers {
		byName[c.Name()] = c
	}
	var failed []error
	done := 0
	for _, letter := range found {
		if len(ids) > 0 && !wanted[letter.Event.ID] {
			continue
		}
		delete(wanted, letter.Event.ID)
		consumer := byName[letter.Consumer]
		if consumer == nil {
			failed = append(failed, fmt.Errorf("%s: this process has no consumer %q", letter.Event.ID, letter.Consumer))
			continue
		}
		err := consumer.Replay(ctx, letter.Event.ID)
		switch {
		case err == nil:
			done++
		case !errors.Is(err, inbox.ErrNoLetter): // somebody else has just done it
			failed = append(failed, fmt.Errorf("%s: %w", letter.Event.ID, err))
		}
	}
	for id := range wanted {
		failed = append(failed, fmt.Errorf("%s: %w", id, inbox.ErrNoLetter))
	}
	_, err = fmt.Fprintf(stdout, "%d replayed, %d failed\n", done, len(failed))
	return errors.Join(append(failed, err)...)
}
