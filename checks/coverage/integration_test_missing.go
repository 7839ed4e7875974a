package coverage

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleIntegrationTestMissing asks for a test of more than one part at once.
var RuleIntegrationTestMissing = rule.Rule{
	ID:       "integration-test-missing",
	Title:    "no test goes through the router or a real dependency",
	Section:  rule.Tests,
	Severity: rule.Major,
	Since:    "1.0.0",
	Why:      "Handlers that pass on their own still fail together: a wrong path, a middleware out of order, SQL that the database refuses.",
	Fix:      "Start the router with httptest.NewServer, or give it requests by ServeHTTP, on a real or embedded database.",
	Limits: "Read from the text of test files, and of helper packages that they import, without types: a test counts when it starts the module's handler as a server, serves a " +
		"request through it, calls a running server, or opens a database. A server made of function literals in the test is a stand-in " +
		"for somebody else's and does not count.",
	Example: `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop

import "net/http"

func Routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /total", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("3")) })
	return mux
}
-- bad/shop_test.go --
package shop

import "testing"

func TestRoutes(t *testing.T) {
	if Routes() == nil {
		t.Error("no routes")
	}
}
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop

import "net/http"

func Routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /total", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("3")) })
	return mux
}
-- good/shop_test.go --
package shop

import (
	"net/http/httptest"
	"testing"
)

func TestRoutes(t *testing.T) {
	w := httptest.NewRecorder()
	Routes().ServeHTTP(w, httptest.NewRequest("GET", "/total", nil))
	if w.Code != 200 {
		t.Errorf("got %d", w.Code)
	}
}
`,
}

func integrationTestMissing(r *check.Repo, s *suite) report.Criterion {
	if r.Program != nil && !hasParts(r) {
		return report.NotApplicableTo(RuleIntegrationTestMissing, "the module serves no routes and opens no database")
	}
	t := report.Examine(RuleIntegrationTestMissing)
	for i := range s.files {
		if call, what := integrates(&s.files[i]); call != nil {
			t.Pass(report.Related{Position: s.position(call.Pos()), Message: what})
			return t.Criterion("")
		}
	}
	helpers, unseen := helpersOf(r, s)
	for _, f := range helpers {
		if call, what := integrates(&f); call != nil {
			t.Pass(report.Related{Position: r.Program.Position(call.Pos()), Message: "a helper of tests " + what})
			return t.Criterion("")
		}
	}
	if unseen.IsValid() {
		t.Undecided(fmt.Sprintf("%s: %s, whose source is not in this module, so whether it sends requests is not known", unseen.Position, unseen.Message), unseen)
		return t.Criterion("")
	}
	t.Fail(report.Finding{Message: "no test sends a request through the router or talks to a real dependency; add one with httptest.NewServer or ServeHTTP"})
	return t.Criterion("")
}

// helpersOf are the files of the module's packages that exist for tests (they
// import testing or httptest) and that a test imports. unseen is an import of
// such a package from elsewhere, by its name.
func helpersOf(r *check.Repo, s *suite) (helpers []testFile, unseen report.Related) {
	if r.Program == nil {
		return nil, unseen
	}
	imported := map[string]bool{}
	for _, f := range s.files {
		for _, spec := range f.syntax.Imports {
			p := strings.Trim(spec.Path.Value, `"`)
			imported[p] = true
			if !unseen.IsValid() && helperName.MatchString(path.Base(p)) && strings.Contains(p, ".") && p != r.Program.Module && !strings.HasPrefix(p, r.Program.Module+"/") {
				unseen = report.Related{Position: s.position(spec.Pos()), Message: "imports " + p}
			}
		}
	}
	for _, pkg := range r.Program.Packages {
		for _, file := range pkg.Syntax {
			names := importNames(file)
			f := testFile{path: r.Program.Position(file.Package).File, syntax: file, imports: names}
			if imported[pkg.PkgPath] && (names["testing"] == "testing" || f.importsPrefix("net/http/httptest")) {
				helpers = append(helpers, f)
			}
		}
	}
	return helpers, unseen
}

// helperName are packages that serve tests: tests, testutil, apitest, e2e.
var helperName = regexp.MustCompile(`^(?:tests?|test_?(?:utils?|helpers?|kit)|\w+_?tests?|e2e|integration)$`)

// hasParts reports whether there is anything to integrate.
func hasParts(r *check.Repo) bool {
	if r.Routes != nil && len(r.Routes.Routes)+len(r.Routes.Unresolved) > 0 {
		return true
	}
	return r.Program.Imports("net/http") || r.Program.Imports("database/sql") || r.Program.Imports("google.golang.org/grpc")
}

