package inputparse

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// parsesRequest is the fact about a function that gets the request, decodes or
// parses a part of it and returns an error: its error is that of the parser.
type parsesRequest struct{}

// AFact marks the type as a fact.
func (*parsesRequest) AFact() {}

// String is how tests show the fact.
func (*parsesRequest) String() string { return "parses the request" }

// maxHelpers bounds how many helpers call each other.
const maxHelpers = 4

// exportHelpers finds the functions of the package that parse the request for
// their callers, those that do so through one another included.
func exportHelpers(pass *analysis.Pass, r *diag.Reporter) {
	for range maxHelpers {
		found := false
		for f := range source.Functions(pass) {
			fn := helper(pass, f)
			if fn == nil || pass.ImportObjectFact(fn, new(parsesRequest)) {
				continue
			}
			j := &judge{pass: pass, report: r, f: f, scope: web.NewScope(pass.TypesInfo, f.Body)}
			if j.parses() {
				pass.ExportObjectFact(fn, new(parsesRequest))
				found = true
			}
		}
		if !found {
			return
		}
	}
}

// helper is the function declared by f if it gets a request and returns an
// error, and is no handler itself: the error of one is for its framework.
func helper(pass *analysis.Pass, f source.Func) *types.Func {
	if f.Decl == nil || f.Sig.Results().Len() == 0 || f.Sig.Results().At(f.Sig.Results().Len()-1).Type().String() != "error" {
		return nil
	}
	if kind, ok := web.IsHandler(f.Sig); ok && kind.Exact && kind.Framework != web.NetHTTP && kind.Framework != web.Gin {
		return nil // with these two, handlers return nothing
	}
	for i := range f.Sig.Params().Len() {
		if web.IsRequest(f.Sig.Params().At(i).Type()) {
			fn, _ := pass.TypesInfo.Defs[f.Decl.Name].(*types.Func)
			return fn
		}
	}
	return nil
}

// parses reports whether the function decodes or parses request input.
func (j *judge) parses() bool {
	found := false
	source.Inspect(j.f.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && j.parse(call) != nil {
			found = true
		}
		return !found
	})
	return found
}
