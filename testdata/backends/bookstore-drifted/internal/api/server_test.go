package api_test

import (
	"database/sql"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/bookstore/internal/account"
	"example.com/bookstore/internal/api"
	"example.com/bookstore/internal/catalog"
	"example.com/bookstore/internal/isbn"
	"example.com/bookstore/internal/ordering"
	"example.com/bookstore/internal/storage"
	"example.com/bookstore/migrations"
)

const (
	adminEmail = "admin@example.com"
	clerkEmail = "clerk@example.com"
	password   = "correct horse battery staple"
	emma       = `{"isbn": "9780141439587", "title": "Emma", "author": "Jane Austen", "genre": "fiction", "price_cents": 999, "stock": 3}`
)

// shop is a whole service with an administrator and a clerk.
type shop struct {
	t            testing.TB
	handler      http.Handler
	db           *sql.DB
	admin, clerk string // tokens
}

func open(t testing.TB) *shop {
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
	if err := storage.Migrate(t.Context(), db, migrations.Files); err != nil {
		t.Fatal(err)
	}
	accounts := account.NewService(db, time.Hour)
	if err := accounts.EnsureAdmin(t.Context(), adminEmail, password); err != nil {
		t.Fatal(err)
	}
	s := &shop{t: t, db: db}
	server := &api.Server{
		Accounts: accounts,
		Books:    catalog.NewService(db),
		Orders:   ordering.NewService(db),
		ISBN:     isbn.NewClient(outsideCatalogue(t), time.Microsecond),
		Database: db,
		Logger:   log.New(io.Discard, "", 0),
	}
	s.handler = server.Routes()
	s.admin = s.signIn(adminEmail)
	s.post(s.admin, "/v1/users", `{"email": "`+clerkEmail+`", "password": "`+password+`", "role": "clerk"}`).is(http.StatusOK)
	s.clerk = s.signIn(clerkEmail)
	return s
}

// outsideCatalogue knows one book and is broken for another.
func outsideCatalogue(t testing.TB) *url.URL {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /isbn/9780141439587.json", func(w http.ResponseWriter, _ *http.Request) {
		if _, err := io.WriteString(w, `{"title": "Emma", "number_of_pages": 512}`); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("GET /isbn/9780000000002.json", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return base
}

// answer is a response with its body read.
type answer struct {
	t      testing.TB
	name   string
	status int
	header http.Header
	body   string
}

func (s *shop) send(method, token, path, body string) answer {
	s.t.Helper()
	request := httptest.NewRequestWithContext(s.t.Context(), method, path, strings.NewReader(body))
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	recorder := httptest.NewRecorder()
	s.handler.ServeHTTP(recorder, request)
	return answer{s.t, method + " " + path, recorder.Code, recorder.Header(), recorder.Body.String()}
}

func (s *shop) get(token, path string) answer { return s.send(http.MethodGet, token, path, "") }
func (s *shop) post(token, path, body string) answer {
	return s.send(http.MethodPost, token, path, body)
}

func (s *shop) signIn(email string) string {
	s.t.Helper()
	var session account.Session
	s.post("", "/v1/login", `{"email": "`+email+`", "password": "`+password+`"}`).is(http.StatusOK).into(&session)
	return session.Token
}

// is fails the test unless the status is as wanted.
func (a answer) is(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: status %d, want %d: %s", a.name, a.status, status, a.body)
	}
	return a
}

// has fails the test unless the body contains the text.
func (a answer) has(text string) answer {
	a.t.Helper()
	if !strings.Contains(a.body, text) {
		a.t.Fatalf("%s: body %s, want it to contain %s", a.name, a.body, text)
	}
	return a
}

func (a answer) into(v any) {
	a.t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		a.t.Fatalf("%s: %v in %s", a.name, err, a.body)
	}
}

func TestUnknownRoutesUseTheErrorForm(t *testing.T) {
	s := open(t)
	s.get("", "/nothing").is(http.StatusNotFound).has(`"code":"not_found"`)
	s.send(http.MethodPatch, s.admin, "/v1/books", "").is(http.StatusMethodNotAllowed).has(`"code":"method"`)
}
