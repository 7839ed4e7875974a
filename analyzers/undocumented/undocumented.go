// Package undocumented reports exported names without a doc comment.
package undocumented

import (
	_ "embed"
	"go/ast"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: exported names have doc comments.
var Rule = rule.Rule{
	ID: "exported-undocumented", Title: "an exported name has no doc comment", Section: rule.Maintainable, Severity: rule.Minor, Ratio: true, Since: "1.0.0",
	Why: "Whoever calls it must read its body to learn units, errors and side effects.",
	Fix: "Write a comment above it that starts with its name.",
	Limits: "Types and functions are judged, and methods of exported types. Package main, methods that implement well-known interfaces " +
		"(Error, String, ServeHTTP, Scan ...), and members of a group with a comment are not.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "undocumented", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType, RunDespiteErrors: true,
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	if pass.Pkg.Name() == "main" {
		return r.Result()
	}
	for _, f := range diag.Files(pass) {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && !wellKnown[d.Name.Name] && ofExported(d) {
					judge(r, d.Name, d.Doc)
				}
			case *ast.GenDecl:
				types(r, d)
			}
		}
	}
	return r.Result()
}

func types(r *diag.Reporter, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		ts, ok := spec.(*ast.TypeSpec)
		if !ok || !ts.Name.IsExported() {
			continue
		}
		doc := ts.Doc
		if doc == nil {
			doc = d.Doc
		}
		judge(r, ts.Name, doc)
	}
}

func judge(r *diag.Reporter, name *ast.Ident, doc *ast.CommentGroup) {
	if doc == nil || strings.TrimSpace(doc.Text()) == "" {
		r.Report(Rule, name, nil, "%s is exported and has no doc comment", name.Name)
		return
	}
	r.Examine(Rule, 1)
}

// wellKnown methods say what they do by the interface that they implement.
var wellKnown = map[string]bool{
	"Error": true, "String": true, "ServeHTTP": true, "Unwrap": true, "Is": true, "As": true, "Len": true, "Less": true, "Swap": true,
	"MarshalJSON": true, "UnmarshalJSON": true, "MarshalText": true, "UnmarshalText": true, "Scan": true, "Value": true, "Read": true, "Write": true, "Close": true,
	"TableName": true, "GoString": true, "Format": true, "LogValue": true,
}

// ofExported leaves out methods of unexported types.
func ofExported(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return false
		}
	}
}
