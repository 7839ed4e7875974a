package mutation

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/matrix"
)

// What follows finds places in code by syntax and types alone. It shares
// nothing with what the product knows of frameworks, so that what the product
// does not know is mutated, too, and counts as missed.

var (
	requestType = regexp.MustCompile(`net/http\.(Request|Header)$|net/url\.(Values|URL)$|/gin\.Context$|/echo(/v\d+)?\.Context$|/fiber(/v\d+)?\.Ctx$|go-restful(/v\d+)?\.Request$|httprouter\.Params$`)
	writerType  = regexp.MustCompile(`net/http\.ResponseWriter$|/gin\.Context$|/echo(/v\d+)?\.Context$|/fiber(/v\d+)?\.Ctx$|go-restful(/v\d+)?\.Response$`)
)

func fullName(t types.Type) string {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return ""
	}
	return n.Obj().Pkg().Path() + "." + n.Obj().Name()
}

func isRequest(t types.Type) bool { return t != nil && requestType.MatchString(fullName(t)) }
func isWriter(t types.Type) bool  { return t != nil && writerType.MatchString(fullName(t)) }

// speaksTo reports whether a call gets a value that the test accepts, as an
// argument or somewhere in what it is called on.
func speaksTo(info *types.Info, call *ast.CallExpr, test func(types.Type) bool) bool {
	for _, a := range call.Args {
		if test(info.TypeOf(a)) {
			return true
		}
	}
	found := false
	ast.Inspect(call.Fun, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok && test(info.TypeOf(e)) {
			found = true
		}
		return !found
	})
	return found
}

func textOf(info *types.Info, e ast.Expr) (string, bool) {
	tv := info.Types[e]
	if tv.Value == nil || tv.Value.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(tv.Value), true
}

func numberOf(info *types.Info, e ast.Expr) (int, bool) {
	tv := info.Types[e]
	if tv.Value == nil || tv.Value.Kind() != constant.Int {
		return 0, false
	}
	n, ok := constant.Int64Val(tv.Value)
	return int(n), ok
}

// source is the text of a node.
func (s *subject) source(n ast.Node) string {
	at := s.program.Fset.Position(n.Pos())
	data, err := os.ReadFile(at.Filename)
	if err != nil {
		return ""
	}
	end := at.Offset + int(n.End()-n.Pos())
	if end > len(data) {
		return ""
	}
	return string(data[at.Offset:end])
}

func replace(n ast.Node, text string) edit { return edit{n.Pos(), n.End(), text} }

// one is a site of a single edit.
func (s *subject) one(p *place, e edit, format string, args ...any) site {
	return site{edits: []edit{e}, within: []*place{p}, what: fmt.Sprintf(format, args...) + " (" + s.program.Position(e.start).String() + ")"}
}

// read is a place where a parameter is taken out of the request by its name.
type read struct {
	place *place
	expr  ast.Expr
	name  ast.Expr
}

// reads are those of one name that a handler reaches.
func (s *subject) reads(e *matrix.Endpoint, name string) []read {
	var out []read
	for _, p := range s.reach(e) {
		ast.Inspect(p.body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				for _, a := range n.Args {
					if lit, ok := a.(*ast.BasicLit); ok && speaksTo(p.info(), n, isRequest) {
						if is, _ := textOf(p.info(), lit); is == name && zero(p.info().TypeOf(n)) != "" {
							out = append(out, read{p, n, lit})
						}
					}
				}
			case *ast.IndexExpr:
				if is, ok := textOf(p.info(), n.Index); ok && is == name {
					if m, ok := p.info().TypeOf(n.X).Underlying().(*types.Map); ok && zero(m.Elem()) != "" {
						out = append(out, read{p, n, n.Index})
					}
				}
			}
			return true
		})
	}
	return out
}

// zero is an expression of what a reader gives where there is nothing; empty
// for types that no reader has.
func zero(t types.Type) string {
	switch t := t.(type) {
	case *types.Basic:
		switch {
		case t.Kind() == types.Invalid:
			return ""
		case t.Info()&types.IsString != 0:
			return `""`
		case t.Info()&types.IsNumeric != 0:
			return t.Name() + "(0)"
		case t.Info()&types.IsBoolean != 0:
			return "false"
		}
	case *types.Slice:
		if b, ok := t.Elem().(*types.Basic); ok {
			return "[]" + b.Name() + "(nil)"
		}
	case *types.Tuple:
		if t.Len() != 2 {
			return ""
		}
		first, second := t.At(0).Type(), t.At(1).Type()
		b, ok := first.(*types.Basic)
		switch {
		case !ok:
			return ""
		case second.String() == "error":
			return fmt.Sprintf("func() (%s, error) { return %s, nil }()", b.Name(), zero(b))
		case second.String() == "bool":
			return fmt.Sprintf("func() (%s, bool) { return %s, false }()", b.Name(), zero(b))
		}
	}
	return ""
}

