// Package engine takes migrations up, down and up again on a scratch database
// and says whether the schema came back. Nothing of the user's is touched:
// SQLite runs in memory, a server in a folder of its own that is removed.
package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/migrations/schema"
)

// Statement is one statement to execute and where it is written.
type Statement struct {
	Text string
	File string
	Line int
	// Conditional statements do their work or nothing, without an error either way.
	Conditional bool
}

// Script is one direction of a step.
type Script struct {
	Statements []Statement
	// Skip says why the script cannot be executed; empty where it can.
	Skip string
}

// Step is one version. Down is nil where there is none.
type Step struct {
	Title    string
	Up, Down *Script
}

// Outcome is what a round trip showed.
type Outcome int

// The outcomes of a step. NotRun always has a reason.
const (
	NotRun Outcome = iota + 1
	// Restored: the down restored the schema, and the up could run again.
	Restored
	// NotRestored: the down ran, but the schema is not as it was.
	NotRestored
	// NotRepeated: the up fails, or gives another schema, after the down.
	NotRepeated
	DownFailed
	UpFailed
)

// Verdict is the outcome of one step.
type Verdict struct {
	Outcome Outcome
	// Reason is the engine's message, or why the step was not run.
	Reason string
	// File and Line are the statement that failed; empty where none did.
	File string
	Line int
	// Differences are what the down did not restore; Order says where only the
	// order of columns differs.
	Differences, Order []schema.Difference
	// Changes says that the up changes the schema.
	Changes bool
	// Syntax says that the engine could not parse the statement that failed.
	Syntax bool
	// alone says that a statement needs to run without a transaction.
	alone bool
}

// Result is what a whole run showed.
type Result struct {
	// Engine is its name and version.
	Engine string
	// Verdicts are one per step.
	Verdicts []Verdict
	// Whole are what is not as it was after all downs; nil where they were not
	// all run, or where the single steps tell already.
	Whole []schema.Difference
	// Final is the schema after all ups; nil where one of them did not run.
	Final schema.Schema
	// Built is the database with that schema, for the caller to close; nil where
	// Final is.
	Built *Built
}

// Limits of one run.
const (
	statementTimeout = 10 * time.Second
	runTimeout       = 5 * time.Minute
	// maxObjects bounds the facts of one schema.
	maxObjects = 200_000
)

// failure is a statement that the database refused.
type failure struct {
	message string
	// environment failures say nothing about the script: what it needs is not here.
	environment bool
	// missing failures are about an object that is not there: an up may expect it
	// from elsewhere, a down may not.
	missing bool
	syntax  bool
	// alone failures are about the transaction that the statement runs in.
	alone bool
}

func (f *failure) Error() string { return f.message }

// database is a scratch database that can be put back to a state.
type database interface {
	name() string
	// begin and mark remember the state; abort and rewind return to it.
	begin(context.Context) error
	abort(context.Context) error
	mark(context.Context) error
	rewind(context.Context) error
	commit(context.Context) error
	// exec errs with a *failure where the statement is at fault, otherwise the
	// database itself is.
	exec(context.Context, Statement) error
	schema(context.Context) (schema.Schema, error)
	// resolve asks whether a query can be planned.
	resolve(ctx context.Context, query string) check.Answer
	// explain says what an error that is no *failure comes from.
	explain(error) error
	close()
}

// loner is a database that can run a step outside of a transaction as well.
type loner interface {
	// alone reports whether it does from now on.
	alone(on bool) bool
}

// trip is one run over all steps.
type trip struct {
	db database
	// weak is why the state may not be that of the scripts: an earlier step was
	// not run. Failures then prove nothing.
	weak string
}

// run takes every step up, down and up, and at the end all of them. It closes
// the database unless the result keeps it.
func run(ctx context.Context, db database, steps []Step) Result {
	r := travel(ctx, db, steps)
	if r.Final == nil {
		db.close()
		return r
	}
	r.Built = &Built{db: db, schema: r.Final}
	return r
}

