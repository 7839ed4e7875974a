package auth

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Unprotected is the rule endpoint-unprotected.
var Unprotected = rule.Rule{
	ID: "endpoint-unprotected", Title: "an operation that is guarded otherwise than the document says",
	Section: rule.Auth, Supports: []rule.Section{rule.Secure}, Severity: rule.Blocker, Ratio: true, Since: "1.0.0",
	Why: "An operation that the document secures but the server does not is open to everybody; one that is documented as public " +
		"but refuses strangers fails for every client that trusts the document.",
	Fix: "Register the route behind the authenticating middleware, or correct the operation's security in the document.",
	Limits: "The code is run on a request without credentials, not executed: a guard that is switched off by configuration counts as one, " +
		"and middleware of other modules is known by name; what is not known is inconclusive. So are operations that serve clients without " +
		"credentials by their path (login, token, callback, health) where only the document's default asks for some, and keys that no code of the module looks at while others are checked.",
	Judged:  rule.Judged{Read: 5, True: 3, Disputed: 2},
	Example: unprotectedExample,
}

func unprotected(rows []*judged) report.Criterion {
	t := report.Examine(Unprotected)
	seen, shown := sightOf(rows), map[string]bool{}
	for _, j := range rows {
		switch needOf(j.row.Operation) {
		case required:
			secured(t, j, seen, shown)
		default:
			open(t, j)
		}
	}
	return t.Criterion("no operation of the document has a route")
}

// compare adds what the facet auth rests on.
func compare(j *judged, state report.Facet, says, does string) {
	at := j.row.Operation.SecurityPos
	if !at.IsValid() {
		at = j.row.Operation.Pos
	}
	code := j.access.Where
	if !code.IsValid() {
		code = j.route.Pos
	}
	asks := "required"
	if needOf(j.row.Operation) == public {
		asks = "no credentials asked for"
	}
	j.row.Compare(report.AuthFacet, report.Comparison{Place: says, Text: asks, State: state, Words: does, Spec: at, Code: code})
}

// guardWords say who refuses, and for want of what.
func guardWords(a behaviour.Access) string {
	words := fmt.Sprintf("%s answers %s", a.By, statusOf(a))
	if a.Credential != "" {
		words += " without " + a.Credential
	}
	return words
}

// secured judges an operation that requires credentials.
func secured(t *report.Tally, j *judged, seen sight, shown map[string]bool) {
	name := j.row.Name()
	switch j.access.Guard {
	case behaviour.Guarded:
		j.row.Auth = report.FacetOK
		compare(j, report.FacetOK, requires(j.row.Operation), guardWords(j.access))
		var evidence []report.Related
		if e := guardEvidence(j); !shown[e.String()+e.Message] {
			shown[e.String()+e.Message] = true
			evidence = append(evidence, e)
		}
		t.Pass(evidence...)
	case behaviour.Unclear:
		j.row.Auth = report.FacetInconclusive
		compare(j, report.FacetInconclusive, requires(j.row.Operation), j.access.Reason)
		t.Undecided(fmt.Sprintf("%s: %s", name, j.access.Reason), report.Related{Position: j.route.Pos, Message: name})
	case behaviour.Open:
		if reason := mayBeMeant(j, seen); reason != "" {
			j.row.Auth = report.FacetInconclusive
			compare(j, report.FacetInconclusive, requires(j.row.Operation), "a request without credentials reaches the handler; "+reason)
			t.Undecided(fmt.Sprintf("%s requires %s, but a request without credentials reaches %s; %s", name, requires(j.row.Operation), handlerName(j), reason),
				bothSides(j, "requires credentials here")...)
			return
		}
		j.row.Auth = report.FacetMismatch
		compare(j, report.FacetMismatch, requires(j.row.Operation), "a request without credentials reaches the handler")
		how := "put an authenticating middleware before it, or declare security: []"
		if j.access.Reason != "" {
			how = j.access.Reason + ": return after the refusal"
		}
		t.Fail(report.Finding{
			Message: fmt.Sprintf("%s requires %s, but a request without credentials reaches %s; %s",
				name, requires(j.row.Operation), handlerName(j), how),
			Position: j.route.Pos, Endpoint: name, Anchor: name, Related: bothSides(j, "requires credentials here"),
		})
	}
}

// signIn are operations by which a client comes by its credentials, or that
// serve those who lost them.
var signIn = regexp.MustCompile(`(?i)(^|[/._-])(log-?in|sign-?in|sign-?up|regist(er|ration)|callback|redirect|authorize|oauth2?|oidc|openid|sso|saml|tokens?|refresh|verify|confirm|recover|reset|forgot|resend|activate|magic-?link|otp|health|healthz|ping|version|settings)([/._-]|$)`)

