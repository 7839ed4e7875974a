package load

import (
	"context"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"reflect"
	"runtime"
	"slices"
	"sort"
	"sync"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/report"
)

// Action is one analyzer on one package.
type Action struct {
	Analyzer    *analysis.Analyzer
	Package     *packages.Package
	Diagnostics []analysis.Diagnostic
	Result      any
	// Err says why the action gave nothing: a panic, the deadline, a failed
	// prerequisite, or a package that does not type-check.
	Err error
}

// run is one analysis run over the module: actions in dependency order, facts
// between the module's packages only.
//
// The loop is our own rather than go/analysis/checker because a panic or a hang
// of one analyzer must cost its own rules only, and because facts about the
// standard library, which are not computed here, are answered from a table.
type run struct {
	program *Program
	mu      sync.Mutex
	actions map[actionKey]*Action
	objects map[objectKey]analysis.Fact
	pkgs    map[packageKey]analysis.Fact
}

type actionKey struct {
	analyzer *analysis.Analyzer
	pkg      *packages.Package
}

type objectKey struct {
	obj types.Object
	typ reflect.Type
}

type packageKey struct {
	pkg *types.Package
	typ reflect.Type
}

// Analyze runs the analyzers and what they require on every package of the
// module. It is called once; Actions and ResultOf read what it found.
func (p *Program) Analyze(ctx context.Context, analyzers []*analysis.Analyzer) error {
	if err := analysis.Validate(analyzers); err != nil {
		return fmt.Errorf("validate analyzers: %w", err)
	}
	r := &run{
		program: p, actions: map[actionKey]*Action{},
		objects: map[objectKey]analysis.Fact{}, pkgs: map[packageKey]analysis.Fact{},
	}
	p.run = r
	order := inOrder(analyzers)
	jobs := p.jobs
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	slots := make(chan struct{}, jobs)
	done := map[*packages.Package]chan struct{}{}
	for _, pkg := range p.Packages {
		done[pkg] = make(chan struct{})
	}
	for _, pkg := range p.Packages { // imports come first, so waiting cannot deadlock
		go func() {
			defer close(done[pkg])
			for _, imp := range pkg.Imports {
				if ch := done[imp]; ch != nil {
					<-ch
				}
			}
			slots <- struct{}{}
			defer func() { <-slots }()
			for _, a := range order {
				if ctx.Err() != nil {
					r.store(&Action{Analyzer: a, Package: pkg, Err: ctx.Err()})
					continue
				}
				r.store(r.do(ctx, a, pkg))
			}
			r.forget(pkg, analyzers)
		}()
	}
	for _, pkg := range p.Packages {
		<-done[pkg]
	}
	return nil
}

// inOrder lists the analyzers with what they require, prerequisites first.
func inOrder(analyzers []*analysis.Analyzer) []*analysis.Analyzer {
	var order []*analysis.Analyzer
	seen := map[*analysis.Analyzer]bool{}
	var visit func(*analysis.Analyzer)
	visit = func(a *analysis.Analyzer) {
		if seen[a] {
			return
		}
		seen[a] = true
		for _, req := range a.Requires {
			visit(req)
		}
		order = append(order, a)
	}
	for _, a := range analyzers {
		visit(a)
	}
	return order
}

func (r *run) store(a *Action) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.actions[actionKey{a.Analyzer, a.Package}] = a
}

func (r *run) action(a *analysis.Analyzer, pkg *packages.Package) *Action {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.actions[actionKey{a, pkg}]
}

