package queries

import (
	"go/ast"
	"go/token"
	"io/fs"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/database"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/sql"
)

// createdNowhere is a table that a query names and that nothing in the repository
// creates; empty where there is none, or where that cannot be told. A database in
// a file of its own starts empty: what no script, no statement and no file that
// comes with the repository creates is not there.
func (a *audit) createdNowhere(q query) string {
	if a.bare == nil {
		bare := a.bareSchema()
		a.bare = &bare
	}
	if !*a.bare {
		return ""
	}
	for _, table := range namedTables(q.text) {
		if !strings.Contains(table, ".") && !bookkeeping.MatchString(table) && !a.temporary(table) && !a.mentionsCreation(table) {
			return table
		}
	}
	return ""
}

// bareSchema: SQLite, statements of the module's own, all with a known text, and
// neither a script nor a database file beside them.
func (a *audit) bareSchema() bool {
	if !database.OnlySQLite(a.Repo) {
		return false
	}
	found := false
	err := fs.WalkDir(a.Files, check.Scope(a.Files, a.ModuleDir), func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && load.SkipDir(d.Name()):
			return fs.SkipDir
		case schemaFile.MatchString(name):
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return err == nil && !found
}

var schemaFile = regexp.MustCompile(`(?i)\.(sql|ddl|db|sqlite3?|dump)$`)

// mentionsCreation reports whether any text in the code speaks of creating the
// table, sent or not.
func (a *audit) mentionsCreation(table string) bool {
	if a.creations == nil {
		a.creations = []string{}
		for _, pkg := range a.Program.Packages {
			for _, f := range pkg.Syntax {
				ast.Inspect(f, func(n ast.Node) bool {
					if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && creates.MatchString(lit.Value) {
						a.creations = append(a.creations, strings.ToLower(lit.Value))
					}
					return true
				})
			}
		}
	}
	for _, text := range a.creations {
		// a table whose name is put in at run time may be any
		if strings.Contains(text, strings.ToLower(table)) || strings.ContainsAny(text, "%") {
			return true
		}
	}
	return false
}

var creates = regexp.MustCompile(`(?i)\bcreate\s+(virtual\s+|temp(orary)?\s+)?(table|view)\b`)

// namedTables are the tables that a text names after FROM, JOIN, INTO and UPDATE;
// what it calls, or defines itself, is none.
func namedTables(text string) []string {
	var named []string
	own := map[string]bool{}
	for _, st := range sql.Split(text, sql.Unknown, 1).Statements {
		for i := 0; i+1 < len(st.Tokens); i++ {
			t, next := st.Tokens[i], st.Tokens[i+1]
			if next.Is("AS") && i+2 < len(st.Tokens) && st.Tokens[i+2].IsSymbol("(") {
				own[t.Name()] = true // WITH name AS (
			}
			source := t.Is("FROM") || t.Is("JOIN")
			if !source && !t.Is("INTO") && !(t.Is("UPDATE") && i == 0) || next.Name() == "" {
				continue
			}
			called := i+2 < len(st.Tokens) && st.Tokens[i+2].IsSymbol("(")
			if !(source && called) && !next.Is("SELECT") && !next.Is("OR") {
				named = append(named, next.Name())
			}
		}
	}
	var tables []string
	for _, n := range named {
		if !own[n] {
			tables = append(tables, n)
		}
	}
	return tables
}
