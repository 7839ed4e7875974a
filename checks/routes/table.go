// Package routes finds out which routes a program really serves. The wiring is
// evaluated, not matched: see evaluate.go. What a router library's calls mean
// is a table, one file for each; see router.go.
package routes

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"net/http"
	"strings"

	"github.com/backend-conformance/conformance/report"
)

// Table is what evaluation found, sorted by place, method and path.
type Table struct {
	Routes     []*Route
	Unresolved []Unresolved
	// Routers are the names of the router libraries that the module uses.
	Routers []string
	// Notes say where a budget ran out and what was left.
	Notes []string
	// Incomplete says why routes may be missing from the table: a budget ran out
	// on the way from main, or evaluation failed. Empty where it came to its end.
	Incomplete string
}

// Route is one registration, one row for each method and path that it serves.
type Route struct {
	// Method is upper case; "*" serves every method.
	Method string
	// Path is the full path with parameters as {name}, catch-alls as {name...} and
	// regular expressions as {name:re}. PrefixUnknown means that an unknown part
	// precedes it, so that only its end can be compared.
	Path          string
	PrefixUnknown bool
	// Guess: Path holds the value that the source gives to something which the
	// program may overwrite at run time (a base path from the configuration).
	Guess bool
	// Pattern is the text as the program registers it, unknown parts as "…".
	Pattern string
	// Host limits the route to a host; empty for any.
	Host string
	// Router names the library's table, such as "chi".
	Router     string
	Handler    Handler
	Middleware []Handler // outermost first
	// Unseen says that the router comes from code that was not followed: middleware
	// that is not known may then stand before Middleware. Empty where it was.
	Unseen string
	Pos    report.Position
	// Reached says that evaluation came here from main (or an init function).
	Reached bool
	// Chain is how: the calls from main to the registration, outermost first.
	Chain []report.Related
	// Opaque routes hand a whole subtree to something that could not be looked
	// into (a file server, a proxy, a handler of another module).
	Opaque bool
	// Unimplemented routes are answered by what the generator of the server put
	// there for operations that nobody has written.
	Unimplemented bool
	// Static routes serve files or a redirect: not part of an API.
	Static bool
	// Derived routes are answered by the router itself (HEAD for GET, OPTIONS).
	Derived bool
	// Declared routes come from the configuration.
	Declared bool
	// HeadForGet: the router answers HEAD where a GET route is registered.
	HeadForGet bool
	// TrailingSlash says how the router treats a trailing slash.
	TrailingSlash Slash

	// marked is the path with its unknown parts between marks.
	marked string
	// loose rows belong to a group that was never given to a router.
	loose bool
}

// Unseen is not empty where all routers come from code that was not followed:
// what else they do and serve is not known.
func (t *Table) Unseen() string {
	unseen := ""
	for _, r := range t.Routes {
		switch {
		case r.Derived || r.Declared:
		case r.Unseen == "":
			return ""
		default:
			unseen = r.Unseen
		}
	}
	return unseen
}

// Serves reports whether the route answers requests with the method.
func (r *Route) Serves(method string) bool {
	return r.Method == "*" || r.Method == method || method == http.MethodHead && r.Method == http.MethodGet && r.HeadForGet
}

// Rest is the name under which handlers read the rest of a path where the router
// gives it none.
const Rest = "*"

// LocalName is the route's own name for a path parameter of an operation that
// it serves; not ok where the route has a literal at its place.
func (r *Route) LocalName(path, name string) (string, bool) {
	doc, own, text, marked := Segments(path), Segments(r.Path), Segments(r.Pattern), Segments(r.marked)
	for back := 1; back <= len(doc) && back <= len(own); back++ {
		if !strings.Contains(doc[len(doc)-back], "{"+name+"}") {
			continue
		}
		seg := own[len(own)-back]
		unknown := back <= len(text) && strings.Contains(text[len(text)-back], "…") || back <= len(marked) && strings.Contains(marked[len(marked)-back], holeOpen)
		if !strings.Contains(seg, "{") || unknown { // one route for each value
			return "", false
		}
		inner := seg[strings.Index(seg, "{")+1:]
		inner = strings.SplitN(strings.SplitN(inner, "}", 2)[0], ":", 2)[0]
		if "{"+inner+"}" == anyRest && !strings.Contains(r.Pattern, "*any") && !strings.Contains(r.Pattern, "{any") {
			return Rest, true
		}
		return strings.TrimSuffix(inner, "..."), true
	}
	return name, true
}

// Limits is the regular expression that the route has for a parameter of its
// path; not ok where it takes anything.
func (r *Route) Limits(name string) (string, bool) {
	for _, seg := range splitPath(r.Path) {
		if _, rest, ok := strings.Cut(seg, "{"+name+":"); ok {
			return strings.TrimSuffix(rest, "}"), true
		}
	}
	return "", false
}

// Slash is a router's way with trailing slashes.
type Slash int

// Exact routers tell /x from /x/; Redirects and Ignores accept both.
const (
	SlashExact Slash = iota
	SlashRedirects
	SlashIgnored
)

// Handler is a function that serves a route, or a middleware around one.
type Handler struct {
	// Name reads like "users.(*Handler).Create" or "main.routes$2".
	Name string
	// Func is the declared function; nil for literals and what is unknown.
	Func *types.Func
	// Body is the *ast.FuncDecl or *ast.FuncLit; nil where the source is not in
	// the module.
	Body ast.Node
	// Key is the position by which load.Program.FuncAt and behaviour summaries
	// know the function; invalid where there is none.
	Key token.Pos
	// Pos is where it is declared, invalid outside the module.
	Pos report.Position
	// Args are the texts and functions that a wrapper was made with, such as the
	// permission that it asks for; shown, not followed.
	Args []string
	// Conditional: whether it applies depends on something not known.
	Conditional bool
	// Bound is what the variables that it captured hold, its receiver and the
	// arguments of the function that made it included, as far as known.
	Bound []Bound
}

// Bound is a captured variable, by the position of its declaration, or a field of
// one. It holds one of the following.
type Bound struct {
	Name    string
	Pos     token.Pos
	Const   constant.Value
	Handler *Handler
	Nil     bool
	// Fields are those of a struct, as far as known; others may hold anything.
	Fields []Bound
}

// Unresolved is a registration that evaluation could not follow.
type Unresolved struct {
	report.Position
	Router string
	// Method and Prefix are what is known: "" if nothing.
	Method, Prefix string
	Reason         string
	Reached        bool
	// By names the function of another module that makes the router with routes
	// of its own; empty where it is the module's own code that is not followed, and
	// where the module's router is handed away: then anything may be registered.
	By string
}

// Segments splits a path; a trailing slash yields no segment of its own.
func Segments(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}
