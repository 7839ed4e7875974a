package spec

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func validated(t *testing.T, fsys fstest.MapFS) *Document {
	t.Helper()
	doc := mustParse(t, fsys, "d.yaml")
	Validate(fsys, doc)
	return doc
}

func lines(ps []Problem) []string {
	var all []string
	for _, p := range ps {
		all = append(all, p.String())
	}
	return all
}

func TestValidate(t *testing.T) {
	const okGet = "get: {responses: {'200': {description: ok}}}"
	tests := map[string]struct {
		text string
		want []string
	}{
		"valid 3.0": {head3 + "paths:\n  /a:\n    " + okGet, nil},
		"valid 3.1 with its own keywords": {`openapi: 3.1.0
info: {title: T, version: '1', summary: s, license: {name: MIT, identifier: MIT}}
webhooks: {w: {post: {responses: {'200': {description: ok}}}}}
components:
  schemas:
    S: {type: [string, 'null'], const: x, examples: [x], exclusiveMinimum: 3, prefixItems: [true], $defs: {D: false}, if: {}, then: {}, unevaluatedProperties: false}
    T: {$ref: '#/components/schemas/S', description: d}
`, nil},
		"no paths in 3.0":                 {head3, []string{"d.yaml:1: paths is missing or not a mapping"}},
		"numeric version":                 {"openapi: 3.0.3\ninfo:\n  title: T\n  version: 1\npaths: {}", []string{"d.yaml:4: version is 1, not a string; put it in quotes"}},
		"no version":                      {"openapi: 3.0.3\ninfo: {title: T}\npaths: {}", []string{"d.yaml:2: info has no \"version\", which is required"}},
		"stricter than the specification": {"openapi: 3.0.3\ninfo: {title: '', version: ''}\nservers: [{url: /v1, variables: {v: {default: x}}}]\ncomponents: {securitySchemes: {s: {type: http, scheme: Bearer}}, examples: {e: {summary: s}}}\npaths:\n  /a:\n    get:\n      parameters: [{name: f, in: query, style: deepObject, schema: {type: object}}]\n      responses: {'200': {description: ''}}", nil},
		"style of another place": {head3 + "paths:\n  /a:\n    get:\n      parameters:\n        - {name: f, in: header, style: form, schema: {type: object}}\n      responses: {'200': {description: ''}}",
			[]string{"d.yaml:7: GET /a: parameter \"f\" schema is invalid: serialization method with style=\"form\" and explode=false is not supported by a header parameter"}},
		"conflicting paths": {head3 + "paths:\n  /a/{x}:\n    get: {parameters: [{name: x, in: path, required: true, schema: {}}], responses: {'200': {description: ok}}}\n  /a/{y}: {}",
			[]string{"d.yaml:6: path /a/{y} is the same as /a/{x}; merge them"}},
		"empty members are absent": {head3 + "tags:\nservers:\npaths:\n  /a:\n    description:\n    " + okGet, nil},
		"duplicate key":            {head3 + "paths:\n  /a:\n    " + okGet + "\n  /a:\n    " + okGet, []string{"d.yaml:6: key \"/a\" stands twice in one mapping, first in line 4; remove or rename one"}},
		"response keys": {head3 + "paths:\n  /a:\n    get:\n      responses:\n        foo: {description: x}\n        '999': {description: x}\n        4XX: {description: x}\n        default: {description: x}",
			[]string{"d.yaml:7: GET /a: response \"foo\" is not a status; use 100 to 599, 1XX to 5XX or default", "d.yaml:8: GET /a: response \"999\" is not a status; use 100 to 599, 1XX to 5XX or default"}},
		"wrong types": {head3 + "paths:\n  /a:\n    get:\n      tags: user\n      deprecated: 'no'\n      responses: {'200': {description: 5}, '201': }\n",
			[]string{"d.yaml:6: tags must be a list", "d.yaml:7: deprecated must be true or false", "d.yaml:8: description is 5, not a string; put it in quotes", "d.yaml:8: \"201\" is empty; it must be a mapping"}},
		"schema of a wrong type": {head3 + "paths: {}\ncomponents:\n  schemas:\n    A: {properties: {b: string}}\n    C: null\n    D: {required: true}",
			[]string{"d.yaml:6: properties.b must be a mapping", "d.yaml:7: schemas.C is empty; it must be a mapping", "d.yaml:8: required must be a list"}},
		"broken reference": {head3 + "paths:\n  /a:\n    get:\n      parameters: [{$ref: '#/components/parameters/P'}]\n      responses:\n        '200': {description: ok, content: {application/json: {schema: {$ref: other.yaml}}}}",
			[]string{"d.yaml:6: $ref \"#/components/parameters/P\" does not lead to a parameter: d.yaml does not contain #/components/parameters/P",
				"d.yaml:8: $ref \"other.yaml\" does not lead to a schema: other.yaml: cannot be opened: file does not exist"}},
		"circular reference": {head3 + "paths: {}\ncomponents:\n  schemas:\n    A: {$ref: '#/components/schemas/B'}\n    B: {$ref: '#/components/schemas/A'}",
			[]string{"d.yaml:6: $ref \"#/components/schemas/B\" does not lead to a schema: the chain of references is circular or longer than 500",
				"d.yaml:7: $ref \"#/components/schemas/A\" does not lead to a schema: the chain of references is circular or longer than 500"}},
		"reference to another kind": {head3 + "paths:\n  /a:\n    get:\n      responses:\n        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/responses/R'}}}}\ncomponents: {responses: {R: {description: r}}}",
			[]string{"d.yaml:7: $ref \"#/components/responses/R\" does not lead to a schema but to another kind of component"}},
		"path parameter": {head3 + "paths:\n  /a/{id}:\n    " + okGet, []string{"d.yaml:4: operation GET /a/{id} must define exactly all path parameters (missing: [id])"}},
		"same operationId": {head3 + "paths:\n  /a:\n    get: {operationId: x, responses: {'200': {description: ok}}}\n    put: {operationId: x, responses: {'200': {description: ok}}}",
			[]string{"d.yaml:6: operations \"GET /a\" and \"PUT /a\" have the same operation id \"x\""}},
		"patterns of ECMAScript are let be": {head3 + "paths: {}\ncomponents: {schemas: {A: {type: string, pattern: '^(?!x)\\p{Lu}(?<=a)$'}}}", nil},
		"3.1 keyword in 3.0":                {head3 + "paths: {}\ncomponents:\n  schemas:\n    A:\n      const: 3", []string{"d.yaml:6: schema \"A\": field const is for OpenAPI >=3.1"}},
		"in a shared file":                  {head3 + "paths:\n  /a: {$ref: a.yaml}", []string{"a.yaml:2: GET /a: a short description of the response is required"}},
		"2.0 types": {"swagger: '2.0'\ninfo: {title: T, version: '1'}\ndefinitions: {type: {type: object, properties: {type: {type: int}}}}\npaths: {}\n",
			[]string{"d.yaml:3: type \"int\" is not one of string, number, integer, boolean, array, object"}},
		"2.0": {"swagger: '2.0'\ninfo: {title: T, version: '1'}\nbasePath: v1\nhots: x\npaths:\n  /a/{id}:\n    get:\n      operationId: x\n      security: [{key: []}]\n      parameters: [{name: q, in: query}, {name: p, in: path, required: true, type: string}, {name: l, in: query, type: array}, {name: c, in: cookie, type: string}]\n      responses: {'200': {}}\n  /a/{x}:\n    put: {operationId: x, parameters: [{name: x, in: path, required: true, type: string}], responses: {}}\n",
			[]string{
				"d.yaml:3: basePath \"v1\" does not begin with a slash",
				"d.yaml:4: document has no member \"hots\"; remove it, correct its name or prefix it with x-",
				"d.yaml:7: GET /a/{id} does not declare its path parameter {id}",
				"d.yaml:9: GET /a/{id} requires security scheme \"key\", which securityDefinitions does not define",
				"d.yaml:10: parameter \"q\" of GET /a/{id} has no type",
				"d.yaml:10: path parameter \"p\" does not occur in GET /a/{id}",
				"d.yaml:10: parameter \"l\" of GET /a/{id} is an array without items",
				"d.yaml:10: parameter \"c\" of GET /a/{id} has in: \"cookie\"; use path, query, header, formData or body",
				"d.yaml:11: response has no \"description\", which is required",
				"d.yaml:12: path /a/{x} is the same as /a/{id}; merge them",
				"d.yaml:13: PUT /a/{x} documents no response; it must have at least one",
				"d.yaml:13: PUT /a/{x} has the operationId \"x\" of GET /a/{id} (d.yaml:7); it must be unique",
			}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			doc := validated(t, tree("d.yaml", tt.text, "a.yaml", "get:\n  responses: {'200': {content: {}}}\n"))
			if diff := cmp.Diff(tt.want, lines(doc.Problems)); diff != "" || !doc.Validated || len(doc.Abstained) > 0 {
				t.Errorf("abstained %v; problems (-want +got):\n%s", lines(doc.Abstained), diff)
			}
		})
	}
}

