package coverage

import (
	"go/ast"
	"path"
	"strings"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleTestWithoutAssertion flags tests that only run code.
var RuleTestWithoutAssertion = rule.Rule{
	ID:       "test-without-assertion",
	Title:    "a test asserts nothing",
	Section:  rule.Tests,
	Severity: rule.Major,
	Ratio:    true,
	Since:    "1.0.0",
	Why:      "It raises the coverage and stays green whatever the code answers, so that nobody looks there again.",
	Fix:      "Compare what the code gives with what it should give, and call t.Error where they differ.",
	Limits: "Test files are read, not type-checked: tests behind build tags count too. A test that hands its *testing.T to a function that is not declared in the test files of its folder, keeps it in a variable, " +
		"or calls a method of its suite counts as asserting. Fuzz targets, tests that skip themselves or that the compiler decides, and those whose name or comments say that they look for a panic, a race or a call of nil are not judged.",
	Example: `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop

func Total(a, b int) int { return a + b }
-- bad/shop_test.go --
package shop

import "testing"

func TestTotal(t *testing.T) {
	t.Log(Total(1, 2))
}
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop

func Total(a, b int) int { return a + b }
-- good/shop_test.go --
package shop

import "testing"

func TestTotal(t *testing.T) {
	if got := Total(1, 2); got != 3 {
		t.Errorf("got %d, want 3", got)
	}
}
`,
}

func testWithoutAssertion(s *suite) report.Criterion {
	t := report.Examine(RuleTestWithoutAssertion)
	helpers := s.helpers()
	for _, test := range s.tests {
		if !judgedForAssertions(test) || saysWhatFor(test) {
			continue
		}
		a := assertions{helpers: helpers[path.Dir(test.file.path)], seen: map[*ast.FuncDecl]bool{}}
		if a.inFile(test.file) || a.in(test.decl) {
			t.Pass()
			continue
		}
		t.Fail(report.Finding{
			Message:  test.name + " asserts nothing, so that it fails only when the code panics; compare a result and call t.Error",
			Position: test.pos, Anchor: test.name,
		})
	}
	return t.Criterion("the module has no test")
}

// judgedForAssertions leaves out tests that say what they are for, and those that
// never run.
func judgedForAssertions(t test) bool {
	name := strings.ToLower(t.name)
	for _, word := range []string{"panic", "race", "concurren", "deadlock", "leak", "compile", "nil", "noop", "no_op", "twice", "double", "safe"} {
		if strings.Contains(name, word) {
			return false
		}
	}
	return !strings.HasPrefix(t.name, "Fuzz") && unconditionalSkip(t.decl) == nil
}

// saysWhatFor knows tests whose comments say that to come through is enough, those
// that the compiler decides, and those whose subtests are all skipped.
func saysWhatFor(t test) bool {
	for _, g := range t.file.syntax.Comments {
		from := t.decl.Pos()
		if t.decl.Doc != nil {
			from = t.decl.Doc.Pos()
		}
		if text := strings.ToLower(g.Text()); from <= g.Pos() && g.End() <= t.decl.End() && (strings.Contains(text, "panic") || strings.Contains(text, "crash") || strings.Contains(text, "block") || strings.Contains(text, "safe")) {
			return true
		}
	}
	found := false
	ast.Inspect(t.decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec: // var _ Store = (*store)(nil)
			found = found || n.Type != nil && len(n.Names) == 1 && n.Names[0].Name == "_"
		case *ast.FuncLit:
			found = found || unconditionalSkip(&ast.FuncDecl{Type: n.Type, Body: n.Body}) != nil
		}
		return !found
	})
	return found
}

// helpers are the functions and methods of the test files, by folder and name.
func (s *suite) helpers() map[string]map[string][]*ast.FuncDecl {
	all := map[string]map[string][]*ast.FuncDecl{}
	for _, f := range s.files {
		dir := path.Dir(f.path)
		if all[dir] == nil {
			all[dir] = map[string][]*ast.FuncDecl{}
		}
		for _, d := range f.syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				all[dir][fn.Name.Name] = append(all[dir][fn.Name.Name], fn)
			}
		}
	}
	return all
}

