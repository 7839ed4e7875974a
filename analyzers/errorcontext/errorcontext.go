// Package errorcontext reports errors that lose what they carry: formatted
// without %w, rebuilt from their text, compared or asserted without unwrapping.
package errorcontext

import (
	_ "embed"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/logging"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: errors are wrapped with %w and compared with errors.Is and errors.As.
var Rule = rule.Rule{
	ID: "error-context-lost", Title: "an error is cut off from what caused it", Section: rule.Errors, Severity: rule.Minor, Ratio: true, Since: "1.0.0",
	Judged:   rule.Judged{Read: 47, True: 47},
	Supports: []rule.Section{rule.Maintainable},
	Why:      "Callers can no longer tell a missing row from a broken connection, so they answer 500 where 404 is right, or the other way round.",
	Fix:      "Wrap with fmt.Errorf(\"...: %w\", err); compare with errors.Is, look for types with errors.As.",
	Limits: "An error that is returned as it came is not judged. A comparison right after a call into another module is trusted, since that " +
		"library documents what it returns; text that is cut off on purpose at a boundary is reported. Known to be wrong when a function of the module " +
		"promises to return the error as it is: it works until somebody wraps it.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "errorcontext", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

func run(pass *analysis.Pass) (any, error) {
	j := &judge{pass: pass, report: diag.New(pass, Rule), last: map[ast.Expr]bool{}}
	for _, f := range diag.Files(pass) {
		for _, d := range f.Decls {
			j.decl = d
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil && (fn.Name.Name == "Is" || fn.Name.Name == "As") {
				continue // the protocol itself compares
			}
			ast.Inspect(d, j.visit)
		}
	}
	return j.report.Result()
}

type judge struct {
	pass   *analysis.Pass
	report *diag.Reporter
	decl   ast.Node
	// last are errors that nobody looks into: what a panic or a log is given, and
	// what goes into a channel.
	last map[ast.Expr]bool
}

func (j *judge) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.SendStmt:
		j.last[n.Value] = true
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "panic" || logging.Of(web.Callee(j.pass.TypesInfo, n)) != logging.None {
			for _, arg := range n.Args {
				j.last[arg] = true
			}
		}
		j.call(n)
	case *ast.BinaryExpr:
		if n.Op == token.EQL || n.Op == token.NEQ {
			j.comparison(n, n.X, n.Y)
			j.comparison(n, n.Y, n.X)
		}
	case *ast.SwitchStmt:
		if n.Tag != nil && j.isError(n.Tag) {
			for _, c := range n.Body.List {
				for _, e := range c.(*ast.CaseClause).List {
					j.comparison(e, n.Tag, e)
				}
			}
		}
	case *ast.TypeAssertExpr:
		j.assertion(n)
	}
	return true
}

func (j *judge) call(call *ast.CallExpr) {
	switch web.Name(web.Callee(j.pass.TypesInfo, call)) {
	case "errors.Is", "errors.As", "errors.AsType":
		j.report.Examine(Rule, 1)
	case "errors.New":
		if len(call.Args) == 1 && j.containsText(call.Args[0]) {
			j.report.Report(Rule, call, nil, "errors.New makes a new error of another one's text: use fmt.Errorf with %%w")
		}
	case "fmt.Errorf":
		j.errorf(call)
	}
}

// errorf judges a call that formats an error: one %w is enough, since wrapping
// a sentinel and printing the cause is a way to choose what callers may see.
func (j *judge) errorf(call *ast.CallExpr) {
	if len(call.Args) == 0 || call.Ellipsis.IsValid() {
		return
	}
	format := j.pass.TypesInfo.Types[call.Args[0]].Value
	if format == nil || format.Kind() != constant.String {
		return
	}
	verbs := verbs(constant.StringVal(format))
	if slices.Contains(verbs, 'w') {
		j.report.Examine(Rule, 1)
		return
	}
	for i, arg := range call.Args[1:] {
		if i >= len(verbs) || !slices.Contains([]rune{'v', 's', 'q'}, verbs[i]) {
			continue
		}
		if j.isError(arg) || j.isText(arg) {
			if j.last[call] {
				j.report.Undecided(Rule, arg, "fmt.Errorf cuts off "+source.Text(arg)+", in an error that may only be printed")
				return
			}
			j.report.Report(Rule, arg, nil, "fmt.Errorf formats %s with %%%c, which cuts it off: use %%w", source.Text(arg), verbs[i])
			return
		}
	}
}

