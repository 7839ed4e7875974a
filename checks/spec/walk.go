package spec

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// walker goes over a document along the grammar, once for each node and object
// type, through references as well.
type walker struct {
	files   *files
	grammar grammar
	seen    map[visit]bool
	// problems are wrong types, missing and unknown members, broken references.
	problems []Problem
	// wrong are nodes of the wrong type, broken those whose reference leads
	// nowhere; textual are scalars that should have been quoted.
	wrong, textual map[*yaml.Node]bool
	broken         map[*yaml.Node]string // the object expected
	// visit is told of each object, references resolved; may be nil.
	visit func(p place, objectName string)
}

type visit struct {
	node   *yaml.Node
	object string
}

func newWalker(fs *files, g grammar) *walker {
	return &walker{
		files: fs, grammar: g, seen: map[visit]bool{},
		wrong: map[*yaml.Node]bool{}, textual: map[*yaml.Node]bool{}, broken: map[*yaml.Node]string{},
	}
}

func (w *walker) problem(p place, format string, args ...any) {
	w.problems = append(w.problems, Problem{p.pos(), fmt.Sprintf(format, args...)})
}

// object checks one object that stands where an objectName is expected.
func (w *walker) object(p place, objectName string) {
	o := w.grammar.objects[objectName]
	if ref, ok := refOf(p); ok && o.referable {
		w.reference(p, ref, objectName)
		if objectName != "pathItem" && (objectName != "schema" || len(p.fields()) == 1) {
			return // siblings of a reference are ignored
		}
	}
	key := visit{p.target(), objectName}
	if w.seen[key] {
		return
	}
	w.seen[key] = true
	if w.visit != nil {
		w.visit(p, objectName)
	}
	for _, f := range p.fields() {
		w.member(f, o, objectName)
	}
	for _, name := range o.required {
		if v := p.get(name); (!v.ok() || v.tag() == "!!null") && !p.has("$ref") {
			w.problem(p, "%s has no %q, which is required", spoken(objectName), name)
		}
	}
}

// spoken is an object's name in a message.
func spoken(objectName string) string {
	switch objectName {
	case "pathItem":
		return "path item"
	case "mediaType":
		return "media type"
	case "requestBody":
		return "request body"
	case "securityScheme":
		return "security scheme"
	case "externalDocs":
		return "external documentation"
	}
	return objectName
}

func (w *walker) member(f field, o object, objectName string) {
	if strings.HasPrefix(f.name, "x-") || f.name == "$ref" {
		return
	}
	t, ok := o.fields[f.name]
	if !ok && o.rest != nil {
		if objectName == "paths" && !strings.HasPrefix(f.name, "/") {
			return // the library says so; for Swagger 2.0 see validateSwagger
		}
		t, ok = *o.rest, true
		if f.value.tag() == "!!null" {
			w.wrong[f.value.target()] = true
			w.problem(f.key, "%q is empty; it must be %s", f.name, t)
			return
		}
	}
	if !ok {
		if o.closed {
			w.problem(f.key, "%s has no member %q; remove it, correct its name or prefix it with x-", spoken(objectName), f.name)
		}
		return
	}
	w.typed(f.value, f.name, t)
}

// typed checks a value against the alternatives. A null stands for absence.
func (w *walker) typed(p place, name string, t term) {
	if p.tag() == "!!null" && !slices.ContainsFunc(t, func(k kind) bool { return k.name == "any" }) {
		w.wrong[p.target()] = true // the library would trip over it
		return
	}
	for _, k := range t {
		if w.fits(p, k) {
			w.descend(p, name, k)
			return
		}
	}
	if len(t) > 0 && t[0].name == "string" && !t[0].list && !t[0].hash && p.isScalar() {
		w.textual[p.target()] = true
		w.problem(p, "%s is %s, not a string; put it in quotes", name, p.text())
		return
	}
	w.wrong[p.target()] = true
	w.problem(p, "%s must be %s", name, t)
}

// fits holds when a value is of a kind, its members not looked at.
func (w *walker) fits(p place, k kind) bool {
	switch {
	case k.list:
		return p.isList()
	case k.hash:
		return p.isMap()
	}
	switch k.name {
	case "any":
		return true
	case "string":
		// Dates and the words of older YAML (yes, on) are strings to everybody.
		tag := p.tag()
		return p.isScalar() && tag != "!!int" && tag != "!!float" && tag != "!!bool" && tag != "!!null"
	case "bool":
		return p.tag() == "!!bool"
	case "number":
		return p.number() != nil
	case "integer":
		return p.count() != nil
	}
	return p.isMap()
}

func (w *walker) descend(p place, name string, k kind) {
	inner := term{{name: k.name}}
	switch {
	case k.list:
		for i, item := range p.items() {
			w.element(item, fmt.Sprintf("%s[%d]", name, i), inner)
		}
	case k.hash:
		for _, f := range p.fields() {
			if !strings.HasPrefix(f.name, "x-") || k.name == "schema" || k.name == "header" {
				w.element(f.value, fmt.Sprintf("%s.%s", name, f.name), inner)
			}
		}
	case !k.primitive():
		w.object(p, k.name)
	}
}

// element is a member of a list or map, where null is a mistake.
func (w *walker) element(p place, name string, t term) {
	if p.tag() == "!!null" && t[0].name != "any" {
		w.wrong[p.target()] = true
		w.problem(p, "%s is empty; it must be %s", name, t)
		return
	}
	if t[0].name == "schema" && p.tag() == "!!bool" && w.booleanSchemas() {
		return
	}
	w.typed(p, name, t)
}

// booleanSchemas holds from OpenAPI 3.1 on.
func (w *walker) booleanSchemas() bool {
	_, ok := w.grammar.objects["schema"].fields["const"]
	return ok
}

// reference checks that a reference leads somewhere, and walks on there.
func (w *walker) reference(p place, ref, objectName string) {
	target, err := w.files.resolve(p)
	switch {
	case errors.Is(err, errOutside):
		w.broken[p.target()] = objectName // noted when the model was built
		return
	case err != nil:
		w.broken[p.target()] = objectName
		w.problem(p.get("$ref"), "$ref %q does not lead to a %s: %s", ref, spoken(objectName), oneLine(err.Error()))
		return
	case leadsAstray(ref, objectName):
		w.broken[p.target()] = objectName
		w.problem(p.get("$ref"), "$ref %q does not lead to a %s but to another kind of component", ref, spoken(objectName))
		return
	case !target.isMap():
		if !(objectName == "schema" && target.tag() == "!!bool" && w.booleanSchemas()) {
			w.broken[p.target()] = objectName
			w.problem(p.get("$ref"), "$ref %q does not lead to a %s", ref, spoken(objectName))
		}
		return
	}
	w.object(target, objectName)
}

// leadsAstray holds when a reference names a component of another kind.
func leadsAstray(ref, objectName string) bool {
	_, pointer, _ := strings.Cut(ref, "#/")
	tokens := strings.Split(strings.TrimPrefix(pointer, "components/"), "/")
	if len(tokens) != 2 {
		return false
	}
	kinds := map[string]string{
		"schemas": "schema", "responses": "response", "parameters": "parameter", "examples": "example", "requestBodies": "requestBody",
		"headers": "header", "securitySchemes": "securityScheme", "links": "link", "callbacks": "callback", "pathItems": "pathItem",
		"definitions": "schema",
	}
	expected := kinds[tokens[0]]
	return expected != "" && expected != objectName
}
