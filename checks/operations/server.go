package operations

import (
	"go/ast"
	"go/types"
	"regexp"
	"strings"

	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/report"
)

// start is a call that begins to serve.
type start struct {
	reach.Use
	kind *serverKind
}

// serverKind is how one library serves and how it is brought to an end.
type serverKind struct {
	name string
	// starts and drains are names as fullName gives them; a name that ends in "*"
	// stands for all that begin so.
	starts, drains []string
	// drainsItself says that the library catches signals and drains by itself.
	drainsItself bool
	// hint is what to do where there is nothing to drain.
	hint string
}

// serverKinds are the libraries' own documentation in a table.
var serverKinds = []*serverKind{
	{name: "http.Server", starts: []string{"(*net/http.Server).ListenAndServe*", "(*net/http.Server).Serve", "(*net/http.Server).ServeTLS",
		"github.com/prometheus/exporter-toolkit/web.ListenAndServe", "github.com/prometheus/exporter-toolkit/web.Serve*"},
		drains: []string{"(*net/http.Server).Shutdown"}, hint: "call its Shutdown"},
	{name: "http.ListenAndServe", starts: []string{"net/http.ListenAndServe*", "net/http.Serve", "net/http.ServeTLS"},
		hint: "make an http.Server and call its Shutdown, since this function cannot be told to stop"},
	{name: "gin", starts: []string{"(*github.com/gin-gonic/gin.Engine).Run*"},
		hint: "give the engine to an http.Server and call its Shutdown, since Run cannot be told to stop"},
	{name: "echo", starts: []string{"(*github.com/labstack/echo.Echo).Start*"},
		drains: []string{"(*github.com/labstack/echo.Echo).Shutdown", "(*net/http.Server).Shutdown"}, hint: "call its Shutdown"},
	{name: "fiber", starts: []string{"(*github.com/gofiber/fiber.App).Listen*"},
		drains: []string{"(*github.com/gofiber/fiber.App).Shutdown*"}, hint: "call its ShutdownWithContext"},
	{name: "fasthttp", starts: []string{"(*github.com/valyala/fasthttp.Server).ListenAndServe*", "(*github.com/valyala/fasthttp.Server).Serve*", "github.com/valyala/fasthttp.ListenAndServe*", "github.com/valyala/fasthttp.Serve*"},
		drains: []string{"(*github.com/valyala/fasthttp.Server).Shutdown*"}, hint: "call its ShutdownWithContext"},
	{name: "gRPC", starts: []string{"(*google.golang.org/grpc.Server).Serve"},
		drains: []string{"(*google.golang.org/grpc.Server).GracefulStop"}, hint: "call its GracefulStop"},
	{name: "http3", starts: []string{"(*github.com/quic-go/quic-go/http3.Server).ListenAndServe*", "(*github.com/quic-go/quic-go/http3.Server).Serve*"},
		drains: []string{"(*github.com/quic-go/quic-go/http3.Server).Shutdown"}, hint: "call its Shutdown"},
	{name: "hertz", starts: []string{"(*github.com/cloudwego/hertz/pkg/app/server.Hertz).Spin"}, drainsItself: true},
	{name: "kratos", starts: []string{"(*github.com/go-kratos/kratos.App).Run"}, drainsItself: true},
	{name: "go-zero", starts: []string{"(*github.com/zeromicro/go-zero/rest.Server).Start", "(*github.com/zeromicro/go-zero/zrpc.RpcServer).Start"}, drainsItself: true},
	{name: "iris", starts: []string{"(*github.com/kataras/iris.Application).Listen", "(*github.com/kataras/iris.Application).Run"}, drainsItself: true},
	{name: "buffalo", starts: []string{"(*github.com/gobuffalo/buffalo.App).Serve"}, drainsItself: true},
	{name: "endless", starts: []string{"github.com/fvbock/endless.ListenAndServe*"}, drainsItself: true},
	{name: "ory/graceful", starts: []string{"github.com/ory/graceful.Graceful*"}, drainsItself: true},
}

// startsIn lists the calls that serve, without the side doors (metrics,
// profiling) unless there is nothing else.
func (a *audit) startsIn(r *reach.Reached) []start {
	main, side := a.doors(r)
	if len(main) == 0 {
		return side
	}
	return main
}

// doors lists the calls that serve: those of the API, and the side doors.
func (a *audit) doors(r *reach.Reached) (main, side []start) {
	for _, u := range r.Uses {
		for _, k := range serverKinds {
			if !reach.Matches(k.starts, u.Name) {
				continue
			}
			if a.isSideDoor(u) {
				side = append(side, start{u, k})
			} else {
				main = append(main, start{u, k})
			}
		}
	}
	return main, side
}

// whereItServes is the first call that serves, for findings about what is
// missing altogether; invalid where there is none.
func (a *audit) whereItServes() report.Position {
	for _, pkg := range a.graph.MainPackages() {
		if starts := a.startsIn(a.graph.FromMain(pkg)); len(starts) > 0 {
			return a.program.Position(starts[0].Ident.Pos())
		}
	}
	return report.Position{}
}

// sideDoorName also knows servers that stand only while a program is installed,
// or while a browser comes back from a login or a certificate authority.
var sideDoorName = regexp.MustCompile(`(?i)metric|pprof|profil|debug|prometheus|telemetry|health|pkce|callback|loopback|challenge|\binstall`)

// isSideDoor knows servers for operators by the names in the call that starts
// them (debugServer.Serve, ListenAndServe(cfg.MetricsAddr, ...)), and of the
// function around it.
func (a *audit) isSideDoor(u reach.Use) bool {
	if u.Call != nil && sideDoorName.MatchString(types.ExprString(u.Call)) {
		return true
	}
	return sideDoorName.MatchString(a.program.Enclosing(u.Package, u.Ident.Pos())) || sideDoorName.MatchString(madeOf(u))
}

// madeOf is how the server was made that a call starts, where the same file says:
// s := &http.Server{Addr: pprofAddr}; s.ListenAndServe().
func madeOf(u reach.Use) string {
	if u.Call == nil {
		return ""
	}
	sel, ok := u.Call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return ""
	}
	server := u.Package.TypesInfo.Uses[id]
	var words []string
	for _, f := range u.Package.Syntax {
		if id.Pos() < f.FileStart || f.FileEnd < id.Pos() {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			as, ok := n.(*ast.AssignStmt)
			if !ok || len(as.Lhs) != 1 || len(as.Rhs) != 1 {
				return true
			}
			if made, ok := as.Lhs[0].(*ast.Ident); !ok || server == nil || u.Package.TypesInfo.Defs[made] != server {
				return true
			}
			ast.Inspect(as.Rhs[0], func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.Ident:
					words = append(words, n.Name)
				case *ast.BasicLit:
					words = append(words, n.Value)
				}
				return true
			})
			return true
		})
	}
	return strings.Join(words, " ")
}
