// Package load reads the module under audit once: its own packages from source,
// every dependency from export data, and one analysis run that all checks share.
package load

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/report"
)

// Options say what to load.
type Options struct {
	// Dir is the folder that holds (or lies below) the module's go.mod.
	Dir string
	// Patterns choose the packages that are reported on; all of the module's
	// packages are loaded regardless. Empty means ./...
	Patterns []string
	// Jobs bounds the packages analysed at once; 0 means one per CPU.
	Jobs int
	// ActionTimeout bounds one analyzer on one package; 0 means a minute.
	ActionTimeout time.Duration
	// Progress is told what is going on; may be nil.
	Progress func(phase string)
}

// Problem is something about the source that could not be loaded, with its place.
type Problem struct {
	report.Position
	// Package is the import path that it touches.
	Package string
	Message string
}

// String is "file:line: message", or the package instead where no place is known.
func (p Problem) String() string {
	if p.IsValid() {
		return p.Position.String() + ": " + p.Message
	}
	return p.Package + ": " + p.Message
}

// Program is the module as loaded.
type Program struct {
	// Root is the repository's folder, Dir the module's; both absolute.
	Root, Dir string
	// Module is the module path.
	Module string
	Fset   *token.FileSet
	// Packages are the module's own, in dependency order (imports first).
	Packages []*packages.Package
	// Problems are load, syntax and type errors; Notes say what was worked around.
	Problems []Problem
	Notes    []string

	jobs          int
	actionTimeout time.Duration
	selected      map[*packages.Package]bool
	run           *run

	memo      memo
	funcsOnce sync.Once
	funcs     map[token.Pos]*Func
}

// ErrNothing means that there is nothing to analyse in the folder.
var ErrNothing = errors.New("nothing to analyse")

const mode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
	packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo |
	packages.NeedModule | packages.NeedExportFile

// Load reads the module that contains opts.Dir. It fails with a message that
// names what to do when there is no module, no package, or no Go file; source
// that does not compile is not an error but Problems.
func Load(ctx context.Context, opts Options) (*Program, error) {
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("resolve %s: %w", opts.Dir, err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, fmt.Errorf("open %s: %w", opts.Dir, err)
	}
	modDir, err := moduleDir(dir)
	if err != nil {
		return nil, err
	}
	p := &Program{
		Root: RepositoryRoot(modDir), Dir: modDir,
		jobs: opts.Jobs, actionTimeout: opts.ActionTimeout,
	}
	if opts.Progress != nil {
		opts.Progress("load packages")
	}
	pkgs, err := p.load(ctx, []string{"./..."})
	if err != nil {
		return nil, err
	}
	p.keep(pkgs)
	if len(p.Packages) == 0 && len(p.Problems) > 0 {
		return nil, fmt.Errorf("%w: no package of %s loads: %s", ErrNothing, p.Module, p.Problems[0])
	}
	if len(p.Packages) == 0 && len(pkgs) > 0 {
		return nil, fmt.Errorf("%w: %s holds test files only; run it in a folder with other Go files or name one with -C", ErrNothing, opts.Dir)
	}
	if len(p.Packages) == 0 {
		return nil, fmt.Errorf("%w: no Go package in %s; run it in a folder with Go files or name one with -C", ErrNothing, opts.Dir)
	}
	return p, p.selectPatterns(ctx, dir, opts.Patterns)
}

// load runs go/packages. Where go.mod itself keeps the go command from loading
// anything (a newer go directive, a module that cannot be had here), it is
// mended in a temporary copy, since most of such code loads all the same.
func (p *Program) load(ctx context.Context, patterns []string) ([]*packages.Package, error) {
	cfg := &packages.Config{Context: ctx, Mode: mode, Dir: p.Dir}
	mend := &mendedGoMod{dir: p.Dir}
	defer mend.cleanup()
	for {
		p.Fset = token.NewFileSet()
		cfg.Fset, cfg.ParseFile = p.Fset, placesIn(p.Dir, p.Fset).parse
		pkgs, err := packages.Load(cfg, patterns...)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if len(pkgs) == 0 && err == nil {
			err = complaint(ctx, cfg, patterns)
		}
		note, again := mend.next(pkgs, err)
		if !again && err != nil {
			return nil, fmt.Errorf("load %s: %s", filepath.Base(p.Dir), saidByGo(p.Dir, err))
		}
		if !again {
			return pkgs, nil
		}
		p.Notes = append(p.Notes, note)
		flag, err := mend.write()
		if err != nil {
			return nil, fmt.Errorf("load %s: %s: %w", filepath.Base(p.Dir), note, err)
		}
		cfg.BuildFlags = []string{flag}
		cfg.Env = append(os.Environ(), "GOWORK=off")
	}
}

