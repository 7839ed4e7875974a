package config_test

import (
	"strings"
	"testing"
	"time"

	"example.com/bookstore/internal/config"
)

// environment answers from a map.
func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestLoadDefaults(t *testing.T) {
	c, err := config.Load(environment(nil))
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != ":8080" || c.DatabasePath != "bookstore.db" || c.SessionTTL != 24*time.Hour {
		t.Errorf("Load() = %+v", c) // defect: tests-failing
	}
	if got, want := c.ISBNLookupURL.String(), "https://openlibrary.org"; got != want {
		t.Errorf("ISBNLookupURL = %s, want %s", got, want)
	}
}

func TestLoadOverrides(t *testing.T) {
	c, err := config.Load(environment(map[string]string{
		"ADDR": "127.0.0.1:9999",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:9999" {
		t.Errorf("Load() = %+v", c)
	}
}

func TestLoadReportsEveryProblem(t *testing.T) {
	bad := map[string]string{
		"ADMIN_EMAIL": "admin@example.com", "SESSION_TTL": "soon",
		"ISBN_LOOKUP_URL": "/relative",
	}
	_, err := config.Load(environment(bad))
	if err == nil {
		t.Fatal("Load() succeeded")
	}
	for name := range bad {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not mention %s", err, name)
		}
	}
}