// JSON documents get lines too.
func TestValidateJSON(t *testing.T) {
	fsys := tree("d.json", "{\n\"openapi\": \"3.0.3\",\n\"info\": {\"title\": \"T\\u007f\\ud83d\\ude00\", \"version\": \"1\"},\n\"paths\": {\n\"/a\": {\n\"get\": {\n\"responses\": {\n\"200\": {}\n}}}}}")
	doc := mustParse(t, fsys, "d.json")
	Validate(fsys, doc)
	want := []string{"d.json:8: GET /a: a short description of the response is required"}
	if diff := cmp.Diff(want, lines(doc.Problems)); diff != "" || len(doc.Abstained) > 0 {
		t.Errorf("abstained %v, problems (-want +got):\n%s", lines(doc.Abstained), diff)
	}
}

func TestValidateExamples(t *testing.T) {
	tests := map[string]struct {
		version, schemas, use, use2 string
		valid                       int
		invalid                     []string
	}{
		"on the schema":      {schemas: "A: {type: integer, example: x}", invalid: []string{"d.yaml:5: example does not satisfy its schema: got string, want integer"}},
		"inside an object":   {schemas: "A: {properties: {n: {type: integer, example: 1}, o: {type: array, items: {maxLength: 2}, example: [a, abc]}}}", valid: 1, invalid: []string{"d.yaml:5: example.1 does not satisfy its schema: maxLength: got 3, want 2"}},
		"list of 3.1":        {version: "3.1.0", schemas: "A: {type: [string, 'null'], examples: [a, null, 3]}", valid: 2, invalid: []string{"d.yaml:5: example does not satisfy its schema: got number, want null or string"}},
		"nullable of 3.0":    {schemas: "A: {type: object, nullable: true, properties: {b: {type: string, nullable: true}}, example: {b: null}}", valid: 1},
		"exclusive flag":     {schemas: "A: {type: integer, minimum: 1, exclusiveMinimum: true, example: 1}", invalid: []string{"d.yaml:5: example does not satisfy its schema: exclusiveMinimum: got 1, want 1"}},
		"readOnly required":  {schemas: "A: {type: object, required: [id, n], properties: {id: {readOnly: true}, n: {type: string}}, example: {n: x}}", valid: 1},
		"contains itself":    {schemas: "Node: {properties: {v: {type: integer}, next: {$ref: '#/components/schemas/Node'}}, example: {next: {next: {v: x}}}}", invalid: []string{"d.yaml:5: example.next.next.v does not satisfy its schema: got string, want integer"}},
		"foreign pattern":    {schemas: "A: {type: string, pattern: '^(?=x)', example: y}", valid: 1},
		"dates are strings":  {schemas: "A: {type: string, format: date, example: 2020-01-02}", valid: 1},
		"nullable in words":  {schemas: "A: {type: integer, nullable: true, example: x}", invalid: []string{"d.yaml:5: example does not satisfy its schema: got string, want integer"}},
		"no variant":         {schemas: "A: {oneOf: [{type: integer}, {type: boolean}], example: x}", invalid: []string{"d.yaml:5: example does not satisfy its schema: it matches none of the 2 alternatives of oneOf"}},
		"two variants":       {schemas: "A: {oneOf: [{type: integer}, {type: number}], example: 1}", invalid: []string{"d.yaml:5: example does not satisfy its schema: it matches several alternatives of oneOf, which must exclude each other"}},
		"discriminator":      {schemas: "A: {oneOf: [{properties: {k: {}}}, {properties: {k: {}}}], discriminator: {propertyName: k}, example: {k: a}}", valid: 1},
		"unresolved allows":  {schemas: "A: {properties: {b: {$ref: 'https://x.org/b.yaml'}}, example: {b: 1}}", valid: 1},
		"of a response":      {schemas: "A: {type: object, required: [id, pw], properties: {id: {readOnly: true}, pw: {writeOnly: true}}}", use: "example: {id: 1}", valid: 1},
		"of a response lack": {schemas: "A: {type: object, required: [id, pw], properties: {id: {readOnly: true}, pw: {writeOnly: true}}}", use: "example: {pw: x}", invalid: []string{"d.yaml:15: example does not satisfy its schema: missing property 'id'"}},
		"named":              {schemas: "A: {type: object}\n    examples: {x: {value: 1}}", use: "examples: {ok: {value: {}}, bad: {value: []}, shared: {$ref: '#/components/examples/x'}, far: {externalValue: x}}", valid: 1, invalid: []string{"d.yaml:16: example does not satisfy its schema: got array, want object"}},
		"JSON as text":       {schemas: "A: {type: object}", use: `example: '{"a": 1}'`, valid: 1},
		"serial parameter":   {schemas: "A: {type: object}", use2: "parameters: [{name: p, in: query, schema: {type: array, items: {type: integer}}, example: '1,2'}, {name: q, in: query, schema: {type: integer}, example: x}, {name: r, in: query, schema: {type: integer}, example: r=1}]", invalid: []string{"d.yaml:15: example does not satisfy its schema: got string, want integer"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			version := "3.0.3"
			if tt.version != "" {
				version = tt.version
			}
			media := "{}"
			if tt.use != "" {
				media = "schema: {$ref: '#/components/schemas/A'}\n              " + tt.use
			}
			doc := validated(t, tree("d.yaml", "openapi: "+version+`
info: {title: T, version: '1'}
components:
  schemas:
    `+tt.schemas+`
paths:
  /a:
    get:
      responses:
        '200':
          description: ok
          content:
            application/json:
              `+media+`
      `+tt.use2+`
`))
			got := doc.Examples
			if diff := cmp.Diff(tt.invalid, lines(got.Invalid)); diff != "" || got.Valid != tt.valid || len(got.Undecided) > 0 {
				t.Errorf("valid %d, want %d; undecided %v; invalid (-want +got):\n%s", got.Valid, tt.valid, lines(got.Undecided), diff)
			}
		})
	}
}

