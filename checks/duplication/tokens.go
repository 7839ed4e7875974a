package duplication

import (
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"io/fs"
	"slices"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
)

// function is the body of one declaration as a sequence of tokens.
type function struct {
	name, file string
	tokens     []lexeme
}

// lexeme is a token of which two are the same when their ids are.
type lexeme struct{ id, line int }

// lines is the place of n tokens from the i-th on.
func (f function) lines(i, n int) report.Position {
	return report.Position{File: f.file, Line: f.tokens[i].line, EndLine: f.tokens[i+n-1].line}
}

// functionsOf are the hand-written functions with a body, in the order of
// packages, files and lines.
func functionsOf(r *check.Repo) []function {
	ids := vocabulary{}
	var out []function
	for _, pkg := range r.Program.Packages {
		if !r.Program.Selected(pkg) {
			continue
		}
		for _, f := range pkg.Syntax {
			if ast.IsGenerated(f) || servesTests(f) {
				continue
			}
			out = append(out, inFile(r, pkg, f, ids)...)
		}
	}
	return out
}

// servesTests knows helpers of tests that do not live in a _test.go file.
func servesTests(f *ast.File) bool {
	return slices.ContainsFunc(f.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == `"testing"` })
}

// inFile scans one file. A file that cannot be read as it was parsed (generated
// by cgo, or changed in the meantime) has no functions here.
func inFile(r *check.Repo, pkg *packages.Package, f *ast.File, ids vocabulary) []function {
	at := r.Program.Fset.File(f.FileStart)
	name, ok := r.Program.Relative(at.Name())
	if !ok {
		return nil
	}
	src, err := fs.ReadFile(r.Files, name)
	if err != nil || len(src) != at.Size() {
		return nil
	}
	n := notes(pkg.TypesInfo, at, f)
	lexemes, offsets := scan(src, n, ids)
	var out []function
	for _, d := range f.Decls {
		decl, ok := d.(*ast.FuncDecl)
		if !ok || decl.Body == nil {
			continue
		}
		from, _ := slices.BinarySearch(offsets, at.Offset(decl.Body.Lbrace)+1)
		to, _ := slices.BinarySearch(offsets, at.Offset(decl.Body.Rbrace))
		out = append(out, function{r.Program.Enclosing(pkg, decl.Pos()), name, lexemes[from:to]})
	}
	return out
}

// annotations are what the syntax tree knows about places in a file, by offset.
type annotations struct {
	// locals are names of variables inside functions.
	locals map[int]bool
	// tables are list and map literals: the offset of the opening brace, to that of
	// the closing one.
	tables map[int]int
}

func notes(info *types.Info, at *token.File, f *ast.File) annotations {
	n := annotations{map[int]bool{}, map[int]int{}}
	ast.Inspect(f, func(node ast.Node) bool {
		switch x := node.(type) {
		case *ast.Ident:
			if v, ok := info.ObjectOf(x).(*types.Var); ok && !v.IsField() && v.Pkg() != nil && v.Parent() != v.Pkg().Scope() {
				n.locals[at.Offset(x.Pos())] = true
			}
		case *ast.CompositeLit:
			if t := info.TypeOf(x); t != nil && isTable(t) {
				n.tables[at.Offset(x.Lbrace)] = at.Offset(x.Rbrace)
			}
		}
		return true
	})
	return n
}

func isTable(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Slice, *types.Array, *types.Map:
		return true
	}
	return false
}

// vocabulary numbers the spellings of tokens.
type vocabulary map[string]int

func (v vocabulary) id(spelling string) int {
	id, ok := v[spelling]
	if !ok {
		id = len(v) + 1
		v[spelling] = id
	}
	return id
}

// scan reads a file that parsed already. Offsets are those of the lexemes.
func scan(src []byte, n annotations, ids vocabulary) (lexemes []lexeme, offsets []int) {
	at := token.NewFileSet().AddFile("", -1, len(src))
	var s scanner.Scanner
	s.Init(at, src, nil, 0)
	skipTo := -1
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			return lexemes, offsets
		}
		offset := at.Offset(pos)
		if offset < skipTo || tok == token.SEMICOLON {
			continue
		}
		if end, ok := n.tables[offset]; ok {
			skipTo = end
		}
		lexemes = append(lexemes, lexeme{ids.id(spelling(tok, text, n.locals[offset])), at.Line(pos)})
		offsets = append(offsets, offset)
	}
}

// spelling is what two tokens must share to be the same.
func spelling(tok token.Token, text string, local bool) string {
	switch {
	case local:
		return "a local variable"
	case tok == token.STRING:
		return "a string"
	case tok == token.IDENT, tok.IsLiteral():
		return text
	}
	return tok.String()
}
