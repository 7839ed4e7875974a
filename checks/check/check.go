// Package check is the contract between the audit and its check families: what
// a check may touch and what it gives back.
package check

import (
	"context"
	"io/fs"
	"slices"

	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Check judges the rules of one family. It is a value, listed in checks.All.
type Check struct {
	Name  string
	Rules []rule.Rule
	// Needs names families that fill fields of Repo which this one reads; they
	// come before it in checks.All and run whenever it does.
	Needs []string
	// Run yields exactly one criterion for each rule. An error makes all of them
	// inconclusive; the other checks still run. Fields of r that a check fills
	// (facets, migrations, coverage) are documented in Repo.
	Run func(ctx context.Context, r *Repo) ([]report.Criterion, error)
}

// Repo is everything that a check may touch.
type Repo struct {
	// Files is the whole repository, for reading; it refuses what leads outside.
	Files fs.FS
	// ModuleDir is the module's folder relative to the repository root, "." at the top.
	ModuleDir string
	// Program is the loaded module with its analysis results; nil only in tests.
	Program *load.Program
	// Documents are all OpenAPI documents found; Matrix says which are used.
	Documents []*spec.Document
	Routes    *routes.Table
	// Matrix joins operations and routes. A check that owns a facet sets it there.
	Matrix *matrix.Matrix
	// Exec runs the repository's code; nil with --exec=false.
	Exec Runner
	// CoverProfile is the file given by --coverprofile; empty where the tests run.
	CoverProfile string
	// MigrationsDir is the folder given by --migrations, relative to the
	// repository root; empty where it is to be discovered.
	MigrationsDir string
	// Licences are those that linked modules may have; nil where the configuration
	// names none.
	Licences []string
	// DatabaseURL is the scratch database given by --database-url; empty where
	// scripts run on servers of our own.
	DatabaseURL string
	// Progress is told what is going on; never nil.
	Progress func(phase string)

	// Filled by checks, for the report.
	Migrations []report.Migration
	Schemas    []Schema
	Coverage   *report.Coverage
	Notes      []string

	directives directives
	atEnd      []func()
}

// AtEnd has f called when all checks have run: it gives up what one check opened
// and others use.
func (r *Repo) AtEnd(f func()) { r.atEnd = append(r.atEnd, f) }

// End calls what AtEnd was given, the last first.
func (r *Repo) End() {
	for _, f := range slices.Backward(r.atEnd) {
		f()
	}
	r.atEnd = nil
}

// Note adds a line to the report's notes.
func (r *Repo) Note(s string) { r.Notes = append(r.Notes, s) }

// Command is a program of the repository to be run.
type Command struct {
	// Dir is absolute; Args[0] is looked up in PATH.
	Dir  string
	Args []string
	// Env is added to the scrubbed environment, as NAME=value.
	Env []string
	// Stdout is called for each line of output, in order; may be nil.
	Stdout func(line string)
}

// Result is how a command ended.
type Result struct {
	ExitCode int
	// TimedOut means that the deadline killed the whole process group.
	TimedOut bool
	// Stderr is the end of what it wrote there, at most 64 KiB.
	Stderr string
}

// Runner runs commands with a deadline, in a process group of their own, with
// a scrubbed environment. It errs only when a command could not be started.
type Runner interface {
	Run(ctx context.Context, c Command) (Result, error)
}
