package mutation

import (
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
	"github.com/backend-conformance/conformance/analyzers/errorcontinues"
	"github.com/backend-conformance/conformance/analyzers/errordetail"
	"github.com/backend-conformance/conformance/analyzers/errorignored"
	"github.com/backend-conformance/conformance/analyzers/inputparse"
	"github.com/backend-conformance/conformance/analyzers/middleware"
	"github.com/backend-conformance/conformance/checks/auth"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/contracts"
	"github.com/backend-conformance/conformance/checks/docs"
	"github.com/backend-conformance/conformance/checks/endpoints"
	"github.com/backend-conformance/conformance/checks/inputs"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

// families judge the matrix; reporters are the analyzers whose rules speak of
// handlers. Together they are what may notice a mutant.
func families() []check.Check {
	return []check.Check{endpoints.Check, auth.Check, inputs.Check, contracts.Check, docs.Check}
}

func reporters() []*analysis.Analyzer {
	return []*analysis.Analyzer{errorcontinues.Analyzer, errordetail.Analyzer, errorignored.Analyzer, inputparse.Analyzer, middleware.Analyzer}
}

// subject is a repository that mutants are made of.
type subject struct {
	program *load.Program
	files   fs.FS
	// document is relative to the repository's root.
	document string
	routes   *routes.Table
	base     *judgement
	// funcs and structs find declarations by the position of their name.
	funcs   map[token.Pos]*place
	structs map[token.Pos]*structDecl
	methods map[string][]*place
	reached map[*matrix.Endpoint][]*place
}

// place is a function of the module.
type place struct {
	pkg  *packages.Package
	node ast.Node
	typ  *ast.FuncType
	body *ast.BlockStmt
	// fn is nil for literals.
	fn *types.Func
}

func (p *place) info() *types.Info { return p.pkg.TypesInfo }

// structDecl is the declaration of a struct type.
type structDecl struct {
	pkg *packages.Package
	ast *ast.StructType
}

func open(t testing.TB, dir, document string) *subject {
	t.Helper()
	ctx := context.Background()
	p, err := load.Load(ctx, load.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(p.Root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	module, _ := p.Relative(p.Dir)
	s := &subject{
		program: p, files: root.FS(), document: filepath.ToSlash(filepath.Join(module, document)),
		funcs: map[token.Pos]*place{}, structs: map[token.Pos]*structDecl{}, methods: map[string][]*place{}, reached: map[*matrix.Endpoint][]*place{},
	}
	doc, err := spec.Parse(s.files, s.document)
	if err != nil {
		t.Fatal(err)
	}
	if s.routes, err = s.analyse(p); err != nil {
		t.Fatal(err)
	}
	if s.base, err = s.judge(p, s.routes, doc); err != nil {
		t.Fatal(err)
	}
	s.index()
	return s
}

// analyse runs the analyzers on a program and evaluates its wiring.
func (s *subject) analyse(p *load.Program) (*routes.Table, error) {
	ctx := context.Background()
	if err := p.Analyze(ctx, append(reporters(), behaviour.Analyzer)); err != nil {
		return nil, err
	}
	return routes.Extract(ctx, p, routes.Options{})
}

// judgement is what the audit says of one variant.
type judgement struct {
	rows     []*matrix.Endpoint
	byName   map[string]*matrix.Endpoint
	findings []report.Finding
}

func (s *subject) judge(p *load.Program, table *routes.Table, doc *spec.Document) (*judgement, error) {
	module, _ := p.Relative(p.Dir)
	r := &check.Repo{
		Files: s.files, ModuleDir: module, Program: p, Documents: []*spec.Document{doc}, Routes: table, Progress: func(string) {},
		Matrix: matrix.Build([]*spec.Document{doc}, table, p, matrix.Options{Named: true}),
	}
	j := &judgement{rows: r.Matrix.Endpoints, byName: map[string]*matrix.Endpoint{}}
	for _, e := range j.rows {
		j.byName[e.Name()] = e
	}
	for _, c := range families() {
		criteria, err := c.Run(context.Background(), r)
		if err != nil {
			return nil, fmt.Errorf("check %s: %w", c.Name, err)
		}
		for _, cr := range criteria {
			for _, f := range cr.Findings {
				f.Rule = cr.Rule.ID
				j.findings = append(j.findings, f)
			}
		}
	}
	for _, a := range reporters() {
		for _, act := range p.Actions(a) {
			for _, d := range act.Diagnostics {
				j.findings = append(j.findings, report.Finding{
					Rule: d.Category, Message: d.Message, Position: p.Position(d.Pos), Anchor: p.Enclosing(act.Package, d.Pos),
				})
			}
		}
	}
	return j, nil
}

// index finds the declarations of the module that are written by hand.
func (s *subject) index() {
	for _, pkg := range s.program.Packages {
		for _, file := range pkg.Syntax {
			if ast.IsGenerated(file) {
				continue
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					if n.Body != nil {
						fn, _ := pkg.TypesInfo.Defs[n.Name].(*types.Func)
						pl := &place{pkg, n, n.Type, n.Body, fn}
						s.funcs[n.Name.Pos()] = pl
						if n.Recv != nil {
							s.methods[n.Name.Name] = append(s.methods[n.Name.Name], pl)
						}
					}
				case *ast.FuncLit:
					s.funcs[n.Pos()] = &place{pkg, n, n.Type, n.Body, nil}
				case *ast.TypeSpec:
					if st, ok := n.Type.(*ast.StructType); ok {
						s.structs[n.Name.Pos()] = &structDecl{pkg, st}
					}
				}
				return true
			})
		}
	}
}

// subjects are the operations that are served by hand-written code.
func (s *subject) implemented() []*matrix.Endpoint {
	var rows []*matrix.Endpoint
	for _, e := range s.base.rows {
		if e.Operation != nil && e.Route != nil && e.Status == report.Implemented && s.handler(e) != nil {
			rows = append(rows, e)
		}
	}
	return rows
}

func (s *subject) handler(e *matrix.Endpoint) *place { return s.funcs[e.Route.Handler.Key] }

// reach are the handler and the functions of the module that it gives the
// request or the answer to.
func (s *subject) reach(e *matrix.Endpoint) []*place {
	if found, ok := s.reached[e]; ok {
		return found
	}
	s.reached[e] = s.called(e, 2, func(sig *types.Signature) bool {
		for i := range sig.Params().Len() {
			if t := sig.Params().At(i).Type(); isRequest(t) || isWriter(t) {
				return true
			}
		}
		return false
	})
	return s.reached[e]
}

// deep are all functions of the module that a handler may call.
func (s *subject) deep(e *matrix.Endpoint) []*place {
	return s.called(e, 5, func(*types.Signature) bool { return true })
}

func (s *subject) called(e *matrix.Endpoint, depth int, follow func(*types.Signature) bool) []*place {
	all := []*place{s.handler(e)}
	for start, level := 0, 0; level < depth && start < len(all); level++ {
		end := len(all)
		for _, p := range all[start:end] {
			ast.Inspect(p.body, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				fn := callee(p.info(), call)
				if fn == nil || !follow(fn.Signature()) {
					return true
				}
				for _, q := range s.bodies(fn) {
					if !slices.Contains(all, q) {
						all = append(all, q)
					}
				}
				return true
			})
		}
		start = end
	}
	return all
}

// bodies are the declaration of a function, or those behind an interface's method.
func (s *subject) bodies(fn *types.Func) []*place {
	if p := s.funcs[fn.Origin().Pos()]; p != nil {
		return []*place{p}
	}
	recv := fn.Signature().Recv()
	if recv == nil || !types.IsInterface(recv.Type()) || fn.Pkg() == nil || !strings.HasPrefix(fn.Pkg().Path(), s.program.Module) {
		return nil
	}
	var out []*place
	for _, p := range s.methods[fn.Name()] {
		if r := p.fn.Signature().Recv().Type(); types.Implements(r, recv.Type().Underlying().(*types.Interface)) {
			out = append(out, p)
		}
	}
	return out
}

func callee(info *types.Info, call *ast.CallExpr) *types.Func {
	fun := ast.Unparen(call.Fun)
	switch x := fun.(type) {
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	}
	switch x := fun.(type) {
	case *ast.Ident:
		fn, _ := info.Uses[x].(*types.Func)
		return fn
	case *ast.SelectorExpr:
		fn, _ := info.Uses[x.Sel].(*types.Func)
		return fn
	}
	return nil
}
