package taint

import (
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

// Judge reports the sites of one kind that input reaches. Text of unknown
// origin is undecided where strict is set, which suits sinks that should get
// constants; elsewhere such sites are not the rule's concern.
func Judge(pass *analysis.Pass, ru rule.Rule, kind Kind, strict bool, remedy string) (any, error) {
	r := diag.New(pass, ru)
	for _, s := range pass.ResultOf[Analyzer].(*Result).Of(kind) {
		switch {
		case s.Verdict == Input:
			related := []analysis.RelatedInformation{{Pos: s.Origin.Pos(), Message: "comes from the request here"}}
			through := ""
			if s.Through != "" {
				through = ", which hands it to " + s.Through
			}
			r.Report(ru, s.Call, related, "%s from the request reaches %s%s: %s", source.Text(s.Origin), source.Callee(s.Call), through, remedy)
		case s.Verdict == Safe:
			r.Examine(ru, 1)
		case strict && made(pass, s):
			r.Undecided(ru, s.Call, source.Callee(s.Call)+" gets text that is made of "+source.Text(s.Origin)+", whose origin is not known")
		case strict:
			r.Examine(ru, 1)
		}
	}
	return r.Result()
}

// made says that the text is put together here, rather than handed over whole:
// a wrapper's own parameter is judged where the wrapper is called.
func made(pass *analysis.Pass, s Site) bool {
	if s.Verdict != Given {
		return true
	}
	sig, ok := pass.TypesInfo.TypeOf(s.Call.Fun).(*types.Signature)
	return ok && sig != nil && !sameText(pass, s)
}

func sameText(pass *analysis.Pass, s Site) bool {
	obj := source.Object(pass.TypesInfo, s.Origin)
	for _, arg := range s.Call.Args {
		if obj != nil && source.Object(pass.TypesInfo, web.NewScope(pass.TypesInfo, arg).Resolve(arg)) == obj {
			return true
		}
	}
	return false
}
