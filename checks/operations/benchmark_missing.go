package operations

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleBenchmarkMissing asks that speed is measured at all.
var RuleBenchmarkMissing = rule.Rule{
	ID:       "benchmark-missing",
	Title:    "the repository measures no speed",
	Section:  rule.Performant,
	Severity: rule.Minor,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 14, True: 14},
	Why:      "Without a figure nobody notices that a change made the service slower.",
	Fix:      "Write a func BenchmarkXxx(b *testing.B) for the busiest handler, or keep a load test (k6, vegeta, Locust) in the repository.",
	Limits:   "Looks for Benchmark functions and for the files of well-known load testers; whether anybody runs them is not judged.",
	Example: `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop

func Total(a, b int) int { return a + b }
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop

func Total(a, b int) int { return a + b }
-- good/shop_test.go --
package shop

import "testing"

func BenchmarkTotal(b *testing.B) {
	for b.Loop() {
		Total(1, 2)
	}
}
`,
}

var (
	benchmarkFunc = regexp.MustCompile(`(?m)^func (Benchmark[A-Z0-9_]\w*|Benchmark)\(\w+ \*testing\.B\)`)
	loadTest      = regexp.MustCompile(`from ['"]k6|require\(['"]k6|\bvegeta attack\b|from locust import|^scenarios:|extends Simulation|<jmeterTestPlan|\bwrk -[tcd]|\bhey -[nzc]`)
	loadTestFile  = regexp.MustCompile(`(?i)\.(?:js|ts|py|sh|ya?ml|jmx|scala)$|^Makefile$`)
	loadTestPath  = regexp.MustCompile(`(?i)k6|vegeta|locust|jmeter|gatling|artillery|wrk|load|bench|perf|stress|Makefile`)
)

// sizeLimit is the largest file that is searched, in bytes.
const sizeLimit = 1 << 20

func benchmarkMissing(r *check.Repo) report.Criterion {
	t := report.Examine(RuleBenchmarkMissing)
	start := check.Scope(r.Files, r.ModuleDir)
	err := fs.WalkDir(r.Files, start, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // what cannot be read cannot be found
		}
		if d.IsDir() {
			if name != start && load.SkipDir(d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		pattern := searchedFor(name)
		if pattern == nil || !d.Type().IsRegular() {
			return nil
		}
		if info, err := d.Info(); err != nil || info.Size() > sizeLimit {
			return nil
		}
		text, err := fs.ReadFile(r.Files, name)
		if err != nil {
			return nil
		}
		if at := pattern.FindIndex(text); at != nil {
			line := 1 + bytes.Count(text[:at[0]], []byte("\n"))
			t.Pass(report.Related{Position: report.Position{File: name, Line: line}, Message: strings.TrimSpace(string(text[at[0]:at[1]]))})
			return fs.SkipAll
		}
		return nil
	})
	if err != nil {
		return report.CannotTell(RuleBenchmarkMissing, fmt.Sprintf("the repository could not be read: %v", err))
	}
	if t.Examined() == 0 {
		t.Fail(report.Finding{Message: "no func BenchmarkXxx(b *testing.B) and no load test is in the repository; benchmark the busiest handler"})
	}
	return t.Criterion("")
}

// searchedFor is what a file of this name is searched for; nil for nothing.
func searchedFor(name string) *regexp.Regexp {
	switch {
	case strings.HasSuffix(name, "_test.go"):
		return benchmarkFunc
	case loadTestFile.MatchString(path.Base(name)) && loadTestPath.MatchString(name):
		return loadTest
	}
	return nil
}
