package coverage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/report"
)

// measurement is what is known about coverage and where from.
type measurement struct {
	// profile is nil where there is no figure at all; unknown then says why, and
	// what would settle it.
	profile *profile
	unknown string
	// gaps says why the figure is a lower bound only; empty where it is not.
	gaps string
	// source says where the profile came from.
	source string
	files  []*source
	// run is nil where the tests were not run; notRun then says why.
	run    *testRun
	notRun string
}

// measure takes the profile that is given, or runs the tests for one.
func measure(ctx context.Context, r *check.Repo, s *suite) *measurement {
	switch {
	case r.Program == nil:
		return unknown("the module was not loaded")
	case r.CoverProfile != "":
		return fromFile(r)
	case len(s.functions()) == 0:
		return join(r, &measurement{profile: &profile{}, source: "no test to run", notRun: "the module has no test"})
	case r.Exec == nil:
		return unknown("running the tests is turned off (--exec=false); give a profile with --coverprofile, or let them run")
	}
	return fromRun(ctx, r, s)
}

func unknown(reason string) *measurement {
	return &measurement{unknown: reason, notRun: reason}
}

func fromFile(r *check.Repo) *measurement {
	name := filepath.Base(r.CoverProfile)
	notRun := "the profile " + name + " (--coverprofile) was made by a run elsewhere, and that run says whether the tests pass"
	p, err := openProfile(r.CoverProfile)
	if err != nil {
		return &measurement{unknown: err.Error(), notRun: notRun}
	}
	return join(r, &measurement{profile: p, source: name, notRun: notRun})
}

func fromRun(ctx context.Context, r *check.Repo, s *suite) *measurement {
	dir, err := os.MkdirTemp("", "conformance-cover-")
	if err != nil {
		return unknown(fmt.Sprintf("make a folder for the coverage profile: %v", err))
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "cover.out")
	run := runTests(ctx, r, s, file)
	m := &measurement{run: run, gaps: run.gaps()}
	p, err := openProfile(file)
	switch {
	case run.startFailure != "":
		m.unknown = run.startFailure
	case err != nil:
		m.unknown = "the tests left no coverage profile"
		if m.gaps != "" {
			m.unknown += ": " + m.gaps
		}
	default:
		m.profile, m.source = p, "go test ./..."
		return join(r, m)
	}
	return m
}

// join matches the profile with the sources; where that fails there is no figure.
func join(r *check.Repo, m *measurement) *measurement {
	name := m.source
	files, err := m.profile.join(r, name)
	if err != nil {
		m.profile, m.unknown = nil, err.Error()
		return m
	}
	m.files = files
	return m
}

// table sums up hand-written code by package, in the order of paths.
func (m *measurement) table(p *load.Program) *report.Coverage {
	c := &report.Coverage{Threshold: Threshold, Source: m.source}
	byPackage := map[string]*report.PackageCoverage{}
	for _, s := range m.files {
		statements, covered := s.counts()
		if s.generated || statements == 0 {
			continue
		}
		row := byPackage[s.pkg.PkgPath]
		if row == nil {
			row = &report.PackageCoverage{Path: s.pkg.PkgPath}
			byPackage[s.pkg.PkgPath] = row
		}
		row.Statements += statements
		row.Covered += covered
		c.Statements += statements
		c.Covered += covered
	}
	for _, path := range sortedKeys(byPackage) {
		c.Packages = append(c.Packages, *byPackage[path])
	}
	return c
}
