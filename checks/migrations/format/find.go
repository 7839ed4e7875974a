package format

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
)

// Input is where to look.
type Input struct {
	// Files is the repository, ModuleDir the module's folder in it.
	Files     fs.FS
	ModuleDir string
	// Only limits the search to one folder and those below; empty searches all.
	Only string
	// Imports finds where the module imports a package, or one below it where the
	// path ends in a slash. Never nil.
	Imports func(string) (report.Position, bool)
}

// Result is what was found.
type Result struct {
	Sets []Set
	// Schemas are .sql files outside of any set that create tables.
	Schemas []report.Related
	// Aside are sets of tests and examples: they do not build the service's schema.
	Aside []Set
	Notes []string
}

// Limits on what one repository may hold; beyond them the rest is not read and
// a note says so.
const (
	maxFiles   = 50_000
	maxFolders = 2_000
)

// Find reads all migrations of the module's repository.
func Find(in Input) Result {
	var r Result
	w := newWalk(in, &r)
	folders := w.folders()
	use := toolUse(in, w.texts)
	taken := map[string]bool{}
	for _, d := range folders {
		if taken[d.Path] {
			continue
		}
		set, ok := identify(d, use)
		if !ok {
			continue
		}
		taken[d.Path] = true
		for _, below := range set.Below {
			taken[below] = true
		}
		r.add(set, in)
	}
	for _, set := range codeSets(folders, taken) {
		r.add(set, in)
	}
	slices.SortStableFunc(r.Sets, func(a, b Set) int { return cmp.Compare(a.Dir, b.Dir) })
	r.Schemas = plainSchemas(folders, taken, in)
	return r
}

func (r *Result) add(set Set, in Input) {
	if in.Only == "" && isAside(relative(set.Dir, in.ModuleDir)) {
		r.Aside = append(r.Aside, set)
		return
	}
	r.Sets = append(r.Sets, set)
}

// asideFolders hold what tests and readers need rather than the service.
var asideFolders = map[string]bool{
	"test": true, "tests": true, "testdata": true, "testing": true, "e2e": true, "integration": true, "example": true, "examples": true, "_examples": true, "fixture": true,
	"fixtures": true, "testfixtures": true, "mock": true, "mocks": true, "demo": true, "samples": true, "benchmark": true, "benchmarks": true, "docs": true, "doc": true,
}

func isAside(dir string) bool {
	return slices.ContainsFunc(strings.Split(dir, "/"), func(part string) bool { return asideFolders[strings.ToLower(part)] })
}

func relative(dir, base string) string {
	if base == "." || base == "" {
		return dir
	}
	return strings.TrimPrefix(strings.TrimPrefix(dir, base), "/")
}

// walk collects the files that may matter.
type walk struct {
	in     Input
	start  string
	result *Result
	byPath map[string]*Folder
	order  []*Folder
	// texts are files that may call a tool: Makefile, compose, CI.
	texts []*File
	count int
	// modules are other modules' folders that this one does not use.
	foreign map[string]bool
}

func newWalk(in Input, r *Result) *walk {
	return &walk{in: in, start: check.Scope(in.Files, in.ModuleDir), result: r, byPath: map[string]*Folder{}, foreign: foreignModules(in)}
}

func (w *walk) folders() []*Folder {
	start := w.start
	if w.in.Only != "" {
		start = path.Clean(w.in.Only)
		w.build(w.start) // build files speak for a tool wherever the scripts are
	}
	err := fs.WalkDir(w.in.Files, start, w.visit)
	if err != nil {
		w.result.Notes = append(w.result.Notes, fmt.Sprintf("migrations: %s cannot be read: %v", start, reason(err)))
	}
	slices.SortFunc(w.order, func(a, b *Folder) int { return cmp.Compare(a.Path, b.Path) })
	for _, d := range w.order {
		for p := path.Dir(d.Path); d.Path != "."; p = path.Dir(p) {
			if parent := w.byPath[p]; parent != nil {
				parent.Children = append(parent.Children, d)
			}
			if p == "." {
				break
			}
		}
	}
	return w.order
}

// build collects the build files of one folder.
func (w *walk) build(dir string) {
	entries, _ := fs.ReadDir(w.in.Files, dir)
	for _, e := range entries {
		if !e.IsDir() && callsTools(path.Join(dir, e.Name())) {
			w.texts = append(w.texts, w.file(path.Join(dir, e.Name())))
		}
	}
}

func (w *walk) visit(name string, e fs.DirEntry, err error) error {
	if err != nil {
		w.result.Notes = append(w.result.Notes, fmt.Sprintf("migrations: %s cannot be read: %v", name, reason(err)))
		if e != nil && e.IsDir() {
			return fs.SkipDir
		}
		return nil
	}
	if e.IsDir() {
		if name != w.start && name != w.in.Only && (load.SkipDir(e.Name()) || w.foreign[name]) {
			return fs.SkipDir
		}
		return nil
	}
	if w.count++; w.count > maxFiles || len(w.order) > maxFolders {
		w.result.Notes = append(w.result.Notes, fmt.Sprintf("migrations: more than %d files or %d folders with scripts; what comes after %s was not looked at, name the folder with --migrations", maxFiles, maxFolders, name))
		return fs.SkipAll
	}
	switch {
	case callsTools(name):
		w.texts = append(w.texts, w.file(name))
	case isScript(e.Name()):
		if e.Type()&fs.ModeSymlink != 0 && w.leadsOut(name) {
			return nil
		}
		d := w.folder(path.Dir(name))
		d.Files = append(d.Files, w.file(name))
	}
	return nil
}

