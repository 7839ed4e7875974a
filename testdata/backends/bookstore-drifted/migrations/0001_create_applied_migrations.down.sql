-- Destructive: forgets which migrations were applied.
DROP TABLE applied_migrations;