// verbs are the verbs of a format in the order of the arguments. A format with
// explicit indexes yields none, so that it is not judged.
func verbs(format string) []rune {
	var out []rune
	inVerb := false
	for _, c := range format {
		switch {
		case !inVerb:
			inVerb = c == '%'
		case c == '[':
			return nil
		case c == '*':
			out = append(out, c)
		case c == '%':
			inVerb = false
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			out = append(out, c)
			inVerb = false
		}
	}
	return out
}

// bare are sentinels that their functions are documented to return unwrapped.
var bare = map[string]bool{
	"io.EOF": true, "io.ErrUnexpectedEOF": true, "net/http.ErrServerClosed": true, "net/http.ErrNoCookie": true,
	"net/http.ErrMissingFile": true, "net/http.ErrAbortHandler": true, "path/filepath.SkipDir": true, "path/filepath.SkipAll": true,
	"io/fs.SkipDir": true, "io/fs.SkipAll": true, "context.Canceled": true, "context.DeadlineExceeded": true,
}

// comparison judges err == sentinel.
func (j *judge) comparison(at analysis.Range, err, sentinel ast.Expr) {
	v, ok := source.Object(j.pass.TypesInfo, sentinel).(*types.Var)
	if !ok || v.Pkg() == nil || v.Parent() != v.Pkg().Scope() || !j.isError(err) || !web.IsError(v.Type()) {
		return
	}
	if bare[v.Pkg().Path()+"."+v.Name()] {
		return
	}
	if j.fromElsewhere(err) {
		j.report.Examine(Rule, 1)
		return
	}
	j.report.Report(Rule, at, nil, "%s is compared with %s, which misses it once it is wrapped: use errors.Is", source.Text(err), source.Text(sentinel))
}

// assertion judges err.(*T).
func (j *judge) assertion(n *ast.TypeAssertExpr) {
	if n.Type == nil || !web.IsError(j.pass.TypesInfo.TypeOf(n.X)) {
		return
	}
	if t := j.pass.TypesInfo.TypeOf(n.Type); t == nil || types.IsInterface(t) {
		return
	}
	if j.fromElsewhere(n.X) {
		j.report.Examine(Rule, 1)
		return
	}
	j.report.Report(Rule, n, nil, "%s is asserted to be %s, which misses it once it is wrapped: use errors.As", source.Text(n.X), source.Text(n.Type))
}

// fromElsewhere reports whether the error was just made by a call into another
// module; nothing of this module can have wrapped it.
func (j *judge) fromElsewhere(err ast.Expr) bool {
	e := err
	if obj := source.Object(j.pass.TypesInfo, err); obj != nil {
		e = source.Assigned(j.pass.TypesInfo, j.decl, obj, err.Pos())
	}
	if sel, ok := e.(*ast.SelectorExpr); ok { // db.First(&user).Error
		field := j.pass.TypesInfo.ObjectOf(sel.Sel)
		_, made := ast.Unparen(sel.X).(*ast.CallExpr)
		return made && field != nil && field.Pkg() != nil && !source.SameModule(j.pass, field.Pkg())
	}
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	fn := web.Callee(j.pass.TypesInfo, call)
	if name := web.Name(fn); name == "errors.Unwrap" || name == "github.com/pkg/errors.Cause" {
		return true
	}
	return fn != nil && fn.Pkg() != nil && !source.SameModule(j.pass, fn.Pkg())
}

func (j *judge) isError(e ast.Expr) bool { return web.IsError(j.pass.TypesInfo.TypeOf(e)) }

// isText knows err.Error().
func (j *judge) isText(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || len(call.Args) != 0 {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Error" && j.isError(sel.X)
}

func (j *judge) containsText(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if x, ok := n.(ast.Expr); ok && j.isText(x) {
			found = true
		}
		return !found
	})
	return found
}