// What makes the library overflow the stack, or takes it minutes, must come
// back from the child as a document with its operations, and in time.
func TestHostileDocuments(t *testing.T) {
	const op = "paths:\n  /a:\n    get:\n      responses:\n        '200':\n          description: ok\n          content:\n            application/json:\n              schema: {$ref: '#/components/schemas/A'}\n              example: {next: {next: {}}}\n"
	var chain, nested strings.Builder
	for i := range 3000 {
		chain.WriteString("    S" + itoa(i) + ": {$ref: '#/components/schemas/S" + itoa(i+1) + "'}\n")
	}
	nested.WriteString("    A: " + strings.Repeat("{items: ", 200) + "{}" + strings.Repeat("}", 200) + "\n")
	for name, schemas := range map[string]string{
		"recursive without type": "    A: {properties: {next: {$ref: '#/components/schemas/A'}}, example: {next: {}}}\n",
		"allOf itself":           "    A: {allOf: [{$ref: '#/components/schemas/A'}], example: 1}\n",
		"oneOf each other":       "    A: {oneOf: [{$ref: '#/components/schemas/B'}], default: 1}\n    B: {anyOf: [{$ref: '#/components/schemas/A'}], example: x}\n",
		"not itself":             "    A: {not: {$ref: '#/components/schemas/A'}, example: 1}\n",
		"chain of references":    "    A: {$ref: '#/components/schemas/S0'}\n" + chain.String() + "    S3000: {type: object}\n",
		"deep schema":            nested.String(),
		"huge number":            "    A: {type: integer, maximum: 1e999999999, multipleOf: 1e-999999999, example: 1e999999999}\n",
	} {
		t.Run(name, func(t *testing.T) {
			root := writeTree(t, map[string]string{"d.yaml": head3 + op + "components:\n  schemas:\n" + schemas})
			doc, err := open(t.Context(), root, "d.yaml", []string{os.Args[0]}, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			if len(doc.Operations) != 1 || !doc.Validated {
				t.Errorf("got %d operations, validated %v, abstained %v, unread %v", len(doc.Operations), doc.Validated, lines(doc.Abstained), doc.Unread)
			}
		})
	}
}
