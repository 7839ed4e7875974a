package operations

import (
	"go/types"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/report"
)

func TestBuildFailing(t *testing.T) {
	r := repository(t, `
-- a/a.go --
package a

func A() int { return "one" }

func B() { missing() }
-- b/b.go --
package b

import "example.org/lib"

func B() int { return lib.B(undefined) }
-- c/c.go --
package c

import _ "embed"

//go:embed dist/app.js
var app string
-- d/d.go --
package d

func D( {
-- e/e.go --
package e

func E() int { return 1 }
`)
	c := verdicts(t, r)["build-failing"]
	want := []string{
		"a/a.go:3: package example.com/shop/a does not compile: cannot use \"one\" (untyped string constant) as int value in return statement",
		"a/a.go:5: package example.com/shop/a does not compile: undefined: missing",
		"d/d.go:3: package example.com/shop/d does not compile: expected ')', found '{'",
	}
	var got []string
	for _, f := range c.Findings {
		got = append(got, f.Position.String()+": "+f.Message)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	if c.Examined != 5 || c.Undecided != 2 || c.Satisfied != 1 {
		t.Errorf("examined %d, undecided %d, satisfied %d: %s", c.Examined, c.Undecided, c.Satisfied, c.Reason)
	}
}

func TestBuildFailing_machineOnly(t *testing.T) {
	r := repository(t, "-- c/c.go --\npackage c\n\nimport _ \"embed\"\n\n//go:embed dist/app.js\nvar app string\n")
	expect(t, verdicts(t, r)["build-failing"], "inconclusive: example.com/shop/c could not be compiled here: pattern dist/app.js: no matching files found; provide what is missing and run again")
}

func TestPanicUnrecovered(t *testing.T) {
	for name, c := range map[string]struct{ code, want string }{
		"hook of the router": {"type router struct{ PanicHandler func() }\n\nfunc main() {\n\tr := router{}\n\tr.PanicHandler = func() {}\n\thttp.ListenAndServe(\":1\", nil)\n}", "pass"},
		"closure":            {"func main() {\n\th := func(w http.ResponseWriter, r *http.Request) { defer func() { recover() }() }\n\thttp.ListenAndServe(\":1\", http.HandlerFunc(h))\n}", "pass"},
		"recover elsewhere": {"func parse() { defer func() { recover() }() }\n\nfunc main() {\n\tparse()\n\thttp.ListenAndServe(\":1\", nil)\n}",
			"fail: main.go:9: shop serves (http.ListenAndServe) without recovery middleware: a panic in a handler drops the connection without an answer; put one outermost that logs and answers an internal error"},
		"own function of that name": {"func recover() {}\n\nfunc h(w http.ResponseWriter, r *http.Request) { recover() }\n\nfunc main() {\n\thttp.HandleFunc(\"/\", h)\n\thttp.ListenAndServe(\":1\", nil)\n}",
			"fail: main.go:11: shop serves (http.ListenAndServe) without recovery middleware: a panic in a handler drops the connection without an answer; put one outermost that logs and answers an internal error"},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, verdicts(t, repository(t, "-- main.go --\npackage main\n\nimport \"net/http\"\n\n"+c.code+"\n"))["panic-unrecovered"], c.want)
		})
	}
}

func TestPanicUnrecovered_grpcEndsTheProcess(t *testing.T) {
	expect(t, verdicts(t, repository(t, withGRPC))["panic-unrecovered"],
		"fail: main.go:11: shop serves (gRPC) without recovery middleware: a panic in a handler ends the process; put one outermost that logs and answers an internal error")
}

func TestMetricsMissing(t *testing.T) {
	expect(t, verdicts(t, repository(t, noDatabase))["metrics-missing"], "fail: main.go:7: no metrics library is imported: requests, errors and durations are not counted; add Prometheus' client or OpenTelemetry's meter")
	r := repository(t, "-- main.go --\npackage main\n\nimport (\n\t_ \"expvar\"\n\t\"net/http\"\n)\n\nfunc main() { http.ListenAndServe(\":1\", nil) }\n")
	c := verdicts(t, r)["metrics-missing"]
	if c.Outcome != report.Pass || c.Evidence[0].Position.String() != "main.go:4" {
		t.Errorf("got %s %v", says(c), c.Evidence)
	}
}

func TestPoolUnconfigured(t *testing.T) {
	r := repository(t, `
-- db.go --
package shop

import "database/sql"

func open(dsn string) (*sql.DB, error) { return sql.Open("postgres", dsn) }

func createDB(dsn string) error {
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		return err
	}
	return db.Close()
}
`)
	c := verdicts(t, r)["pool-unconfigured"]
	expect(t, c, "fail: db.go:5: the pool of database/sql.Open has no limit; call SetMaxOpenConns and SetConnMaxLifetime")
	if c.Findings[0].Anchor != "shop.open" {
		t.Errorf("anchor %q", c.Findings[0].Anchor)
	}
	expect(t, verdicts(t, repository(t, noDatabase))["pool-unconfigured"], "not_applicable: the module opens no database pool")
}

func TestBenchmarkMissing(t *testing.T) {
	for name, c := range map[string]struct {
		file, text, want string
	}{
		"benchmark":       {"a/a_test.go", "package a\n\nfunc BenchmarkA(b *testing.B) {}\n", "a/a_test.go:3 func BenchmarkA(b *testing.B)"},
		"k6":              {"test/load/k6.js", "import http from 'k6/http';\n", "test/load/k6.js:1 from 'k6"},
		"vegeta":          {"Makefile", "load:\n\techo GET http://x | vegeta attack -rate=1\n", "Makefile:2 vegeta attack"},
		"no benchmark":    {"a/a_test.go", "package a\n\nfunc Benchmarking(t *testing.T) {}\n", ""},
		"other script":    {"web/k6.js", "console.log('k6')\n", ""},
		"of a dependency": {"node_modules/k6/load.js", "import http from 'k6/http';\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := benchmarkMissing(&check.Repo{Files: fstest.MapFS{c.file: {Data: []byte(c.text)}}})
			if c.want == "" {
				expect(t, got, "fail: : no func BenchmarkXxx(b *testing.B) and no load test is in the repository; benchmark the busiest handler")
				return
			}
			if got.Outcome != report.Pass || got.Evidence[0].Position.String()+" "+got.Evidence[0].Message != c.want {
				t.Errorf("got %s %v", says(got), got.Evidence)
			}
		})
	}
}

// TestReadinessShallow_capturedFunctions gives a handler what it captured.
func TestReadinessShallow_capturedFunctions(t *testing.T) {
	r := repository(t, store)
	route(t, r, "GET", "/readyz", "Made")
	made := &r.Routes.Routes[0].Handler
	scope := r.Program.Packages[0].Types.Scope()
	for _, c := range []struct{ fn, want string }{
		{"asks", "pass"},
		{"idle", "fail: main.go:51: GET /readyz answers without asking the database (handler main.Made); ping it with a short deadline and answer 503 where it fails"},
	} {
		obj := scope.Lookup(c.fn)
		made.Bound = []routes.Bound{{Name: "check", Pos: scope.Lookup("Made").Type().(*types.Signature).Params().At(0).Pos(), Handler: &routes.Handler{Name: c.fn, Key: obj.Pos()}}}
		expect(t, verdicts(t, r)["readiness-shallow"], c.want)
	}
}
