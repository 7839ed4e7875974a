package spec

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/backend-conformance/conformance/checks/load"
)

// Candidate is a file that is, or was meant to be, an OpenAPI document.
type Candidate struct {
	// Path is relative to the repository root.
	Path    string
	Version string
	// Operations is 0 for fragments that only hold components.
	Operations int
	// PartOf is the document that pulls its paths from this one; empty where it
	// stands on its own.
	PartOf string
	// Err says why the file cannot be read; *ReadError.
	Err error
}

// Describes reports whether the candidate can describe a server: it has
// operations of its own, or might have if it could be read.
func (c Candidate) Describes() bool { return c.PartOf == "" && (c.Operations > 0 || c.Err != nil) }

// maxSearched bounds the YAML and JSON files that discovery opens.
const maxSearched = 20_000

// Discover looks for OpenAPI documents: YAML and JSON files of any name with
// openapi or swagger at the top level. It looks in the module's folder first
// and, where no document there describes a server, in the rest of the repository
// outside other modules. moduleDir is relative to files, "." at the top. The
// result is sorted by path; fragments and unreadable documents are in it. The
// error says that the search had to stop early; what was found is valid.
func Discover(files fs.FS, moduleDir string) ([]Candidate, error) {
	s := &search{files: files, module: moduleDir}
	err := s.walk(moduleDir, "")
	if !slices.ContainsFunc(s.found, Candidate.Describes) && moduleDir != "." && err == nil {
		err = s.walk(".", moduleDir)
	}
	if err == nil && s.unread != "" {
		err = fmt.Errorf("%s cannot be read; if it belongs to the OpenAPI document, make it readable", s.unread)
	}
	s.markParts()
	slices.SortFunc(s.found, func(a, b Candidate) int { return strings.Compare(a.Path, b.Path) })
	return s.found, err
}

type search struct {
	files  fs.FS
	module string
	opened int
	found  []Candidate
	// unread is the first file that could be a document and cannot be read.
	unread string
	// pulls are, by document, the files that its path items refer to.
	pulls map[string][]string
}

// walk searches below dir, except below skip.
func (s *search) walk(dir, skip string) error {
	return fs.WalkDir(s.files, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // what cannot be listed holds no document for anybody
		}
		if d.IsDir() {
			if name != dir && (name == skip || load.SkipDir(d.Name()) || s.otherModule(name)) {
				return fs.SkipDir
			}
			return nil
		}
		if !couldBeDocument(d.Name()) {
			return nil
		}
		if s.opened++; s.opened > maxSearched {
			return fmt.Errorf("the search for OpenAPI documents stopped after %d YAML and JSON files; name the document with --spec", maxSearched)
		}
		if c, ok := s.examine(name); ok {
			s.found = append(s.found, c)
		}
		return nil
	})
}

// otherModule holds for a folder with a go.mod of its own.
func (s *search) otherModule(dir string) bool {
	if dir == s.module {
		return false
	}
	info, err := fs.Stat(s.files, path.Join(dir, "go.mod"))
	return err == nil && !info.IsDir()
}

// couldBeDocument goes by the name; lock files are large and never documents.
func couldBeDocument(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".yaml", ".yml", ".json":
	default:
		return false
	}
	switch strings.ToLower(name) {
	case "package-lock.json", "composer.lock", "pnpm-lock.yaml", "npm-shrinkwrap.json", "package.json", "tsconfig.json":
		return false
	}
	return true
}

var (
	// topLevelKey is the version key of a block document: at the start of a line.
	topLevelKey = regexp.MustCompile(`(?m)^(?:\xef\xbb\xbf)?["']?(?:openapi|swagger)["']?[ \t]*:[ \t]*["']?([0-9][0-9A-Za-z.-]*)`)
	// anyKey is the version key anywhere, as JSON and flow mappings may have it.
	anyKey = regexp.MustCompile(`["']?(?:openapi|swagger)["']?\s*:\s*["']?[0-9]`)
)

