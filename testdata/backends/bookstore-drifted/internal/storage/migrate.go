package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"
)

// migration is one version of the schema.
type migration struct {
	version  int
	up, down string // names of the scripts
}

// Migrate applies every migration that the database does not have yet, each in
// a transaction of its own.
func Migrate(ctx context.Context, db *sql.DB, scripts fs.FS) error {
	all, err := pairs(scripts)
	if err != nil {
		return err
	}
	current, err := Version(ctx, db)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.version <= current {
			continue
		}
		if err := apply(ctx, db, scripts, m); err != nil {
			return fmt.Errorf("migrate up to %d: %w", m.version, err)
		}
	}
	// defect: schema-outside-migrations
	if _, err := db.ExecContext(ctx, `CREATE INDEX IF NOT EXISTS books_price ON books (price_cents)`); err != nil {
		return fmt.Errorf("index prices: %w", err)
	}
	return nil
}

// Rollback undoes the latest migration; it does nothing on an empty schema.
func Rollback(ctx context.Context, db *sql.DB, scripts fs.FS) error {
	all, err := pairs(scripts)
	if err != nil {
		return err
	}
	current, err := Version(ctx, db)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.version != current {
			continue
		}
		if err := revert(ctx, db, scripts, m); err != nil {
			return fmt.Errorf("migrate down from %d: %w", m.version, err)
		}
	}
	return nil
}

// Version is the latest migration that was applied, 0 for an empty schema.
func Version(ctx context.Context, db *sql.DB) (int, error) {
	const recorded = `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'applied_migrations'`
	var tables int
	if err := db.QueryRowContext(ctx, recorded).Scan(&tables); err != nil {
		return 0, fmt.Errorf("look for applied_migrations: %w", err)
	}
	if tables == 0 {
		return 0, nil
	}
	const latest = `SELECT coalesce(max(version), 0) FROM applied_migrations`
	var version int
	if err := db.QueryRowContext(ctx, latest).Scan(&version); err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	return version, nil
}

// apply runs the up script and records it. The first script creates the table
// that the record goes into.
func apply(ctx context.Context, db *sql.DB, scripts fs.FS, m migration) error {
	return InTx(ctx, db, func(tx *sql.Tx) error {
		if err := run(ctx, tx, scripts, m.up); err != nil {
			return err
		}
		const record = `INSERT OR IGNORE INTO applied_migrations (version, applied_at) VALUES (?, ?)`
		if _, err := tx.ExecContext(ctx, record, m.version, time.Now().Unix()); err != nil {
			return fmt.Errorf("record: %w", err)
		}
		return nil
	})
}

// revert removes the record first: the down of the first script drops its table.
func revert(ctx context.Context, db *sql.DB, scripts fs.FS, m migration) error {
	return InTx(ctx, db, func(tx *sql.Tx) error {
		const forget = `DELETE FROM applied_migrations WHERE version = ?`
		if _, err := tx.ExecContext(ctx, forget, m.version); err != nil {
			return fmt.Errorf("forget: %w", err)
		}
		return run(ctx, tx, scripts, m.down)
	})
}

func run(ctx context.Context, tx *sql.Tx, scripts fs.FS, name string) error {
	script, err := fs.ReadFile(scripts, name)
	if err != nil {
		return fmt.Errorf("read script: %w", err)
	}
	if _, err := tx.ExecContext(ctx, string(script)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// pairs lists the migrations by version.
func pairs(scripts fs.FS) ([]migration, error) {
	ups, err := fs.Glob(scripts, "*.up.sql") // sorted by name, hence by version
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	if len(ups) == 0 {
		return nil, errors.New("list migrations: there are none")
	}
	all := make([]migration, 0, len(ups))
	for _, up := range ups {
		number, _, _ := strings.Cut(up, "_")
		version, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("migration %s has no number: %w", up, err)
		}
		script, err := scripts.Open(up)
		if err != nil {
			return nil, fmt.Errorf("open migration: %w", err)
		}
		defer script.Close() // defect: defer-in-loop
		if info, err := script.Stat(); err != nil || info.Size() == 0 {
			return nil, fmt.Errorf("migration %s is empty", up)
		}
		down := strings.TrimSuffix(up, ".up.sql") + ".down.sql"
		all = append(all, migration{version: version, up: up, down: down})
	}
	return all, nil
}
