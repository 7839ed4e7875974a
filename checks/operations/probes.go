package operations

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// probe is what an endpoint for an orchestrator is about.
type probe int

const (
	liveness probe = iota
	readiness
)

// probeNames are the last segments of paths by which orchestrators ask, in lower
// case and without "-" and "_". Sources: Kubernetes' API health endpoints, Spring
// Boot's and MicroProfile's conventions, Prometheus' /-/healthy and /-/ready.
var probeNames = map[probe][]string{
	liveness:  {"health", "healthz", "healthcheck", "healthy", "livez", "live", "liveness", "liveliness", "alive", "heartbeat", "ping", "status", "statusz"},
	readiness: {"ready", "readyz", "readiness"},
}

// vagueNames mean a probe only near the root: /orders/{id}/status is an operation.
var vagueNames = map[string]bool{"live": true, "ping": true, "status": true, "ready": true, "alive": true}

// nearRoot are segments that do not make a path an operation about something.
var nearRoot = regexp.MustCompile(`^(?:api|rest|v\d+|-|_|internal|system|sys|actuator|admin|public|ops|mgmt|management|health|healthz|probes?|server|app|service|mon|monitor|monitoring|check|checks|unsecured|open|k8s|kubernetes)$`)

var fold = strings.NewReplacer("-", "", "_", "")

// isProbe reports whether a path is a probe of the kind.
func isProbe(kind probe, path string) bool {
	segments := routes.Segments(path)
	if len(segments) == 0 || strings.Contains(path, "{") {
		return false
	}
	last := fold.Replace(strings.ToLower(segments[len(segments)-1]))
	if !slices.Contains(probeNames[kind], last) {
		return false
	}
	if !vagueNames[last] {
		return true
	}
	return !slices.ContainsFunc(segments[:len(segments)-1], func(s string) bool { return !nearRoot.MatchString(strings.ToLower(s)) })
}

// probeRoutes are the routes of a kind that can be asked by GET or HEAD.
func probeRoutes(r *check.Repo, kind probe) []*routes.Route {
	var out []*routes.Route
	if r.Routes == nil {
		return nil
	}
	for _, route := range r.Routes.Routes {
		asked := route.Method == "GET" || route.Method == "HEAD" || route.Method == "*"
		if asked && !route.Static && isProbe(kind, route.Path) {
			out = append(out, route)
		}
	}
	slices.SortStableFunc(out, func(a, b *routes.Route) int { return vagueness(a) - vagueness(b) })
	return out
}

// vagueness sorts the routes that are surely probes first.
func vagueness(route *routes.Route) int {
	segments := routes.Segments(route.Path)
	if vagueNames[fold.Replace(strings.ToLower(segments[len(segments)-1]))] {
		return 1
	}
	return 0
}

// probeLibrary is a call of a library that answers probes without a route of
// the module's own.
type probeLibrary struct {
	call  string // as fullName gives it; "*" at the end stands for the rest
	kinds []probe
	// checks says that dependencies are handed to it in the call or by others
	// listed here.
	checks []string
}

// probeLibraries are known by their documentation.
var probeLibraries = []probeLibrary{
	{call: "github.com/go-chi/chi/middleware.Heartbeat", kinds: []probe{liveness}},
	{call: "github.com/gofiber/fiber/middleware/healthcheck.New*", kinds: []probe{liveness, readiness}},
	{call: "google.golang.org/grpc/health/grpc_health_v1.RegisterHealthServer", kinds: []probe{liveness, readiness}},
	{call: "google.golang.org/grpc/health.NewServer", kinds: []probe{liveness, readiness}},
	{call: "github.com/hellofresh/health-go.New", kinds: []probe{liveness, readiness},
		checks: []string{"(*github.com/hellofresh/health-go.Health).Register", "github.com/hellofresh/health-go.WithChecks"}},
	{call: "github.com/heptiolabs/healthcheck.NewHandler", kinds: []probe{liveness, readiness},
		checks: []string{"(github.com/heptiolabs/healthcheck.Handler).AddReadinessCheck"}},
	{call: "github.com/alexliesenfeld/health.NewHandler", kinds: []probe{liveness, readiness},
		checks: []string{"github.com/alexliesenfeld/health.WithCheck*", "github.com/alexliesenfeld/health.WithPeriodicCheck"}},
	{call: "github.com/etherlabsio/healthcheck.Handler*", kinds: []probe{liveness, readiness},
		checks: []string{"github.com/etherlabsio/healthcheck.WithChecker"}},
	{call: "github.com/tavsec/gin-healthcheck.New", kinds: []probe{liveness, readiness}},
	{call: "github.com/metal-stack/metal-lib/rest.NewHealth", kinds: []probe{liveness, readiness},
		checks: []string{"github.com/metal-stack/metal-lib/rest.NewHealth"}},
	{call: "(*github.com/zeromicro/go-zero/rest.Server).Start", kinds: []probe{liveness}},
}

