// Package format knows how each migration tool names, orders and pairs its
// scripts. A tool is one Tool value in one file; Find tells from evidence which
// of them a repository uses and reads its migrations as that tool would.
package format

import (
	"fmt"
	"path"

	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
)

// Tool is what one migration tool does with a folder.
type Tool struct {
	Name string
	// Imports are Go packages that show that the module uses the tool; one that
	// ends in a slash stands for everything below it.
	Imports []string
	// Claims says how sure the folder is the tool's by its files alone.
	Claims func(*Folder) Strength
	// Read gives the folder's migrations as the tool sees them.
	Read func(*Folder) Set
}

// Strength is how strongly something speaks for a tool.
type Strength int

// Marked beats named: a marker is written for one tool only, while several
// tools share their file names. An import decides among those.
const (
	None Strength = 0
	// Shaped files merely could be migrations; only an import makes them the tool's.
	Shaped   Strength = 10
	Named    Strength = 40
	imported Strength = 50
	// Marked files carry the tool's own words.
	Marked Strength = 100
)

// Tools lists every tool, the likelier first where the evidence is equal.
func Tools() []Tool {
	return []Tool{
		golangMigrate, goose, dbmate, sqlMigrate, tern, bun, pop, goPG, flyway, liquibase, atlas, own,
	}
}

// Set is the migrations of one folder: one tool, one dialect.
type Set struct {
	Tool string
	// Dir is relative to the repository root.
	Dir     string
	Dialect sql.Dialect
	// Evidence says why it is this tool's.
	Evidence []report.Related
	// Versions are in the order in which the tool applies them.
	Versions []Version
	// Order are names and numbers that the tool refuses, skips or runs in
	// another order than they suggest.
	Order []Defect
	// Invalid are scripts that the tool cannot read.
	Invalid []Defect
	// Below are folders below Dir that belong to the set.
	Below []string
	// ForwardOnly says why the tool has no down scripts at all; empty where it has.
	ForwardOnly string
}

// Defect is something wrong with a set; Anchor is the file or version by name.
type Defect struct {
	report.Position
	Anchor, Message string
}

// Version is one step: what takes the schema forward and what takes it back.
type Version struct {
	// Number is the version as written, Name what describes it.
	Number, Name string
	// Up and Down are nil where there is none.
	Up, Down *Part
	// Ambiguous says that more than one script claims a direction, so that which
	// of them belong together is anyone's guess.
	Ambiguous bool
	// Remedy says how a missing down is added.
	Remedy string
}

// Title is the version as a person calls it.
func (v Version) Title() string {
	if v.Name == "" {
		return v.Number
	}
	if v.Number == "" {
		return v.Name
	}
	return v.Number + "_" + v.Name
}

// Position is where the version is written.
func (v Version) Position() report.Position {
	if v.Up != nil {
		return v.Up.Position
	}
	if v.Down != nil {
		return v.Down.Position
	}
	return report.Position{}
}

// Language is what a part is written in.
type Language int

// Only SQL is looked into; of Go it is known whether it does anything.
const (
	SQL Language = iota
	Go
	Other
)

// Part is one direction of a version.
type Part struct {
	// Position is the file and the line on which Text begins.
	report.Position
	Language Language
	// Text is the SQL.
	Text string
	// Rest are further files of the same direction, in their order.
	Rest []*Part
	// Dialect is that of the part alone where one folder serves several; Unknown
	// where the set's holds.
	Dialect sql.Dialect
	// Does is what anything but SQL does, as far as its text shows.
	Does sql.Effect
	// Literals are the strings of Go code that does nothing to the schema but run
	// SQL that is among them; nil where it may do more.
	Literals []string
	// Autocommit parts run outside of a transaction.
	Autocommit bool
}

// Script is the part's SQL taken apart.
func (p *Part) Script(d sql.Dialect) sql.Script {
	if p.Dialect != sql.Unknown {
		d = p.Dialect
	}
	if d == sql.Unknown {
		d = sql.Guess(p.Text)
	}
	script := sql.Split(p.Text, d, max(p.Line, 1))
	for i := range script.Statements {
		script.Statements[i].File = p.File
	}
	for _, r := range p.Rest {
		more := r.Script(d)
		script.Statements = append(script.Statements, more.Statements...)
		script.Comments = append(script.Comments, more.Comments...)
		script.Templates = append(script.Templates, more.Templates...)
		script.Problems = append(script.Problems, more.Problems...)
	}
	return script
}

// Files are the part's files one by one.
func (p *Part) Files() []*Part {
	first := *p
	first.Rest = nil
	return append([]*Part{&first}, p.Rest...)
}

// Effect is what the part does.
func (p *Part) Effect(d sql.Dialect) sql.Effect {
	if p.Language == SQL {
		return p.Script(d).Effect()
	}
	return p.Does
}

// wholeFile is a part that is all of a file.
func wholeFile(f *File) *Part {
	p := &Part{Position: report.Position{File: f.Path, Line: 1}, Text: f.Text()}
	switch path.Ext(f.Name) {
	case ".sql", ".cql":
	case ".go":
		p.Language, p.Text = Go, ""
		p.Does, p.Literals = goFileDoes(f)
	default:
		p.Language, p.Does = Other, sql.Opaque
		if hasSQLSuffix(f.Name) {
			p.Language = SQL
		}
	}
	return p
}

func defect(f *File, line int, format string, args ...any) Defect {
	return Defect{Position: report.Position{File: f.Path, Line: line}, Anchor: f.Name, Message: fmt.Sprintf(format, args...)}
}
