package spec

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/backend-conformance/conformance/report"
)

// verdict is what validation adds to a document.
type verdict struct {
	Problems  []Problem
	Abstained []Problem
	Examples  Examples
}

func (v verdict) addTo(doc *Document) {
	doc.Problems = append(doc.Problems, v.Problems...)
	sortProblems(doc.Problems)
	doc.Problems = slices.Compact(doc.Problems)
	doc.Abstained = append(doc.Abstained, v.Abstained...)
	doc.Examples = v.Examples
	doc.Validated = true
}

// Validate judges a document that Parse has read and fills Problems, Abstained,
// Examples and Validated. Use Open for documents of unknown origin: some make
// the library overflow the stack.
func Validate(files fs.FS, doc *Document) {
	validate(files, doc).addTo(doc)
}

// validate judges in three steps: types, members and references along the
// grammar; then the rules that the library knows (3.x) or validateSwagger (2.0);
// then the examples.
func validate(fsys fs.FS, doc *Document) verdict {
	files := newFiles(fsys)
	root, err := files.document(doc.Path)
	if err != nil {
		return verdict{Abstained: []Problem{{doc.Pos, err.Error()}}}
	}
	b := newBuilder(files, root)
	w := newWalker(files, grammarFor(b.swagger2, b.modern))
	collect := newExampleSites(b)
	w.visit = func(p place, objectName string) {
		collect.add(p, objectName)
		if b.swagger2 {
			w.swaggerType(p, objectName)
		}
	}
	w.object(root, w.grammar.root)

	v := &verdict{Problems: w.problems}
	v.Problems = append(v.Problems, responseKeys(root)...)
	if b.swagger2 {
		v.Problems = append(v.Problems, validateSwagger(doc, root)...)
	} else {
		v.library(w, root)
	}
	v.Examples = collect.judge()
	return *v
}

// responseKeys finds response keys that are neither a status, a range of them
// nor "default", which the library lets pass.
func responseKeys(root place) []Problem {
	var problems []Problem
	for _, path := range root.get("paths").fields() {
		for _, op := range path.value.fields() {
			if !slices.Contains(methods, op.name) {
				continue
			}
			for _, r := range op.value.get("responses").fields() {
				if !statusKey.MatchString(r.name) && !strings.HasPrefix(r.name, "x-") {
					problems = append(problems, Problem{r.key.pos(), fmt.Sprintf(
						"%s %s: response %q is not a status; use 100 to 599, 1XX to 5XX or default", strings.ToUpper(op.name), path.name, r.name)})
				}
			}
		}
	}
	return problems
}

var statusKey = regexp.MustCompile(`^(?:[1-5][0-9][0-9]|[1-5]XX|default)$`)

// library asks kin-openapi. It sees normalized files only, and examples and
// defaults are kept from it: judging those can overflow its stack.
func (v *verdict) library(w *walker, root place) {
	texts := map[string]*normalized{}
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, location *url.URL) ([]byte, error) {
		if location.Scheme != "" || location.Host != "" {
			return nil, fmt.Errorf("%s is %w", location, errOutside)
		}
		s, err := w.files.read(path.Clean(location.Path))
		if err != nil {
			return nil, err
		}
		if texts[s.path] == nil {
			top := place{s, s.docs[0]}
			if s == root.source {
				top = root
			}
			texts[s.path] = normalize(s, top, w)
		}
		return texts[s.path].text.Bytes(), nil
	}
	doc, err := loader.LoadFromURI(&url.URL{Path: root.source.path})
	if err != nil {
		v.Abstained = append(v.Abstained, Problem{root.pos(), "not validated in full: " + oneLine(err.Error())})
		return
	}
	err = doc.Validate(context.Background(),
		openapi3.EnableMultiError(), openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation(),
		openapi3.SetRegexCompiler(anyRegex))
	told := map[Problem]bool{} // a component is judged again wherever it is used
	for _, e := range flatten(err) {
		p, ok := problemOf(e, texts, root)
		key := Problem{p.Position, cause(e)}
		if ok && !told[key] {
			told[key] = true
			v.Problems = append(v.Problems, p)
		}
	}
}

// anyRegex accepts every pattern: documents write ECMAScript, of which Go's
// expressions lack parts, so that an error here proves nothing.
func anyRegex(string) (openapi3.RegexMatcher, error) { return matchAll{}, nil }

type matchAll struct{}

func (matchAll) MatchString(string) bool { return true }

// flatten lists the single errors of a tree of lists.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	if list, ok := err.(openapi3.MultiError); ok {
		var all []error
		for _, e := range list {
			all = append(all, flatten(e)...)
		}
		return all
	}
	return []error{err}
}

// problemOf turns a library error into a problem at its real place.
func problemOf(err error, texts map[string]*normalized, root place) (Problem, bool) {
	if overstrict(err) {
		return Problem{}, false
	}
	p := Problem{Message: worded(err)}
	if key := originOf(err); key != nil {
		if text := texts[key.File]; text != nil {
			p.Position = text.at(key.Line)
		}
	}
	var conflict *openapi3.ConflictingPathsError
	if errors.As(err, &conflict) {
		return samePath(conflict, root), true
	}
	if !p.IsValid() {
		p.Position = around(err, root)
	}
	return p, true
}

