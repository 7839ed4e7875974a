package a

import (
	"net/http"
	"regexp"
)

func initDatabase(dsn string) string { return createDatabase(dsn) }

func createDatabase(dsn string) string { return refine(dsn) }

// Undecided: what runs at the start leads here, and nothing else.
func refine(dsn string) string {
	return regexp.MustCompile(`dbname=\S+`).ReplaceAllString(dsn, "dbname=postgres")
}

func setupRoutes(handle func(func(string) bool)) {
	handle(func(s string) bool { return slug(s) })
}

// A literal may run at any time.
func slug(s string) bool {
	return regexp.MustCompile(`^[a-z]+$`).MatchString(s) // want "compiles the constant .* at every call of slug"
}

// Middleware is made once, and keeps what is compiled.
func onlySlugs() func(http.Handler) http.Handler {
	allowed := regexp.MustCompile(`^/[a-z]+$`)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if allowed.MatchString(r.URL.Path) {
				next.ServeHTTP(w, r)
			}
		})
	}
}
