package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func addYes(cmd *cobra.Command, value *bool) {
	cmd.Flags().BoolVarP(value, "yes", "y", false, "do not ask; needed on AWS when there is no terminal")
}

// canConfirm fails when a question would be needed and nobody is there to answer it.
func (f *factory) canConfirm(cmd *cobra.Command, decided bool) error {
	if decided || f.Ask {
		return nil
	}
	err := errors.New("there is no terminal to ask on; say --yes to go on without a question, " +
		"or --simulate to leave AWS alone")
	return &usageError{cmd: cmd, err: err}
}

// confirm asks once. Anything but yes ends the command.
func (f *factory) confirm(ctx context.Context, decided bool, stack, question string) error {
	if decided {
		return nil
	}
	f.tell("%s? Type yes to go on: ", question)
	answers := make(chan string, 1)
	go func() { // a read cannot be cancelled
		answer, _ := bufio.NewReader(f.In).ReadString('\n') // at the end of input the answer is what there is
		answers <- strings.TrimSpace(answer)
	}()
	select {
	case <-ctx.Done():
		f.tell("\n") // the cursor still stands behind the question
		return fmt.Errorf("stack %q: nothing was changed: %w", stack, ctx.Err())
	case answer := <-answers:
		if answer == "yes" {
			return nil
		}
		return fmt.Errorf("stack %q: nothing was changed: the answer was %q, not yes", stack, answer)
	}
}
