package spec

import (
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// use is the direction that a value travels: a request need not carry what is
// readOnly, a response not what is writeOnly, whatever `required` says.
type use int

const (
	either use = iota // both may be missing
	request
	response
)

// schemaUse is a schema node in one direction.
type schemaUse struct {
	node *yaml.Node
	use  use
}

// translator turns the schemas of any version into one JSON Schema 2020-12
// resource whose references are all local. Only keywords of the right type are
// taken over, so that the result is always a valid schema.
type translator struct {
	b       *builder
	defs    map[string]any
	names   map[schemaUse]string
	pending []pendingTranslation
}

type pendingTranslation struct {
	name string
	at   place
	use  use
}

func newTranslator(b *builder) *translator {
	return &translator{b: b, defs: map[string]any{}, names: map[schemaUse]string{}}
}

// name is the schema's key in defs; translation waits for drain.
func (t *translator) name(p place, u use) string {
	key := schemaUse{p.target(), u}
	if name, ok := t.names[key]; ok {
		return name
	}
	name := strconv.Itoa(len(t.names))
	t.names[key] = name
	t.pending = append(t.pending, pendingTranslation{name, p, u})
	return name
}

func (t *translator) drain() {
	for len(t.pending) > 0 {
		next := t.pending[0]
		t.pending = t.pending[1:]
		t.defs[next.name] = t.schema(next.at, next.use)
	}
}

// schema translates one schema; what is no schema allows everything.
func (t *translator) schema(p place, u use) any {
	if p.isTrue() || p.isFalse() {
		return p.isTrue()
	}
	ref, ok := refOf(p)
	if !ok {
		return t.plain(p, u)
	}
	target, err := t.b.files.step(p.source, ref)
	if err != nil {
		return true
	}
	link := map[string]any{"$ref": "#/$defs/" + t.name(target, u)}
	if !t.b.modern || len(p.fields()) == 1 {
		return link
	}
	return map[string]any{"allOf": []any{link, t.plain(p, u)}}
}

// Keywords that are taken over as they are, by the type of their value.
var (
	numberKeywords = []string{"maximum", "minimum"}
	countKeywords  = []string{"maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties", "minContains", "maxContains"}
	schemaKeywords = []string{"items", "not", "additionalProperties", "contains", "propertyNames", "if", "then", "else",
		"unevaluatedItems", "unevaluatedProperties"}
	listKeywords = []string{"allOf", "anyOf", "oneOf", "prefixItems"}
	mapKeywords  = []string{"properties", "patternProperties", "dependentSchemas"}
)

func (t *translator) plain(p place, u use) any {
	out := map[string]any{}
	t.scalars(p, out)
	for _, k := range schemaKeywords {
		if v := p.get(k); v.isMap() || v.tag() == "!!bool" {
			out[k] = t.schema(v, u)
		}
	}
	for _, k := range listKeywords {
		if items := p.get(k).items(); len(items) > 0 {
			list := make([]any, len(items))
			for i, item := range items {
				list[i] = t.schema(item, u)
			}
			out[k] = list
		}
	}
	if variants, ok := out["oneOf"]; ok && p.has("discriminator") {
		delete(out, "oneOf") // the discriminator says which; the others may match by accident
		out["anyOf"] = variants
	}
	for _, k := range mapKeywords {
		if members := p.get(k).fields(); len(members) > 0 {
			m := map[string]any{}
			for _, f := range members {
				m[f.name] = t.schema(f.value, u)
			}
			out[k] = m
		}
	}
	if required := t.required(p, u); len(required) > 0 {
		out["required"] = required
	}
	if p.get("nullable").isTrue() || p.get("x-nullable").isTrue() {
		return map[string]any{"anyOf": []any{map[string]any{"type": "null"}, out}}
	}
	return out
}

// scalars translates the keywords whose values are not schemas.
func (t *translator) scalars(p place, out map[string]any) {
	var types []any
	for _, name := range p.get("type").texts() {
		if slices.Contains([]string{"string", "number", "integer", "boolean", "array", "object", "null"}, name) && !slices.Contains(types, any(name)) {
			types = append(types, name)
		}
	}
	if len(types) > 0 {
		out["type"] = types
	}
	for _, k := range numberKeywords {
		if v := p.get(k); v.number() != nil {
			out[k] = v.value()
		}
	}
	exclusive(p, out, "exclusiveMinimum", "minimum")
	exclusive(p, out, "exclusiveMaximum", "maximum")
	if v := p.get("multipleOf"); v.number() != nil && *v.number() > 0 {
		out["multipleOf"] = v.value()
	}
	for _, k := range countKeywords {
		if v := p.get(k).count(); v != nil && *v >= 0 {
			out[k] = *v
		}
	}
	if v := p.get("pattern"); v.tag() == "!!str" {
		out["pattern"] = v.text()
	}
	if p.get("uniqueItems").isTrue() {
		out["uniqueItems"] = true
	}
	if items := p.get("enum").items(); len(items) > 0 {
		out["enum"] = p.get("enum").value()
	}
	if p.has("const") {
		out["const"] = p.get("const").value()
	}
}

// exclusive translates the flag of 3.0 and earlier into the number of 3.1.
func exclusive(p place, out map[string]any, keyword, bound string) {
	v := p.get(keyword)
	switch {
	case v.number() != nil:
		out[keyword] = v.value()
	case v.isTrue() && out[bound] != nil:
		out[keyword] = out[bound]
		delete(out, bound)
	}
}

// required leaves out what does not travel in the direction.
func (t *translator) required(p place, u use) []any {
	var names []any
	for _, name := range slices.Compact(slices.Sorted(slices.Values(listOf(p.get("required"))))) {
		property := t.b.resolveQuietly(p.get("properties").get(name))
		if u != response && property.get("readOnly").isTrue() || u != request && property.get("writeOnly").isTrue() {
			continue
		}
		names = append(names, name)
	}
	return names
}
