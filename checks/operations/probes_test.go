package operations

import (
	"testing"

	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/report"
)

// store is a service on a database; its handlers stand for the ways to answer a probe.
const store = `
-- main.go --
package main

import (
	"context"
	"database/sql"
	"net/http"
)

type pinger interface{ Check(ctx context.Context) error }

type repo struct{ db *sql.DB }

func (r *repo) Check(ctx context.Context) error { return r.ping(ctx) }

func (r *repo) ping(ctx context.Context) error { return r.db.PingContext(ctx) }

var deps pinger = &repo{}

// querier is satisfied by *sql.DB only, which the module does not declare.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

var q querier

func main() {
	http.ListenAndServe(":8080", nil)
}

func Static(w http.ResponseWriter, r *http.Request) { w.Write([]byte("ok")) }

func ThroughInterface(w http.ResponseWriter, r *http.Request) {
	if err := deps.Check(r.Context()); err != nil {
		w.WriteHeader(503)
	}
}

func ThroughQuerier(w http.ResponseWriter, r *http.Request) {
	var one int
	if err := q.QueryRowContext(r.Context(), "SELECT 1").Scan(&one); err != nil {
		w.WriteHeader(503)
	}
}

func Upstream(w http.ResponseWriter, r *http.Request) {
	if _, err := http.Get("http://upstream/"); err != nil {
		w.WriteHeader(503)
	}
}

func Made(check func(context.Context) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := check(r.Context()); err != nil {
			w.WriteHeader(503)
		}
	}
}

func asks(ctx context.Context) error { return deps.Check(ctx) }

func idle(context.Context) error { return nil }

func OnlyStats(w http.ResponseWriter, r *http.Request) {
	if deps.(*repo).db.Stats().OpenConnections > 0 {
		w.WriteHeader(200)
	}
}
`

func TestReadinessShallow(t *testing.T) {
	for _, c := range []struct{ name, path, handler, want string }{
		{"interface", "/readyz", "ThroughInterface", "pass"},
		{"interface of a library", "/readyz", "ThroughQuerier", "pass"},
		{"upstream", "/ready", "Upstream", "pass"},
		{"health stands in", "/health", "ThroughInterface", "pass"},
		{"static", "/healthz", "Static", "fail: main.go:30: GET /healthz answers without asking the database (handler main.Static); ping it with a short deadline and answer 503 where it fails"},
		{"statistics ask nothing", "/readyz", "OnlyStats", "fail: main.go:63: GET /readyz answers without asking the database (handler main.OnlyStats); ping it with a short deadline and answer 503 where it fails"},
		{"function value", "/readyz", "Made", "inconclusive: GET /readyz: its handler calls a function value at main.go:53 that could not be followed"},
		{"outside", "/readyz", "lib.Ready", "inconclusive: GET /readyz: its handler lib.Ready lies outside the module"},
		{"none", "/articles", "Static", "fail: main.go:27: no route answers a readiness probe, though the service depends on the database; add GET /readyz that pings it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := repository(t, store)
			route(t, r, "GET", c.path, c.handler)
			expect(t, verdicts(t, r)["readiness-shallow"], c.want)
		})
	}
}

func TestReadinessShallow_oneEndpointThatAsksIsEnough(t *testing.T) {
	r := repository(t, store)
	route(t, r, "GET", "/ready", "Static")
	route(t, r, "GET", "/readyz", "ThroughInterface")
	expect(t, verdicts(t, r)["readiness-shallow"], "pass")
}

const noDatabase = `
-- main.go --
package main

import "net/http"

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {})
	http.ListenAndServe(":8080", nil)
}
`

func TestReadinessShallow_nothingToAsk(t *testing.T) {
	r := repository(t, noDatabase)
	expect(t, verdicts(t, r)["readiness-shallow"], "not_applicable: the module imports no client of a database or cache, so there is nothing to ask")
}

func TestHealthMissing(t *testing.T) {
	r := repository(t, noDatabase)
	expect(t, verdicts(t, r)["health-missing"], "fail: main.go:7: no route answers a liveness probe (/healthz, /health, /livez, /ping ...); add GET /healthz that answers 200 without authentication")
	route(t, r, "POST", "/health", "main")
	if c := verdicts(t, r)["health-missing"]; c.Outcome != report.Fail {
		t.Errorf("a POST route passes: %s", says(c))
	}
	route(t, r, "*", "/api/health", "main")
	c := verdicts(t, r)["health-missing"]
	if c.Outcome != report.Pass || len(c.Evidence) != 1 || c.Evidence[0].Position.String() != "routes.go:2" {
		t.Errorf("got %s %v", says(c), c.Evidence)
	}
}

