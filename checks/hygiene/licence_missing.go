package hygiene

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleLicenceMissing asks under which terms the code may be used.
var RuleLicenceMissing = rule.Rule{
	ID:       "licence-missing",
	Title:    "the repository does not say its licence",
	Section:  rule.Compliant,
	Severity: rule.Minor,
	Since:    "1.0.0",
	Why:      "Without a licence nobody may use, change or ship the code, and no audit of the product can be closed.",
	Fix:      "Add a LICENSE file, for closed code one that says so.",
	Limits:   "A licence file at the top, a LICENSES folder, or a licence section of the README counts, whatever it says.",
	Example: `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop
-- good/go.mod --
module example.com/shop

go 1.26
-- good/LICENSE --
Proprietary. All rights reserved.
-- good/shop.go --
package shop
`,
}

var (
	licenceFile    = regexp.MustCompile(`(?i)^(?:un)?(?:licen[cs]e|copying)(?:[-._].*)?$|^licen[cs]es?[-._]\w+`)
	licenceSection = regexp.MustCompile(`(?im)^(?:#+\s*|=+\s*)(?:\W*\s*)licen[cs]e\b.*\n+[^#\n]*\w|^licen[cs]e\s*\n[-=]{3,}`)
	readmeFile     = regexp.MustCompile(`(?i)^readme(\.\w+)?$`)
)

func licenceMissing(t *tree, moduleDir string) report.Criterion {
	tally := report.Examine(RuleLicenceMissing)
	for _, dir := range []string{".", moduleDir} {
		for _, name := range t.in(dir) {
			text, ok := t.read(name)
			base := path.Base(name)
			if !ok || len(bytes.TrimSpace(text)) == 0 {
				continue
			}
			if licenceFile.MatchString(base) && !strings.HasSuffix(base, ".go") {
				tally.Pass(report.Related{Position: report.Position{File: name}, Message: "the licence"})
				return tally.Criterion("")
			}
			if at := licenceSection.FindIndex(text); readmeFile.MatchString(base) && at != nil {
				line := 1 + bytes.Count(text[:at[0]], []byte("\n"))
				tally.Pass(report.Related{Position: report.Position{File: name, Line: line}, Message: "names the licence"})
				return tally.Criterion("")
			}
		}
	}
	if spdx := t.in("LICENSES"); len(spdx) > 0 {
		tally.Pass(report.Related{Position: report.Position{File: spdx[0]}, Message: "the licence"})
		return tally.Criterion("")
	}
	tally.Fail(report.Finding{Message: "no LICENSE file at the top of the repository and no licence section in the README; add one, for closed code one that says so"})
	return tally.Criterion("")
}