// libraryProbe finds the first call of a probe library for the kind anywhere in
// the module.
func (a *audit) libraryProbe(kind probe) (*probeLibrary, *reach.Use) {
	for _, u := range a.graph.Everything().Uses {
		for i := range probeLibraries {
			l := &probeLibraries[i]
			if slices.Contains(l.kinds, kind) && reach.Matches([]string{l.call}, u.Name) {
				return l, &u
			}
		}
	}
	return nil, nil
}

// probeLiteral finds a string of the module that reads like a probe's path: a
// hint that a route was not recognised rather than missing. The paths of routes
// that are known are no hint: POST /heartbeat takes beats and tells nothing.
func (a *audit) probeLiteral(kind probe, known []*routes.Route) *report.Related {
	for _, pkg := range a.program.Packages {
		for _, f := range pkg.Syntax {
			if ast.IsGenerated(f) {
				continue
			}
			if pos := literalIn(f, kind, known); pos.IsValid() {
				place := a.program.Place(pos, "reads like the path of a probe")
				return &place
			}
		}
	}
	return nil
}

func literalIn(f *ast.File, kind probe, known []*routes.Route) (found token.Pos) {
	ast.Inspect(f, func(n ast.Node) bool {
		if _, ok := n.(*ast.ImportSpec); ok {
			return false
		}
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING || found.IsValid() {
			return !found.IsValid()
		}
		s, err := strconv.Unquote(lit.Value)
		if err != nil {
			return true
		}
		if _, path, ok := strings.Cut(s, " "); ok {
			s = path // a pattern of net/http with its method
		}
		if strings.Contains(s, "/") && !strings.ContainsAny(s, " :") && isProbe(kind, s) && !endsRoute(s, known) {
			found = lit.Pos()
		}
		return true
	})
	return found
}

// endsRoute reports whether a path is a known route's own, or what its groups
// put their prefixes before.
func endsRoute(path string, known []*routes.Route) bool {
	path = "/" + strings.Trim(path, "/")
	return slices.ContainsFunc(known, func(r *routes.Route) bool { return strings.HasSuffix(r.Path, path) })
}

// servesRoutes reports whether the module has anything to do with serving.
func servesRoutes(r *check.Repo) bool {
	return r.Routes != nil && len(r.Routes.Routes)+len(r.Routes.Unresolved)+len(r.Routes.Routers) > 0
}

// serves reports whether the module is a server at all: by its routes or
// because it starts one.
func serves(r *check.Repo, a *audit) bool {
	return servesRoutes(r) || len(a.startsIn(a.graph.Everything())) > 0
}

func placeOfRoute(route *routes.Route) report.Related {
	return report.Related{Position: route.Pos, Message: route.Method + " " + route.Path + " is answered by " + route.Handler.Name}
}

// withoutProbe is the verdict where no probe was found: it is missing only where
// every route is known.
func withoutProbe(r *check.Repo, a *audit, judged rule.Rule, kinds []probe, missing report.Finding, noun string) report.Criterion {
	switch {
	case r.Routes == nil:
		return report.CannotTell(judged, "the routes of the module are not known")
	case len(r.Routes.Unresolved) > 0:
		u := r.Routes.Unresolved[0]
		return report.CannotTell(judged, "no "+noun+" among the routes that are known, but some could not be resolved; see routes-unresolved",
			report.Related{Position: u.Position, Message: u.Reason})
	}
	if unseen := r.Routes.Unseen(); unseen != "" {
		return report.CannotTell(judged, "no "+noun+" among the routes that are known, but "+unseen+" and may have one")
	}
	for _, k := range kinds {
		if hint := a.probeLiteral(k, r.Routes.Routes); hint != nil {
			return report.CannotTell(judged, "no "+noun+" among the routes, but the code names a path like one at "+hint.Position.String()+"; register it with a router that is known", *hint)
		}
	}
	t := report.Examine(judged)
	t.Fail(missing)
	return t.Criterion("")
}
