// Package spec finds the OpenAPI documents of a repository and reads them into
// a small model of its own: operations with file:line, the same for Swagger 2.0
// and OpenAPI 3.x, YAML and JSON. The library that parses them stays behind it,
// in a child process, since some documents make it overflow the stack.
package spec

import (
	"strconv"
	"strings"

	"github.com/backend-conformance/conformance/report"
)

// Document is one OpenAPI document. It survives a round trip through JSON,
// which is how the child process hands it over; schemas therefore refer to each
// other by name instead of by pointer.
type Document struct {
	// Path is relative to the repository root.
	Path string
	// Version is the value of `openapi` or `swagger`.
	Version string
	Title   string
	// BasePaths are the paths of `servers` or `basePath`, without trailing slash,
	// in document order; "" for the root. At least one.
	BasePaths  []string
	Operations []*Operation
	// Schemas are the named ones: components.schemas or definitions by their name,
	// other targets of references as "#/pointer" or "file#/pointer".
	Schemas map[string]*Schema
	// SecuritySchemes by name; Type is apiKey, http, oauth2, openIdConnect, mutualTLS, basic.
	SecuritySchemes map[string]SecurityScheme
	// Problems are violations of the specification, each with its place.
	Problems []Problem
	// Abstained says what could not be read or validated and why (references out of
	// the repository, limits, a parser that did not finish).
	Abstained []Problem
	// Examples is the judgement on each example value.
	Examples Examples
	// Validated says that validation ran to its end, so that no problem means none.
	Validated bool
	// Unread says why the document has no model; nil where it was read. Where the
	// document is at fault, Problems says so too.
	Unread *Problem
	// Pos is where the version key stands.
	Pos report.Position
}

// Problem is something wrong with a document.
type Problem struct {
	report.Position
	Message string
}

// Examples are the example values of a document, held against their schemas.
type Examples struct {
	// Valid is the number of those that satisfy them.
	Valid int
	// Invalid are those that don't, Undecided those that could not be checked.
	Invalid, Undecided []Problem
}

// String is "file:line: message".
func (p Problem) String() string { return p.Position.String() + ": " + p.Message }

// Operation is one method on one path.
type Operation struct {
	Method string // upper case
	Path   string // as in the document, without base path
	ID     string
	// Pos is the method's key.
	Pos         report.Position
	Summary     string
	Description string
	Tags        []string
	Deprecated  bool
	Parameters  []Parameter
	Body        *Body
	Responses   []Response
	// Security lists alternatives, each a set of schemes that are all required.
	// Empty means public. An empty alternative means that credentials are optional.
	Security []Requirement
	// SecurityPos is where the requirement stands (operation or document root);
	// invalid where there is none.
	SecurityPos report.Position
	// BasePaths override the document's when the path or the operation has its
	// own servers; nil otherwise.
	BasePaths []string
}

// Name is "METHOD /path".
func (o *Operation) Name() string { return o.Method + " " + o.Path }

// Requirement is one alternative: scheme name to scopes.
type Requirement map[string][]string

// SecurityScheme is how a client proves who it is.
type SecurityScheme struct {
	Type, Scheme, In, Name string
	Pos                    report.Position
}

// Parameter is a declared parameter, references resolved, path-level ones included.
type Parameter struct {
	Name, In   string // In: path, query, header, cookie, formData
	Required   bool
	Schema     *Schema
	HasExample bool
	Pos        report.Position
}

// Body is a declared request body.
type Body struct {
	Required bool
	Content  []Media
	Pos      report.Position
}

// Response is one documented status.
type Response struct {
	Status      string // "200", "4XX", "default"
	Description string
	Content     []Media
	Headers     []string
	Pos         report.Position
}

// Covers reports whether a documented status, such as 201, 2XX or default,
// includes a written one.
func (r Response) Covers(status int) bool {
	s := strconv.Itoa(status)
	return r.Status == "default" || r.Status == s || strings.EqualFold(r.Status, s[:1]+"XX")
}

// Media is a content type with its schema.
type Media struct {
	Type   string
	Schema *Schema
	// HasExample is true for an example on the media type, on its schema or on all
	// of the schema's properties.
	HasExample bool
	// Shown are the texts that its examples have as members of an object.
	Shown []Shown
	Pos   report.Position
}

// Shown is a text in an example: what the document says a client may send.
type Shown struct {
	// Member is the property of the object that has it.
	Member, Text string
	Pos          report.Position
}

// IsJSON reports whether bodies of the type are JSON.
func (m Media) IsJSON() bool { return isJSON(m.Type) }

// Schema is a JSON schema as far as code can be held against it. Ref names
// another one in Document.Schemas; the other fields are then empty.
type Schema struct {
	Ref        string
	Types      []string // "string", "integer", ...; several for 3.1 type arrays; empty: any
	Nullable   bool
	Format     string
	Pattern    string
	Enum       []string // JSON-encoded values
	Properties []Property
	Required   []string
	Items      *Schema
	// AdditionalProperties is nil where not given; AdditionalForbidden where false.
	AdditionalProperties *Schema
	AdditionalForbidden  bool
	AllOf, OneOf, AnyOf  []*Schema
	Not                  *Schema
	Discriminator        string
	ReadOnly, WriteOnly  bool
	HasExample           bool
	HasDefault           bool
	// Bounds; nil where not given. Exclusive bounds carry their own flag.
	Minimum, Maximum                   *float64
	ExclusiveMinimum, ExclusiveMaximum bool
	MultipleOf                         *float64
	MinLength, MaxLength               *int64
	MinItems, MaxItems                 *int64
	UniqueItems                        bool
	MinProperties, MaxProperties       *int64
	Pos                                report.Position
}

// Property is a named member of an object schema, in document order.
type Property struct {
	Name   string
	Schema *Schema
}

// Resolve follows references; nil for a dangling or cyclic chain of them.
func (d *Document) Resolve(s *Schema) *Schema {
	for range 100 {
		if s == nil || s.Ref == "" {
			return s
		}
		s = d.Schemas[s.Ref]
	}
	return nil
}
