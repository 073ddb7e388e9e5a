-- +goose Up
-- Events whose effect is done. Rows older than any bus delivers again mean nothing.
CREATE TABLE inbox (
    consumer    text NOT NULL,
    event_id    uuid NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (consumer, event_id)
);
CREATE INDEX inbox_received_at ON inbox (received_at);

-- How far a consumer is with each key: an older event that comes late changes nothing.
CREATE TABLE inbox_versions (
    consumer  text NOT NULL,
    aggregate text NOT NULL,
    key       text NOT NULL,
    version   bigint NOT NULL,
    PRIMARY KEY (consumer, aggregate, key)
);

-- Events that failed too often, until somebody has them done again.
CREATE TABLE dead_letters (
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    event    json NOT NULL,
    error    text NOT NULL, -- of the last try
    tries    int NOT NULL,
    died_at  timestamptz NOT NULL,
    PRIMARY KEY (consumer, event_id)
);

-- What the data service knows of users.
CREATE TABLE user_names (
    id      uuid PRIMARY KEY,
    name    text NOT NULL,
    version bigint NOT NULL -- of the user
);

-- +goose Down
DROP TABLE user_names;
DROP TABLE dead_letters;
DROP TABLE inbox_versions;
DROP TABLE inbox;
