package behaviour

import (
	"go/constant"
	"slices"
	"sort"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

// answer writes to the client, hands on, or makes an error with a status.
func (f *frame) answer(b *ssa.BasicBlock, instr ssa.CallInstruction, op *behaviour.Write, args []value) (value, bool) {
	c := instr.Common()
	if op.Part == behaviour.Next {
		return f.handOn(b, instr, args)
	}
	if op.Part != behaviour.ValuePart && !f.isAnswer(c, op.To, args) {
		return value{}, false
	}
	results := f.m.results(c.Signature().Results(), value{request: true})
	codes := f.statusOf(b, c, op, args)
	if len(codes) == 1 && op.Part != behaviour.PiecePart && !f.pending(b, c, op, args) {
		results.status = codes[0]
	}
	if op.Part == behaviour.ValuePart {
		results.kind = notNull
	}
	if op.Part == behaviour.StatusPart && f.recording {
		f.notes[b.Index].status = append([]int{}, codes...) // set, known or not
	}
	if op.Stops {
		f.note(b, event{kind: eventStop, pos: instr.Pos()})
	}
	if len(codes) == 0 {
		codes = []int{0}
	}
	failing := 0
	for _, code := range codes {
		a := &Answer{Encoding: op.Encoding, Part: op.Part, Status: code, StatusKnown: code != 0, oneOf: len(codes)}
		f.body(a, c, op, args)
		a.Central = f.m.x.collectsErrors && calleeName(c) == "AbortWithError"
		kind := eventAnswer
		if op.Part == behaviour.ValuePart {
			kind = eventMade
		}
		f.note(b, event{kind: kind, pos: instr.Pos(), answer: a})
		if code >= 400 {
			failing++
		}
	}
	if f.recording && op.Part != behaviour.ValuePart {
		n := f.notes[b.Index]
		n.answers = true
		n.stops = n.stops || op.Stops
		n.fails = n.fails || failing == len(codes)
		n.succeeds = n.succeeds || codes[0] != 0 && failing == 0 && op.Encoding != "redirect"
	}
	return results, true
}

// handOn calls the next handler: a known one is entered.
func (f *frame) handOn(b *ssa.BasicBlock, instr ssa.CallInstruction, args []value) (value, bool) {
	c := instr.Common()
	if len(args) > 0 && !args[0].next {
		if args[0].fn != nil {
			t := f.m.bind(args[0].fn, args[1:])
			return f.enter(b, instr, []target{t}, args), true
		}
		if args[0].dyn != nil {
			if ts := f.m.methods(behaviour.Callee(c), args); len(ts) > 0 {
				return f.enter(b, instr, ts, args), true
			}
		}
	}
	f.next(b, instr)
	return value{}, true
}

// isAnswer reports whether what is written to is an answer.
func (f *frame) isAnswer(c *ssa.CallCommon, to int, args []value) bool {
	v := behaviour.Arg(c, to)
	if to < 0 {
		v = receiver(c)
	}
	if v == nil {
		return false
	}
	return argument(c, args, to).part == answerBody || f.m.x.isAnswer(v.Type())
}

// pending reports whether the status of an answer was set by an earlier call: it
// is not this one's, then, whose result says nothing about it.
func (f *frame) pending(b *ssa.BasicBlock, c *ssa.CallCommon, op *behaviour.Write, args []value) bool {
	n := f.notes[b.Index]
	if op.Fixed != 0 || op.Status >= 0 || len(args) > 0 && args[0].status != 0 && receiver(c) != nil {
		return false
	}
	return f.recording && n != nil && n.statusSet() && !slices.Equal(n.status, []int{200})
}

// statusOf are the statuses that a call can send; none where that is not known.
func (f *frame) statusOf(b *ssa.BasicBlock, c *ssa.CallCommon, op *behaviour.Write, args []value) []int {
	switch {
	case op.Fixed != 0:
		return []int{op.Fixed}
	case op.Status >= 0:
		return argument(c, args, op.Status).numbers()
	case len(args) > 0 && args[0].status != 0 && receiver(c) != nil:
		return []int{args[0].status}
	}
	if op.Part == behaviour.ValuePart {
		return nil
	}
	if n := f.notes[b.Index]; f.recording && n != nil && n.statusSet() {
		return n.status
	}
	return []int{200}
}

// body describes what is sent.
func (f *frame) body(a *Answer, c *ssa.CallCommon, op *behaviour.Write, args []value) {
	v := behaviour.Arg(c, op.Body)
	if v == nil {
		return
	}
	known := argument(c, args, op.Body)
	t := known.dyn
	if t == nil {
		if mi, ok := v.(*ssa.MakeInterface); ok {
			v = mi.X
		}
		t = v.Type()
	}
	a.Type, a.Keys, a.HasBody = f.subst(t), known.keys, true
	if a.Keys == noKeys {
		a.Keys, a.Empty = "", true
	}
	a.NilSlice, a.MadeSlice = known.nilSlice, known.made
	a.shape = &shaped{f.m, known, a.Type}
	if known.part == jsonText {
		a.Encoding = "json"
	}
	a.value = known
	if bytes, ok := v.(*ssa.Convert); ok && isByteSlice(bytes.Type()) {
		if text := f.get(bytes.X); text.c != nil {
			a.value = text
		}
	}
}

// UnknownRefusal is an answer with a 4xx that the handler names itself and the
// document does not know, although it lists others. A call that can lead to
// several picks one by the error, which may never be this one; nor may one that
// depends on the fields of a type.
func (s *Summary) UnknownRefusal(op *spec.Operation) (Answer, bool) {
	listed := false
	for _, r := range op.Responses {
		listed = listed || strings.HasPrefix(r.Status, "4") || strings.HasPrefix(r.Status, "5")
		if r.Status == "default" || strings.EqualFold(r.Status, "4XX") {
			return Answer{}, false
		}
	}
	if !listed {
		return Answer{}, false
	}
	at := map[report.Position]map[int]bool{}
	for _, a := range s.Answers {
		if at[a.Site] == nil {
			at[a.Site] = map[int]bool{}
		}
		at[a.Site][a.Status] = true
	}
	for _, a := range s.Answers {
		if a.StatusKnown && !a.Returned && !a.Reflected && a.Part != ValuePart && a.Alternatives() == 1 && a.Status >= 400 && a.Status < 500 && len(at[a.Site]) == 1 &&
			!slices.ContainsFunc(op.Responses, func(r spec.Response) bool { return r.Covers(a.Status) }) {
			return a, true
		}
	}
	return Answer{}, false
}

// noKeys are those of a map that nothing is ever put into: it is used once.
const noKeys = "{}"

// keysOf are the constant keys put into a map where it is made.
func keysOf(m *ssa.MakeMap) string {
	var keys []string
	uses := 0
	for _, r := range *m.Referrers() {
		if _, debug := r.(*ssa.DebugRef); !debug {
			uses++
		}
		if u, ok := r.(*ssa.MapUpdate); ok && u.Map == ssa.Value(m) {
			k := u.Key
			if mi, ok := k.(*ssa.MakeInterface); ok {
				k = mi.X
			}
			if c, ok := k.(*ssa.Const); ok && c.Value != nil && c.Value.Kind() == constant.String {
				keys = append(keys, constant.StringVal(c.Value))
			} else {
				keys = append(keys, "*")
			}
		}
	}
	if len(keys) == 0 && uses == 1 {
		return noKeys
	}
	sort.Strings(keys)
	return strings.Join(keys, ",")
}

func makeInt(n int) constant.Value { return constant.MakeInt64(int64(n)) }
