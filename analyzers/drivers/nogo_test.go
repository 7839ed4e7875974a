package drivers

import (
	"bytes"
	"encoding/gob"
	"go/types"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/analyzers"
)

// nogo does as little for an analyzer as Bazel's driver: one package at a time,
// facts serialised between them and none about the standard library, no module,
// no file but the parsed ones, and of a diagnostic the place and the message.
// Other modules are analysed as well, but it is not they that are reported on.
func nogo(t *testing.T, _, dir string) []string {
	pkgs := loadShop(t, dir, packages.LoadSyntax, "./...", "example.org/unpack", "github.com/gin-gonic/gin")
	u := &units{t: t, facts: map[factKey][]byte{}, own: map[*types.Package]bool{}}
	for _, pkg := range importsFirst(pkgs) {
		u.own[pkg.Types] = true
		u.analyze(pkg)
	}
	var found []string
	for _, d := range u.printed {
		if f := finding(t, dir, d.place, d.message); !strings.HasPrefix(f, "third/") {
			found = append(found, f)
		}
	}
	return found
}

func importsFirst(pkgs []*packages.Package) []*packages.Package {
	var order []*packages.Package
	var visit func(*packages.Package)
	visit = func(pkg *packages.Package) {
		if !slices.Contains(pkgs, pkg) || slices.Contains(order, pkg) {
			return
		}
		for _, imp := range pkg.Imports {
			visit(imp)
		}
		order = append(order, pkg)
	}
	for _, pkg := range pkgs {
		visit(pkg)
	}
	return order
}

// factKey names a fact about an object, or about a package where object is nil.
type factKey struct {
	pkg    *types.Package
	object types.Object
	kind   reflect.Type
}

type units struct {
	t       *testing.T
	own     map[*types.Package]bool
	facts   map[factKey][]byte
	printed []struct{ place, message string }
}

func (u *units) analyze(pkg *packages.Package) {
	results := map[*analysis.Analyzer]any{}
	for _, a := range required(analyzers.All()) {
		result, err := a.Run(u.pass(a, pkg, results))
		if err != nil {
			u.t.Errorf("%s on %s: %v", a.Name, pkg.PkgPath, err)
		}
		if got := reflect.TypeOf(result); got != a.ResultType {
			u.t.Errorf("%s on %s gives %v, not the %v it promises", a.Name, pkg.PkgPath, got, a.ResultType)
		}
		results[a] = result
	}
}

// required lists the analyzers with what they require, prerequisites first.
func required(roots []*analysis.Analyzer) []*analysis.Analyzer {
	var order []*analysis.Analyzer
	var visit func(*analysis.Analyzer)
	visit = func(a *analysis.Analyzer) {
		if slices.Contains(order, a) {
			return
		}
		for _, req := range a.Requires {
			visit(req)
		}
		order = append(order, a)
	}
	for _, a := range roots {
		visit(a)
	}
	return order
}

func (u *units) pass(a *analysis.Analyzer, pkg *packages.Package, results map[*analysis.Analyzer]any) *analysis.Pass {
	inputs := map[*analysis.Analyzer]any{}
	for _, req := range a.Requires {
		inputs[req] = results[req]
	}
	return &analysis.Pass{
		Analyzer: a, Fset: pkg.Fset, Files: pkg.Syntax, Pkg: pkg.Types, TypesInfo: pkg.TypesInfo, TypesSizes: pkg.TypesSizes, ResultOf: inputs,
		Report: func(d analysis.Diagnostic) {
			u.printed = append(u.printed, struct{ place, message string }{pkg.Fset.Position(d.Pos).String(), d.Message})
		},
		ExportObjectFact:  func(obj types.Object, f analysis.Fact) { u.export(factKey{obj.Pkg(), obj, reflect.TypeOf(f)}, f) },
		ExportPackageFact: func(f analysis.Fact) { u.export(factKey{pkg.Types, nil, reflect.TypeOf(f)}, f) },
		ImportObjectFact: func(obj types.Object, f analysis.Fact) bool {
			return u.imports(factKey{obj.Pkg(), obj, reflect.TypeOf(f)}, f)
		},
		ImportPackageFact: func(p *types.Package, f analysis.Fact) bool {
			return u.imports(factKey{p, nil, reflect.TypeOf(f)}, f)
		},
		AllObjectFacts:  func() []analysis.ObjectFact { return nil },
		AllPackageFacts: func() []analysis.PackageFact { return nil },
	}
}

// export serialises, since between two packages lies a file.
func (u *units) export(key factKey, f analysis.Fact) {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(f); err != nil {
		u.t.Errorf("the fact %T of %v cannot be stored: %v", f, key.object, err)
	}
	u.facts[key] = b.Bytes()
}

func (u *units) imports(key factKey, f analysis.Fact) bool {
	stored, ok := u.facts[key]
	if !ok || !u.own[key.pkg] {
		return false
	}
	if err := gob.NewDecoder(bytes.NewReader(stored)).Decode(f); err != nil {
		u.t.Errorf("the fact %T of %v cannot be read back: %v", f, key.object, err)
	}
	return true
}
