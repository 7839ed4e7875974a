// Package audit keeps the record of who changed what.
package audit

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

func Record(ctx context.Context, tx *sql.Tx, actor int64, action, subject string) error { // defect: exported-undocumented
	const insert = `INSERT INTO audit_events (actor_id, action, subject, at) VALUES (?, ?, ?, ?)`
	if _, err := tx.ExecContext(ctx, insert, actor, action, subject, time.Now().Unix()); err != nil {
		return fmt.Errorf("record %s of %s: %w", action, subject, err)
	}
	return nil
}
