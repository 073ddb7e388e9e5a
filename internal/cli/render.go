package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"

	"github.com/ladder-iac/ladder/internal/engine"
	"github.com/ladder-iac/ladder/internal/graph"
)

// The colours, from the terminal's own palette. They only repeat what signs and words say already.
const (
	red    = "1"
	green  = "2"
	yellow = "3"
	blue   = "4"
	purple = "5"
	grey   = "8"
)

// paint colours text when colour is wanted.
func paint(wanted bool, colour, text string) string {
	if !wanted {
		return text
	}
	return lipgloss.NewStyle().Foreground(lipgloss.Color(colour)).Render(text)
}

// tell writes to a person. When that fails nobody is left to tell it to.
func (f *factory) tell(format string, args ...any) { _, _ = fmt.Fprintf(f.Err, format, args...) }

// print writes a result. A reader that goes away, as head does, wants no more of it.
func (f *factory) print(text string) error {
	if _, err := io.WriteString(f.Out, text); !errors.Is(err, syscall.EPIPE) {
		return err
	}
	return nil
}

func (f *factory) printJSON(value any) error {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return errors.Join(encoder.Encode(value), f.print(text.String()))
}

// printTable prints rows under a header.
func (f *factory) printTable(header []string, rows [][]string, style table.StyleFunc) error {
	return f.print(f.renderTable(header, rows, style, f.OutColor))
}

// renderTable makes a table as wide as its rows need: a value that is cut could not be copied.
func (f *factory) renderTable(header []string, rows [][]string, style table.StyleFunc, colour bool) string {
	t := table.New().Headers(header...).Rows(rows...).
		Border(lipgloss.NormalBorder()).
		BorderTop(false).BorderBottom(false).BorderLeft(false).BorderRight(false).BorderColumn(false).
		StyleFunc(func(row, col int) lipgloss.Style {
			cell := style(row, col)
			if col < len(header)-1 {
				cell = cell.PaddingRight(2)
			}
			if colour && row == table.HeaderRow {
				cell = cell.Bold(true)
			}
			return cell
		})
	lines := strings.Split(t.String(), "\n")
	if width, _ := f.Size(); width > 0 {
		lines[1] = lipgloss.NewStyle().MaxWidth(width).Render(lines[1]) // the rule under the header
	}
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// alignRight aligns some columns right, for numbers.
func alignRight(columns ...int) table.StyleFunc {
	return func(_, col int) lipgloss.Style {
		style := lipgloss.NewStyle()
		if slices.Contains(columns, col) {
			style = style.Align(lipgloss.Right)
		}
		return style
	}
}

// operation is how an operation is shown.
type operation struct {
	sign, colour  string
	doing, done   string // "creating", "created"
	planned, noun string // "to create", "create"
}

func operationOf(op string) operation {
	switch op {
	case engine.OpCreate:
		return operation{"+", green, "creating", "created", "to create", "create"}
	case engine.OpUpdate:
		return operation{"~", yellow, "updating", "updated", "to update", "update"}
	case engine.OpReplace:
		return operation{"±", purple, "replacing", "replaced", "to replace", "replace"}
	case engine.OpDelete:
		return operation{"-", red, "deleting", "deleted", "to delete", "delete"}
	}
	return operation{"=", grey, "checking", "unchanged", "unchanged", "same"}
}

const noChanges = "no changes"

// counts says how many resources changed in which way, or "no changes".
func counts(steps engine.Steps, planned bool) string {
	var parts []string
	for _, c := range []struct {
		op     string
		number int
	}{
		{engine.OpCreate, steps.Create},
		{engine.OpUpdate, steps.Update},
		{engine.OpReplace, steps.Replace},
		{engine.OpDelete, steps.Delete},
	} {
		word := operationOf(c.op).done
		if planned {
			word = operationOf(c.op).planned
		}
		if c.number > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.number, word))
		}
	}
	if len(parts) == 0 {
		return noChanges
	}
	return strings.Join(parts, ", ")
}

