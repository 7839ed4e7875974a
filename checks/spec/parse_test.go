package spec

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// tree makes a file system of name, text pairs.
func tree(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i+1 < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fsys
}

func mustParse(t *testing.T, fsys fstest.MapFS, name string) *Document {
	t.Helper()
	doc, err := Parse(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// outline is "METHOD /path file:line" of every operation.
func outline(doc *Document) []string {
	var all []string
	for _, op := range doc.Operations {
		all = append(all, op.Name()+" "+op.Pos.String())
	}
	return all
}

const head3 = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\n"

func TestParseOperationsInEveryFormat(t *testing.T) {
	tests := map[string]struct {
		text, version string
		want          []string
	}{
		"3.0 YAML": {head3 + "paths:\n  /a:\n    get: {responses: {}}\n    post: {responses: {}}\n", "3.0.3",
			[]string{"GET /a d:5", "POST /a d:6"}},
		"2.0 YAML": {"swagger: '2.0'\npaths:\n  /a:\n    put:\n      responses: {}\n", "2.0", []string{"PUT /a d:4"}},
		"2.0 JSON": {"{\n \"swagger\": \"2.0\",\n \"paths\": {\n  \"/a\": {\n   \"get\": {}\n  }\n }\n}", "2.0", []string{"GET /a d:5"}},
		"3.1 JSON with surrogates and tabs": {"{\n\t\"openapi\": \"3.1.0\",\n\t\"info\": {\"title\": \"\\ud83d\\ude00 \\/\"},\n\t\"paths\": {\n\t\t\"/a\": {\"get\": {}}\n\t}\n}", "3.1.0",
			[]string{"GET /a d:5"}},
		"JSON with comments is YAML": {"{ # note\n \"openapi\": \"3.0.0\",\n \"paths\": {\"/a\": {\"get\": {}}},\n}", "3.0.0", []string{"GET /a d:3"}},
		"3.2 query and additional": {"openapi: 3.2.0\npaths:\n  /a:\n    query: {}\n    additionalOperations:\n      COPY: {}\n", "3.2.0",
			[]string{"QUERY /a d:4", "COPY /a d:6"}},
		"version key last":            {"paths:\n  /a:\n    get: {}\nopenapi: 3.0.0\n", "3.0.0", []string{"GET /a d:3"}},
		"numeric info.version":        {"openapi: 3.0.0\ninfo:\n  version: 1\npaths:\n  /a:\n    get: {}\n", "3.0.0", []string{"GET /a d:6"}},
		"BOM and CRLF":                {"\ufeffopenapi: 3.0.0\r\npaths:\r\n  /a:\r\n    get: {}\r\n", "3.0.0", []string{"GET /a d:4"}},
		"UTF-16":                      {utf16le("openapi: 3.0.0\npaths:\n  /a:\n    get: {}\n"), "3.0.0", []string{"GET /a d:4"}},
		"second document of a stream": {"kind: Other\n---\nopenapi: 3.0.0\npaths:\n  /a:\n    get: {}\n", "3.0.0", []string{"GET /a d:6"}},
		"anchors and merge keys": {"openapi: 3.0.0\nx-op: &op\n  responses: {}\npaths:\n  /a:\n    get:\n      <<: *op\n  /b: &b\n    delete: *op\n  /c: *b\n", "3.0.0",
			[]string{"GET /a d:6", "DELETE /b d:9", "DELETE /c d:9"}},
		"extensions and nonsense are passed over": {head3 + "paths:\n  x-note: {get: {}}\n  /a:\n    x-get: {}\n    get: 7\n    summary: s\n  /b: null\n", "3.0.3", nil},
		"duplicate path keeps the first":          {head3 + "paths:\n  /a:\n    get: {}\n  /a:\n    put: {}\n", "3.0.3", []string{"GET /a d:5"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			doc := mustParse(t, tree("d", tt.text), "d")
			if diff := cmp.Diff(tt.want, outline(doc)); diff != "" || doc.Version != tt.version {
				t.Errorf("version %s, operations (-want +got):\n%s", doc.Version, diff)
			}
		})
	}
}

func utf16le(s string) string {
	out := "\xff\xfe"
	for _, r := range s {
		out += string([]byte{byte(r), byte(r >> 8)})
	}
	return out
}

func TestParseRefuses(t *testing.T) {
	deep := strings.Repeat("[", 1200) + strings.Repeat("]", 1200)
	bomb := "openapi: 3.0.0\nx: \n  - &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i <= 8; i++ {
		bomb += "  - &a" + string(rune('0'+i)) + " [" + strings.TrimSuffix(strings.Repeat("*a"+string(rune('0'+i-1))+", ", 9), ", ") + "]\n"
	}
	tests := map[string]struct{ name, text, want string }{
		"broken YAML":        {"d.yaml", "openapi: 3.0.0\npaths:\n  /a: [\n", "d.yaml:4: is not valid YAML: "},
		"broken JSON":        {"d.json", "{\n \"openapi\": \"3.0.0\",\n \"paths\": {,}\n}", "d.json:3: is not valid JSON: "},
		"truncated JSON":     {"d.json", "{\n \"openapi\": \"3.0.0\",\n", "d.json:2: is not valid JSON: ends before it is complete"},
		"not UTF-8":          {"d.yaml", "openapi: 3.0.0\ninfo:\n  title: \xe4\n", "d.yaml:3: not UTF-8 text; save the document as UTF-8"},
		"template":           {"d.yaml", "openapi: 3.0.0\npaths:\n  {{ .Prefix }}/a:\n  get: {}\n", "d.yaml:3: is a template ({{ ... }}), which cannot be read; render it and name the result with --spec"},
		"later version":      {"d.yaml", "openapi: 4.0.0\npaths: {}\n", "d.yaml:1: openapi 4.0.0 is not supported; use Swagger 2.0 or OpenAPI 3.0 to 3.2"},
		"earlier version":    {"d.json", "{\"swagger\": \"1.2\"}", "d.json:1: swagger 1.2 is not supported; use Swagger 2.0 or OpenAPI 3.0 to 3.2"},
		"no version":         {"d.yaml", "paths: {}\n", "d.yaml: is not an OpenAPI document: no openapi or swagger key at the top level"},
		"empty":              {"d.yaml", "\n", "d.yaml: is empty; write the OpenAPI document or remove the file"},
		"too deep":           {"d.yaml", "openapi: 3.0.0\nx: " + deep, "d.yaml:2: is nested more than 1000 levels deep; name the inner parts and refer to them"},
		"far too deep":       {"d.json", `{"openapi": "3.0.0", "x": ` + strings.Repeat("[", 20000), "d.json:1: is not valid JSON: nested more than 1000 levels deep"},
		"alias bomb":         {"d.yaml", bomb, "has more than 2000000 nodes once its aliases are expanded; use $ref instead of aliases"},
		"self alias":         {"d.yaml", "openapi: 3.0.0\nx: &x\n  y: *x\n", "d.yaml:3: alias *x contains itself; use $ref for recursion"},
		"deep alias chain":   {"d.yaml", aliasChain(1500), "levels deep; name the inner parts"},
		"too large":          {"d.yaml", "openapi: 3.0.0\n#" + strings.Repeat("x", maxFileSize), "d.yaml: is larger than 10 MB; split the document"},
		"too many nodes":     {"d.yaml", "openapi: 3.0.0\nx: [" + strings.Repeat("a,", 4<<20) + "]", "d.yaml: has more than 2000000 nodes; split the document"},
		"missing":            {"gone.yaml", "", "gone.yaml: cannot be opened: file does not exist"},
		"something after it": {"d.json", "{\"openapi\": \"3.0.0\"} x", "d.json:1: is not valid JSON: "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fsys := tree()
			if tt.name != "gone.yaml" {
				fsys = tree(tt.name, tt.text)
			}
			_, err := Parse(fsys, tt.name)
			var re *ReadError
			if !errors.As(err, &re) || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, tt.want)
			}
		})
	}
}

