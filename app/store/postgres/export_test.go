package postgres

import "context"

// ReadForTest runs a query as a read.
func (db *DB) ReadForTest(ctx context.Context, query string, into ...any) error {
	return db.read(ctx, func(ctx context.Context, q querier) error { return q.QueryRow(ctx, query).Scan(into...) })
}

// WriteForTest runs a statement as a write.
func (db *DB) WriteForTest(ctx context.Context, statement string, args ...any) error {
	return db.write(ctx, func(ctx context.Context, q querier) error {
		_, err := q.Exec(ctx, statement, args...)
		return err
	})
}
