package operations

import (
	"fmt"
	"go/ast"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RulePanicUnrecovered asks for recovery around handlers.
var RulePanicUnrecovered = rule.Rule{
	ID:       "panic-unrecovered",
	Title:    "no recovery middleware stands around the handlers",
	Section:  rule.Production,
	Severity: rule.Minor,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 12, True: 11, Disputed: 1},
	Why: "A panic in a handler cuts the connection off without an answer or a structured log line; behind fasthttp, Fiber and gRPC " +
		"it ends the whole process.",
	Fix: "Put the router's recovery middleware outermost, one that logs the stack and answers 500.",
	Limits: "Passes when main reaches a library's recovery middleware, or a function of the module that calls recover and takes or " +
		"returns a handler; that it stands around every route is not proven. net/http's own recovery, which only drops the connection, does not count. A program " +
		"that serves metrics, profiles, health or a one-off login only is undecided.",
	Example: `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/main.go --
package main

import "net/http"

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /items", func(w http.ResponseWriter, r *http.Request) {})
	http.ListenAndServe(":8080", mux)
}
-- good/go.mod --
module example.com/shop

go 1.26
-- good/main.go --
package main

import "net/http"

func recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if recover() != nil {
				http.Error(w, "internal error", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /items", func(w http.ResponseWriter, r *http.Request) {})
	http.ListenAndServe(":8080", recovered(mux))
}
`,
}

// recoveryLibraries recover from panics of handlers. Source: their documentation.
var recoveryLibraries = []string{
	"github.com/go-chi/chi/middleware.Recoverer", "github.com/go-chi/httplog.RequestLogger",
	"github.com/gin-gonic/gin.Default", "github.com/gin-gonic/gin.Recovery*", "github.com/gin-gonic/gin.CustomRecovery*",
	"github.com/gin-contrib/zap.RecoveryWithZap", "github.com/gin-contrib/zap.CustomRecoveryWithZap", "github.com/samber/slog-gin.Recovery",
	"github.com/labstack/echo/middleware.Recover*", "github.com/gofiber/fiber/middleware/recover.New",
	"github.com/gorilla/handlers.RecoveryHandler", "github.com/urfave/negroni.NewRecovery", "github.com/urfave/negroni.Classic",
	"github.com/codegangsta/negroni.Classic", "github.com/go-martini/martini.Classic",
	"github.com/grpc-ecosystem/go-grpc-middleware/recovery.*", "github.com/grpc-ecosystem/go-grpc-middleware/interceptors/recovery.*",
	"github.com/go-kratos/kratos/middleware/recovery.Recovery", "github.com/cloudwego/hertz/pkg/app/middlewares/server/recovery.Recovery",
	"github.com/cloudwego/hertz/pkg/app/server.Default", "github.com/kataras/iris/middleware/recover.New", "github.com/kataras/iris.Default",
	"github.com/dre1080/recovr.New", "github.com/go-pkgz/rest.Recoverer", "github.com/unrolled/recovery.New", "github.com/gobuffalo/buffalo.New",
	"github.com/zeromicro/go-zero/rest.NewServer", "github.com/zeromicro/go-zero/rest.MustNewServer",
	"(*github.com/getsentry/sentry-go/http.Handler).Handle*", "(*github.com/emicklei/go-restful.Container).DoNotRecover",
}

func panicUnrecovered(r *check.Repo, a *audit) report.Criterion {
	t := report.Examine(RulePanicUnrecovered)
	for _, pkg := range a.graph.MainPackages() {
		all := a.graph.FromMain(pkg)
		judged := map[family]bool{}
		starts, side := a.doors(all)
		if len(starts) == 0 && len(side) > 0 {
			place := a.program.Place(side[0].Ident.Pos(), "%s: serves operators here", a.graph.ProgramName(pkg))
			t.Undecided(fmt.Sprintf("%s: only a server for metrics, profiles or the like was recognised (%s), not one for requests", a.graph.ProgramName(pkg), place.Position), place)
		}
		for _, s := range starts {
			of := familyOf(s.kind)
			if judged[of] {
				continue
			}
			judged[of] = true
			if at := a.recovery(all, of); at != nil {
				t.Pass(*at)
				continue
			}
			if at := a.namedRecovery(all); at != nil {
				t.Undecided(fmt.Sprintf("%s: whether what is used at %s recovers is known by its name only", a.graph.ProgramName(pkg), at.Position), *at)
				continue
			}
			if at := a.unknownRecovery(all); at != nil {
				t.Undecided(fmt.Sprintf("%s: whether the recover at %s stands around the handlers is not known", a.graph.ProgramName(pkg), at.Position), *at)
				continue
			}
			if unseen := unseenRouter(r, of); unseen != "" {
				t.Undecided(fmt.Sprintf("%s: %s and may recover", a.graph.ProgramName(pkg), unseen),
					report.Related{Position: a.program.Position(s.Ident.Pos()), Message: "serves here"})
				continue
			}
			t.Fail(report.Finding{
				Message: fmt.Sprintf("%s serves (%s) without recovery middleware: a panic in a handler %s; put one outermost that logs and answers an internal error",
					a.graph.ProgramName(pkg), s.kind.name, panicEffect(s.kind)),
				Position: a.program.Position(s.Ident.Pos()), Anchor: pkg.PkgPath,
			})
		}
	}
	if t.Examined() == 0 && servesRoutes(r) {
		return report.CannotTell(RulePanicUnrecovered, "routes are registered, but no call that starts a server was recognised from any main package")
	}
	return t.Criterion("no main package starts a server")
}