// aliasChain nests n sequences, each through an alias.
func aliasChain(n int) string {
	var b strings.Builder
	b.WriteString("openapi: 3.0.0\nx:\n  - &a0 [1]\n")
	for i := 1; i <= n; i++ {
		b.WriteString("  - &a" + itoa(i) + " [*a" + itoa(i-1) + "]\n")
	}
	return b.String()
}

func TestParseBasePaths(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string
	}{
		"none":             {"openapi: 3.0.0\npaths: {}", []string{""}},
		"2.0":              {"swagger: '2.0'\nbasePath: /api/v2/\npaths: {}", []string{"/api/v2"}},
		"2.0 root":         {"swagger: '2.0'\nbasePath: /\npaths: {}", []string{""}},
		"URL":              {"openapi: 3.0.0\nservers: [{url: 'https://x.org:80/api/'}, {url: 'http://x.org'}]", []string{"/api", ""}},
		"same twice":       {"openapi: 3.0.0\nservers: [{url: 'https://x.org/v1'}, {url: 'https://y.org/v1'}]", []string{"/v1"}},
		"relative":         {"openapi: 3.0.0\nservers: [{url: /v1}, {url: v2}, {url: ./v3}, {url: .}]", []string{"/v1", "/v2", "/v3", ""}},
		"host without //":  {"openapi: 3.0.0\nservers: [{url: 'api.x.org/v1'}, {url: 'localhost:8080/v2'}, {url: 'localhost/v3'}]", []string{"/v1", "/v2", "/v3"}},
		"protocol omitted": {"openapi: 3.0.0\nservers: [{url: //x.org/v1}]", []string{"/v1"}},
		"variables":        {"openapi: 3.0.0\nservers: [{url: 'https://{host}/{base}/v1', variables: {host: {default: x.org}, base: {default: api}}}]", []string{"/api/v1"}},
		"host undeclared":  {"openapi: 3.0.0\nservers: [{url: '{host}/v1'}]", []string{"/v1"}},
		"query":            {"openapi: 3.0.0\nservers: [{url: 'https://x.org/v1?x=/y#z'}]", []string{"/v1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			doc := mustParse(t, tree("d.yaml", tt.text), "d.yaml")
			if diff := cmp.Diff(tt.want, doc.BasePaths); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseServersOfPathAndOperation(t *testing.T) {
	doc := mustParse(t, tree("d.yaml", head3+`paths:
  /a:
    servers: [{url: /path}]
    get: {servers: [{url: /op}]}
    put: {}
  /b:
    get: {}
`), "d.yaml")
	want := [][]string{{"/op"}, {"/path"}, nil}
	for i, op := range doc.Operations {
		if diff := cmp.Diff(want[i], op.BasePaths); diff != "" {
			t.Errorf("%s: %s", op.Name(), diff)
		}
	}
}

func TestParseSecurity(t *testing.T) {
	doc := mustParse(t, tree("d.yaml", head3+`security:
  - key: []
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    jwt: {$ref: '#/components/securitySchemes/bearer'}
    bearer: {type: http, scheme: bearer}
paths:
  /a:
    get: {}
    put:
      security: []
    post:
      security:
        - jwt: [write]
          key: []
        - {}
`), "d.yaml")
	want := []struct {
		security []Requirement
		pos      string
	}{
		{[]Requirement{{"key": nil}}, "d.yaml:3"},
		{nil, "d.yaml:14"},
		{[]Requirement{{"jwt": {"write"}, "key": nil}, {}}, "d.yaml:16"},
	}
	for i, op := range doc.Operations {
		if diff := cmp.Diff(want[i].security, op.Security); diff != "" || op.SecurityPos.String() != want[i].pos {
			t.Errorf("%s at %s: %s", op.Name(), op.SecurityPos, diff)
		}
	}
	if got := doc.SecuritySchemes["jwt"]; got.Scheme != "bearer" || got.Pos.String() != "d.yaml:8" {
		t.Errorf("jwt: got %+v, want bearer at line 8", got)
	}
}

// Parameters of the path are inherited unless the operation has one of the
// same name and place; references lead into other files.
func TestParseParametersAndFiles(t *testing.T) {
	doc := mustParse(t, tree("api/d.yaml", head3+`paths:
  /a/{id}:
    parameters:
      - $ref: parts/common.yaml#/limit
      - {name: id, in: path, required: true, schema: {type: string}}
    get:
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: limit, in: header, schema: {type: integer}}
  /b:
    $ref: ../paths/b%20c.yaml
`,
		"api/parts/common.yaml", "limit:\n  name: limit\n  in: query\n  schema: {type: integer, maximum: 100}\n",
		"paths/b c.yaml", "post:\n  requestBody:\n    content:\n      application/json:\n        schema: {$ref: '../api/parts/user.json'}\n",
		"api/parts/user.json", "{\n\"type\": \"object\", \"properties\": {\n\"self\": {\"$ref\": \"#\"}}}",
	), "api/d.yaml")
	if diff := cmp.Diff([]string{"GET /a/{id} api/d.yaml:8", "POST /b paths/b c.yaml:1"}, outline(doc)); diff != "" {
		t.Fatal(diff)
	}
	var got []string
	for _, p := range doc.Operations[0].Parameters {
		got = append(got, p.In+" "+p.Name+" "+strings.Join(p.Schema.Types, ",")+" "+p.Pos.String())
	}
	want := []string{"path id integer api/d.yaml:10", "header limit integer api/d.yaml:11", "query limit integer api/parts/common.yaml:2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	ref := doc.Operations[1].Body.Content[0].Schema
	user := doc.Resolve(ref)
	if ref.Ref != "api/parts/user.json" || user == nil || user.Properties[0].Schema.Ref != "api/parts/user.json" {
		t.Errorf("got %+v -> %+v, want a schema that refers to itself by file", ref, user)
	}
}

func TestParseSwaggerBodies(t *testing.T) {
	doc := mustParse(t, tree("d.yaml", `swagger: "2.0"
consumes: [application/json, application/xml]
definitions:
  User: {type: object, required: [name], properties: {name: {type: string, x-nullable: true}}}
parameters:
  user:
    name: user
    in: body
    required: true
    schema: {$ref: '#/definitions/User'}
paths:
  /a:
    parameters:
      - $ref: '#/parameters/user'
    post:
      produces: [application/problem+json]
      parameters:
        - {name: n, in: query, type: array, items: {type: integer}, maxItems: 3}
        - {name: file, in: formData, type: file}
      responses:
        200:
          description: ok
          schema: {$ref: '#/definitions/User'}
          examples: {application/problem+json: {name: x}}
        default: {description: bad}
`), "d.yaml")
	op := doc.Operations[0]
	if op.Body == nil || !op.Body.Required || len(op.Body.Content) != 2 || op.Body.Content[1].Type != "application/xml" || op.Body.Content[0].Schema.Ref != "User" {
		t.Errorf("body: got %+v", op.Body)
	}
	if len(op.Parameters) != 2 || *op.Parameters[0].Schema.MaxItems != 3 || op.Parameters[0].Schema.Items.Types[0] != "integer" || op.Parameters[1].In != "formData" {
		t.Errorf("parameters: got %+v", op.Parameters)
	}
	ok := op.Responses[0]
	if ok.Status != "200" || ok.Pos.Line != 21 || len(ok.Content) != 1 || ok.Content[0].Type != "application/problem+json" || !ok.Content[0].HasExample || !ok.Content[0].IsJSON() {
		t.Errorf("response: got %+v", ok)
	}
	if !doc.Schemas["User"].Properties[0].Schema.Nullable || doc.Schemas["User"].Pos.Line != 4 {
		t.Errorf("schema: got %+v", doc.Schemas["User"])
	}
}

func TestParseSchemas(t *testing.T) {
	const head31 = "openapi: 3.1.0\ncomponents:\n  schemas:\n    S: "
	number := func(f float64) *float64 { return &f }
	tests := map[string]struct {
		text string
		want Schema
	}{
		"type list":        {head31 + "{type: [string, 'null'], minLength: 1}", Schema{Types: []string{"string"}, Nullable: true, MinLength: ptr(int64(1))}},
		"null alone":       {head31 + "{type: 'null'}", Schema{Types: []string{"null"}}},
		"exclusive number": {head31 + "{exclusiveMinimum: 3, maximum: 9}", Schema{Minimum: number(3), ExclusiveMinimum: true, Maximum: number(9)}},
		"exclusive flag":   {"openapi: 3.0.0\ncomponents: {schemas: {S: {minimum: 3, exclusiveMinimum: true}}}", Schema{Minimum: number(3), ExclusiveMinimum: true}},
		"const":            {head31 + "{const: 1.0}", Schema{Enum: []string{"1.0"}}},
		"enum":             {head31 + "{enum: [a, 1, null, yes, 2020-01-02, 0x10, {b: [c]}]}", Schema{Enum: []string{`"a"`, "1", "null", `"yes"`, `"2020-01-02"`, "16", `{"b":["c"]}`}}},
		"closed":           {head31 + "{additionalProperties: false}", Schema{AdditionalForbidden: true}},
		"false schema":     {head31 + "false", Schema{Not: &Schema{}}},
		"nullable variant": {head31 + "{anyOf: [{type: string}, {type: 'null'}]}", Schema{Nullable: true, AnyOf: []*Schema{{Types: []string{"string"}}, {Types: []string{"null"}}}}},
		"beside a reference in 3.1": {head31 + "{$ref: '#/components/schemas/T', description: d, maxLength: 2}\n    T: {}",
			Schema{AllOf: []*Schema{{Ref: "T"}, {MaxLength: ptr(int64(2))}}}},
		"prose beside a reference":  {head31 + "{$ref: '#/components/schemas/T', description: d}\n    T: {}", Schema{Ref: "T"}},
		"beside a reference in 3.0": {"openapi: 3.0.0\ncomponents: {schemas: {S: {$ref: '#/components/schemas/T', maxLength: 2}, T: {}}}", Schema{Ref: "T"}},
		"property called $ref":      {head31 + "{properties: {$ref: {type: string}}}", Schema{Properties: []Property{{"$ref", &Schema{Types: []string{"string"}}}}}},
		"discriminator":             {head31 + "{discriminator: {propertyName: kind}}", Schema{Discriminator: "kind"}},
		"wrong types":               {head31 + "{minLength: one, maxItems: 1.5, required: true, properties: [a], items: 3}", Schema{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			doc := mustParse(t, tree("d.yaml", tt.text), "d.yaml")
			if diff := cmp.Diff(&tt.want, withoutPositions(doc.Schemas["S"])); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }

func withoutPositions(s *Schema) *Schema {
	if s == nil {
		return nil
	}
	c := *s
	c.Pos.File, c.Pos.Line, c.Pos.Column = "", 0, 0
	c.Not, c.Items, c.AdditionalProperties = withoutPositions(c.Not), withoutPositions(c.Items), withoutPositions(c.AdditionalProperties)
	for _, list := range []*[]*Schema{&c.AllOf, &c.OneOf, &c.AnyOf} {
		for i := range *list {
			(*list)[i] = withoutPositions((*list)[i])
		}
	}
	for i := range c.Properties {
		c.Properties[i].Schema = withoutPositions(c.Properties[i].Schema)
	}
	return &c
}

// References that lead nowhere, in circles or out of the repository leave a
// hole in the model and never hang.
func TestParseSurvivesBadReferences(t *testing.T) {
	chain := head3 + "components:\n  schemas:\n"
	for i := range 3000 {
		chain += "    S" + itoa(i) + ": {$ref: '#/components/schemas/S" + itoa(i+1) + "'}\n"
	}
	doc := mustParse(t, tree("d.yaml", chain+"    S3000: {type: string}\n"), "d.yaml")
	if s := doc.Resolve(&Schema{Ref: "S2999"}); s == nil || s.Types[0] != "string" {
		t.Errorf("end of the chain: got %+v", s)
	}
	if s := doc.Resolve(&Schema{Ref: "S0"}); s != nil {
		t.Errorf("a chain of 3,000 resolves to %+v, want nil", s)
	}

	doc = mustParse(t, tree("d.yaml", head3+`paths:
  /a: {$ref: '#/paths/~1b'}
  /b: {$ref: '#/paths/~1a'}
  /c:
    get:
      parameters: [{$ref: '../../etc/passwd'}, {$ref: 'https://x.org/p.yaml'}, {$ref: '/etc/passwd'}, {$ref: '#/nowhere'}]
      responses:
        '200': {$ref: 'gone.yaml'}
`), "d.yaml")
	if diff := cmp.Diff([]string{"GET /c d.yaml:7"}, outline(doc)); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, p := range doc.Abstained {
		got = append(got, p.String())
	}
	want := []string{
		"d.yaml:8: ../../etc/passwd is outside the repository and is not read",
		"d.yaml:8: https://x.org/p.yaml is outside the repository and is not fetched",
		"d.yaml:8: /etc/passwd is outside the repository and is not read",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHasExample(t *testing.T) {
	tests := map[string]struct {
		media string
		want  bool
	}{
		"on the media type":        {"example: 1\nschema: {type: integer}", true},
		"named ones":               {"examples: {a: {value: 1}}\nschema: {type: integer}", true},
		"none of several":          {"examples: {}\nschema: {type: integer}", false},
		"null is none":             {"example: null\nschema: {type: integer}", false},
		"on the schema":            {"schema: {type: integer, example: 1}", true},
		"list of the schema":       {"schema: {type: integer, examples: [1]}", true},
		"all properties":           {"schema: {properties: {a: {example: 1}, b: {enum: [x]}, c: {type: boolean}, d: {default: 1}}}", true},
		"one property lacks":       {"schema: {properties: {a: {example: 1}, b: {type: string}}}", false},
		"items":                    {"schema: {type: array, items: {properties: {a: {example: 1}}}}", true},
		"items lack":               {"schema: {type: array, items: {type: string}}", false},
		"parts":                    {"schema: {allOf: [{$ref: '#/components/schemas/Good'}, {properties: {a: {example: 1}}}]}", true},
		"one part lacks":           {"schema: {allOf: [{$ref: '#/components/schemas/Good'}, {properties: {a: {}}}]}", false},
		"one variant":              {"schema: {oneOf: [{type: string}, {$ref: '#/components/schemas/Good'}]}", true},
		"itself":                   {"schema: {$ref: '#/components/schemas/Tree'}", true},
		"free-form object":         {"schema: {type: object}", false},
		"no schema":                {"{}", false},
		"property called example":  {"schema: {properties: {example: {type: string}}}", false},
		"map of described objects": {"schema: {additionalProperties: {$ref: '#/components/schemas/Good'}}", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			text := head3 + `components:
  schemas:
    Good: {type: string, example: x}
    Tree: {properties: {name: {example: x}, children: {type: array, items: {$ref: '#/components/schemas/Tree'}}}}
paths:
  /a:
    get:
      responses:
        '200':
          content:
            application/json:
              ` + strings.ReplaceAll(tt.media, "\n", "\n              ")
			doc := mustParse(t, tree("d.yaml", text), "d.yaml")
			if got := doc.Operations[0].Responses[0].Content[0].HasExample; got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func itoa(i int) string { return strconv.Itoa(i) }
