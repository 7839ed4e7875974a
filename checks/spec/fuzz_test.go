package spec

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// FuzzParse: whatever the bytes, reading ends with a document or a ReadError,
// and every position lies in the file.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		head3 + "paths:\n  /a/{id}:\n    get: {parameters: [{name: id, in: path}], responses: {200: {$ref: '#/components/responses/R'}}}\ncomponents: {responses: {R: {}}}\n",
		`{"swagger": "2.0", "paths": {"/a": {"post": {"parameters": [{"in": "body", "schema": {"$ref": "#/definitions/A"}}]}}}, "definitions": {"A": {"allOf": [{"$ref": "#/definitions/A"}]}}}`,
		"openapi: 3.1.0\nx: &a [1]\npaths: {<<: [*a, {}], /b: *a}\n",
		"--- \n---\nopenapi: 3.0.0\nservers: [{url: '{a}://%zz/..'}]\n",
		"{{ template }}: openapi: 3.0.0",
	} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, text string, asJSON bool) {
		name := "d.yaml"
		if asJSON {
			name = "d.json"
		}
		fsys := tree(name, text)
		doc, err := Parse(fsys, name)
		if err != nil {
			var re *ReadError
			if !errors.As(err, &re) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("got %T %q, want a ReadError of one line", err, err)
			}
			return
		}
		last := 1 + strings.Count(text, "\n")
		for _, op := range doc.Operations {
			if op.Pos.File != name || op.Pos.Line < 1 || op.Pos.Line > last && !strings.Contains(text, "\r") || op.Method == "" || !strings.HasPrefix(op.Path, "/") {
				t.Fatalf("operation %q at %+v in a file of %d lines", op.Name(), op.Pos, last)
			}
		}
		if len(doc.BasePaths) == 0 {
			t.Fatal("no base path")
		}
	})
}

// large is a document of n operations over as many schemas as 1,500 operations
// usually have.
func large(n int) string {
	var b strings.Builder
	b.WriteString(head3 + "paths:\n")
	for i := range n {
		fmt.Fprintf(&b, `  /things%[1]d/{id}:
    get:
      operationId: thing%[1]d
      summary: One thing
      tags: [things]
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: limit, in: query, schema: {type: integer, maximum: 100}}
      responses:
        '200':
          description: the thing
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing%[2]d'}
        default:
          description: an error
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing0'}
`, i, i%300)
	}
	b.WriteString("components:\n  schemas:\n")
	for i := range 300 {
		fmt.Fprintf(&b, `    Thing%d:
      type: object
      required: [id, name]
      properties:
        id: {type: integer, example: 1}
        name: {type: string, minLength: 1, example: x}
        next: {$ref: '#/components/schemas/Thing%d'}
      example: {id: 1, name: x}
`, i, (i+1)%300)
	}
	return b.String()
}

func BenchmarkParse(b *testing.B) {
	fsys := tree("d.yaml", large(1500))
	b.SetBytes(int64(len(fsys["d.yaml"].Data)))
	for b.Loop() {
		doc, err := Parse(fsys, "d.yaml")
		if err != nil || len(doc.Operations) != 1500 {
			b.Fatal(err)
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	fsys := tree("d.yaml", large(1500))
	for b.Loop() {
		doc, err := Parse(fsys, "d.yaml")
		if err != nil {
			b.Fatal(err)
		}
		if Validate(fsys, doc); len(doc.Problems) > 0 || doc.Examples.Valid != 900 {
			b.Fatal(doc.Problems, doc.Examples.Valid)
		}
	}
}