// samePath places a conflict at the later of two paths; the library names the
// place of all paths, and the two in any order.
func samePath(e *openapi3.ConflictingPathsError, root place) Problem {
	first, _ := root.get("paths").lookup(e.Path1)
	second, _ := root.get("paths").lookup(e.Path2)
	if a, b := first.key.pos(), second.key.pos(); a.File == b.File && a.Line > b.Line {
		first, second = second, first
	}
	return Problem{second.key.pos(), fmt.Sprintf("path %s is the same as %s; merge them", second.name, first.name)}
}

// overstrict holds for what the library refuses and the specification doesn't.
func overstrict(err error) bool {
	var unusedVariable *openapi3.ServerURLUnusedVariables
	var emptyExample *openapi3.ExampleValueOrExternalValueRequired
	var scheme *openapi3.InvalidHTTPSchemeError
	var style *openapi3.InvalidSerializationMethodError
	var title *openapi3.InfoTitleRequired // of an empty one; a missing one the grammar reports
	var version *openapi3.InfoVersionRequired
	var license *openapi3.LicenseNameRequired
	var server *openapi3.ServerURLRequired
	switch {
	case errors.As(err, &unusedVariable), errors.As(err, &emptyExample),
		errors.As(err, &title), errors.As(err, &version), errors.As(err, &license), errors.As(err, &server):
		return true
	case errors.As(err, &scheme):
		return scheme.Scheme != "" // any registered one will do, in any case
	case errors.As(err, &style):
		// That a style does not suit the value of explode is undefined, not forbidden.
		return slices.Contains(stylesByPlace[style.Subject], style.Style)
	}
	return false
}

var stylesByPlace = map[string][]string{
	"path": {"matrix", "label", "simple"}, "query": {"form", "spaceDelimited", "pipeDelimited", "deepObject"},
	"header": {"simple"}, "cookie": {"form", "cookie"}, "media type": {"form", "spaceDelimited", "pipeDelimited", "deepObject"},
}

// worded replaces the library's nested contexts by the operation or component.
func worded(err error) string {
	var route *openapi3.PathValidationError
	var op *openapi3.OperationValidationError
	var component *openapi3.ComponentValidationError
	var section *openapi3.SectionValidationError
	context := ""
	switch {
	case errors.As(err, &route) && errors.As(err, &op):
		context = op.Method + " " + route.Path + ": "
	case errors.As(err, &route):
		context = route.Path + ": "
	case errors.As(err, &component):
		context = fmt.Sprintf("%s %q: ", component.Section, component.Name)
	case errors.As(err, &section) && cause(err) == "must be an object":
		return section.Section + " is missing or not a mapping"
	case errors.As(err, &section) && section.Section != "paths": // those name the path
		context = section.Section + ": "
	}
	return shortened(context + cause(err))
}

// shortened cuts what quotes half a document.
func shortened(s string) string {
	const most = 300
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "..."
	}
	return s
}

// cause is the message below the contexts.
func cause(err error) string {
	for {
		switch e := err.(type) {
		case *openapi3.SectionValidationError:
			err = e.Cause
		case *openapi3.PathValidationError:
			err = e.Cause
		case *openapi3.OperationValidationError:
			err = e.Cause
		case *openapi3.ComponentValidationError:
			err = e.Cause
		default:
			return oneLine(err.Error())
		}
	}
}

// originOf finds the innermost place that an error tells. The error types have
// an Origin field each but no common method for it.
func originOf(err error) *openapi3.Location {
	var found *openapi3.Location
	for ; err != nil; err = errors.Unwrap(err) {
		v := reflect.Indirect(reflect.ValueOf(err))
		if v.Kind() != reflect.Struct {
			continue
		}
		if f := v.FieldByName("Origin"); f.IsValid() && f.CanInterface() {
			if o, ok := f.Interface().(*openapi3.Origin); ok && o != nil && o.Key != nil {
				found = o.Key
			}
		}
	}
	return found
}

// around is the path, operation or component that an error names.
func around(err error, root place) report.Position {
	at := root
	var route *openapi3.PathValidationError
	var op *openapi3.OperationValidationError
	var component *openapi3.ComponentValidationError
	switch {
	case errors.As(err, &route):
		f, ok := root.get("paths").lookup(route.Path)
		if !ok {
			break
		}
		at = f.key
		if errors.As(err, &op) {
			if m, ok := f.value.lookup(strings.ToLower(op.Method)); ok {
				at = m.key
			}
		}
	case errors.As(err, &component):
		for _, group := range root.get("components").fields() {
			if f, ok := group.value.lookup(component.Name); ok && sameGroup(group.name, component.Section) {
				at = f.key
			}
		}
	}
	return at.pos()
}

// sameGroup matches "requestBodies" with "request body".
func sameGroup(group, section string) bool {
	stem := strings.ToLower(strings.ReplaceAll(section, " ", ""))
	stem = strings.TrimSuffix(stem, "y")
	return strings.HasPrefix(strings.ToLower(group), stem)
}
