package account

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"example.com/bookstore/internal/problem"
	"example.com/bookstore/internal/storage"
)

func passwordOf(ctx context.Context, db *sql.DB, email string) (id int64, hash []byte, err error) {
	const query = `SELECT id, password_hash FROM users WHERE email = ?`
	err = db.QueryRowContext(ctx, query, email).Scan(&id, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil, fmt.Errorf("find user: %w", problem.ErrNotFound)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("find user: %w", err)
	}
	return id, hash, nil
}

func insertUser(ctx context.Context, tx *sql.Tx, u User, hash []byte) (int64, error) {
	const insert = `INSERT INTO users (email, password_hash, role, created_at) VALUES (?, ?, ?, ?)`
	result, err := tx.ExecContext(ctx, insert, u.Email, string(hash), u.Role, u.CreatedAt.Unix())
	if storage.IsConstraint(err) {
		return 0, fmt.Errorf("address is taken: %w", problem.ErrConflict)
	}
	if err != nil {
		return 0, fmt.Errorf("insert user: %w", err)
	}
	id, err := result.LastInsertId()
	if err != nil {
		return 0, fmt.Errorf("insert user: %w", err)
	}
	return id, nil
}

func insertSession(ctx context.Context, tx *sql.Tx, hash string, user int64, expires time.Time) error {
	const insert = `INSERT INTO sessions (token_hash, user_id, expires_at) VALUES (?, ?, ?)`
	if _, err := tx.ExecContext(ctx, insert, hash, user, expires.Unix()); err != nil {
		return fmt.Errorf("insert session: %w", err)
	}
	return nil
}

func deleteExpired(ctx context.Context, tx *sql.Tx, now time.Time) error {
	const remove = `DELETE FROM sessions WHERE expires_at <= ?`
	if _, err := tx.ExecContext(ctx, remove, now.Unix()); err != nil {
		return fmt.Errorf("delete expired sessions: %w", err)
	}
	return nil
}

func userOfSession(ctx context.Context, db *sql.DB, hash string, now time.Time) (User, error) {
	const query = `
		SELECT s.token_hash, u.id, u.email, u.role, u.created_at
		FROM sessions s JOIN users u ON u.id = s.user_id
		WHERE s.token_hash = ? AND s.expires_at > ?`
	var stored string
	var u User
	var created int64
	err := db.QueryRowContext(ctx, query, hash, now.Unix()).Scan(&stored, &u.ID, &u.Email, &u.Role, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return User{}, fmt.Errorf("find session: %w", problem.ErrNotFound)
	}
	if err != nil {
		return User{}, fmt.Errorf("find session: %w", err)
	}
	// What the index matched is compared again in constant time.
	if subtle.ConstantTimeCompare([]byte(stored), []byte(hash)) != 1 {
		return User{}, fmt.Errorf("find session: %w", problem.ErrNotFound)
	}
	u.CreatedAt = time.Unix(created, 0).UTC()
	return u, nil
}
