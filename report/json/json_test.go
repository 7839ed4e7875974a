package json

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/internal/golden"
	"github.com/backend-conformance/conformance/report/internal/sample"
)

func render(t *testing.T, r *report.Report) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestGolden(t *testing.T) {
	golden.Compare(t, "report.json", render(t, sample.Report()))
	golden.Compare(t, "report-pass.json", render(t, sample.Conforming()))
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOutputIsValid(t *testing.T) {
	s := compiled(t)
	nothing := report.Build(report.Report{}, nil, report.Gates{})
	for name, r := range map[string]*report.Report{"sample": sample.Report(), "conforming": sample.Conforming(), "nothing": nothing} {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(render(t, r)))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The schema must notice a document that breaks the contract.
func TestSchemaRefuses(t *testing.T) {
	s := compiled(t)
	for name, edit := range map[string][2]string{
		"score as text":     {`"low": 69.0`, `"low": "69.0"`},
		"unknown outcome":   {`"outcome": "partial"`, `"outcome": "good"`},
		"other version":     {`"schemaVersion": 1`, `"schemaVersion": 2`},
		"unknown field":     {`"verdict":`, `"grade": "A", "verdict":`},
		"missing field":     {`"baselined": false,`, ``},
		"facet of no kind":  {`"tested": "ok"`, `"tested": ""`},
		"line zero":         {`"line": 101`, `"line": 0`},
		"notes as objects":  {`"notes": [`, `"notes": [{},`},
		"gate without word": {`"ok": false`, `"ok": null`},
	} {
		broken := strings.Replace(string(render(t, sample.Report())), edit[0], edit[1], 1)
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(broken))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s.Validate(v) == nil {
			t.Errorf("%s: %q for %q is accepted", name, edit[1], edit[0])
		}
	}
}

func TestReadGivesBackWhatWasWritten(t *testing.T) {
	want := Of(sample.Report())
	got, err := Read(bytes.NewReader(render(t, sample.Report())))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := Read(strings.NewReader(`{"schemaVersion": 9}`)); err == nil || !strings.Contains(err.Error(), "schemaVersion 9") {
		t.Errorf("another version: error %v", err)
	}
}

// Order of input must not reach the document where the report sorts.
func TestListsAreSorted(t *testing.T) {
	r := sample.Report()
	a := render(t, r)
	reverse(r.Endpoints)
	reverse(r.Migrations)
	reverse(r.Specs)
	reverse(r.Coverage.Packages)
	if b := render(t, r); !bytes.Equal(a, b) {
		t.Error(cmp.Diff(string(a), string(b)))
	}
}

func reverse(list any) {
	v := reflect.ValueOf(list)
	swap := reflect.Swapper(list)
	for i := 0; i < v.Len()/2; i++ {
		swap(i, v.Len()-1-i)
	}
}

func TestScoresKeepOneDecimal(t *testing.T) {
	var doc struct{ Score struct{ Low json.Number } }
	if err := json.Unmarshal(render(t, sample.Report()), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Score.Low != "69.0" {
		t.Errorf("score.low = %s, want 69.0", doc.Score.Low)
	}
}