// dependencyCalls start or open something real, by import path and function.
var dependencyCalls = map[string][]string{
	"database/sql":                      {"Open", "OpenDB"},
	"github.com/jmoiron/sqlx":           {"Open", "Connect", "MustConnect", "MustOpen"},
	"github.com/jackc/pgx/v5":           {"Connect"},
	"github.com/jackc/pgx/v4":           {"Connect"},
	"github.com/jackc/pgx/v5/pgxpool":   {"New", "NewWithConfig"},
	"github.com/jackc/pgx/v4/pgxpool":   {"Connect", "ConnectConfig"},
	"gorm.io/gorm":                      {"Open"},
	"github.com/jinzhu/gorm":            {"Open"},
	"go.mongodb.org/mongo-driver/mongo": {"Connect", "NewClient"},
	"google.golang.org/grpc":            {"Dial", "DialContext", "NewClient"},
	"cloud.google.com/go/firestore":     {"NewClient", "NewClientWithDatabase"},
	"github.com/redis/go-redis/v9":      {"NewClient", "NewUniversalClient"},
}

// dependencyPackages are imported for nothing but a real dependency or a
// request through the whole server.
var dependencyPackages = []string{
	"github.com/testcontainers/testcontainers-go", "github.com/ory/dockertest", "github.com/fergusstrange/embedded-postgres",
	"github.com/gavv/httpexpect", "github.com/steinfletcher/apitest", "google.golang.org/grpc/test/bufconn",
	"github.com/Eun/go-hit", "github.com/loopfz/gadgeto/iffy", "github.com/appleboy/gofight", "gopkg.in/h2non/baloo", "github.com/h2non/baloo",
}

// integrates finds the call (or import) by which a test file touches more than
// one part.
func integrates(f *testFile) (ast.Node, string) {
	for _, spec := range f.syntax.Imports {
		for _, p := range dependencyPackages {
			if imported := strings.Trim(spec.Path.Value, `"`); strings.HasPrefix(imported, p) {
				return spec, "imports " + imported
			}
		}
	}
	standIn := startsStandIn(f)
	var found ast.Node
	var what string
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || found != nil {
			return found == nil
		}
		if w := f.integrating(call, standIn); w != "" {
			found, what = call, w
		}
		return found == nil
	})
	return found, what
}

// integrating says what a call does, empty where it is of no interest.
func (f *testFile) integrating(call *ast.CallExpr, standIn bool) string {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	name := sel.Sel.Name
	pkg := f.packageOf(sel)
	for _, fn := range dependencyCalls[pkg] {
		if fn == name && !f.opensMock(call) {
			return fmt.Sprintf("calls %s.%s", path.Base(pkg), name)
		}
	}
	switch {
	case pkg == "net/http/httptest" && strings.HasPrefix(name, "New") && strings.HasSuffix(name, "Server") && len(call.Args) == 1 && !isStandIn(call.Args[0]) && !standIn:
		return "starts the handler with httptest." + name
	case pkg == "" && name == "ServeHTTP" && len(call.Args) == 2:
		return "serves a request with ServeHTTP"
	case pkg == "" && name == "Test" && f.importsPrefix("github.com/gofiber/fiber") && len(call.Args) >= 1:
		return "serves a request with the app's Test"
	case pkg == "net/http" && (name == "Get" || name == "Post" || name == "PostForm") && !standIn:
		return "sends a request with http." + name
	case pkg == "" && name == "Do" && len(call.Args) == 1 && f.importsPrefix("net/http") && !f.importsPrefix("net/http/httptest"):
		return "sends a request to a running server"
	}
	return ""
}

// packageOf is the import path that a qualified name refers to, empty for
// methods and fields.
func (f *testFile) packageOf(sel *ast.SelectorExpr) string {
	if id, ok := sel.X.(*ast.Ident); ok {
		return f.imports[id.Name]
	}
	return ""
}

func (f *testFile) importsPrefix(prefix string) bool {
	for _, p := range f.imports {
		if p == prefix || strings.HasPrefix(p, prefix+"/") {
			return true
		}
	}
	return false
}

// opensMock reports whether a database is opened over go-sqlmock.
func (f *testFile) opensMock(*ast.CallExpr) bool {
	return f.importsPrefix("github.com/DATA-DOG/go-sqlmock")
}

// startsStandIn reports whether the file builds a server out of function
// literals: requests in it may go there.
func startsStandIn(f *testFile) bool {
	found := false
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return !found
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok && f.packageOf(sel) == "net/http/httptest" &&
			strings.HasSuffix(sel.Sel.Name, "Server") && len(call.Args) == 1 && isStandIn(call.Args[0]) {
			found = true
		}
		return !found
	})
	return found
}

// isStandIn knows http.HandlerFunc(func(...) {...}).
func isStandIn(arg ast.Expr) bool {
	conv, ok := arg.(*ast.CallExpr)
	if !ok || len(conv.Args) != 1 {
		return false
	}
	_, literal := conv.Args[0].(*ast.FuncLit)
	return literal
}
