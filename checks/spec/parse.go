package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/backend-conformance/conformance/report"
)

// Parse reads a document into the model, without validating it; see Validate.
// The error is a *ReadError where the document cannot be read at all.
//
// The model is built straight from YAML nodes and not from the library's
// structures: nodes know their line in every format and version (the library
// knows none in JSON and Swagger 2.0), documents that the library refuses for a
// detail (a numeric info.version) still yield their operations, and whatever is
// missing or of the wrong kind is simply absent, so that reading never fails
// halfway. The library judges validity only.
func Parse(fsys fs.FS, name string) (*Document, error) {
	fs := newFiles(fsys)
	root, err := fs.document(name)
	if err != nil {
		return nil, err
	}
	b := newBuilder(fs, root)
	return b.build(), nil
}

// document finds the root of the OpenAPI document in a file.
func (fs *files) document(name string) (place, error) {
	refuse := func(at report.Position, format string, args ...any) (place, error) {
		return place{}, &ReadError{Problem{at, fmt.Sprintf(format, args...)}, true}
	}
	s, err := fs.read(name)
	if err != nil {
		return place{}, err
	}
	for _, doc := range s.docs {
		root := place{s, doc}
		key, ok := versionKey(root)
		if !ok {
			continue
		}
		if version := key.value.text(); !supported(key.name, version) {
			return refuse(key.key.pos(), "%s %s is not supported; use Swagger 2.0 or OpenAPI 3.0 to 3.2", key.name, version)
		}
		return root, nil
	}
	return refuse(report.Position{File: name}, "is not an OpenAPI document: no openapi or swagger key at the top level")
}

// versionKey is the top-level member that makes a file an OpenAPI document.
func versionKey(root place) (field, bool) {
	for _, name := range []string{"openapi", "swagger"} {
		if f, ok := root.lookup(name); ok && looksLikeVersion(f.value) {
			return f, true
		}
	}
	return field{}, false
}

func looksLikeVersion(p place) bool {
	v := p.text()
	return v != "" && v[0] >= '0' && v[0] <= '9' && !strings.ContainsAny(v, " /:")
}

// supported holds for the versions that the model knows. Later 3.x documents
// are read as 3.2: minor versions only add.
func supported(key, version string) bool {
	if key == "swagger" {
		return version == "2.0" || version == "2"
	}
	return version == "3" || strings.HasPrefix(version, "3.")
}

// builder turns one document into the model.
type builder struct {
	files *files
	root  place
	doc   *Document
	// swagger2 documents differ in bodies, parameters and base path; modern is 3.1 or later.
	swagger2, modern bool
	security         []Requirement
	securityPos      report.Position
	// pending are named schemas that were referred to but not yet read.
	pending []pendingSchema
	schemas int // read so far, see maxRefSchemas
	hasEx   map[*yaml.Node]bool
	noted   map[Problem]bool
}

func newBuilder(fs *files, root place) *builder {
	key, _ := versionKey(root)
	version := key.value.text()
	return &builder{
		files: fs, root: root,
		swagger2: key.name == "swagger",
		modern:   key.name == "openapi" && !strings.HasPrefix(version, "3.0") && version != "3",
		hasEx:    map[*yaml.Node]bool{},
		noted:    map[Problem]bool{},
		doc: &Document{
			Path: root.source.path, Version: version, Title: root.get("info").str("title"), Pos: key.key.pos(),
			Schemas: map[string]*Schema{}, SecuritySchemes: map[string]SecurityScheme{},
		},
	}
}

func (b *builder) build() *Document {
	b.doc.BasePaths = b.basePaths(b.root)
	if len(b.doc.BasePaths) == 0 {
		b.doc.BasePaths = []string{""}
	}
	b.security, b.securityPos = b.requirements(b.root, nil, report.Position{})
	b.securitySchemes()
	b.namedSchemas()
	for _, p := range b.root.get("paths").fields() {
		if strings.HasPrefix(p.name, "/") {
			b.pathItem(p)
		}
	}
	b.drain()
	b.doc.Problems = append(b.doc.Problems, b.duplicates()...)
	return b.doc
}

