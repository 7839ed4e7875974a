package inputs

import (
	"cmp"
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/report"
)

// ruling is what became of one demand.
type ruling struct {
	// facet is ok, mismatch (the code draws another line), absent (nothing
	// enforces it) or inconclusive.
	facet report.Facet
	// by says what enforces it, what contradicts it, or why nothing can be said.
	by  string
	pos report.Position
	// got is the code's number or list where that differs from the document's.
	got string
	// stricter: the code refuses what the document allows.
	stricter bool
}

// rule judges a demand at all of its sites: one that enforces it is enough,
// since a value that is read twice is checked once.
func (d demand) rule() ruling {
	rank := []report.Facet{report.FacetOK, report.FacetInconclusive, report.FacetMismatch, report.FacetAbsent}
	var best *ruling
	for _, s := range d.sites {
		r := d.at(s)
		if best == nil || slices.Index(rank, r.facet) < slices.Index(rank, best.facet) {
			best = &r
		}
	}
	return *best
}

func (d demand) at(s site) ruling {
	if s.unclear != "" {
		return ruling{facet: report.FacetInconclusive, by: s.unclear, pos: s.field}
	}
	if d.kind == shown {
		r, _ := d.refused(s)
		return r
	}
	if r, ok := d.byType(s); ok {
		return r
	}
	about, doubt := s.checks()
	if r, ok := d.decide(about, s); ok {
		return r
	}
	if r, ok := d.lookedUp(about, s); ok {
		return r
	}
	if doubt == nil {
		doubt = d.bearing(about)
	}
	switch {
	case doubt != nil:
		return ruling{facet: report.FacetInconclusive, by: cmp.Or(doubt.How, "a condition") + " looks at it in a way that could not be told", pos: doubt.Pos}
	case !s.whole:
		return ruling{facet: report.FacetInconclusive, by: "the handler could not be followed to its end", pos: s.input.Site}
	case s.input.Lost:
		return ruling{facet: report.FacetInconclusive, by: "what is decoded could not be followed", pos: s.input.Pos}
	case s.input.Escapes.IsValid():
		return ruling{facet: report.FacetInconclusive, by: "it is handed to code that could not be followed", pos: s.input.Escapes}
	case d.kind == otherRule && d.text == "alternatives":
		return ruling{facet: report.FacetInconclusive, by: "the schema has alternatives", pos: d.pos}
	case ownDecoding(deref(s.typ)) && !enforcedTypes[goName(deref(s.typ))]:
		return ruling{facet: report.FacetInconclusive, by: goName(deref(s.typ)) + " decodes itself", pos: s.field}
	}
	return ruling{facet: report.FacetAbsent, pos: cmp.Or(s.field, s.input.Site)}
}

// lookedUp rules on credentials by which somebody is looked up: what nobody could
// have registered is not found, and that is answered 401.
func (d demand) lookedUp(about []behaviour.Check, s site) (ruling, bool) {
	if !s.credential || d.kind == enum || d.kind == otherRule {
		return ruling{}, false
	}
	return firstOf(about, func(c behaviour.Check) bool { return c.Test.Call == "lookup" })
}

// enforcedTypes decode themselves and hold no constraint but their format.
var enforcedTypes = map[string]bool{"time.Time": true, "uuid.UUID": true, "types.Date": true, "types.UUID": true, "types.Email": true, "decimal.Decimal": true, "big.Int": true}

// checks are those on the very value; doubt is the first that may be about it
// and of which nothing is known.
func (s site) checks() (about []behaviour.Check, doubt *behaviour.Check) {
	for i, c := range s.input.Checks {
		switch {
		case c.Path == s.path && c.Test.View != 0:
			about = append(about, c)
		case c.Test.View == 0 && (within(s.path, c.Path) || within(c.Path, s.path)) && doubt == nil:
			doubt = &s.input.Checks[i]
		case c.Path != s.path && within(s.path, c.Path) && c.Test.View == behaviour.Judged && c.Test.Call != "present" && c.Test.Call != "member" && c.Test.Call != "lookup" && c.Refuses && doubt == nil:
			doubt = &s.input.Checks[i] // a function got the whole
		}
	}
	return about, doubt
}

