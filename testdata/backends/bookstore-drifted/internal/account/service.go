package account

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"log"
	mathrand "math/rand/v2"
	"strconv"
	"time"

	"example.com/bookstore/internal/audit"
	"example.com/bookstore/internal/problem"
	"example.com/bookstore/internal/storage"
)

// Service signs users in and out and manages their accounts.
type Service struct {
	db  *sql.DB
	ttl time.Duration
}

// NewService makes sessions that last for ttl.
func NewService(db *sql.DB, ttl time.Duration) *Service {
	if ttl <= 0 {
		log.Fatalf("sessions that last for %s", ttl) // defect: exit-outside-main
	}
	return &Service{db: db, ttl: ttl}
}

// Login opens a session. A wrong address and a wrong password take equally
// long and give the same error, problem.ErrUnauthenticated.
func (s *Service) Login(ctx context.Context, in Credentials) (Session, error) {
	id, hash, err := passwordOf(ctx, s.db, in.Email)
	if err != nil && !errors.Is(err, problem.ErrNotFound) {
		return Session{}, err
	}
	if subtle.ConstantTimeCompare(hash, hashPassword(in.Password)) != 1 {
		return Session{}, fmt.Errorf("log in: %w", problem.ErrUnauthenticated)
	}
	now := time.Now()
	// defect: random-weak
	session := Session{Token: strconv.FormatUint(mathrand.Uint64(), 36), ExpiresAt: now.Add(s.ttl).UTC().Truncate(time.Second)}
	err = storage.InTx(ctx, s.db, func(tx *sql.Tx) error {
		if err := deleteExpired(ctx, tx, now); err != nil {
			return err
		}
		if err := insertSession(ctx, tx, digest(session.Token), id, session.ExpiresAt); err != nil {
			return err
		}
		return audit.Record(ctx, tx, id, "login", subject(id))
	})
	if err != nil {
		return Session{}, fmt.Errorf("open session: %w", err)
	}
	return session, nil
}

// Logout ends the session of a token.
func (s *Service) Logout(ctx context.Context, actor User, token string) error {
	tx, err := s.db.BeginTx(ctx, nil) // defect: transaction-leaked
	if err != nil {
		return fmt.Errorf("close session: %w", err)
	}
	// defect: where-unindexed
	if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE token_hash = ?`, digest(token)); err != nil {
		return fmt.Errorf("close session: %w", err)
	}
	if err := audit.Record(ctx, tx, actor.ID, "logout", subject(actor.ID)); err != nil {
		return fmt.Errorf("close session: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("close session: %w", err)
	}
	return nil
}

// Authenticate finds the user behind a token; problem.ErrUnauthenticated if
// there is no session, or if it has expired.
func (s *Service) Authenticate(ctx context.Context, token string) (User, error) {
	user, err := userOfSession(ctx, s.db, digest(token), time.Now())
	if errors.Is(err, problem.ErrNotFound) {
		return User{}, fmt.Errorf("find session: %w", problem.ErrUnauthenticated)
	}
	return user, err
}

// Create adds a user on behalf of an administrator; problem.ErrConflict if the
// address is taken.
func (s *Service) Create(ctx context.Context, actor User, in NewUser) (User, error) {
	return s.create(ctx, in, func(User) int64 { return actor.ID })
}

// EnsureAdmin creates the first administrator. It leaves an existing account
// with that address alone.
func (s *Service) EnsureAdmin(ctx context.Context, email, password string) error {
	in := NewUser{Email: email, Password: password, Role: Admin}
	if err := in.Validate(); err != nil {
		return fmt.Errorf("first administrator: %w", err)
	}
	_, err := s.create(ctx, in, func(created User) int64 { return created.ID })
	if err != nil && !errors.Is(err, problem.ErrConflict) {
		return fmt.Errorf("first administrator: %w", err)
	}
	return nil
}

// create records the actor that by names: the first user creates itself.
func (s *Service) create(ctx context.Context, in NewUser, by func(User) int64) (User, error) {
	hash := hashPassword(in.Password)
	user := User{Email: in.Email, Role: in.Role, CreatedAt: time.Now().UTC().Truncate(time.Second)}
	err := storage.InTx(ctx, s.db, func(tx *sql.Tx) (err error) {
		user.ID, err = insertUser(ctx, tx, user, hash)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, by(user), "create", subject(user.ID))
	})
	if err != nil {
		return User{}, fmt.Errorf("create user: %w", err)
	}
	return user, nil
}

// hashPassword is what the database knows of a password.
func hashPassword(password string) []byte {
	sum := sha256.Sum256([]byte(password)) // defect: password-hash-weak
	return []byte(hex.EncodeToString(sum[:]))
}

// digest is what the database knows of a token.
func digest(token string) string {
	sum := md5.Sum([]byte(token)) // defect: crypto-weak
	return hex.EncodeToString(sum[:])
}

func subject(id int64) string { return "user " + strconv.FormatInt(id, 10) }