// summary is one line about an operation.
func summary(result *engine.Result, took time.Duration, planned bool) string {
	text := counts(result.Steps, planned)
	if result.Steps.Same > 0 {
		text += fmt.Sprintf(", %d unchanged", result.Steps.Same)
	}
	return fmt.Sprintf("%s: %s (%s)\n", result.Stack, text, seconds(took))
}

// printPlan prints what would change, or what a refresh found.
func (s *session) printPlan(result *engine.Result, took time.Duration, planned bool) error {
	if s.json {
		return s.printJSON(result)
	}
	return s.print(s.planTable(result, s.OutColor) + summary(result, took, planned))
}

// planTable lists the resources that change, with a line below; empty when none does.
func (f *factory) planTable(result *engine.Result, colour bool) string {
	changed := slices.DeleteFunc(slices.Clone(result.Resources), func(r engine.ResourceStep) bool {
		return r.Op == engine.OpSame
	})
	if len(changed) == 0 {
		return ""
	}
	order := []string{engine.OpCreate, engine.OpUpdate, engine.OpReplace, engine.OpDelete} // worst last
	slices.SortStableFunc(changed, func(a, b engine.ResourceStep) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Op), slices.Index(order, b.Op)), cmp.Compare(a.Name, b.Name))
	})
	rows, explained := make([][]string, 0, len(changed)), false
	for _, r := range changed {
		op := operationOf(r.Op)
		rows = append(rows, []string{op.sign + " " + op.noun, r.Name, graph.ShortType(r.Type), detail(r)})
		explained = explained || detail(r) != ""
	}
	header := []string{"Change", "Resource", "Type", "Because of"}
	if !explained {
		header = header[:3]
		for i := range rows {
			rows[i] = rows[i][:3]
		}
	}
	return f.renderTable(header, rows, func(row, col int) lipgloss.Style {
		style := lipgloss.NewStyle()
		if colour && row >= 0 && col == 0 {
			style = style.Foreground(lipgloss.Color(operationOf(changed[row].Op).colour))
		}
		return style
	}, colour) + "\n"
}

// detail names the changed inputs and warns of data that would be lost.
func detail(r engine.ResourceStep) string {
	text := ""
	if r.Op == engine.OpUpdate || r.Op == engine.OpReplace {
		text = strings.Join(r.Changed, ", ")
	}
	if graph.Stateful(r.Type) && (r.Op == engine.OpReplace || r.Op == engine.OpDelete) {
		text = strings.TrimPrefix(text+"; HOLDS DATA", "; ")
	}
	return text
}

// printOutputs prints a stack's outputs, sorted; nothing when there are none.
func (f *factory) printOutputs(outputs map[string]any) error {
	if len(outputs) == 0 {
		return nil
	}
	rows := make([][]string, 0, len(outputs))
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		text, ok := outputs[name].(string)
		if !ok {
			encoded, err := json.Marshal(outputs[name])
			if err != nil {
				return fmt.Errorf("output %q: %w", name, err)
			}
			text = string(encoded)
		}
		rows = append(rows, []string{name, text})
	}
	return f.printTable([]string{"Output", "Value"}, rows, alignRight())
}

// short writes a large round number as people say it: 100K, 10M.
func short(n int) string {
	switch {
	case n >= 1_000_000 && n%1_000_000 == 0:
		return strconv.Itoa(n/1_000_000) + "M"
	case n >= 1_000 && n%1_000 == 0:
		return strconv.Itoa(n/1_000) + "K"
	}
	return strconv.Itoa(n)
}

// thousands writes a number with commas: 20,000.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// seconds writes a duration for people: 4.2 s, 2 min 05 s.
func seconds(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	whole := int(d.Round(time.Second).Seconds())
	return fmt.Sprintf("%d min %02d s", whole/60, whole%60)
}
