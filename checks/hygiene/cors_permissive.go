package hygiene

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleCORSPermissive asks that foreign pages cannot act with a user's credentials.
var RuleCORSPermissive = rule.Rule{
	ID:       "cors-permissive",
	Title:    "CORS allows every origin together with credentials",
	Section:  rule.Security,
	Severity: rule.Minor,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 2, True: 2},
	Why: "Where the origin is echoed, a page on any site can call the API in the name of a user who is logged in, and read the answers; " +
		"where * is sent, browsers refuse the pair, and nobody's page works.",
	Fix: "List the origins that may, or leave credentials out.",
	Limits: "Judged where a CORS configuration is written as a literal, or the headers are set by hand in one function. Origins from " +
		"a variable or a callback are inconclusive when credentials are allowed, and so is a CORS library that is not known. A wildcard without credentials passes.",
	Example: `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop

import "net/http"

func cors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		next.ServeHTTP(w, r)
	})
}
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop

import "net/http"

func cors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "https://shop.example.com")
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		next.ServeHTTP(w, r)
	})
}
`,
}

// corsConfig is the configuration type of a library and its fields.
type corsConfig struct {
	typ                           string
	origins, credentials, all, fn []string
	// open says that no origin at all means every origin.
	open bool
}

// corsConfigs are the libraries' documentation in a table.
var corsConfigs = []corsConfig{
	{typ: "github.com/rs/cors.Options", origins: []string{"AllowedOrigins"}, credentials: []string{"AllowCredentials"}, fn: []string{"AllowOriginFunc", "AllowOriginRequestFunc", "AllowOriginVaryRequestFunc"}, open: true},
	{typ: "github.com/go-chi/cors.Options", origins: []string{"AllowedOrigins"}, credentials: []string{"AllowCredentials"}, fn: []string{"AllowOriginFunc"}, open: true},
	{typ: "github.com/gin-contrib/cors.Config", origins: []string{"AllowOrigins"}, credentials: []string{"AllowCredentials"}, all: []string{"AllowAllOrigins"}, fn: []string{"AllowOriginFunc", "AllowOriginWithContextFunc"}},
	{typ: "github.com/labstack/echo/middleware.CORSConfig", origins: []string{"AllowOrigins"}, credentials: []string{"AllowCredentials"}, fn: []string{"AllowOriginFunc", "UnsafeAllowOriginFunc"}, open: true},
	{typ: "github.com/gofiber/fiber/middleware/cors.Config", origins: []string{"AllowOrigins"}, credentials: []string{"AllowCredentials"}, fn: []string{"AllowOriginsFunc"}, open: true},
	{typ: "github.com/emicklei/go-restful.CrossOriginResourceSharing", origins: []string{"AllowedDomains"}, credentials: []string{"CookiesAllowed"}, fn: []string{"AllowedDomainFunc"}, open: true},
}

func corsPermissive(a *audit) report.Criterion {
	t := report.Examine(RuleCORSPermissive)
	for _, pkg := range a.program.Packages {
		for _, f := range pkg.Syntax {
			ast.Inspect(f, func(n ast.Node) bool {
				switch x := n.(type) {
				case *ast.CallExpr:
					a.judgeCORSCall(t, pkg, x)
				case *ast.CompositeLit:
					a.judgeCORSLiteral(t, pkg, x)
				case *ast.FuncLit:
					a.judgeCORSHeaders(t, pkg, x.Body)
				case *ast.FuncDecl:
					if x.Body != nil {
						a.judgeCORSHeaders(t, pkg, x.Body)
					}
				}
				return true
			})
		}
	}
	if at := a.otherCORS(); t.Examined() == 0 && at != nil {
		return report.CannotTell(RuleCORSPermissive, fmt.Sprintf("%s: %s; which origins may send credentials could not be read from the code", at.Position, at.Message), *at)
	}
	return t.Criterion("no CORS configuration was found; browsers then refuse other origins")
}

