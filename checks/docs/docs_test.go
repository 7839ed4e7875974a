package docs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

// repository makes a Repo of name, text pairs; Go files are loaded. Every
// document found that could be read is taken to describe the server.
func repository(t *testing.T, pairs ...string) *check.Repo {
	t.Helper()
	files := fstest.MapFS{}
	hasGo := false
	for i := 0; i+1 < len(pairs); i += 2 {
		files[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
		hasGo = hasGo || strings.HasSuffix(pairs[i], ".go")
	}
	r := &check.Repo{Files: files, ModuleDir: ".", Matrix: &matrix.Matrix{}}
	if hasGo {
		r.Program = program(t, files)
	}
	found, err := spec.Discover(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range found {
		doc, err := spec.Parse(files, c.Path)
		if err != nil {
			doc := &spec.Document{Path: c.Path, Unread: &spec.Problem{Message: "the parser crashed"}}
			var re *spec.ReadError
			if errors.As(err, &re) && !re.Refused {
				doc.Unread, doc.Problems = &re.Problem, []spec.Problem{re.Problem}
			}
			r.Documents = append(r.Documents, doc)
			continue
		}
		spec.Validate(files, doc)
		r.Documents = append(r.Documents, doc)
		r.Matrix.Used = append(r.Matrix.Used, doc)
	}
	return r
}

func program(t *testing.T, files fstest.MapFS) *load.Program {
	t.Helper()
	root := t.TempDir()
	if _, ok := files["go.mod"]; !ok {
		files["go.mod"] = &fstest.MapFile{Data: []byte("module example.com/shop\n\ngo 1.26\n")}
	}
	for name, f := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := load.Load(t.Context(), load.Options{Dir: root})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// judge runs the family and gives its criteria by rule.
func judge(t *testing.T, r *check.Repo) map[string]report.Criterion {
	t.Helper()
	criteria, err := Check.Run(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	byRule := map[string]report.Criterion{}
	for i, c := range criteria {
		if c.Rule.ID != Check.Rules[i].ID {
			t.Fatalf("criterion %d is for %s, want %s", i, c.Rule.ID, Check.Rules[i].ID)
		}
		byRule[c.Rule.ID] = c
	}
	return byRule
}

// summary is "outcome satisfied/examined" and a line for each finding.
func summary(c report.Criterion) []string {
	lines := []string{fmt.Sprintf("%s %d/%d", c.Outcome, c.Satisfied, c.Examined)}
	for _, f := range c.Findings {
		line := f.Position.String() + ": " + f.Message
		if f.Suppressed != nil {
			line += " [accepted: " + *f.Suppressed + "]"
		}
		lines = append(lines, line)
	}
	if c.Reason != "" {
		lines = append(lines, c.Reason)
	}
	return lines
}

func TestRulesAreWellFormed(t *testing.T) {
	for _, r := range Check.Rules {
		if err := r.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// Each rule's example: bad yields this rule (and besides it only the README,
// which the small trees do without), good yields nothing.
func TestExamples(t *testing.T) {
	for _, r := range Check.Rules {
		for _, side := range []string{"bad", "good"} {
			t.Run(r.ID+"/"+side, func(t *testing.T) {
				var pairs []string
				for _, f := range txtar.Parse([]byte(r.Example)).Files {
					if name, ok := strings.CutPrefix(f.Name, side+"/"); ok {
						pairs = append(pairs, name, string(f.Data))
					}
				}
				for id, c := range judge(t, repository(t, pairs...)) {
					switch {
					case id == r.ID && side == "bad" && len(c.Findings) == 0:
						t.Errorf("no finding: %v", summary(c))
					case id == r.ID && side == "good" && c.Outcome != report.Pass:
						t.Errorf("not a pass: %v", summary(c))
					case id != r.ID && id != RuleReadmeIncomplete.ID && len(c.Findings) > 0:
						t.Errorf("%s: %v", id, summary(c))
					}
				}
			})
		}
	}
}

func TestWithoutDocument(t *testing.T) {
	got := judge(t, repository(t, "README.md", "# x\n"))
	for _, id := range []string{"spec-invalid", "operation-undescribed", "example-missing", "example-invalid", "error-response-undocumented"} {
		if diff := cmp.Diff([]string{"inconclusive 0/0", noDocument}, summary(got[id])); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
}

const head = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\n"

func TestSpecInvalid(t *testing.T) {
	tests := map[string]struct {
		files []string
		want  []string
	}{
		"each problem is a finding, the document one site": {
			[]string{"a.yaml", head + "paths:\n  /a:\n    get:\n      responses:\n        '200': {}\n        foo: {description: x}\n"},
			[]string{"fail 0/1",
				"a.yaml:7: a.yaml is invalid: GET /a: a short description of the response is required",
				"a.yaml:8: a.yaml is invalid: GET /a: response \"foo\" is not a status; use 100 to 599, 1XX to 5XX or default"},
		},
		"what lies outside leaves it open": {
			[]string{"a.yaml", head + "paths:\n  /a:\n    get:\n      responses:\n        '200': {$ref: 'https://x.org/r.yaml'}\n"},
			[]string{"inconclusive 0/1", "a.yaml: https://x.org/r.yaml is outside the repository and is not fetched"},
		},
		"broken YAML": {
			[]string{"a.yaml", "openapi: 3.0.3\npaths: [\n"},
			[]string{"fail 0/1", "a.yaml:3: a.yaml is not valid YAML: while parsing a flow node: did not find expected node content; correct that line"},
		},
		"a document that could not be judged": {
			[]string{"a.yaml", "openapi: 4.0.0\npaths: {}\n"},
			[]string{"inconclusive 0/1", "a.yaml: the parser crashed"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, summary(judge(t, repository(t, tt.files...))["spec-invalid"])); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A finding keeps its identity when lines move.
func TestSpecInvalidAnchorsWithoutLines(t *testing.T) {
	c := judge(t, repository(t, "a.yaml", head+"paths: {}\ntags: []\npaths: {}\n"))["spec-invalid"]
	want := "key \"paths\" stands twice in one mapping, first; remove or rename one"
	if len(c.Findings) != 1 || c.Findings[0].Anchor != want || !strings.Contains(c.Findings[0].Message, "first in line 3") {
		t.Errorf("got %+v, want the anchor %q", c.Findings, want)
	}
}

func TestDocumentRules(t *testing.T) {
	files := []string{"a.yaml", head + `components:
  responses:
    Error:
      description: refused
      content: {application/problem+json: {schema: {type: object}}}
paths:
  /bare:
    get: {summary: s, responses: {'204': {description: ok}}}
    head: {parameters: [{name: q, in: query, schema: {type: string}}], responses: {'204': {description: ok}}}
  /full:
    post:
      operationId: full
      description: d
      tags: [t]
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: integer, example: x}, b: {type: string}}}}}}
      responses:
        '201': {description: ok, content: {text/plain: {}}}
        '400': {$ref: '#/components/responses/Error'}
        '404': {$ref: '#/components/responses/Error'}
  /open:
    put:
      parameters: [{name: q, in: query, schema: {type: integer, example: 1}}]
      responses: {'400': {description: bad}, '500': {description: worse, content: {application/json: {schema: {type: string, example: x}}}}}
    delete:
      security: [{key: []}]
      responses: {'204': {description: ok}}
    patch:
      security: [{key: []}]
      responses: {'204': {description: ok}, '500': {description: worse, content: {application/json: {schema: {type: string, example: x}}}}}
`}
	want := map[string][]string{
		"operation-undescribed": {"partial 1/6",
			"a.yaml:10: GET /bare has no operationId or tags; add what is missing",
			"a.yaml:11: HEAD /bare has no summary, operationId or tags; add what is missing",
			"a.yaml:23: PUT /open has no summary, operationId or tags; add what is missing",
			"a.yaml:26: DELETE /open has no summary, operationId or tags; add what is missing",
			"a.yaml:29: PATCH /open has no summary, operationId or tags; add what is missing"},
		"example-missing": {"partial 2/4",
			"a.yaml:17: POST /full request has no example; add one to the media type, the schema or all of its properties",
			"a.yaml:7: POST /full 400 (and 1 more that share it) has no example; add one to the media type, the schema or all of its properties"},
		"example-invalid": {"partial 3/4",
			"a.yaml:17: example does not satisfy its schema: got string, want integer; correct the one that is wrong"},
		"error-response-undocumented": {"partial 1/4",
			"a.yaml:23: PUT /open documents 400 without a schema; give the error answers the schema of the error envelope",
			"a.yaml:26: DELETE /open documents no error answer; add the 4xx ones (or default) with the schema of the error envelope",
			"a.yaml:29: PATCH /open documents 500, but no answer to what a client does wrong; add the 4xx ones (or default) with the schema of the error envelope"},
	}
	got := judge(t, repository(t, files...))
	for id, w := range want {
		if diff := cmp.Diff(w, summary(got[id])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
}

func TestExampleInvalidNeedsValidation(t *testing.T) {
	doc := &spec.Document{Path: "a.yaml", Abstained: []spec.Problem{{Message: "validation overflowed the stack"}}}
	r := &check.Repo{Files: fstest.MapFS{}, ModuleDir: ".", Matrix: &matrix.Matrix{Used: []*spec.Document{doc}}}
	if diff := cmp.Diff([]string{"inconclusive 0/1", "a.yaml: validation overflowed the stack"}, summary(judge(t, r)["example-invalid"])); diff != "" {
		t.Error(diff)
	}
}

func TestReadmeIncomplete(t *testing.T) {
	missing := func(what, how string) string {
		return "README.md:1: the README does not say how to " + what + " the service; " + how
	}
	run := missing("run", "say which command starts it, such as go run ./cmd/server")
	configure := missing("configure", "list the environment variables or the configuration file")
	test := missing("test", "say how its tests are run, such as go test ./...")
	call := missing("call", "show a request, such as curl localhost:8080/..., or link the OpenAPI document")
	const reads = "package main\n\nimport \"os\"\n\nfunc main() { os.Getenv(\"X_Y\") }\n"
	tests := map[string]struct{ files, want []string }{
		"none":                          {nil, []string{"fail 0/1", "go.mod:1: the repository has no README; write one that says how to run, configure, test and call the service"}},
		"nothing":                       {[]string{"README.md", "# The test API service\n\nIt is good.\n", "main.go", reads}, []string{"fail 0/4", run, configure, test, call}},
		"commands":                      {[]string{"README.md", "# S\n\n    X_Y=1 make run\n    make test\n    curl localhost:8080/a\n", "main.go", reads}, []string{"pass 4/4"}},
		"headings":                      {[]string{"README.md", "# S\n## Getting started\n## Configuration\n## Tests\n## Endpoints\n", "main.go", reads}, []string{"pass 4/4"}},
		"no configuration to speak of":  {[]string{"README.md", "# S\n## Running\n## Testing\n## API\n", "main.go", "package main\n\nfunc main() {}\n"}, []string{"pass 3/3"}},
		"guides":                        {[]string{"readme.rst", "S\n\n", "CONTRIBUTING.md", "## Development\nuse `go test`\n", "docs/api.md", "GET /a answers a.\n"}, []string{"pass 3/3"}},
		"a heading in code is none":     {[]string{"README.md", "# S\n## Usage\n```\n# Test\n```\n"}, []string{"fail 2/3", test}},
		"an endpoint named test":        {[]string{"README.md", "# S\n## Usage\n", "docs/campaign.md", "## Test a campaign\n"}, []string{"fail 2/3", test}},
		"vendored READMEs do not count": {[]string{"vendor/x/README.md", "## Run\n## Test\n## API\n"}, []string{"fail 0/1", "go.mod:1: the repository has no README; write one that says how to run, configure, test and call the service"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, summary(judge(t, repository(t, tt.files...))["readme-incomplete"])); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestConfigurationUndocumented(t *testing.T) {
	const code = `package main

import "os"

const key = "SHOP_CONSTANT"

type settings struct {
	Port  int    ` + "`env:\"PORT,required\"`" + `
	Level string ` + "`env:\"LOG_LEVEL\" help:\"how much to say\"`" + `
	Lower string ` + "`env:\"omitempty\"`" + `
	Log   struct{ Debug bool } ` + "`envconfig:\"LOG\"`" + `
}

func env(name, fallback string) string { return first(name, fallback) }

func first(names ...string) string { return names[0] }

func get(name, fallback string) string {
	if v, ok := os.LookupEnv(name); ok {
		return v
	}
	return fallback
}

func number(fallback int, name string) int { return len(get(name, "")) + fallback }

func main() {
	os.Getenv("SHOP_PLAIN")
	os.Getenv("SHOP_PLAIN")
	os.Getenv(key)
	os.Getenv("HOME")
	get("SHOP_WRAPPED", "")
	number(3, "SHOP_" + "TWICE")
	env("NOT_READ", "")
	os.Getenv("SHOP_ACCEPTED")
	os.Getenv(os.Args[0])
}
`
	message := func(line int, name string) string {
		return fmt.Sprintf("main.go:%d: environment variable %s is read here, but neither the README, .env.example nor the documentation mentions it; document it", line, name)
	}
	got := summary(judge(t, repository(t,
		"main.go", code,
		"main_test.go", "package main\n\nimport \"os\"\n\nvar _ = os.Getenv(\"ONLY_IN_TESTS\")\n",
		"README.md", "Set SHOP_PLAINLY and `SHOP_CONSTANT`.\n",
		"deploy/compose.yml", "environment:\n  SHOP_TWICE: 1\n  X_PORT: 80\n",
	))["configuration-undocumented"])
	want := []string{"partial 3/7",
		message(28, "SHOP_PLAIN"),
		message(32, "SHOP_WRAPPED"),
		message(35, "SHOP_ACCEPTED"),
		"main.go:36 reads an environment variable whose name is computed; name it by a constant",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A program that is handed os.Getenv reads the environment by that parameter.
func TestConfigurationFollowsFunctionValues(t *testing.T) {
	const code = `package main

import "os"

type options struct{ lookup func(string) (string, bool) }

func main() {
	load(os.Getenv)
	run(options{lookup: os.LookupEnv})
	short := func(key string) string { return os.Getenv(key) }
	short("SHOP_SHORT")
}

func load(getenv func(string) string) string { return further(getenv) + getenv("SHOP_PORT") }

func further(get func(string) string) string { return get("SHOP_FURTHER") }

func run(o options) { o.lookup("SHOP_FIELD") }
`
	got := summary(judge(t, repository(t, "main.go", code, "README.md", "SHOP_PORT, SHOP_FURTHER and SHOP_SHORT\n"))["configuration-undocumented"])
	want := []string{
		"partial 3/4",
		"main.go:18: environment variable SHOP_FIELD is read here, but neither the README, .env.example nor the documentation mentions it; document it",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestConfigurationOfOneFileIsOneFinding(t *testing.T) {
	code := "package main\n\nimport \"os\"\n\nfunc main() {\n"
	for _, name := range []string{"F", "E", "D", "C", "B", "A"} {
		code += "\tos.Getenv(\"SHOP_" + name + "\")\n"
	}
	code += "\tos.Getenv(\"SHOP_G\") //conformance:ignore configuration-undocumented for developers only\n"
	got := summary(judge(t, repository(t, "main.go", code+"}\n"))["configuration-undocumented"])
	want := []string{
		"fail 0/7",
		"main.go:12: environment variable SHOP_G is read here, but neither the README, .env.example nor the documentation mentions it; document it",
		"main.go:6: 6 environment variables that this file reads are mentioned neither in the README, .env.example nor the documentation: SHOP_F, SHOP_E, SHOP_D, SHOP_C, SHOP_B, …; document them",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// envconfig makes SHOP_PORT out of a field: nothing is read that could be named here.
func TestConfigurationOfDerivedNamesIsInconclusive(t *testing.T) {
	got := summary(judge(t, repository(t,
		"go.mod", "module example.com/shop\n\ngo 1.26\n\nrequire github.com/kelseyhightower/envconfig v1.4.0\n\nreplace github.com/kelseyhightower/envconfig => ./stub\n",
		"stub/go.mod", "module github.com/kelseyhightower/envconfig\n\ngo 1.26\n",
		"stub/envconfig.go", "package envconfig\n\nfunc Process(string, any) error { return nil }\n",
		"main.go", "package main\n\nimport \"github.com/kelseyhightower/envconfig\"\n\nfunc main() { var c struct{ Port int }; envconfig.Process(\"shop\", &c) }\n",
	))["configuration-undocumented"])
	want := []string{
		"inconclusive 0/0",
		"main.go:3 imports github.com/kelseyhightower/envconfig, which makes names of variables out of those of fields or keys; name them in tags, or read them by constant names, to have them judged",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestConfigurationUndocumentedWithoutReads(t *testing.T) {
	got := summary(judge(t, repository(t, "main.go", "package main\n\nfunc main() {}\n"))["configuration-undocumented"])
	if diff := cmp.Diff([]string{"not_applicable 0/0", "the code reads no environment variable"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadProseIsBounded(t *testing.T) {
	files := fstest.MapFS{}
	for i := range maxTexts + 10 {
		files[fmt.Sprintf("docs/%05d.md", i)] = &fstest.MapFile{Data: []byte("x")}
	}
	files["docs/00000.md"] = &fstest.MapFile{Data: make([]byte, maxTextSize+1)}
	files["docs/link.md"] = &fstest.MapFile{Mode: fs.ModeSymlink}
	if got := len(readProse(files, ".").guides); got != maxTexts-1 {
		t.Errorf("read %d pages, want %d", got, maxTexts-1)
	}
}

// What one example would mend is one finding.
func TestExampleMissingIsReportedAtTheSharedSchema(t *testing.T) {
	got := judge(t, repository(t, "openapi.yaml", `openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /orders:
    get:
      responses:
        "200":
          description: orders
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Order'}}}}
        "500":
          description: lone
          content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
    post:
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
      responses:
        "201": {description: done}
components:
  schemas:
    Order: {type: object, properties: {id: {type: integer}}}
    Error: {type: object, properties: {error: {type: string}}}
`))["example-missing"]
	want := []string{
		"fail 0/3",
		"openapi.yaml:12: GET /orders 500 has no example; add one to the media type, the schema or all of its properties",
		"openapi.yaml:20: schema Order has no example, nor have the 2 bodies of it (GET /orders 200, ...); add one to the schema or to all of its properties",
	}
	if diff := cmp.Diff(want, summary(got)); diff != "" {
		t.Error(diff)
	}
	if n := len(got.Findings[1].Related); n != 2 {
		t.Errorf("%d related places, want the 2 bodies", n)
	}
}
