package hygiene

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

func TestCORSPermissive(t *testing.T) {
	const stub = `
-- go.mod --
module example.com/shop

go 1.26

require (
	github.com/rs/cors v1.0.0
	github.com/gofiber/fiber/v2 v2.0.0
)

replace (
	github.com/rs/cors => ./stub/cors
	github.com/gofiber/fiber/v2 => ./stub/fiber
)
-- stub/cors/go.mod --
module github.com/rs/cors

go 1.26
-- stub/cors/cors.go --
package cors

type Options struct {
	AllowedOrigins   []string
	AllowCredentials bool
	AllowOriginFunc  func(string) bool
}

type Cors struct{}

func New(Options) *Cors { return nil }
func Default() *Cors    { return nil }
-- stub/fiber/go.mod --
module github.com/gofiber/fiber/v2

go 1.26
-- stub/fiber/middleware/cors/cors.go --
package cors

type Config struct {
	AllowOrigins     string
	AllowCredentials bool
}
-- shop.go --
package shop

import (
	"net/http"

	"github.com/rs/cors"
	fiber "github.com/gofiber/fiber/v2/middleware/cors"
)

var origins = []string{"https://a.example.com"}

var _, _, _ = cors.Default, fiber.Config{}, http.NoBody

func env(string) []string { return nil }

`
	const any = "fail: shop.go:16: CORS allows every origin together with credentials; list the origins, or leave AllowCredentials out"
	for name, c := range map[string]struct{ code, want string }{
		"wildcard":             {`var _ = cors.New(cors.Options{AllowedOrigins: []string{"*"}, AllowCredentials: true})`, any},
		"pattern":              {`var _ = cors.Options{AllowedOrigins: []string{"https://*", "http://*"}, AllowCredentials: true}`, any},
		"default origins":      {`var _ = cors.Options{AllowCredentials: true}`, any},
		"without credentials":  {`var _ = cors.Options{AllowedOrigins: []string{"*"}}`, "pass"},
		"listed":               {`var _ = cors.Options{AllowedOrigins: origins, AllowCredentials: true}`, "pass"},
		"from configuration":   {`var _ = cors.Options{AllowedOrigins: env("ORIGINS"), AllowCredentials: true}`, "inconclusive: shop.go:16: which origins may send credentials is not known before it runs"},
		"callback":             {`var _ = cors.Options{AllowOriginFunc: func(string) bool { return true }, AllowCredentials: true}`, "inconclusive: shop.go:16: which origins may send credentials is not known before it runs"},
		"built up":             {`func f() { o := &cors.Options{}; o.AllowCredentials = true }`, "inconclusive: shop.go:6: github.com/rs/cors is imported; which origins may send credentials could not be read from the code"},
		"library's default":    {`var _ = cors.Default()`, "pass"},
		"string of origins":    {`var _ = fiber.Config{AllowOrigins: "https://a.example.com, *", AllowCredentials: true}`, any},
		"headers by hand":      {`func h(w http.ResponseWriter, r *http.Request) { w.Header().Set("Access-Control-Allow-Origin", "*") }`, "pass"},
		"headers, credentials": {`func h(w http.ResponseWriter, r *http.Request) { w.Header().Set("Access-Control-Allow-Origin", "*"); w.Header().Set("Access-Control-Allow-Credentials", "true") }`, "fail: shop.go:16: the origin * is allowed together with credentials; list the origins, or leave Access-Control-Allow-Credentials out"},
		"checked origin": {`func h(w http.ResponseWriter, r *http.Request) { if r.Header.Get("Origin") == origins[0] { w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin")); w.Header().Set("Access-Control-Allow-Credentials", "true") } }`,
			"inconclusive: shop.go:16: which origins may send credentials is not known before it runs"},
		"named only": {"", "inconclusive: shop.go:6: github.com/rs/cors is imported; which origins may send credentials could not be read from the code"},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, verdicts(t, repository(t, stub+c.code+"\n"))["cors-permissive"], c.want)
		})
	}
	expect(t, verdicts(t, repository(t, "-- shop.go --\npackage shop\n"))["cors-permissive"], "not_applicable: no CORS configuration was found; browsers then refuse other origins")
}

