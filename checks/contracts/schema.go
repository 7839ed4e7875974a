package contracts

import (
	"fmt"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/spec"
)

// direction is which way a value goes.
type direction int

const (
	incoming direction = iota // decoded from a request
	outgoing                  // encoded into an answer
)

// comparison holds a schema against a Go type, as encoding/json sees it.
type comparison struct {
	doc *spec.Document
	dir direction
	// differences are true ones; unsure is why the whole, or each element of it,
	// cannot be compared.
	differences, unsure []string
	seen                map[pairKey]bool
	// generated reports types of a server that was generated from a document: their
	// own marshalling follows from it. nil where there is no such server.
	generated func(types.Type) bool
}

type pairKey struct {
	s *spec.Schema
	t types.Type
}

func compare(doc *spec.Document, s *spec.Schema, t types.Type, dir direction) *comparison {
	c := &comparison{doc: doc, dir: dir, seen: map[pairKey]bool{}}
	if s != nil && doc.Resolve(s) == nil {
		c.cannotTell("", "the schema refers to nothing, or to itself only")
	}
	c.value("", s, t, 0)
	return c
}

const maxSchemaDepth = 12

func (c *comparison) differ(format string, args ...any) {
	c.differences = append(c.differences, fmt.Sprintf(format, args...))
}

func (c *comparison) cannotTell(path, why string) {
	if path != "" && path != "[]" {
		return // the rest was compared
	}
	c.unsure = append(c.unsure, strings.TrimPrefix(path+": "+why, ": "))
}

func (c *comparison) value(path string, s *spec.Schema, t types.Type, depth int) {
	s = c.doc.Resolve(s)
	if s == nil || t == nil || depth > maxSchemaDepth || c.seen[pairKey{s, t}] {
		return
	}
	c.seen[pairKey{s, t}] = true
	t = types.Unalias(t)
	if c.dir == outgoing && s.Nullable && canBeNull(t) {
		if is, ok := kindOf(deref(t)); ok && !sameKind(is, jsonType(c.doc, s, 0)) {
			c.cannotTell(path, "it may be null only")
			return
		}
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		c.value(path, s, p.Elem(), depth+1)
		return
	}
	if textual[goName(t)] {
		c.text(path, s, t)
		return
	}
	isGenerated := c.generated != nil && c.generated(t)
	if inner, ok := optional(t); ok && isGenerated {
		c.value(path, s, inner, depth+1)
		return
	}
	if why := c.opaque(t); why != "" && (!isGenerated || types.IsInterface(t)) {
		c.cannotTell(path, why)
		return
	}
	if len(s.OneOf) > 0 || len(s.AnyOf) > 0 || s.Not != nil {
		c.cannotTell(path, "the schema has alternatives")
		return
	}
	switch jsonType(c.doc, s, 0) {
	case "object":
		c.object(path, s, t, depth)
	case "array":
		c.array(path, s, t, depth)
	case "string":
		if is, ok := kindOf(t); ok && is != "string" && !isBytes(t) {
			c.differ("%s is %s in the document, %s in %s", orBody(path), "a string", article(is), goName(t))
		}
	case "integer", "number":
		if is, ok := kindOf(t); ok && is != "number" {
			c.differ("%s is %s in the document, %s in %s", orBody(path), "a number", article(is), goName(t))
		}
	case "boolean":
		if is, ok := kindOf(t); ok && is != "boolean" {
			c.differ("%s is %s in the document, %s in %s", orBody(path), "a boolean", article(is), goName(t))
		}
	}
}

// canBeNull: encoding/json writes null for some value of the type.
func canBeNull(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Slice, *types.Map:
		return true
	}
	return false
}

func deref(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return types.Unalias(p.Elem())
	}
	return t
}

// sameKind compares JSON types; integers are numbers.
func sameKind(is, want string) bool {
	return is == want || want == "" || is == "number" && want == "integer"
}

// text compares a type whose JSON is known to be a string.
func (c *comparison) text(path string, s *spec.Schema, t types.Type) {
	if len(s.OneOf) > 0 || len(s.AnyOf) > 0 || s.Not != nil {
		c.cannotTell(path, "the schema has alternatives")
		return
	}
	if is := jsonType(c.doc, s, 0); is != "" && is != "string" {
		c.differ("%s is %s in the document, a string in %s", orBody(path), article(is), goName(t))
	}
}

func orBody(path string) string {
	if path == "" {
		return "the body"
	}
	return path
}

func article(kind string) string {
	if strings.ContainsAny(kind[:1], "aeio") {
		return "an " + kind
	}
	return "a " + kind
}

func goName(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string { return p.Name() })
}

// textual types have a JSON of their own that is known to be a string.
var textual = map[string]bool{"time.Time": true, "uuid.UUID": true, "netip.Addr": true, "net.IP": true, "ulid.ULID": true}

// opaque says why a type's JSON cannot be told from its fields.
func (c *comparison) opaque(t types.Type) string {
	if _, ok := t.(*types.TypeParam); ok {
		return "the type is a parameter"
	}
	if types.IsInterface(t) {
		return "the type is an interface"
	}
	methods := []string{"UnmarshalJSON", "UnmarshalText"}
	if c.dir == outgoing {
		methods = []string{"MarshalJSON", "MarshalText"}
	}
	for _, m := range methods {
		if obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(t), true, nil, m); obj != nil {
			if _, ok := obj.(*types.Func); ok {
				return goName(t) + " has its own JSON"
			}
		}
	}
	if n := goName(t); n == "json.RawMessage" || n == "json.Number" {
		return "the type is " + n
	}
	return ""
}

