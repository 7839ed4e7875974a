package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/baseline"
)

// known is what --baseline and --base say was there before.
type known struct {
	// fingerprints is nil where neither flag was given: everything counts.
	fingerprints map[string]bool
	list         *baseline.Baseline
	file         string
	base         *baseReport
}

// known reads the baseline and audits the merge base.
func (f *auditFlags) known(ctx context.Context, p *progress) (*known, error) {
	k := &known{}
	if f.baseline != "" {
		list, err := readBaseline(f.inDir(f.baseline))
		if err != nil {
			return nil, checks.UsageError{Err: err}
		}
		k.list, k.file, k.fingerprints = list, f.baseline, list.Fingerprints()
	}
	if f.base != "" {
		base, err := f.auditBase(ctx, p)
		if err != nil {
			return nil, err
		}
		k.base = base
		if k.fingerprints == nil {
			k.fingerprints = map[string]bool{}
		}
		for _, fp := range base.live() {
			k.fingerprints[fp] = true
		}
	}
	return k, nil
}

// inDir resolves a file against -C first, then against the current folder, as
// the audit does for documents.
func (f *auditFlags) inDir(name string) string {
	if inside := filepath.Join(f.dir, name); !filepath.IsAbs(name) && isRegular(inside) {
		return inside
	}
	return name
}

func isRegular(name string) bool {
	st, err := os.Stat(name)
	return err == nil && st.Mode().IsRegular()
}

func readBaseline(name string) (*baseline.Baseline, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the baseline: %w; conformance baseline write makes one", err)
	}
	defer file.Close()
	list, err := baseline.Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	return list, nil
}

// notes say what the comparison rests on, and where it cannot tell.
func (k *known) notes(r *report.Report) []string {
	var notes []string
	if k.list != nil {
		if stale := k.list.Stale(r); len(stale) > 0 {
			notes = append(notes, fmt.Sprintf("%s in %s but no longer found; conformance baseline prune drops what is gone", areOf(len(stale)), k.file))
		}
	}
	if k.base == nil {
		return notes
	}
	notes = append(notes, fmt.Sprintf("gates count what is new since the merge base %s (--base %s)", k.base.commit[:min(12, len(k.base.commit))], k.base.ref))
	if rules := k.base.unjudged(r); len(rules) > 0 {
		notes = append(notes, "not decided at the merge base, where no code is run, so that all their findings count as new: "+strings.Join(rules, ", "))
	}
	return notes
}

func areOf(n int) string {
	if n == 1 {
		return "1 finding is"
	}
	return fmt.Sprintf("%d findings are", n)
}

// unjudged lists the rules with live findings that the merge base's report does
// not decide.
func (b *baseReport) unjudged(r *report.Report) []string {
	decided := map[string]bool{}
	for _, s := range b.document.Sections {
		for _, c := range s.Criteria {
			decided[c.Rule] = c.Outcome != report.Inconclusive.String() && c.Undecided == 0
		}
	}
	var rules []string
	for _, f := range r.Findings {
		if f.Live() && !decided[f.Rule] && !slices.Contains(rules, f.Rule) {
			rules = append(rules, f.Rule)
		}
	}
	slices.Sort(rules)
	return rules
}
