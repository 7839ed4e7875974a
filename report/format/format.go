// Package format lists the forms in which a report can be written. A new form
// is a new folder beside this one and one line in a list here.
package format

import (
	"fmt"
	"io"
	"strings"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/badge"
	"github.com/backend-conformance/conformance/report/diff"
	"github.com/backend-conformance/conformance/report/github"
	"github.com/backend-conformance/conformance/report/gitlab"
	"github.com/backend-conformance/conformance/report/html"
	"github.com/backend-conformance/conformance/report/json"
	"github.com/backend-conformance/conformance/report/junit"
	"github.com/backend-conformance/conformance/report/markdown"
	"github.com/backend-conformance/conformance/report/rdjson"
	"github.com/backend-conformance/conformance/report/sarif"
	"github.com/backend-conformance/conformance/report/text"
)

// Options say how a report looks, never what it says. Formats for machines
// ignore them.
type Options = text.Options

// Format is one form of a whole report.
type Format struct {
	// Name is the value of --format.
	Name string
	// About is one line for the help text.
	About string
	Write func(io.Writer, *report.Report, Options) error
}

// All lists the formats; the first is the default.
func All() []Format {
	return []Format{
		{"text", "for a terminal", text.Write},
		{"json", "everything, for scripts, with a published schema", plain(json.Write)},
		{"sarif", "SARIF 2.1.0 for code scanning", plain(sarif.Write)},
		{"junit", "JUnit XML: a criterion is a test case", plain(junit.Write)},
		{"markdown", "job summary, at most 900 KiB", summary},
		{"comment", "pull-request comment, at most 60,000 characters", comment},
		{"html", "one self-contained page", plain(html.Write)},
		{"github", "workflow annotations", plain(github.Write)},
		{"gitlab", "GitLab code quality", plain(gitlab.Write)},
		{"rdjson", "reviewdog diagnostics", plain(rdjson.Write)},
		{"badge", "shields.io endpoint", plain(badge.Write)},
	}
}

func plain(write func(io.Writer, *report.Report) error) func(io.Writer, *report.Report, Options) error {
	return func(w io.Writer, r *report.Report, _ Options) error { return write(w, r) }
}

func summary(w io.Writer, r *report.Report, _ Options) error {
	return markdown.Write(w, r, markdown.Options{})
}

func comment(w io.Writer, r *report.Report, _ Options) error {
	return markdown.Write(w, r, markdown.Options{Budget: markdown.CommentBudget, Marker: markdown.CommentMarker})
}

// Output is one value of --format: a form, and the file it goes to; an empty
// path is the standard output.
type Output struct {
	Format
	Path string
}

// Parse reads NAME or NAME=PATH.
func Parse(value string) (Output, error) {
	name, path, hasPath := strings.Cut(value, "=")
	if hasPath && path == "" {
		return Output{}, fmt.Errorf("format %q names no file: write %s=PATH, or %s for the standard output", value, name, name)
	}
	for _, f := range All() {
		if f.Name == name {
			return Output{f, path}, nil
		}
	}
	return Output{}, unknown(name, All(), func(f Format) string { return f.Name })
}

func unknown[F any](name string, all []F, nameOf func(F) string) error {
	var names []string
	for _, f := range all {
		names = append(names, nameOf(f))
	}
	return fmt.Errorf("unknown format %q: use %s", name, strings.Join(names, ", "))
}

// Matrix is one form of the endpoint matrix.
type Matrix struct {
	Name string
	// Table writes all rows, One a single row in full.
	Table func(io.Writer, *report.Report, Options) error
	One   func(io.Writer, *report.Report, report.Endpoint, Options) error
}

// Matrices lists the forms of the endpoint matrix; the first is the default.
func Matrices() []Matrix {
	return []Matrix{
		{"text", text.Endpoints, text.Endpoint},
		{"json", plain(json.WriteEndpoints), plainOne(json.WriteEndpoint)},
		{"markdown", plain(markdown.WriteEndpoints), plainOne(markdown.WriteEndpoint)},
	}
}

func plainOne(write func(io.Writer, *report.Report, report.Endpoint) error) func(io.Writer, *report.Report, report.Endpoint, Options) error {
	return func(w io.Writer, r *report.Report, e report.Endpoint, _ Options) error { return write(w, r, e) }
}

// FindMatrix finds a form of the matrix by its name.
func FindMatrix(name string) (Matrix, error) {
	for _, m := range Matrices() {
		if m.Name == name {
			return m, nil
		}
	}
	return Matrix{}, unknown(name, Matrices(), func(m Matrix) string { return m.Name })
}

// Ledger is one form of the table of migrations.
type Ledger struct {
	Name  string
	Write func(io.Writer, *report.Report, Options) error
}

// Ledgers lists the forms of the table of migrations; the first is the default.
func Ledgers() []Ledger {
	return []Ledger{
		{"text", text.Migrations},
		{"json", plain(json.WriteMigrations)},
		{"markdown", plain(markdown.WriteMigrations)},
	}
}

// FindLedger finds a form of the table by its name.
func FindLedger(name string) (Ledger, error) {
	for _, l := range Ledgers() {
		if l.Name == name {
			return l, nil
		}
	}
	return Ledger{}, unknown(name, Ledgers(), func(l Ledger) string { return l.Name })
}

// Comparison is one form of what changed between two reports.
type Comparison struct {
	Name  string
	Write func(io.Writer, *diff.Diff, Options) error
}

// Comparisons lists the forms of a comparison; the first is the default.
func Comparisons() []Comparison {
	return []Comparison{
		{"text", text.Diff},
		{"json", func(w io.Writer, d *diff.Diff, _ Options) error { return diff.WriteJSON(w, d) }},
		{"markdown", func(w io.Writer, d *diff.Diff, _ Options) error { return markdown.WriteDiff(w, d) }},
	}
}

// FindComparison finds a form of a comparison by its name.
func FindComparison(name string) (Comparison, error) {
	for _, c := range Comparisons() {
		if c.Name == name {
			return c, nil
		}
	}
	return Comparison{}, unknown(name, Comparisons(), func(c Comparison) string { return c.Name })
}
