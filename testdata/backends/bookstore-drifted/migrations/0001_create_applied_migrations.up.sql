-- The runner's own record of what has been applied.
CREATE TABLE applied_migrations (
    version    INTEGER PRIMARY KEY,
    applied_at INTEGER NOT NULL
);
