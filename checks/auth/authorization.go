package auth

import (
	"fmt"
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
		"Only scopes of the document's security requirements are looked at.",
}

func authorizationMissing(rows []*judged) report.Criterion {
	t := report.Examine(AuthorizationMissing)
	for _, j := range rows {
		scopes := scopesOf(j.row.Operation)
		if len(scopes) == 0 || needOf(j.row.Operation) != required {
			continue
		}
		name := j.row.Name()
		switch {
		case len(j.access.Permissions) > 0:
			t.Pass(j.access.Permissions[0])
		case j.access.Guard == behaviour.Unclear:
			t.Undecided(fmt.Sprintf("%s: %s", name, j.access.Reason), report.Related{Position: j.route.Pos, Message: name})
		case len(j.access.Perhaps) > 0:
			t.Undecided(fmt.Sprintf("%s: %s, and which one depends on an error that could not be followed", name, j.access.Perhaps[0].Message), j.access.Perhaps[0])
		default:
			t.Fail(report.Finding{
				Message: fmt.Sprintf("%s requires %s, but nothing on the way to %s answers 403; check the caller's scopes",
					name, strings.Join(scopes, ", "), handlerName(j)),
				Position: j.route.Pos, Endpoint: name, Anchor: name, Related: bothSides(j, "scopes are declared here"),
			})
		}
	}
	return t.Criterion("the document declares no scopes or roles")
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
