package config

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

// object is the part of a JSON Schema that names keys.
type object struct {
	Properties map[string]struct{ Items *object }
}

func keysOf(v any) []string {
	var keys []string
	for i, t := 0, reflect.TypeOf(v); i < t.NumField(); i++ {
		if name := t.Field(i).Tag.Get("yaml"); name != "" && name != "-" {
			keys = append(keys, name)
		}
	}
	slices.Sort(keys)
	return keys
}

func TestSchemaHasTheParsersKeys(t *testing.T) {
	var s object
	if err := json.Unmarshal(Schema(), &s); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		parser any
		schema *object
	}{
		{"file", Config{}, &s},
		{"exclude", Exclude{}, s.Properties["exclude"].Items},
		{"routes", Route{}, s.Properties["routes"].Items},
	} {
		if diff := cmp.Diff(keysOf(tc.parser), slices.Sorted(maps.Keys(tc.schema.Properties))); diff != "" {
			t.Errorf("%s: the schema has other keys than the parser (-parser +schema):\n%s", tc.name, diff)
		}
	}
	var listed []string
	for _, k := range (&Config{}).Keys() {
		listed = append(listed, k.Name)
	}
	slices.Sort(listed)
	if diff := cmp.Diff(keysOf(Config{}), listed); diff != "" {
		t.Errorf("Keys lists other keys than the parser reads:\n%s", diff)
	}
}

// TestSchemaAgreesWithTheParser reads the same files with both.
func TestSchemaAgreesWithTheParser(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		text string
		ok   bool
	}{
		{"", true},
		{"# nothing set\n", true},
		{"spec: [a.yaml]\nbase-path: /v1\nmigrations: db\nlicences: [MIT]\n", true},
		{"exclude:\n- {rules: [error-*], paths: [\"a/**\"], reason: old, expires: \"2027-01-31\"}\n", true},
		{"routes:\n- {method: GET, path: /a, handler: h}\n", true},
		{"base_path: /v1\n", false},
		{"exclude:\n- {rules: [x]}\n", false},
		{"exclude:\n- {reason: old}\n", false},
		{"exclude:\n- {rules: [x], reason: y, expires: soon}\n", false},
		{"routes:\n- {method: GET, path: a}\n", false},
		{"spec: {a: b}\n", false},
	} {
		_, err := Read(write(t, tc.text))
		if (err == nil) != tc.ok {
			t.Errorf("parser on %q: %v", tc.text, err)
		}
		var v any
		if err := yaml.Unmarshal([]byte(tc.text), &v); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); (err == nil) != tc.ok {
			t.Errorf("schema on %q: %v", tc.text, err)
		}
	}
}

func TestKeysNameTheirLines(t *testing.T) {
	c, err := Read(write(t, "# head\nspec: [a.yaml, b.yaml]\n\nmigrations: db\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Key{}
	for _, k := range c.Keys() {
		got[k.Name] = k
	}
	for _, want := range []Key{{"spec", "a.yaml, b.yaml", 2}, {"migrations", "db", 4}, {"base-path", "found from routes and document", 0}} {
		if got[want.Name] != want {
			t.Errorf("got %+v, want %+v", got[want.Name], want)
		}
	}
}
