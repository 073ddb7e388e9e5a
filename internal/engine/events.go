package engine

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// collector turns the engine's events into progress and a Result. It is used by one goroutine.
type collector struct {
	stack   string
	preview bool
	emit    func(Event)

	steps    map[string]*step // by URN
	outputs  map[string]any
	problems []Problem
	policy   bool // a mandatory policy was violated
}

// step is what is known about one resource.
type step struct {
	ResourceStep
	changed map[string]bool
	custom  bool // managed by a provider; components end without an event
	done    bool
}

// opNames maps the engine's steps to ours. What is missing is bookkeeping and left out.
var opNames = map[apitype.OpType]string{
	apitype.OpSame:              OpSame,
	apitype.OpRead:              OpSame,
	apitype.OpRefresh:           OpSame, // its end says what it really was
	apitype.OpCreate:            OpCreate,
	apitype.OpImport:            OpCreate,
	apitype.OpUpdate:            OpUpdate,
	apitype.OpDelete:            OpDelete,
	apitype.OpReplace:           OpReplace,
	apitype.OpCreateReplacement: OpReplace,
	apitype.OpImportReplacement: OpReplace,
	apitype.OpReadReplacement:   OpReplace,
	apitype.OpDeleteReplaced:    OpReplace,
	apitype.OpDiscardReplaced:   OpReplace,
}

func newCollector(stack string, preview bool, emit func(Event)) *collector {
	return &collector{stack: stack, preview: preview, emit: emit, steps: map[string]*step{}, outputs: map[string]any{}}
}

func (c *collector) handle(e apitype.EngineEvent) {
	switch {
	case e.ResourcePreEvent != nil:
		c.begin(e.ResourcePreEvent.Metadata)
	case e.ResOutputsEvent != nil:
		c.end(e.ResOutputsEvent.Metadata)
	case e.ResOpFailedEvent != nil:
		c.fail(e.ResOpFailedEvent.Metadata)
	case e.DiagnosticEvent != nil:
		c.diagnose(e.DiagnosticEvent)
	case e.PolicyEvent != nil:
		c.violate(e.PolicyEvent)
	case e.ErrorEvent != nil:
		c.problem("", e.ErrorEvent.Error)
	}
}

func (c *collector) begin(m apitype.StepEventMetadata) {
	op, known := opNames[m.Op]
	if !known || bookkeeping(m.URN, m.Type) {
		return
	}
	s, seen := c.steps[m.URN]
	if !seen {
		s = &step{changed: map[string]bool{}}
		s.URN, s.Type, s.Name, s.Op = m.URN, m.Type, nameOf(m.URN), op
		c.steps[m.URN] = s
	}
	if s.Op != OpReplace { // a replacement takes several steps, and some of them are called create or delete
		s.Op = op
	}
	s.custom = custom(m)
	c.note(s, m)
	switch {
	case c.preview:
		if !seen {
			c.progress(s, Done, "")
		}
	case m.Op == apitype.OpReplace: // marks that both halves belong together; nothing runs
		s.done = true
	case op != OpSame:
		s.done = false
		c.progress(s, Started, half(m.Op))
	}
}

func (c *collector) end(m apitype.StepEventMetadata) {
	if m.Type == stackType && m.New != nil {
		c.outputs = maskAll(m.New.Outputs)
		return
	}
	s := c.steps[m.URN]
	if s == nil || c.preview {
		return
	}
	if op, known := opNames[m.Op]; known && s.Op == OpSame {
		s.Op = op // the end of a refresh
		c.note(s, m)
	}
	if !s.done {
		s.done = true
		c.progress(s, Done, half(m.Op))
	}
}

func (c *collector) fail(m apitype.StepEventMetadata) {
	if s := c.steps[m.URN]; s != nil {
		delete(c.steps, m.URN)
		c.progress(s, Failed, half(m.Op))
	}
}

