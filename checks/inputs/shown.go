package inputs

import (
	"go/constant"
	"go/token"
	"regexp"
	"slices"
	"strconv"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

// examples lists the demand that a text of the document's own examples is taken,
// where the code draws a line that refuses it.
func (c *collector) examples(m spec.Media, sites []site) {
	for _, s := range m.Shown {
		inner := slices.DeleteFunc(c.members(sites, s.Member), unused)
		if len(inner) == 0 {
			continue
		}
		d := demand{place: s.Member, kind: shown, text: "example " + strconv.Quote(s.Text), words: []string{s.Text}, schema: &spec.Schema{}, pos: s.Pos, sites: inner}
		if _, refused := d.refused(inner[0]); refused {
			c.add(d)
		}
	}
}

// refused rules on an example at a place in the code: the first check that turns
// it away, whatever else is sent.
func (d demand) refused(s site) (ruling, bool) {
	if s.unclear != "" {
		return ruling{}, false
	}
	about, _ := s.checks()
	i := slices.IndexFunc(about, func(c behaviour.Check) bool {
		return c.Refuses && !c.Conditional && turnsAway(c.Test, d.words[0])
	})
	if i < 0 {
		return ruling{}, false
	}
	return ruling{facet: report.FacetMismatch, by: about[i].How, pos: about[i].Pos, got: lineWords(about[i].Test), stricter: true}, true
}

// turnsAway reports whether a refusal is known to meet a text.
func turnsAway(t behaviour.Test, text string) bool {
	switch {
	case t.View == behaviour.Length && t.Value != nil && numeric(t.Value):
		return constant.Compare(constant.MakeInt64(int64(len(text))), t.Op, t.Value) &&
			constant.Compare(constant.MakeInt64(int64(len([]rune(text)))), t.Op, t.Value)
	case t.View == behaviour.Judged && t.Call == "member" && t.SetKnown && t.Op == token.NEQ:
		return !slices.Contains(folding(valuesOf(t.Set)), folding([]string{text})[0])
	case t.View == behaviour.Judged && isRegexp(t.Call) && t.Op == token.NEQ && t.Arg != "":
		re, err := regexp.Compile(t.Arg)
		return err == nil && !re.MatchString(text)
	}
	return false
}

// lineWords say what a refusal asks for.
func lineWords(t behaviour.Test) string {
	switch {
	case t.View == behaviour.Length:
		return "length " + opposite[t.Op] + " " + t.Value.ExactString()
	case t.Call == "member":
		return "one of " + shortList(valuesOf(t.Set))
	}
	return "text like " + t.Arg
}

// opposite is how a line reads that a refusal draws.
var opposite = map[token.Token]string{
	token.LSS: ">=", token.LEQ: ">", token.GTR: "<=", token.GEQ: "<", token.EQL: "!=", token.NEQ: "==",
}
