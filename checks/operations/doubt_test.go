package operations

import (
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/report"
)

const drained = `
-- main.go --
package main

import (
	"context"
	"net/http"
	"os/signal"
	"syscall"
)

type config struct{ DebugHost string }

type shutter interface{ Shutdown(context.Context) error }

func main() {
	var cfg config
	srv := &http.Server{Addr: ":8080"}
	EXTRA
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go srv.ListenAndServe()
	<-ctx.Done()
	drain(srv)
}

func drain(s shutter) { s.Shutdown(context.Background()) }

var _ config
`

func TestShutdownAbrupt_doors(t *testing.T) {
	for name, c := range map[string]struct{ extra, want string }{
		"through an interface":   {"_ = cfg", "pass"},
		"a side door by its arg": {"go http.ListenAndServe(cfg.DebugHost, nil)", "pass"},
		"a second server":        {"_ = cfg; go http.ListenAndServe(\":9000\", nil)", "inconclusive: shop drains one server, but not the one that it starts at main.go:17 (http.ListenAndServe); which of them requests go to is not known"},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, verdicts(t, repository(t, strings.ReplaceAll(drained, "EXTRA", c.extra)))["shutdown-abrupt"], c.want)
		})
	}
}

// Middleware of a router that is not known may be what recovers.
func TestPanicUnrecovered_unknownRouter(t *testing.T) {
	expect(t, verdicts(t, repository(t, `
-- main.go --
package main

import "net/http"

type request struct{}
type handler func(*request) error

func recovering(next handler) handler {
	return func(r *request) error {
		defer func() { recover() }()
		return next(r)
	}
}

func main() {
	recovering(nil)
	http.ListenAndServe(":1", nil)
}
`))["panic-unrecovered"], "inconclusive: shop: whether the recover at main.go:8 stands around the handlers is not known")
}

// Without types nothing is "not there".
func TestNotApplicableNeedsTypes(t *testing.T) {
	c := verdicts(t, repository(t, "-- shop.go --\npackage shop\n\nvar x = missing.Thing\n"))["shutdown-abrupt"]
	if c.Outcome != report.Inconclusive || !strings.Contains(c.Reason, "shop.go:3: undefined: missing") {
		t.Errorf("%v: %s", c.Outcome, c.Reason)
	}
}

// A server that stands while a browser comes back from a login answers no API.
func TestPanicUnrecovered_sideDoorsOnly(t *testing.T) {
	expect(t, verdicts(t, repository(t, `
-- main.go --
package main

import "net/http"

func awaitCallback() { http.ListenAndServe("127.0.0.1:1", nil) }

func main() { awaitCallback() }
`))["panic-unrecovered"], "inconclusive: shop: only a server for metrics, profiles or the like was recognised (main.go:5), not one for requests")
}

// The program that answers the probe has no database; another of the module has.
func TestReadinessShallow_programWithoutDependency(t *testing.T) {
	r := repository(t, `
-- cmd/api/main.go --
package main

import (
	"database/sql"
	"net/http"
)

var db *sql.DB

func main() {
	http.HandleFunc("GET /readyz", asks)
	http.ListenAndServe(":1", nil)
}

func asks(w http.ResponseWriter, r *http.Request) { db.PingContext(r.Context()) }
-- cmd/proxy/main.go --
package main

import (
	"net/http"

	"example.com/shop/health"
)

func main() {
	mux := http.NewServeMux()
	health.Register(mux)
	http.ListenAndServe(":2", mux)
}
-- health/health.go --
package health

import "net/http"

func Register(mux *http.ServeMux) { mux.HandleFunc("GET /readyz", ready) }

func ready(w http.ResponseWriter, r *http.Request) {}
`)
	route(t, r, "GET", "/readyz", "ready")
	route(t, r, "GET", "/readyz", "asks")
	expect(t, verdicts(t, r)["readiness-shallow"], "pass")
}