// otherCORS is where CORS is set up in a way that was not understood: a library
// by its name, or the header's name in the code. nil where there is no sign.
func (a *audit) otherCORS() *report.Related {
	for _, pkg := range a.program.Packages {
		for _, f := range pkg.Syntax {
			if at := a.signOfCORS(f); at != nil {
				return at
			}
		}
	}
	return nil
}

func (a *audit) signOfCORS(f *ast.File) (at *report.Related) {
	for _, spec := range f.Imports {
		file := strings.Trim(spec.Path.Value, "`\"")
		if base := path.Base(reach.WithoutVersion(file)); strings.Contains(base, "cors") && !reach.Below(file, a.program.Module) {
			place := a.program.Place(spec.Pos(), "%s is imported", file)
			return &place
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && at == nil && strings.EqualFold(strings.Trim(lit.Value, "`\""), "Access-Control-Allow-Origin") {
			place := a.program.Place(lit.Pos(), "Access-Control-Allow-Origin is named")
			at = &place
		}
		return at == nil
	})
	return at
}

// corsDefaults configure CORS without credentials.
var corsDefaults = []string{
	"github.com/rs/cors.Default", "github.com/rs/cors.AllowAll", "github.com/go-chi/cors.AllowAll", "github.com/gin-contrib/cors.Default",
	"github.com/labstack/echo/middleware.CORS", "github.com/gofiber/fiber/middleware/cors.New",
}

// judgeCORSCall counts a library's own defaults.
func (a *audit) judgeCORSCall(t *report.Tally, pkg *packages.Package, call *ast.CallExpr) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) > 0 {
		return
	}
	if fn, ok := pkg.TypesInfo.Uses[sel.Sel].(*types.Func); ok && reach.Matches(corsDefaults, reach.FullName(fn)) {
		t.Pass(a.program.Place(call.Pos(), "%s allows no credentials", reach.FullName(fn)))
	}
}

// origin is what is known about who may call.
type origin int

const (
	originListed origin = iota
	originAny
	originUnknown
)

func (a *audit) judgeCORSLiteral(t *report.Tally, pkg *packages.Package, lit *ast.CompositeLit) {
	tv := pkg.TypesInfo.TypeOf(lit)
	if tv == nil {
		return
	}
	name := reach.WithoutVersion(types.TypeString(tv, nil))
	i := slices.IndexFunc(corsConfigs, func(c corsConfig) bool { return c.typ == name })
	if i < 0 || len(lit.Elts) == 0 { // an empty literal is a zero value, not a configuration
		return
	}
	c := corsConfigs[i]
	fields := map[string]ast.Expr{}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok {
				fields[id.Name] = kv.Value
			}
		}
	}
	credentials, known := boolean(pkg.TypesInfo, first(fields, c.credentials))
	place := a.program.Place(lit.Pos(), "CORS is configured here")
	who := c.origin(a, pkg.TypesInfo, fields)
	switch {
	case known && !credentials, who == originListed:
		t.Pass(place)
	case !known || who == originUnknown:
		t.Undecided(fmt.Sprintf("%s: which origins may send credentials is not known before it runs", place.Position), place)
	default:
		t.Fail(report.Finding{Message: "CORS allows every origin together with credentials; list the origins, or leave " + c.credentials[0] + " out", Position: place.Position,
			Anchor: a.program.Enclosing(pkg, lit.Pos())})
	}
}

// origin reads the fields that say who may call.
func (c corsConfig) origin(a *audit, info *types.Info, fields map[string]ast.Expr) origin {
	if first(fields, c.fn) != nil {
		return originUnknown
	}
	if all, known := boolean(info, first(fields, c.all)); all || !known {
		if !known {
			return originUnknown
		}
		return originAny
	}
	list := first(fields, c.origins)
	if list == nil {
		if c.open {
			return originAny
		}
		return originListed
	}
	return a.originsOf(info, list)
}

