-- +goose Up
-- Events on their way out. A row leaves as soon as the bus has it. Nothing here counts transactions or positions, so
-- that a backup or a logical copy restored elsewhere goes on as it is.
CREATE TABLE outbox (
    id          uuid PRIMARY KEY, -- UUID version 7: sorts by time
    aggregate   text NOT NULL,
    key         text NOT NULL,
    version     bigint NOT NULL,  -- gives the order of the events of a key
    type        text NOT NULL,
    payload     json NOT NULL,
    trace       json NOT NULL,
    occurred_at timestamptz NOT NULL
);
CREATE INDEX outbox_key ON outbox (aggregate, key, version);

-- It is small and every row dies: a share of its size says nothing.
ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 10000);

-- Users from before tell of themselves.
INSERT INTO outbox (id, aggregate, key, version, type, payload, trace, occurred_at)
    SELECT gen_random_uuid(), 'user', id, version, 'user.registered', json_build_object('name', name), '{}', created_at
    FROM users;

-- +goose Down
DROP TABLE outbox;
