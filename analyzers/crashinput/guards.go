package crashinput

import (
	"fmt"
	"go/token"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// worth is what a condition says about an operand.
type worth int

const (
	nothing  worth = iota
	doubtful       // it may rule the panic out
	proves
)

// guards is the best that the conditions say which hold in a block, or on the
// edge from it to another one.
func (f *follower) guards(b, to *ssa.BasicBlock) (best worth, why string) {
	take := func(cond ssa.Value, holds bool) {
		if w := f.condition(cond, holds); w > best {
			best, why = w, "a condition that is not understood stands before it"
		}
	}
	if to != nil {
		if cond := branch(b); cond != nil && b.Succs[0] != b.Succs[1] {
			take(cond, b.Succs[0] == to)
		}
	}
	for d := b; d.Idom() != nil; d = d.Idom() {
		up := d.Idom()
		cond := branch(up)
		if cond == nil || len(d.Preds) != 1 {
			continue
		}
		take(cond, up.Succs[0] == d)
	}
	return best, why
}

// branch is the condition at the end of a block; nil where there is none.
func branch(b *ssa.BasicBlock) ssa.Value {
	if last, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If); ok {
		return last.Cond
	}
	return nil
}

func (f *follower) condition(cond ssa.Value, holds bool) worth {
	switch c := cond.(type) {
	case *ssa.UnOp:
		if c.Op == token.NOT {
			return f.condition(c.X, !holds)
		}
		return f.mentioned(c)
	case *ssa.BinOp:
		return f.comparison(c, holds)
	case *ssa.Call:
		return f.test(c, holds)
	case *ssa.Extract:
		switch t := c.Tuple.(type) {
		case *ssa.TypeAssert:
			if f.d.steps[key(t.X, 0)] && holds {
				return proves
			}
		case *ssa.Lookup:
			if holds && f.oneValue(t) {
				return proves
			}
		case *ssa.Call:
			if !f.d.steps[key(t, 0)] {
				return f.mentioned(t)
			}
		}
	case *ssa.Lookup, *ssa.Phi:
		return f.mentioned(c)
	}
	return nothing
}

// oneValue says that the operand is what a header or query has under a name:
// what is there at all has a value.
func (f *follower) oneValue(v ssa.Value) bool {
	l, ok := v.(*ssa.Lookup)
	if !ok || f.need != 1 || key(l, 0) != key(f.of, 0) {
		return false
	}
	t := web.TypeName(l.X.Type())
	return t == "net/url.Values" || t == "net/http.Header"
}

// mentioned is what a condition is worth that has to do with the operand in a
// way that is not understood.
func (f *follower) mentioned(v ssa.Value) worth {
	if f.mentions(v, 0) {
		return doubtful
	}
	return nothing
}

func (f *follower) mentions(v ssa.Value, depth int) bool {
	if v == nil || depth > 6 {
		return false
	}
	if f.d.steps[key(v, 0)] {
		return true
	}
	instr, ok := v.(ssa.Instruction)
	if !ok {
		return false
	}
	if _, loads := v.(*ssa.Alloc); loads {
		return false
	}
	for _, op := range instr.Operands(nil) {
		if *op != nil && f.mentions(*op, depth+1) {
			return true
		}
	}
	return false
}

func (f *follower) comparison(c *ssa.BinOp, holds bool) worth {
	x, y, op := c.X, c.Y, c.Op
	if _, isConst := x.(*ssa.Const); isConst {
		x, y, op = y, x, mirrored[op]
	}
	if of := lengthOf(x); of != nil && f.d.steps[key(of, 0)] {
		return f.length(of, op, y, holds)
	}
	if web.IsError(x.Type()) {
		return f.failure(x)
	}
	if !f.d.steps[key(x, 0)] && !f.d.steps[key(y, 0)] {
		return max(f.mentioned(x), f.mentioned(y))
	}
	if isInteger(x.Type()) {
		return proves
	}
	equal := holds == (op == token.EQL)
	text, isText := ssavalue.Text(y)
	switch {
	case isText && text == "":
		return enough(f.of, x, 1, f.need, !equal)
	case isText:
		if equal {
			return doubtful
		}
		return nothing
	case isNil(y) && !equal && (isSubmatch(f.of) || f.oneValue(x)):
		return proves
	case isNil(y) && f.need >= 0:
		return nothing
	}
	return doubtful
}

var mirrored = map[token.Token]token.Token{
	token.EQL: token.EQL, token.NEQ: token.NEQ, token.LSS: token.GTR, token.GTR: token.LSS, token.LEQ: token.GEQ, token.GEQ: token.LEQ,
}

// lengthOf is x in len(x); nil for others.
func lengthOf(v ssa.Value) ssa.Value {
	call, ok := v.(*ssa.Call)
	if !ok {
		return nil
	}
	if b, ok := call.Call.Value.(*ssa.Builtin); ok && b.Name() == "len" {
		return call.Call.Args[0]
	}
	return nil
}

