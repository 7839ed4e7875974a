package behaviour

import (
	"go/constant"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
	"github.com/backend-conformance/conformance/checks/routes"
)

// class is what is known of a middleware whose source is not in the module.
type class int

const (
	ours class = iota
	authenticates
	transparent
	foreign
	// broken: of the module, but its package does not type-check.
	broken
)

// authLibraries authenticate: they answer 401 or 403 without valid credentials.
var authLibraries = regexp.MustCompile(`^(` +
	`github\.com/auth0/go-jwt-middleware\.|` +
	`github\.com/labstack/echo-jwt\.|` +
	`github\.com/labstack/echo/middleware\.(JWT|KeyAuth|BasicAuth)|` +
	`github\.com/appleboy/gin-jwt\.(GinJWTMiddleware\.)?MiddlewareFunc|` +
	`github\.com/gin-gonic/gin\.BasicAuth|` +
	`github\.com/gofiber/(fiber/middleware/(basicauth|keyauth)|jwt|contrib/(jwt|paseto|casbin)|keyauth|basicauth)\.|` +
	`github\.com/go-chi/jwtauth\.Authenticator|` +
	`github\.com/go-chi/chi/middleware\.BasicAuth|` +
	`github\.com/99designs/basicauth-go\.|github\.com/jub0bs/basicauth|` +
	`github\.com/hertz-contrib/(jwt|keyauth|paseto|casbin)\.|` +
	`github\.com/zeromicro/go-zero/rest/handler\.Authorize|` +
	`github\.com/clerk/clerk-sdk-go/.*\.Require` +
	`)`)

// plainLibraries let every request pass, as far as credentials go.
var plainLibraries = regexp.MustCompile(`^(` +
	`net/http\.|` +
	`github\.com/go-chi/(chi/middleware|cors|httplog|httprate|render|jwtauth|stampede|telemetry|metrics)\.|` +
	`github\.com/labstack/echo/middleware\.|github\.com/labstack/echo-contrib|` +
	`github\.com/gin-gonic/gin\.|github\.com/gin-contrib/|` +
	`github\.com/gofiber/(fiber/middleware|contrib|helmet|websocket|fiberi18n|storage)|` +
	`github\.com/gorilla/(handlers|csrf|mux|context|sessions)\.|` +
	`github\.com/(rs/(cors|xid|zerolog)|unrolled/(secure|render)|didip/tollbooth|ulule/limiter|sebest/xff|justinas/(alice|nosurf)|urfave/negroni|NYTimes/gziphandler|klauspost/compress|felixge/httpsnoop|slok/go-http-metrics|getsentry/sentry-go|riandyrn/otelchi|samber/slog-|alexedwards/scs|newrelic/|DataDog/|zsais/go-gin-prometheus|penglongli/gin-metrics|swaggo/|throttled/throttled|sethvargo/go-limiter|hertz-contrib/|ziflex/lecho|toorop/gin-logrus|hellofresh/)|` +
	`go\.opentelemetry\.io/|github\.com/prometheus/|go\.elastic\.co/|gopkg\.in/DataDog/` +
	`)`)

// plainPurpose are words in the path of a library that say what else it is for.
var plainPurpose = regexp.MustCompile(`(?i)prometheus|metrics|otel|tracing|logger|cors|gzip|brotli|compress|limiter|ratelimit|recover|request-?id|swagger|pprof|sentry`)

// classOf tells what a middleware of another module does: by its name, or else
// by its source.
func (x *Index) classOf(h routes.Handler) class {
	if c := classByName(h); c != foreign || h.Func == nil {
		return c
	}
	return x.textOf(h.Func).class(h.Func)
}

// classByName looks a middleware of another module up.
func classByName(h routes.Handler) class {
	name := h.Name
	if h.Func != nil {
		name = behaviour.FuncName(h.Func)
	}
	switch {
	case authLibraries.MatchString(name):
		return authenticates
	case plainLibraries.MatchString(name), plainName.MatchString(shortKey(name)), h.Func != nil && h.Func.Pkg() != nil && plainPurpose.MatchString(h.Func.Pkg().Path()):
		return transparent
	}
	return foreign
}

