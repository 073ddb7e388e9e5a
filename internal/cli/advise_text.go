package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"

	"github.com/ladder-iac/ladder/internal/advise"
	"github.com/ladder-iac/ladder/internal/project"
)

// printAdvice prints a headline, the triggers, why, and what to do. The phase is the config's.
func (o *adviseOptions) printAdvice(p *project.Project, phase int, advice advise.Advice) error {
	next := o.nextStep(p, advice)
	if phase != advice.Phase {
		next = step("Next: see what an update to the config would change", o.onSameCloud("preview"))
	}
	return errors.Join(
		o.print(headline(advice, o.phaseName(advice.Next))+"\n\n"), o.printTriggers(advice.Triggers),
		o.print("\n"+strings.Join(advice.Reasons, "\n")+"\n\n"+next),
	)
}

func headline(advice advise.Advice, name string) string {
	silent := 0
	for _, a := range advice.Triggers {
		if a.State != advise.Quiet {
			silent++
		}
	}
	switch advice.Verdict {
	case advise.Climb:
		return fmt.Sprintf("%s: climb to phase %d%s", advice.Stack, advice.Next, name)
	case advise.Stay:
		return fmt.Sprintf("%s: stay in phase %d", advice.Stack, advice.Phase)
	default:
		return fmt.Sprintf("%s: not known yet: %d of %d triggers have no data",
			advice.Stack, silent, len(advice.Triggers))
	}
}

// phaseName is ", read replicas" for phase 2; empty for a phase that is not in the table.
func (f *factory) phaseName(number int) string {
	for _, p := range f.Phases {
		if p.Number == number {
			return ", " + p.Name
		}
	}
	return ""
}

func (f *factory) printTriggers(triggers []advise.Alarm) error {
	rows := make([][]string, 0, len(triggers))
	for _, a := range triggers {
		reached := ""
		if percent, known := a.Reached(); known {
			reached = fmt.Sprintf("%d %%", percent)
		}
		rows = append(rows, []string{
			a.Name, string(a.State), advise.Moment(a.Since), advise.Number(a.Value), a.Limit(), reached,
		})
	}
	align := alignRight(3, 4, 5)
	header := []string{"Trigger", "State", "Since", "Value", "Rings at", "Reached"}
	return f.printTable(header, rows, func(row, col int) lipgloss.Style {
		style := align(row, col)
		if f.OutColor && row != table.HeaderRow && col == 1 {
			style = style.Foreground(lipgloss.Color(stateColour(triggers[row].State)))
		}
		return style
	})
}

func stateColour(state advise.State) string {
	switch state {
	case advise.Ringing:
		return red
	case advise.Quiet:
		return green
	default:
		return yellow
	}
}

// nextStep says what to do, with the command for it.
func (o *adviseOptions) nextStep(p *project.Project, advice advise.Advice) string {
	again, compare := o.onSameCloud("advise"), o.compare(p, advice)
	switch advice.Verdict {
	case advise.Climb:
		if !o.built(advice.Next) {
			return fmt.Sprintf("Next: wait for a version of ladder that can deploy phase %d, or give phase %d more room "+
				"(see its config in Pulumi.yaml).\n", advice.Next, advice.Phase)
		}
		return step("Next: see what the climb changes", compare)
	case advise.Stay:
		text := step("Next: nothing; ask again when the load has grown", again)
		if o.built(advice.Next) {
			text += step("What a climb would change:", compare)
		}
		return text
	default:
		return o.waitForData(advice.Triggers[0].Name, again)
	}
}

func (o *adviseOptions) waitForData(name, again string) string {
	if o.Simulate {
		return step("Next: the simulated cloud measures nothing, so say what a trigger measures",
			fmt.Sprintf("ladder simulate set-alarm-state --alarm-name %s --state-value OK --state-reason quiet", name))
	}
	return step("Next: a new trigger has data an hour or two after the update; if it still has none then, see that\n"+
		"what it watches runs. Ask again with", again)
}

// onSameCloud is another command for this stack, simulated or not like this one.
func (o *adviseOptions) onSameCloud(command string) string {
	if o.Simulate {
		return "ladder " + command + " " + o.Stack + " --simulate"
	}
	return "ladder " + command + " " + o.Stack
}

func step(what, command string) string { return what + "\n  " + command + "\n" }

// compare is the command that shows a climb: to the project's stack of the next phase, or else by the config key.
func (o *adviseOptions) compare(p *project.Project, advice advise.Advice) string {
	for _, name := range p.Stacks() {
		stack, err := p.Stack(name)
		if err != nil {
			continue // another stack's mistake
		}
		if phase, err := o.phase(stack); err == nil && phase == advice.Next && name != o.Stack {
			return fmt.Sprintf("ladder diff %s %s", o.Stack, name)
		}
	}
	return fmt.Sprintf("ladder diff %s %s --config %s=%d", o.Stack, o.Stack, o.PhaseKey, advice.Next)
}

func (f *factory) built(number int) bool {
	return slices.ContainsFunc(f.Phases, func(p Phase) bool { return p.Number == number && p.Built })
}
