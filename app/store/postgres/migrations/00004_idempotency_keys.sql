-- +goose Up
-- Answers to writes, so that one that is repeated with its key is not done twice. Rows older than a day mean nothing.
CREATE TABLE idempotency_keys (
    scope       uuid NOT NULL,  -- the user; all zero for sign-ups
    key         text NOT NULL,
    fingerprint bytea NOT NULL, -- SHA-256 of the operation and its input, without the password
    answer      json NOT NULL,  -- what the input does not say of it
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);

-- +goose Down
DROP TABLE idempotency_keys;