// mayBeMeant says why an open operation need not be a hole; empty where nothing
// speaks for it.
func mayBeMeant(j *judged, seen sight) string {
	op := j.row.Operation
	if j.access.Doubt != "" {
		return "but " + j.access.Doubt
	}
	if segments := routes.Segments(op.Path); len(segments) > 0 && j.access.Reason == "" && !explicit(j) && servesStrangers(op, "/"+strings.Join(lastTwo(segments), "/")) {
		return "if it serves those who have none yet, declare security: []"
	}
	if missing := seen.nowhere(j); missing != "" {
		return fmt.Sprintf("no code of this module looks at %s, so it may be checked before the requests arrive here", missing)
	}
	return ""
}

// explicit reports whether the operation itself asks for credentials, rather
// than the whole document by default.
func explicit(j *judged) bool {
	own := j.row.Operation
	if j.row.Document == nil || own.SecurityPos.Line <= own.Pos.Line {
		return false
	}
	return !slices.ContainsFunc(j.row.Document.Operations, func(op *spec.Operation) bool { return op != own && op.SecurityPos == own.SecurityPos })
}

// leaving are operations that end a session: a client without one may call them
// in vain, unless the document says that it is refused.
var leaving = regexp.MustCompile(`(?i)(^|[/._-])(log|sign)-?out([/._-]|$)`)

func refusalDocumented(op *spec.Operation) bool {
	return slices.ContainsFunc(op.Responses, func(r spec.Response) bool { return r.Status == "401" || r.Status == "403" })
}

// servesStrangers reports whether an operation is one that clients need before
// they have credentials, by the end of its path.
func servesStrangers(op *spec.Operation, end string) bool {
	return signIn.MatchString(end) || leaving.MatchString(end) && !refusalDocumented(op)
}

func lastTwo(segments []string) []string { return segments[max(0, len(segments)-2):] }

// proofs are credentials that a public operation may well ask for itself: a
// signed link, a refresh cookie, the signature of a webhook.
var proofs = regexp.MustCompile(`(?i)^(cookie|query|form|request) |signature|secret`)

// open judges an operation that anybody may call.
func open(t *report.Tally, j *judged) {
	name, a := j.row.Name(), j.access
	switch {
	case a.Guard == behaviour.Open:
		j.row.Auth = report.FacetOK
		compare(j, report.FacetOK, "public", "a request without credentials reaches the handler")
		t.Pass()
	case a.Guard == behaviour.Unclear:
		j.row.Auth = report.FacetInconclusive
		compare(j, report.FacetInconclusive, "public", a.Reason)
		t.Undecided(fmt.Sprintf("%s: %s", name, a.Reason), report.Related{Position: j.route.Pos, Message: name})
	case proofs.MatchString(a.Credential), a.InHandler && !strings.HasPrefix(a.Credential, "header "):
		j.row.Auth = report.FacetInconclusive
		compare(j, report.FacetInconclusive, "public", guardWords(a))
		t.Undecided(fmt.Sprintf("%s is public in the document but answers %s without %s; document that as a parameter or as security", name, statusOf(a), a.Credential),
			report.Related{Position: a.Where, Message: name})
	default:
		j.row.Auth = report.FacetMismatch
		compare(j, report.FacetMismatch, "public", guardWords(a))
		t.Fail(report.Finding{
			Message: fmt.Sprintf("%s is public in the document, but %s answers %s without credentials (%s); declare its security or let it through",
				name, a.By, statusOf(a), a.Credential),
			Position: j.route.Pos, Endpoint: name, Anchor: name, Related: append(bothSides(j, "declared without security"), guardEvidence(j)),
		})
	}
}

func statusOf(a behaviour.Access) string {
	if a.Status == 0 {
		return "an error"
	}
	return fmt.Sprint(a.Status)
}

func handlerName(j *judged) string {
	if j.route.Handler.Name != "" {
		return j.route.Handler.Name
	}
	return "its handler"
}

// bothSides are the document's line and the handler's.
func bothSides(j *judged, says string) []report.Related {
	op := j.row.Operation
	at := op.SecurityPos
	if !at.IsValid() {
		at = op.Pos
	}
	related := []report.Related{{Position: at, Message: says}}
	if j.route.Handler.Pos.IsValid() {
		related = append(related, report.Related{Position: j.route.Handler.Pos, Message: "handler " + j.route.Handler.Name})
	}
	return related
}
