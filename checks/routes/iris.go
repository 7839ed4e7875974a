package routes

import (
	"regexp"
	"strings"
)

// iris describes github.com/kataras/iris/v12: parties, handlers last, and the
// container that takes any function as a handler.
func iris() Library {
	const (
		parties = "Application APIBuilder Party APIContainer"
		verbs   = "Get Post Put Patch Delete Head Options Connect Trace"
	)
	return Library{
		Name: "iris",
		Packages: []string{
			"github.com/kataras/iris/v12", "github.com/kataras/iris/v12/core/router", "github.com/kataras/iris", "github.com/kataras/iris/core/router",
		},
		Types: []Type{
			{Name: "Application", Root: true, Handles: true}, {Name: "APIBuilder", Root: true}, {Name: "Party"}, {Name: "APIContainer"},
		},
		Pattern: Syntax{Brace: true, Colon: true, Star: true, Respell: irisPaths},
		Slash:   SlashRedirects,
		Calls: []Call{
			{Names: "New Default", Does: Create, Result: "Application"},
			{On: parties, Names: verbs, Does: Register, Path: 1, Handler: Last, Middleware: 2},
			{On: parties, Names: "Any", Does: Register, Method: "*", Path: 1, Handler: Last, Middleware: 2},
			{On: parties, Names: "Handle HandleFunc CreateRoutes", Does: Register, MethodArg: 1, Path: 2, Handler: Last, Middleware: 3},
			{On: parties, Names: "HandleMany", Does: Special, Run: irisMany},
			{On: parties, Names: "Party", Does: Group, Result: "Party", Path: 1, Middleware: 2},
			{On: parties, Names: "PartyFunc", Does: Group, Result: "Party", Path: 1, Callback: 2},
			{On: parties, Names: "PartyConfigure", Does: Special, Run: irisConfigure},
			{On: parties, Names: "Subdomain", Does: Group, Result: "Party", Host: 1, Middleware: 2},
			{On: parties, Names: "WildcardSubdomain", Does: Group, Result: "Party", Middleware: 1},
			{On: parties, Names: "ConfigureContainer", Does: Group, Result: "APIContainer", Callback: 1},
			{On: parties, Names: "Use UseFunc UseOnce", Does: Use, Middleware: 1},
			{On: parties, Names: "UseRouter UseGlobal", Does: Use, Middleware: 1, All: true},
			{On: parties, Names: "HandleDir", Does: Static, Path: 1, Subtree: true},
			{On: parties, Names: "StaticContent Favicon", Does: Static, Path: 1},
			{
				On: parties, Does: Ignore,
				Names: "None Done DoneGlobal UseError OnErrorCode OnAnyErrorCode AllowMethods SetExecutionRules SetRegisterRule RegisterView Layout " +
					"EnsureStaticBindings OnError RegisterDependency UseResultHandler EnableStrictMode EnableStructDependents",
			},
			{Names: "FromStd", Does: Wrap},
		},
	}
}

var irisParam = regexp.MustCompile(`\{\s*(\w+)\s*:\s*(\w+)([^{}]*)\}`)

// irisPaths replaces the macros that type parameters.
func irisPaths(text string) []string {
	return []string{irisParam.ReplaceAllStringFunc(text, func(s string) string {
		parts := irisParam.FindStringSubmatch(s)
		name, macro := parts[1], parts[2]
		switch {
		case macro == "path":
			return "{" + name + "...}"
		case strings.HasPrefix(macro, "int"):
			return "{" + name + ":-?[0-9]+}"
		case strings.HasPrefix(macro, "uint"):
			return "{" + name + ":[0-9]+}"
		case macro == "alphabetical":
			return "{" + name + ":[a-zA-Z]+}"
		}
		return "{" + name + "}"
	})}
}

// irisMany registers every method of the first list on every path of the second.
func irisMany(w *wireCall, r *router) value {
	methods := strings.Fields(strings.ToUpper(knownText(w.arg(1))))
	paths := strings.Fields(knownText(w.arg(2)))
	handlers := w.rest(3)
	if len(paths) == 0 || len(handlers) == 0 {
		w.unknownRoutes(r, "methods and paths that are not known")
		return r
	}
	for _, path := range paths {
		en := w.newEntry(r, handlers[:len(handlers)-1]...)
		list := &slice{}
		for _, m := range methods {
			list.cells = append(list.cells, &cell{v: text(m)})
		}
		en.method, en.path, en.handler = list, text(path), handlers[len(handlers)-1]
		w.addEntry(en)
	}
	return r
}

// irisConfigure hands a new party to objects that configure it.
func irisConfigure(w *wireCall, r *router) value {
	party := w.child(r, "Party", w.arg(1))
	for _, v := range w.rest(2) {
		t := dynamicType(v)
		if t == nil {
			w.unknownRoutes(party, "a party configurator that is not known")
			continue
		}
		if g := w.method(t, v, "Configure", nil); g != nil {
			w.invoke(g, []value{party}, w.expr)
			w.machine.ended = false
		}
	}
	return party
}
