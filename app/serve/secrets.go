package serve

import (
	"context"
	"errors"
	"log/slog"
	"os/signal"
	"syscall"

	"github.com/ladder-iac/ladder/app/secrets"
)

// secretsCommand keeps files with secrets current until SIGTERM or SIGINT.
func secretsCommand(ctx context.Context, args []string, log *slog.Logger) error {
	config, check, err := secrets.Parse(args)
	if errors.As(err, new(secrets.UsageError)) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	if check {
		return secrets.Check(config.Dir)
	}
	ctx, forget := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer forget()
	source, err := secrets.Open(ctx)
	if err != nil {
		return err
	}
	return secrets.Run(ctx, config, source, log)
}