// MayRead reports whether a middleware that was not followed may read a
// parameter of the name. One of another module has to have the name from
// somewhere: from its own package, or from what it was made with.
func (x *Index) MayRead(h routes.Handler, name string) bool {
	if h.Body != nil {
		return true
	}
	if classByName(h) != foreign {
		return false
	}
	return slices.Contains(h.Args, name) || slices.ContainsFunc(h.Bound, func(b routes.Bound) bool { return holds(b, name) }) || x.knows(h.Func, name)
}

// MayGet reports whether what was handed on as a whole may be looked up under
// the name by whoever got it.
func (x *Index) MayGet(w Whole, name string) bool { return w.To == nil || x.knows(w.To, name) }

// MayReadBody reports whether a middleware that was not followed may read the
// body.
func (x *Index) MayReadBody(h routes.Handler) bool {
	return h.Body != nil || classByName(h) == foreign && (h.Func == nil || x.readsBody(h.Func))
}

// readsBody reports whether the package of a function of another module deals
// with bodies of requests, or cannot be read.
func (x *Index) readsBody(fn *types.Func) bool {
	text := x.textOf(fn)
	return !text.read || text.bodies
}

// knows reports whether the package of a function of another module has the
// text in it, or cannot be read.
func (x *Index) knows(fn *types.Func, word string) bool {
	if fn == nil {
		return true
	}
	text := x.textOf(fn)
	return !text.read || text.words[word]
}

func holds(b routes.Bound, text string) bool {
	return b.Const != nil && b.Const.Kind() == constant.String && constant.StringVal(b.Const) == text
}

// plainName are functions that say so themselves.
var plainName = regexp.MustCompile(`(?i)(request)?logg(er|ing)|request-?id|recover|cors|gzip|compress|metric|tracing|timeout|rate.?limit|securityheaders`)

var authName = regexp.MustCompile(`(?i)auth|login|logged|session|jwt|token|require.?user|protect|guard|apikey|api_key|permission|admin|signed`)

// looksLikeAuth reports whether a function's name promises to authenticate.
func looksLikeAuth(name string) bool { return authName.MatchString(shortKey(name)) }

// wrapsNext notes that the handler behind a middleware is handed to what may be
// a guard and cannot be followed: a library's middleware that authenticates, or
// one that is held in a variable and called within a function named for it. What
// comes back decides who gets through.
func (f *frame) wrapsNext(b *ssa.BasicBlock, instr ssa.CallInstruction, arg value) {
	if !arg.next {
		return
	}
	c := instr.Common()
	if fn := behaviour.Callee(c); fn != nil {
		if classByName(routes.Handler{Func: fn}) == authenticates {
			f.note(b, event{kind: eventDoubt, pos: instr.Pos(), name: fn.Name()})
		}
		return
	}
	made, name := madeBy(c.Value)
	switch {
	case made != nil:
		if classByName(routes.Handler{Func: made}) != authenticates {
			return
		}
	case !looksLikeAuth(name) && !looksLikeAuth(f.fn.Name()):
		return
	}
	f.note(b, event{kind: eventDoubt, pos: instr.Pos(), name: name})
}

// madeBy tells of a function value the function that made it, where one did
// right here, and its name.
func madeBy(v ssa.Value) (*types.Func, string) {
	switch v := v.(type) {
	case *ssa.UnOp:
		return madeBy(v.X)
	case *ssa.ChangeType:
		return madeBy(v.X)
	case *ssa.Call:
		if fn := behaviour.Callee(v.Common()); fn != nil {
			return fn, fn.Name()
		}
	case *ssa.FieldAddr:
		return nil, stepName(v.X.Type().Underlying().(*types.Pointer).Elem(), v.Field)
	}
	return nil, v.Name()
}
