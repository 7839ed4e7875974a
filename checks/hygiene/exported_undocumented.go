package hygiene

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleExportedUndocumented asks that what other packages use explains itself.
var RuleExportedUndocumented = rule.Rule{
	ID:       "exported-undocumented",
	Title:    "exported names have no doc comment",
	Section:  rule.Maintainable,
	Severity: rule.Minor,
	Ratio:    true,
	Since:    "1.0.0",
	Why:      "Whoever uses the name has to read its code to learn units, errors and what is allowed.",
	Fix:      "Write a sentence that begins with the name, above the declaration.",
	Limits: "Types, functions, methods of exported types, constants and variables of packages other than main, in hand-written files; the comment " +
		"of a group counts for its members. Methods that well-known interfaces ask for need none. Whether a comment says anything is not judged. " +
		"One finding for each file.",
}

// selfExplaining are methods of well-known interfaces of the standard library.
var selfExplaining = map[string]bool{
	"String": true, "GoString": true, "Error": true, "Unwrap": true, "Is": true, "As": true, "ServeHTTP": true, "Len": true, "Less": true, "Swap": true,
	"MarshalJSON": true, "UnmarshalJSON": true, "MarshalText": true, "UnmarshalText": true, "MarshalYAML": true, "UnmarshalYAML": true,
	"Scan": true, "Value": true, "Read": true, "Write": true, "Close": true, "TableName": true, "Push": true, "Pop": true,
}

func exportedUndocumented(p *load.Program) report.Criterion {
	t := report.Examine(RuleExportedUndocumented)
	for _, pkg := range p.Packages {
		if pkg.Name == "main" || !p.Selected(pkg) {
			continue
		}
		for _, f := range pkg.Syntax {
			if !ast.IsGenerated(f) && p.Position(f.Package).IsValid() {
				judgeComments(t, p, pkg, f)
			}
		}
	}
	return t.Criterion("no package but main exports a name")
}

// judgeComments counts each exported name, and lists those without comment in
// one finding.
func judgeComments(t *report.Tally, p *load.Program, pkg *packages.Package, f *ast.File) {
	var bare []*ast.Ident
	documented := 0
	note := func(id *ast.Ident, comments ...*ast.CommentGroup) {
		if !id.IsExported() {
			return
		}
		for _, c := range comments {
			if c != nil && strings.TrimSpace(c.Text()) != "" {
				documented++
				return
			}
		}
		bare = append(bare, id)
	}
	for _, d := range f.Decls {
		switch x := d.(type) {
		case *ast.FuncDecl:
			if x.Recv == nil || ast.IsExported(receiver(x)) && !selfExplaining[x.Name.Name] {
				note(x.Name, x.Doc)
			}
		case *ast.GenDecl:
			noteSpecs(x, note)
		}
	}
	t.PassN(documented)
	if len(bare) == 0 {
		return
	}
	t.FailN(len(bare), report.Finding{
		Message:  fmt.Sprintf("%s: %s; say in a sentence what each is for", counted(len(bare)), names(bare)),
		Position: p.Position(bare[0].Pos()), Anchor: pkg.PkgPath,
	})
}

func noteSpecs(d *ast.GenDecl, note func(*ast.Ident, ...*ast.CommentGroup)) {
	if d.Tok == token.IMPORT {
		return
	}
	for _, s := range d.Specs {
		switch spec := s.(type) {
		case *ast.TypeSpec:
			note(spec.Name, spec.Doc, spec.Comment, d.Doc)
		case *ast.ValueSpec:
			for _, id := range spec.Names {
				note(id, spec.Doc, spec.Comment, d.Doc)
			}
		}
	}
}

// receiver is the name of a method's type.
func receiver(d *ast.FuncDecl) string {
	if len(d.Recv.List) == 0 {
		return ""
	}
	name := ""
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == "" {
			name = id.Name
		}
		return name == ""
	})
	return name
}

func counted(n int) string {
	if n == 1 {
		return "1 exported name has no doc comment"
	}
	return fmt.Sprintf("%d exported names have no doc comment", n)
}

// names lists the first five.
func names(ids []*ast.Ident) string {
	var out []string
	for i, id := range ids {
		if i == 5 {
			out = append(out, "…")
			break
		}
		out = append(out, id.Name)
	}
	return strings.Join(out, ", ")
}