// A server behind a router that is not known still answers browsers.
func TestServerWithoutKnownRoutes(t *testing.T) {
	got := verdicts(t, repository(t, "-- main.go --\npackage main\n\nimport \"net/http\"\n\nfunc main() { http.ListenAndServe(\":1\", nil) }\n"))
	if c := got["security-headers-missing"]; c.Outcome != report.Fail {
		t.Errorf("security-headers-missing: %v %s", c.Outcome, c.Reason)
	}
	expect(t, got["rate-limit-missing"], "inconclusive: no login among the routes that are known: a server is started, but no route of it was found; see routes-unresolved")
}

const limited = `
-- shop.go --
package shop

import "net/http"

func rateLimit(next http.Handler) http.Handler { return next }

func Login(w http.ResponseWriter, r *http.Request) {}

func Counted(w http.ResponseWriter, r *http.Request) { countFailedAttempts() }

func countFailedAttempts() {}

func Secured(w http.ResponseWriter, r *http.Request) { w.Header().Set("x-content-type-options", "nosniff") }
`

// row adds an endpoint whose handler is a function of the module.
func row(r *check.Repo, method, path, handler string, statuses ...string) *routes.Route {
	obj := r.Program.Packages[0].Types.Scope().Lookup(handler)
	route := &routes.Route{Method: method, Path: path, Handler: routes.Handler{Name: handler, Key: obj.Pos()}, Pos: report.Position{File: "routes.go", Line: 1 + len(r.Routes.Routes)}}
	e := &matrix.Endpoint{Route: route, Status: report.Undocumented}
	if len(statuses) > 0 {
		e.Operation = &spec.Operation{Method: method, Path: path}
		for _, s := range statuses {
			e.Operation.Responses = append(e.Operation.Responses, spec.Response{Status: s})
		}
	}
	r.Routes.Routes = append(r.Routes.Routes, route)
	r.Matrix.Endpoints = append(r.Matrix.Endpoints, e)
	return route
}

func TestRateLimitMissing(t *testing.T) {
	archive := strings.ReplaceAll(limited, "func rateLimit", "func wrap")
	archive = strings.ReplaceAll(archive, "{ countFailedAttempts() }", "{}")
	r := repository(t, archive)
	expect(t, verdicts(t, r)["rate-limit-missing"], "not_applicable: no operation documents 429 and no route looks like a login")
	row(r, "POST", "/api/users/login", "Login")
	row(r, "GET", "/items", "Login", "200", "429")
	row(r, "GET", "/login", "Login")
	row(r, "POST", "/items", "Login", "201")
	c := verdicts(t, r)["rate-limit-missing"]
	expect(t, c, "fail: routes.go:1: POST /api/users/login is a login, but nothing limits it; put a limiter by client and account before its handler\n"+
		"routes.go:2: GET /items documents 429, but nothing limits it; put a limiter by client and account before its handler")
	if c.Examined != 2 {
		t.Errorf("examined %d", c.Examined)
	}
}

func TestRateLimitMissing_limits(t *testing.T) {
	r := repository(t, limited)
	row(r, "POST", "/login", "Counted")
	expect(t, verdicts(t, r)["rate-limit-missing"], "pass")
	route := row(r, "POST", "/signin", "Login")
	expect(t, verdicts(t, r)["rate-limit-missing"], "inconclusive: POST /signin: is a login, and a limiter is used at shop.go:9, but not seen before this handler")
	route.Middleware = []routes.Handler{{Name: "shop.rateLimit"}}
	expect(t, verdicts(t, r)["rate-limit-missing"], "pass")
}

// A router that came ready made may have the middleware.
func TestUnseenRouter(t *testing.T) {
	r := repository(t, "-- shop.go --\npackage shop\n\nfunc Login() {}\n")
	row(r, "POST", "/login", "Login").Unseen = "the router r comes from code that was not followed"
	got := verdicts(t, r)
	expect(t, got["rate-limit-missing"], "inconclusive: POST /login is a login; the router r comes from code that was not followed, and may limit it")
	expect(t, got["security-headers-missing"], "inconclusive: nothing in the module sets them, but the router r comes from code that was not followed and may do so")
}

