package transaction

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// Handles is the fact about a function that is given transactions.
type Handles struct {
	// Ends lists the parameters that it commits or rolls back on some path.
	Ends []int
	// Keeps lists those that it stores, returns, or gives to code that is not known.
	Keeps []int
}

// AFact marks Handles as a fact.
func (*Handles) AFact() {}

// String is for tests and debugging.
func (*Handles) String() string { return "handles transactions" }

// fate is what becomes of a transaction that a call is given.
type fate int

const (
	untouched fate = iota // used for statements at most
	kept                  // stored, or given to code that is not known
	ended
)

// callees knows what the functions of the module do with transactions.
type callees struct {
	pass  *analysis.Pass
	known map[*types.Func]*Handles
}

// learn finds the functions of the package that end or keep a transaction, and
// tells the packages that import it.
func learn(pass *analysis.Pass) *callees {
	c := &callees{pass: pass, known: map[*types.Func]*Handles{}}
	for changed := true; changed; {
		changed = false
		for _, f := range pass.Files {
			for _, d := range f.Decls {
				if decl, ok := d.(*ast.FuncDecl); ok && decl.Body != nil {
					changed = c.function(decl) || changed
				}
			}
		}
	}
	for fn, h := range c.known {
		pass.ExportObjectFact(fn, h)
	}
	return c
}

// function learns about one declaration and reports whether that is news.
func (c *callees) function(decl *ast.FuncDecl) bool {
	fn, ok := c.pass.TypesInfo.Defs[decl.Name].(*types.Func)
	if !ok {
		return false
	}
	h := &Handles{}
	for i := range fn.Signature().Params().Len() {
		v := fn.Signature().Params().At(i)
		if !canEnd(v.Type()) {
			continue
		}
		p := &paths{pass: c.pass, callees: c, made: source.Made{Var: v}}
		switch {
		case p.ends(decl.Body):
			h.Ends = append(h.Ends, i)
		case p.kept(decl.Body), p.handed(decl.Body) == kept:
			h.Keeps = append(h.Keeps, i)
		}
	}
	before := c.known[fn]
	if len(h.Ends)+len(h.Keeps) == 0 || before != nil && slices.Equal(before.Ends, h.Ends) && slices.Equal(before.Keeps, h.Keeps) {
		return false
	}
	c.known[fn] = h
	return true
}

// fate is what a call does with its argument at an index.
func (c *callees) fate(call *ast.CallExpr, arg int) fate {
	fn := web.Callee(c.pass.TypesInfo, call)
	if fn == nil {
		return kept // a function value, or append
	}
	sig := fn.Signature()
	i := min(arg, sig.Params().Len()-1)
	if i < 0 || !canEnd(sig.Params().At(i).Type()) {
		return untouched
	}
	if statements[web.PackagePath(fn.Pkg())] {
		return untouched
	}
	if !source.SameModule(c.pass, fn.Pkg()) || sig.Recv() != nil && types.IsInterface(sig.Recv().Type()) {
		return kept
	}
	h := c.known[fn.Origin()]
	if h == nil {
		h = new(Handles)
		if fn.Pkg() == c.pass.Pkg || !c.pass.ImportObjectFact(fn.Origin(), h) {
			return untouched
		}
	}
	switch {
	case slices.Contains(h.Ends, i):
		return ended
	case slices.Contains(h.Keeps, i):
		return kept
	}
	return untouched
}

// statements are libraries that run statements in the transaction that they are given.
var statements = map[string]bool{
	"database/sql": true, "github.com/jmoiron/sqlx": true, "github.com/Masterminds/squirrel": true, "github.com/jackc/pgx": true,
	"fmt": true, "log": true, "log/slog": true,
}

// canEnd reports whether a value of the type has Commit or Rollback: a function
// that takes less (ExecContext, QueryContext) cannot end what it is given.
func canEnd(t types.Type) bool {
	if s, ok := t.(*types.Slice); ok {
		t = s.Elem()
	}
	for _, name := range []string{"Commit", "Rollback"} {
		if obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name); obj != nil {
			return true
		}
	}
	return false
}
