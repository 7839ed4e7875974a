package coverage

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
)

func suiteOf(t *testing.T, files map[string]string) *suite {
	t.Helper()
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	s, err := readSuite(m, ".")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReadSuite(t *testing.T) {
	s := suiteOf(t, map[string]string{
		"a_test.go": `//go:build integration

package a

func TestMain(m *testing.M) {}
func TestA(t *testing.T)    {}
func Testify(t *testing.T)  {}
func Test_b(t *testing.T)   {}
func FuzzC(f *testing.F)    {}
func BenchmarkD(b *testing.B) {}
func (s *Suite) TestE()     {}
func (s *Suite) TestF(x int) {}
func TestHelper(a, b int)   {}
`,
		"vendor/x/x_test.go":    "package x\nfunc TestX(t *testing.T) {}\n",
		"testdata/y_test.go":    "package y\nfunc TestY(t *testing.T) {}\n",
		"nested/go.mod":         "module n\n",
		"nested/z_test.go":      "package z\nfunc TestZ(t *testing.T) {}\n",
		"b/hopeless_test.go":    "\x00\x01",
		"b/half_broken_test.go": "package b\nfunc TestOK(t *testing.T) {}\nfunc {",
	})
	var names []string
	for _, x := range s.tests {
		names = append(names, x.pos.String()+" "+x.name)
	}
	want := []string{"a_test.go:6 TestA", "a_test.go:8 Test_b", "a_test.go:9 FuzzC", "a_test.go:11 TestE", "b/half_broken_test.go:2 TestOK"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("tests (-want +got):\n%s", diff)
	}
}

func TestTestSkipped(t *testing.T) {
	c := testSkipped(suiteOf(t, map[string]string{"a_test.go": "package a\n" + `
func TestReason(t *testing.T) { x := 1; t.Skipf("waits for %d", x) }
func TestNow(t *testing.T) { t.SkipNow() }
func (s *Suite) TestSuite() { s.T().Skip("broken") }
func TestReturnsBefore(t *testing.T) { if ok { run(t); return }; t.Skip("no server") }
func TestSwitch(t *testing.T) { switch { case ok: t.Skip() } }
func TestOther(t *testing.T) { buf.Skip(3) ; t.Fatal() }
`}))
	want := []string{
		"a_test.go:3: TestReason always skips itself (waits for %d); repair it or delete it",
		"a_test.go:4: TestNow always skips itself; repair it or delete it",
		"a_test.go:5: TestSuite always skips itself (broken); repair it or delete it",
	}
	if diff := cmp.Diff(want, messages(c)); diff != "" || c.Examined != 6 {
		t.Errorf("of %d (-want +got):\n%s", c.Examined, diff)
	}
}

func TestTestWithoutAssertion(t *testing.T) {
	c := testWithoutAssertion(suiteOf(t, map[string]string{"a_test.go": "package a\n" + `
func TestRuns(t *testing.T) { t.Log(Total()) }
func TestEmpty(t *testing.T) {}
func TestHelped(t *testing.T) { t.Helper(); log(t) }
func TestSubtests(t *testing.T) { t.Run("a", func(t *testing.T) { t.Parallel(); Total() }) }
func TestNamedSubtest(t *testing.T) { t.Run("a", runs) }

func TestFails(t *testing.T) { if Total() != 3 { t.Error("wrong") } }
func TestThroughHelper(t *testing.T) { check(t, Total()) }
func TestThroughUnknown(t *testing.T) { assert.Equal(t, 3, Total()) }
func TestKept(t *testing.T) { is := is.New(t); is.Equal(3, Total()) }
func TestSubtestFails(t *testing.T) { t.Run("a", func(t *testing.T) { t.Fatal() }) }
func TestNamedSubtestFails(t *testing.T) { t.Run("a", fails) }
func TestMust(t *testing.T) { must(Total()) }
func TestProgram(t *testing.T) { main() }
func TestCleanup(t *testing.T) { t.Cleanup(func() { t.Error() }) }
func TestHeld(t *testing.T) { h := harness{t: t}; h.run() }
func (s *Suite) TestSuite() { s.Equal(3, Total()) }
func (s *Suite) TestHandedOn() { ofSuite(s) }
func (s *Suite) TestSuiteRuns() { Total() }
func TestDoesNotPanic(t *testing.T) { Total() }
func TestSkipped(t *testing.T) { t.Skip() }
func TestImplements(t *testing.T) { var _ Store = (*store)(nil) }
func TestComes(t *testing.T) { /* must not panic */ Total() }
func TestLater(t *testing.T) { t.Run("a", func(t *testing.T) { t.Skip("later") }) }
func FuzzTotal(f *testing.F) { f.Fuzz(func(t *testing.T, n int) { Total() }) }

func ofSuite(s *Suite)          { s.Equal(3, Total()) }
func log(t *testing.T)          { t.Log("x") }
func runs(t *testing.T)         { Total() }
func fails(t *testing.T)        { t.FailNow() }
func check(t testing.TB, n int) { if n != 3 { t.Fatal(n) } }
func must(n int)                { if n != 3 { panic(n) } }
`, "b_test.go": "package a\nimport . \"github.com/onsi/gomega\"\nfunc TestGomega(t *testing.T) { Expect(Total()) }\n"}))
	var names []string
	for _, f := range c.Findings {
		names = append(names, f.Anchor)
	}
	want := []string{"TestRuns", "TestEmpty", "TestHelped", "TestSubtests", "TestNamedSubtest", "TestSuiteRuns"}
	if diff := cmp.Diff(want, names); diff != "" || c.Examined != 19 {
		t.Errorf("of %d (-want +got):\n%s", c.Examined, diff)
	}
}

func TestIntegration(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want string
	}{
		"server of the module":   {`import "net/http/httptest"` + "\nfunc TestX(t *testing.T) { httptest.NewServer(app.Routes()) }", "starts the handler with httptest.NewServer"},
		"request through router": {"func TestX(t *testing.T) { router.ServeHTTP(w, req) }", "serves a request with ServeHTTP"},
		"fiber":                  {`import "github.com/gofiber/fiber/v2"` + "\nvar _ = fiber.New\nfunc TestX(t *testing.T) { app.Test(req) }", "serves a request with the app's Test"},
		"database":               {`import "database/sql"` + "\nfunc TestX(t *testing.T) { sql.Open(d, dsn) }", "calls sql.Open"},
		"aliased database":       {`import x "github.com/jackc/pgx/v5/pgxpool"` + "\nfunc TestX(t *testing.T) { x.New(ctx, dsn) }", "calls pgxpool.New"},
		"containers":             {`import _ "github.com/testcontainers/testcontainers-go/modules/postgres"`, "imports github.com/testcontainers/testcontainers-go/modules/postgres"},
		"running server":         {`import "net/http"` + "\nfunc TestX(t *testing.T) { http.Get(base + path) }", "sends a request with http.Get"},
		"stand-in for others":    {`import ("net/http"; "net/http/httptest")` + "\nfunc TestX(t *testing.T) { s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {})); http.Get(s.URL) }", ""},
		"mocked database":        {`import ("github.com/DATA-DOG/go-sqlmock"; "gorm.io/gorm")` + "\nvar _ = sqlmock.New\nfunc TestX(t *testing.T) { gorm.Open(d) }", ""},
		"handler alone":          {`import "net/http/httptest"` + "\nfunc TestX(t *testing.T) { List(httptest.NewRecorder(), httptest.NewRequest(m, p, nil)) }", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := integrationTestMissing(&check.Repo{}, suiteOf(t, map[string]string{"a_test.go": "package a\n" + c.body}))
			if c.want == "" {
				if got.Outcome != report.Fail {
					t.Errorf("got %v %v", got.Outcome, got.Evidence)
				}
				return
			}
			if got.Outcome != report.Pass || len(got.Evidence) != 1 || got.Evidence[0].Message != c.want {
				t.Errorf("got %v %v", got.Outcome, got.Evidence)
			}
		})
	}
}
