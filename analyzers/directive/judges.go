package directive

import (
	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/clientperrequest"
	"github.com/backend-conformance/conformance/analyzers/clienttimeout"
	"github.com/backend-conformance/conformance/analyzers/compiledrequest"
	"github.com/backend-conformance/conformance/analyzers/complexity"
	"github.com/backend-conformance/conformance/analyzers/concatloop"
	"github.com/backend-conformance/conformance/analyzers/cookie"
	"github.com/backend-conformance/conformance/analyzers/credential"
	"github.com/backend-conformance/conformance/analyzers/cryptoweak"
	"github.com/backend-conformance/conformance/analyzers/deferloop"
	"github.com/backend-conformance/conformance/analyzers/errorcontext"
	"github.com/backend-conformance/conformance/analyzers/errorcontinues"
	"github.com/backend-conformance/conformance/analyzers/errordetail"
	"github.com/backend-conformance/conformance/analyzers/errorignored"
	"github.com/backend-conformance/conformance/analyzers/errorswallowed"
	"github.com/backend-conformance/conformance/analyzers/exitoutside"
	"github.com/backend-conformance/conformance/analyzers/inputparse"
	"github.com/backend-conformance/conformance/analyzers/logunstructured"
	"github.com/backend-conformance/conformance/analyzers/middleware"
	"github.com/backend-conformance/conformance/analyzers/panicrequest"
	"github.com/backend-conformance/conformance/analyzers/passwordhash"
	"github.com/backend-conformance/conformance/analyzers/querycontext"
	"github.com/backend-conformance/conformance/analyzers/queryloop"
	"github.com/backend-conformance/conformance/analyzers/randomweak"
	"github.com/backend-conformance/conformance/analyzers/requestcontext"
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
)

// judges are the analyzers that own rules; a test of the list of all analyzers
// finds one that is missing here.
func judges() []*analysis.Analyzer {
	return []*analysis.Analyzer{
		clientperrequest.Analyzer,
		clienttimeout.Analyzer,
		compiledrequest.Analyzer,
		complexity.Analyzer,
		concatloop.Analyzer,
		cookie.Analyzer,
		credential.Analyzer,
		cryptoweak.Analyzer,
		deferloop.Analyzer,
		errorcontext.Analyzer,
		errorcontinues.Analyzer,
		errordetail.Analyzer,
		errorignored.Analyzer,
		errorswallowed.Analyzer,
		exitoutside.Analyzer,
		inputparse.Analyzer,
		logunstructured.Analyzer,
		middleware.Analyzer,
		panicrequest.Analyzer,
		passwordhash.Analyzer,
		querycontext.Analyzer,
		queryloop.Analyzer,
		randomweak.Analyzer,
		requestcontext.Analyzer,
		rowsleaked.Analyzer,
		selectstar.Analyzer,
		sensitivelog.Analyzer,
		servertimeout.Analyzer,
		sharedstate.Analyzer,
		taint.Analyzer,
		tlsweak.Analyzer,
		tokenunverified.Analyzer,
		transaction.Analyzer,
		undocumented.Analyzer,
		upstream.Analyzer,
	}
}
