package spec

import (
	"encoding/json"
	"reflect"
)

// pendingSchema is a named schema that waits to be read.
type pendingSchema struct {
	name string
	at   place
	key  place // the component's name; the zero place for other targets
}

// namedSchemas reads the document's own components.
func (b *builder) namedSchemas() {
	named := b.root.get("components").get("schemas")
	if b.swagger2 {
		named = b.root.get("definitions")
	}
	for _, f := range named.fields() {
		b.doc.Schemas[f.name] = &Schema{}
		b.pending = append(b.pending, pendingSchema{f.name, f.value, f.key})
	}
	b.drain()
}

// drain reads what is pending, in a loop: references nest without bound.
func (b *builder) drain() {
	for len(b.pending) > 0 {
		next := b.pending[0]
		b.pending = b.pending[1:]
		s := b.schema(next.at)
		if s == nil {
			s = &Schema{}
		}
		if next.key.ok() {
			s.Pos = next.key.pos()
		}
		*b.doc.Schemas[next.name] = *s
	}
}

// schema reads one schema; nil where none can be read.
func (b *builder) schema(p place) *Schema {
	if b.schemas++; b.schemas > maxRefSchemas {
		b.abstain(b.doc.Pos, "the document has more than %d schemas once references are followed; the rest is left out", maxRefSchemas)
		return nil
	}
	if p.isFalse() { // 3.1: nothing is valid
		return &Schema{Not: &Schema{Pos: p.pos()}, Pos: p.pos()}
	}
	ref, ok := refOf(p)
	if !ok {
		return b.plainSchema(p)
	}
	named := b.reference(p, ref)
	if !b.modern || len(p.fields()) == 1 {
		return named
	}
	// From 3.1 on, what stands beside a reference holds as well.
	beside := b.plainSchema(p)
	if !beside.constrains() {
		return named
	}
	return &Schema{AllOf: []*Schema{named, beside}, Nullable: beside.Nullable, ReadOnly: beside.ReadOnly,
		WriteOnly: beside.WriteOnly, HasDefault: beside.HasDefault, HasExample: beside.HasExample, Pos: p.pos()}
}

// constrains reports whether a schema says more than prose.
func (s *Schema) constrains() bool {
	return !reflect.DeepEqual(*s, Schema{Pos: s.Pos})
}

// reference names the target of a reference and sees to it that it is read.
func (b *builder) reference(p place, ref string) *Schema {
	target, err := b.files.step(p.source, ref)
	if err != nil {
		b.resolve(p) // notes what is outside
		return &Schema{Ref: ref, Pos: p.pos()}
	}
	name := canonical(b.root.source, target, ref)
	if b.doc.Schemas[name] == nil {
		b.doc.Schemas[name] = &Schema{}
		b.pending = append(b.pending, pendingSchema{name: name, at: target})
	}
	return &Schema{Ref: name, Pos: p.pos()}
}

// plainSchema reads a schema's own keywords.
func (b *builder) plainSchema(p place) *Schema {
	s := &Schema{
		Format: p.str("format"), Pattern: p.str("pattern"),
		Nullable: p.get("nullable").isTrue() || p.get("x-nullable").isTrue(),
		Required: listOf(p.get("required")), UniqueItems: p.get("uniqueItems").isTrue(),
		ReadOnly: p.get("readOnly").isTrue(), WriteOnly: p.get("writeOnly").isTrue(),
		HasExample: hasOwnExample(p), HasDefault: p.has("default"),
		MultipleOf: p.get("multipleOf").number(),
		MinLength:  p.get("minLength").count(), MaxLength: p.get("maxLength").count(),
		MinItems: p.get("minItems").count(), MaxItems: p.get("maxItems").count(),
		MinProperties: p.get("minProperties").count(), MaxProperties: p.get("maxProperties").count(),
		Pos: p.pos(),
	}
	b.types(s, p)
	bounds(s, p)
	s.Enum = enum(p)
	s.Discriminator = p.get("discriminator").str("propertyName")
	if b.swagger2 {
		s.Discriminator = p.str("discriminator")
	}
	for _, f := range p.get("properties").fields() {
		s.Properties = append(s.Properties, Property{f.name, b.schema(f.value)})
	}
	if items := p.get("items"); items.isMap() || items.isFalse() {
		s.Items = b.schema(items)
	}
	if not := p.get("not"); not.isMap() {
		s.Not = b.schema(not)
	}
	if more := p.get("additionalProperties"); more.isMap() {
		s.AdditionalProperties = b.schema(more)
	} else if more.isTrue() {
		s.AdditionalProperties = &Schema{Pos: more.pos()}
	} else {
		s.AdditionalForbidden = more.isFalse() || p.get("unevaluatedProperties").isFalse()
	}
	s.AllOf, s.OneOf, s.AnyOf = b.schemaList(p, "allOf"), b.schemaList(p, "oneOf"), b.schemaList(p, "anyOf")
	for _, branch := range append(append([]*Schema{}, s.OneOf...), s.AnyOf...) {
		s.Nullable = s.Nullable || branch != nil && len(branch.Types) == 1 && branch.Types[0] == "null"
	}
	return s
}

