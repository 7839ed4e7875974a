// Package hygiene judges what a repository carries besides its logic: secrets,
// images, module files, licence, headers, and how its code reads.
package hygiene

import (
	"context"
	"errors"
	"fmt"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Check is the family.
var Check = check.Check{
	Name: "hygiene",
	Rules: []rule.Rule{
		RuleSecretCommitted, RuleContainerAsRoot, RuleDependencyVulnerable, RuleModuleUntidy, RuleLicenceMissing,
		RuleCORSPermissive, RuleSecurityHeadersMissing, RuleRateLimitMissing, RuleLayeringViolated,
	},
	Run: run,
}

// audit is what the rules of the family share.
type audit struct {
	repo    *check.Repo
	program *load.Program
	graph   *reach.Graph
}

func run(ctx context.Context, r *check.Repo) ([]report.Criterion, error) {
	if r.Program == nil {
		return nil, errors.New("the module was not loaded")
	}
	t, err := readTree(r.Files, check.Scope(r.Files, r.ModuleDir))
	if err != nil {
		return nil, err
	}
	a := &audit{repo: r, program: r.Program, graph: reach.Of(r.Program)}
	return []report.Criterion{
		secretCommitted(t),
		containerAsRoot(t),
		dependencyVulnerable(ctx, r),
		moduleUntidy(ctx, r),
		licenceMissing(t, r.ModuleDir),
		check.Doubt(a.program, corsPermissive(a)),
		check.Doubt(a.program, securityHeadersMissing(a)),
		check.Doubt(a.program, rateLimitMissing(a)),
		check.Doubt(a.program, layeringViolated(a)),
	}, ctx.Err()
}

// serves reports whether the module registers routes, or starts a server whose
// router is not known.
func (a *audit) serves() bool {
	t := a.repo.Routes
	return t != nil && len(t.Routes)+len(t.Unresolved)+len(t.Routers) > 0 || a.startsServer()
}

func (a *audit) startsServer() bool {
	return len(a.graph.Everything().Find(func(n string) bool { return reach.Matches(serverStarts, n) })) > 0
}

// serverStarts begin to answer requests, whatever routes them.
var serverStarts = []string{
	"net/http.ListenAndServe*", "net/http.Serve*", "(*net/http.Server).ListenAndServe*", "(*net/http.Server).Serve*",
	"(*github.com/valyala/fasthttp.Server).*", "github.com/valyala/fasthttp.ListenAndServe*",
}

// routesUnknown says why a route that was looked for may be there unseen; empty
// where all of them are known.
func (a *audit) routesUnknown() string {
	t := a.repo.Routes
	switch {
	case t == nil:
		return "the routes of the module are not known"
	case len(t.Unresolved) > 0:
		return fmt.Sprintf("some routes could not be resolved (%s); see routes-unresolved", t.Unresolved[0].Position)
	case len(t.Routes) == 0 && a.startsServer():
		return "a server is started, but no route of it was found; see routes-unresolved"
	}
	return ""
}
