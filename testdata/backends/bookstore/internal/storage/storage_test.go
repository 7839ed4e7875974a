package storage_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/bookstore/internal/storage"
	"example.com/bookstore/migrations"
)

func open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// objects lists what the schema consists of, internal objects aside.
func objects(t *testing.T, db *sql.DB) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `SELECT coalesce(sql, name) FROM sqlite_master ORDER BY 1 LIMIT 100`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestOpenRefusesFolderThatDoesNotExist(t *testing.T) {
	path := filepath.Join(t.TempDir(), "absent", "test.db")
	if _, err := storage.Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "absent") {
		t.Errorf("Open() = %v, want an error that names the path", err)
	}
}

func TestMigrateThereAndBackAgain(t *testing.T) {
	db := open(t)
	if err := storage.Migrate(t.Context(), db, migrations.Files); err != nil {
		t.Fatal(err)
	}
	full := objects(t, db)
	version, err := storage.Version(t.Context(), db)
	if err != nil || version == 0 {
		t.Fatalf("Version() = %d, %v after Migrate", version, err)
	}
	for range version {
		if err := storage.Rollback(t.Context(), db, migrations.Files); err != nil {
			t.Fatal(err)
		}
	}
	if left := objects(t, db); len(left) != 0 {
		t.Errorf("left over after all rollbacks: %q", left)
	}
	if err := storage.Migrate(t.Context(), db, migrations.Files); err != nil {
		t.Fatal(err)
	}
	if again := objects(t, db); !slices.Equal(again, full) {
		t.Errorf("second migration built %q, first %q", again, full)
	}
}

func TestMigrateTwiceChangesNothing(t *testing.T) {
	db := open(t)
	for range 2 {
		if err := storage.Migrate(t.Context(), db, migrations.Files); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMigrateRejectsBadScripts(t *testing.T) {
	for name, c := range map[string]struct {
		scripts fstest.MapFS
		want    string
	}{
		"none":      {fstest.MapFS{}, "there are none"},
		"no number": {fstest.MapFS{"first_x.up.sql": {}}, "has no number"},
		"no down":   {fstest.MapFS{"0001_x.up.sql": {}}, "has no down script"},
		"bad SQL": {fstest.MapFS{
			"0001_x.up.sql":   {Data: []byte("CREATE TABEL x (id)")},
			"0001_x.down.sql": {},
		}, "0001_x.up.sql"},
		"no record": {fstest.MapFS{
			"0001_x.up.sql":   {Data: []byte("CREATE TABLE x (id INTEGER PRIMARY KEY)")},
			"0001_x.down.sql": {},
		}, "record"},
	} {
		t.Run(name, func(t *testing.T) {
			err := storage.Migrate(t.Context(), open(t), c.scripts)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Migrate() = %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestRollbackReportsBrokenDown(t *testing.T) {
	db := open(t)
	if err := storage.Migrate(t.Context(), db, migrations.Files); err != nil {
		t.Fatal(err)
	}
	version, err := storage.Version(t.Context(), db)
	if err != nil || version != 6 {
		t.Fatalf("Version() = %d, %v, want 6", version, err)
	}
	broken := fstest.MapFS{
		"0006_x.up.sql":   {},
		"0006_x.down.sql": {Data: []byte("DROP TABLE nothing")},
	}
	if err := storage.Rollback(t.Context(), db, broken); err == nil || !strings.Contains(err.Error(), "0006_x.down.sql") {
		t.Errorf("Rollback() = %v, want an error that names the script", err)
	}
	if again, err := storage.Version(t.Context(), db); err != nil || again != version {
		t.Errorf("Version() = %d, %v after a failed rollback, want %d", again, err, version)
	}
	if err := storage.Rollback(t.Context(), db, fstest.MapFS{}); err == nil {
		t.Error("Rollback() without scripts succeeded")
	}
}

func TestClosedDatabaseIsReported(t *testing.T) {
	db := open(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := storage.Migrate(t.Context(), db, migrations.Files); err == nil {
		t.Error("Migrate() on a closed database succeeded")
	}
	if err := storage.Rollback(t.Context(), db, migrations.Files); err == nil {
		t.Error("Rollback() on a closed database succeeded")
	}
	if err := storage.InTx(t.Context(), db, func(*sql.Tx) error { return nil }); err == nil {
		t.Error("InTx() on a closed database succeeded")
	}
}

func TestInTxRollsBackOnError(t *testing.T) {
	db := open(t)
	failure := errors.New("stop here")
	err := storage.InTx(t.Context(), db, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(t.Context(), `CREATE TABLE scratch (id INTEGER PRIMARY KEY)`); err != nil {
			return err
		}
		return failure
	})
	if !errors.Is(err, failure) {
		t.Errorf("InTx() = %v, want %v", err, failure)
	}
	if left := objects(t, db); len(left) != 0 {
		t.Errorf("left over after a rollback: %q", left)
	}
}

func TestInTxReportsFailedCommit(t *testing.T) {
	db := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	if err := storage.InTx(ctx, db, func(*sql.Tx) error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("InTx() = %v, want %v", err, context.Canceled)
	}
}

func TestIsConstraint(t *testing.T) {
	db := open(t)
	if err := storage.Migrate(t.Context(), db, migrations.Files); err != nil {
		t.Fatal(err)
	}
	const insert = `INSERT INTO applied_migrations (version, applied_at) VALUES (1, 0)`
	if _, err := db.ExecContext(t.Context(), insert); !storage.IsConstraint(err) {
		t.Errorf("IsConstraint(%v) = false, want true", err)
	}
	if storage.IsConstraint(sql.ErrNoRows) {
		t.Error("IsConstraint(sql.ErrNoRows) = true, want false")
	}
}