// forget drops intermediate results (control-flow graphs, SSA) that nobody
// outside the run reads: held for every package at once they are most of the memory.
func (r *run) forget(pkg *packages.Package, roots []*analysis.Analyzer) {
	keep := map[*analysis.Analyzer]bool{}
	for _, a := range roots {
		keep[a] = true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, act := range r.actions {
		if key.pkg == pkg && !keep[key.analyzer] {
			act.Result = nil
		}
	}
}

// do runs one action under recover and a deadline. An analyzer that does not
// come back is left behind: the process ends soon after.
func (r *run) do(ctx context.Context, a *analysis.Analyzer, pkg *packages.Package) *Action {
	act := &Action{Analyzer: a, Package: pkg}
	if why := illTyped(pkg); why != "" && !a.RunDespiteErrors {
		act.Err = fmt.Errorf("package %s does not type-check: %s", pkg.PkgPath, oneLine(why))
		return act
	}
	inputs := map[*analysis.Analyzer]any{}
	for _, req := range a.Requires {
		dep := r.action(req, pkg)
		if dep.Err != nil {
			act.Err = dep.Err
			return act
		}
		inputs[req] = dep.Result
	}
	timeout := r.program.actionTimeout
	if timeout <= 0 {
		timeout = time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	finished := make(chan *Action, 1)
	go func() {
		out := &Action{Analyzer: a, Package: pkg}
		defer func() {
			if e := recover(); e != nil {
				out.Diagnostics, out.Result = nil, nil
				out.Err = fmt.Errorf("analyzer %s panicked on package %s: %s", a.Name, pkg.PkgPath, oneLine(fmt.Sprint(e)))
			}
			finished <- out
		}()
		out.Result, out.Err = a.Run(r.pass(out, inputs))
	}()
	select {
	case out := <-finished:
		return out
	case <-ctx.Done():
		act.Err = fmt.Errorf("analyzer %s gave no answer on package %s within its deadline", a.Name, pkg.PkgPath)
		return act
	}
}

// illTyped is the first error that leaves types incomplete. Others, such as a
// file to embed that a fresh clone lacks, or an import that nothing uses, do not
// stand in the way of analysis.
func illTyped(pkg *packages.Package) string {
	for _, e := range pkg.Errors {
		if e.Kind == packages.ParseError || e.Kind == packages.TypeError && !onlySoft(pkg) {
			return e.Msg
		}
	}
	return ""
}

// onlySoft reports whether all type errors of a package are such that everything
// has its type all the same: unused variables and imports.
func onlySoft(pkg *packages.Package) bool {
	return len(pkg.TypeErrors) > 0 && !slices.ContainsFunc(pkg.TypeErrors, func(e types.Error) bool { return !e.Soft })
}

func (r *run) pass(out *Action, inputs map[*analysis.Analyzer]any) *analysis.Pass {
	a, pkg := out.Analyzer, out.Package
	pass := &analysis.Pass{
		Analyzer: a, Fset: pkg.Fset, Files: pkg.Syntax, OtherFiles: pkg.OtherFiles, IgnoredFiles: pkg.IgnoredFiles,
		Pkg: pkg.Types, TypesInfo: pkg.TypesInfo, TypesSizes: pkg.TypesSizes, TypeErrors: pkg.TypeErrors,
		Module:   &analysis.Module{Path: r.program.Module},
		ResultOf: inputs,
		ReadFile: os.ReadFile,
		Report:   func(d analysis.Diagnostic) { out.Diagnostics = append(out.Diagnostics, d) },
	}
	if pkg.Module != nil {
		pass.Module = &analysis.Module{Path: pkg.Module.Path, Version: pkg.Module.Version, GoVersion: pkg.Module.GoVersion}
	}
	pass.ImportObjectFact = r.importObjectFact
	pass.ExportObjectFact = func(obj types.Object, fact analysis.Fact) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.objects[objectKey{obj, reflect.TypeOf(fact)}] = fact
	}
	pass.ImportPackageFact = func(p *types.Package, fact analysis.Fact) bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return copyFact(r.pkgs[packageKey{p, reflect.TypeOf(fact)}], fact)
	}
	pass.ExportPackageFact = func(fact analysis.Fact) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.pkgs[packageKey{pkg.Types, reflect.TypeOf(fact)}] = fact
	}
	pass.AllObjectFacts = func() []analysis.ObjectFact { return r.allObjectFacts(a, pkg) }
	pass.AllPackageFacts = func() []analysis.PackageFact { return r.allPackageFacts(a, pkg) }
	return pass
}

func (r *run) importObjectFact(obj types.Object, fact analysis.Fact) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return copyFact(r.objects[objectKey{obj, reflect.TypeOf(fact)}], fact)
}

func copyFact(from, to analysis.Fact) bool {
	if from == nil {
		return false
	}
	reflect.ValueOf(to).Elem().Set(reflect.ValueOf(from).Elem())
	return true
}

// visible are the packages whose facts a package may see: itself and what it
// imports directly, as under go vet, where facts are not transitive.
func visible(pkg *packages.Package) map[*types.Package]bool {
	seen := map[*types.Package]bool{pkg.Types: true}
	for _, imp := range pkg.Imports {
		seen[imp.Types] = true
	}
	return seen
}

func (r *run) allObjectFacts(a *analysis.Analyzer, pkg *packages.Package) []analysis.ObjectFact {
	r.mu.Lock()
	defer r.mu.Unlock()
	see := visible(pkg)
	var facts []analysis.ObjectFact
	for key, fact := range r.objects {
		if see[key.obj.Pkg()] && ownFact(a, key.typ) {
			facts = append(facts, analysis.ObjectFact{Object: key.obj, Fact: fact})
		}
	}
	sort.Slice(facts, func(i, j int) bool { return facts[i].Object.Pos() < facts[j].Object.Pos() })
	return facts
}

