// Package docs judges what the backend says about itself: the OpenAPI document
// as a document (valid, described, with examples that are true), the README and
// the list of settings.
package docs

import (
	"context"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Check is the family.
var Check = check.Check{
	Name: "docs",
	Rules: []rule.Rule{
		RuleSpecInvalid, RuleOperationUndescribed, RuleExampleMissing, RuleExampleInvalid,
		RuleErrorResponseUndocumented, RuleReadmeIncomplete, RuleConfigurationUndocumented,
	},
	Run: run,
}

// noDocument is why rules about operations cannot be judged; the rule
// spec-missing carries the failure itself.
const noDocument = "no OpenAPI document describes this server; add one or name it with --spec"

func run(_ context.Context, r *check.Repo) ([]report.Criterion, error) {
	prose := readProse(r.Files, check.Scope(r.Files, r.ModuleDir))
	settings := readSettings(r.Program)
	return []report.Criterion{
		specInvalid(r),
		eachDocument(r, RuleOperationUndescribed, undescribed),
		eachDocument(r, RuleExampleMissing, exampleMissing),
		eachDocument(r, RuleExampleInvalid, exampleInvalid),
		eachDocument(r, RuleErrorResponseUndocumented, errorUndocumented),
		readmeIncomplete(r, prose, settings),
		configurationUndocumented(r, prose, settings),
	}, nil
}

// sites is a tally that can tell which sites a directive accepts: they stay
// findings of their own where others are told together.
type sites struct {
	*report.Tally
	rule rule.Rule
	repo *check.Repo
}

func (t sites) accepted(at report.Position) bool { return t.repo.Accepted(t.rule, at) != nil }

// eachDocument judges a rule over the documents that describe this server.
// judge counts sites and returns the reason why there may be none.
func eachDocument(r *check.Repo, ru rule.Rule, judge func(sites, *spec.Document) string) report.Criterion {
	if r.Matrix == nil || len(r.Matrix.Used) == 0 {
		return report.CannotTell(ru, noDocument)
	}
	t := sites{report.Examine(ru), ru, r}
	none := ""
	for _, d := range r.Matrix.Used {
		if reason := judge(t, d); none == "" {
			none = reason
		}
	}
	return t.Criterion(none)
}