// lists are the statement lists of a function, literals in it included.
func lists(body *ast.BlockStmt, visit func(list []ast.Stmt)) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			visit(n.List)
		case *ast.CaseClause:
			visit(n.Body)
		}
		return true
	})
}

// leaves reports whether a block ends by returning.
func leaves(b *ast.BlockStmt) bool {
	if len(b.List) == 0 {
		return false
	}
	_, ok := b.List[len(b.List)-1].(*ast.ReturnStmt)
	return ok
}

// testsError reports whether a condition is err != nil.
func testsError(info *types.Info, cond ast.Expr) bool {
	b, ok := cond.(*ast.BinaryExpr)
	if !ok || b.Op != token.NEQ {
		return false
	}
	t := info.TypeOf(b.X)
	return t != nil && t.String() == "error"
}

// tested is a call whose error is tested by the if statement that follows or
// holds it.
type tested struct {
	place *place
	call  *ast.CallExpr
	test  *ast.IfStmt
	// assign is the statement before the test; nil where the test holds the call.
	assign *ast.AssignStmt
}

// removal drops the test, and the call where keep is false.
func (t tested) removal(s *subject, keep bool) edit {
	switch {
	case t.assign != nil && keep:
		return replace(t.test, "")
	case t.assign != nil:
		return edit{t.assign.Pos(), t.test.End(), ""}
	case keep:
		return replace(t.test, "_ = "+s.source(t.call))
	}
	return replace(t.test, "")
}

// testedCalls are calls whose error makes a handler leave.
func (s *subject) testedCalls(places []*place, name *regexp.Regexp) []tested {
	var out []tested
	for _, p := range places {
		lists(p.body, func(list []ast.Stmt) {
			for i, st := range list {
				test, ok := st.(*ast.IfStmt)
				if !ok || test.Else != nil || !leaves(test.Body) {
					continue
				}
				if as, ok := test.Init.(*ast.AssignStmt); ok {
					if call := soleCall(as); call != nil && name.MatchString(calledName(call)) {
						out = append(out, tested{p, call, test, nil})
					}
					continue
				}
				if i > 0 && testsError(p.info(), test.Cond) {
					if as, ok := list[i-1].(*ast.AssignStmt); ok {
						if call := soleCall(as); call != nil && name.MatchString(calledName(call)) {
							out = append(out, tested{p, call, test, as})
						}
					}
				}
			}
		})
	}
	return out
}

func soleCall(as *ast.AssignStmt) *ast.CallExpr {
	if len(as.Rhs) != 1 {
		return nil
	}
	call, _ := as.Rhs[0].(*ast.CallExpr)
	return call
}

func calledName(call *ast.CallExpr) string {
	fun := ast.Unparen(call.Fun)
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	}
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// registration is the statement by which a route is registered.
func (s *subject) registration(e *matrix.Endpoint) (*place, *ast.ExprStmt) {
	var in *place
	var found *ast.ExprStmt
	for _, p := range s.funcs {
		start, end := s.program.Position(p.body.Pos()), s.program.Position(p.body.End())
		at := e.Route.Pos
		if start.File != at.File || at.Line < start.Line || end.Line < at.Line {
			continue
		}
		ast.Inspect(p.body, func(n ast.Node) bool {
			st, ok := n.(*ast.ExprStmt)
			if !ok {
				return true
			}
			from, to := s.program.Position(st.Pos()), s.program.Position(st.End())
			if from.Line <= at.Line && at.Line <= to.Line && (found == nil || st.End()-st.Pos() < found.End()-found.Pos()) && s.mentionsHandler(st, e) {
				in, found = p, st
			}
			return true
		})
	}
	return in, found
}

// mentionsHandler tells the registration from statements that enclose or
// neighbour it.
func (s *subject) mentionsHandler(st *ast.ExprStmt, e *matrix.Endpoint) bool {
	text := s.source(st)
	if strings.Count(text, "\n") > 12 {
		return false
	}
	name := e.Route.Handler.Name
	name = name[strings.LastIndexAny(name, ".")+1:]
	name, _, _ = strings.Cut(name, "$")
	return strings.Contains(text, name) || e.Route.Handler.Key >= st.Pos() && e.Route.Handler.Key <= st.End() || strings.Contains(text, `"`)
}

// framework is how a handler answers.
type framework struct {
	// answer has the verbs %[1]d for the status; ctx and writer stand as C and W.
	constant, status string
	returns          bool
}

