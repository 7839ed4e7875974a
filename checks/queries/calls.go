package queries

import (
	"go/types"
	"strings"
)

// call is how a method sends a statement.
type call struct {
	// text is the index of the statement among the arguments, without a context.
	text int
	// rows says that the result is any number of rows.
	rows bool
}

// methods that send a statement, by name: those of database/sql, sqlx, pgx,
// and of what wraps them under the same names. A context comes before.
var methods = map[string]call{
	"Exec": {}, "Query": {rows: true}, "QueryRow": {}, "Prepare": {},
	"ExecContext": {}, "QueryContext": {rows: true}, "QueryRowContext": {}, "PrepareContext": {},
	"Queryx": {rows: true}, "QueryRowx": {}, "MustExec": {}, "Preparex": {},
	"QueryxContext": {rows: true}, "QueryRowxContext": {}, "MustExecContext": {}, "PreparexContext": {},
	"Get": {text: 1}, "Select": {text: 1, rows: true}, "GetContext": {text: 1}, "SelectContext": {text: 1, rows: true},
	"NamedExec": {}, "NamedQuery": {rows: true}, "NamedExecContext": {}, "NamedQueryContext": {rows: true}, "PrepareNamed": {}, "PrepareNamedContext": {},
}

// libraries are packages whose types appear in what those methods return.
var libraries = []string{"database/sql", "github.com/jmoiron/sqlx", "github.com/jackc/pgx/", "github.com/jackc/pgconn"}

// sends reports whether a method sends a statement, and the index of its text.
// What it is called is not enough: it must give back what a database library
// gives, or be sqlx's Get and Select (destination, text, arguments).
func sends(fn *types.Func) (call, bool) {
	if fn.Name() == "Raw" || fn.Name() == "Exec" {
		if b, ok := builderOf(fn); ok && b.raw {
			return call{}, true
		}
	}
	c, known := methods[fn.Name()]
	if !known || fn.Signature().Recv() == nil {
		return call{}, false
	}
	params := fn.Signature().Params()
	shift := 0
	if params.Len() > 0 && isContext(params.At(0).Type()) {
		shift = 1
	}
	scans := c.text == 1
	c.text += shift
	if params.Len() <= c.text || !isString(params.At(c.text).Type()) {
		return call{}, false
	}
	if scans {
		return c, fn.Signature().Variadic() && params.Len() == c.text+2 && isError(fn.Signature().Results())
	}
	return c, fromLibrary(fn.Signature().Results())
}

func isContext(t types.Type) bool { return types.TypeString(t, nil) == "context.Context" }

func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.String
}

func isError(results *types.Tuple) bool {
	return results.Len() == 1 && types.TypeString(results.At(0).Type(), nil) == "error"
}

func fromLibrary(results *types.Tuple) bool {
	for v := range results.Variables() {
		t := types.Unalias(v.Type())
		if p, ok := t.(*types.Pointer); ok {
			t = types.Unalias(p.Elem())
		}
		n, ok := t.(*types.Named)
		if !ok || n.Obj().Pkg() == nil {
			continue
		}
		for _, l := range libraries {
			if path := n.Obj().Pkg().Path(); path == l || strings.HasSuffix(l, "/") && strings.HasPrefix(path, l) {
				return true
			}
		}
	}
	return false
}
