-- +goose Up
-- The owner is part of the key: every query names him, and his items lie together. It is no foreign key,
-- because users and items live in two databases from phase 4 on.
CREATE TABLE items (
    owner_id   uuid NOT NULL,
    id         uuid NOT NULL, -- UUID version 7: sorts by time of creation
    title      text NOT NULL,
    body       text NOT NULL,
    version    bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (owner_id, id)
);

-- +goose Down
DROP TABLE items;
