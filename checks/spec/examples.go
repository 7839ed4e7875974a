package spec

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	violation "github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/backend-conformance/conformance/report"
)

// exampleSites collects the example values of a document and holds them
// against their schemas, with a JSON Schema validator: unlike the OpenAPI
// library it survives schemas that contain themselves.
type exampleSites struct {
	b     *builder
	sites []exampleSite
}

type exampleSite struct {
	value  place
	schema place
	use    use
	// serialized values may be given as text: JSON in a string.
	serialized bool
	// parameter is the name of the parameter that the example shows, if any.
	parameter string
}

func newExampleSites(b *builder) *exampleSites { return &exampleSites{b: b} }

// add is the walker's visit function.
func (e *exampleSites) add(p place, objectName string) {
	switch objectName {
	case "schema":
		e.site(exampleSite{value: p.get("example"), schema: p, use: either})
		for _, v := range p.get("examples").items() {
			e.site(exampleSite{value: v, schema: p, use: either})
		}
	case "parameter", "header":
		if !e.b.swagger2 {
			before := len(e.sites)
			e.holder(p, p.get("schema"), false)
			for i := before; i < len(e.sites); i++ {
				e.sites[i].parameter = p.str("name") + "="
			}
		}
		e.content(p, either)
	case "requestBody":
		e.content(p, request)
	case "response":
		e.content(p, response)
		for _, f := range p.get("examples").fields() {
			if e.b.swagger2 && isJSON(f.name) {
				e.site(exampleSite{value: f.value, schema: p.get("schema"), use: response, serialized: true})
			}
		}
	}
}

// content looks at the examples of JSON-like media types; those of others are
// text whose form the schema does not give.
func (e *exampleSites) content(p place, u use) {
	for _, f := range p.get("content").fields() {
		media := e.b.resolve(f.value)
		if isJSON(f.name) {
			before := len(e.sites)
			e.holder(media, media.get("schema"), true)
			for i := before; i < len(e.sites); i++ {
				e.sites[i].use = u
			}
		}
	}
}

// isJSON holds for media types whose examples are written as plain values.
func isJSON(mediaType string) bool {
	t, _, _ := strings.Cut(strings.ToLower(mediaType), ";")
	t = strings.TrimSpace(t)
	return t == "application/json" || t == "text/json" || t == "*/*" || strings.HasSuffix(t, "+json")
}

// holder reads `example` and `examples` beside a schema.
func (e *exampleSites) holder(p, schema place, serialized bool) {
	e.site(exampleSite{value: p.get("example"), schema: schema, serialized: serialized})
	for _, f := range p.get("examples").fields() {
		example := e.b.resolve(f.value)
		e.site(exampleSite{value: example.get("value"), schema: schema, serialized: serialized})
	}
}

func (e *exampleSites) site(s exampleSite) {
	if s.value.ok() && s.schema.ok() {
		e.sites = append(e.sites, s)
	}
}

// judge validates all sites.
func (e *exampleSites) judge() Examples {
	var out Examples
	v := newSchemaValidator(e.b)
	for i := range e.sites {
		v.want(e.sites[i].schema, e.sites[i].use)
	}
	if err := v.compile(); err != nil {
		for _, s := range e.sites {
			out.Undecided = append(out.Undecided, Problem{s.value.pos(), "example not checked: " + oneLine(err.Error())})
		}
		return out
	}
	for _, s := range e.sites {
		if isSerialForm(s, e.b) {
			continue
		}
		at, problem, err := v.check(s)
		switch {
		case err != nil:
			out.Undecided = append(out.Undecided, Problem{s.value.pos(), "example not checked: " + oneLine(err.Error())})
		case problem != "":
			out.Invalid = append(out.Invalid, Problem{at, problem})
		default:
			out.Valid++
		}
	}
	sortProblems(out.Invalid)
	sortProblems(out.Undecided)
	return out
}

// resolveQuietly is resolve for places that have been resolved before.
func (b *builder) resolveQuietly(p place) place {
	target, err := b.files.resolve(p)
	if err != nil {
		return place{}
	}
	return target
}

// isSerialForm holds for a parameter whose example shows it as it stands in the
// URL (name=value, or a list in one text), which the schema does not describe.
func isSerialForm(s exampleSite, b *builder) bool {
	if s.parameter == "" || s.value.tag() != "!!str" {
		return false
	}
	types := b.resolveQuietly(s.schema).get("type").texts()
	return strings.HasPrefix(s.value.text(), s.parameter) || slices.Contains(types, "array") || slices.Contains(types, "object")
}

