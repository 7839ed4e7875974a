package format

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/internal/golden"
	"github.com/backend-conformance/conformance/report/internal/sample"
)

// The names are what users write on the command line.
func TestNames(t *testing.T) {
	var names []string
	for _, f := range All() {
		names = append(names, f.Name)
	}
	want := []string{"text", "json", "sarif", "junit", "markdown", "comment", "html", "github", "gitlab", "rdjson", "badge"}
	if !slices.Equal(names, want) {
		t.Errorf("formats %v, want %v", names, want)
	}
}

func TestParse(t *testing.T) {
	for in, want := range map[string][2]string{
		"text": {"text", ""}, "json=out/a.json": {"json", "out/a.json"}, "html=a=b.html": {"html", "a=b.html"},
	} {
		got, err := Parse(in)
		if err != nil || got.Name != want[0] || got.Path != want[1] {
			t.Errorf("Parse(%q) = %s to %q, %v; want %v", in, got.Name, got.Path, err, want)
		}
	}
	for in, want := range map[string]string{
		"xml":   `unknown format "xml": use text, json, sarif,`,
		"json=": `format "json=" names no file: write json=PATH, or json for the standard output`,
		"":      `unknown format "": use text,`,
	} {
		if _, err := Parse(in); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Parse(%q): error %v, want %s", in, err, want)
		}
	}
}

// Two runs give the same bytes, and a report that holds nothing is no reason to
// fail.
func TestEveryFormatIsDeterministicAndTotal(t *testing.T) {
	empty := report.Build(report.Report{}, nil, report.Gates{})
	for _, f := range All() {
		for _, r := range []*report.Report{sample.Report(), empty, {}} {
			var a, b bytes.Buffer
			if err := errors.Join(f.Write(&a, r, Options{}), f.Write(&b, r, Options{})); err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
			if a.Len() == 0 || !bytes.Equal(a.Bytes(), b.Bytes()) {
				t.Errorf("%s: %d and %d bytes, not twice the same", f.Name, a.Len(), b.Len())
			}
		}
	}
}

// broken refuses every byte, as a full disk does.
type broken struct{}

var errFull = errors.New("no space left")

func (broken) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrorsAreReported(t *testing.T) {
	for _, f := range All() {
		if err := f.Write(broken{}, sample.Report(), Options{}); !errors.Is(err, errFull) {
			t.Errorf("%s: error %v, want %v", f.Name, err, errFull)
		}
	}
}

func TestMatrixGolden(t *testing.T) {
	r := sample.Report()
	ends := map[string]string{"text": "txt", "json": "json", "markdown": "md"}
	for _, m := range Matrices() {
		var table, one, missing bytes.Buffer
		err := errors.Join(m.Table(&table, r, Options{}), m.One(&one, r, r.Endpoints[0], Options{}), m.One(&missing, r, r.Endpoints[3], Options{}))
		if err != nil {
			t.Fatal(err)
		}
		golden.Compare(t, "endpoints."+ends[m.Name], table.Bytes())
		golden.Compare(t, "endpoint."+ends[m.Name], one.Bytes())
		golden.Compare(t, "endpoint-missing."+ends[m.Name], missing.Bytes())
	}
	var wide, colored bytes.Buffer
	if err := errors.Join(Matrices()[0].Table(&wide, r, Options{Width: 180}), Matrices()[0].Table(&colored, r, Options{Color: true})); err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "endpoints-wide.txt", wide.Bytes())
	golden.Compare(t, "endpoints-color.txt", colored.Bytes())
}

func TestTheMatrixFitsItsWidth(t *testing.T) {
	r := sample.Report()
	for _, width := range []int{80, 100, 120, 160} {
		var out bytes.Buffer
		if err := Matrices()[0].Table(&out, r, Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		for _, l := range strings.Split(out.String(), "\n") {
			if n := len([]rune(l)); n > width {
				t.Errorf("width %d: %d columns in %q", width, n, l)
			}
		}
	}
}

func TestFindMatrix(t *testing.T) {
	if m, err := FindMatrix("json"); err != nil || m.Name != "json" {
		t.Errorf("json: %s, %v", m.Name, err)
	}
	if _, err := FindMatrix("html"); err == nil || err.Error() != `unknown format "html": use text, json, markdown` {
		t.Errorf("html: error %v", err)
	}
}

func TestLedgerGolden(t *testing.T) {
	r := sample.Report()
	ends := map[string]string{"text": "txt", "json": "json", "markdown": "md"}
	for _, l := range Ledgers() {
		var out bytes.Buffer
		if err := l.Write(&out, r, Options{}); err != nil {
			t.Fatal(err)
		}
		golden.Compare(t, "migrations."+ends[l.Name], out.Bytes())
		for _, line := range strings.Split(out.String(), "\n") {
			if n := len([]rune(line)); l.Name == "text" && n > 100 {
				t.Errorf("%d columns in %q", n, line)
			}
		}
	}
	if _, err := FindLedger("html"); err == nil || err.Error() != `unknown format "html": use text, json, markdown` {
		t.Errorf("html: error %v", err)
	}
}