// length is what a comparison of a length proves.
func (f *follower) length(of ssa.Value, op token.Token, y ssa.Value, holds bool) worth {
	n := constant(y)
	if n == nil {
		return proves
	}
	if key(of, 0) != key(f.of, 0) {
		if isSplit(f.of) {
			return nothing // how long a text is does not tell how many parts it has
		}
		return doubtful
	}
	least := 0
	switch {
	case op == token.EQL && holds, op == token.NEQ && !holds, op == token.GEQ && holds, op == token.LSS && !holds:
		least = int(*n)
	case op == token.GTR && holds, op == token.LEQ && !holds:
		least = int(*n) + 1
	case *n == 0 && (op == token.EQL && !holds || op == token.NEQ && holds):
		least = 1
	}
	return enough(f.of, of, least, f.need, true)
}

// enough compares what is proven of a value with what is needed of the operand.
func enough(operand, of ssa.Value, least, need int, holds bool) worth {
	if !holds || key(operand, 0) != key(of, 0) {
		return nothing
	}
	if need < 0 {
		return doubtful
	}
	if least >= need {
		return proves
	}
	return nothing
}

// failure is what it is worth that a call gave no error: nothing for those that
// made the operand.
func (f *follower) failure(err ssa.Value) worth {
	e, ok := err.(*ssa.Extract)
	if ok && f.d.steps[key(e.Tuple, 0)] {
		return nothing
	}
	if ok {
		if call, isCall := e.Tuple.(*ssa.Call); isCall {
			if _, reads := web.Reader(ssavalue.Callee(&call.Call)); reads {
				return nothing
			}
		}
		return f.mentioned(e.Tuple)
	}
	if call, isCall := err.(*ssa.Call); isCall {
		if _, reads := web.Reader(ssavalue.Callee(&call.Call)); reads {
			return nothing
		}
	}
	return f.mentioned(err)
}

// test is what a call that answers with a truth value is worth.
func (f *follower) test(c *ssa.Call, holds bool) worth {
	args := ssavalue.Operands(&c.Call)
	switch web.Name(ssavalue.Callee(&c.Call)) {
	case "strings.HasPrefix", "strings.HasSuffix", "strings.Contains", "bytes.HasPrefix", "bytes.Contains":
		text, ok := ssavalue.Text(args[1])
		switch {
		case !f.d.steps[key(args[0], 0)] || !holds:
			return nothing
		case !ok:
			return doubtful
		case key(args[0], 0) == key(f.of, 0):
			return enough(f.of, args[0], len(text), f.need, true)
		}
		if split, ok := f.of.(*ssa.Call); ok && isSplit(split) {
			if sep, ok := ssavalue.Text(ssavalue.Operands(&split.Call)[1]); ok && sep != "" && 1+strings.Count(text, sep) >= f.need {
				return proves
			}
			return nothing
		}
		return doubtful
	}
	return f.mentioned(c)
}

func isNil(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.IsNil()
}

// isSubmatch knows matches, which are nil or have as many elements as the
// expression has groups.
func isSubmatch(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	return ok && strings.HasPrefix(web.Name(ssavalue.Callee(&call.Call)), "regexp.Regexp.Find")
}

// key names a value so that two readings of one field, or two calls of one
// getter, have one name.
func key(v ssa.Value, depth int) string {
	if v == nil || depth > 8 {
		return "?"
	}
	switch x := v.(type) {
	case *ssa.Const:
		return x.String()
	case *ssa.FieldAddr:
		return fmt.Sprintf("%s.%d", key(x.X, depth+1), x.Field)
	case *ssa.Field:
		return fmt.Sprintf("%s.%d", key(x.X, depth+1), x.Field)
	case *ssa.UnOp:
		return x.Op.String() + key(x.X, depth+1)
	case *ssa.IndexAddr:
		return key(x.X, depth+1) + "[" + key(x.Index, depth+1) + "]"
	case *ssa.Lookup:
		return key(x.X, depth+1) + "[" + key(x.Index, depth+1) + "]"
	case *ssa.Extract:
		if l, ok := x.Tuple.(*ssa.Lookup); ok && x.Index == 0 {
			return key(l, depth+1)
		}
		return fmt.Sprintf("%s#%d", key(x.Tuple, depth+1), x.Index)
	case *ssa.MakeInterface:
		return key(x.X, depth+1)
	case *ssa.ChangeType:
		return key(x.X, depth+1)
	case *ssa.Call:
		if fn := ssavalue.Callee(&x.Call); fn != nil && pure(web.Name(fn)) {
			parts := []string{web.Name(fn)}
			for _, a := range ssavalue.Operands(&x.Call) {
				parts = append(parts, key(a, depth+1))
			}
			return strings.Join(parts, "|")
		}
	}
	return fmt.Sprintf("%p", v)
}

// pure functions give the same again.
func pure(name string) bool {
	_, passes := passes[name]
	return passes && name != "io.ReadAll" && name != "io/ioutil.ReadAll" || strings.HasSuffix(name, ".Context.GetHeader") || strings.HasSuffix(name, ".Context.Query") || strings.HasSuffix(name, ".Ctx.Get")
}
