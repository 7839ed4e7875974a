package load

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"sort"
	"strings"
)

// places gives each Go file of the module its place in the file set beforehand.
// Files are parsed at once, and whoever comes first would get the first place:
// what is sorted by position would come out another way each time.
type places map[string]place

// place is the offset of a file in the file set and the room that it has.
type place struct{ base, size int }

// placesIn sets places aside for the Go files below dir, in the order of their
// names. Files that cannot be read have none.
func placesIn(dir string, fset *token.FileSet) places {
	sizes := map[string]int{}
	_ = filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // go list says what is wrong with it
		}
		if d.IsDir() && file != dir && SkipDir(d.Name()) {
			return filepath.SkipDir
		}
		if d.Type().IsRegular() && strings.HasSuffix(file, ".go") {
			if info, err := d.Info(); err == nil {
				sizes[file] = int(info.Size())
			}
		}
		return nil
	})
	names := make([]string, 0, len(sizes))
	for name := range sizes {
		names = append(names, name)
	}
	sort.Strings(names)
	p, base := places{}, fset.Base()
	for _, name := range names {
		p[name] = place{base, sizes[name]}
		base += sizes[name] + 1
	}
	fset.AddFile("", base, 0) // everything else comes after
	return p
}

// parse is the ParseFile of go/packages: all comments, all errors, and nothing
// skipped.
func (p places) parse(fset *token.FileSet, name string, src []byte) (*ast.File, error) {
	const mode = parser.AllErrors | parser.ParseComments
	at, ok := p[name]
	if !ok || len(src) != at.size {
		return parser.ParseFile(fset, name, src, mode)
	}
	own := token.NewFileSet()
	if gap := at.base - own.Base(); gap > 0 {
		own.AddFile("", own.Base(), gap-1)
	}
	f, err := parser.ParseFile(own, name, src, mode)
	if f == nil {
		return f, err
	}
	file := own.File(token.Pos(at.base))
	if file == nil {
		return nil, fmt.Errorf("place %s among the files", name)
	}
	fset.AddExistingFiles(file)
	return f, err
}
