package checks

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/backend-conformance/conformance/analyzers"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/compliance"
	"github.com/backend-conformance/conformance/checks/config"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/migrations/engine"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Options are what the command line and the configuration say.
type Options struct {
	Dir      string
	Patterns []string
	// Specs are documents named by the user, relative to Dir; empty: discover.
	Specs        []string
	BasePath     *string
	Migrations   string
	CoverProfile string
	// DatabaseURL is a scratch database for migrations to run in; empty: servers of our own.
	DatabaseURL string
	// Exec runs the repository's code and databases; nil: never.
	Exec      check.Runner
	Selection Selection
	Gates     report.Gates
	// ConfigFile is given by --config; empty: look for it.
	ConfigFile string
	Jobs       int
	Version    string
	// Self starts this program again for reading documents; nil: in process.
	Self []string
	// Progress is told what is going on; may be nil.
	Progress func(phase string)
}

// UsageError is a mistake in flags or configuration, as opposed to a
// repository that cannot be analysed.
type UsageError struct{ Err error }

func (e UsageError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e UsageError) Unwrap() error { return e.Err }

// Run audits one module. An error means that nothing could be judged.
func Run(ctx context.Context, opts Options) (*report.Report, error) {
	if opts.Progress == nil {
		opts.Progress = func(string) {}
	}
	a := &audit{opts: opts}
	for _, step := range []func(context.Context) error{a.configure, a.scratch, a.load, a.documents, a.analyze, a.join} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	rep := a.judge(ctx)
	if ctx.Err() != nil { // what was not judged would look undecided
		return nil, errors.New("interrupted before everything was judged")
	}
	return rep, nil
}

// audit carries one run from step to step.
type audit struct {
	opts    Options
	config  *config.Config
	program *load.Program
	root    *os.Root
	repo    *check.Repo
	named   bool
}

func (a *audit) configure(context.Context) error {
	if err := a.opts.Selection.Validate(); err != nil {
		return UsageError{err}
	}
	dir, err := filepath.Abs(a.opts.Dir)
	if err != nil {
		return UsageError{fmt.Errorf("resolve -C %s: %w", a.opts.Dir, err)}
	}
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		return UsageError{fmt.Errorf("-C %s is not a folder", a.opts.Dir)}
	}
	if a.opts.ConfigFile != "" {
		a.config, err = config.Read(a.opts.ConfigFile)
	} else {
		a.config, err = config.Find(dir, load.RepositoryRoot(dir))
	}
	if err != nil {
		return UsageError{err}
	}
	if err := compliance.KnownLicences(a.config.Licences); err != nil {
		return UsageError{fmt.Errorf("%s: %w", filepath.Base(a.config.Path), err)}
	}
	return nil
}

// scratch refuses a database that must not be used before anything else is done.
func (a *audit) scratch(ctx context.Context) error {
	if a.opts.DatabaseURL == "" {
		return nil
	}
	if a.opts.Exec == nil {
		return UsageError{errors.New("--database-url is of no use with --exec=false; leave one of them out")}
	}
	if _, err := engine.FindScratch(ctx, a.opts.DatabaseURL); err != nil {
		return UsageError{fmt.Errorf("--database-url: %w", err)}
	}
	return nil
}

func (a *audit) load(ctx context.Context) error {
	program, err := load.Load(ctx, load.Options{
		Dir: a.opts.Dir, Patterns: a.opts.Patterns, Jobs: a.opts.Jobs, Progress: a.opts.Progress,
	})
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(program.Root)
	if err != nil {
		return fmt.Errorf("open the repository: %w", err)
	}
	moduleDir, _ := program.Relative(program.Dir)
	a.program, a.root = program, root
	a.repo = &check.Repo{
		Files: root.FS(), ModuleDir: moduleDir, Program: program,
		Exec: a.opts.Exec, DatabaseURL: a.opts.DatabaseURL, Progress: a.opts.Progress, Licences: a.config.Licences,
		Notes: append([]string(nil), program.Notes...),
	}
	if a.repo.CoverProfile, err = a.absolute(a.opts.CoverProfile); err != nil {
		return err
	}
	if isFolder(a.repo.CoverProfile) {
		return UsageError{fmt.Errorf("--coverprofile %s is a folder; name the profile in it", a.opts.CoverProfile)}
	}
	return a.findMigrations()
}

