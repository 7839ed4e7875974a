package operations

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleShutdownAbrupt asks that a signal drains the server.
var RuleShutdownAbrupt = rule.Rule{
	ID:       "shutdown-abrupt",
	Title:    "SIGTERM cuts requests off instead of draining the server",
	Section:  rule.Production,
	Severity: rule.Major,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 12, True: 12},
	Why:      "Every deployment stops the old process with SIGTERM; requests that it was answering fail at the client, and writes stay half done.",
	Fix:      "Catch SIGTERM with signal.NotifyContext, then call Shutdown (GracefulStop for gRPC) with a deadline, and wait for it before main returns.",
	Limits: "Judged for each main package: a server that it starts, SIGTERM caught, and the matching Shutdown called somewhere that main reaches. " +
		"That the two are connected, and that main waits, is not proven. Servers for metrics or profiling are not asked for it. " +
		"A server started inside another module is not recognised and makes the rule inconclusive.",
	Example: `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/main.go --
package main

import (
	"log"
	"net/http"
)

func main() {
	http.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) {})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
-- good/go.mod --
module example.com/shop

go 1.26
-- good/main.go --
package main

import (
	"context"
	"net/http"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	http.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) {})
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	srv := &http.Server{Addr: ":8080", ReadHeaderTimeout: time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-ctx.Done()
		drain, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		srv.Shutdown(drain)
	}()
	srv.ListenAndServe()
	<-done
}
`,
}

func shutdownAbrupt(r *check.Repo, a *audit) report.Criterion {
	mains := a.graph.MainPackages()
	if len(mains) == 0 {
		return report.NotApplicableTo(RuleShutdownAbrupt, "the module has no main package, so it starts no server")
	}
	t := report.Examine(RuleShutdownAbrupt)
	for _, pkg := range mains {
		all := a.graph.FromMain(pkg)
		starts, side := a.doors(all)
		switch {
		case len(starts) > 0:
			a.judgeShutdown(t, pkg, all, starts)
		case len(side) > 0:
			place := a.program.Place(side[0].Ident.Pos(), "%s: serves metrics or profiles here", a.graph.ProgramName(pkg))
			t.Undecided(fmt.Sprintf("%s: only a server for metrics or profiling was recognised (%s), not one for requests", a.graph.ProgramName(pkg), place.Position), place)
		}
	}
	if t.Examined() == 0 && servesRoutes(r) {
		return report.CannotTell(RuleShutdownAbrupt, "routes are registered, but no call that starts a server was recognised from any main package")
	}
	return t.Criterion("no main package starts a server")
}

func (a *audit) judgeShutdown(t *report.Tally, pkg *packages.Package, all *reach.Reached, starts []start) {
	name := a.graph.ProgramName(pkg)
	first := starts[0]
	if slices.ContainsFunc(starts, func(s start) bool { return s.kind.drainsItself }) {
		t.Pass(a.program.Place(first.Ident.Pos(), "%s: %s drains the server on signals by itself", name, first.kind.name))
		return
	}
	evidence := []report.Related{a.program.Place(first.Ident.Pos(), "%s: serves here", name)}
	undrained := (*start)(nil)
	for i, s := range starts {
		drains := drainsOf(all, s.kind)
		if len(drains) == 0 && undrained == nil {
			undrained = &starts[i]
		}
		if len(drains) > 0 && len(evidence) == 1 {
			evidence = append(evidence, a.program.Place(drains[0].Ident.Pos(), "%s: drained here", name))
		}
	}
	sig := a.signals(all)
	if sig.pos != nil {
		evidence = append(evidence, *sig.pos)
	}
	switch {
	case undrained == nil && sig.state == signalTerm:
		t.Pass(evidence...)
		return
	case undrained != nil && len(evidence) > 2 && sig.state == signalTerm: // one server is drained, another is not
		t.Undecided(fmt.Sprintf("%s drains one server, but not the one that it starts at %s (%s); which of them requests go to is not known", name, a.program.Position(undrained.Ident.Pos()), undrained.kind.name), evidence...)
		return
	case undrained == nil && sig.state == signalUnknown:
		t.Undecided(fmt.Sprintf("%s: which signals are caught at %s is not known before it runs", name, sig.pos.Position), evidence...)
		return
	}
	f := report.Finding{Message: shutdownMessage(name, undrained, sig), Position: a.program.Position(first.Ident.Pos()), Anchor: pkg.PkgPath, Related: evidence[1:]}
	if undrained != nil {
		f.Position = a.program.Position(undrained.Ident.Pos())
	}
	t.Fail(f)
}