// assertions looks for anything by which one test can fail.
type assertions struct {
	helpers map[string][]*ast.FuncDecl
	seen    map[*ast.FuncDecl]bool
}

// inFile knows libraries whose assertions need no *testing.T at hand.
func (a *assertions) inFile(f *testFile) bool {
	for name, p := range f.imports {
		if name == "." || strings.Contains(p, "gomega") || strings.Contains(p, "convey") {
			return true
		}
	}
	return false
}

// failing are names of functions and methods that make a test or the whole
// process fail.
var failing = map[string]bool{
	"Error": true, "Errorf": true, "Fatal": true, "Fatalf": true, "Fatalln": true, "Fail": true, "FailNow": true, "panic": true, "Panic": true, "Panicf": true, "Exit": true, "Goexit": true,
}

// harmless are methods of *testing.T that fail nothing.
var harmless = map[string]bool{
	"Helper": true, "Log": true, "Logf": true, "Parallel": true, "Run": true, "Skip": true, "Skipf": true, "SkipNow": true, "Name": true, "Cleanup": true, "TempDir": true, "Setenv": true,
	"Chdir": true, "Context": true, "Deadline": true, "Failed": true, "Skipped": true, "Output": true, "Attr": true,
}

// in looks through a function and those of the folder that it calls.
func (a *assertions) in(fn *ast.FuncDecl) bool {
	if a.seen[fn] {
		return false
	}
	a.seen[fn] = true
	tees := testers(fn)
	settled := map[*ast.Ident]bool{} // uses of a *testing.T that are looked at otherwise
	found := false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			found = found || a.call(n, tees, settled)
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok && tees[id.Name] && harmless[n.Sel.Name] {
				settled[id] = true
			}
		case *ast.Field: // the parameter of a literal
			for _, id := range n.Names {
				settled[id] = true
			}
		case *ast.Ident:
			found = found || tees[n.Name] && !settled[n]
		}
		return !found
	})
	return found
}

// call says whether a call can fail the test. An argument that is the *testing.T
// itself is settled where the called function can be looked into.
func (a *assertions) call(call *ast.CallExpr, tees map[string]bool, settled map[*ast.Ident]bool) bool {
	name, method := "", false
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name, method = f.Sel.Name, true
		if id, ok := f.X.(*ast.Ident); ok && tees[id.Name] && harmless[name] {
			return a.named(call.Args) // t.Run("x", testX), t.Cleanup(check)
		}
	}
	if failing[name] || name == "main" && !method { // a program ends the process where it fails
		return true
	}
	declared := a.helpers[name]
	for _, d := range declared {
		if (d.Recv != nil) == method && a.in(d) {
			return true
		}
	}
	if len(declared) > 0 {
		for _, arg := range call.Args {
			if id, ok := arg.(*ast.Ident); ok && tees[id.Name] && len(testers(declared[0])) > 0 {
				settled[id] = true
			}
		}
	}
	return a.named(call.Args)
}

// named looks into functions that are handed over by name.
func (a *assertions) named(args []ast.Expr) bool {
	for _, arg := range args {
		id, ok := arg.(*ast.Ident)
		if !ok {
			continue
		}
		for _, d := range a.helpers[id.Name] {
			if a.in(d) {
				return true
			}
		}
	}
	return false
}

// testers are the names under which a function and the literals in it hold
// something that can fail the test: a *testing.T, or a suite.
func testers(fn *ast.FuncDecl) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(fn, func(n ast.Node) bool {
		ft, ok := n.(*ast.FuncType)
		if !ok || ft.Params == nil {
			return true
		}
		for _, p := range ft.Params.List {
			if isTester(p.Type) {
				for _, id := range p.Names {
					names[id.Name] = true
				}
			}
		}
		return true
	})
	if fn.Recv != nil {
		for _, f := range fn.Recv.List {
			for _, id := range f.Names {
				names[id.Name] = true
			}
		}
	}
	return names
}

// isTester knows *testing.T and its like.
func isTester(t ast.Expr) bool {
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	sel, ok := t.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && (pkg.Name == "testing" || sel.Sel.Name == "TestingT" || sel.Sel.Name == "T")
}