// examine decides whether a file is an OpenAPI document. A file that cannot be
// parsed counts as one if its version key stands where a document has it.
func (s *search) examine(name string) (Candidate, bool) {
	data, large, err := s.peek(name)
	if err != nil {
		if documentName.MatchString(path.Base(name)) {
			return Candidate{Path: name, Err: err}, true
		}
		if s.unread == "" {
			s.unread = name
		}
		return Candidate{}, false
	}
	text, bad := toUTF8(data)
	if bad > 0 {
		text = data
	}
	if !anyKey.Match(text) {
		return Candidate{}, false
	}
	c := Candidate{Path: name}
	if m := topLevelKey.FindSubmatch(text); m != nil {
		c.Version = string(m[1])
	}
	if large {
		_, c.Err = newFiles(s.files).document(name)
		return c, c.Version != ""
	}
	return s.inspect(c, text)
}

func (s *search) inspect(c Candidate, text []byte) (Candidate, bool) {
	f := newFiles(s.files)
	root, err := f.document(c.Path)
	if err != nil {
		c.Err = err
		if src := f.loaded[c.Path]; src != nil { // parsed, so only a version of another kind will do
			return c, slices.ContainsFunc(src.docs, func(n *yaml.Node) bool { return isDocument(place{src, n}) })
		}
		return c, c.Version != "" || brokenJSON(text)
	}
	if !isDocument(root) {
		return c, false
	}
	key, _ := versionKey(root)
	c.Version = key.value.text()
	b := newBuilder(f, root)
	c.Operations = b.countOperations()
	for _, target := range b.pathFiles() {
		if s.pulls == nil {
			s.pulls = map[string][]string{}
		}
		s.pulls[c.Path] = append(s.pulls[c.Path], target)
	}
	return c, true
}

// isDocument tells a document from settings that happen to have the key.
func isDocument(root place) bool {
	if _, ok := versionKey(root); !ok {
		return false
	}
	for _, key := range []string{"info", "paths", "components", "definitions", "webhooks"} {
		if root.has(key) {
			return true
		}
	}
	return false
}

// brokenJSON holds where the version key is the first thing in a JSON object.
func brokenJSON(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n{")
	loc := anyKey.FindIndex(text)
	return loc != nil && loc[0] == 0
}

// documentName is what people call the document; one of that name that cannot be
// read is not taken for missing.
var documentName = regexp.MustCompile(`(?i)openapi|swagger`)

// peek reads a file up to the size limit; of a larger one, the beginning.
func (s *search) peek(name string) (data []byte, large bool, err error) {
	f, err := s.files.Open(name)
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, false, nil
	}
	limit := int64(maxFileSize)
	if large = info.Size() > maxFileSize; large {
		limit = 64 << 10
	}
	data, err = io.ReadAll(io.LimitReader(f, limit))
	return data, large, err
}

// countOperations counts without reading them.
func (b *builder) countOperations() int {
	n := 0
	for _, p := range b.root.get("paths").fields() {
		item := b.resolve(p.value)
		for _, f := range item.fields() {
			if slices.Contains(methods, f.name) && f.value.isMap() && strings.HasPrefix(p.name, "/") {
				n++
			}
		}
	}
	return n
}

// pathFiles are the other files that path items come from.
func (b *builder) pathFiles() []string {
	var names []string
	for _, p := range b.root.get("paths").fields() {
		if item := b.resolve(p.value); item.ok() && item.source != b.root.source {
			names = append(names, item.source.path)
		}
	}
	return names
}

// markParts notes which documents others are assembled from.
func (s *search) markParts() {
	for from, targets := range s.pulls {
		for i := range s.found {
			c := &s.found[i]
			if slices.Contains(targets, c.Path) && !slices.Contains(s.pulls[c.Path], from) && (c.PartOf == "" || from < c.PartOf) {
				c.PartOf = from
			}
		}
	}
}
