package endpoints

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/report"
)

// idle are the functions that nothing in the module mentions and that nobody
// outside can: plain functions that are unexported, internal or of a program.
type idle []idleFunction

type idleFunction struct {
	name       string
	start, end report.Position
}

// around names the idle function that holds the position; empty where none does.
func (fs idle) around(at report.Position) string {
	for _, f := range fs {
		if f.start.File == at.File && f.start.Line <= at.Line && at.Line <= f.end.Line {
			return f.name
		}
	}
	return ""
}

func idleFunctions(p *load.Program) idle {
	if p == nil {
		return nil
	}
	used := map[token.Pos]bool{}
	for _, pkg := range p.Packages {
		for _, obj := range pkg.TypesInfo.Uses {
			if fn, ok := obj.(*types.Func); ok {
				used[fn.Origin().Pos()] = true
			}
		}
	}
	var fs idle
	for _, pkg := range p.Packages {
		for _, file := range pkg.Syntax {
			for _, d := range file.Decls {
				decl, ok := d.(*ast.FuncDecl)
				if !ok || decl.Recv != nil || used[decl.Name.Pos()] || !private(pkg, decl.Name) {
					continue
				}
				fs = append(fs, idleFunction{pkg.Name + "." + decl.Name.Name, p.Position(decl.Pos()), p.Position(decl.End())})
			}
		}
	}
	return fs
}

// private holds for functions that only this module can call.
func private(pkg *packages.Package, name *ast.Ident) bool {
	if name.Name == "init" || name.Name == "main" || name.Name == "_" {
		return false
	}
	return !name.IsExported() || pkg.Name == "main" || strings.Contains("/"+pkg.PkgPath+"/", "/internal/")
}
