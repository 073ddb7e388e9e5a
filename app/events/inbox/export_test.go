package inbox

import "context"

// Purge removes what is old.
func (c *Consumer) Purge(ctx context.Context) error { return c.purge(ctx) }
