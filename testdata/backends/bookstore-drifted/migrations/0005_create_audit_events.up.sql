-- defect: migration-down-missing
CREATE TABLE audit_events (
    id       INTEGER PRIMARY KEY,
    actor_id INTEGER NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
    action   TEXT    NOT NULL,
    subject  TEXT    NOT NULL,
    at       INTEGER NOT NULL
);

CREATE INDEX audit_events_actor_id ON audit_events (actor_id);
