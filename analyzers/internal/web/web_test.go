package web

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"testing"
)

// TestTablesAreWellFormed holds for every row: the indexes make sense and the
// part is named.
func TestTablesAreWellFormed(t *testing.T) {
	for _, l := range libraries() {
		for name, r := range l.reads {
			if r.Place < Path || r.Place > Many || r.Name < -1 || r.Target < -1 || r.Request < -1 {
				t.Errorf("%s.%s: malformed read %+v", l.path, name, r)
			}
		}
		for name, w := range l.writes {
			if w.Part < Status || w.Part > Next || w.To < -1 || w.Status < -1 || w.Body < -1 {
				t.Errorf("%s.%s: malformed write %+v", l.path, name, w)
			}
		}
	}
}

const source = `package p

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
)

const teapot = 418

func handler(w http.ResponseWriter, r *http.Request) {
	var v, f any
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 10))
	dec.Decode(&v)
	json.NewDecoder(os.Stdin).Decode(&f)
	body, _ := io.ReadAll(r.Body)
	json.Unmarshal(body, &v)
	_ = r.FormValue("q")
	http.Error(w, "short and stout", teapot)
	code := 201
	w.WriteHeader(code)
	enc := json.NewEncoder(w)
	enc.Encode(v)
	json.NewEncoder(os.Stdout).Encode(v)
}
`

func TestScope(t *testing.T) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}
	conf := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	if _, err := conf.Check("p", fset, []*ast.File{f}, info); err != nil {
		t.Fatal(err)
	}
	type site struct {
		line  int
		place Place
		name  string
		part  Part
		code  int
	}
	want := []site{
		{15, Body, "", 0, 0}, {17, Body, "", 0, 0}, {18, Body, "", 0, 0}, {19, Form, "q", 0, 0},
		{20, 0, "", Whole, 418}, {22, 0, "", Status, 201}, {24, 0, "", Piece, 0},
	}
	var got []site
	s := NewScope(info, f)
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		line := fset.Position(call.Pos()).Line
		if in, ok := s.Input(call); ok {
			got = append(got, site{line: line, place: in.Place, name: in.NameIs})
		}
		if a, ok := s.Answer(call); ok {
			got = append(got, site{line: line, part: a.Part, code: a.Code})
		}
		return true
	})
	if len(got) != len(want) {
		t.Fatalf("sites: got %+v, want %+v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("site %d: got %+v, want %+v", i, got[i], want[i])
		}
	}
}

func TestIsHandler(t *testing.T) {
	named := func(path, name string) types.Type {
		pkg := types.NewPackage(path, name)
		return types.NewNamed(types.NewTypeName(token.NoPos, pkg, name, nil), types.NewStruct(nil, nil), nil)
	}
	signature := func(params []types.Type, results ...types.Type) *types.Signature {
		vars := func(ts []types.Type) *types.Tuple {
			var vs []*types.Var
			for _, t := range ts {
				vs = append(vs, types.NewParam(token.NoPos, nil, "", t))
			}
			return types.NewTuple(vs...)
		}
		return types.NewSignatureType(nil, nil, nil, vars(params), vars(results), false)
	}
	errType := types.Universe.Lookup("error").Type()
	ginContext := types.NewPointer(named("github.com/gin-gonic/gin", "Context"))
	echoContext := named("github.com/labstack/echo/v4", "Context")
	writer, request := named("net/http", "ResponseWriter"), types.NewPointer(named("net/http", "Request"))
	tests := []struct {
		name      string
		sig       *types.Signature
		framework Framework
		exact, ok bool
	}{
		{"net/http", signature([]types.Type{writer, request}), NetHTTP, true, true},
		{"net/http helper", signature([]types.Type{writer, request, errType}), NetHTTP, false, true},
		{"gin", signature([]types.Type{ginContext}), Gin, true, true},
		{"echo", signature([]types.Type{echoContext}, errType), Echo, true, true},
		{"echo helper", signature([]types.Type{echoContext}), Echo, false, true},
		{"writer only", signature([]types.Type{writer, errType}), "", false, false},
	}
	for _, tt := range tests {
		k, ok := IsHandler(tt.sig)
		if ok != tt.ok || k.Framework != tt.framework || k.Exact != tt.exact {
			t.Errorf("%s: got %+v, %v", tt.name, k, ok)
		}
	}
}
