package main

import (
	"context"
	"fmt"
	"io"
	"math/big"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/backend-conformance/conformance/checks"
	"github.com/backend-conformance/conformance/checks/exec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// auditFlags are the flags that every command that audits shares.
type auditFlags struct {
	dir          string
	formats      []string
	specs        []string
	basePath     string
	migrations   string
	coverProfile string
	databaseURL  string
	exec         bool
	only, skip   []string
	minScore     string
	minSection   []string
	failOn       string
	base         string
	baseline     string
	config       string
	color        string
	verbose      bool
	jobs         int
	timeout      time.Duration

	set *pflag.FlagSet
}

func (f *auditFlags) register(fs *pflag.FlagSet) {
	f.registerSubject(fs)
	fs.StringArrayVar(&f.formats, "format", nil, "write `F[=PATH]`, repeatable: "+formatNames()+" (default text)")
	fs.StringVar(&f.minScore, "min-score", "", "fail below this total score `N` (0-100)")
	fs.StringSliceVar(&f.minSection, "min-section", nil, "fail below this score of a section: `D7=80`")
	fs.StringVar(&f.failOn, "fail-on", "blocker", "fail on findings of this `severity` or heavier: blocker, major, minor, none")
	fs.StringVar(&f.base, "base", "", "fail on findings only that are not in the merge base with this git `REF`, such as origin/main")
	fs.StringVar(&f.baseline, "baseline", "", "fail on findings only that are not in this `file`; see conformance baseline write")
	fs.StringVar(&f.color, "color", "auto", "colour: `auto`, always, never")
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "show every finding and how each route was reached")
}

// registerSubject adds the flags that say what is audited, and how.
func (f *auditFlags) registerSubject(fs *pflag.FlagSet) {
	f.set = fs
	fs.SortFlags = false
	fs.StringVarP(&f.dir, "dir", "C", ".", "audit the module in `DIR`")
	fs.StringArrayVar(&f.specs, "spec", nil, "judge this OpenAPI `document`, repeatable (default: discovered)")
	fs.StringVar(&f.basePath, "base-path", "", "`path` under which the API is mounted (default: found)")
	fs.StringVar(&f.migrations, "migrations", "", "`folder` of the migrations (default: discovered)")
	fs.StringVar(&f.coverProfile, "coverprofile", "", "use this cover profile `file` instead of running the tests")
	fs.BoolVar(&f.exec, "exec", true, "run the repository's tests and databases; --exec=false never runs its code")
	fs.StringVar(&f.databaseURL, "database-url", "", "run migrations in this scratch database instead of a private server: a postgres or mysql `URL`; it must be empty, or called scratch or test")
	fs.StringSliceVar(&f.only, "only", nil, "judge only these sections or `rules`: D1,S1,endpoint-missing")
	fs.StringSliceVar(&f.skip, "skip", nil, "leave out these sections or `rules`")
	fs.StringVar(&f.config, "config", "", "configuration `file` (default .conformance.yaml, looked for up to the repository root)")
	fs.IntVar(&f.jobs, "jobs", 0, "packages analysed at once (default: one for each CPU)")
	fs.DurationVar(&f.timeout, "timeout", 10*time.Minute, "how long the repository's tests may run")
}

// options translates flags; mistakes are UsageErrors.
func (f *auditFlags) options(patterns []string, stderr io.Writer) (checks.Options, *progress, error) {
	gates, err := f.gates()
	if err != nil {
		return checks.Options{}, nil, checks.UsageError{Err: err}
	}
	if f.timeout <= 0 {
		return checks.Options{}, nil, checks.UsageError{Err: fmt.Errorf("--timeout %s is not positive", f.timeout)}
	}
	if f.jobs < 0 {
		return checks.Options{}, nil, checks.UsageError{Err: fmt.Errorf("--jobs %d is negative; leave it out for one for each CPU", f.jobs)}
	}
	self, err := os.Executable()
	if err != nil {
		return checks.Options{}, nil, fmt.Errorf("find this program's file: %w", err)
	}
	p := newProgress(stderr)
	opts := checks.Options{
		Dir: f.dir, Patterns: patterns, Specs: f.specs, Migrations: f.migrations, CoverProfile: f.coverProfile, DatabaseURL: f.databaseURL,
		Selection: checks.Selection{Only: f.only, Skip: f.skip}, Gates: gates, ConfigFile: f.config,
		Jobs: f.jobs, Version: version(), Self: []string{self}, Progress: p.show,
	}
	if f.exec {
		opts.Exec = exec.New(exec.Options{Timeout: f.timeout})
	}
	if f.set.Changed("base-path") {
		opts.BasePath = &f.basePath
	}
	return opts, p, nil
}

func (f *auditFlags) gates() (report.Gates, error) {
	g := report.Gates{MinSection: map[rule.Section]*big.Rat{}}
	if f.failOn != "none" {
		severity, err := rule.ParseSeverity(f.failOn)
		if err != nil {
			return g, fmt.Errorf("--fail-on: %w", err)
		}
		g.FailOn = severity
	}
	if f.minScore != "" {
		score, err := parseScore(f.minScore)
		if err != nil {
			return g, fmt.Errorf("--min-score: %w", err)
		}
		g.MinScore = score
	}
	for _, pair := range f.minSection {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || rule.Section(name).Title() == "" {
			return g, fmt.Errorf("--min-section %q: write it like D7=80", pair)
		}
		score, err := parseScore(value)
		if err != nil {
			return g, fmt.Errorf("--min-section %s: %w", name, err)
		}
		g.MinSection[rule.Section(name)] = score
	}
	return g, nil
}

// parseScore reads a number from 0 to 100 exactly.
func parseScore(s string) (*big.Rat, error) {
	v, ok := new(big.Rat).SetString(s)
	if !ok || v.Sign() < 0 || v.Cmp(big.NewRat(100, 1)) > 0 {
		return nil, fmt.Errorf("%q is not a number from 0 to 100", s)
	}
	return v, nil
}

// run audits, with progress on stderr where it is a terminal.
func (f *auditFlags) run(ctx context.Context, patterns []string, stderr io.Writer) (*report.Report, error) {
	opts, p, err := f.options(patterns, stderr)
	if err != nil {
		return nil, err
	}
	defer p.done()
	known, err := f.known(ctx, p)
	if err != nil {
		return nil, err
	}
	opts.Gates.Baseline = known.fingerprints
	rep, err := checks.Run(ctx, opts)
	if err != nil {
		return nil, err
	}
	rep.Notes = slices.Compact(slices.Sorted(slices.Values(append(rep.Notes, known.notes(rep)...))))
	return rep, nil
}

// audit runs and reports; the error carries the exit code.
func (f *auditFlags) audit(ctx context.Context, patterns []string, stdout, stderr io.Writer) error {
	outputs, err := f.outputs()
	if err != nil {
		return checks.UsageError{Err: err}
	}
	look, err := f.look(stdout)
	if err != nil {
		return checks.UsageError{Err: err}
	}
	rep, err := f.run(ctx, patterns, stderr)
	if err != nil {
		return err
	}
	for _, out := range outputs {
		if err := write(out, stdout, rep, look, f.color); err != nil {
			return err
		}
	}
	return exitCode(rep.Verdict)
}
