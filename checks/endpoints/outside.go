package endpoints

import (
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/routes"
)

// expectedOutside holds for routes that an API document is not expected to
// describe: operations (health, metrics, profiling), the document itself and
// its viewers, files, and what the router answers by itself.
func expectedOutside(r *routes.Route) bool {
	if r.Static || r.Derived || r.Opaque || r.Method == "OPTIONS" {
		return true
	}
	segs := routes.Segments(strings.ToLower(r.Path))
	if len(segs) == 0 {
		return true // the index page
	}
	if slices.Contains(outsideFirst, segs[0]) {
		return true
	}
	last := segs[len(segs)-1]
	if strings.HasPrefix(last, "{") && strings.HasSuffix(last, "...}") && len(segs) == 1 {
		return true // everything else: a single-page application or a not-found page
	}
	name, _, _ := strings.Cut(last, ".")
	return slices.Contains(outsideLast, name) || hasAny(last, ".css", ".js", ".ico", ".png", ".svg", ".txt", ".html", ".map", ".webmanifest")
}

var outsideFirst = []string{"debug", "swagger", "docs", "swagger-ui", "openapi", "redoc", "static", "assets", "public", "metrics", ".well-known"}

var outsideLast = []string{
	"health", "healthz", "healthcheck", "health-check", "livez", "live", "liveness", "alive", "readyz", "ready", "readiness",
	"ping", "status", "metrics", "version", "swagger", "openapi", "favicon", "robots", "pprof",
}

func hasAny(s string, suffixes ...string) bool {
	return slices.ContainsFunc(suffixes, func(x string) bool { return strings.HasSuffix(s, x) })
}

func handlerName(r *routes.Route) string {
	if r.Handler.Name == "" {
		return "a handler"
	}
	return r.Handler.Name
}
