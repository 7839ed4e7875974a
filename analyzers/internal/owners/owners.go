// Package owners lists the analyzers that have rules of their own. The list is
// apart from the others' so that the analyzer of directives, which is told by each
// which directives it used, can read it as well.
package owners

import (
	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/clientperrequest"
	"github.com/backend-conformance/conformance/analyzers/clienttimeout"
	"github.com/backend-conformance/conformance/analyzers/compiledrequest"
	"github.com/backend-conformance/conformance/analyzers/complexity"
	"github.com/backend-conformance/conformance/analyzers/concatloop"
	"github.com/backend-conformance/conformance/analyzers/cookie"
	"github.com/backend-conformance/conformance/analyzers/crashinput"
	"github.com/backend-conformance/conformance/analyzers/credential"
	"github.com/backend-conformance/conformance/analyzers/cryptoweak"
	"github.com/backend-conformance/conformance/analyzers/deferloop"
	"github.com/backend-conformance/conformance/analyzers/errorcontext"
	"github.com/backend-conformance/conformance/analyzers/errorcontinues"
	"github.com/backend-conformance/conformance/analyzers/errordetail"
	"github.com/backend-conformance/conformance/analyzers/errorignored"
	"github.com/backend-conformance/conformance/analyzers/errorswallowed"
	"github.com/backend-conformance/conformance/analyzers/exitoutside"
	"github.com/backend-conformance/conformance/analyzers/goroutine"
	"github.com/backend-conformance/conformance/analyzers/hardcoded"
	"github.com/backend-conformance/conformance/analyzers/inputparse"
	"github.com/backend-conformance/conformance/analyzers/logunstructured"
	"github.com/backend-conformance/conformance/analyzers/middleware"
	"github.com/backend-conformance/conformance/analyzers/panicrequest"
	"github.com/backend-conformance/conformance/analyzers/passwordhash"
	"github.com/backend-conformance/conformance/analyzers/querycontext"
	"github.com/backend-conformance/conformance/analyzers/queryloop"
	"github.com/backend-conformance/conformance/analyzers/randomweak"
	"github.com/backend-conformance/conformance/analyzers/requestcontext"
	"github.com/backend-conformance/conformance/analyzers/retry"
	"github.com/backend-conformance/conformance/analyzers/rowsleaked"
	"github.com/backend-conformance/conformance/analyzers/selectstar"
	"github.com/backend-conformance/conformance/analyzers/sensitivelog"
	"github.com/backend-conformance/conformance/analyzers/servertimeout"
	"github.com/backend-conformance/conformance/analyzers/sharedstate"
	"github.com/backend-conformance/conformance/analyzers/taint"
	"github.com/backend-conformance/conformance/analyzers/tlsweak"
	"github.com/backend-conformance/conformance/analyzers/tokenunverified"
	"github.com/backend-conformance/conformance/analyzers/transaction"
	"github.com/backend-conformance/conformance/analyzers/undocumented"
	"github.com/backend-conformance/conformance/analyzers/upstream"
	"github.com/backend-conformance/conformance/report/rule"
)

// Owner is an analyzer with the rules that it reports. Its result is an
// *evidence.Result.
type Owner struct {
	Analyzer *analysis.Analyzer
	Rules    []rule.Rule
}

// All lists them in the order in which they run. A new analyzer is one folder
// and one line here.
func All() []Owner {
	return []Owner{
		{errorignored.Analyzer, []rule.Rule{errorignored.Rule}},
		{errorcontext.Analyzer, []rule.Rule{errorcontext.Rule}},
		{errorcontinues.Analyzer, []rule.Rule{errorcontinues.Rule}},
		{errordetail.Analyzer, []rule.Rule{errordetail.Rule}},
		{inputparse.Analyzer, []rule.Rule{inputparse.Rule}},
		{servertimeout.Analyzer, []rule.Rule{servertimeout.Rule}},
		{clienttimeout.Analyzer, []rule.Rule{clienttimeout.Rule}},
		{rowsleaked.Analyzer, []rule.Rule{rowsleaked.Rule}},
		{upstream.Analyzer, []rule.Rule{upstream.BodyRule, upstream.StatusRule}},
		{transaction.Analyzer, []rule.Rule{transaction.Rule}},
		{querycontext.Analyzer, []rule.Rule{querycontext.Rule}},
		{requestcontext.Analyzer, []rule.Rule{requestcontext.Rule}},
		{cryptoweak.Analyzer, []rule.Rule{cryptoweak.Rule}},
		{tlsweak.Analyzer, []rule.Rule{tlsweak.Rule}},
		{randomweak.Analyzer, []rule.Rule{randomweak.Rule}},
		{deferloop.Analyzer, []rule.Rule{deferloop.Rule}},
		{concatloop.Analyzer, []rule.Rule{concatloop.Rule}},
		{compiledrequest.Analyzer, []rule.Rule{compiledrequest.Rule}},
		{panicrequest.Analyzer, []rule.Rule{panicrequest.Rule}},
		{exitoutside.Analyzer, []rule.Rule{exitoutside.Rule}},
		{tokenunverified.Analyzer, []rule.Rule{tokenunverified.Rule}},
		{passwordhash.Analyzer, []rule.Rule{passwordhash.Rule}},
		{cookie.Analyzer, []rule.Rule{cookie.Rule}},
		{credential.Analyzer, []rule.Rule{credential.Rule}},
		{taint.Analyzer, taint.Rules()},
		{queryloop.Analyzer, []rule.Rule{queryloop.Rule}},
		{sharedstate.Analyzer, []rule.Rule{sharedstate.Rule}},
		{errorswallowed.Analyzer, []rule.Rule{errorswallowed.Rule}},
		{sensitivelog.Analyzer, []rule.Rule{sensitivelog.Rule}},
		{logunstructured.Analyzer, []rule.Rule{logunstructured.Rule}},
		{middleware.Analyzer, []rule.Rule{middleware.Rule}},
		{complexity.Analyzer, []rule.Rule{complexity.Rule}},
		{undocumented.Analyzer, []rule.Rule{undocumented.Rule}},
		{selectstar.Analyzer, []rule.Rule{selectstar.Rule}},
		{clientperrequest.Analyzer, []rule.Rule{clientperrequest.Rule}},
		{crashinput.Analyzer, []rule.Rule{crashinput.Rule}},
		{goroutine.Analyzer, []rule.Rule{goroutine.Rule}},
		{hardcoded.Analyzer, []rule.Rule{hardcoded.Rule}},
		{retry.Analyzer, []rule.Rule{retry.Rule}},
	}
}
