package integration

import (
	"testing"

	"github.com/backend-conformance/conformance/checks/behaviour/fixture"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/report"
)

const source = `package main

import (
	"crypto/hmac"
	"net/http"
)

func plain(w http.ResponseWriter, r *http.Request) { store(r.FormValue("order")) }

func handleWebhook(w http.ResponseWriter, r *http.Request) { store(r.FormValue("order")) }

func createWebhook(w http.ResponseWriter, r *http.Request) { store(r.FormValue("order")) }

func checked(w http.ResponseWriter, r *http.Request) {
	if !hmac.Equal([]byte(r.FormValue("mac")), nil) {
		return
	}
	store("x")
}

func compared(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Gitlab-Token") != "x" {
		return
	}
	store("x")
}

func handed(w http.ResponseWriter, r *http.Request) { verify(r) }

func verify(r *http.Request) {}

func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, _, ok := r.BasicAuth(); !ok {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func store(string) {}

func main() {}
`

func TestWebhookUnverified(t *testing.T) {
	for _, c := range []struct {
		route string
		chain []string
		want  string
	}{
		{"POST /webhooks/stripe", []string{"main.plain"}, "fail: POST /webhooks/stripe takes a webhook in main.plain without a look at who sent it; check the signature over the body first"},
		{"POST /payments", []string{"main.handleWebhook"}, "fail: POST /payments takes a webhook in main.handleWebhook without a look at who sent it; check the signature over the body first"},
		{"POST /github/webhook", []string{"main.checked"}, "pass: "},
		{"POST /hooks/gitlab", []string{"main.compared"}, "inconclusive: POST /hooks/gitlab: whether its sender is checked is not known: it mentions \"X-Gitlab-Token\""},
		{"POST /webhook", []string{"main.handed"}, "inconclusive: POST /webhook: whether its sender is checked is not known: it calls example.com/app.verify"},
		{"POST /webhook", []string{"main.guard", "main.plain"}, "pass: "},
		{"POST /webhooks", []string{"main.plain"}, "not_applicable: no route of the module looks like an inbound webhook"},
		{"POST /hook", []string{"main.plain"}, "fail: POST /hook takes a webhook in main.plain without a look at who sent it; check the signature over the body first"},
		{"POST /webhook", []string{"main.createWebhook"}, "not_applicable: no route of the module looks like an inbound webhook"},
		{"GET /webhook", []string{"main.plain"}, "not_applicable: no route of the module looks like an inbound webhook"},
	} {
		p := fixture.Load(t, "-- main.go --\n"+source)
		r := &check.Repo{Program: p, Routes: &routes.Table{Routes: []*routes.Route{fixture.Route(t, p, c.route, c.chain...)}}}
		got := webhookUnverified(r)
		says := got.Outcome.String() + ": " + got.Reason
		if got.Outcome == report.Fail {
			says = "fail: " + got.Findings[0].Message
		}
		if says != c.want {
			t.Errorf("%s %v:\n got %s\nwant %s", c.route, c.chain, says, c.want)
		}
	}
}