// A router that came ready made may have the endpoint, and the middleware.
func TestUnseenRouter(t *testing.T) {
	const unseen = "the router r comes from code that was not followed"
	r := repository(t, noDatabase)
	route(t, r, "GET", "/items", "main")
	r.Routes.Routes[0].Unseen = unseen
	got := verdicts(t, r)
	expect(t, got["health-missing"], "inconclusive: no liveness endpoint among the routes that are known, but "+unseen+" and may have one")
	expect(t, got["metrics-missing"], "inconclusive: no metrics library is imported, but "+unseen+" and may count requests")
	expect(t, got["panic-unrecovered"], "inconclusive: shop: "+unseen+" and may recover")
	route(t, r, "GET", "/own", "main")
	if c := verdicts(t, r)["health-missing"]; c.Outcome != report.Fail {
		t.Errorf("a router of its own: %s", says(c))
	}
}

func TestHealthMissing_unresolvedRoutesMayHideIt(t *testing.T) {
	r := repository(t, noDatabase)
	r.Routes.Unresolved = []routes.Unresolved{{Position: report.Position{File: "main.go", Line: 9}, Reason: "loop over configuration"}}
	expect(t, verdicts(t, r)["health-missing"], "inconclusive: no liveness endpoint among the routes that are known, but some could not be resolved; see routes-unresolved")
}

func TestHealthMissing_aPathInTheCodeIsAHint(t *testing.T) {
	r := repository(t, `
-- main.go --
package main

import (
	"net/http"

	_ "expvar"
)

func register(pattern string, h http.HandlerFunc) {}

func main() {
	register("GET /api/healthz", nil)
	http.ListenAndServe(":8080", nil)
}
`)
	expect(t, verdicts(t, r)["health-missing"], "inconclusive: no liveness endpoint among the routes, but the code names a path like one at main.go:12; register it with a router that is known")
}

func TestHealthMissing_aRouteOfAnotherMethodIsNoHint(t *testing.T) {
	r := repository(t, `
-- main.go --
package main

import "net/http"

func main() {
	http.HandleFunc("POST /api/heartbeat", Beat)
	http.ListenAndServe(":8080", nil)
}

func Beat(w http.ResponseWriter, r *http.Request) {}
`)
	route(t, r, "POST", "/api/heartbeat", "Beat")
	expect(t, verdicts(t, r)["health-missing"], "fail: main.go:7: no route answers a liveness probe (/healthz, /health, /livez, /ping ...); add GET /healthz that answers 200 without authentication")
}

func TestProbes_noServer(t *testing.T) {
	r := repository(t, "-- main.go --\npackage main\n\nfunc main() {}\n")
	got := verdicts(t, r)
	expect(t, got["health-missing"], "not_applicable: the module starts no server and registers no route")
	expect(t, got["readiness-shallow"], "not_applicable: the module starts no server and registers no route")
	expect(t, got["shutdown-abrupt"], "not_applicable: no main package starts a server")
}

// withGRPC is a stub of the health service of gRPC, reached through replace.
const withGRPC = `
-- go.mod --
module example.com/shop

go 1.26

require google.golang.org/grpc v1.0.0

replace google.golang.org/grpc => ./stub
-- stub/go.mod --
module google.golang.org/grpc

go 1.26
-- stub/server.go --
package grpc

import "net"

type Server struct{}

func (s *Server) Serve(net.Listener) error { return nil }
func (s *Server) GracefulStop()            {}
-- stub/health/grpc_health_v1/health.go --
package grpc_health_v1

import "google.golang.org/grpc"

func RegisterHealthServer(s *grpc.Server, h any) {}
-- main.go --
package main

import (
	"google.golang.org/grpc"
	"google.golang.org/grpc/health/grpc_health_v1"
)

func main() {
	s := &grpc.Server{}
	grpc_health_v1.RegisterHealthServer(s, nil)
	s.Serve(nil)
}
`

func TestProbes_grpc(t *testing.T) {
	r := repository(t, withGRPC)
	got := verdicts(t, r)
	expect(t, got["health-missing"], "pass")
	expect(t, got["shutdown-abrupt"], "fail: main.go:11: shop serves (gRPC) but neither catches SIGTERM nor drains: requests in flight are cut off at every stop; catch it with signal.NotifyContext and call its GracefulStop")
}
