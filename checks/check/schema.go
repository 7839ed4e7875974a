package check

import (
	"context"

	"github.com/backend-conformance/conformance/report"
)

// Schema is the database schema that one folder of migrations builds for one
// dialect. The migrations family lists them in Repo for those that judge queries.
type Schema struct {
	// Dir is the folder; Dialect is "PostgreSQL", "MySQL", "SQLite", or empty where
	// it is not known.
	Dir, Dialect string
	// Tables are those that the scripts create, as far as reading them shows.
	Tables []Table
	// Complete says that every statement was understood, so that an index that is
	// not listed is not there.
	Complete bool
	// Doubt says why what is missing here may exist all the same; empty where
	// nothing but these migrations makes tables.
	Doubt string
	// Database has the schema and is open until the audit ends; nil where there is
	// none, and Reason then says why.
	Database Database
	Reason   string
}

// Table is a table as the scripts create it.
type Table struct {
	report.Position
	Name    string
	Columns []string
	// Booleans are columns with two values, for which an index is seldom of use.
	Booleans []string
	// Indexes are the columns, or expressions, of each index, primary key and unique
	// constraint; those that cover some rows only are among them.
	Indexes [][]string
}

// Database is a scratch database with a schema.
type Database interface {
	// Resolve asks the database whether it can plan a query; it is not run.
	Resolve(ctx context.Context, query string) Answer
	// Names are its tables and views with their columns.
	Names() map[string][]string
}

// Answer is what a database says about a query.
type Answer struct {
	// Missing is the table or column that does not exist; Column says which.
	// Table is the table of the column where the database tells.
	Missing, Table string
	Column         bool
	// Reason says why nothing is known; empty where the query can be planned or
	// Missing is set.
	Reason string
}

// Resolved reports whether everything that the query names exists.
func (a Answer) Resolved() bool { return a.Missing == "" && a.Reason == "" }
