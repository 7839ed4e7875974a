// Package account knows the staff of the shop: who they are, what they may do,
// and how they prove it.
package account

import (
	"net/mail"
	"time"
	"unicode/utf8"

	"example.com/bookstore/internal/problem"
)

// Role is what a user may do.
type Role string

// Clerks sell and stock books; admins also remove them and manage users.
const (
	Clerk Role = "clerk"
	Admin Role = "admin"
)

// User is a member of staff.
type User struct {
	ID        int64     `json:"id"`
	Email     string    `json:"email"`
	Role      Role      `json:"role"`
	CreatedAt time.Time `json:"created_at"`
}

// NewUser is the input to create one.
type NewUser struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Role     Role   `json:"role"`
}

// Validate checks every field.
func (n NewUser) Validate() error {
	var c problem.Checks
	c.Require(isEmail(n.Email), "email", "is not an address of at most 254 characters")
	// bcrypt ignores what follows the 72nd byte.
	c.Require(utf8.RuneCountInString(n.Password) >= 12 && len(n.Password) <= 72, "password", "must have 12 to 72 characters")
	c.Require(n.Role == Clerk || n.Role == Admin, "role", "must be clerk or admin")
	return c.Err()
}

// Credentials are what a user signs in with.
type Credentials struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

// Validate checks that both are present and of a sensible size.
func (in Credentials) Validate() error {
	var c problem.Checks
	c.Require(isEmail(in.Email), "email", "is not an address of at most 254 characters")
	c.Require(in.Password != "" && len(in.Password) <= 72, "password", "must have 1 to 72 characters")
	return c.Err()
}

// Session is a proof of having signed in.
type Session struct {
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expires_at"`
}

// isEmail accepts a bare address, without a display name.
func isEmail(s string) bool {
	if len(s) > 254 {
		return false
	}
	address, err := mail.ParseAddress(s)
	return err == nil && address.Address == s
}
