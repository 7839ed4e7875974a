package routes

import (
	"strings"
)

// Library is a router library as data: which calls make a router, register,
// group, mount and add middleware, and how its patterns are written. The
// library's own code is never looked into.
//
// To add a router, write one file <name>.go with a function that returns its
// Library, and add that function to Routers:
//
//	func myrouter() Library {
//		return Library{
//			Name: "myrouter", Packages: []string{"example.com/myrouter", "example.com/myrouter/v2"},
//			Types:   []Type{{Name: "Router", Root: true}, {Name: "Group"}},
//			Pattern: Syntax{Colon: true, Star: true},
//			Calls: []Call{
//				{Names: "New", Does: Create, Result: "Router"},
//				{On: "Router Group", Names: "GET POST", Does: Register, Path: 1, Handler: Last, Middleware: 2},
//				{On: "Router Group", Names: "Group", Does: Group, Result: "Group", Path: 1, Middleware: 2},
//				{On: "Router Group", Names: "Use", Does: Use, Middleware: 1},
//			},
//		}
//	}
//
// Then give it a fixture: a folder testdata/<name> with a stub of the library
// and a small server, whose routes its test lists line by line.
type Library struct {
	// Name is shown in the report.
	Name string
	// Packages are the import paths, one for each major version or fork.
	Packages []string
	// Types are the types that stand for a router or a group of routes.
	Types []Type
	// Defaults are package variables that hold a ready router.
	Defaults []string
	Calls    []Call
	Pattern  Syntax
	Slash    Slash
	// Literal routers put prefix and path together as they are; others see to
	// one slash in between.
	Literal bool
	// MountRoot: "/" of a mounted router answers without the slash as well.
	MountRoot bool
	// HeadForGet: GET registrations answer HEAD as well.
	HeadForGet bool
	// HandsOut: programs get the router from the library itself, so that nobody
	// else has set it up.
	HandsOut bool
}

// Type is a library's router or group type.
type Type struct {
	Name string
	// Root types stand for a whole server: one that comes out of nowhere has no
	// prefix, whereas a group's is unknown.
	Root bool
	// Handles says that the type serves requests itself, so that it can be
	// mounted in another router.
	Handles bool
	// Serves is the method by which it serves where that is not ServeHTTP.
	Serves string
}

// Action is what a call does.
type Action int

// What calls do.
const (
	// Ignore: nothing that matters; the receiver is the result.
	Ignore Action = iota
	// Create makes a new router.
	Create
	// Register adds a route, on the router or on the package's default one.
	// Without Handler the route waits for one (a builder).
	Register
	// Group makes a child with a longer prefix or more middleware, and hands it
	// to Callback where there is one.
	Group
	// Mount puts another router (or handler) below a path.
	Mount
	// Use adds middleware to the receiver.
	Use
	// Prefix sets the receiver's own prefix.
	Prefix
	// Build sets what the arguments say on the route that is the receiver.
	Build
	// Subrouter turns the route that is the receiver into a group.
	Subrouter
	// Attach adds a route made elsewhere to the receiver.
	Attach
	// Drop takes the route that is the receiver out again.
	Drop
	// Static serves files or a redirect below a path, or makes a handler that does.
	Static
	// Wrap makes a handler out of its first argument.
	Wrap
	// Strip makes a handler that takes a prefix off before its inner handler.
	Strip
	// Serve starts serving a handler: what is wrapped around a router there
	// runs before its routes.
	Serve
	// Special does to the receiver what the table cannot say; see Call.Run.
	Special
	// Value gives a value, such as a compiled pattern; see Call.Run.
	Value
)

// Last is the position of a call's last argument.
const Last = -1

// Call is one entry: a call by receiver type and name. Arguments are counted
// from 1; 0 means that the call has none of the kind.
type Call struct {
	// On lists receiver types, separated by spaces; empty for package functions.
	On string
	// Names lists methods or functions, separated by spaces.
	Names string
	Does  Action
	// Method is the HTTP method; empty means the call's name in upper case,
	// "*" every method, "?" none given (a pattern may bring its own).
	Method string
	// MethodArg holds the method, or a slice of methods, or (with MethodRest)
	// the first of several.
	MethodArg  int
	MethodRest bool
	Path       int
	Handler    int
	// Middleware is the first of the arguments that are middleware; those named
	// otherwise are left out.
	Middleware int
	Callback   int
	Host       int
	// Attached names the argument that Attach adds.
	Attached int
	// Router names the argument that holds the router where the function is not
	// a method.
	Router int
	// Route names a struct argument whose fields Method, Path, Handler and
	// Middlewares hold what other calls pass one by one.
	Route int
	// Result is the type of the router that Create and Group make.
	Result string
	// Detached routes count only once they are attached.
	Detached bool
	// All middleware applies to routes registered before it as well.
	All bool
	// Scoped middleware takes texts before it as prefixes of the paths that it
	// applies to, and routers as mounts.
	Scoped bool
	// Subtree: the path stands for everything below it.
	Subtree bool
	// NoStrip: what is mounted sees the full path.
	NoStrip bool
	// Extends: the path is added to the route's own rather than set.
	Extends bool
	// Answers tells the methods that a handler made by Wrap answers.
	Answers func(o *origin) []string
	// Run carries out Special, on a router, and Value, where r is nil.
	Run func(w *wireCall, r *router) value
}

// Routers lists every library that is known, one line each.
func Routers() []Library {
	return []Library{
		netHTTP(),
		chi(),
		gin(),
		echo(),
		gorilla(),
		httprouter(),
		fiber(),
		goRestful(),
		promRoute(),
		fasthttpRouter(),
		fasthttp(),
		hertz(),
		httpTreeMux(),
		bunRouter(),
		kratos(),
		goa(),
		goZero(),
		beego(),
		iris(),
		goFrame(),
		huma(),
		humaSSE(),
		grpcGateway(),
		connect(),
		pocketbase(),
	}
}

// surface is the libraries indexed by package, type and name.
type surface struct {
	byPackage map[string]*library
}

type library struct {
	Library
	types map[string]Type
	calls map[callKey]*Call
}

type callKey struct{ on, name string }

func newSurface(libs []Library) *surface {
	s := &surface{byPackage: map[string]*library{}}
	for _, l := range libs {
		lib := &library{Library: l, types: map[string]Type{}, calls: map[callKey]*Call{}}
		for _, t := range l.Types {
			lib.types[t.Name] = t
		}
		for i := range l.Calls {
			lib.index(&l.Calls[i])
		}
		for _, path := range l.Packages {
			s.byPackage[path] = lib
		}
	}
	return s
}

func (l *library) index(c *Call) {
	on := strings.Fields(c.On)
	if len(on) == 0 {
		on = []string{""}
	}
	for _, t := range on {
		for _, name := range strings.Fields(c.Names) {
			l.calls[callKey{t, name}] = c
		}
	}
}

// call finds an entry; typ is empty for package functions.
func (s *surface) call(pkgPath, typ, name string) (*library, *Call) {
	lib := s.byPackage[pkgPath]
	if lib == nil {
		return nil, nil
	}
	return lib, lib.calls[callKey{typ, name}]
}

// routerType finds the router type of that name.
func (s *surface) routerType(pkgPath, name string) (*library, Type, bool) {
	lib := s.byPackage[pkgPath]
	if lib == nil {
		return nil, Type{}, false
	}
	t, ok := lib.types[name]
	return lib, t, ok
}
