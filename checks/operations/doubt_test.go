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
