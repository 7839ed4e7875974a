package hygiene

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleModuleUntidy asks that go.mod and go.sum say what the code needs.
var RuleModuleUntidy = rule.Rule{
	ID:       "module-untidy",
	Title:    "go.mod or go.sum differ from what the code needs",
	Section:  rule.Maintainable,
	Supports: []rule.Section{rule.Secure},
	Severity: rule.Minor,
	Since:    "1.0.0",
	Why:      "Requirements that nothing uses are upgraded and audited for nothing; ones that are missing break the build of whoever comes next.",
	Fix:      "Run go mod tidy and commit the result.",
	Limits: "Runs go mod tidy -diff and go mod verify, which need the modules of the tests' dependencies too; where these cannot be " +
		"had, or with --exec=false, the rule is inconclusive.",
}

// modLimit bounds one go mod command, which may wait for a network.
const modLimit = 2 * time.Minute

func moduleUntidy(ctx context.Context, r *check.Repo) report.Criterion {
	if r.Exec == nil {
		return report.CannotTell(RuleModuleUntidy, "running the go command is turned off (--exec=false); see go mod tidy -diff")
	}
	r.Progress("go mod tidy")
	diff, res, err := goMod(ctx, r, "tidy", "-diff")
	switch {
	case err != nil:
		return report.CannotTell(RuleModuleUntidy, "go mod tidy could not be run: "+err.Error())
	case len(diff) > 0 && strings.HasPrefix(diff[0], "diff "):
		return untidy(r, diff)
	case res.ExitCode != 0:
		return report.CannotTell(RuleModuleUntidy, "go mod tidy -diff could not finish here: "+reason(res))
	}
	out, res, err := goMod(ctx, r, "verify")
	t := report.Examine(RuleModuleUntidy)
	file := report.Position{File: path.Join(r.ModuleDir, "go.sum"), Line: 1}
	switch {
	case err == nil && res.ExitCode == 0:
		t.Pass(report.Related{Position: report.Position{File: path.Join(r.ModuleDir, "go.mod"), Line: 1}, Message: "go mod tidy -diff is empty, go mod verify holds"})
	case strings.Contains(res.Stderr, "has been modified") || strings.Contains(strings.Join(out, "\n"), "has been modified"):
		t.Fail(report.Finding{Message: "go mod verify: " + reason(res) + "; clean the module cache, and if it stays so do not trust the module", Position: file, Anchor: "verify"})
	default:
		t.Undecided("go mod verify could not finish here: " + reason(res))
	}
	return t.Criterion("")
}

// untidy says what go mod tidy would change.
func untidy(r *check.Repo, diff []string) report.Criterion {
	added, removed, file := 0, 0, "go.mod"
	example := ""
	for _, line := range diff {
		switch {
		case strings.HasPrefix(line, "+++ ") || strings.HasPrefix(line, "--- "):
			if strings.Contains(line, "go.sum") && example == "" {
				file = "go.sum"
			}
		case strings.HasPrefix(line, "+"):
			added++
		case strings.HasPrefix(line, "-"):
			removed++
		default:
			continue
		}
		if text := strings.TrimSpace(strings.TrimLeft(line, "+-")); example == "" && (added > 0 || removed > 0) && text != "" && text != ")" {
			example = line[:1] + text
		}
	}
	t := report.Examine(RuleModuleUntidy)
	t.Fail(report.Finding{
		Message:  fmt.Sprintf("go mod tidy adds %d lines and removes %d (%s); run it and commit the result", added, removed, example),
		Position: report.Position{File: path.Join(r.ModuleDir, file), Line: 1}, Anchor: "tidy",
	})
	return t.Criterion("")
}

// goMod runs a go mod command, without a workspace since that covers others.
func goMod(ctx context.Context, r *check.Repo, args ...string) ([]string, check.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, modLimit)
	defer cancel()
	var out []string
	res, err := r.Exec.Run(ctx, check.Command{
		Dir: r.Program.Dir, Args: append([]string{"go", "mod"}, args...), Env: []string{"GOWORK=off"},
		Stdout: func(line string) { out = append(out, line) },
	})
	return out, res, err
}

// reason is why a go mod command did not succeed.
func reason(res check.Result) string {
	if res.TimedOut {
		return fmt.Sprintf("it took longer than %s", modLimit)
	}
	return lastLine(res)
}

// lastLine is the last line that a program complained with: the first ones tell
// what it downloads.
func lastLine(res check.Result) string {
	if res.TimedOut {
		return "it took too long"
	}
	said := "it gave no reason"
	for line := range strings.Lines(res.Stderr) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "go: downloading ") && !strings.HasPrefix(line, "go: finding ") {
			said = line
		}
	}
	if r := []rune(said); len(r) > 200 {
		said = string(r[:200]) + "…"
	}
	return said
}
