package cli

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/golden"
)

// terminal shows what a person would see: it understands the codes that screen writes.
type terminal struct {
	lines []string
	row   int
	raw   strings.Builder
}

var colours = regexp.MustCompile(`\x1b\[[0-9;]*m`)

func (t *terminal) Write(data []byte) (int, error) {
	t.raw.Write(data)
	text := colours.ReplaceAllString(string(data), "")
	for text != "" {
		switch up := regexp.MustCompile(`^\x1b\[(\d+)A`).FindStringSubmatch(text); {
		case up != nil:
			n, err := strconv.Atoi(up[1])
			if err != nil {
				return 0, err
			}
			t.row -= n
			text = text[len(up[0]):]
		case strings.HasPrefix(text, "\x1b[J"):
			t.lines = t.lines[:t.row]
			text = text[3:]
		case text[0] == '\r':
			text = text[1:]
		default:
			line, rest, _ := strings.Cut(text, "\n")
			t.lines = append(t.lines[:t.row], line)
			t.row++
			text = rest
		}
	}
	return len(data), nil
}

// story is an update: two things begin, one ends, one is replaced, one fails, one does not change.
func story(p *progress, later func(time.Duration), show func(string)) {
	server := engine.Event{URN: "urn:1", Type: "aws:ec2/instance:Instance", Name: "web-server", Op: engine.OpCreate}
	address := engine.Event{URN: "urn:2", Type: "aws:ec2/eipAssociationWithALongName:EipAssociationWithALongName", Name: "web-address", Op: engine.OpReplace}
	network := engine.Event{URN: "urn:3", Type: "aws:ec2/vpc:Vpc", Name: "net-vpc", Op: engine.OpSame}
	at := func(e engine.Event, stage engine.Stage, message string) engine.Event {
		e.Stage, e.Message, e.Error = stage, message, stage == engine.Failed
		return e
	}
	p.event(at(network, engine.Done, ""))
	p.event(at(server, engine.Started, ""))
	later(1500 * time.Millisecond)
	p.event(at(address, engine.Started, "the new one"))
	p.tick()
	show("two run")
	later(time.Second)
	p.event(at(address, engine.Done, "the new one"))
	p.event(engine.Event{Name: "web-server", Stage: engine.Note, Message: "still waiting\nfor capacity"})
	p.event(engine.Event{Name: "web-server", Stage: engine.Note, Message: "shown at the end", Error: true})
	show("one is done, the other has a note")
	later(11 * time.Second)
	p.event(at(address, engine.Started, "the old one"))
	p.event(at(address, engine.Done, "the old one"))
	later(10 * time.Second)
	p.tick()
	show("some time later")
	later(40 * time.Second)
	p.event(at(server, engine.Failed, ""))
	p.close()
	show("the end")
}

func fakeFactory(out *terminal) (f *factory, later func(time.Duration)) {
	now := time.Unix(0, 0)
	f = &factory{}
	f.Now = func() time.Time { return now }
	f.Err = out
	f.Size = func() (int, int) { return 100, 24 }
	return f, func(d time.Duration) { now = now.Add(d) }
}

func TestProgress(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*factory){
		"live":      func(f *factory) { f.Live, f.ErrColor = true, true },
		"narrow":    func(f *factory) { f.Live, f.Size = true, func() (int, int) { return 50, 3 } },
		"plain":     func(*factory) {},
		"with-json": func(f *factory) { f.json = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out terminal
			var screens strings.Builder
			f, later := fakeFactory(&out)
			set(f)
			story(newProgress(f, "updating phase1"), later, func(title string) {
				fmt.Fprintf(&screens, "--- %s\n%s\n", title, strings.Join(out.lines, "\n"))
			})
			golden.Equal(t, "progress/"+name+".golden", screens.String())
			require.Equal(t, f.Live, strings.Contains(out.raw.String(), "\x1b"), "escape codes are for terminals")
			require.Equal(t, f.ErrColor, colours.MatchString(out.raw.String()))
			if f.Live {
				require.NotContains(t, strings.Join(out.lines, "\n"), "running", "the status goes when the operation ends")
			}
		})
	}
}

func TestProgressOfAPlanOnlyCounts(t *testing.T) {
	t.Parallel()
	var out terminal
	f, later := fakeFactory(&out)
	p := newProgress(f, "previewing phase1")
	for i, op := range []string{engine.OpCreate, engine.OpCreate, engine.OpDelete} {
		p.event(engine.Event{URN: fmt.Sprint(i), Op: op, Stage: engine.Done, Preview: true})
	}
	later(plainPeriod)
	p.tick()
	p.close()
	require.Equal(t, []string{
		"previewing phase1",
		"previewing phase1: 2 to create, 1 to delete, 10.0 s",
	}, out.lines)
}

func TestProgressShowsLife(t *testing.T) {
	t.Parallel()
	var out terminal
	f, later := fakeFactory(&out)
	p := newProgress(f, "updating phase1")
	p.event(engine.Event{URN: "urn:1", Name: "web-server", Op: engine.OpCreate, Stage: engine.Started})
	later(plainPeriod - time.Second)
	p.tick()
	require.Equal(t, []string{"updating phase1"}, out.lines, "too early")
	later(2 * time.Second)
	p.tick()
	require.Equal(t, "updating phase1: 1 running, 11.0 s; creating web-server since 11.0 s", out.lines[1])
	p.close()
}

// A terminal that is used for long keeps every finished line once, however often it was redrawn.
func TestProgressStartsAndCloses(t *testing.T) {
	t.Parallel()
	var out terminal
	f, _ := fakeFactory(&out)
	f.Live = true
	p := newProgress(f, "updating phase1")
	p.start(t.Context())
	for i := range 200 {
		e := engine.Event{URN: fmt.Sprint(i), Type: "aws:ec2/subnet:Subnet", Name: fmt.Sprintf("subnet-%d", i), Op: engine.OpCreate}
		p.event(e)
		e.Stage = engine.Done
		p.event(e)
	}
	p.close()
	require.Len(t, out.lines, 200)
	for i, line := range out.lines {
		require.Contains(t, line, fmt.Sprintf(" subnet-%d ", i))
	}
}

func TestProgressAnnouncesAnInterrupt(t *testing.T) {
	t.Parallel()
	out := &announced{texts: make(chan string, 10)}
	f := &factory{}
	f.Now, f.Err = time.Now, out
	abort := make(chan struct{})
	f.Abort = abort
	ctx, interrupt := context.WithCancel(t.Context())
	p := newProgress(f, "updating phase1")
	require.Equal(t, "updating phase1\n", <-out.texts)
	p.start(ctx)
	interrupt()
	require.Equal(t, "! stopping when what runs now has ended; Ctrl-C again stops at once\n", <-out.texts)
	close(abort)
	require.Equal(t, "! stopping at once; what was running is recorded as unfinished\n", <-out.texts)
	p.close()
}

// announced hands on what is written.
type announced struct{ texts chan string }

func (a *announced) Write(data []byte) (int, error) {
	a.texts <- string(data)
	return len(data), nil
}