// leadsOut reports, and notes, a link that cannot be followed.
func (w *walk) leadsOut(name string) bool {
	st, err := fs.Stat(w.in.Files, name)
	if err == nil && st.Mode().IsRegular() {
		return false
	}
	w.result.Notes = append(w.result.Notes, fmt.Sprintf("migrations: %s is a link that leads outside of the repository or nowhere; it was not read", name))
	return true
}

func (w *walk) file(name string) *File {
	return &File{Path: name, Name: path.Base(name), fsys: w.in.Files}
}

func (w *walk) folder(dir string) *Folder {
	d := w.byPath[dir]
	if d == nil {
		d = &Folder{Path: dir}
		w.byPath[dir] = d
		w.order = append(w.order, d)
		if base := path.Base(dir); ownFolder.MatchString(base) || ownUps[strings.ToLower(base)] {
			w.folder(path.Dir(dir)) // one that holds folders only may be a set of versions
		}
	}
	return d
}

// scriptSuffixes are the files that tools read.
var scriptSuffixes = []string{".sql", ".cql", ".fizz", ".go"}

// changelogName are files that may be changelogs of liquibase.
var changelogName = regexp.MustCompile(`(changelog|changeset|liquibase|^db\.).*\.(ya?ml|json|xml)$`)

func isScript(name string) bool {
	name = strings.ToLower(name)
	return name == atlasSum || name == "tern.conf" ||
		slices.ContainsFunc(scriptSuffixes, func(s string) bool { return strings.HasSuffix(name, s) }) ||
		changelogName.MatchString(name)
}

// foreignModules are folders below the module with a go.mod of their own, save
// those that this module requires: their migrations build its schema too.
func foreignModules(in Input) map[string]bool {
	foreign := map[string]bool{}
	required := map[string]bool{}
	if mod := readMod(in.Files, path.Join(in.ModuleDir, "go.mod")); mod != nil {
		for _, r := range mod.Require {
			required[r.Mod.Path] = true
		}
	}
	start := check.Scope(in.Files, in.ModuleDir)
	_ = fs.WalkDir(in.Files, start, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil // reported when the scripts are collected
		}
		if e.IsDir() && name != start && load.SkipDir(e.Name()) {
			return fs.SkipDir
		}
		if e.IsDir() || e.Name() != "go.mod" {
			return nil
		}
		dir := path.Dir(name)
		if dir == path.Clean(in.ModuleDir) || contains(dir, in.ModuleDir) {
			return nil
		}
		if mod := readMod(in.Files, name); mod != nil && mod.Module != nil && required[mod.Module.Mod.Path] {
			return nil
		}
		foreign[dir] = true
		return nil
	})
	return foreign
}

// contains reports whether dir is or holds other.
func contains(dir, other string) bool {
	return dir == "." || dir == other || strings.HasPrefix(other, dir+"/")
}

func readMod(fsys fs.FS, name string) *modfile.File {
	data, err := readBounded(fsys, name)
	if err != nil {
		return nil
	}
	mod, err := modfile.ParseLax(name, data, nil)
	if err != nil {
		return nil
	}
	return mod
}

// createsTable finds a table definition at the start of a line.
var createsTable = regexp.MustCompile(`(?im)^\s*create\s+table\b`)

// plainSchemas are .sql files that create tables but belong to no set.
func plainSchemas(folders []*Folder, taken map[string]bool, in Input) []report.Related {
	var found []report.Related
	for _, d := range folders {
		if taken[d.Path] || in.Only == "" && isAside(relative(d.Path, in.ModuleDir)) {
			continue
		}
		for _, f := range d.SQL() {
			if m := createsTable.FindStringIndex(f.Text()); m != nil {
				found = append(found, at(f, lineOf(f.Text(), m[1]), "creates tables, but is not a versioned migration"))
			}
		}
	}
	return found
}

// dialectOf decides a set's dialect: by its folder's name, else by spellings
// that only one dialect knows.
func dialectOf(d *Folder, set Set) sql.Dialect {
	if set.Dialect != sql.Unknown {
		return set.Dialect
	}
	if found := sql.DialectOfPath(d.Path); found != sql.Unknown {
		return found
	}
	votes := map[sql.Dialect]int{}
	for _, v := range set.Versions {
		for _, p := range []*Part{v.Up, v.Down} {
			if p != nil && p.Dialect == sql.Unknown {
				votes[sql.Guess(p.Text)]++
			}
		}
	}
	delete(votes, sql.Unknown)
	if len(votes) != 1 {
		return sql.Unknown // none, or the votes differ
	}
	for found := range votes {
		return found
	}
	return sql.Unknown
}