func travel(ctx context.Context, db database, steps []Step) Result {
	ctx, cancel := context.WithTimeout(ctx, runTimeout)
	defer cancel()
	t := &trip{db: db}
	r := Result{Engine: db.name()}
	state, err := db.schema(ctx)
	if err != nil {
		return NotRunAll(steps, fmt.Sprintf("%s could not be asked for its schema: %v", db.name(), db.explain(err)))
	}
	empty := state
	broken := ""
	for _, s := range steps {
		if broken == "" && ctx.Err() != nil {
			broken = "the time for executing migrations was used up"
		}
		if broken != "" {
			r.Verdicts = append(r.Verdicts, Verdict{Outcome: NotRun, Reason: broken})
			continue
		}
		v, after, err := t.step(ctx, s, state)
		if err != nil {
			if ctx.Err() == nil {
				err = db.explain(err)
			}
			broken = fmt.Sprintf("%s gave up at migration %s: %v", db.name(), s.Title, err)
			v = Verdict{Outcome: NotRun, Reason: broken}
		}
		if after != nil {
			state = after
		}
		r.Verdicts = append(r.Verdicts, v)
		if v.Outcome == UpFailed {
			broken = fmt.Sprintf("migration %s did not run", s.Title)
		}
	}
	if broken == "" && t.weak == "" {
		r.Final = state
		r.Whole = t.whole(ctx, steps, r.Verdicts, empty)
	}
	return r
}

// NotRunAll is the result where nothing could be run.
func NotRunAll(steps []Step, reason string) Result {
	return Result{Verdicts: slices.Repeat([]Verdict{{Outcome: NotRun, Reason: reason}}, len(steps))}
}

// step gives the verdict and the schema after the up. An error means that the
// database is of no more use.
func (t *trip) step(ctx context.Context, s Step, before schema.Schema) (Verdict, schema.Schema, error) {
	if s.Up.Skip != "" {
		t.weaken(s.Title)
		return Verdict{Outcome: NotRun, Reason: s.Up.Skip}, nil, nil
	}
	v, after, err := t.attempt(ctx, s, before)
	if l, ok := t.db.(loner); ok && err == nil && v.alone && l.alone(true) {
		v, after, err = t.attempt(ctx, s, before)
		l.alone(false)
	}
	if err == nil && after == nil && v.Outcome == NotRun {
		t.weaken(s.Title)
	}
	return v, after, err
}

// attempt leaves the database as before where it gives no schema.
func (t *trip) attempt(ctx context.Context, s Step, before schema.Schema) (Verdict, schema.Schema, error) {
	if err := t.db.begin(ctx); err != nil {
		return Verdict{}, nil, err
	}
	if v, failed, err := t.script(ctx, s.Up, UpFailed); err != nil {
		return Verdict{}, nil, err
	} else if failed {
		if err := t.db.abort(ctx); err != nil {
			return Verdict{}, nil, err
		}
		if t.weak != "" && v.Outcome != NotRun {
			v = Verdict{Outcome: NotRun, Reason: t.weak}
		}
		return v, nil, nil
	}
	after, err := t.db.schema(ctx)
	if err != nil {
		return Verdict{}, nil, err
	}
	if err := t.db.mark(ctx); err != nil {
		return Verdict{}, nil, err
	}
	v, err := t.downAndUp(ctx, s, before, after)
	if err != nil {
		return Verdict{}, nil, err
	}
	if v.alone {
		return v, nil, t.db.abort(ctx)
	}
	differences, _ := schema.Diff(before, after)
	v.Changes = len(differences) > 0
	if err := t.db.rewind(ctx); err != nil {
		return Verdict{}, nil, err
	}
	return v, after, t.db.commit(ctx)
}

