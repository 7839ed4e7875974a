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
	if n := len(segs); n > 0 && isCatchAll(segs[n-1]) {
		segs = segs[:n-1] // a whole subtree is what its root is
	}
	if len(segs) == 0 {
		return true // the index page, a single-page application or a not-found page
	}
	if slices.Contains(outsideFirst, segs[0]) || slices.ContainsFunc(segs, func(s string) bool { return slices.Contains(outsideAnywhere, bare(s)) }) {
		return true
	}
	last := segs[len(segs)-1]
	return slices.Contains(outsideLast, bare(last)) || hasAny(last, ".css", ".js", ".ico", ".png", ".svg", ".txt", ".html", ".map", ".webmanifest")
}

func isCatchAll(segment string) bool {
	return strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "...}")
}

// bare is a segment without extension and leading marks: _pprof, manifest.json.
func bare(segment string) string {
	name, _, _ := strings.Cut(strings.TrimLeft(segment, "_"), ".")
	return name
}

// outsideFirst open a path; "-" is Prometheus' convention for /-/reload and the like.
var outsideFirst = []string{"debug", "swagger", "docs", "static", "assets", "public", "metrics", ".well-known", "-"}

// outsideAnywhere belong to operators and readers wherever they are mounted.
var outsideAnywhere = []string{"pprof", "healthz", "livez", "readyz", "swagger", "swagger-ui", "openapi", "redoc", "api-docs", "apidocs"}

var outsideLast = []string{
	"health", "healthcheck", "health-check", "healthy", "live", "liveness", "alive", "ready", "readiness",
	"ping", "status", "metrics", "version", "favicon", "robots", "sitemap", "manifest", "docs",
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
