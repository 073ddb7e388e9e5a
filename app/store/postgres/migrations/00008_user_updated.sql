-- +goose Up
-- Empty until a binary that knows the column changes a profile.
ALTER TABLE users ADD COLUMN updated_at timestamptz;

-- +goose Down
ALTER TABLE users DROP COLUMN updated_at;
