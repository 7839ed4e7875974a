package operations

import (
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/report"
)

// start is a call that begins to serve.
type start struct {
	use
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

func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		prefix, open := strings.CutSuffix(p, "*")
		return name == p || open && strings.HasPrefix(name, prefix)
	})
}

// startsIn lists the calls that serve, without the side doors (metrics,
// profiling) unless there is nothing else.
func (g *graph) startsIn(r *reached) []start {
	var main, side []start
	for _, u := range r.uses {
		for _, k := range serverKinds {
			if !matches(k.starts, fullName(u.fn)) {
				continue
			}
			if g.isSideDoor(u) {
				side = append(side, start{u, k})
			} else {
				main = append(main, start{u, k})
			}
		}
	}
	if len(main) == 0 {
		return side
	}
	return main
}

// whereItServes is the first call that serves, for findings about what is
// missing altogether; invalid where there is none.
func (g *graph) whereItServes() report.Position {
	for _, pkg := range g.mainPackages() {
		if starts := g.startsIn(g.fromMain(pkg)); len(starts) > 0 {
			return g.program.Position(starts[0].id.Pos())
		}
	}
	return report.Position{}
}

var sideDoorName = regexp.MustCompile(`(?i)metric|pprof|profil|debug|prometheus|telemetry`)

// isSideDoor knows servers for operators by the name of the function that starts
// them.
func (g *graph) isSideDoor(u use) bool {
	return sideDoorName.MatchString(g.program.Enclosing(u.pkg, u.id.Pos()))
}

// mainPackages are the programs of the module. Examples, tools and test
// programs are left out, unless there is nothing else.
func (g *graph) mainPackages() []*packages.Package {
	var own, aside []*packages.Package
	for _, pkg := range g.program.Packages {
		if pkg.Name != "main" {
			continue
		}
		if asideDir.MatchString("/" + strings.TrimPrefix(pkg.PkgPath, g.program.Module) + "/") {
			aside = append(aside, pkg)
		} else {
			own = append(own, pkg)
		}
	}
	if len(own) == 0 {
		own = aside
	}
	slices.SortFunc(own, func(a, b *packages.Package) int { return strings.Compare(a.PkgPath, b.PkgPath) })
	return own
}

var asideDir = regexp.MustCompile(`(?i)/(_?examples?|samples?|demos?|hack|tools?|scripts?|tests?|testing|e2e|integration[-_]?tests?|mocks?|benchmarks?|dev|docs)/`)

// fromMain walks from a program's main and the init functions of what it imports.
func (g *graph) fromMain(pkg *packages.Package) *reached {
	var roots []root
	seen := map[*packages.Package]bool{}
	var add func(*packages.Package)
	add = func(p *packages.Package) {
		if seen[p] {
			return
		}
		seen[p] = true
		for _, f := range p.Syntax {
			for _, d := range f.Decls {
				decl, ok := d.(*ast.FuncDecl)
				if ok && decl.Recv == nil && decl.Body != nil && (decl.Name.Name == "init" || p == pkg && decl.Name.Name == "main") {
					roots = append(roots, root{p, decl.Body})
				}
			}
		}
		for _, q := range g.program.Packages { // in a fixed order, unlike the map of imports
			if p.Imports[q.PkgPath] == q {
				add(q)
			}
		}
	}
	add(pkg)
	return g.from(roots...)
}

// programName is how a message calls a main package: its path below the module.
func (g *graph) programName(pkg *packages.Package) string {
	if rest := strings.TrimPrefix(strings.TrimPrefix(pkg.PkgPath, g.program.Module), "/"); rest != "" {
		return rest
	}
	return path.Base(pkg.PkgPath)
}
