package docs

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleConfigurationUndocumented is the rule configuration-undocumented.
var RuleConfigurationUndocumented = rule.Rule{
	ID: "configuration-undocumented", Title: "an environment variable that no document mentions",
	Section: rule.Documentation, Supports: []rule.Section{rule.Production}, Severity: rule.Minor, Ratio: true, Since: "1.0.0",
	Why: "A setting that only the code knows is found out in production, when its default turns out to be wrong.",
	Fix: "Mention the variable in the README, in .env.example, in a compose file or in a page of the documentation.",
	Limits: "Reads os.Getenv, its wrappers and functions that it is handed to, with constant names, struct tags env and envconfig, and viper.BindEnv. Keys of configuration files and viper's automatic names are not judged. " +
		"Variables of the system (HOME, PATH, CI) are left out, and fields with a help text. More than three of one file are one finding.",
	Example: configurationExample,
}

const configurationExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/main.go --
package main

import "os"

func main() { println(os.Getenv("SHOP_DATABASE")) }
-- good/go.mod --
module example.com/shop

go 1.26
-- good/main.go --
package main

import "os"

func main() { println(os.Getenv("SHOP_DATABASE")) }
-- good/.env.example --
SHOP_DATABASE=postgres://localhost/shop
`

func configurationUndocumented(r *check.Repo, p prose, s settings) report.Criterion {
	if r.Program == nil {
		return report.CannotTell(RuleConfigurationUndocumented, "the module could not be loaded")
	}
	t := sites{report.Examine(RuleConfigurationUndocumented), RuleConfigurationUndocumented, r}
	words := mentioned(p)
	silent := map[string][]variable{}
	for _, v := range s.variables {
		if where, ok := words.find(v); ok {
			t.Pass(report.Related{Position: where, Message: v.name + " is mentioned"})
			continue
		}
		silent[v.pos.File] = append(silent[v.pos.File], v)
	}
	for _, file := range slices.Sorted(maps.Keys(silent)) {
		undocumented(t, silent[file])
	}
	for _, at := range s.unknown {
		t.Undecided(at.String()+" reads an environment variable whose name is computed; name it by a constant", report.Related{Position: at, Message: "name is computed"})
	}
	if t.Examined() == 0 && s.derived.IsValid() {
		return report.CannotTell(RuleConfigurationUndocumented, s.derived.String()+" "+s.derived.Message+
			", which makes names of variables out of those of fields or keys; name them in tags, or read them by constant names, to have them judged", s.derived)
	}
	return check.Doubt(r.Program, t.Criterion("the code reads no environment variable"))
}

// manyVariables is how many of one file are still listed one by one.
const manyVariables = 3

// undocumented reports the variables of one file, many of them in one finding.
func undocumented(t sites, variables []variable) {
	slices.SortStableFunc(variables, func(a, b variable) int { return cmp.Compare(a.pos.Line, b.pos.Line) })
	var left []string
	var first report.Position
	for _, v := range variables {
		f := report.Finding{
			Position: v.pos, Anchor: v.name,
			Message: "environment variable " + v.name + " is read here, but neither the README, .env.example nor the documentation mentions it; document it",
		}
		if t.accepted(v.pos) || len(variables) <= manyVariables {
			t.Fail(f)
			continue
		}
		if len(left) == 0 {
			first = v.pos
		}
		left = append(left, v.name)
	}
	if len(left) == 0 {
		return
	}
	names := strings.Join(left[:min(len(left), 5)], ", ")
	if len(left) > 5 {
		names += ", …"
	}
	t.FailN(len(left), report.Finding{
		Position: first, Anchor: "variables",
		Message: fmt.Sprintf("%d environment variables that this file reads are mentioned neither in the README, .env.example nor the documentation: %s; document them", len(left), names),
	})
}

// vocabulary is every word in the texts that could name a variable, with the
// first place where it stands.
type vocabulary map[string]report.Position

var word = regexp.MustCompile(`[A-Za-z][A-Za-z0-9_]*`)

func mentioned(p prose) vocabulary {
	v := vocabulary{}
	for _, t := range p.all() {
		for i, line := range strings.Split(t.body, "\n") {
			for _, w := range word.FindAllString(line, -1) {
				if _, ok := v[w]; !ok {
					v[w] = report.Position{File: t.path, Line: i + 1}
				}
			}
		}
	}
	return v
}

// find looks a variable up; one from a struct tag may carry any prefix. Of
// several places the first by path counts.
func (v vocabulary) find(want variable) (report.Position, bool) {
	if at, ok := v[want.name]; ok || !want.prefixed {
		return at, ok
	}
	var best report.Position
	for w, at := range v {
		if strings.HasSuffix(w, "_"+want.name) && (!best.IsValid() || at.File < best.File || at.File == best.File && at.Line < best.Line) {
			best = at
		}
	}
	return best, best.IsValid()
}