// keep takes the module's own packages, imports first, and collects what went wrong.
func (p *Program) keep(pkgs []*packages.Package) {
	sort.Slice(pkgs, func(i, j int) bool { return pkgs[i].PkgPath < pkgs[j].PkgPath })
	own := map[*packages.Package]bool{}
	for _, pkg := range pkgs {
		p.collectProblems(pkg)
		if pkg.Types == nil || len(pkg.Syntax) == 0 {
			continue
		}
		own[pkg] = true
		if pkg.Module != nil && pkg.Module.Main {
			p.Module = pkg.Module.Path
		}
	}
	if p.Module == "" {
		p.Module = modulePath(p.Dir)
	}
	seen := map[*packages.Package]bool{}
	var visit func(*packages.Package)
	visit = func(pkg *packages.Package) {
		if seen[pkg] {
			return
		}
		seen[pkg] = true
		paths := make([]string, 0, len(pkg.Imports))
		for path := range pkg.Imports {
			paths = append(paths, path)
		}
		sort.Strings(paths)
		for _, path := range paths {
			if own[pkg.Imports[path]] {
				visit(pkg.Imports[path])
			}
		}
		if own[pkg] {
			p.Packages = append(p.Packages, pkg)
		}
	}
	for _, pkg := range pkgs {
		visit(pkg)
	}
	sort.SliceStable(p.Problems, func(i, j int) bool { return p.Problems[i].String() < p.Problems[j].String() })
	p.Problems = slices.CompactFunc(p.Problems, func(a, b Problem) bool { return a.String() == b.String() })
}

// selectPatterns marks the packages that the user asked about.
func (p *Program) selectPatterns(ctx context.Context, dir string, patterns []string) error {
	p.selected = map[*packages.Package]bool{}
	if len(patterns) == 0 || slices.Equal(patterns, []string{"./..."}) && dir == p.Dir {
		for _, pkg := range p.Packages {
			p.selected[pkg] = true
		}
		return nil
	}
	named, err := packages.Load(&packages.Config{Context: ctx, Mode: packages.NeedName, Dir: dir}, patterns...)
	if err != nil {
		return fmt.Errorf("match packages %s: %s", strings.Join(patterns, " "), oneLine(err.Error()))
	}
	paths := map[string]bool{}
	for _, pkg := range named {
		paths[pkg.PkgPath] = true
	}
	for _, pkg := range p.Packages {
		if paths[pkg.PkgPath] {
			p.selected[pkg] = true
		}
	}
	if len(p.selected) == 0 {
		return fmt.Errorf("%w: no package of module %s matches %s", ErrNothing, p.Module, strings.Join(patterns, " "))
	}
	return nil
}

// Selected reports whether the user asked about the package.
func (p *Program) Selected(pkg *packages.Package) bool { return p.selected[pkg] }

// SelectedCount is the number of packages reported on.
func (p *Program) SelectedCount() int { return len(p.selected) }

// Position is where pos lies, relative to the repository root. A position
// outside the repository (generated by cgo, say) is invalid.
func (p *Program) Position(pos token.Pos) report.Position {
	if !pos.IsValid() {
		return report.Position{}
	}
	at := p.Fset.Position(pos)
	file, ok := p.Relative(at.Filename)
	if !ok {
		return report.Position{}
	}
	return report.Position{File: file, Line: at.Line, Column: at.Column}
}

// Relative turns an absolute file name into a slash-separated one below the
// repository root.
func (p *Program) Relative(file string) (string, bool) {
	rel, err := filepath.Rel(p.Root, file)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) || filepath.IsAbs(rel) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

// IsGenerated reports whether the file that holds pos says it is generated.
func (p *Program) IsGenerated(pkg *packages.Package, pos token.Pos) bool {
	for _, f := range pkg.Syntax {
		if f.FileStart <= pos && pos <= f.FileEnd {
			return ast.IsGenerated(f)
		}
	}
	return false
}