// absolute resolves a file named on the command line against -C first, then
// against the current folder.
func (a *audit) absolute(name string) (string, error) {
	if name == "" || filepath.IsAbs(name) {
		return name, nil
	}
	for _, dir := range []string{a.opts.Dir, "."} {
		file, err := filepath.Abs(filepath.Join(dir, name))
		if err != nil {
			return "", UsageError{fmt.Errorf("resolve %s: %w", name, err)}
		}
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
	}
	return "", UsageError{fmt.Errorf("%s does not exist (looked in -C and in the current folder)", name)}
}

func (a *audit) findMigrations() error {
	dir := a.opts.Migrations
	if dir == "" && a.config.Migrations != "" {
		dir = filepath.Join(a.config.Dir, a.config.Migrations)
	}
	if dir == "" {
		return nil
	}
	abs, err := a.absolute(dir)
	if err != nil {
		return err
	}
	rel, ok := a.program.Relative(realPath(abs))
	if !ok {
		return UsageError{fmt.Errorf("--migrations %s lies outside the repository", dir)}
	}
	a.repo.MigrationsDir = rel
	return nil
}

func isFolder(name string) bool {
	st, err := os.Stat(name)
	return err == nil && st.IsDir()
}

func realPath(file string) string {
	if real, err := filepath.EvalSymlinks(file); err == nil {
		return real
	}
	return file
}

// documents reads every OpenAPI document, named or discovered.
func (a *audit) documents(ctx context.Context) error {
	a.opts.Progress("read OpenAPI documents")
	paths, err := a.documentPaths()
	if err != nil {
		return err
	}
	for _, file := range paths {
		doc, err := spec.Open(ctx, a.program.Root, file, a.opts.Self)
		if err != nil {
			return err
		}
		a.repo.Documents = append(a.repo.Documents, doc)
	}
	return nil
}

func (a *audit) documentPaths() ([]string, error) {
	names := a.opts.Specs
	if len(names) == 0 {
		for _, s := range a.config.Spec {
			names = append(names, filepath.Join(a.config.Dir, s))
		}
	}
	a.named = len(names) > 0
	var paths []string
	for _, name := range names {
		abs, err := a.absolute(name)
		if err != nil {
			return nil, err
		}
		rel, ok := a.program.Relative(realPath(abs))
		if !ok {
			return nil, UsageError{fmt.Errorf("--spec %s lies outside the repository", name)}
		}
		if isFolder(abs) {
			return nil, UsageError{fmt.Errorf("--spec %s is a folder; name the document in it", name)}
		}
		paths = append(paths, rel)
	}
	if a.named {
		return paths, nil
	}
	found, err := spec.Discover(a.repo.Files, a.repo.ModuleDir)
	if err != nil {
		a.repo.Note(err.Error())
	}
	for _, c := range found {
		if c.Describes() {
			paths = append(paths, c.Path)
		}
	}
	return paths, nil
}

func (a *audit) analyze(ctx context.Context) error {
	a.opts.Progress("analyse packages")
	return a.program.Analyze(ctx, analyzersToRun())
}

// join evaluates the wiring and matches it with the documents.
func (a *audit) join(ctx context.Context) error {
	a.opts.Progress("evaluate routes")
	table, err := extract(ctx, a.program)
	if err != nil {
		a.repo.Note(err.Error())
	}
	for _, r := range a.config.Routes {
		table.Routes = append(table.Routes, declared(r, a.configPosition()))
	}
	a.repo.Routes = table
	a.repo.Notes = append(a.repo.Notes, table.Notes...)
	base := a.opts.BasePath
	if base == nil {
		base = a.config.BasePath
	}
	a.repo.Matrix = matrix.Build(a.repo.Documents, table, a.program, matrix.Options{Named: a.named, BasePath: base})
	return nil
}

// extract never panics: what goes wrong leaves an unresolved row behind.
func extract(ctx context.Context, p *load.Program) (table *routes.Table, err error) {
	defer func() {
		if e := recover(); e != nil {
			table = &routes.Table{Unresolved: []routes.Unresolved{{Reason: "the wiring could not be evaluated"}}}
			err = fmt.Errorf("evaluate routes: %v", e)
		}
	}()
	table, err = routes.Extract(ctx, p, routes.Options{})
	if table == nil {
		table = &routes.Table{}
	}
	return table, err
}

