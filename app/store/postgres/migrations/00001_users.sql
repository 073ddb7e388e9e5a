-- +goose Up
CREATE TABLE users (
    id            uuid PRIMARY KEY,
    email         text NOT NULL CONSTRAINT users_email_key UNIQUE, -- lower case
    name          text NOT NULL,
    password_hash text NOT NULL,                                   -- argon2id, PHC string
    created_at    timestamptz NOT NULL
);

-- +goose Down
DROP TABLE users;
