package spec

import (
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/report"
)

// methods are the members of a path item that are operations. QUERY is of 3.2.
var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}

// pathItem reads the operations of one path. A reference may stand beside
// operations of its own, which then win.
func (b *builder) pathItem(p field) {
	levels := []place{p.value}
	if _, ok := refOf(p.value); ok {
		levels = append(levels, b.resolve(p.value))
	}
	seen := map[string]bool{}
	for _, item := range levels {
		for _, f := range item.fields() {
			if slices.Contains(methods, f.name) && f.value.isMap() && !seen[f.name] {
				seen[f.name] = true
				b.operation(strings.ToUpper(f.name), p.name, item, f)
			}
		}
		for _, f := range item.get("additionalOperations").fields() {
			if f.value.isMap() && !seen[f.name] {
				seen[f.name] = true
				b.operation(strings.ToUpper(f.name), p.name, item, f)
			}
		}
	}
}

func (b *builder) operation(method, path string, item place, f field) {
	p := f.value
	op := &Operation{
		Method: method, Path: path, ID: p.str("operationId"), Pos: f.key.pos(),
		Summary: p.str("summary"), Description: p.str("description"),
		Tags: p.get("tags").texts(), Deprecated: p.get("deprecated").isTrue(),
	}
	op.Security, op.SecurityPos = b.requirements(p, b.security, b.securityPos)
	if !b.swagger2 {
		if op.BasePaths = b.basePaths(p); op.BasePaths == nil {
			op.BasePaths = b.basePaths(item)
		}
	}
	b.parameters(op, p, item)
	if body := p.get("requestBody"); body.ok() && !b.swagger2 {
		op.Body = b.body(body)
	}
	for _, r := range p.get("responses").fields() {
		if !strings.HasPrefix(r.name, "x-") {
			op.Responses = append(op.Responses, b.response(r, p))
		}
	}
	b.doc.Operations = append(b.doc.Operations, op)
}

// parameters reads those of the operation and of its path; the operation's win
// over the path's of the same name and place. Swagger 2.0 declares the body here.
func (b *builder) parameters(op *Operation, p, item place) {
	type id struct{ name, in string }
	seen := map[id]bool{}
	for _, list := range []place{p.get("parameters"), item.get("parameters")} {
		for _, entry := range list.items() {
			param := b.resolve(entry)
			key := id{param.str("name"), param.str("in")}
			if !param.isMap() || seen[key] {
				continue
			}
			seen[key] = true
			if b.swagger2 && key.in == "body" {
				if op.Body == nil {
					op.Body = b.bodyParameter(param, p)
				}
				continue
			}
			op.Parameters = append(op.Parameters, b.parameter(param))
		}
	}
}

func (b *builder) parameter(p place) Parameter {
	out := Parameter{
		Name: p.str("name"), In: p.str("in"), Required: p.get("required").isTrue() || p.str("in") == "path", Pos: p.pos(),
	}
	schema := p.get("schema")
	holder := p
	if b.swagger2 {
		schema = p // type, format and the like stand on the parameter itself
	} else if content := p.get("content").fields(); !schema.ok() && len(content) > 0 {
		holder = content[0].value
		schema = holder.get("schema")
	}
	if b.swagger2 || schema.ok() {
		out.Schema = b.schema(schema)
	}
	out.HasExample = hasOwnExample(p) || hasOwnExample(holder) || b.hasExample(schema)
	return out
}

func (b *builder) body(p place) *Body {
	target := b.resolve(p)
	return &Body{Required: target.get("required").isTrue(), Content: b.content(target.get("content")), Pos: p.pos()}
}

// bodyParameter is Swagger 2.0's body, in each of the types that the operation
// or the document consumes.
func (b *builder) bodyParameter(param, op place) *Body {
	body := &Body{Required: param.get("required").isTrue(), Pos: param.pos()}
	if !param.has("schema") {
		return body
	}
	example := hasOwnExample(param) || b.hasExample(param.get("schema"))
	for _, t := range b.mediaTypes(op, "consumes") {
		body.Content = append(body.Content, Media{
			Type: t, Schema: b.schema(param.get("schema")), HasExample: example, Pos: param.pos(),
		})
	}
	return body
}

// mediaTypes are what a Swagger 2.0 operation consumes or produces.
func (b *builder) mediaTypes(op place, key string) []string {
	for _, p := range []place{op, b.root} {
		if types := p.get(key).texts(); len(types) > 0 {
			return types
		}
	}
	return []string{"application/json"}
}

func (b *builder) content(p place) []Media {
	var all []Media
	for _, f := range p.fields() {
		media := b.resolve(f.value)
		m := Media{Type: f.name, Pos: f.key.pos()}
		schema := media.get("schema")
		if !schema.ok() {
			schema = media.get("itemSchema") // 3.2: one element of a stream
		}
		if schema.ok() {
			m.Schema = b.schema(schema)
		}
		m.HasExample = hasOwnExample(media) || b.hasExample(schema)
		m.Shown = b.shown(media)
		all = append(all, m)
	}
	return all
}

// shown are the texts among the members of a media type's examples.
func (b *builder) shown(media place) []Shown {
	values := []place{media.get("example")}
	for _, f := range media.get("examples").fields() {
		values = append(values, b.resolve(f.value).get("value"))
	}
	var all []Shown
	for _, v := range values {
		for _, f := range v.fields() {
			if f.value.tag() == "!!str" {
				all = append(all, Shown{Member: f.name, Text: f.value.text(), Pos: f.value.pos()})
			}
		}
	}
	return all
}

func (b *builder) response(f field, op place) Response {
	p := b.resolve(f.value)
	r := Response{Status: f.name, Description: p.str("description"), Pos: f.key.pos()}
	for _, h := range p.get("headers").fields() {
		r.Headers = append(r.Headers, h.name)
	}
	if b.swagger2 {
		r.Content = b.producedContent(p, op, f.key.pos())
	} else {
		r.Content = b.content(p.get("content"))
	}
	return r
}

// producedContent is Swagger 2.0's response schema, in each of the types that
// are produced; examples are given by type.
func (b *builder) producedContent(p, op place, at report.Position) []Media {
	schema := p.get("schema")
	if !schema.ok() {
		return nil
	}
	var all []Media
	example := b.hasExample(schema)
	for _, t := range b.mediaTypes(op, "produces") {
		all = append(all, Media{
			Type: t, Schema: b.schema(schema), HasExample: example || p.get("examples").has(t), Pos: at,
		})
	}
	return all
}