// note remembers which inputs changed.
func (c *collector) note(s *step, m apitype.StepEventMetadata) {
	paths := slices.Collect(maps.Keys(m.DetailedDiff))
	if len(paths) == 0 {
		paths = append(slices.Clone(m.Diffs), m.Keys...)
	}
	for _, path := range paths {
		if !strings.HasPrefix(path, "__") { // the bridge's own marks
			s.changed[path] = true
		}
	}
}

// half tells the two halves of a replacement apart.
func half(op apitype.OpType) string {
	switch op { //nolint:exhaustive // the other steps stand alone
	case apitype.OpCreateReplacement, apitype.OpImportReplacement:
		return "the new one"
	case apitype.OpDeleteReplaced, apitype.OpDiscardReplaced:
		return "the old one"
	}
	return ""
}

func custom(m apitype.StepEventMetadata) bool {
	return m.New != nil && m.New.Custom || m.Old != nil && m.Old.Custom
}

func (c *collector) progress(s *step, stage Stage, text string) {
	c.emit(Event{
		URN: s.URN, Type: s.Type, Name: s.Name, Op: s.Op,
		Stage: stage, Message: text, Error: stage == Failed, Preview: c.preview,
	})
}

func (c *collector) diagnose(d *apitype.DiagnosticEvent) {
	text := plain(d.Message)
	if d.Ephemeral || d.Severity == "debug" || text == "" {
		return
	}
	if d.Severity == "error" {
		c.problem(d.URN, strings.TrimPrefix(text, "an unhandled error occurred: "))
		return
	}
	c.emit(Event{URN: d.URN, Type: typeOf(d.URN), Name: nameOf(d.URN), Stage: Note, Message: text, Preview: c.preview})
}

func (c *collector) violate(p *apitype.PolicyEvent) {
	text := p.PolicyName + ": " + plain(p.Message)
	if p.EnforcementLevel == "mandatory" {
		c.policy = true
		c.problem(p.ResourceURN, text)
		return
	}
	c.emit(Event{
		URN: p.ResourceURN, Type: typeOf(p.ResourceURN), Name: nameOf(p.ResourceURN),
		Stage: Note, Message: text, Preview: c.preview,
	})
}

func (c *collector) problem(urn, text string) {
	if typeOf(urn) == stackType {
		urn = ""
	}
	p := Problem{URN: urn, Message: plainProtection(text)}
	if slices.Contains(c.problems, p) {
		return
	}
	c.problems = append(c.problems, p)
	c.emit(Event{
		URN: urn, Type: typeOf(urn), Name: nameOf(urn), Stage: Note,
		Message: text, Error: true, Preview: c.preview,
	})
}

// result counts the steps. After a failure, steps that did not end are left out.
func (c *collector) result(failed bool) *Result {
	r := &Result{Stack: c.stack, Resources: []ResourceStep{}, Outputs: c.outputs}
	for _, s := range c.steps {
		if failed && s.custom && !s.done && s.Op != OpSame {
			continue
		}
		if !failed && !c.preview && !s.done && s.Op != OpSame {
			s.done = true
			c.progress(s, Done, "") // a component without outputs
		}
		if s.Op != OpSame {
			s.Changed = slices.Sorted(maps.Keys(s.changed))
		}
		r.Resources = append(r.Resources, s.ResourceStep)
		r.Steps.add(s.Op)
	}
	slices.SortFunc(r.Resources, func(a, b ResourceStep) int { return cmp.Compare(a.URN, b.URN) })
	r.Changes = r.Steps.Create + r.Steps.Update + r.Steps.Replace + r.Steps.Delete
	return r
}

func (s *Steps) add(op string) {
	switch op {
	case OpCreate:
		s.Create++
	case OpUpdate:
		s.Update++
	case OpReplace:
		s.Replace++
	case OpDelete:
		s.Delete++
	default:
		s.Same++
	}
}

// markup matches the engine's colour marks (<{%reset%}>) and terminal control codes.
var markup = regexp.MustCompile(`<\{%.*?%\}>|\x1b\[[0-9;?]*[A-Za-z]`)

// plain returns text without markup and surrounding space.
func plain(text string) string { return strings.TrimSpace(markup.ReplaceAllString(text, "")) }