func TestSecurityHeadersMissing(t *testing.T) {
	r := repository(t, limited)
	expect(t, verdicts(t, r)["security-headers-missing"], "not_applicable: the module registers no route and starts no server")
	row(r, "GET", "/", "Secured")
	expect(t, verdicts(t, r)["security-headers-missing"], "pass")
	r = repository(t, strings.ReplaceAll(limited, "x-content-type-options", "x-other"))
	row(r, "GET", "/", "Secured")
	expect(t, verdicts(t, r)["security-headers-missing"], "fail: routes.go:1: nothing sets X-Content-Type-Options and the other security headers; set them once, in middleware around the router")
}

// goCommand plays back go mod: by its first argument the lines and the result.
type goCommand map[string]struct {
	out    []string
	result check.Result
}

func (g goCommand) Run(_ context.Context, c check.Command) (check.Result, error) {
	answer, ok := g[c.Args[min(2, len(c.Args)-1)]]
	if !ok {
		return check.Result{}, errors.New("not installed")
	}
	for _, l := range answer.out {
		c.Stdout(l)
	}
	return answer.result, nil
}

func TestModuleUntidy(t *testing.T) {
	type answer = struct {
		out    []string
		result check.Result
	}
	r := repository(t, limited)
	expect(t, verdicts(t, r)["module-untidy"], "inconclusive: running the go command is turned off (--exec=false); see go mod tidy -diff")
	for name, c := range map[string]struct {
		tidy, verify answer
		want         string
	}{
		"tidy": {answer{}, answer{out: []string{"all modules verified"}}, "pass"},
		"untidy": {answer{out: []string{"diff current/go.mod tidy/go.mod", "--- current/go.mod", "+++ tidy/go.mod", "@@ -1 +1 @@", " require (", "-\tgithub.com/a/b v1.0.0", "+\tgithub.com/a/b v1.0.0 // indirect"}, result: check.Result{ExitCode: 1}}, answer{},
			"fail: go.mod:1: go mod tidy adds 1 lines and removes 1 (-github.com/a/b v1.0.0); run it and commit the result"},
		"no network": {answer{result: check.Result{ExitCode: 1, Stderr: "go: downloading a v1\ngo: x imports\n\ty: dial tcp: no route\n"}}, answer{},
			"inconclusive: go mod tidy -diff could not finish here: y: dial tcp: no route"},
		"too slow": {answer{result: check.Result{ExitCode: -1, TimedOut: true}}, answer{},
			"inconclusive: go mod tidy -diff could not finish here: it took longer than 2m0s"},
		"modified": {answer{}, answer{result: check.Result{ExitCode: 1, Stderr: "a v1: dir has been modified (/x)\n"}},
			"fail: go.sum:1: go mod verify: a v1: dir has been modified (/x); clean the module cache, and if it stays so do not trust the module"},
	} {
		t.Run(name, func(t *testing.T) {
			r.Exec = goCommand{"tidy": c.tidy, "verify": c.verify}
			expect(t, moduleUntidy(context.Background(), r), c.want)
		})
	}
}

func TestDependencyVulnerable(t *testing.T) {
	type answer = struct {
		out    []string
		result check.Result
	}
	osv := `{"osv": {"id": "GO-2030-0001", "summary": "Parser loops for ever"}}`
	finding := func(trace string) string {
		return `{"finding": {"osv": "GO-2030-0001", "fixed_version": "v1.2.4", "trace": [` + trace + `]}}`
	}
	const called = `{"module": "example.org/lib", "version": "v1.2.3", "package": "example.org/lib", "function": "Parse", "receiver": "*P"},
		{"module": "example.com/shop", "package": "example.com/shop", "function": "Login", "position": {"filename": "shop.go", "line": 7}}`
	r := repository(t, limited)
	expect(t, verdicts(t, r)["dependency-vulnerable"], "inconclusive: running programs is turned off (--exec=false); see govulncheck ./...")
	for name, c := range map[string]struct {
		answer answer
		want   string
	}{
		"reached": {answer{out: []string{`{"config": {}}`, osv, finding(called), finding(called)}},
			"fail: shop.go:7: GO-2030-0001 is reached through *P.Parse of example.org/lib@v1.2.3: Parser loops for ever; upgrade to v1.2.4"},
		"required only":    {answer{out: []string{osv, finding(`{"module": "example.org/lib", "version": "v1.2.3"}`)}}, "pass"},
		"standard library": {answer{out: []string{osv, finding(`{"module": "stdlib", "version": "v1.26.0", "function": "Parse"}`)}}, "pass"},
		"no database":      {answer{result: check.Result{ExitCode: 1, Stderr: "govulncheck: fetching vulnerabilities: dial tcp: no such host\n"}}, "inconclusive: govulncheck could not finish here: govulncheck: fetching vulnerabilities: dial tcp: no such host"},
		"rubbish":          {answer{out: []string{"{"}}, "inconclusive: the answer of govulncheck cannot be read: unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			r.Exec = goCommand{"./...": c.answer}
			expect(t, dependencyVulnerable(context.Background(), r), c.want)
		})
	}
	r.Exec = goCommand{}
	expect(t, dependencyVulnerable(context.Background(), r), "inconclusive: govulncheck is not installed; "+installScanner)
}

