package operations

import "testing"

// service builds a program with a server, a way to catch signals and a way to
// end; the parts are statements.
func service(catch, end string) string {
	return `
-- main.go --
package main

import (
	"context"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

var termination = []os.Signal{os.Interrupt, syscall.SIGTERM}

type server struct{ http *http.Server }

func (s *server) stop() { s.http.Shutdown(context.Background()) }

type stopper interface{ stop() }

func end(s stopper) { ` + end + ` }

var run = func(s *server) { s.http.ListenAndServe() }

func main() {
	s := &server{http: &http.Server{}}
	ch := make(chan os.Signal, 1)
	` + catch + `
	go run(s)
	<-ch
	end(s)
}

var _, _, _ = signal.Ignore, syscall.SIGHUP, termination
`
}

func TestShutdownAbrupt(t *testing.T) {
	const stop = "s.stop()"
	for name, c := range map[string]struct{ catch, end, want string }{
		"drained through an interface": {"signal.Notify(ch, syscall.SIGTERM)", stop, "pass"},
		"all signals":                  {"signal.Notify(ch)", stop, "pass"},
		"signals of a variable":        {"signal.Notify(ch, termination...)", stop, "pass"},
		"signals of unknown origin":    {"var sigs []os.Signal; signal.Notify(ch, sigs...)", stop, "inconclusive: shop: which signals are caught at main.go:26 is not known before it runs"},
		"interrupt only":               {"signal.Notify(ch, os.Interrupt, syscall.SIGHUP)", stop, "fail: main.go:21: shop drains its server, but on os.Interrupt and syscall.SIGHUP only: SIGTERM, which Docker, Kubernetes and systemd send, still kills it; add syscall.SIGTERM"},
		"no signal":                    {"", stop, "fail: main.go:21: shop has a Shutdown but catches no signal: SIGTERM kills it at once; use signal.NotifyContext with syscall.SIGTERM"},
		"no drain":                     {"signal.Notify(ch, syscall.SIGTERM)", "", "fail: main.go:21: shop catches signals but never drains its server (http.Server): requests in flight are cut off; call its Shutdown before the program ends"},
		"neither":                      {"", "", "fail: main.go:21: shop serves (http.Server) but neither catches SIGTERM nor drains: requests in flight are cut off at every stop; catch it with signal.NotifyContext and call its Shutdown"},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, verdicts(t, repository(t, service(c.catch, c.end)))["shutdown-abrupt"], c.want)
		})
	}
}

func TestShutdownAbrupt_eachProgramIsASite(t *testing.T) {
	const drained = `
import (
	"context"
	"net/http"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	s := &http.Server{}
	go s.ListenAndServe()
	<-ctx.Done()
	s.Shutdown(context.Background())
}
`
	const plain = `
import "net/http"

func main() { http.ListenAndServe(":1", nil) }
`
	r := repository(t, "-- cmd/api/main.go --\npackage main\n"+drained+"-- cmd/admin/main.go --\npackage main\n"+plain+
		"-- examples/hello/main.go --\npackage main\n"+plain+"-- cmd/migrate/main.go --\npackage main\n\nfunc main() {}\n")
	c := verdicts(t, r)["shutdown-abrupt"]
	if c.Examined != 2 || c.Satisfied != 1 {
		t.Errorf("%d of %d", c.Satisfied, c.Examined)
	}
	expect(t, c, "fail: cmd/admin/main.go:5: cmd/admin serves (http.ListenAndServe) but neither catches SIGTERM nor drains: requests in flight are cut off at every stop; catch it with signal.NotifyContext and make an http.Server and call its Shutdown, since this function cannot be told to stop")
}

func TestShutdownAbrupt_serversForMetricsAreLeftOut(t *testing.T) {
	r := repository(t, `
-- main.go --
package main

import (
	"context"
	"net/http"
	"os/signal"
	"syscall"
)

func serveMetrics() { http.ListenAndServe(":9090", nil) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go serveMetrics()
	s := &http.Server{}
	go s.ListenAndServe()
	<-ctx.Done()
	s.Shutdown(context.Background())
}
`)
	expect(t, verdicts(t, r)["shutdown-abrupt"], "pass")
}

func TestShutdownAbrupt_serverOfAnUnknownLibrary(t *testing.T) {
	r := repository(t, "-- main.go --\npackage main\n\nfunc main() {}\n")
	route(t, r, "GET", "/x", "main")
	expect(t, verdicts(t, r)["shutdown-abrupt"], "inconclusive: routes are registered, but no call that starts a server was recognised from any main package")
}

func TestShutdownAbrupt_library(t *testing.T) {
	r := repository(t, "-- shop.go --\npackage shop\n\nfunc F() {}\n")
	expect(t, verdicts(t, r)["shutdown-abrupt"], "not_applicable: the module has no main package, so it starts no server")
}