// within reports whether a path leads into a part of another.
func within(inner, outer string) bool {
	rest, ok := strings.CutPrefix(inner, outer)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// byType rules where the Go type alone decides.
func (d demand) byType(s site) (ruling, bool) {
	t := deref(s.typ)
	if t == nil {
		return ruling{}, false
	}
	enforced := ruling{facet: report.FacetOK, by: "type " + goName(t), pos: cmp.Or(s.field, s.input.Pos)}
	switch d.kind {
	case format:
		if d.words[0] == "date" && goName(t) == "time.Time" && s.json {
			return ruling{facet: report.FacetMismatch, by: "time.Time", pos: s.field, got: "format date-time only", stricter: true}, true
		}
		return enforced, formats[d.words[0]].byType(t)
	case lower, upper:
		low, high, ok := rangeOf(t)
		return enforced, ok && (d.kind == lower && low >= d.bound && !(d.exclusive && low == d.bound) || d.kind == upper && high <= d.bound && !(d.exclusive && high == d.bound))
	case enum:
		b, ok := t.Underlying().(*types.Basic)
		return enforced, ok && b.Kind() == types.Bool && slices.Contains(d.words, "true") && slices.Contains(d.words, "false")
	}
	return ruling{}, false
}

// rangeOf are the least and the greatest value of a sized integer type.
func rangeOf(t types.Type) (low, high float64, ok bool) {
	b, isBasic := t.Underlying().(*types.Basic)
	if !isBasic || b.Info()&types.IsInteger == 0 {
		return 0, 0, false
	}
	bits := map[types.BasicKind]int{types.Int8: 8, types.Uint8: 8, types.Int16: 16, types.Uint16: 16, types.Int32: 32, types.Uint32: 32}[b.Kind()]
	if bits == 0 {
		bits = 64
	}
	if b.Info()&types.IsUnsigned != 0 {
		return 0, math.Exp2(float64(bits)) - 1, true
	}
	return -math.Exp2(float64(bits - 1)), math.Exp2(float64(bits-1)) - 1, true
}

// decide looks for a check that settles the demand.
func (d demand) decide(about []behaviour.Check, s site) (ruling, bool) {
	switch d.kind {
	case required:
		return firstOf(about, func(c behaviour.Check) bool { return !c.SkipsZero && refusesZero(c.Test, s.typ) })
	case format:
		return firstOf(about, func(c behaviour.Check) bool {
			return c.Test.Op == token.NEQ && formats[d.words[0]].byTest(c.Test)
		})
	case pattern:
		return firstOf(about, func(c behaviour.Check) bool {
			return c.Test.Op == token.NEQ && isRegexp(c.Test.Call) && samePattern(c.Test.Arg, d.words[0])
		})
	case enum:
		return d.decideEnum(about)
	case shortest, longest, lower, upper:
		return d.decideBound(about)
	}
	return firstOf(about, func(c behaviour.Check) bool {
		return d.text == "uniqueItems" && c.Test.Call == "tag" && strings.HasPrefix(c.Test.Arg, "unique")
	})
}

func firstOf(about []behaviour.Check, enforces func(behaviour.Check) bool) (ruling, bool) {
	for _, c := range about {
		if c.Refuses && !c.Conditional && enforces(c) {
			return ruling{facet: report.FacetOK, by: c.How, pos: c.Pos}, true
		}
	}
	return ruling{}, false
}

func samePattern(a, b string) bool {
	plain := strings.NewReplacer(`\d`, "[0-9]", `\/`, "/", "(?:", "(")
	return plain.Replace(a) == plain.Replace(b)
}

// refusesZero reports whether a refusal meets the zero value: what a decoder
// leaves where nothing was sent.
func refusesZero(t behaviour.Test, typ types.Type) bool {
	if _, pointer := types.Unalias(typ).(*types.Pointer); pointer && t.View != behaviour.Judged {
		return false // an empty value is not a missing one
	}
	switch {
	case t.View == behaviour.Judged && t.Op == token.NEQ:
		return judgesZero(t)
	case t.View == behaviour.Judged:
		return t.Call == "time.Time.IsZero"
	case t.Value == nil:
		return false
	case t.Value.Kind() == constant.String:
		return constant.Compare(constant.MakeString(""), t.Op, t.Value)
	}
	return numeric(t.Value) && constant.Compare(constant.MakeInt64(0), t.Op, t.Value)
}

func numeric(v constant.Value) bool { return v.Kind() == constant.Int || v.Kind() == constant.Float }

// parsers refuse an empty text.
var parsers = regexp.MustCompile(`^strconv\.(Atoi|Parse)|uuid(/v\d)?\.(Parse|FromString|Validate)|mail\.ParseAddress$|time\.Parse|url\.ParseRequestURI$|net\.ParseIP$|netip\.Parse|Int(64)?$|\.Is(Email|UUID|URL)`)

func judgesZero(t behaviour.Test) bool {
	switch {
	case t.Call == "present":
		return true
	case t.Call == "member":
		return t.SetKnown && !slices.Contains(valuesOf(t.Set), "")
	case t.Call == "tag":
		return strings.HasPrefix(t.Arg, "email") || strings.HasPrefix(t.Arg, "uu") || strings.HasPrefix(t.Arg, "url") || strings.HasPrefix(t.Arg, "datetime")
	case isRegexp(t.Call):
		re, err := regexp.Compile(t.Arg)
		return err == nil && t.Arg != "" && !re.MatchString("")
	}
	return parsers.MatchString(t.Call)
}

func valuesOf(set []constant.Value) []string {
	var out []string
	for _, v := range set {
		switch {
		case v.Kind() == constant.String:
			out = append(out, constant.StringVal(v))
		default:
			out = append(out, v.ExactString())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// decideEnum compares the set that the code lets through with the document's:
// what every one of its sets has.
func (d demand) decideEnum(about []behaviour.Check) (ruling, bool) {
	var first *behaviour.Check
	var got []string
	for i, c := range about {
		if !c.Refuses || c.Conditional || c.Test.Call != "member" || c.Test.Op != token.NEQ || !c.Test.SetKnown {
			continue
		}
		set := valuesOf(c.Test.Set)
		set = slices.DeleteFunc(set, func(v string) bool { return v == "" && !slices.Contains(d.words, "") })
		if first == nil {
			first, got = &about[i], set
			continue
		}
		got = slices.DeleteFunc(got, func(v string) bool {
			return !slices.ContainsFunc(set, func(w string) bool { return strings.EqualFold(v, w) })
		})
	}
	if first == nil {
		return ruling{}, false
	}
	missing, extra := without(d.words, got), without(got, d.words)
	r := ruling{facet: report.FacetMismatch, by: first.How, pos: first.Pos, got: "enum " + shortList(got)}
	switch {
	case len(missing) == 0 && len(extra) == 0, folded(d.words, got):
		return ruling{facet: report.FacetOK, by: first.How, pos: first.Pos}, true
	case len(missing) > 0:
		r.stricter, r.got = true, strings.Join(missing, ", ")
	default:
		r.got = strings.Join(extra, ", ")
	}
	if r.stricter && anyElsewhere(about, missing) {
		return ruling{facet: report.FacetInconclusive, by: "several places tell its values apart", pos: first.Pos}, true
	}
	return r, true
}

// anyElsewhere: another condition is about one of the values, so that it may be
// let through before.
func anyElsewhere(about []behaviour.Check, values []string) bool {
	return slices.ContainsFunc(about, func(c behaviour.Check) bool {
		set := c.Test.Set
		if c.Test.Value != nil {
			set = append(slices.Clone(set), c.Test.Value)
		}
		return slices.ContainsFunc(valuesOf(set), func(v string) bool {
			return slices.ContainsFunc(values, func(w string) bool { return strings.EqualFold(v, w) })
		})
	})
}

func without(a, b []string) []string {
	var out []string
	for _, v := range a {
		if !slices.Contains(b, v) {
			out = append(out, v)
		}
	}
	return out
}

// folding is a list in lower case, for values that the code may have changed.
func folding(list []string) []string {
	var out []string
	for _, v := range list {
		out = append(out, strings.ToLower(v))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// folded: the sets are equal but for the case, which the code had changed before.
func folded(a, b []string) bool {
	return slices.Equal(folding(a), folding(b))
}

// decideBound compares the narrowest line that the code draws with the
// document's.
func (d demand) decideBound(about []behaviour.Check) (ruling, bool) {
	want := d.line()
	var best *behaviour.Check
	got := 0.0
	for i, c := range about {
		line, ok := d.lineOf(c.Test)
		if !c.Refuses || c.Conditional || !ok {
			continue
		}
		if best == nil || d.narrower(line, got) {
			best, got = &about[i], line
		}
	}
	if best == nil {
		return d.boundOfSet(about)
	}
	r := ruling{by: best.How, pos: best.Pos, got: strconv.FormatFloat(got, 'f', -1, 64)}
	switch {
	case got == want:
		r.facet = report.FacetOK
	case d.narrower(got, want):
		r.facet, r.stricter = report.FacetMismatch, true
	case d.kind == shortest && got == 1:
		return ruling{}, false // only that it is there is asked for
	case d.kind == lower && got == 0:
		return ruling{}, false // likewise
	default:
		r.facet = report.FacetMismatch
	}
	return r, true
}

// boundOfSet: where only listed values pass, these tell their length.
func (d demand) boundOfSet(about []behaviour.Check) (ruling, bool) {
	return firstOf(about, func(c behaviour.Check) bool {
		if c.Test.Call != "member" || c.Test.Op != token.NEQ || !c.Test.SetKnown || d.kind != shortest && d.kind != longest {
			return false
		}
		for _, v := range valuesOf(c.Test.Set) {
			if n := float64(len([]rune(v))); d.kind == shortest && n < d.bound || d.kind == longest && n > d.bound {
				return false
			}
		}
		return true
	})
}

// line is the outermost value that the document allows. Exclusive bounds of
// integers are moved by one; those of other numbers stand for themselves.
func (d demand) line() float64 {
	if !d.exclusive || !d.integer() {
		return d.bound
	}
	if d.kind == lower {
		return d.bound + 1
	}
	return d.bound - 1
}

func (d demand) integer() bool {
	return d.kind == shortest || d.kind == longest || slices.Contains(d.schema.Types, "integer")
}

func (d demand) narrower(a, b float64) bool {
	if d.kind == lower || d.kind == shortest {
		return a > b
	}
	return a < b
}

// lineOf is the outermost value that a refusal lets through on the demand's
// side.
func (d demand) lineOf(t behaviour.Test) (float64, bool) {
	view := behaviour.Itself
	if d.kind == shortest || d.kind == longest {
		view = behaviour.Length
	}
	low := d.kind == lower || d.kind == shortest
	if d.kind == shortest && t.View == behaviour.Judged && t.Call == "present" && t.Arg == "required" && t.Op == token.NEQ {
		return 1, true
	}
	if d.kind == shortest && t.View == behaviour.Itself && t.Op == token.EQL && t.Value != nil && t.Value.Kind() == constant.String && constant.StringVal(t.Value) == "" {
		return 1, true
	}
	if t.View != view || t.Value == nil || !numeric(t.Value) {
		return 0, false
	}
	n, _ := constant.Float64Val(t.Value)
	step := 0.0
	if d.integer() {
		step = 1
	}
	switch {
	case low && t.Op == token.LSS, !low && t.Op == token.GTR:
		return n, true
	case low && t.Op == token.LEQ:
		return n + step, true
	case !low && t.Op == token.GEQ:
		return n - step, true
	case t.Op == token.NEQ:
		return n, true
	case low && t.Op == token.EQL && n == 0 && (d.kind == shortest || rangeIsUnsigned(d)):
		return 1, true
	}
	return 0, false
}

func rangeIsUnsigned(d demand) bool {
	low, _, ok := rangeOf(deref(d.sites[0].typ))
	return ok && low == 0
}

// bearing is the first check that does not settle the demand but is about what
// it is about, so that nothing can be said.
func (d demand) bearing(about []behaviour.Check) *behaviour.Check {
	for i, c := range about {
		if d.bears(c) {
			return &about[i]
		}
	}
	return nil
}

// judging are functions that, by their name, say whether a value is right.
var judging = regexp.MustCompile(`(?i)valid|allowed|check|verify|format`)

func (d demand) bears(c behaviour.Check) bool {
	t := c.Test
	lookup := t.Call == "lookup"
	judge := t.View == behaviour.Judged && t.Call != "present" && t.Call != "member" && !lookup
	member := t.View == behaviour.Judged && t.Call == "member"
	zero := t.View == behaviour.Judged && t.Call == "present" || t.Value != nil && isZero(t.Value)
	open := t.Value == nil || !c.Refuses || c.Conditional
	switch d.kind {
	case required:
		return lookup || member && c.Refuses || zero && !(c.Refuses && !c.Conditional && !c.SkipsZero) || judge && c.Refuses && !d.harmless(t) || t.View == behaviour.Itself && t.Value == nil ||
			t.View == behaviour.Length && open
	case shortest, longest:
		return t.View == behaviour.Length && !zero && open || judge && c.Refuses || member && c.Refuses || zero && d.kind == shortest && d.bound <= 1 && open
	case lower, upper:
		ordering := t.View == behaviour.Itself && t.Op != token.EQL && t.Op != token.NEQ
		return ordering && open || judge && c.Refuses && !d.harmless(t) || member && c.Refuses || zero && d.kind == lower && open && d.bound <= 1 && d.bound >= 0
	case enum:
		return lookup || member || judge && c.Refuses || t.View == behaviour.Itself && (t.Op == token.EQL || t.Op == token.NEQ) && !zero
	case pattern, format:
		return lookup && (d.text == "format uuid" || judging.MatchString(t.Arg)) || judge || member && c.Refuses && t.SetKnown
	}
	return judge || member
}

// harmless verdicts are about the type of a value only.
func (d demand) harmless(t behaviour.Test) bool { return integers.calls.MatchString(t.Call) }

func isZero(v constant.Value) bool {
	switch v.Kind() {
	case constant.String:
		return constant.StringVal(v) == ""
	case constant.Int, constant.Float:
		return constant.Sign(v) == 0
	}
	return false
}

// String is the demand for people: `email: format email`.
func (d demand) String() string { return fmt.Sprintf("%s: %s", d.place, d.text) }
