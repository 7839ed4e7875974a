package contracts

import (
	"cmp"
	"fmt"
	"go/constant"
	"go/types"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

// parsers are functions whose error says that a text is not of a JSON type.
var parsers = map[string]string{
	"strconv.Atoi": "integer", "strconv.ParseInt": "integer", "strconv.ParseUint": "integer", "strconv.ParseFloat": "number", "strconv.ParseBool": "boolean",
}

// parsedAs is the JSON type that the code takes a parameter for; empty where it
// stays text, or where that was not seen.
func parsedAs(in behaviour.Input) string {
	if in.Type != nil {
		if b, ok := in.Type.Underlying().(*types.Basic); ok {
			switch info := b.Info(); {
			case info&types.IsInteger != 0:
				return "integer"
			case info&types.IsFloat != 0:
				return "number"
			case info&types.IsBoolean != 0:
				return "boolean"
			}
		}
	}
	is := ""
	for _, c := range in.Checks {
		one := ""
		switch {
		case c.Path != "":
		case c.Test.View == behaviour.Judged:
			one = parsers[c.Test.Call]
		case c.Test.View == behaviour.Itself && c.Test.Value != nil && c.Test.Value.Kind() == constant.Int && !c.Conditional:
			one = "integer"
		}
		if one != "" && is != "" && one != is {
			return "" // one way here, another there
		}
		is = cmp.Or(one, is)
	}
	return is
}

// misread is the finding on a parameter that is parsed as what it never is. Only
// booleans and numbers are told apart: "true" is no number. The other way round
// 0 and 1 are booleans, and many a text has the form of a number.
func misread(h handled, all *reads, declared []spec.Parameter) *report.Finding {
	for _, p := range declared {
		s := h.row.Document.Resolve(p.Schema)
		if s == nil || jsonType(h.row.Document, s, 0) != "boolean" {
			continue
		}
		name, routed := localName(h, p)
		if !routed {
			continue
		}
		in, ok := all.named[p.In+" "+name]
		if is := parsedAs(in); ok && (is == "integer" || is == "number") {
			row := h.row.Name()
			return &report.Finding{
				Message:  fmt.Sprintf("%s declares %s parameter %q a boolean, but it is parsed as %s; make the two agree", row, p.In, p.Name, article(is)),
				Position: in.Site, Endpoint: row, Anchor: row, Related: []report.Related{{Position: orElse(p.Pos, h.row.Operation.Pos), Message: "declared here"}},
			}
		}
	}
	return nil
}

// withoutWhole leaves out what a middleware hands on as a whole: the libraries
// that get it do not know this API's parameters by name.
func withoutWhole(s *behaviour.Summary) *behaviour.Summary {
	one := *s
	one.Whole = nil
	return &one
}
