package a

import "regexp"

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
