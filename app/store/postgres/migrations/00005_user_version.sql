-- +goose Up
-- The default lets binaries that do not know the column sign users up.
ALTER TABLE users ADD COLUMN version bigint NOT NULL DEFAULT 1;

-- +goose Down
ALTER TABLE users DROP COLUMN version;