// originsOf reads a list of origins, or the comma-separated string of Fiber.
func (a *audit) originsOf(info *types.Info, e ast.Expr) origin {
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		if init := a.graph.VarInit(info.Uses[id]); init != nil {
			e = init
		}
	}
	if s, ok := text(info, e); ok {
		return originText(s)
	}
	lit, ok := ast.Unparen(e).(*ast.CompositeLit)
	if !ok {
		return originUnknown
	}
	who := originListed
	for _, elt := range lit.Elts {
		s, ok := text(info, elt)
		switch {
		case !ok && who == originListed:
			who = originUnknown
		case ok && originText(s) == originAny:
			return originAny
		}
	}
	return who
}

// originText knows "*", and patterns such as "https://*", which are as open.
func originText(s string) origin {
	for _, part := range strings.Split(s, ",") {
		switch strings.TrimSpace(part) {
		case "*", "http://*", "https://*":
			return originAny
		}
	}
	return originListed
}

func first(fields map[string]ast.Expr, names []string) ast.Expr {
	for _, n := range names {
		if e := fields[n]; e != nil {
			return e
		}
	}
	return nil
}

// boolean is the value of a constant; what is not given is false.
func boolean(info *types.Info, e ast.Expr) (value, known bool) {
	if e == nil {
		return false, true
	}
	v := info.Types[e].Value
	if v == nil || v.Kind() != constant.Bool {
		return false, false
	}
	return constant.BoolVal(v), true
}

func text(info *types.Info, e ast.Expr) (string, bool) {
	v := info.Types[e].Value
	if v == nil || v.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(v), true
}

// judgeCORSHeaders looks at one function that sets the headers by hand. A
// function literal is judged by itself, not with the function around it.
func (a *audit) judgeCORSHeaders(t *report.Tally, pkg *packages.Package, body *ast.BlockStmt) {
	var allow ast.Expr
	var at token.Pos
	credentials, conditional := false, false
	ast.Inspect(body, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.IfStmt, *ast.SwitchStmt, *ast.RangeStmt, *ast.ForStmt:
			conditional = conditional || mentionsOrigin(n)
		case *ast.CallExpr:
			name, value := headerSet(pkg.TypesInfo, x)
			switch strings.ToLower(name) {
			case "access-control-allow-origin":
				allow, at = value, x.Pos()
			case "access-control-allow-credentials":
				if s, ok := text(pkg.TypesInfo, value); !ok || s == "true" {
					credentials = true
				}
			}
		}
		return true
	})
	if allow == nil {
		return
	}
	place := a.program.Place(at, "CORS headers are set here")
	value, constant := text(pkg.TypesInfo, allow)
	switch {
	case !credentials, constant && originText(value) == originListed:
		t.Pass(place)
	case constant:
		t.Fail(report.Finding{Message: "the origin * is allowed together with credentials; list the origins, or leave Access-Control-Allow-Credentials out",
			Position: place.Position, Anchor: a.program.Enclosing(pkg, at)})
	case echoesOrigin(allow) && !conditional:
		t.Fail(report.Finding{Message: "whatever Origin the request names is allowed together with credentials; compare it with a list first",
			Position: place.Position, Anchor: a.program.Enclosing(pkg, at)})
	default:
		t.Undecided(fmt.Sprintf("%s: which origins may send credentials is not known before it runs", place.Position), place)
	}
}

// headerSet takes apart calls of the form x.Set("Name", value), as on
// http.Header, gin's c.Header, fiber's c.Set.
func headerSet(info *types.Info, call *ast.CallExpr) (string, ast.Expr) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) != 2 {
		return "", nil
	}
	switch sel.Sel.Name {
	case "Set", "Add", "Header", "SetHeader", "AddHeader":
		name, _ := text(info, call.Args[0])
		return name, call.Args[1]
	}
	return "", nil
}

// mentionsOrigin reports whether a condition looks at the origin.
func mentionsOrigin(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Ident:
			found = found || strings.Contains(strings.ToLower(x.Name), "origin")
		case *ast.BasicLit:
			found = found || strings.EqualFold(strings.Trim(x.Value, `"`), "origin")
		}
		return !found
	})
	return found
}

// echoesOrigin knows r.Header.Get("Origin") and the like.
func echoesOrigin(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return false
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	return ok && strings.EqualFold(strings.Trim(lit.Value, `"`), "origin")
}
