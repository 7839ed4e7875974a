package coverage

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/report"
)

// suite is what the test files say, read without building them: files behind
// build tags count as well.
type suite struct {
	fset  *token.FileSet
	files []testFile
	tests []test
	// problems are files that could not be read or parsed, one line each.
	problems []string
}

type testFile struct {
	path    string
	syntax  *ast.File
	imports map[string]string // name in the file -> import path
}

// test is one function that `go test` runs, or a method of a testify suite.
type test struct {
	name string
	file *testFile
	decl *ast.FuncDecl
	pos  report.Position
}

// readSuite parses every test file of the module; nested modules are left out.
func readSuite(files fs.FS, moduleDir string) (*suite, error) {
	s := &suite{fset: token.NewFileSet()}
	err := fs.WalkDir(files, moduleDir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			if name == moduleDir {
				return fmt.Errorf("read %s: %w", moduleDir, err)
			}
			s.problems = append(s.problems, fmt.Sprintf("%s: cannot be read, its tests are not seen", name))
			return nil
		}
		if d.IsDir() {
			if name != moduleDir && (load.SkipDir(d.Name()) || nestedModule(files, name)) {
				return fs.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(name, "_test.go") && d.Type().IsRegular() {
			s.read(files, name)
		}
		return nil
	})
	sort.Slice(s.tests, func(i, j int) bool {
		a, b := s.tests[i].pos, s.tests[j].pos
		return a.File < b.File || a.File == b.File && a.Line < b.Line
	})
	return s, err
}

func nestedModule(files fs.FS, dir string) bool {
	_, err := fs.Stat(files, path.Join(dir, "go.mod"))
	return err == nil
}

func (s *suite) read(files fs.FS, name string) {
	src, err := fs.ReadFile(files, name)
	if err != nil {
		s.problems = append(s.problems, fmt.Sprintf("%s: cannot be read, its tests are not seen", name))
		return
	}
	syntax, err := parser.ParseFile(s.fset, name, src, parser.SkipObjectResolution|parser.ParseComments)
	if syntax == nil {
		s.problems = append(s.problems, fmt.Sprintf("%s: cannot be parsed: %v", name, err))
		return
	}
	f := &testFile{path: name, syntax: syntax, imports: importNames(syntax)}
	s.files = append(s.files, *f)
	for _, d := range syntax.Decls {
		decl, ok := d.(*ast.FuncDecl)
		if ok && decl.Body != nil && isTest(decl) {
			s.tests = append(s.tests, test{decl.Name.Name, f, decl, s.position(decl.Name.Pos())})
		}
	}
}

// importNames maps the names that a file uses to import paths. The name of a
// package is guessed from its path, without a version suffix.
func importNames(f *ast.File) map[string]string {
	names := map[string]string{}
	for _, spec := range f.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(p)
		if isVersion(name) {
			name = path.Base(path.Dir(p))
		}
		name, _, _ = strings.Cut(strings.TrimPrefix(name, "go-"), ".v")
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = p
	}
	return names
}

func isVersion(s string) bool {
	_, err := strconv.Atoi(strings.TrimPrefix(s, "v"))
	return len(s) > 1 && s[0] == 'v' && err == nil
}

// isTest knows TestXxx(t *testing.T), FuzzXxx(f *testing.F), and the methods
// TestXxx() of a testify suite. Source: the documentation of package testing.
func isTest(d *ast.FuncDecl) bool {
	params := 0
	if d.Type.Params != nil {
		params = d.Type.Params.NumFields()
	}
	if d.Recv != nil {
		return params == 0 && namedAs(d.Name.Name, "Test")
	}
	return params == 1 && (namedAs(d.Name.Name, "Test") && d.Name.Name != "TestMain" || namedAs(d.Name.Name, "Fuzz"))
}

func namedAs(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	r, _ := utf8.DecodeRuneInString(rest)
	return ok && (rest == "" || !unicode.IsLower(r))
}

// functions are the tests that `go test` starts itself.
func (s *suite) functions() []test {
	var out []test
	for _, t := range s.tests {
		if t.decl.Recv == nil {
			out = append(out, t)
		}
	}
	return out
}

// packageDirs are the folders with tests.
func (s *suite) packageDirs() map[string]bool {
	dirs := map[string]bool{}
	for _, t := range s.functions() {
		dirs[path.Dir(t.file.path)] = true
	}
	return dirs
}

// find is the declaration of a test in a folder; the name may carry subtests.
func (s *suite) find(dir, name string) (report.Position, bool) {
	name, _, _ = strings.Cut(name, "/")
	for _, t := range s.tests {
		if t.name == name && path.Dir(t.file.path) == dir {
			return t.pos, true
		}
	}
	return report.Position{}, false
}

func (s *suite) position(pos token.Pos) report.Position {
	p := s.fset.Position(pos)
	return report.Position{File: p.Filename, Line: p.Line, Column: p.Column}
}