func (t *trip) weaken(title string) {
	if t.weak == "" {
		t.weak = fmt.Sprintf("migration %s before it was not run", title)
	}
}

// downAndUp judges the way back from the state after the up.
func (t *trip) downAndUp(ctx context.Context, s Step, before, after schema.Schema) (Verdict, error) {
	switch {
	case s.Down == nil:
		return Verdict{Outcome: NotRun, Reason: "there is no down script"}, nil
	case s.Down.Skip != "":
		return Verdict{Outcome: NotRun, Reason: s.Down.Skip}, nil
	}
	v, failed, err := t.script(ctx, s.Down, DownFailed)
	if err != nil || failed {
		return t.trusted(v, s), err
	}
	restored, err := t.db.schema(ctx)
	if err != nil {
		return Verdict{}, err
	}
	differences, order := schema.Diff(before, restored)
	if len(differences) > 0 {
		return t.trusted(Verdict{Outcome: NotRestored, Differences: differences}, s), nil
	}
	v, failed, err = t.script(ctx, s.Up, NotRepeated)
	if err != nil || failed {
		return t.trusted(v, s), err
	}
	again, err := t.db.schema(ctx)
	if err != nil {
		return Verdict{}, err
	}
	if differences, _ := schema.Diff(after, again); len(differences) > 0 {
		return t.trusted(Verdict{Outcome: NotRepeated, Differences: differences}, s), nil
	}
	return Verdict{Outcome: Restored, Order: order}, nil
}

// trusted turns a failure into "not run" where an earlier step is missing and
// this one may have found less than it expects.
func (t *trip) trusted(v Verdict, s Step) Verdict {
	if t.weak == "" || v.Outcome == NotRun {
		return v
	}
	if v.Outcome == NotRestored && !conditional(s.Up) && !conditional(s.Down) {
		return v // each statement did its work, or it would have failed
	}
	return Verdict{Outcome: NotRun, Reason: t.weak}
}

func conditional(s *Script) bool {
	return slices.ContainsFunc(s.Statements, func(st Statement) bool { return st.Conditional })
}

// script executes statements up to the first that fails.
func (t *trip) script(ctx context.Context, s *Script, outcome Outcome) (v Verdict, failed bool, err error) {
	for _, st := range s.Statements {
		limited, cancel := context.WithTimeout(ctx, statementTimeout)
		err := t.db.exec(limited, st)
		late := limited.Err() != nil
		cancel()
		var f *failure
		switch {
		case err == nil:
			continue
		case ctx.Err() != nil:
			return Verdict{}, true, errors.New("the time for executing migrations was used up")
		case late:
			return Verdict{Outcome: NotRun, Reason: fmt.Sprintf("a statement took longer than %s", statementTimeout), File: st.File, Line: st.Line}, true, nil
		case errors.As(err, &f):
			v := Verdict{Outcome: outcome, Reason: f.message, File: st.File, Line: st.Line, Syntax: f.syntax, alone: f.alone}
			if f.environment || f.missing && outcome == UpFailed {
				v.Outcome = NotRun
			}
			return v, true, nil
		}
		return Verdict{}, true, err
	}
	return Verdict{}, false, nil
}

// whole takes all steps down, newest first. What is then left over is reported
// only where no single step explains it.
func (t *trip) whole(ctx context.Context, steps []Step, verdicts []Verdict, empty schema.Schema) []schema.Difference {
	if slices.ContainsFunc(verdicts, func(v Verdict) bool { return v.Outcome != Restored }) {
		return nil
	}
	if t.db.begin(ctx) != nil {
		return nil
	}
	defer t.db.abort(ctx)
	for _, s := range slices.Backward(steps) {
		if _, failed, err := t.script(ctx, s.Down, DownFailed); failed || err != nil {
			return nil
		}
	}
	after, err := t.db.schema(ctx)
	if err != nil {
		return nil
	}
	differences, _ := schema.Diff(empty, after)
	return differences
}