func TestLayeringViolated(t *testing.T) {
	r := repository(t, `
-- shop.go --
package shop

import (
	"context"
	"database/sql"
	"net/http"
)

type server struct{ db *sql.DB }

func (s *server) list() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		rows, err := s.db.QueryContext(r.Context(), "SELECT id FROM items")
		if err == nil {
			rows.Close()
		}
	}
}

func (s *server) ping(w http.ResponseWriter, r *http.Request) { s.db.PingContext(r.Context()) }

func (s *server) begin(w http.ResponseWriter, r *http.Request) { s.db.BeginTx(r.Context(), nil) }

func (s *server) count(ctx context.Context) (n int, err error) {
	return n, s.db.QueryRowContext(ctx, "SELECT count(*) FROM items").Scan(&n)
}
`)
	c := verdicts(t, r)["layering-violated"]
	expect(t, c, "fail: shop.go:13: a function literal in (*shop.server).list takes http.ResponseWriter and calls (*database/sql.DB).QueryContext itself; move the query into the storage layer")
	if c.Examined != 2 {
		t.Errorf("examined %d", c.Examined)
	}
	expect(t, verdicts(t, repository(t, limited))["layering-violated"], "not_applicable: no hand-written function queries a database itself")
}

func TestLimiterName(t *testing.T) {
	for name, want := range map[string]bool{
		"rateLimit": true, "RateLimiter": true, "NewLimiter": true, "limiter": true, "throttleByIP": true, "recordFailedLogin": true,
		"LockOut": true, "isLockedOut": true, "lockoutUser": true, "TooManyRequests": true, "attemptsExceeded": true,
		"Delimiter": false, "BlockOutput": false, "limit": false, "generate": false, "attempt": false,
	} {
		if got := limiterName.MatchString(name); got != want {
			t.Errorf("%s: %t, want %t", name, got, want)
		}
	}
}

// A query through the module's own interface is one; a database whose queries
// are not recognised leaves the question open.
func TestLayeringViolated_ownInterfaceAndUnknownLibrary(t *testing.T) {
	expect(t, verdicts(t, repository(t, `
-- shop.go --
package shop

import (
	"context"
	"database/sql"
	"net/http"
)

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func list(q querier, w http.ResponseWriter) { q.QueryContext(context.Background(), "SELECT 1") }
`))["layering-violated"], "fail: shop.go:13: shop.list takes http.ResponseWriter and calls (example.com/shop.querier).QueryContext itself; move the query into the storage layer")
	expect(t, verdicts(t, repository(t, "-- shop.go --\npackage shop\n\nimport \"database/sql\"\n\nvar DB *sql.DB\n"))["layering-violated"],
		"inconclusive: the module uses a database (imports database/sql), but no query of it was recognised, so where it is queried is not known")
}

// A stand-in of tests is nobody's login.
func TestRateLimitMissing_fixture(t *testing.T) {
	r := repository(t, limited)
	row(r, "POST", "/oauth/token", "Login").Pos.File = "forge/fixtures/server.go"
	expect(t, verdicts(t, r)["rate-limit-missing"], "not_applicable: no operation documents 429 and no route looks like a login")
}
