package flow_test

import (
	"go/ast"
	"go/types"
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/fixture"
	"github.com/backend-conformance/conformance/analyzers/internal/flow"
)

// marks reports every function of a package that never returns.
var marks = &analysis.Analyzer{
	Name: "marks", Doc: "test", Requires: []*analysis.Analyzer{flow.Analyzer},
	Run: func(pass *analysis.Pass) (any, error) {
		graphs := pass.ResultOf[flow.Analyzer].(*flow.Graphs)
		for _, file := range pass.Files {
			for _, d := range file.Decls {
				decl, ok := d.(*ast.FuncDecl)
				if !ok {
					continue
				}
				if fn, ok := pass.TypesInfo.Defs[decl.Name].(*types.Func); ok && graphs.NeverReturns(fn) {
					pass.Report(analysis.Diagnostic{
						Pos: decl.Name.Pos(), Category: "marks", URL: "test", Message: fn.Name() + " never returns (marks)",
					})
				}
			}
		}
		return nil, nil
	},
}

func TestNeverReturns(t *testing.T) { fixture.Run(t, marks, "app", "app/stop") }