func (a *audit) configPosition() report.Position {
	rel, _ := a.program.Relative(a.config.Path)
	return report.Position{File: rel, Line: 1}
}

func declared(r config.Route, at report.Position) *routes.Route {
	name := r.Handler
	if name == "" {
		name = "(declared)"
	}
	return &routes.Route{
		Method: strings.ToUpper(r.Method), Path: r.Path, Pattern: r.Path, Router: "declared",
		Handler: routes.Handler{Name: name}, Pos: at, Reached: true, Declared: true,
	}
}

// judge runs the checks, lifts the analyzers and builds the report.
func (a *audit) judge(ctx context.Context) *report.Report {
	defer a.repo.End()
	var criteria []report.Criterion
	for _, o := range analyzers.Owners() {
		criteria = append(criteria, lift(a.program, o.Analyzer, o.Rules)...)
	}
	for _, c := range All() {
		if a.runs(c) {
			a.opts.Progress("check " + c.Name)
			criteria = append(criteria, runCheck(ctx, c, a.repo)...)
		}
	}
	a.repo.End() // what is left to say goes into the report's notes
	a.noteExpired()
	var chosen []report.Criterion
	for _, c := range criteria {
		if a.opts.Selection.Has(c.Rule) {
			chosen = append(chosen, a.exclude(a.suppress(a.place(c, reportedUnder(c, criteria, a.opts.Selection)))))
		}
	}
	gates := a.opts.Gates
	gates.Sections = a.opts.Selection.Sections()
	return report.Build(a.header(), chosen, gates)
}

// runs reports whether a family is selected, or needed by one that is.
func (a *audit) runs(c check.Check) bool {
	return a.selects(c.Rules) || slices.ContainsFunc(All(), func(o check.Check) bool {
		return slices.Contains(o.Needs, c.Name) && a.selects(o.Rules)
	})
}

func (a *audit) selects(rules []rule.Rule) bool {
	for _, r := range rules {
		if a.opts.Selection.Has(r) {
			return true
		}
	}
	return false
}

// runCheck holds a check to its contract: exactly one criterion for each rule.
// A panic or an error makes its rules inconclusive; the others still run.
func runCheck(ctx context.Context, c check.Check, repo *check.Repo) (criteria []report.Criterion) {
	var err error
	func() {
		defer func() {
			if e := recover(); e != nil {
				err = fmt.Errorf("panic: %v", e)
			}
		}()
		criteria, err = c.Run(ctx, repo)
	}()
	if err != nil {
		criteria = nil
		repo.Note(fmt.Sprintf("check %s gave nothing: %v", c.Name, err))
	}
	given := map[string]bool{}
	for _, cr := range criteria {
		given[cr.Rule.ID] = true
	}
	for _, r := range c.Rules {
		if given[r.ID] {
			continue
		}
		reason := "the check gave no verdict"
		if err != nil {
			reason = fmt.Sprintf("the check could not run: %v", err)
		}
		criteria = append(criteria, report.CannotTell(r, reason))
	}
	return criteria
}

// place puts findings about the module as a whole at its go.mod, so that every
// one of them can be shown in a review. A failure without a finding gets one,
// unless another rule's stands for it.
func (a *audit) place(c report.Criterion, reported bool) report.Criterion {
	if c.Outcome == report.Fail && len(c.Findings) == 0 && c.Reason != "" && !reported {
		c.Findings = []report.Finding{{
			Rule: c.Rule.ID, Section: c.Rule.Section, Severity: c.Rule.Severity, Message: c.Reason, Anchor: c.Rule.ID,
		}}
	}
	for i := range c.Findings {
		if c.Findings[i].File == "" {
			c.Findings[i].Position = report.Position{File: path.Join(a.repo.ModuleDir, "go.mod"), Line: 1}
		}
	}
	return c
}

// reportedUnder reports whether the rule that a failure comes under is selected
// and has findings.
func reportedUnder(c report.Criterion, all []report.Criterion, chosen Selection) bool {
	return c.Under != "" && slices.ContainsFunc(all, func(o report.Criterion) bool {
		return o.Rule.ID == c.Under && len(o.Findings) > 0 && chosen.Has(o.Rule)
	})
}

