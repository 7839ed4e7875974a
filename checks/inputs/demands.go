package inputs

import (
	"encoding/json"
	"fmt"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

// kind is what a constraint of the document is about.
type kind int

const (
	required kind = iota + 1
	enum
	pattern
	format
	lower     // minimum
	upper     // maximum
	shortest  // minLength, minItems
	longest   // maxLength, maxItems
	shown     // an example: the code has to take it
	otherRule // uniqueItems, multipleOf, alternatives
)

// demand is one constraint of the document on one value that the code takes in.
type demand struct {
	// place names the value: "email", "items[].quantity", `query "limit"`.
	place string
	kind  kind
	// text is the constraint as the document writes it: "maxLength 100".
	text string
	// bound is the number of a bound; exclusive says that it is none itself.
	bound     float64
	exclusive bool
	// words are the pattern, the format, or the values of an enumeration.
	words []string
	// schema is what it stands in, pos where that is.
	schema *spec.Schema
	pos    report.Position
	// sites are where the code has the value.
	sites []site
}

// site is a part of an input that holds the value of a demand.
type site struct {
	input *behaviour.Input
	// path leads to it, as in behaviour.Check; typ is its Go type; field where
	// that is declared.
	path  string
	typ   types.Type
	field report.Position
	// unclear says why the value cannot be followed from here on.
	unclear string
	// whole: the handler was followed to its end.
	whole bool
	// json values come from a JSON decoder.
	json bool
	// credential: who sends what is not known is answered 401, as documented.
	credential bool
}

// maxDepth bounds schemas within schemas.
const maxDepth = 6

// collector lists the demands of one operation.
type collector struct {
	doc     *spec.Document
	at      func(types.Object) report.Position
	demands []demand
}

// value lists the demands of a schema on one value.
func (c *collector) value(place string, s *spec.Schema, pos report.Position, sites []site, depth int) {
	s = merged(c.doc, s, 0)
	if s == nil || depth > maxDepth || s.ReadOnly || len(sites) == 0 {
		return
	}
	if s.Pos.IsValid() {
		pos = s.Pos
	}
	if len(s.OneOf) > 0 || len(s.AnyOf) > 0 || s.Not != nil {
		if constrainedAlternatives(c.doc, s) {
			c.add(demand{place: place, kind: otherRule, text: "alternatives", schema: s, pos: pos, sites: sites})
		}
		return
	}
	c.own(place, s, pos, sites)
	c.properties(place, s, sites, depth)
	if s.Items != nil {
		c.value(place+"[]", s.Items, pos, elements(sites), depth+1)
	}
}

func constrainedAlternatives(d *spec.Document, s *spec.Schema) bool {
	for _, list := range [][]*spec.Schema{s.OneOf, s.AnyOf} {
		for _, branch := range list {
			if schemaConstrained(d, branch, map[*spec.Schema]bool{}) {
				return true
			}
		}
	}
	return false
}

func (c *collector) add(d demand) { c.demands = append(c.demands, d) }

// own lists the demands that a schema makes itself.
func (c *collector) own(place string, s *spec.Schema, pos report.Position, sites []site) {
	s = meaningful(s)
	base := demand{place: place, schema: s, pos: pos, sites: sites}
	number := func(k kind, name string, v *float64, exclusive bool) {
		if v != nil {
			d := base
			d.kind, d.bound, d.exclusive = k, *v, exclusive
			d.text = name + " " + strconv.FormatFloat(*v, 'f', -1, 64)
			c.add(d)
		}
	}
	count := func(k kind, name string, v *int64) {
		if v != nil && !(k == shortest && *v <= 0) {
			f := float64(*v)
			number(k, name, &f, false)
		}
	}
	words := func(k kind, text string, list ...string) {
		d := base
		d.kind, d.text, d.words = k, text, list
		c.add(d)
	}
	count(shortest, "minLength", s.MinLength)
	count(longest, "maxLength", s.MaxLength)
	count(shortest, "minItems", s.MinItems)
	count(longest, "maxItems", s.MaxItems)
	number(lower, boundName("minimum", s.ExclusiveMinimum), s.Minimum, s.ExclusiveMinimum)
	number(upper, boundName("maximum", s.ExclusiveMaximum), s.Maximum, s.ExclusiveMaximum)
	if len(s.Enum) > 0 {
		list := texts(s.Enum)
		words(enum, "enum "+shortList(list), list...)
	}
	if s.Pattern != "" {
		words(pattern, "pattern "+s.Pattern, s.Pattern)
	}
	if formats[s.Format].demands() {
		words(format, "format "+s.Format, s.Format)
	}
	if s.UniqueItems {
		words(otherRule, "uniqueItems")
	}
	if s.MultipleOf != nil {
		words(otherRule, "multipleOf "+strconv.FormatFloat(*s.MultipleOf, 'f', -1, 64))
	}
}

// meaningful is a schema without the keywords that say nothing about values of
// its types: a maximum of a text, a length of a number.
func meaningful(s *spec.Schema) *spec.Schema {
	out := *s
	if !allows(s, "string") {
		out.MinLength, out.MaxLength, out.Pattern = nil, nil, ""
		if !allows(s, "integer", "number") || !formats[s.Format].ofNumbers() {
			out.Format = ""
		}
	}
	if !allows(s, "integer", "number") {
		out.Minimum, out.Maximum, out.MultipleOf = nil, nil, nil
	}
	if !allows(s, "array") {
		out.MinItems, out.MaxItems, out.UniqueItems = nil, nil, false
	}
	return &out
}

// allows: the values can be of one of the types.
func allows(s *spec.Schema, types ...string) bool {
	return len(s.Types) == 0 || slices.ContainsFunc(types, func(t string) bool { return slices.Contains(s.Types, t) })
}

func boundName(name string, exclusive bool) string {
	if exclusive {
		return "exclusive " + name
	}
	return name
}

func shortList(list []string) string {
	const most = 4
	if len(list) > most {
		return fmt.Sprintf("%s … (%d values)", strings.Join(list[:most], ", "), len(list))
	}
	return strings.Join(list, ", ")
}

// texts are the values of an enumeration without quotes; null is left out.
func texts(values []string) []string {
	var out []string
	for _, v := range values {
		var s string
		if json.Unmarshal([]byte(v), &s) == nil && v != "null" {
			out = append(out, s)
		} else if v != "null" {
			out = append(out, v)
		}
	}
	return out
}

// properties lists the demands on the members of an object.
func (c *collector) properties(place string, s *spec.Schema, sites []site, depth int) {
	for _, p := range withRequired(s) {
		prop := merged(c.doc, p.Schema, 0)
		if prop == nil || prop.ReadOnly {
			continue
		}
		name := strings.TrimPrefix(place+"."+p.Name, ".")
		inner := slices.DeleteFunc(c.members(sites, p.Name), unused)
		if len(inner) == 0 {
			continue // what nothing takes in is judged as a difference of bodies
		}
		pos := prop.Pos
		if p.Schema != nil && p.Schema.Pos.IsValid() {
			pos = p.Schema.Pos
		}
		if slices.Contains(s.Required, p.Name) {
			c.required(name, prop, pos, inner)
		}
		c.value(name, prop, pos, inner, depth+1)
	}
}

// withRequired are the properties of an object, those included that are only
// named as required.
func withRequired(s *spec.Schema) []spec.Property {
	all := slices.Clone(s.Properties)
	for _, name := range s.Required {
		if !slices.ContainsFunc(all, func(p spec.Property) bool { return p.Name == name }) {
			all = append(all, spec.Property{Name: name, Schema: &spec.Schema{Pos: s.Pos}})
		}
	}
	return all
}

// required adds the demand that a value is there, where Go code can tell: the
// zero of a number, a boolean or a struct may well have been sent.
func (c *collector) required(place string, s *spec.Schema, pos report.Position, sites []site) {
	if !slices.ContainsFunc(sites, func(at site) bool { return tellsAbsence(at.typ, s) }) {
		return
	}
	c.add(demand{place: place, kind: required, text: "required", schema: s, pos: pos, sites: sites})
}

// tellsAbsence: the zero value of the type is nothing that the schema allows, or
// that anybody would send.
func tellsAbsence(t types.Type, s *spec.Schema) bool {
	number := slices.Contains(s.Types, "integer") || slices.Contains(s.Types, "number")
	if slices.Contains(s.Types, "boolean") || number && !(s.Minimum != nil && (*s.Minimum > 0 || *s.Minimum == 0 && s.ExclusiveMinimum)) {
		return false
	}
	if t == nil || number {
		return true
	}
	switch u := types.Unalias(t).Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0
	case *types.Struct:
		return goName(t) == "time.Time"
	case *types.Array:
		return strings.HasSuffix(goName(t), "UUID")
	case *types.Pointer:
		return tellsAbsence(u.Elem(), s)
	case *types.Slice:
		return s.MinItems != nil && *s.MinItems > 0
	}
	return false
}

