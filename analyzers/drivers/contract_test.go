package drivers

import (
	"bytes"
	"encoding/gob"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers"
)

// TestEachItsOwnPackage: Bazel's nogo takes a package path and reads the variable
// Analyzer there, so every entry of the list must be <package>.Analyzer, with no
// package twice.
func TestEachItsOwnPackage(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "internal", "owners", "owners.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	packages := map[string]bool{}
	ast.Inspect(file.Scope.Lookup("All").Decl.(ast.Node), func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if x, isName := selected(sel); ok && isName && sel.Sel.Name == "Analyzer" && x != "analysis" {
			if packages[x] {
				t.Errorf("package %s has two analyzers", x)
			}
			packages[x] = true
		}
		return true
	})
	if others := len(analyzers.Owners()) - 1; len(packages) != others { // the one for directives is named apart
		t.Errorf("%d packages with a variable Analyzer for %d analyzers", len(packages), others)
	}
}

func selected(sel *ast.SelectorExpr) (string, bool) {
	if sel == nil {
		return "", false
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return "", false
	}
	return id.Name, true
}

// TestNothingToAnalyse: drivers hand over packages without Go files, too.
func TestNothingToAnalyse(t *testing.T) {
	results := map[*analysis.Analyzer]any{}
	for _, a := range required(analyzers.All()) {
		inputs := map[*analysis.Analyzer]any{}
		for _, req := range a.Requires {
			inputs[req] = results[req]
		}
		result, err := a.Run(&analysis.Pass{
			Analyzer: a, Fset: token.NewFileSet(), Pkg: types.NewPackage("example.com/empty", "empty"),
			TypesInfo: new(types.Info), TypesSizes: types.SizesFor("gc", "amd64"), ResultOf: inputs,
			Report:           func(d analysis.Diagnostic) { t.Errorf("%s finds %q", a.Name, d.Message) },
			ImportObjectFact: func(types.Object, analysis.Fact) bool { return false }, ExportObjectFact: func(types.Object, analysis.Fact) {},
			ImportPackageFact: func(*types.Package, analysis.Fact) bool { return false }, ExportPackageFact: func(analysis.Fact) {},
			AllObjectFacts: func() []analysis.ObjectFact { return nil }, AllPackageFacts: func() []analysis.PackageFact { return nil },
		})
		if err != nil || reflect.TypeOf(result) != a.ResultType {
			t.Errorf("%s gives a %T, not the %v it promises: %v", a.Name, result, a.ResultType, err)
		}
		results[a] = result
	}
}

// TestFactsSurviveStorage: what an analyzer says about a package is gob-encoded
// between two processes. Every field must come back, and the same facts must
// always give the same bytes, or caches of drivers would miss.
func TestFactsSurviveStorage(t *testing.T) {
	facts := 0
	for _, a := range required(analyzers.All()) {
		for _, f := range a.FactTypes {
			typ := reflect.TypeOf(f).Elem()
			if !strings.HasPrefix(typ.PkgPath(), "github.com/backend-conformance/conformance/") {
				continue // the standard analyzers' own
			}
			facts++
			before := reflect.New(typ)
			fill(t, before.Elem(), typ.String())
			var b bytes.Buffer
			if err := gob.NewEncoder(&b).EncodeValue(before); err != nil {
				t.Errorf("%s: %v", typ, err)
				continue
			}
			after := reflect.New(typ)
			if err := gob.NewDecoder(&b).DecodeValue(after); err != nil {
				t.Errorf("%s: %v", typ, err)
				continue
			}
			if diff := cmp.Diff(before.Interface(), after.Interface()); diff != "" {
				t.Errorf("%s changes in storage (-before +after):\n%s", typ, diff)
			}
		}
	}
	if facts == 0 {
		t.Error("no analyzer of this module has facts; the test tests nothing")
	}
}

// fill sets every field to something that is not zero, and refuses what gob
// leaves out (unexported fields) or writes in a changing order (maps).
func fill(t *testing.T, v reflect.Value, name string) {
	t.Helper()
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() {
				t.Errorf("%s.%s is not exported and gets lost", name, field.Name)
				continue
			}
			fill(t, v.Field(i), name+"."+field.Name)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(t, v.Index(i), name+"[]")
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), name)
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(7)
	default:
		t.Errorf("%s is a %s, which does not keep its order or cannot be stored", name, v.Kind())
	}
}