// suppress marks findings that a directive on or above their line accepts, in
// whatever file they stand. Analyzers have done so for theirs already.
func (a *audit) suppress(c report.Criterion) report.Criterion {
	for i := range c.Findings {
		if f := &c.Findings[i]; f.Suppressed == nil {
			f.Suppressed = a.repo.Accepted(c.Rule, f.Position)
		}
	}
	return c
}

// exclude marks findings that the configuration accepts.
func (a *audit) exclude(c report.Criterion) report.Criterion {
	day := commitDay(a.program.Root)
	for i := range c.Findings {
		for _, e := range a.config.Exclude {
			if c.Findings[i].Suppressed == nil && e.Accepts(c.Rule.ID, c.Findings[i].File) && !e.ExpiredAt(day) {
				c.Findings[i].Suppressed = &e.Reason
			}
		}
	}
	return c
}

// noteExpired says which exclusions no longer hold at the audited commit.
func (a *audit) noteExpired() {
	day := commitDay(a.program.Root)
	for i, e := range a.config.Exclude {
		if e.ExpiredAt(day) {
			a.repo.Note(a.config.At("exclude", i, fmt.Errorf("exclude entry %d (%s) held until %s; its findings count again", i+1, strings.Join(e.Rules, ", "), e.Expires)).Error())
		}
	}
}

// header is everything in the report that is not judged.
func (a *audit) header() report.Report {
	r := report.Report{
		Tool:   report.Tool{Name: "conformance", Version: a.opts.Version, Ruleset: report.Ruleset, RulesetHash: report.RulesetHash(Catalogue())},
		Module: a.program.Module, Commit: commit(a.program.Root), Packages: a.program.SelectedCount(),
		Migrations: a.repo.Migrations, Coverage: a.repo.Coverage, Specs: a.repo.Matrix.Specs, Notes: a.repo.Notes,
	}
	for _, p := range a.program.Problems {
		r.Notes = append(r.Notes, p.String()+"; what depends on it could not be judged")
	}
	for _, u := range a.repo.Routes.Unresolved {
		r.Unresolved = append(r.Unresolved, report.Related{Position: u.Position, Message: u.Reason})
	}
	for _, e := range a.repo.Matrix.Endpoints {
		r.Endpoints = append(r.Endpoints, endpointRow(e))
	}
	return r
}

func endpointRow(e *matrix.Endpoint) report.Endpoint {
	row := report.Endpoint{
		Status: e.Status, Reason: e.Reason, Nearest: e.Nearest, Evidence: e.Evidence,
		Parameters: facet(e.Parameters), Body: facet(e.Body), Responses: facet(e.Responses),
		Auth: facet(e.Auth), Validation: facet(e.Validation), Tested: facet(e.Tested),
	}
	if op := e.Operation; op != nil {
		row.Method, row.Path, row.OperationID, row.Spec = op.Method, op.Path, op.ID, &op.Pos
	}
	r := e.Route
	if r == nil {
		return row
	}
	if e.Operation == nil {
		row.Method, row.Path = r.Method, r.Path
		if r.Method == "*" {
			row.Method = "ANY"
		}
	}
	row.Route = &report.RoutePosition{Position: r.Pos, Pattern: pattern(r)}
	row.Handler, row.Chain, row.Declared = r.Handler.Name, r.Chain, r.Declared
	for _, m := range r.Middleware {
		row.Middleware = append(row.Middleware, m.Name)
	}
	return row
}

// pattern is the route's full path; what precedes it unknown is "…".
func pattern(r *routes.Route) string {
	if r.PrefixUnknown {
		return "…" + r.Path
	}
	return r.Path
}

// facet shows what no check has filled in as undecided, never as good.
func facet(f report.Facet) report.Facet {
	if f == "" {
		return report.FacetInconclusive
	}
	return f
}

// commit is the hash of the checked-out commit, empty outside git.
func commit(root string) string { return git(root, "rev-parse", "HEAD") }

// commitDay is the day of the checked-out commit; the zero time outside git, so
// that nothing expires there.
func commitDay(root string) time.Time {
	day, err := time.Parse(time.DateOnly, git(root, "log", "-1", "--format=%cs"))
	if err != nil {
		return time.Time{}
	}
	return day
}

func git(root string, args ...string) string {
	if _, err := os.Lstat(filepath.Join(root, ".git")); err != nil {
		return ""
	}
	cmd := exec.Command("git", append([]string{"--no-optional-locks", "-C", root}, args...)...)
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
