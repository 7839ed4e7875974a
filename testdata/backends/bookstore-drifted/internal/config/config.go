// Package config reads the service's settings from the environment.
package config

import (
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Config holds every setting; README.md documents them.
type Config struct {
	Addr          string
	DatabasePath  string
	AdminEmail    string // with AdminPassword: the first administrator
	AdminPassword string
	SessionTTL    time.Duration
	ISBNLookupURL *url.URL
}

// Load reads the settings by getenv, usually os.Getenv, and reports everything
// that is wrong with them at once.
func Load(getenv func(string) string) (Config, error) {
	r := reader{getenv: getenv}
	c := Config{
		Addr:          r.text("ADDR", ":8080"),
		DatabasePath:  r.text("DATABASE_PATH", "bookstore.db"),
		AdminEmail:    r.text("ADMIN_EMAIL", ""),
		AdminPassword: r.text("ADMIN_PASSWORD", ""),
		SessionTTL:    r.duration("SESSION_TTL", "8h"),
		ISBNLookupURL: r.address("ISBN_LOOKUP_URL", "https://openlibrary.org"),
	}
	if (c.AdminEmail == "") != (c.AdminPassword == "") {
		r.problems = append(r.problems, errors.New("ADMIN_EMAIL and ADMIN_PASSWORD: set both or neither"))
	}
	return c, errors.Join(r.problems...)
}

// reader collects what is wrong, so that one start shows all of it.
type reader struct {
	getenv   func(string) string
	problems []error
}

func (r *reader) text(name, fallback string) string {
	if value := r.getenv(name); value != "" {
		return value
	}
	return fallback
}

func (r *reader) duration(name, fallback string) time.Duration {
	d, err := time.ParseDuration(r.text(name, fallback))
	if err != nil || d <= 0 {
		r.problems = append(r.problems, fmt.Errorf("%s: use a positive duration such as 30s", name))
	}
	return d
}

func (r *reader) address(name, fallback string) *url.URL {
	u, err := url.Parse(r.text(name, fallback))
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		r.problems = append(r.problems, fmt.Errorf("%s: use an absolute http or https URL", name))
	}
	return u
}