// schemaValidator compiles the schemas that examples need.
type schemaValidator struct {
	t        *translator
	wanted   map[schemaUse]string
	compiler *jsonschema.Compiler
	printer  *message.Printer
}

const schemaResource = "conformance:///schemas.json"

func newSchemaValidator(b *builder) *schemaValidator {
	return &schemaValidator{
		t: newTranslator(b), wanted: map[schemaUse]string{},
		compiler: jsonschema.NewCompiler(), printer: message.NewPrinter(language.English),
	}
}

func (v *schemaValidator) want(p place, u use) {
	v.wanted[schemaUse{p.target(), u}] = v.t.name(p, u)
}

func (v *schemaValidator) compile() error {
	v.t.drain()
	v.compiler.DefaultDraft(jsonschema.Draft2020)
	v.compiler.UseRegexpEngine(tolerantRegexp)
	return v.compiler.AddResource(schemaResource, map[string]any{"$defs": v.t.defs})
}

// tolerantRegexp takes a pattern that Go cannot compile as matching everything:
// documents write ECMAScript, of which Go lacks lookaround and backreferences.
func tolerantRegexp(pattern string) (jsonschema.Regexp, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return anything(pattern), nil
	}
	return re, nil
}

type anything string

func (a anything) String() string        { return string(a) }
func (anything) MatchString(string) bool { return true }

// check validates one example. problem is empty where it satisfies the schema;
// err says why that could not be decided.
func (v *schemaValidator) check(s exampleSite) (at report.Position, problem string, err error) {
	schema, err := v.compiler.Compile(schemaResource + "#/$defs/" + v.wanted[schemaUse{s.schema.target(), s.use}])
	if err != nil {
		return at, "", err
	}
	value := s.value.value()
	err = schema.Validate(value)
	if err != nil && s.serialized {
		if text, ok := value.(string); ok {
			var inner any
			dec := json.NewDecoder(strings.NewReader(text))
			dec.UseNumber()
			if dec.Decode(&inner) == nil && schema.Validate(inner) == nil {
				return at, "", nil
			}
		}
	}
	if err == nil {
		return at, "", nil
	}
	var ve *jsonschema.ValidationError
	if !errors.As(err, &ve) {
		return at, "", err
	}
	cause := mostTelling(ve)
	if cycle, ok := cause.ErrorKind.(*violation.RefCycle); ok {
		return at, "", errors.New(cycle.LocalizedString(v.printer))
	}
	place := s.value
	where := "example"
	for _, token := range cause.InstanceLocation {
		where += "." + token
		if p := member(place, strings.ReplaceAll(strings.ReplaceAll(token, "~", "~0"), "/", "~1")); p.ok() {
			place = p
		}
	}
	return place.pos(), fmt.Sprintf("%s does not satisfy its schema: %s", where, shortened(v.inWords(cause))), nil
}

// mostTelling goes down to the first cause, but not into alternatives, none of
// which is the one that was meant; "nullable" is no alternative.
func mostTelling(e *jsonschema.ValidationError) *jsonschema.ValidationError {
	for len(e.Causes) > 0 {
		switch e.ErrorKind.(type) {
		case *violation.AnyOf:
			if len(e.Causes) != 2 || !isNullOnly(e.Causes[0]) {
				return e
			}
			e = e.Causes[1]
			continue
		case *violation.OneOf, *violation.Not:
			return e
		}
		e = e.Causes[0]
	}
	return e
}

func isNullOnly(e *jsonschema.ValidationError) bool {
	for len(e.Causes) == 1 {
		e = e.Causes[0]
	}
	t, ok := e.ErrorKind.(*violation.Type)
	return ok && len(t.Want) == 1 && t.Want[0] == "null"
}

// inWords words a violation; the validator's own words for alternatives tell nothing.
func (v *schemaValidator) inWords(e *jsonschema.ValidationError) string {
	switch k := e.ErrorKind.(type) {
	case *violation.AnyOf:
		return fmt.Sprintf("it matches none of the %d alternatives of anyOf", len(e.Causes))
	case *violation.OneOf:
		if len(k.Subschemas) > 1 {
			return "it matches several alternatives of oneOf, which must exclude each other"
		}
		return fmt.Sprintf("it matches none of the %d alternatives of oneOf", len(e.Causes))
	case *violation.Not:
		return "it matches what not excludes"
	}
	return e.ErrorKind.LocalizedString(v.printer)
}
