package docs

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleReadmeIncomplete is the rule readme-incomplete.
var RuleReadmeIncomplete = rule.Rule{
	ID: "readme-incomplete", Title: "the README does not say how to run, configure, test or call the service",
	Section: rule.Documentation, Supports: []rule.Section{rule.Maintainable}, Severity: rule.Minor, Since: "1.0.0",
	Why: "Whoever takes the service over starts with the README; what it leaves out is found out by trial.",
	Fix: "Say in the README, in a command each, how to run, configure, test and call the service.",
	Limits: "Goes by headings, commands and links, not by meaning; pages below docs/ and guides such as CONTRIBUTING.md count as part of the README. " +
		"Configuration is asked for only where the code reads environment variables, flags or settings.",
	Example: readmeExample,
}

const readmeExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/README.md --
# Shop

Sells things. Run it with ` + "`go run ./cmd/shop`" + `.
-- good/go.mod --
module example.com/shop

go 1.26
-- good/README.md --
# Shop

Sells things. Run it with ` + "`go run ./cmd/shop`" + `, test it with ` + "`go test ./...`" + `.

    curl localhost:8080/orders
`

// topic is something that a README must say, and how it is recognised: in a
// heading, or anywhere in the text.
type topic struct {
	name    string
	heading *regexp.Regexp
	text    *regexp.Regexp
	advice  string
}

func topics() []topic {
	return []topic{
		{
			"run", regexp.MustCompile(`(?i)\b(usage|run|running|start|starting|started|quick ?start|quickstart|install|installation|installing|deploy|deployment|launch|build|building|set ?up|development|docker)\b`),
			regexp.MustCompile(`(?i)\bgo (run|install|build) |docker[- ]compose|docker (run|build)|\bpodman |\bmake (run|start|dev|up|serve|build|install|docker)|\btask (run|start|dev|up|build)|\bjust (run|dev|start)|kubectl apply|helm (install|upgrade)|systemctl|\bair\b|^\s*\$? ?\./[a-z]`),
			"say which command starts it, such as go run ./cmd/server",
		},
		{
			"configure", regexp.MustCompile(`(?i)\b(config|configs|configure|configuring|configuration|settings?|environment|env|envs|options|flags|parameters|variables)\b`),
			regexp.MustCompile(`\.env\b|(?i:environment variables?|config(uration)? file|configur(e|ed|ation))|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b|\bconfig[a-z]*\.(ya?ml|toml|json)`),
			"list the environment variables or the configuration file",
		},
		{
			"test", regexp.MustCompile(`(?i)\b(tests?|testing)\b`),
			regexp.MustCompile(`(?i)\bgo test\b|\b(make|task|just|mage) [a-z:_-]*test|\bgotestsum\b|\b(run|running|execute) (the |all |unit |integration )*tests\b|\bginkgo\b`),
			"say how its tests are run, such as go test ./...",
		},
		{
			"call", regexp.MustCompile(`(?i)\b(api|apis|endpoints?|routes|requests?|rest|examples?|swagger|openapi|http|usage)\b`),
			regexp.MustCompile(`(?i)\bcurl\b|\bhttpie\b|\bhttps?://(localhost|127\.0\.0\.1|0\.0\.0\.0)|openapi|swagger|postman|\b(get|post|put|patch|delete)\b[ |` + "`" + `*]+/[a-z{:]|api (docs|documentation|reference)`),
			"show a request, such as curl localhost:8080/..., or link the OpenAPI document",
		},
	}
}

func readmeIncomplete(r *check.Repo, p prose, s settings) report.Criterion {
	t := report.Examine(RuleReadmeIncomplete)
	readme := ownReadme(p.readmes, r.ModuleDir)
	if readme == nil {
		t.Fail(report.Finding{
			Position: report.Position{File: path.Join(r.ModuleDir, "go.mod"), Line: 1}, Anchor: "README",
			Message: "the repository has no README; write one that says how to run, configure, test and call the service",
		})
		return t.Criterion("")
	}
	pages := append([]text{*readme}, guidance(p, r.ModuleDir)...)
	for _, tp := range topics() {
		if tp.name == "configure" && !s.configurable {
			continue
		}
		if at, ok := tp.find(pages); ok {
			t.Pass(report.Related{Position: at, Message: "how to " + tp.name})
			continue
		}
		t.Fail(report.Finding{
			Position: report.Position{File: readme.path, Line: 1}, Anchor: tp.name,
			Message: "the README does not say how to " + tp.name + " the service; " + tp.advice,
		})
	}
	return t.Criterion("")
}

// ownReadme is the module's README, else the repository's.
func ownReadme(readmes []text, moduleDir string) *text {
	for _, dir := range []string{moduleDir, ".", "docs", ".github"} {
		for i := range readmes {
			if path.Dir(readmes[i].path) == dir {
				return &readmes[i]
			}
		}
	}
	return nil
}

// guidance are the pages that a README usually hands over to.
func guidance(p prose, moduleDir string) []text {
	var pages []text
	for _, t := range append(append([]text{}, p.readmes...), p.guides...) {
		dir := path.Dir(t.path)
		first, _, _ := strings.Cut(strings.TrimPrefix(dir, moduleDir+"/"), "/")
		top := dir == "." || dir == moduleDir
		if slices.Contains([]string{"doc", "docs", "documentation", "website", "guides", ".github"}, strings.ToLower(first)) ||
			top && guideName.MatchString(path.Base(t.path)) {
			pages = append(pages, t)
		}
	}
	return pages
}

var guideName = regexp.MustCompile(`(?i)^(readme|contributing|development|developing|hacking|install|usage|getting.?started|quick.?start|deploy|config|api|testing)`)

// find looks for a topic. Headings count in READMEs and guides only: elsewhere
// "Test" may well be the name of an endpoint.
func (tp topic) find(pages []text) (report.Position, bool) {
	for _, page := range pages {
		fenced, guide := false, guideName.MatchString(path.Base(page.path))
		for i, line := range strings.Split(page.body, "\n") {
			trimmed := strings.TrimSpace(line)
			if strings.HasPrefix(trimmed, "```") {
				fenced = !fenced
			}
			heading := guide && !fenced && (strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "==") || strings.HasPrefix(trimmed, "<h") || strings.HasPrefix(trimmed, "**"))
			if heading && !strings.HasPrefix(trimmed, "# ") && tp.heading.MatchString(trimmed) || tp.text.MatchString(line) {
				return report.Position{File: page.path, Line: i + 1}, true
			}
		}
	}
	return report.Position{}, false
}
