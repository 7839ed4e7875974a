// Package sqlapi knows how Go code speaks to databases: database/sql and the
// libraries on top of it or beside it.
package sqlapi

import (
	"go/types"
	"strings"

	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// Query is a call that sends a statement.
type Query struct {
	// Text is the index of the argument that is the statement; -1 where none is.
	Text int
	// Context is the index of the context argument; -1 where the call takes none.
	Context int
	// Rows says that the result is a cursor over many rows.
	Rows bool
}

// handles are the types whose methods query, by canonical name.
var handles = map[string]bool{
	"database/sql.DB": true, "database/sql.Tx": true, "database/sql.Conn": true, "database/sql.Stmt": true,
	"github.com/jmoiron/sqlx.DB": true, "github.com/jmoiron/sqlx.Tx": true, "github.com/jmoiron/sqlx.Conn": true, "github.com/jmoiron/sqlx.Stmt": true, "github.com/jmoiron/sqlx.NamedStmt": true,
	"github.com/jmoiron/sqlx.Queryer": true, "github.com/jmoiron/sqlx.Execer": true, "github.com/jmoiron/sqlx.Ext": true,
	"github.com/jmoiron/sqlx.QueryerContext": true, "github.com/jmoiron/sqlx.ExecerContext": true, "github.com/jmoiron/sqlx.ExtContext": true,
	"github.com/jackc/pgx.Conn": true, "github.com/jackc/pgx.Tx": true, "github.com/jackc/pgx/pgxpool.Pool": true, "github.com/jackc/pgx/pgxpool.Conn": true, "github.com/jackc/pgx/pgxpool.Tx": true,
}

// methods that send a statement; those of Stmt take no text.
var methods = map[string]Query{
	"Exec": {Text: 0, Context: -1}, "Query": {Text: 0, Context: -1, Rows: true}, "QueryRow": {Text: 0, Context: -1}, "Prepare": {Text: 0, Context: -1},
	"ExecContext": {Text: 1, Context: 0}, "QueryContext": {Text: 1, Context: 0, Rows: true}, "QueryRowContext": {Text: 1, Context: 0}, "PrepareContext": {Text: 1, Context: 0},
	"Queryx": {Text: 0, Context: -1, Rows: true}, "QueryRowx": {Text: 0, Context: -1}, "MustExec": {Text: 0, Context: -1}, "Preparex": {Text: 0, Context: -1},
	"QueryxContext": {Text: 1, Context: 0, Rows: true}, "QueryRowxContext": {Text: 1, Context: 0}, "MustExecContext": {Text: 1, Context: 0}, "PreparexContext": {Text: 1, Context: 0},
	"Get": {Text: 1, Context: -1}, "Select": {Text: 1, Context: -1}, "GetContext": {Text: 2, Context: 0}, "SelectContext": {Text: 2, Context: 0},
	"NamedExec": {Text: 0, Context: -1}, "NamedQuery": {Text: 0, Context: -1, Rows: true}, "NamedExecContext": {Text: 1, Context: 0}, "NamedQueryContext": {Text: 1, Context: 0, Rows: true},
	"Begin": {Text: -1, Context: -1}, "BeginTx": {Text: -1, Context: 0}, "Beginx": {Text: -1, Context: -1}, "BeginTxx": {Text: -1, Context: 0},
	"Ping": {Text: -1, Context: -1}, "PingContext": {Text: -1, Context: 0},
}

// Of reports whether a function or method sends a statement.
func Of(fn *types.Func) (Query, bool) {
	if fn == nil || fn.Signature().Recv() == nil {
		return Query{}, false
	}
	recv := web.TypeName(fn.Signature().Recv().Type())
	if !handles[recv] {
		return Query{}, false
	}
	q, ok := methods[fn.Name()]
	if !ok {
		return Query{}, false
	}
	params := fn.Signature().Params()
	if params.Len() > 0 && web.TypeName(params.At(0).Type()) == "context.Context" && q.Context < 0 {
		q.Context = 0 // pgx: Query(ctx, text, args...)
		if q.Text >= 0 {
			q.Text++
		}
	}
	if strings.HasSuffix(recv, "Stmt") {
		q.Text = -1
	}
	return q, true
}

// gormTexts are gorm's methods that take query text; most are also safe with
// placeholders.
var gormTexts = map[string]int{
	"Raw": 0, "Exec": 0, "Where": 0, "Order": 0, "Having": 0, "Select": 0, "Group": 0, "Joins": 0, "Or": 0, "Not": 0, "Table": 0,
}

// Text is the index of the argument that becomes query text, for every library
// known; -1 where the call has none.
func Text(fn *types.Func) int {
	if q, ok := Of(fn); ok {
		return q.Text
	}
	if fn == nil || fn.Signature().Recv() == nil {
		return -1
	}
	switch web.TypeName(fn.Signature().Recv().Type()) {
	case "gorm.io/gorm.DB", "github.com/jinzhu/gorm.DB":
		if i, ok := gormTexts[fn.Name()]; ok {
			return i
		}
	}
	return -1
}

// IsRows reports whether t is a cursor that must be closed.
func IsRows(t types.Type) bool {
	switch web.TypeName(t) {
	case "database/sql.Rows", "github.com/jmoiron/sqlx.Rows", "github.com/jackc/pgx.Rows":
		return true
	}
	return false
}

// IsTx reports whether t is a transaction that must be ended.
func IsTx(t types.Type) bool {
	switch web.TypeName(t) {
	case "database/sql.Tx", "github.com/jmoiron/sqlx.Tx", "github.com/jackc/pgx.Tx", "github.com/jackc/pgx/pgxpool.Tx":
		return true
	}
	return false
}
