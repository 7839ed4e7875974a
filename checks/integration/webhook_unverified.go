package integration

import (
	"fmt"
	"go/ast"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleWebhookUnverified asks that only the other system can call a webhook.
var RuleWebhookUnverified = rule.Rule{
	ID:       "webhook-unverified",
	Title:    "an inbound webhook does not check who sends it",
	Section:  rule.Integration,
	Severity: rule.Major,
	Since:    "1.0.0",
	Supports: []rule.Section{rule.Security, rule.Secure},
	Why:      "Anybody who knows the address reports payments, pushes or deliveries that never happened, and the service acts on them.",
	Fix:      "Check the sender's signature over the raw body (the provider's library, or hmac.Equal) and answer 401 before anything else.",
	Limits: "Inbound webhooks are told by their path (/webhook, /hooks/stripe) or by a handler that is named for receiving one; routes that list, create, change or delete subscriptions are not. " +
		"A route that refuses requests without credentials is let be. Undecided are handlers whose code names a signature, a secret or a token without a check that is known, that hand the request to code out of sight, or whose path holds a secret.",
	Example: webhookExample,
}

// checksSignature are functions that check a signature or compare secrets in
// constant time. Source: their documentation.
var checksSignature = []string{
	"crypto/hmac.Equal", "crypto/subtle.ConstantTimeCompare", "crypto/ed25519.Verify*", "crypto/rsa.Verify*", "crypto/ecdsa.Verify*", "(*crypto/x509.Certificate).CheckSignature*",
	"github.com/stripe/stripe-go/webhook.ConstructEvent*", "github.com/stripe/stripe-go/webhook.ValidatePayload*", "(*github.com/stripe/stripe-go.Client).ConstructEvent*",
	"github.com/google/go-github/github.ValidatePayload*", "github.com/google/go-github/github.ValidateSignature*",
	"(*github.com/slack-go/slack.SecretsVerifier).Ensure", "(*github.com/twilio/twilio-go/client.RequestValidator).Validate*", "(*github.com/svix/svix-webhooks/go.Webhook).Verify*",
	"(*github.com/standard-webhooks/standard-webhooks/libraries/go.Webhook).Verify*", "(*github.com/go-playground/webhooks/*",
	"github.com/bwmarrin/discordgo.VerifyInteraction", "github.com/line/line-bot-sdk-go/linebot/webhook.ParseRequest", "github.com/line/line-bot-sdk-go/linebot/webhook.ValidateSignature",
}

var (
	// inboundPath ends in a webhook's own segment, perhaps with the sender after it.
	inboundPath = regexp.MustCompile(`(?i)(^|/)(web-?hooks?|hooks?)/(stripe|github|gitlab|gitea|bitbucket|paypal|slack|twilio|sendgrid|mailgun|postmark|ses|shopify|square|adyen|razorpay|paddle|clerk|auth0|telegram|line|discord|whatsapp|mollie|plaid|jira|sentry|resend|svix|\{[^/]*(provider|source|service|vendor)[^/]*\})$|(^|/)(stripe|github|gitlab|paypal|slack|twilio|shopify|telegram|razorpay|paddle)[-/_](web-?hook|hook|callback)$|(^|/)(web-?)?hook$`)
	// inboundName is a handler that receives.
	inboundName = regexp.MustCompile(`(?i)(handle|receive|process|incoming|on|serve)\w*web-?hooks?(event|request|payload)?$|web-?hook(handler|receiver|callback|event)?$`)
	// managed is a handler that looks after subscriptions instead.
	managed = regexp.MustCompile(`(?i)(list|create|add|update|edit|delete|remove|get|show|test|register|patch|find|fetch|read|enable|disable|manage|send|trigger|replay|retry|deliver|fire|dispatch|emit|invoke|call)\w*hooks?`)
	// secretPath holds what only the sender knows.
	secretPath = regexp.MustCompile(`(?i)\{[^}]*(secret|token|key|id|uuid|hash)[^}]*\}`)
	// secretText is a name that has to do with proof.
	secretText = regexp.MustCompile(`(?i)signature|secret|hmac|token|api-?key|authorization|x-[a-z-]+-(sign|sig|key|auth)|password|basic `)
	// maybeChecks are names of functions that may check.
	maybeChecks = regexp.MustCompile(`(?i)verif|valid|sign|auth|secret|hmac|construct|trust|allow|whitelist|permit`)
)

func webhookUnverified(r *check.Repo) report.Criterion {
	if r.Program == nil || r.Routes == nil {
		return report.CannotTell(RuleWebhookUnverified, "the module could not be loaded")
	}
	t := report.Examine(RuleWebhookUnverified)
	graph := reach.Of(r.Program)
	seen := map[string]bool{}
	for _, route := range r.Routes.Routes {
		if !isInbound(route) || seen[route.Path+route.Handler.Name] {
			continue
		}
		seen[route.Path+route.Handler.Name] = true
		judge(t, r, graph, route)
	}
	return check.Doubt(r.Program, t.Criterion("no route of the module looks like an inbound webhook"))
}

// isInbound tells the route that another system calls from those by which users
// subscribe to something.
func isInbound(r *routes.Route) bool {
	if r.Static || r.Derived || r.Declared || !r.Serves("POST") {
		return false
	}
	name := r.Handler.Name[strings.LastIndex(r.Handler.Name, ".")+1:]
	if managed.MatchString(name) {
		return false
	}
	return inboundPath.MatchString(r.Path) || inboundName.MatchString(name)
}

func judge(t *report.Tally, r *check.Repo, graph *reach.Graph, route *routes.Route) {
	what := route.Method + " " + route.Path
	doubt := ""
	if secretPath.MatchString(route.Path) {
		doubt = "its path may hold a secret"
	}
	for i, h := range append(slices.Clone(route.Middleware), route.Handler) {
		all := graph.FromHandler(h)
		if use := verification(all); use != nil {
			t.Pass(report.Related{Position: r.Program.Position(use.Ident.Pos()), Message: what + " is checked with " + reach.FullName(use.Func)})
			return
		}
		middleware := i < len(route.Middleware)
		switch {
		case doubt != "":
		case all == nil && (!middleware || maybeChecks.MatchString(h.Name)):
			doubt = h.Name + " is out of sight"
		case all != nil && !middleware:
			doubt = perhaps(r, all, h)
		}
	}
	switch access := behaviour.Of(r.Program).Access(route, nil); {
	case access.Guard == behaviour.Guarded:
		t.Pass(report.Related{Position: route.Pos, Message: what + " refuses requests without credentials"})
	case doubt == "" && access.Doubt != "":
		t.Undecided(what+": "+access.Doubt, report.Related{Position: route.Pos, Message: what})
	case doubt == "" && access.Guard == behaviour.Unclear:
		t.Undecided(what+": "+access.Reason, report.Related{Position: route.Pos, Message: what})
	case doubt != "":
		t.Undecided(what+": whether its sender is checked is not known: "+doubt, report.Related{Position: route.Pos, Message: what})
	default:
		t.Fail(report.Finding{
			Message:  fmt.Sprintf("%s takes a webhook in %s without a look at who sent it; check the signature over the body first", what, route.Handler.Name),
			Position: route.Pos, Endpoint: what, Anchor: what,
		})
	}
}

// verification is the first known check among what is reached.
func verification(all *reach.Reached) *reach.Use {
	if all == nil {
		return nil
	}
	for i := range all.Uses {
		if reach.Matches(checksSignature, reach.FullName(all.Uses[i].Func)) {
			return &all.Uses[i]
		}
	}
	return nil
}

// perhaps says what in the reached code may be a check; empty where nothing is.
func perhaps(r *check.Repo, all *reach.Reached, h routes.Handler) string {
	if len(all.Dynamic) > 0 {
		return h.Name + " calls a function value at " + r.Program.Position(all.Dynamic[0].At).String()
	}
	for _, u := range all.Uses {
		if maybeChecks.MatchString(u.Func.Name()) {
			return "it calls " + reach.FullName(u.Func)
		}
		if u.Call == nil {
			continue
		}
		for _, arg := range u.Call.Args {
			if text := secretIn(arg); text != "" {
				return "it mentions " + text
			}
		}
	}
	if f := r.Program.FuncAt(h.Key); f != nil && f.Decl != nil {
		if text := secretIn(f.Decl); text != "" {
			return "it mentions " + text
		}
	}
	return ""
}

// secretIn finds text or a name that has to do with proof.
func secretIn(n ast.Node) string {
	found := ""
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if secretText.MatchString(n.Value) {
				found = n.Value
			}
		case *ast.Ident:
			if secretText.MatchString(n.Name) {
				found = n.Name
			}
		}
		return found == ""
	})
	return found
}

const webhookExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/main.go --
package main

import (
	"encoding/json"
	"net/http"
	"os"
)

func handleWebhook(w http.ResponseWriter, r *http.Request) {
	var event struct{ Order, State string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&event); err != nil {
		http.Error(w, "malformed event", http.StatusBadRequest)
		return
	}
	paid[event.Order] = event.State
	w.WriteHeader(http.StatusNoContent)
}

var paid = map[string]string{}

func main() {
	http.HandleFunc("POST /webhooks/stripe", handleWebhook)
	http.ListenAndServe(os.Getenv("ADDR"), nil)
}
-- good/go.mod --
module example.com/shop

go 1.26
-- good/main.go --
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"os"
)

func handleWebhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
	if err != nil {
		http.Error(w, "body too large", http.StatusRequestEntityTooLarge)
		return
	}
	mac := hmac.New(sha256.New, []byte(os.Getenv("WEBHOOK_SECRET")))
	mac.Write(body)
	if !hmac.Equal([]byte(hex.EncodeToString(mac.Sum(nil))), []byte(r.Header.Get("X-Signature"))) {
		http.Error(w, "who are you", http.StatusUnauthorized)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func main() {
	http.HandleFunc("POST /webhooks/stripe", handleWebhook)
	http.ListenAndServe(os.Getenv("ADDR"), nil)
}
`
