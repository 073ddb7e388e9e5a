-- +goose Up
-- What servers of one name share: certificates with their keys, the account that asked for them, and challenges
-- under way.
CREATE TABLE certificates (
    name    text PRIMARY KEY,
    content bytea NOT NULL -- AES-256-GCM: nonce, ciphertext, tag; the key is not in the database
);

-- +goose Down
DROP TABLE certificates;
