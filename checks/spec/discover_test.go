package spec

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestDiscover(t *testing.T) {
	const doc = "openapi: 3.0.0\ninfo: {}\npaths:\n  /a:\n    get: {}\n"
	tests := map[string]struct {
		files  []string
		module string
		want   []string
	}{
		"any name and format": {[]string{
			"api.yml", doc,
			"docs/contract.json", `{"info": {}, "paths": {"/a": {"get": {}, "put": {}}}, "swagger": "2.0"}`,
			"last.yaml", "info: {}\npaths: {}\nopenapi: \"3.1.0\"\n",
			"quoted.yaml", "\"openapi\": '3.0.0'\ninfo: {}\n",
			"flow.yaml", "{openapi: 3.0.0, info: {}, paths: {/a: {get: {}}}}",
		}, ".", []string{"api.yml 3.0.0 1", "docs/contract.json 2.0 2", "flow.yaml 3.0.0 1", "last.yaml 3.1.0 0", "quoted.yaml 3.0.0 0"}},
		"what is no document": {[]string{
			"settings.yaml", "swagger: true\nopenapi:\n  enabled: yes\n",
			"version.yaml", "openapi: 3.0.0\nother: x\n",
			"nested.yaml", "a:\n  openapi: 3.0.0\n  info: {}\n",
			"crd.yaml", "spec:\n  openAPIV3Schema: {}\n",
			"code.go", doc, "package-lock.json", `{"openapi": "3.0.0", "info": {}}`,
			"text.json", `{"text": "openapi: 3.0.0"}`,
			"broken.json", `{"text": "openapi: 3.0.0", `,
		}, ".", nil},
		"folders": {[]string{
			"vendor/a.yaml", doc, "web/node_modules/x/a.yaml", doc, "testdata/a.yaml", doc, ".git/a.yaml", doc, ".idea/a.yaml", doc,
			"_spec/a.yaml", doc, ".github/a.yaml", doc,
		}, ".", []string{".github/a.yaml 3.0.0 1", "_spec/a.yaml 3.0.0 1"}},
		"module first": {[]string{"go.mod", "", "root.yaml", doc, "svc/go.mod", "", "svc/api/a.yaml", doc, "svc/tools/go.mod", "", "svc/tools/b.yaml", doc}, "svc",
			[]string{"svc/api/a.yaml 3.0.0 1"}},
		"else the rest, but not other modules": {[]string{"api/a.yaml", doc, "other/go.mod", "", "other/b.yaml", doc, "svc/go.mod", "", "svc/parts.yaml", "openapi: 3.0.0\ncomponents: {}\n"}, "svc",
			[]string{"api/a.yaml 3.0.0 1", "svc/parts.yaml 3.0.0 0"}},
		"parts of another": {[]string{
			"all.yaml", "openapi: 3.0.0\ninfo: {}\npaths:\n  /a: {$ref: 'users.yaml#/paths/~1a'}\n  /b: {$ref: 'plain.yaml'}\n",
			"plain.yaml", "get: {}\n", "users.yaml", doc,
		}, ".", []string{"all.yaml 3.0.0 2", "users.yaml 3.0.0 1 part of all.yaml"}},
		"unreadable": {[]string{
			"broken.yaml", "openapi: 3.0.0\npaths: [\n",
			"broken.json", "{\n  \"swagger\": \"2.0\",\n",
			"four.yaml", "openapi: 4.0.0\ninfo: {}\n",
			"large.yaml", "openapi: 3.0.0\n#" + strings.Repeat("x", maxFileSize),
			"chart.yaml", "openapi: 3.0.0\npaths:\n  {{- range .Paths }}\n",
		}, ".", []string{
			"broken.json  0 broken.json:2: is not valid JSON: ends before it is complete",
			"broken.yaml 3.0.0 0 broken.yaml:3: is not valid YAML: while parsing a flow node: did not find expected node content",
			"chart.yaml 3.0.0 0 chart.yaml:3: is a template ({{ ... }}), which cannot be read; render it and name the result with --spec",
			"four.yaml 4.0.0 0 four.yaml:1: openapi 4.0.0 is not supported; use Swagger 2.0 or OpenAPI 3.0 to 3.2",
			"large.yaml 3.0.0 0 large.yaml: is larger than 10 MB; split the document",
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			found, err := Discover(tree(tt.files...), tt.module)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range found {
				line := fmt.Sprintf("%s %s %d", c.Path, c.Version, c.Operations)
				if c.PartOf != "" {
					line += " part of " + c.PartOf
				}
				if c.Err != nil {
					line += " " + c.Err.Error()
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDiscoverStopsWithAMessage(t *testing.T) {
	files := tree("a.yaml", "openapi: 3.0.0\ninfo: {}\npaths: {/a: {get: {}}}\n")
	for i := range maxSearched + 1 {
		files["z/"+itoa(i)+".json"] = tree("x", "{}")["x"]
	}
	found, err := Discover(files, ".")
	if err == nil || !strings.Contains(err.Error(), "name the document with --spec") || len(found) != 1 {
		t.Errorf("got %d documents, error %v; want 1 and advice", len(found), err)
	}
}

// unreadable refuses files by name, as a mode of 000 does.
type unreadable struct {
	fstest.MapFS
	names []string
}

func (u unreadable) Open(name string) (fs.File, error) {
	if slices.Contains(u.names, name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return u.MapFS.Open(name)
}

func TestDiscoverNamesWhatCannotBeRead(t *testing.T) {
	files := unreadable{fstest.MapFS{"api/openapi.yaml": {}, "deploy.yaml": {}}, []string{"api/openapi.yaml", "deploy.yaml"}}
	found, err := Discover(files, ".")
	if len(found) != 1 || found[0].Path != "api/openapi.yaml" || found[0].Err == nil || !found[0].Describes() {
		t.Errorf("found %+v", found)
	}
	if err == nil || err.Error() != "deploy.yaml cannot be read; if it belongs to the OpenAPI document, make it readable" {
		t.Errorf("got %v", err)
	}
}
