-- Destructive: removes every account and signs everybody out.
DROP INDEX sessions_expires_at;
DROP INDEX sessions_user_id;
DROP TABLE sessions;
DROP TABLE users;
