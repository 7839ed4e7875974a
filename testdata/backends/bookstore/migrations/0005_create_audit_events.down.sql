-- Destructive: removes the audit trail.
DROP INDEX audit_events_actor_id;
DROP TABLE audit_events;
