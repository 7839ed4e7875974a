package endpoints

import (
	"fmt"
	"strings"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RoutesUnresolved is the rule routes-unresolved.
var RoutesUnresolved = rule.Rule{
	ID: "routes-unresolved", Title: "route registrations could not be resolved",
	Section: rule.Endpoints, Severity: rule.Major, Since: "1.0.0",
	Why:    "What cannot be resolved cannot be held against the document: affected operations stay inconclusive.",
	Fix:    "Make method and path known before run time, or declare the routes under routes: in the configuration.",
	Limits: "A registration in code that never runs is listed too.",
}

func unresolved(r *check.Repo) report.Criterion {
	t := report.Examine(RoutesUnresolved)
	t.PassN(len(r.Routes.Routes))
	for _, u := range r.Routes.Unresolved {
		t.Undecided(
			fmt.Sprintf("%s: %s; declare it under routes: in the configuration", u.Position, u.Reason),
			report.Related{Position: u.Position, Message: u.Reason},
		)
	}
	if t.Examined() == 0 && len(r.Routes.Routers) > 0 {
		return report.CannotTell(RoutesUnresolved, strings.Join(r.Routes.Routers, ", ")+" is used, but no registration was found; declare the routes under routes: in the configuration")
	}
	if t.Examined() == 0 && len(r.Matrix.Used) > 0 {
		return report.CannotTell(RoutesUnresolved, "no known router is used; declare the routes under routes: in the configuration")
	}
	return t.Criterion("no router is used")
}

// Unreachable is the rule route-unreachable.
var Unreachable = rule.Rule{
	ID: "route-unreachable", Title: "a registration in a function that nothing calls",
	Section: rule.Endpoints, Severity: rule.Minor, Since: "1.0.0",
	Why:    "The route looks implemented, but no program of the module serves it.",
	Fix:    "Call the function from main, or delete it.",
	Limits: "A module without a main package is a library: its registrations are not judged, nor are those that examples, tools and tests make. Calls through reflection or from another module are not seen.",
}

func unreachable(r *check.Repo) report.Criterion {
	t := report.Examine(Unreachable)
	if !hasMain(r) {
		return report.NotApplicableTo(Unreachable, "the module has no main package")
	}
	idle := idleFunctions(r.Program)
	seen := map[report.Position]bool{}
	for _, route := range r.Routes.Routes {
		if seen[route.Pos] || route.Declared || !route.Reached && asideFolder.MatchString(route.Pos.File) {
			continue
		}
		seen[route.Pos] = true
		name := route.Method + " " + route.Path
		switch fn := idle.around(route.Pos); {
		case route.Reached:
			t.Pass()
		case fn != "":
			t.Fail(report.Finding{
				Message:  fmt.Sprintf("%s is registered in %s, which nothing calls; call it from main or delete it", name, fn),
				Position: route.Pos, Endpoint: name, Anchor: name,
			})
		default:
			t.Undecided(fmt.Sprintf("%s: %s was not reached from main; call the function that registers it, or delete it", route.Pos, name),
				report.Related{Position: route.Pos, Message: name + " was not reached from main"})
		}
	}
	return t.Criterion("no route was found")
}

// unserved are the functions whose registrations route-unreachable reports.
func unserved(r *check.Repo) idle {
	if !hasMain(r) {
		return nil
	}
	return idleFunctions(r.Program)
}

func hasMain(r *check.Repo) bool {
	if r.Program == nil {
		return true
	}
	for _, pkg := range r.Program.Packages {
		if pkg.Name == "main" {
			return true
		}
	}
	return false
}
