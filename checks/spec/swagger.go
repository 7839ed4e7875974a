package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/report"
)

// validateSwagger checks what version 2.0 demands beyond its grammar.
func validateSwagger(doc *Document, root place) []Problem {
	v := &swaggerRules{doc: doc, root: root, ids: map[string]*Operation{}}
	for _, p := range root.get("paths").fields() {
		if !strings.HasPrefix(p.name, "/") && !strings.HasPrefix(p.name, "x-") {
			v.problem(p.key.pos(), "path %q does not begin with a slash", p.name)
		}
	}
	if base := root.get("basePath"); base.ok() && !strings.HasPrefix(base.text(), "/") {
		v.problem(base.pos(), "basePath %q does not begin with a slash", base.text())
	}
	v.requirements(root, "the document")
	v.samePaths()
	for _, op := range doc.Operations {
		v.operation(op)
	}
	return v.problems
}

type swaggerRules struct {
	doc      *Document
	root     place
	ids      map[string]*Operation
	problems []Problem
}

func (v *swaggerRules) problem(at report.Position, format string, args ...any) {
	v.problems = append(v.problems, Problem{at, fmt.Sprintf(format, args...)})
}

// requirements names security schemes that are not defined.
func (v *swaggerRules) requirements(p place, owner string) {
	for _, item := range p.get("security").items() {
		for _, f := range item.fields() {
			if _, ok := v.doc.SecuritySchemes[f.name]; !ok {
				v.problem(f.key.pos(), "%s requires security scheme %q, which securityDefinitions does not define", owner, f.name)
			}
		}
	}
}

// samePaths finds paths that differ in the names of parameters only.
func (v *swaggerRules) samePaths() {
	first := map[string]string{}
	for _, f := range v.root.get("paths").fields() {
		shape := pathParameter.ReplaceAllString(f.name, "{}")
		if other, ok := first[shape]; ok {
			v.problem(f.key.pos(), "path %s is the same as %s; merge them", f.name, other)
			continue
		}
		first[shape] = f.name
	}
}

var pathParameter = regexp.MustCompile(`\{[^{}/]*\}`)

func (v *swaggerRules) operation(op *Operation) {
	if op.ID != "" {
		if first := v.ids[op.ID]; first != nil {
			v.problem(op.Pos, "%s has the operationId %q of %s (%s); it must be unique", op.Name(), op.ID, first.Name(), first.Pos)
		} else {
			v.ids[op.ID] = op
		}
	}
	if item := v.root.get("paths").get(op.Path); item.ok() {
		v.requirements(item.get(strings.ToLower(op.Method)), op.Name())
	}
	if len(op.Responses) == 0 {
		v.problem(op.Pos, "%s documents no response; it must have at least one", op.Name())
	}
	v.parameters(op)
}

var swaggerPlaces = []string{"path", "query", "header", "formData"}

func (v *swaggerRules) parameters(op *Operation) {
	declared := map[string]bool{}
	for _, p := range op.Parameters {
		if !slices.Contains(swaggerPlaces, p.In) {
			v.problem(p.Pos, "parameter %q of %s has in: %q; use path, query, header, formData or body", p.Name, op.Name(), p.In)
			continue
		}
		if p.In == "path" {
			declared["{"+p.Name+"}"] = true
			if !strings.Contains(op.Path, "{"+p.Name+"}") {
				v.problem(p.Pos, "path parameter %q does not occur in %s", p.Name, op.Name())
			}
		}
		if p.Schema != nil && len(p.Schema.Types) == 0 {
			v.problem(p.Pos, "parameter %q of %s has no type", p.Name, op.Name())
		}
		if p.Schema != nil && slices.Contains(p.Schema.Types, "array") && p.Schema.Items == nil {
			v.problem(p.Pos, "parameter %q of %s is an array without items", p.Name, op.Name())
		}
	}
	for _, name := range pathParameter.FindAllString(op.Path, -1) {
		if !declared[name] {
			v.problem(op.Pos, "%s does not declare its path parameter %s", op.Name(), name)
		}
	}
}

// swaggerType finds types that JSON Schema does not know.
func (w *walker) swaggerType(p place, objectName string) {
	known := []string{"string", "number", "integer", "boolean", "array", "object", "null", "file"}
	if objectName == "securityScheme" {
		return
	}
	for _, name := range p.get("type").texts() {
		if !slices.Contains(known, name) {
			w.problem(p.get("type"), "type %q is not one of %s", name, strings.Join(known[:6], ", "))
		}
	}
}
