package contracts

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/spec"
)

// compareConstant compares a constant body with its schema.
func compareConstant(d *spec.Document, s *spec.Schema, body any) *comparison {
	c := &comparison{doc: d, dir: outgoing}
	c.constant("", s, body, 0)
	return c
}

func (c *comparison) constant(path string, s *spec.Schema, body any, depth int) {
	s = c.doc.Resolve(s)
	if s == nil || depth > maxSchemaDepth || body == nil && (s.Nullable || slices.Contains(s.Types, "null")) {
		return
	}
	flat := flatten(c.doc, s, 0)
	if flat.alternatives {
		c.cannotTell("", "the schema has alternatives")
		return
	}
	want := jsonType(c.doc, s, 0)
	if is := jsonTypeOf(body); want != "" && is != want && !(want == "number" && is == "integer") {
		c.differ("%s is %s, but the schema says %s", orBody(path), article(is), want)
		return
	}
	switch body := body.(type) {
	case map[string]any:
		for _, name := range flat.required {
			if _, there := body[name]; !there {
				c.differ("required property %s is missing", strings.TrimPrefix(path+"."+name, "."))
			}
		}
		for _, p := range flat.properties {
			if member, there := body[p.Name]; there {
				c.constant(strings.TrimPrefix(path+"."+p.Name, "."), p.Schema, member, depth+1)
			}
		}
	case []any:
		for _, element := range body {
			c.constant(path+"[]", s.Items, element, depth+1)
		}
	}
}

func jsonTypeOf(body any) string {
	switch v := body.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

// alwaysEmpty is the one thing that a handler ever answers with success, where
// that is an object without members although the schema names some.
func alwaysEmpty(d *spec.Document, s *spec.Schema, written []behaviour.Answer) (why string, is bool) {
	flat := flatten(d, s, 0)
	if len(flat.properties) == 0 {
		return "", false
	}
	for _, a := range written {
		body, constant := a.Constant()
		if object, ok := body.(map[string]any); !constant || !ok || len(object) > 0 {
			return "", false
		}
	}
	var names []string
	for _, p := range flat.properties {
		names = append(names, p.Name)
	}
	return fmt.Sprintf("the object is always empty, although the schema has %s", shortNames(names)), true
}

// shortNames lists the first of many names.
func shortNames(names []string) string {
	const most = 4
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