// abstain notes once what could not be read.
func (b *builder) abstain(at report.Position, format string, args ...any) {
	p := Problem{at, fmt.Sprintf(format, args...)}
	if !b.noted[p] {
		b.noted[p] = true
		b.doc.Abstained = append(b.doc.Abstained, p)
	}
}

// resolve follows references. What leads out of the repository is noted;
// broken references are for validation to report.
func (b *builder) resolve(p place) place {
	target, err := b.files.resolve(p)
	if err != nil {
		if errors.Is(err, errOutside) {
			b.abstain(p.pos(), "%v", err)
		}
		return place{}
	}
	return target
}

// duplicates collects the duplicate keys of all files read.
func (b *builder) duplicates() []Problem {
	var problems []Problem
	for _, s := range b.files.loaded {
		problems = append(problems, s.duplicates...)
	}
	sortProblems(problems)
	return problems
}

func sortProblems(ps []Problem) {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		if a.Column != b.Column {
			return a.Column - b.Column
		}
		return strings.Compare(a.Message, b.Message)
	})
}

// basePaths are the paths of basePath or of servers, which may stand at the
// root, on a path or on an operation; nil where none are given.
func (b *builder) basePaths(p place) []string {
	if b.swagger2 {
		if !p.has("basePath") {
			return nil
		}
		return []string{cleanBase(p.str("basePath"))}
	}
	var paths []string
	for _, server := range p.get("servers").items() {
		base := serverPath(server)
		if !slices.Contains(paths, base) {
			paths = append(paths, base)
		}
	}
	return paths
}

// serverPath is the path of a server's URL with variables set to their
// defaults. A host without scheme ("api.example.com/v1") is known by its dot,
// its port or the name localhost.
func serverPath(server place) string {
	raw := server.str("url")
	for _, v := range server.get("variables").fields() {
		if v.value.has("default") {
			raw = strings.ReplaceAll(raw, "{"+v.name+"}", v.value.str("default"))
		}
	}
	raw, _, _ = strings.Cut(raw, "#")
	raw, _, _ = strings.Cut(raw, "?")
	if _, rest, ok := strings.Cut(raw, "://"); ok {
		_, raw, _ = strings.Cut(rest, "/")
		return cleanBase(raw)
	}
	if rest, ok := strings.CutPrefix(raw, "//"); ok {
		_, raw, _ = strings.Cut(rest, "/")
		return cleanBase(raw)
	}
	first, rest, _ := strings.Cut(raw, "/")
	if strings.Trim(first, ".") != "" && (strings.ContainsAny(first, ".:{") || first == "localhost") {
		raw = rest
	}
	return cleanBase(raw)
}

// cleanBase gives "/api/v1", or "" for the root.
func cleanBase(p string) string {
	if plain, err := url.PathUnescape(p); err == nil {
		p = plain
	}
	return strings.TrimSuffix(path.Clean("/"+p), "/")
}

// requirements reads `security` of the document or an operation; what is not
// given is inherited.
func (b *builder) requirements(p place, inherited []Requirement, inheritedPos report.Position) ([]Requirement, report.Position) {
	f, ok := p.lookup("security")
	if !ok || !f.value.isList() {
		return inherited, inheritedPos
	}
	var all []Requirement
	for _, item := range f.value.items() {
		r := Requirement{}
		for _, scheme := range item.fields() {
			r[scheme.name] = scheme.value.texts()
		}
		all = append(all, r)
	}
	return all, f.key.pos()
}

func (b *builder) securitySchemes() {
	schemes := b.root.get("components").get("securitySchemes")
	if b.swagger2 {
		schemes = b.root.get("securityDefinitions")
	}
	for _, f := range schemes.fields() {
		s := b.resolve(f.value)
		b.doc.SecuritySchemes[f.name] = SecurityScheme{
			Type: s.str("type"), Scheme: s.str("scheme"), In: s.str("in"), Name: s.str("name"), Pos: f.key.pos(),
		}
	}
}
