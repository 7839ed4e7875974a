package behaviour

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// libraryText is what the text of another module's package says about refusing
// requests. It is read, not type-checked.
type libraryText struct {
	// refuses holds the functions that mention 401 or 403, by name.
	refuses map[string]bool
	// selfContained: it imports nothing but the standard library and routers, so
	// that nobody else refuses for it.
	selfContained bool
	// words are the texts that it writes out: names of parameters among them.
	words map[string]bool
	// bodies: it has to do with bodies of requests.
	bodies bool
	read   bool
}

// maxLibraryFile bounds the files of such a package, in bytes of each.
const maxLibraryFile = 1 << 20

// textOf reads the package of a function of another module, once.
func (x *Index) textOf(fn *types.Func) *libraryText {
	dir := filepath.Dir(x.program.Fset.Position(fn.Pos()).Filename)
	s := x.texts[dir]
	if s == nil {
		s = readLibrary(dir)
		x.texts[dir] = s
	}
	return s
}

func readLibrary(dir string) *libraryText {
	s := &libraryText{refuses: map[string]bool{}, words: map[string]bool{}, selfContained: true}
	if !filepath.IsAbs(dir) {
		return s
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, name := range names {
		if info, err := os.Stat(name); strings.HasSuffix(name, "_test.go") || err != nil || info.Size() > maxLibraryFile {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return &libraryText{}
		}
		s.read = true
		s.add(f)
	}
	return s
}

func (s *libraryText) add(f *ast.File) {
	for _, imp := range f.Imports {
		path, _ := strconv.Unquote(imp.Path.Value)
		if strings.Contains(path, ".") && !plainLibraries.MatchString(withoutVersion.ReplaceAllString(path, "")+".") {
			s.selfContained = false
		}
	}
	for _, d := range f.Decls {
		name := "var"
		if fn, ok := d.(*ast.FuncDecl); ok {
			name = fn.Name.Name
		}
		ast.Inspect(d, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				s.refuses[name] = s.refuses[name] || refusingWord.MatchString(n.Name)
				s.bodies = s.bodies || bodyWord.MatchString(n.Name)
			case *ast.BasicLit:
				s.refuses[name] = s.refuses[name] || n.Value == "401" || n.Value == "403"
				if word, err := strconv.Unquote(n.Value); err == nil {
					s.words[word] = true
				}
			}
			return true
		})
	}
}

var (
	refusingWord   = regexp.MustCompile(`(?i)unauthori[sz]ed|forbidden`)
	bodyWord       = regexp.MustCompile(`^(Get|Post|Read|Raw|Request)?Body(Raw|Parser|Bytes)?$|Form(Value|File|Data)?$|Bind|^ReadEntity$|^GetRawData$|^(Dump|Write|Clone)(Request|Proxy)?\w*$`)
	withoutVersion = regexp.MustCompile(`/v\d+`)
)

// class is what the package's text says of one of its functions. One that is
// named for authentication and answers 401 or 403 authenticates; a package that
// refuses nowhere and leaves it to nobody else lets every request pass.
func (s *libraryText) class(fn *types.Func) class {
	if !s.read {
		return foreign
	}
	if s.refuses[fn.Name()] && authName.MatchString(fn.Name()) {
		return authenticates
	}
	for _, refuses := range s.refuses {
		if refuses {
			return foreign
		}
	}
	if s.selfContained {
		return transparent
	}
	return foreign
}