// merged is a schema with its references followed and its allOf parts put
// together; nil where it dangles.
func merged(d *spec.Document, s *spec.Schema, depth int) *spec.Schema {
	pos := report.Position{}
	if s != nil {
		pos = s.Pos
	}
	s = d.Resolve(s)
	if s == nil || len(s.AllOf) == 0 || depth > maxDepth {
		return s
	}
	out := *s
	out.AllOf = nil
	if !out.Pos.IsValid() {
		out.Pos = pos
	}
	for _, part := range s.AllOf {
		if p := merged(d, part, depth+1); p != nil {
			mergeInto(&out, p)
		}
	}
	return &out
}

func mergeInto(out, p *spec.Schema) {
	out.Properties = append(slices.Clone(out.Properties), p.Properties...)
	out.Required = append(slices.Clone(out.Required), p.Required...)
	out.OneOf, out.AnyOf = append(slices.Clone(out.OneOf), p.OneOf...), append(slices.Clone(out.AnyOf), p.AnyOf...)
	dst, src := reflect.ValueOf(out).Elem(), reflect.ValueOf(*p)
	for _, name := range []string{"Types", "Format", "Pattern", "Enum", "Items", "Not", "Minimum", "Maximum", "ExclusiveMinimum", "ExclusiveMaximum",
		"MultipleOf", "MinLength", "MaxLength", "MinItems", "MaxItems", "UniqueItems"} {
		if dst.FieldByName(name).IsZero() {
			dst.FieldByName(name).Set(src.FieldByName(name))
		}
	}
}

