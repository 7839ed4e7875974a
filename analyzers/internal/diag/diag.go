// Package diag reports violations the same way in every analyzer: the rule id
// is the category and closes the message (go vet and nogo print messages only),
// directives in the source suppress, tests and generated files are left out,
// and every examined site is counted.
package diag

import (
	"fmt"
	"go/ast"
	"go/token"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/evidence"
	"github.com/backend-conformance/conformance/report/rule"
)

// ResultType is the ResultType of an analyzer that ends with Reporter.Result.
var ResultType = reflect.TypeFor[*evidence.Result]()

// Reporter collects what one analyzer finds in one package.
type Reporter struct {
	pass       *analysis.Pass
	result     *evidence.Result
	directives []directive
	used       map[int]bool
}

// New starts a report for the rules that the analyzer owns.
func New(pass *analysis.Pass, rules ...rule.Rule) *Reporter {
	r := &Reporter{pass: pass, result: &evidence.Result{}, used: map[int]bool{}}
	for _, ru := range rules {
		r.result.Rules = append(r.result.Rules, evidence.Tally{Rule: ru})
	}
	for _, f := range Files(pass) {
		r.directives = append(r.directives, directives(pass.Fset, f)...)
	}
	return r
}

// Files are the files that style rules judge: hand-written, and neither tests
// nor what only tests use.
func Files(pass *analysis.Pass) []*ast.File {
	var files []*ast.File
	if ForTests(pass) {
		return nil
	}
	for _, f := range pass.Files {
		if !ast.IsGenerated(f) && !IsTest(pass.Fset, f.FileStart) && !importsTesting(f) {
			files = append(files, f)
		}
	}
	return files
}

// importsTesting knows helpers of tests that do not live in a _test.go file.
func importsTesting(f *ast.File) bool {
	return slices.ContainsFunc(f.Imports, func(spec *ast.ImportSpec) bool {
		path := strings.Trim(spec.Path.Value, `"`)
		return path == "testing" || slices.ContainsFunc(testLibraries, func(lib string) bool { return strings.HasPrefix(path+"/", lib) })
	})
}

// testLibraries are imported by tests and what helps them only.
var testLibraries = []string{
	"github.com/stretchr/testify/", "github.com/ory/dockertest/", "github.com/testcontainers/testcontainers-go/", "github.com/onsi/gomega/",
	"net/http/httptest/",
}

// IsTest reports whether pos lies in a _test.go file.
func IsTest(fset *token.FileSet, pos token.Pos) bool {
	return strings.HasSuffix(fset.Position(pos).Filename, "_test.go")
}

// Examine counts n sites that satisfy the rule.
func (r *Reporter) Examine(ru rule.Rule, n int) {
	r.result.Of(ru.ID).Examined += n
}

// Report counts one site that violates the rule and reports it, unless a
// directive accepts it. The message is one line: what is wrong with which name,
// and the way out; the rule id is added.
func (r *Reporter) Report(ru rule.Rule, at analysis.Range, related []analysis.RelatedInformation, format string, args ...any) {
	t := r.result.Of(ru.ID)
	t.Examined++
	message := fmt.Sprintf(format, args...)
	if d := r.suppressedBy(ru.ID, at.Pos()); d != nil {
		t.Suppressed = append(t.Suppressed, evidence.Site{Pos: at.Pos(), Text: message, Reason: d.reason})
		return
	}
	r.pass.Report(analysis.Diagnostic{
		Pos: at.Pos(), End: at.End(), Category: ru.ID, URL: ru.URL(),
		Message: message + " (" + ru.ID + ")", Related: related,
	})
}

// Undecided counts one site about which nothing can be said.
func (r *Reporter) Undecided(ru rule.Rule, at analysis.Range, reason string) {
	t := r.result.Of(ru.ID)
	t.Examined++
	t.Undecided = append(t.Undecided, evidence.Site{Pos: at.Pos(), Text: reason})
}

// Result ends the analyzer's Run.
func (r *Reporter) Result() (any, error) {
	for i, d := range r.directives {
		if !r.used[i] && d.reason != "" && r.result.Of(d.rule) != nil {
			r.result.Unused = append(r.result.Unused, evidence.Site{Pos: d.pos, Text: d.rule, Reason: d.reason})
		}
	}
	return r.result, nil
}

// directive is "//conformance:ignore RULE reason" on or above a line.
type directive struct {
	pos    token.Pos
	file   string
	line   int
	rule   string
	reason string
}

const directivePrefix = "//conformance:ignore"

func directives(fset *token.FileSet, f *ast.File) []directive {
	var ds []directive
	for _, group := range f.Comments {
		for _, c := range group.List {
			rest, ok := strings.CutPrefix(c.Text, directivePrefix)
			if !ok || rest != "" && rest[0] != ' ' && rest[0] != '\t' {
				continue
			}
			rest, _, _ = strings.Cut(rest, "//") // a comment on the directive is not its reason
			id, reason, _ := strings.Cut(strings.TrimSpace(rest), " ")
			at := fset.Position(c.Pos())
			ds = append(ds, directive{c.Pos(), at.Filename, at.Line, id, strings.TrimSpace(reason)})
		}
	}
	return ds
}

// suppressedBy finds the directive for a line; one without a reason does not count.
func (r *Reporter) suppressedBy(id string, pos token.Pos) *directive {
	at := r.pass.Fset.Position(pos)
	for i, d := range r.directives {
		if d.rule == id && d.reason != "" && d.file == at.Filename && (d.line == at.Line || d.line == at.Line-1) {
			r.used[i] = true
			return &r.directives[i]
		}
	}
	return nil
}

// Directives yields the directives of the judged files that can never take
// effect, with what is wrong: no rule, or no reason.
func Directives(pass *analysis.Pass) (examined int, broken []evidence.Site) {
	for _, f := range Files(pass) {
		for _, d := range directives(pass.Fset, f) {
			examined++
			switch {
			case d.rule == "":
				broken = append(broken, evidence.Site{Pos: d.pos, Text: "names no rule"})
			case d.reason == "":
				broken = append(broken, evidence.Site{Pos: d.pos, Text: "gives no reason"})
			}
		}
	}
	return examined, broken
}
