// Package auth judges who gets through to each operation: a request without
// credentials must be refused where the document requires them, and let
// through where it does not.
package auth

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Check judges authentication and authorization, and sets the facet Auth.
var Check = check.Check{
	Name:  "auth",
	Rules: []rule.Rule{Unprotected, AuthorizationMissing},
	Run:   run,
}

// judged is one row of the matrix with how its routes treat strangers.
type judged struct {
	row *matrix.Endpoint
	// access is the most open of its routes; route the one that it is about.
	access behaviour.Access
	route  *routes.Route
}

func run(_ context.Context, r *check.Repo) ([]report.Criterion, error) {
	if r.Matrix == nil || len(r.Matrix.Used) == 0 {
		setAll(r.Matrix, report.FacetInconclusive)
		reason := "no document of this server was found, so nothing says which operations need credentials"
		return []report.Criterion{report.CannotTell(Unprotected, reason), report.CannotTell(AuthorizationMissing, reason)}, nil
	}
	rows := judge(behaviour.Of(r.Program), r.Matrix)
	declared, evidence := declaresSecurity(r.Matrix)
	if declared {
		return []report.Criterion{unprotected(rows), authorizationMissing(rows)}, nil
	}
	return undeclared(rows, evidence), nil
}

func setAll(m *matrix.Matrix, f report.Facet) {
	if m == nil {
		return
	}
	for _, e := range m.Endpoints {
		e.Auth = f
	}
}

func judge(x *behaviour.Index, m *matrix.Matrix) []*judged {
	var rows []*judged
	for _, e := range m.Endpoints {
		switch {
		case e.Operation == nil:
			e.Auth = report.FacetNotApplicable
			continue
		case e.Route == nil:
			e.Auth = report.FacetAbsent
			if e.Status == report.EndpointUnclear {
				e.Auth = report.FacetInconclusive
			}
			continue
		}
		rows = append(rows, mostOpen(x, e))
	}
	return rows
}

// mostOpen judges every route that answers the operation; one that is open
// makes the operation open, unless another is guarded: a module may hold
// several servers, and the document is of one of them.
func mostOpen(x *behaviour.Index, e *matrix.Endpoint) *judged {
	j := &judged{row: e}
	all := e.Routes
	if len(all) == 0 {
		all = []*routes.Route{e.Route}
	}
	var guarded *judged
	for _, r := range all {
		a := x.Access(r, e.Operation)
		if a.Guard == behaviour.Guarded {
			guarded = &judged{access: a, route: r}
		}
		if j.route == nil || openness(a.Guard) > openness(j.access.Guard) {
			j.access, j.route = a, r
		}
	}
	if guarded != nil && j.access.Guard == behaviour.Open {
		j.access.Guard = behaviour.Unclear
		j.access.Reason = fmt.Sprintf("the route at %s is open, the one at %s guarded by %s; which of them serves this document is not known", j.route.Pos, guarded.route.Pos, guarded.access.By)
	}
	return j
}

func openness(g behaviour.Guard) int {
	return map[behaviour.Guard]int{behaviour.Guarded: 1, behaviour.Unclear: 2, behaviour.Open: 3}[g]
}

// declaresSecurity reports whether the documents in use speak of credentials at
// all, and where they do not.
func declaresSecurity(m *matrix.Matrix) (bool, []report.Related) {
	var evidence []report.Related
	for _, d := range m.Used {
		if len(d.SecuritySchemes) > 0 {
			return true, nil
		}
		for _, op := range d.Operations {
			if len(op.Security) > 0 {
				return true, nil
			}
		}
		evidence = append(evidence, report.Related{Position: d.Pos, Message: "declares no security"})
	}
	return false, evidence
}

// undeclared is the verdict on documents that do not speak of security: anybody
// may call every operation, so that those which the code guards are a mismatch.
func undeclared(rows []*judged, evidence []report.Related) []report.Criterion {
	t := report.Examine(Unprotected)
	var guarded []*judged
	open := 0
	for _, j := range rows {
		switch j.access.Guard {
		case behaviour.Guarded:
			j.row.Auth = report.FacetMismatch
			compare(j, report.FacetMismatch, "no security declared", guardWords(j.access))
			guarded = append(guarded, j)
		case behaviour.Unclear:
			j.row.Auth = report.FacetInconclusive
			compare(j, report.FacetInconclusive, "no security declared", j.access.Reason)
			t.Undecided(fmt.Sprintf("%s: %s", j.row.Name(), j.access.Reason), report.Related{Position: j.route.Pos, Message: j.row.Name()})
		default:
			j.row.Auth = report.FacetOK
			open++
		}
	}
	if open == len(rows) {
		for _, j := range rows {
			j.row.Auth = report.FacetNotApplicable
		}
		reason := fmt.Sprintf("the document declares no security and none of %d routed operations asks for credentials", len(rows))
		return []report.Criterion{report.NotApplicableTo(Unprotected, reason, evidence...), report.NotApplicableTo(AuthorizationMissing, reason, evidence...)}
	}
	for range open {
		t.Pass()
	}
	if len(guarded) > 0 {
		t.FailN(len(guarded), silent(guarded, len(rows), evidence))
	}
	return []report.Criterion{
		t.Criterion("no operation of the document has a route"),
		report.NotApplicableTo(AuthorizationMissing, "the document declares no scopes or roles, and no security at all", evidence...),
	}
}

// silent is the finding about a document that says nothing of the guards in the
// code: one cause, however many operations.
func silent(guarded []*judged, all int, evidence []report.Related) report.Finding {
	first := guarded[0]
	related := append([]report.Related{guardEvidence(first)}, evidence...)
	at := first.row.Operation.Pos
	if d := first.row.Document; d != nil && d.Pos.IsValid() {
		at = d.Pos
	}
	return report.Finding{
		Message: fmt.Sprintf("the document declares no security, but %d of %d operations refuse requests without credentials, such as %s (%s); declare securitySchemes and security",
			len(guarded), all, first.row.Name(), first.access.By),
		Position: at, Anchor: "security", Related: related,
	}
}

func guardEvidence(j *judged) report.Related {
	at := j.access.Where
	if !at.IsValid() {
		at = j.route.Pos
	}
	return report.Related{Position: at, Message: fmt.Sprintf("%s refuses requests without credentials (%s)", j.access.By, j.access.Credential)}
}

// requires says what a requirement asks for: "bearerAuth", "oauth2 (read, write)".
func requires(op *spec.Operation) string {
	var alternatives []string
	for _, req := range op.Security {
		var all []string
		for scheme, scopes := range req {
			if len(scopes) > 0 {
				scheme += " (" + strings.Join(scopes, ", ") + ")"
			}
			all = append(all, scheme)
		}
		sort.Strings(all)
		if len(all) > 0 {
			alternatives = append(alternatives, strings.Join(all, " and "))
		}
	}
	return strings.Join(alternatives, " or ")
}

// need is what the document says about credentials.
type need int

const (
	public need = iota
	optional
	required
)

func needOf(op *spec.Operation) need {
	if len(op.Security) == 0 {
		return public
	}
	for _, req := range op.Security {
		if len(req) == 0 || saysOptional(req) {
			return optional
		}
	}
	return required
}

// saysOptional: before a requirement could be empty, authors named a scheme
// OptionalBearer to say the same.
func saysOptional(req spec.Requirement) bool {
	for scheme := range req {
		if strings.Contains(strings.ToLower(scheme), "optional") {
			return true
		}
	}
	return false
}
