// Package audit keeps the record of who changed what.
package audit

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.com/bookstore/internal/storage"
)

// Event is one change.
type Event struct {
	ID      int64     `json:"id"`
	ActorID int64     `json:"actor_id"`
	Action  string    `json:"action"`
	Subject string    `json:"subject"`
	At      time.Time `json:"at"`
}

// Log reads the record.
type Log struct {
	db *sql.DB
}

// NewLog reads from db.
func NewLog(db *sql.DB) *Log { return &Log{db: db} }

// Record notes a change in the transaction that makes it, so that there is
// never one without the other.
func Record(ctx context.Context, tx *sql.Tx, actor int64, action, subject string) error {
	const insert = `INSERT INTO audit_events (actor_id, action, subject, at) VALUES (?, ?, ?, ?)`
	if _, err := tx.ExecContext(ctx, insert, actor, action, subject, time.Now().Unix()); err != nil {
		return fmt.Errorf("record %s of %s: %w", action, subject, err)
	}
	return nil
}

// List returns events, the latest first.
func (l *Log) List(ctx context.Context, page storage.Page) ([]Event, error) {
	const query = `SELECT id, actor_id, action, subject, at FROM audit_events ORDER BY id DESC LIMIT ? OFFSET ?`
	rows, err := l.db.QueryContext(ctx, query, page.Limit, page.Offset)
	if err != nil {
		return nil, fmt.Errorf("list audit events: %w", err)
	}
	defer rows.Close()
	events := []Event{}
	for rows.Next() {
		var e Event
		var at int64
		if err := rows.Scan(&e.ID, &e.ActorID, &e.Action, &e.Subject, &at); err != nil {
			return nil, fmt.Errorf("read audit event: %w", err)
		}
		e.At = time.Unix(at, 0).UTC()
		events = append(events, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list audit events: %w", err)
	}
	return events, nil
}
