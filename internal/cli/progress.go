package cli

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/graph"
)

// How often a running operation shows life.
const (
	livePeriod  = 100 * time.Millisecond // a terminal redraws
	plainPeriod = 10 * time.Second       // a log gets a line when nothing else was written meanwhile
)

// progress shows one running operation on Err: on a terminal, lines that update in place; otherwise a plain
// line for each finished step, without escape codes. Resources that do not change are only counted.
type progress struct {
	*factory
	title string // what is going on: "updating phase1"
	begin time.Time
	ended chan struct{} // closed by close
	wg    sync.WaitGroup

	mu     sync.Mutex
	rows   []*row // running, in the order they started
	counts engine.Steps
	seen   map[string]bool // URNs that counts has
	screen screen
	spoke  time.Time // when the last plain line was written
	ticks  int
}

// row is a step that runs.
type row struct {
	engine.Event
	begin time.Time
}

func newProgress(f *factory, title string) *progress {
	p := &progress{
		factory: f, title: title, begin: f.Now(), ended: make(chan struct{}),
		seen: map[string]bool{}, screen: screen{out: f.Err},
	}
	if !f.Live {
		p.say(title)
	}
	return p
}

// start shows life until close, and says what an interrupt does.
func (p *progress) start(ctx context.Context) {
	period := plainPeriod
	if p.Live {
		period = livePeriod
	}
	p.wg.Go(func() {
		ticker := time.NewTicker(period)
		defer ticker.Stop()
		stopping, abort := ctx.Done(), p.Abort
		for {
			select {
			case <-p.ended:
				return
			case <-stopping:
				stopping = nil // once
				p.announce("stopping when what runs now has ended; Ctrl-C again stops at once")
			case <-abort:
				abort = nil // once
				p.announce("stopping at once; what was running is recorded as unfinished")
			case <-ticker.C:
				p.tick()
			}
		}
	})
}

// close ends the display. What has finished stays on the screen.
func (p *progress) close() {
	close(p.ended)
	p.wg.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.screen.draw(nil, nil)
	if p.json { // with text output the summary is part of the result
		p.say(fmt.Sprintf("%s: %s (%s)", p.title, counts(p.counts, false), seconds(p.Now().Sub(p.begin))))
	}
}

func (p *progress) announce(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finished(paint(p.ErrColor, yellow, "! "+text))
}

// tick shows life.
func (p *progress) tick() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ticks++
	switch {
	case p.Live:
		p.redraw(nil)
	case p.Now().Sub(p.spoke) >= plainPeriod:
		p.say(p.life())
	}
}

// event takes one event of the engine.
func (p *progress) event(e engine.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e.Stage {
	case engine.Note:
		if !e.Error { // errors are reported once, together, at the end
			p.finished(p.note(e))
		}
	case engine.Started:
		p.rows = append(p.rows, &row{Event: e, begin: p.Now()})
		if p.Live {
			p.redraw(nil)
		}
	case engine.Done, engine.Failed:
		took := p.take(e)
		if e.Stage == engine.Done {
			p.count(e)
		}
		if e.Op != engine.OpSame && !e.Preview { // a plan is shown as a whole
			p.finished(p.line(e, took))
		}
	}
}

// take removes a step from those that run and returns how long it ran.
func (p *progress) take(e engine.Event) time.Duration {
	for i, r := range p.rows {
		if r.URN == e.URN {
			p.rows = append(p.rows[:i], p.rows[i+1:]...)
			return p.Now().Sub(r.begin)
		}
	}
	return 0
}

// count counts a resource once, also when it is replaced in two halves.
func (p *progress) count(e engine.Event) {
	if p.seen[e.URN] {
		return
	}
	p.seen[e.URN] = true
	switch e.Op {
	case engine.OpCreate:
		p.counts.Create++
	case engine.OpUpdate:
		p.counts.Update++
	case engine.OpReplace:
		p.counts.Replace++
	case engine.OpDelete:
		p.counts.Delete++
	default:
		p.counts.Same++
	}
}

// finished shows lines that stay.
func (p *progress) finished(text string) {
	if p.Live {
		p.redraw(strings.Split(text, "\n"))
		return
	}
	p.say(text)
}

// say writes a plain line.
func (p *progress) say(text string) {
	p.spoke = p.Now()
	p.tell("%s\n", text)
}

func (p *progress) note(e engine.Event) string {
	text := e.Message
	if e.Name != "" {
		text = e.Name + ": " + text
	}
	return paint(p.ErrColor, blue, "!") + " " + strings.ReplaceAll(text, "\n", "\n  ")
}

// line shows a step: glyph, what happened, type, name, time.
func (p *progress) line(e engine.Event, took time.Duration) string {
	op := operationOf(e.Op)
	glyph, colour, word := "✓", op.colour, op.done
	if e.Stage == engine.Failed {
		glyph, colour, word = "✗", red, "failed"
	}
	return p.columns(glyph, colour, word, e, took)
}

func (p *progress) columns(glyph, colour, word string, e engine.Event, took time.Duration) string {
	name := e.Name
	if e.Message != "" {
		name += " (" + e.Message + ")"
	}
	return strings.Join([]string{
		paint(p.ErrColor, colour, glyph), paint(p.ErrColor, colour, fmt.Sprintf("%-9s", word)),
		fmt.Sprintf("%-29s", shorten(graph.ShortType(e.Type), 29)), fmt.Sprintf("%-27s", name),
		fmt.Sprintf("%9s", seconds(took)),
	}, " ")
}

// shorten cuts a type, which is plain ASCII, so that a line fits into 80 columns.
func shorten(text string, width int) string {
	if len(text) <= width {
		return text
	}
	return text[:width-1] + "…"
}

// status is the line that says how far the operation is.
func (p *progress) status() string {
	var parts []string
	if done := counts(p.counts, p.planned()); done != noChanges {
		parts = append(parts, done)
	}
	if p.counts.Same > 0 {
		parts = append(parts, fmt.Sprintf("%d unchanged", p.counts.Same))
	}
	if len(p.rows) > 0 {
		parts = append(parts, fmt.Sprintf("%d running", len(p.rows)))
	}
	parts = append(parts, seconds(p.Now().Sub(p.begin)))
	return p.title + ": " + strings.Join(parts, ", ")
}

// life is the status for a log, which names what runs longest.
func (p *progress) life() string {
	if len(p.rows) == 0 {
		return p.status()
	}
	oldest := p.rows[0]
	return fmt.Sprintf("%s; %s %s since %s", p.status(), operationOf(oldest.Op).doing, oldest.Name,
		seconds(p.Now().Sub(oldest.begin)))
}

// planned says whether the operation only plans.
func (p *progress) planned() bool { return strings.HasPrefix(p.title, "previewing") }

// spinner turns by one each tick.
const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"

// redraw shows the lines that stay above the running steps and the status, in as many rows as there are.
func (p *progress) redraw(stay []string) {
	frames := []rune(spinner)
	frame := string(frames[p.ticks%len(frames)])
	width, height := p.Size()
	var below []string
	for i, r := range p.rows {
		if height > 0 && i == height-3 && len(p.rows) > height-2 { // the status and the cursor need a row each
			below = append(below, fmt.Sprintf("  and %d more", len(p.rows)-i))
			break
		}
		op := operationOf(r.Op)
		below = append(below, p.columns(frame, op.colour, op.doing, r.Event, p.Now().Sub(r.begin)))
	}
	below = append(below, paint(p.ErrColor, blue, frame)+" "+p.status())
	p.screen.width = width
	p.screen.draw(stay, below)
}
