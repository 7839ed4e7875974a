package auth

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// AuthorizationMissing is the rule authorization-missing.
var AuthorizationMissing = rule.Rule{
	ID: "authorization-missing", Title: "scopes or roles that nothing checks",
	Section: rule.Auth, Supports: []rule.Section{rule.Secure}, Severity: rule.Major, Ratio: true, Since: "1.0.0",
	Why: "The document promises that only clients with certain scopes may call the operation; in the code every signed-in client may.",
	Fix: "Compare the caller's scopes or roles with the operation's and answer 403 where they do not suffice.",
	Limits: "Any 403 that remains with valid credentials counts as a check of permissions; whether it is the documented one is not compared. " +
		"Besides scopes of the document's security requirements, a documented 403 counts where other secured operations document none; then some 403 has to be answered.",
}

// permitted adds who answers 403 to what the facet auth rests on.
func permitted(j *judged, says string, by report.Related) {
	j.row.Compare(report.AuthFacet, report.Comparison{Place: says, State: report.FacetOK, Words: by.Message, Spec: j.row.Operation.Pos, Code: by.Position})
}

func authorizationMissing(rows []*judged) report.Criterion {
	t := report.Examine(AuthorizationMissing)
	for _, j := range rows {
		if needOf(j.row.Operation) != required {
			continue
		}
		scopes := scopesOf(j.row.Operation)
		if len(scopes) == 0 {
			refusal(t, j)
			continue
		}
		name := j.row.Name()
		switch {
		case len(j.access.Permissions) > 0:
			permitted(j, strings.Join(scopes, ", "), j.access.Permissions[0])
			t.Pass(j.access.Permissions[0])
		case j.access.Guard == behaviour.Unclear:
			t.Undecided(fmt.Sprintf("%s: %s", name, j.access.Reason), report.Related{Position: j.route.Pos, Message: name})
		case j.route.Unseen != "":
			t.Undecided(name+": "+j.route.Unseen+" and may check scopes", report.Related{Position: j.route.Pos, Message: name})
		case len(j.access.Perhaps) > 0:
			t.Undecided(fmt.Sprintf("%s: %s, and which one depends on an error that could not be followed", name, j.access.Perhaps[0].Message), j.access.Perhaps[0])
		default:
			j.row.Auth = report.FacetMismatch
			t.Fail(report.Finding{
				Message: fmt.Sprintf("%s requires %s, but nothing on the way to %s answers 403; check the caller's scopes",
					name, strings.Join(scopes, ", "), handlerName(j)),
				Position: j.route.Pos, Endpoint: name, Anchor: name, Related: bothSides(j, "scopes are declared here"),
			})
		}
	}
	return t.Criterion("the document declares no scopes or roles, and no 403 of some operations only")
}

// refusal judges an operation that documents 403 and no scopes: where others
// that require credentials document none, it is about permissions.
func refusal(t *report.Tally, j *judged) {
	if !singledOut(j) {
		return
	}
	name := j.row.Name()
	switch a := j.access; {
	case len(a.Permissions) > 0:
		permitted(j, "403", a.Permissions[0])
		t.Pass(a.Permissions[0])
	case a.Guard == behaviour.Open: // endpoint-unprotected says so
	case len(a.Perhaps) > 0:
		t.Undecided(fmt.Sprintf("%s: %s, and which one depends on an error that could not be followed", name, a.Perhaps[0].Message), a.Perhaps[0])
	case a.Guard == behaviour.Unclear || !a.Followed:
		t.Undecided(fmt.Sprintf("%s documents 403, but what is on the way to %s could not be followed to its end", name, handlerName(j)), report.Related{Position: j.route.Pos, Message: name})
	default:
		j.row.Auth = report.FacetMismatch
		t.Fail(report.Finding{
			Message:  fmt.Sprintf("%s documents 403, but nothing on the way to %s answers it; check the caller's permissions, or drop it from the document", name, handlerName(j)),
			Position: j.route.Pos, Endpoint: name, Anchor: name, Related: bothSides(j, "requires credentials here"),
		})
	}
}

// singledOut reports whether the operation documents 403 and another one that
// requires credentials does not.
func singledOut(j *judged) bool {
	if j.row.Document == nil || !documentsForbidden(j.row.Operation) {
		return false
	}
	return slices.ContainsFunc(j.row.Document.Operations, func(op *spec.Operation) bool {
		return needOf(op) == required && !documentsForbidden(op)
	})
}

func documentsForbidden(op *spec.Operation) bool {
	return slices.ContainsFunc(op.Responses, func(r spec.Response) bool { return r.Status == "403" })
}

func scopesOf(op *spec.Operation) []string {
	seen := map[string]bool{}
	var all []string
	for _, req := range op.Security {
		for _, scopes := range req {
			for _, s := range scopes {
				if !seen[s] {
					seen[s] = true
					all = append(all, s)
				}
			}
		}
	}
	sort.Strings(all)
	return all
}
