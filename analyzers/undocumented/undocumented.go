// Package undocumented reports packages whose exported names lack doc comments.
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

// Rule: packages document what they export.
var Rule = rule.Rule{
	ID: "exported-undocumented", Title: "a package leaves exported names without doc comments", Section: rule.Maintainable, Severity: rule.Minor, Ratio: true, Since: "1.0.0",
	Judged: rule.Judged{Read: 28, True: 28},
	Why:    "Whoever calls it must read its body to learn units, errors and side effects.",
	Fix:    "Write a comment above it that starts with its name.",
	Limits: "A package passes when four of five exported types, functions and methods have a comment; what the comments " +
		"say is not judged. Package main, methods that implement well-known interfaces (Error, String, ServeHTTP, Scan ...), and members of a group with a comment are not.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "undocumented", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType, RunDespiteErrors: true,
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	c := &count{}
	if pass.Pkg.Name() == "main" {
		return r.Result()
	}
	for _, f := range diag.Files(pass) {
		for _, d := range f.Decls {
			c.declaration(d)
		}
	}
	switch total := c.told + len(c.bare); {
	case total == 0:
	case c.told*5 >= total*4:
		r.Examine(Rule, 1)
	default:
		r.Report(Rule, c.bare[0], nil, "package %s documents %d of %d exported names; without a comment: %s",
			pass.Pkg.Name(), c.told, total, c.some())
	}
	return r.Result()
}

// count is what a package documents, and the names that it leaves bare.
type count struct {
	told int
	bare []*ast.Ident
}

func (c *count) declaration(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && !wellKnown[d.Name.Name] && ofExported(d) {
			c.name(d.Name, d.Doc)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			ts, ok := spec.(*ast.TypeSpec)
			if !ok || !ts.Name.IsExported() {
				continue
			}
			if ts.Doc != nil {
				c.name(ts.Name, ts.Doc)
			} else {
				c.name(ts.Name, d.Doc)
			}
		}
	}
}

func (c *count) name(name *ast.Ident, doc *ast.CommentGroup) {
	if doc == nil || strings.TrimSpace(doc.Text()) == "" {
		c.bare = append(c.bare, name)
	} else {
		c.told++
	}
}

// some lists the first three names.
func (c *count) some() string {
	names := []string{}
	for _, id := range c.bare[:min(3, len(c.bare))] {
		names = append(names, id.Name)
	}
	if len(c.bare) > 3 {
		names = append(names, "...")
	}
	return strings.Join(names, ", ")
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