// jsonType is the schema's type: given, or implied by what it constrains.
func jsonType(doc *spec.Document, s *spec.Schema, depth int) string {
	if s == nil || depth > maxSchemaDepth {
		return ""
	}
	var named []string
	for _, t := range s.Types {
		if t != "null" {
			named = append(named, t)
		}
	}
	switch {
	case len(named) == 1:
		return named[0]
	case len(named) > 1:
		return ""
	case len(s.Properties) > 0:
		return "object"
	case s.Items != nil:
		return "array"
	}
	for _, part := range s.AllOf {
		if t := jsonType(doc, doc.Resolve(part), depth+1); t != "" {
			return t
		}
	}
	return ""
}

// kindOf is the JSON type of a Go type; not ok where it can be several.
func kindOf(t types.Type) (string, bool) {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch info := u.Info(); {
		case info&types.IsString != 0:
			return "string", true
		case info&types.IsNumeric != 0:
			return "number", true
		case info&types.IsBoolean != 0:
			return "boolean", true
		}
	case *types.Struct, *types.Map:
		return "object", true
	case *types.Slice:
		if isBytes(t) {
			return "string", true
		}
		return "array", true
	case *types.Array:
		return "array", true
	}
	return "", false
}

func isBytes(t types.Type) bool {
	s, ok := t.Underlying().(*types.Slice)
	return ok && types.Identical(s.Elem().Underlying(), types.Typ[types.Byte])
}

func (c *comparison) array(path string, s *spec.Schema, t types.Type, depth int) {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		c.value(path+"[]", s.Items, u.Elem(), depth+1)
	case *types.Array:
		c.value(path+"[]", s.Items, u.Elem(), depth+1)
	default:
		if is, ok := kindOf(t); ok {
			c.differ("%s is an array in the document, %s in %s", orBody(path), article(is), goName(t))
		}
	}
}

func (c *comparison) object(path string, s *spec.Schema, t types.Type, depth int) {
	st, ok := t.Underlying().(*types.Struct)
	if !ok {
		if _, isMap := t.Underlying().(*types.Map); isMap {
			c.cannotTell(path, "the keys of a map are not known")
		} else if is, ok := kindOf(t); ok {
			c.differ("%s is an object in the document, %s in %s", orBody(path), article(is), goName(t))
		}
		return
	}
	flat := flatten(c.doc, s, 0)
	if flat.alternatives {
		c.cannotTell(path, "the schema has alternatives")
	}
	fields := jsonFields(st, 0)
	for _, p := range flat.properties {
		schema := c.doc.Resolve(p.Schema)
		if schema != nil && (c.dir == incoming && schema.ReadOnly || c.dir == outgoing && schema.WriteOnly) {
			continue
		}
		full := strings.TrimPrefix(path+"."+p.Name, ".")
		f := findField(fields, p.Name, c.dir)
		if f == nil {
			if slices.Contains(flat.required, p.Name) {
				c.differ("required property %s is missing in %s%s", full, goName(t), hidden(st, p.Name))
			}
			continue
		}
		if f.asString {
			c.quoted(full, p.Schema, f.typ)
			continue
		}
		c.value(full, p.Schema, f.typ, depth+1)
	}
}

// quoted compares a field with the option string: encoding/json puts numbers
// and booleans between quotes, and leaves all else as it is.
func (c *comparison) quoted(path string, s *spec.Schema, t types.Type) {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	b, ok := t.Underlying().(*types.Basic)
	if !ok || b.Info()&(types.IsNumeric|types.IsBoolean) == 0 {
		return
	}
	if is := jsonType(c.doc, c.doc.Resolve(s), 0); is == "integer" || is == "number" || is == "boolean" {
		c.differ("%s is %s in the document, a string in %s (its tag has the option string)", path, article(is), goName(t))
	}
}

// findField looks a property up as encoding/json does: exactly when writing,
// ignoring case when reading.
func findField(fields []field, name string, dir direction) *field {
	for i := range fields {
		if fields[i].name == name {
			return &fields[i]
		}
	}
	if dir == incoming {
		for i := range fields {
			if strings.EqualFold(fields[i].name, name) {
				return &fields[i]
			}
		}
	}
	return nil
}

// hidden names a field that would fit but for its tag.
func hidden(st *types.Struct, name string) string {
	plain := strings.NewReplacer("_", "", "-", "").Replace(name)
	for i := range st.NumFields() {
		if strings.EqualFold(st.Field(i).Name(), plain) {
			return fmt.Sprintf(" (field %s is tagged `%s`)", st.Field(i).Name(), st.Tag(i))
		}
	}
	return ""
}

// flattened is an object schema with its allOf parts merged.
type flattened struct {
	properties   []spec.Property
	required     []string
	alternatives bool
}

func flatten(doc *spec.Document, s *spec.Schema, depth int) flattened {
	var out flattened
	s = doc.Resolve(s)
	if s == nil || depth > maxSchemaDepth {
		return out
	}
	out.properties = append(out.properties, s.Properties...)
	out.required = append(out.required, s.Required...)
	out.alternatives = len(s.OneOf) > 0 || len(s.AnyOf) > 0
	for _, part := range s.AllOf {
		inner := flatten(doc, part, depth+1)
		out.properties = append(out.properties, inner.properties...)
		out.required = append(out.required, inner.required...)
		out.alternatives = out.alternatives || inner.alternatives
	}
	return out
}

// jsonMedia is the JSON content of a list; nil where there is none.
func jsonMedia(content []spec.Media) *spec.Media {
	for i, m := range content {
		if t := strings.ToLower(m.Type); (strings.Contains(t, "json") || t == "*/*") && !manyValues.MatchString(t) {
			return &content[i]
		}
	}
	return nil
}

// manyValues are media types of a JSON value a line: none of them is the body.
var manyValues = regexp.MustCompile(`ndjson|jsonl|json-seq|json-lines|stream\+json`)