// listOf are the texts of a list; a draft-3 `required: true` is none.
func listOf(p place) []string {
	if !p.isList() {
		return nil
	}
	return p.texts()
}

func (b *builder) schemaList(p place, key string) []*Schema {
	var all []*Schema
	for _, item := range p.get(key).items() {
		if s := b.schema(item); s != nil {
			all = append(all, s)
		}
	}
	return all
}

// types reads `type`; "null" beside other types makes the schema nullable.
func (b *builder) types(s *Schema, p place) {
	s.Types = p.get("type").texts()
	if len(s.Types) < 2 {
		return
	}
	kept := s.Types[:0]
	for _, t := range s.Types {
		if t == "null" {
			s.Nullable = true
			continue
		}
		kept = append(kept, t)
	}
	s.Types = kept
}

// bounds reads minimum and maximum. Up to 3.0 an exclusive bound is a flag, from
// 3.1 on a number of its own.
func bounds(s *Schema, p place) {
	s.Minimum, s.Maximum = p.get("minimum").number(), p.get("maximum").number()
	s.ExclusiveMinimum, s.ExclusiveMaximum = p.get("exclusiveMinimum").isTrue(), p.get("exclusiveMaximum").isTrue()
	if v := p.get("exclusiveMinimum").number(); v != nil && (s.Minimum == nil || *v >= *s.Minimum) {
		s.Minimum, s.ExclusiveMinimum = v, true
	}
	if v := p.get("exclusiveMaximum").number(); v != nil && (s.Maximum == nil || *v <= *s.Maximum) {
		s.Maximum, s.ExclusiveMaximum = v, true
	}
}

// enum lists the allowed values as JSON; `const` is an enum of one.
func enum(p place) []string {
	values := p.get("enum").items()
	if c := p.get("const"); c.ok() {
		values = []place{c}
	}
	var all []string
	for _, v := range values {
		if data, err := json.Marshal(v.value()); err == nil {
			all = append(all, string(data))
		}
	}
	return all
}

// hasOwnExample looks for an example on the object itself, be it a schema, a
// parameter or a media type. Swagger 2.0 documents write x-example as well.
func hasOwnExample(p place) bool {
	for _, key := range []string{"example", "x-example"} {
		if e := p.get(key); e.ok() && e.tag() != "!!null" {
			return true
		}
	}
	examples := p.get("examples")
	return len(examples.items()) > 0 || len(examples.fields()) > 0
}

// hasExample reports whether a reader (or a documentation page) can put an
// example value together from a schema: it has one, or all of its properties,
// its items, its parts or one of its variants have. A value that is prescribed
// (enum, const, default, boolean) is its own example. A recursion adds nothing.
func (b *builder) hasExample(p place) bool {
	p = b.resolve(p)
	node := p.target()
	if node == nil {
		return false
	}
	if known, ok := b.hasEx[node]; ok {
		return known
	}
	b.hasEx[node] = true
	found := b.computeExample(p)
	b.hasEx[node] = found
	return found
}

func (b *builder) computeExample(p place) bool {
	if hasOwnExample(p) || p.has("default") || p.has("const") || len(p.get("enum").items()) > 0 || p.str("type") == "boolean" {
		return true
	}
	parts := p.get("allOf").items()
	properties := p.get("properties").fields()
	for _, part := range parts {
		if !b.hasExample(part) {
			return false
		}
	}
	for _, f := range properties {
		if !b.hasExample(f.value) {
			return false
		}
	}
	if len(parts)+len(properties) > 0 {
		return true
	}
	for _, branch := range append(p.get("oneOf").items(), p.get("anyOf").items()...) {
		if b.hasExample(branch) {
			return true
		}
	}
	for _, key := range []string{"items", "additionalProperties"} {
		if inner := p.get(key); inner.isMap() {
			return b.hasExample(inner)
		}
	}
	return false
}