// drainsOf finds the calls that drain a kind of server, also through an
// interface of the module's own with a method Shutdown.
func drainsOf(all *reach.Reached, kind *serverKind) []reach.Use {
	if len(kind.drains) == 0 {
		return nil
	}
	drains := all.Find(func(n string) bool { return reach.Matches(kind.drains, n) })
	if len(drains) > 0 {
		return drains
	}
	method := kind.drains[0][strings.LastIndex(kind.drains[0], ".")+1:]
	for _, u := range all.Uses {
		recv := u.Func.Signature().Recv()
		if u.Call != nil && recv != nil && types.IsInterface(recv.Type()) && u.Func.Name() == strings.TrimSuffix(method, "*") {
			drains = append(drains, u)
		}
	}
	return drains
}

func shutdownMessage(name string, undrained *start, sig caught) string {
	switch {
	case undrained != nil && sig.state == signalNone:
		return fmt.Sprintf("%s serves (%s) but neither catches SIGTERM nor drains: requests in flight are cut off at every stop; catch it with signal.NotifyContext and %s", name, undrained.kind.name, undrained.kind.hint)
	case undrained != nil:
		return fmt.Sprintf("%s catches signals but never drains its server (%s): requests in flight are cut off; %s before the program ends", name, undrained.kind.name, undrained.kind.hint)
	case sig.state == signalOther:
		return fmt.Sprintf("%s drains its server, but on %s only: SIGTERM, which Docker, Kubernetes and systemd send, still kills it; add syscall.SIGTERM", name, strings.Join(sig.names, " and "))
	}
	return fmt.Sprintf("%s has a Shutdown but catches no signal: SIGTERM kills it at once; use signal.NotifyContext with syscall.SIGTERM", name)
}

// signalState says whether SIGTERM is caught.
type signalState int

const (
	signalNone    signalState = iota
	signalOther               // others are caught, SIGTERM is not
	signalUnknown             // the list is not known before it runs
	signalTerm
)

type caught struct {
	state signalState
	pos   *report.Related
	names []string
}

// signalLibraries catch SIGTERM for the program. Source: their documentation.
var signalLibraries = []string{
	"(*go.uber.org/fx.App).Run", "(*go.uber.org/fx.App).Done", "(*go.uber.org/fx.App).Wait",
	"sigs.k8s.io/controller-runtime.SetupSignalHandler", "sigs.k8s.io/controller-runtime/pkg/manager/signals.SetupSignalHandler",
	"k8s.io/apiserver/pkg/server.SetupSignalHandler*", "k8s.io/apiserver/pkg/server.SetupSignalContext",
	"github.com/appleboy/graceful.NewManager*", "github.com/ory/graceful.Graceful*", "github.com/kardianos/service.New", "github.com/judwhite/go-svc.Run",
}

// signals looks for the best that main does about signals.
func (a *audit) signals(all *reach.Reached) caught {
	best := caught{}
	for _, u := range all.Uses {
		c := caught{}
		switch name := u.Name; {
		case reach.Matches(signalLibraries, name):
			c.state = signalTerm
		case u.Call == nil:
			continue
		case name == "os/signal.Notify" || name == "os/signal.NotifyContext" || name == "github.com/oklog/run.SignalHandler":
			c.state, c.names = signalArgs(a, u)
		default:
			continue
		}
		if c.state > best.state {
			place := a.program.Place(u.Ident.Pos(), "signals are caught here")
			c.pos = &place
			best = c
		}
	}
	return best
}

// sigterm is the number of SIGTERM on every Unix and in syscall on Windows.
const sigterm = 15

// signalArgs reads the signals behind the first argument; none means all.
func signalArgs(a *audit, u reach.Use) (signalState, []string) {
	if len(u.Call.Args) == 1 && u.Name != "github.com/oklog/run.SignalHandler" {
		return signalTerm, nil
	}
	args := u.Call.Args[1:]
	info := u.Package.TypesInfo
	if u.Call.Ellipsis.IsValid() {
		lit := sliceLiteral(a, info, args[len(args)-1])
		if lit == nil {
			return signalUnknown, nil
		}
		args = lit.Elts
	}
	state, names := signalOther, []string(nil)
	for _, a := range args {
		if v := info.Types[a].Value; v != nil {
			if n, ok := constant.Int64Val(constant.ToInt(v)); ok && n == sigterm {
				return signalTerm, nil
			}
		} else if name := types.ExprString(a); name != "os.Interrupt" && name != "os.Kill" {
			state = signalUnknown
		}
		names = append(names, types.ExprString(a))
	}
	return state, names
}

// sliceLiteral resolves a package variable or a literal written in place.
func sliceLiteral(a *audit, info *types.Info, e ast.Expr) *ast.CompositeLit {
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		if init := a.graph.VarInit(info.Uses[id]); init != nil {
			e = init
		}
	}
	lit, _ := ast.Unparen(e).(*ast.CompositeLit)
	return lit
}