// members are where the code has a member of the object at the sites.
func (c *collector) members(sites []site, name string) []site {
	var out []site
	for _, s := range sites {
		if m, ok := c.member(s, name); ok {
			out = append(out, m)
		}
	}
	return out
}

// unused: nothing looks at the value, so that there is nothing to keep out.
func unused(s site) bool { return s.unclear == "" && !s.input.Uses(s.path) }

func (c *collector) member(s site, name string) (site, bool) {
	t := deref(s.typ)
	if t == nil || s.unclear != "" {
		return s, s.unclear != ""
	}
	if ownDecoding(t) {
		s.unclear = goName(t) + " decodes itself"
		return s, true
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		path, f := c.field(u, name, s.json)
		if f == nil {
			return site{}, false
		}
		s.path, s.typ, s.field = s.path+path, f.Type(), c.at(f)
		return s, true
	case *types.Map:
		s.path, s.typ = s.path+`["`+name+`"]`, u.Elem()
		return s, true
	}
	s.unclear = "the type of the value is " + goName(t)
	return s, true
}

// field finds the field that a decoder fills for a name, through embedded
// structs: by its tag, else by its own name whatever the case.
func (c *collector) field(st *types.Struct, name string, jsonOnly bool) (path string, found *types.Var) {
	keys := []string{"json"}
	if !jsonOnly {
		keys = []string{"form", "query", "uri", "param", "params", "path", "schema", "url", "header", "reqHeader", "json"}
	}
	loose, looseField := "", (*types.Var)(nil)
	for i := range st.NumFields() {
		f := st.Field(i)
		tagged := tagName(st.Tag(i), keys)
		switch {
		case tagged == name:
			return "." + f.Name(), f
		case f.Embedded() && tagged == "":
			if inner, ok := deref(f.Type()).Underlying().(*types.Struct); ok {
				if p, v := c.field(inner, name, jsonOnly); v != nil {
					return "." + f.Name() + p, v
				}
			}
		case strings.EqualFold(tagged, name) && tagged != "-", tagged == "" && f.Exported() && strings.EqualFold(f.Name(), name):
			loose, looseField = "."+f.Name(), f
		}
	}
	return loose, looseField
}

func tagName(tag string, keys []string) string {
	for _, key := range keys {
		if v, ok := reflect.StructTag(tag).Lookup(key); ok {
			name, _, _ := strings.Cut(v, ",")
			return name
		}
	}
	return ""
}

// elements are where the code has the elements of the lists at the sites.
func elements(sites []site) []site {
	var out []site
	for _, s := range sites {
		if s.unclear == "" {
			t := deref(s.typ)
			switch u := t.Underlying().(type) {
			case *types.Slice:
				s.typ = u.Elem()
			case *types.Array:
				s.typ = u.Elem()
			default:
				s.unclear = "the type of the value is " + goName(t)
			}
			s.path += "[]"
		}
		out = append(out, s)
	}
	return out
}

func deref(t types.Type) types.Type {
	for t != nil {
		p, ok := types.Unalias(t).Underlying().(*types.Pointer)
		if !ok {
			return types.Unalias(t)
		}
		t = p.Elem()
	}
	return t
}

func goName(t types.Type) string {
	return types.TypeString(types.Unalias(t), func(p *types.Package) string { return p.Name() })
}

// ownDecoding: the type has a method that decodes it, so that its fields say
// nothing about what it accepts.
func ownDecoding(t types.Type) bool {
	for _, name := range []string{"UnmarshalJSON", "UnmarshalText", "UnmarshalParam"} {
		obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(t), true, nil, name)
		if _, ok := obj.(*types.Func); ok {
			return true
		}
	}
	return false
}