func (r *run) allPackageFacts(a *analysis.Analyzer, pkg *packages.Package) []analysis.PackageFact {
	r.mu.Lock()
	defer r.mu.Unlock()
	see := visible(pkg)
	var facts []analysis.PackageFact
	for key, fact := range r.pkgs {
		if see[key.pkg] && ownFact(a, key.typ) {
			facts = append(facts, analysis.PackageFact{Package: key.pkg, Fact: fact})
		}
	}
	sort.Slice(facts, func(i, j int) bool { return facts[i].Package.Path() < facts[j].Package.Path() })
	return facts
}

func ownFact(a *analysis.Analyzer, typ reflect.Type) bool {
	for _, f := range a.FactTypes {
		if reflect.TypeOf(f) == typ {
			return true
		}
	}
	return false
}

// Actions lists the analyzer's actions on the packages that the user asked
// about, in the order of import paths.
func (p *Program) Actions(a *analysis.Analyzer) []*Action {
	var acts []*Action
	for _, pkg := range p.Packages {
		if p.run == nil || !p.selected[pkg] {
			continue
		}
		if act := p.run.action(a, pkg); act != nil {
			acts = append(acts, act)
		}
	}
	sort.SliceStable(acts, func(i, j int) bool { return acts[i].Package.PkgPath < acts[j].Package.PkgPath })
	return acts
}

// ResultOf is the analyzer's result on one package; nil where it gave none.
func (p *Program) ResultOf(a *analysis.Analyzer, pkg *packages.Package) any {
	if p.run == nil {
		return nil
	}
	if act := p.run.action(a, pkg); act != nil {
		return act.Result
	}
	return nil
}

// Func is a function of the module with its body: a declaration or a literal.
type Func struct {
	Package *packages.Package
	// Decl is the declaration that is or encloses it; Lit is nil for declarations.
	Decl *ast.FuncDecl
	Lit  *ast.FuncLit
	// Name is "pkg.Name", "(*pkg.T).Name" without the module path, or the
	// enclosing name with "$n" for the n-th literal in it.
	Name string
}

// FuncAt is the function whose declaration name or literal starts at pos, nil
// where there is none. The name's position is what types.Func.Pos gives.
func (p *Program) FuncAt(pos token.Pos) *Func {
	p.funcsOnce.Do(func() {
		p.funcs = map[token.Pos]*Func{}
		for _, pkg := range p.Packages {
			for _, f := range pkg.Syntax {
				p.indexFuncs(pkg, f)
			}
		}
	})
	return p.funcs[pos]
}

func (p *Program) indexFuncs(pkg *packages.Package, f *ast.File) {
	for _, d := range f.Decls {
		decl, _ := d.(*ast.FuncDecl)
		name := pkg.Name
		if decl != nil {
			name = declName(pkg, decl)
			p.funcs[decl.Name.Pos()] = &Func{Package: pkg, Decl: decl, Name: name}
		}
		n := 0
		ast.Inspect(d, func(node ast.Node) bool {
			if lit, ok := node.(*ast.FuncLit); ok {
				n++
				p.funcs[lit.Pos()] = &Func{Package: pkg, Decl: decl, Lit: lit, Name: fmt.Sprintf("%s$%d", name, n)}
			}
			return true
		})
	}
}

func declName(pkg *packages.Package, d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return pkg.Name + "." + d.Name.Name
	}
	t, star := d.Recv.List[0].Type, ""
	if s, ok := t.(*ast.StarExpr); ok {
		t, star = s.X, "*"
	}
	switch x := t.(type) {
	case *ast.IndexExpr:
		t = x.X
	case *ast.IndexListExpr:
		t = x.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return fmt.Sprintf("(%s%s.%s).%s", star, pkg.Name, id.Name, d.Name.Name)
	}
	return pkg.Name + "." + d.Name.Name
}

// Enclosing is the function declaration around pos, for anchors of findings;
// empty at file level.
func (p *Program) Enclosing(pkg *packages.Package, pos token.Pos) string {
	for _, f := range pkg.Syntax {
		if pos < f.FileStart || f.FileEnd < pos {
			continue
		}
		for _, d := range f.Decls {
			if decl, ok := d.(*ast.FuncDecl); ok && decl.Pos() <= pos && pos <= decl.End() {
				return declName(pkg, decl)
			}
		}
	}
	return ""
}

// Place is a related position with a message, for evidence.
func (p *Program) Place(pos token.Pos, format string, args ...any) report.Related {
	return report.Related{Position: p.Position(pos), Message: fmt.Sprintf(format, args...)}
}
