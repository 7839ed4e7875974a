package coverage

import (
	"fmt"
	"go/ast"
	"io/fs"
	"path"
	"sort"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/load"
)

// source is one Go file of the module, joined with its blocks.
type source struct {
	pkg       *packages.Package
	path      string // relative to the repository root
	generated bool
	syntax    *ast.File
	lines     int
	// blocks are the profile's; nil where no test binary links the file.
	blocks map[span]*block
}

// counts are the file's statements and how many of them ran.
func (s *source) counts() (statements, covered int) {
	if s.blocks == nil {
		return countStatements(s.syntax), 0
	}
	for _, b := range s.blocks {
		statements += b.statements
		if b.covered {
			covered += b.statements
		}
	}
	return statements, covered
}

// sources lists the files that the module was loaded from, sorted by path.
func sources(p *load.Program) []*source {
	var out []*source
	for _, pkg := range p.Packages {
		for _, f := range pkg.Syntax {
			at := p.Position(f.Package)
			if !at.IsValid() {
				continue // made by cgo
			}
			lines := p.Fset.File(f.FileStart).LineCount()
			out = append(out, &source{pkg: pkg, path: at.File, generated: ast.IsGenerated(f), syntax: f, lines: lines})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].path < out[j].path })
	return out
}

// join hands the profile's blocks to the files that they belong to. A profile
// of other sources than these is an error: its figures would mislead.
func (p *profile) join(r *check.Repo, name string) ([]*source, error) {
	files := sources(r.Program)
	byName := map[string]*source{}
	for _, s := range files {
		byName[s.pkg.PkgPath+"/"+path.Base(s.path)] = s
		byName[s.path] = s
		byName["./"+s.path] = s
	}
	matched := 0
	for _, file := range p.names() {
		blocks := p.files[file]
		s := byName[file]
		if s == nil {
			if rel, ok := r.Program.Relative(file); ok {
				s = byName[rel]
			}
		}
		if s == nil {
			if err := p.checkForeign(r, name, file); err != nil {
				return nil, err
			}
			continue
		}
		matched++
		for b := range blocks.blocks {
			if b.endLine > s.lines+1 {
				return nil, fmt.Errorf("%s:%d: %s has %d lines, the profile speaks of line %d: it was made from other source; make it anew", name, blocks.line, s.path, s.lines, b.endLine)
			}
		}
		s.blocks = blocks.blocks
	}
	if matched == 0 && len(p.files) > 0 {
		return nil, fmt.Errorf("%s: covers no file of module %s; make it with go test -coverpkg=./... ./... in the module's folder", name, r.Program.Module)
	}
	return files, nil
}

// checkForeign passes files of other modules and files that another platform
// or build tag compiles; a file of this module that is gone means a stale profile.
func (p *profile) checkForeign(r *check.Repo, name, file string) error {
	below, ok := strings.CutPrefix(file, r.Program.Module+"/")
	if !ok {
		return nil
	}
	if _, err := fs.Stat(r.Files, path.Join(r.ModuleDir, below)); err != nil {
		return fmt.Errorf("%s:%d: %s is not in the repository any more: the profile was made from other source; make it anew", name, p.files[file].line, below)
	}
	return nil
}

func (p *profile) names() []string {
	var names []string
	for n := range p.files {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// countStatements counts as cmd/cover does: every statement of every statement
// list in a function body, an else-if as one more. The tool counts the label of a
// plain statement once more and drops some bare blocks; these are not copied.
func countStatements(f *ast.File) int {
	n := 0
	list := func(stmts []ast.Stmt) {
		for _, s := range stmts {
			switch s.(type) {
			case *ast.CaseClause, *ast.CommClause: // they hold lists, they are no statements
			default:
				n++
			}
		}
	}
	ast.Inspect(f, func(node ast.Node) bool {
		switch x := node.(type) {
		case *ast.FuncDecl:
			return x.Name.Name != "_"
		case *ast.BlockStmt:
			list(x.List)
		case *ast.CaseClause:
			list(x.Body)
		case *ast.CommClause:
			list(x.Body)
		case *ast.IfStmt:
			if _, chained := x.Else.(*ast.IfStmt); chained {
				n++
			}
		}
		return true
	})
	return n
}