// frameworkOf tells how a handler of these parameters answers, with the names
// filled in; not ok where it has none of the known forms.
func frameworkOf(p *place) (framework, bool) {
	names := map[string]string{}
	for _, f := range p.typ.Params.List {
		t := p.info().TypeOf(f.Type)
		for _, n := range f.Names {
			if n.Name != "_" {
				names[fullName(t)] = n.Name
			}
		}
	}
	fill := func(f framework, ctx string) (framework, bool) {
		if p.typ.Results != nil && p.typ.Results.NumFields() > 1 {
			return framework{}, false
		}
		hasResult := p.typ.Results != nil && p.typ.Results.NumFields() == 1
		if hasResult && !f.returns {
			if p.info().TypeOf(p.typ.Results.List[0].Type).String() != "error" {
				return framework{}, false
			}
			f.constant += "; return nil"
			f.status += "; return nil"
		}
		if !hasResult {
			if f.returns {
				return framework{}, false
			}
			f.constant += "; return"
			f.status += "; return"
		}
		f.constant = strings.ReplaceAll(f.constant, "C.", ctx+".")
		f.status = strings.ReplaceAll(f.status, "C.", ctx+".")
		return f, true
	}
	for name, ctx := range names {
		switch {
		case name == "net/http.ResponseWriter":
			return fill(framework{`C.WriteHeader(%d); C.Write([]byte("{}"))`, "C.WriteHeader(%d)", false}, ctx)
		case strings.HasSuffix(name, "gin.Context"):
			return fill(framework{"C.JSON(%d, map[string]any{})", "C.AbortWithStatus(%d)", false}, ctx)
		case strings.HasSuffix(name, "fiber/v2.Ctx") || strings.HasSuffix(name, "fiber/v3.Ctx"):
			return fill(framework{"return C.Status(%d).JSON(map[string]any{})", "return C.SendStatus(%d)", true}, ctx)
		case strings.Contains(name, "/echo") && strings.HasSuffix(name, ".Context"):
			return fill(framework{"return C.JSON(%d, map[string]any{})", "return C.NoContent(%d)", true}, ctx)
		case strings.Contains(name, "go-restful") && strings.HasSuffix(name, ".Response"):
			return fill(framework{"C.WriteHeaderAndEntity(%d, map[string]any{})", "C.WriteHeader(%d)", false}, ctx)
		}
	}
	return framework{}, false
}

// structsOf are the module's structs that a handler encodes (outgoing) or
// decodes (incoming), those inside them included.
func (s *subject) structsOf(e *matrix.Endpoint, incoming bool) []*types.Named {
	var out []*types.Named
	var visit func(t types.Type, depth int)
	visit = func(t types.Type, depth int) {
		if t == nil || depth > 5 {
			return
		}
		switch u := types.Unalias(t).(type) {
		case *types.Pointer:
			visit(u.Elem(), depth+1)
		case *types.Slice:
			visit(u.Elem(), depth+1)
		case *types.Map:
			visit(u.Elem(), depth+1)
		case *types.Named:
			st, ok := u.Underlying().(*types.Struct)
			if !ok {
				visit(u.Underlying(), depth+1)
				return
			}
			if slices.Contains(out, u.Origin()) {
				return
			}
			if s.structs[u.Obj().Pos()] != nil {
				out = append(out, u.Origin())
			}
			for i := range st.NumFields() {
				visit(st.Field(i).Type(), depth+1)
			}
		case *types.Struct:
			for i := range u.NumFields() {
				visit(u.Field(i).Type(), depth+1)
			}
		}
	}
	for _, p := range s.reach(e) {
		ast.Inspect(p.body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if incoming != decoding.MatchString(calledName(call)) {
				return true
			}
			for _, t := range typeArguments(p.info(), call) {
				visit(t, 0)
			}
			for i, a := range call.Args {
				u, ok := a.(*ast.UnaryExpr)
				into := ok && u.Op == token.AND || isNew(p.info(), a)
				out := takesAny(p.info(), call, i) && (speaksTo(p.info(), call, isWriter) || calledName(call) == "Encode")
				if incoming && into || !incoming && out {
					visit(p.info().TypeOf(a), 0)
				}
			}
			return true
		})
	}
	return out
}

func isNew(info *types.Info, e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	if !ok {
		return false
	}
	p, ok := info.TypeOf(id).(*types.Pointer)
	if !ok {
		return false
	}
	_, ok = p.Elem().Underlying().(*types.Struct)
	return ok && !isRequest(p)
}

func typeArguments(info *types.Info, call *ast.CallExpr) []types.Type {
	fun := ast.Unparen(call.Fun)
	var id *ast.Ident
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	}
	switch x := fun.(type) {
	case *ast.Ident:
		id = x
	case *ast.SelectorExpr:
		id = x.Sel
	}
	if id == nil {
		return nil
	}
	var out []types.Type
	if list := info.Instances[id].TypeArgs; list != nil {
		for i := range list.Len() {
			out = append(out, list.At(i))
		}
	}
	return out
}

// takesAny reports whether argument i goes into an interface without methods.
func takesAny(info *types.Info, call *ast.CallExpr, i int) bool {
	sig, ok := info.TypeOf(call.Fun).(*types.Signature)
	if !ok {
		return false
	}
	n := sig.Params().Len()
	if n == 0 {
		return false
	}
	t := sig.Params().At(min(i, n-1)).Type()
	if sl, ok := t.(*types.Slice); ok && sig.Variadic() && i >= n-1 {
		t = sl.Elem()
	}
	it, ok := t.Underlying().(*types.Interface)
	return ok && it.NumMethods() == 0
}
