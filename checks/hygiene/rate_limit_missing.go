package hygiene

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleRateLimitMissing asks that promised limits and logins are limited.
var RuleRateLimitMissing = rule.Rule{
	ID:       "rate-limit-missing",
	Title:    "a login, or an operation that documents 429, has no limit",
	Section:  rule.Security,
	Severity: rule.Minor,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 11, True: 11},
	Why:      "Passwords are guessed at the speed of the network, and clients that wait for a documented 429 never get it.",
	Fix:      "Put a limiter by client and account (golang.org/x/time/rate, httprate, the router's own) before the handler, or count failed attempts.",
	Limits: "Sites are operations that document 429 and routes that look like a login (POST to .../login, /signin, /auth/token and the like). " +
		"A limiter is known by its library, or by a name such as rateLimit, throttle or failedAttempts, in the middleware chain or in what the " +
		"handler reaches. Where one is used elsewhere in the module the site is inconclusive; a limit in a proxy is not seen.",
}

var (
	loginPath = regexp.MustCompile(`(?i)/(?:log[-_]?in|sign[-_]?in|authenticate|authorize/password|sessions?|auth/tokens?|oauth2?/token|tokens?/(?:create|obtain)|password/login|users/login|login/[\w-]+)/?$`)
	// limiterPackages limit rates. Source: their documentation.
	limiterPackages = []string{
		"golang.org/x/time/rate", "github.com/didip/tollbooth", "github.com/ulule/limiter", "github.com/go-chi/httprate", "github.com/throttled/throttled",
		"github.com/gofiber/fiber/middleware/limiter", "github.com/sethvargo/go-limiter", "github.com/go-redis/redis_rate", "go.uber.org/ratelimit",
		"github.com/juju/ratelimit", "github.com/JGLTechnologies/gin-rate-limit", "github.com/vulcand/oxy/ratelimit", "github.com/mennanov/limiters",
		"github.com/kataras/iris/middleware/rate", "github.com/beefsack/go-rate",
	}
	// limiterName must not match delimiter or BlockOutput.
	limiterName = regexp.MustCompile(`(?i)rate_?limit|limit_?rate|throttl|(?:^|[^e])limiter|failed_?(?:login|attempt)|login_?attempt|attempts?_?(?:left|exceeded|count)|too_?many_?(?:requests|attempts)|(?-i:[Ll]ock(?:ed)?_?[Oo]ut(?:$|[A-Z_]))`)
)

func rateLimitMissing(a *audit) report.Criterion {
	if a.repo.Matrix == nil {
		return report.CannotTell(RuleRateLimitMissing, "the endpoints are not known")
	}
	t := report.Examine(RuleRateLimitMissing)
	elsewhere := a.limiterIn(a.graph.Everything())
	for _, e := range a.repo.Matrix.Endpoints {
		why := limitedBecause(e)
		if why == "" || e.Route == nil || e.Route.Static || e.Route.Derived || asideFile.MatchString(e.Route.Pos.File) {
			continue
		}
		switch at := a.limited(e.Route); {
		case at != nil:
			t.Pass(*at)
		case elsewhere != nil:
			t.Undecided(fmt.Sprintf("%s: %s, and a limiter is used at %s, but not seen before this handler", e.Name(), why, elsewhere.Position), *elsewhere)
		case e.Route.Unseen != "":
			t.Undecided(fmt.Sprintf("%s %s; %s, and may limit it", e.Name(), why, e.Route.Unseen), report.Related{Position: e.Route.Pos, Message: e.Name()})
		default:
			t.Fail(report.Finding{Message: fmt.Sprintf("%s %s, but nothing limits it; put a limiter by client and account before its handler", e.Name(), why),
				Position: e.Route.Pos, Endpoint: e.Name(), Anchor: e.Name()})
		}
	}
	if why := a.routesUnknown(); t.Examined() == 0 && why != "" {
		return report.CannotTell(RuleRateLimitMissing, "no login among the routes that are known: "+why)
	}
	return t.Criterion("no operation documents 429 and no route looks like a login")
}

// limitedBecause says why an endpoint needs a limit; empty where it does not.
func limitedBecause(e *matrix.Endpoint) string {
	if e.Operation != nil && slices.ContainsFunc(e.Operation.Responses, documents429) {
		return "documents 429"
	}
	name := strings.TrimSpace(e.Name())
	if method, path, _ := strings.Cut(name, " "); (method == "POST" || method == "*") && loginPath.MatchString(path) {
		return "is a login"
	}
	return ""
}

// limited finds a limiter in the chain before a handler, or in what it reaches.
func (a *audit) limited(r *routes.Route) *report.Related {
	for _, h := range append(slices.Clone(r.Middleware), r.Handler) {
		if h.Func != nil && isLimiter(h.Func.Name(), reach.PackagePath(h.Func)) || limiterName.MatchString(h.Name) {
			return &report.Related{Position: r.Pos, Message: h.Name + " limits it"}
		}
		if all := a.graph.FromHandler(h); all != nil {
			if at := a.limiterIn(all); at != nil {
				return at
			}
		}
	}
	return nil
}

// asideFile knows servers that stand in for others in tests.
var asideFile = regexp.MustCompile(`(?i)(?:^|/)(?:test[a-z0-9]*|fixtures?|mocks?|fakes?|_?examples?|suites?)/|(?:^|/)testdata\.go$`)

func documents429(r spec.Response) bool { return r.Status == "429" }

func (a *audit) limiterIn(all *reach.Reached) *report.Related {
	for _, u := range all.Uses {
		if isLimiter(u.Func.Name(), reach.PackagePath(u.Func)) {
			place := a.program.Place(u.Ident.Pos(), "%s limits", u.Name)
			return &place
		}
	}
	return nil
}

func isLimiter(name, pkg string) bool {
	return limiterName.MatchString(name) || slices.ContainsFunc(limiterPackages, func(p string) bool { return reach.Below(pkg, p) })
}
