package a

import "fmt"

// Nobody waits for these.
func (s *store) tidy(name string) {
	_, _ = s.db.Exec("VACUUM")
	_, _ = s.db.Exec(fmt.Sprintf("CREATE DATABASE %q;", name))
}