// family tells servers that share no middleware.
type family int

const (
	overHTTP family = iota
	overGRPC
)

func familyOf(k *serverKind) family {
	if k.name == "gRPC" {
		return overGRPC
	}
	return overHTTP
}

// unseenRouter is not empty where what the routers for requests do is not known.
func unseenRouter(r *check.Repo, of family) string {
	if of != overHTTP || r.Routes == nil {
		return ""
	}
	return r.Routes.Unseen()
}

// panicEffect tells servers that survive a panic from those that do not.
func panicEffect(k *serverKind) string {
	switch k.name {
	case "fiber", "fasthttp", "gRPC":
		return "ends the process"
	}
	return "drops the connection without an answer"
}

// recovery finds recovery middleware of the family among what main reaches.
func (a *audit) recovery(all *reach.Reached, of family) *report.Related {
	for _, u := range all.Uses {
		name := u.Name
		f := a.program.FuncAt(u.Func.Pos())
		own := f != nil && f.Decl != nil && f.Lit == nil && handles(u.Func.Signature(), of) && callsRecover(f.Package, f.Decl.Body)
		library := reach.Matches(recoveryLibraries, name) && strings.Contains(name, "grpc") == (of == overGRPC)
		if own || library {
			place := a.program.Place(u.Ident.Pos(), "%s recovers", name)
			return &place
		}
	}
	// A closure in the middle of the wiring, or the router's own hook.
	for _, pkg := range a.program.Packages {
		for _, f := range pkg.Syntax {
			if at := a.recoveryIn(pkg, f, of); at != nil {
				return at
			}
		}
	}
	return nil
}

var recoveryName = regexp.MustCompile(`(?i)^(?:with|use|new)?(?:panic)?recover(?:y|er|ing)?(?:middleware|handler|interceptor|with\w+)?$`)

// namedRecovery finds a function of another module that is called like recovery
// middleware.
func (a *audit) namedRecovery(all *reach.Reached) *report.Related {
	for _, u := range all.Uses {
		if recoveryName.MatchString(u.Func.Name()) && a.program.FuncAt(u.Func.Pos()) == nil {
			place := a.program.Place(u.Ident.Pos(), "uses %s", reach.FullName(u.Func))
			return &place
		}
	}
	return nil
}

// unknownRecovery finds a function that is reached, recovers, and takes or
// returns a function: middleware of a router that is not known has that form.
func (a *audit) unknownRecovery(all *reach.Reached) *report.Related {
	for _, u := range all.Uses {
		f := a.program.FuncAt(u.Func.Pos())
		if f == nil || f.Decl == nil || f.Lit != nil || !callsRecover(f.Package, f.Decl.Body) {
			continue
		}
		sig := u.Func.Signature()
		for _, tuple := range []*types.Tuple{sig.Params(), sig.Results()} {
			for v := range tuple.Variables() {
				if _, ok := v.Type().Underlying().(*types.Signature); ok {
					place := a.program.Place(u.Func.Pos(), "%s recovers", u.Func.Name())
					return &place
				}
			}
		}
	}
	return nil
}

// recoveryIn finds a literal that handles requests and recovers, and
// httprouter's PanicHandler.
func (a *audit) recoveryIn(pkg *packages.Package, f *ast.File, of family) (at *report.Related) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.FuncLit:
			sig, ok := pkg.TypesInfo.TypeOf(x).(*types.Signature)
			if ok && handles(sig, of) && callsRecover(pkg, x.Body) {
				place := a.program.Place(x.Pos(), "recovers here")
				at = &place
			}
		case *ast.Ident:
			if of == overHTTP && (x.Name == "PanicHandler" || x.Name == "RecoverHandler") {
				place := a.program.Place(x.Pos(), "the router hands panics to this")
				at = &place
			}
		}
		return at == nil
	})
	return at
}

// handlerTypes are parts of the names of types that serve requests: a handler, a
// request, or the context of a router.
var handlerTypes = map[family][]string{
	overHTTP: {"net/http.", "gin.Context", "gin.HandlerFunc", "echo.Context", "echo.HandlerFunc", "echo.MiddlewareFunc", "fiber.Ctx", "fiber.Handler",
		"fasthttp.Request", "restful.Request", "huma.Context", "httprouter.Handle"},
	overGRPC: {"grpc.UnaryHandler", "grpc.StreamHandler", "grpc.UnaryServerInterceptor", "grpc.StreamServerInterceptor"},
}

// handles reports whether a signature takes or returns something that serves
// requests.
func handles(sig *types.Signature, of family) bool {
	for _, tuple := range []*types.Tuple{sig.Params(), sig.Results()} {
		for v := range tuple.Variables() {
			name := types.TypeString(v.Type(), nil)
			if slices.ContainsFunc(handlerTypes[of], func(part string) bool { return strings.Contains(name, part) }) {
				return true
			}
		}
	}
	return false
}

// callsRecover reports whether the builtin is called anywhere in a body.
func callsRecover(pkg *packages.Package, body *ast.BlockStmt) bool {
	found := false
	if body == nil {
		return false
	}
	ast.Inspect(body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == "recover" {
			_, builtin := pkg.TypesInfo.Uses[id].(*types.Builtin)
			found = found || builtin
		}
		return !found
	})
	return found
}
