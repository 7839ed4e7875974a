package hygiene

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"path/filepath"
	"slices"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleDependencyVulnerable asks that no known vulnerability is reachable.
var RuleDependencyVulnerable = rule.Rule{
	ID:       "dependency-vulnerable",
	Title:    "a known vulnerability of a dependency is reachable",
	Section:  rule.Secure,
	Supports: []rule.Section{rule.Security},
	Severity: rule.Major,
	Since:    "1.0.0",
	Why:      "Known vulnerabilities are what automated attacks try first.",
	Fix:      "Upgrade the module to the version that is named.",
	Limits: "Asks govulncheck, a program of the Go project, where it is installed and can reach its database (GOVULNDB names another one); " +
		"otherwise, and with --exec=false, the rule is inconclusive, which says nothing about the dependencies. Only vulnerable functions that " +
		"the module calls count. Those of the standard library depend on the Go that builds, and are left out.",
}

const installScanner = "install it with go install golang.org/x/vuln/cmd/govulncheck@latest and run again"

// vulnerability is one entry of the database that the module can reach.
type vulnerability struct {
	id, summary, module, version, fixed, function string
	at                                            report.Position
}

func dependencyVulnerable(ctx context.Context, r *check.Repo) report.Criterion {
	if r.Exec == nil {
		return report.CannotTell(RuleDependencyVulnerable, "running programs is turned off (--exec=false); see govulncheck ./...")
	}
	r.Progress("look up known vulnerabilities")
	var out bytes.Buffer
	res, err := r.Exec.Run(ctx, check.Command{
		Dir: r.Program.Dir, Args: []string{"govulncheck", "-json", "./..."},
		Stdout: func(line string) { out.WriteString(line + "\n") },
	})
	if err != nil {
		return report.CannotTell(RuleDependencyVulnerable, "govulncheck is not installed; "+installScanner)
	}
	if res.TimedOut || res.ExitCode != 0 {
		return report.CannotTell(RuleDependencyVulnerable, "govulncheck could not finish here: "+lastLine(res))
	}
	found, err := readVulnerabilities(r, &out)
	if err != nil {
		return report.CannotTell(RuleDependencyVulnerable, fmt.Sprintf("the answer of govulncheck cannot be read: %v", err))
	}
	t := report.Examine(RuleDependencyVulnerable)
	for _, v := range found {
		t.Fail(report.Finding{Message: v.message(), Position: v.at, Anchor: v.id})
	}
	if len(found) == 0 {
		t.Pass(report.Related{Position: report.Position{File: path.Join(r.ModuleDir, "go.mod")}, Message: "govulncheck knows no vulnerability that is reached"})
	}
	return t.Criterion("")
}

func (v vulnerability) message() string {
	way := "no version fixes it yet; do without " + v.function
	if v.fixed != "" {
		way = "upgrade to " + v.fixed
	}
	return fmt.Sprintf("%s is reached through %s of %s@%s: %s; %s", v.id, v.function, v.module, v.version, v.summary, way)
}

// scannerMessage is one message of govulncheck -json. Source: its package
// documentation, "Structured output".
type scannerMessage struct {
	OSV *struct {
		ID, Summary string
	}
	Finding *struct {
		OSV          string
		FixedVersion string `json:"fixed_version"`
		Trace        []frame
	}
}

type frame struct {
	Module, Version, Function, Receiver string
	Position                            *struct {
		Filename string
		Line     int
	}
}

// readVulnerabilities keeps what is reached by calls: of each entry the first
// trace that names a function, sorted by entry.
func readVulnerabilities(r *check.Repo, in io.Reader) ([]vulnerability, error) {
	summaries := map[string]string{}
	found := map[string]vulnerability{}
	for d := json.NewDecoder(in); ; {
		var m scannerMessage
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if m.OSV != nil {
			summaries[m.OSV.ID] = m.OSV.Summary
		}
		f := m.Finding
		if f == nil || len(f.Trace) == 0 || f.Trace[0].Function == "" || f.Trace[0].Module == "stdlib" {
			continue
		}
		if _, known := found[f.OSV]; known {
			continue
		}
		first, last := f.Trace[0], f.Trace[len(f.Trace)-1]
		v := vulnerability{id: f.OSV, module: first.Module, version: first.Version, fixed: f.FixedVersion, function: first.Function}
		if first.Receiver != "" {
			v.function = first.Receiver + "." + first.Function
		}
		if p := last.Position; p != nil {
			v.at = scannerPosition(r, p.Filename, p.Line)
		}
		found[f.OSV] = v
	}
	var out []vulnerability
	for _, id := range slices.Sorted(maps.Keys(found)) {
		v := found[id]
		v.summary = summaries[id]
		out = append(out, v)
	}
	return out, nil
}

// scannerPosition takes names relative to the module, or absolute ones.
func scannerPosition(r *check.Repo, file string, line int) report.Position {
	if !filepath.IsAbs(file) {
		return report.Position{File: path.Join(r.ModuleDir, filepath.ToSlash(file)), Line: line}
	}
	if rel, ok := r.Program.Relative(file); ok {
		return report.Position{File: rel, Line: line}
	}
	return report.Position{}
}