// Imports reports whether any package of the module imports path, or a
// package below it when path ends in a slash.
func (p *Program) Imports(path string) bool {
	for _, pkg := range p.Packages {
		for imp := range pkg.Imports {
			if imp == path || strings.HasSuffix(path, "/") && strings.HasPrefix(imp+"/", path) {
				return true
			}
		}
	}
	return false
}

func (p *Program) collectProblems(pkg *packages.Package) {
	for _, e := range pkg.Errors {
		pr := Problem{Package: pkg.PkgPath, Message: oneLine(e.Msg)}
		if file, line, col := splitPos(e.Pos); file != "" {
			if rel, ok := p.Relative(file); ok {
				pr.Position = report.Position{File: rel, Line: line, Column: col}
			}
		}
		p.Problems = append(p.Problems, pr)
	}
	if len(pkg.Errors) > 0 {
		if dep, why := missingBelow(pkg, map[*packages.Package]bool{}); dep != nil {
			p.Problems = append(p.Problems, Problem{Package: pkg.PkgPath, Message: fmt.Sprintf("it needs %s: %s", dep.PkgPath, why)})
		}
	}
}

// missingBelow finds a dependency that this machine lacks: the errors of the
// packages above it follow from that.
func missingBelow(pkg *packages.Package, seen map[*packages.Package]bool) (*packages.Package, string) {
	for _, path := range slices.Sorted(maps.Keys(pkg.Imports)) {
		dep := pkg.Imports[path]
		if seen[dep] {
			continue
		}
		seen[dep] = true
		for _, e := range dep.Errors {
			if OfMachine(e.Msg) {
				return dep, oneLine(e.Msg)
			}
		}
		if found, why := missingBelow(dep, seen); found != nil {
			return found, why
		}
	}
	return nil, ""
}

// RepositoryRoot is the nearest folder at or above dir that holds .git, else dir.
func RepositoryRoot(dir string) string {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			return d
		}
		if filepath.Dir(d) == d {
			return dir
		}
	}
}

// moduleDir is the folder of the module that dir lies in. Where there is none,
// the error lists the modules below dir, so that the user can pick one with -C.
func moduleDir(dir string) (string, error) {
	for d := dir; ; d = filepath.Dir(d) {
		if st, err := os.Stat(filepath.Join(d, "go.mod")); err == nil && !st.IsDir() {
			return d, nil
		}
		if filepath.Dir(d) == d {
			break
		}
	}
	below := modulesBelow(dir)
	if len(below) == 0 {
		return "", fmt.Errorf("%w: no go.mod in %s or above; run 'go mod init' or name the module's folder with -C", ErrNothing, filepath.Base(dir))
	}
	return "", fmt.Errorf("%w: no go.mod in %s, but modules below it: choose one with -C: %s", ErrNothing, filepath.Base(dir), strings.Join(below, ", "))
}

// modulesBelow lists folders with a go.mod, relative to dir, at most 20.
func modulesBelow(dir string) []string {
	var found []string
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // an unreadable folder hides its modules, nothing else
		}
		if d.IsDir() && path != dir && SkipDir(d.Name()) {
			return filepath.SkipDir
		}
		if d.Name() == "go.mod" && !d.IsDir() {
			rel, _ := filepath.Rel(dir, filepath.Dir(path))
			found = append(found, filepath.ToSlash(rel))
		}
		if len(found) >= 20 {
			return filepath.SkipAll
		}
		return nil
	})
	sort.Strings(found)
	return found
}

// SkipDir reports whether a folder of this name never holds what the
// repository itself says: vendored, generated for tools, or fixtures.
func SkipDir(name string) bool {
	switch name {
	case "vendor", "node_modules", "testdata":
		return true
	}
	return len(name) > 1 && (name[0] == '.' || name[0] == '_') && !keepDir[name]
}

// keepDir are folders that would be skipped by their first letter but carry
// documents by convention.
var keepDir = map[string]bool{".github": true, ".gitlab": true, "_spec": true}

// saidByGo is what the go command said, without the wrapping of go/packages and
// with files named below the module's folder.
func saidByGo(dir string, err error) string {
	s := oneLine(err.Error())
	if _, said, ok := strings.Cut(s, "stderr: "); ok {
		s = said
	}
	s = strings.TrimSuffix(strings.TrimPrefix(s, "err: "), ": stderr:") // where it could not be started
	return strings.ReplaceAll(s, dir+string(filepath.Separator), "")
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "\n", " ")), " ")
}
