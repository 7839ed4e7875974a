package taint

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// node is one step of a search, linked towards the sink.
type node struct {
	place
	// use is the block in which the value is used, to the block that control
	// enters next where that decides which value is taken.
	use, to *ssa.BasicBlock
	next    *node
}

// joined puts the steps of one search in front of those of another.
func joined(first, onward *node) *node {
	if first == nil || onward == nil {
		return first
	}
	head := *first
	head.next = joined(first.next, onward)
	if first.next == nil {
		head.next = onward
	}
	return &head
}

// outcome is what a search found.
type outcome struct {
	// trace leads from the request to the sink; nil where no input arrives.
	trace *node
	// doubt leads from input that a test of unknown worth lets through.
	doubt   *node
	params  []param
	unknown bool
	made    bool
}

// param is a parameter of the searched function that arrives.
type param struct {
	index int
	path  string
	trace *node
}

func (o *outcome) verdict() verdict {
	switch {
	case o.trace != nil:
		return tainted
	case o.doubt != nil:
		return doubted
	case o.unknown || len(o.params) > 0:
		return open
	}
	return clean
}

// searchLimit bounds the steps of one search. Real searches take tens.
const searchLimit = 3000

type search struct {
	t       *tracker
	kind    Kind
	out     *outcome
	queue   []*node
	visited map[visit]bool
	doubted bool // the search goes on behind a test of unknown worth
}

type visit struct {
	place
	use, to *ssa.BasicBlock
}

// search asks of what the text at a place is made, for a sink of a kind.
func (t *tracker) search(start place, use *ssa.BasicBlock, kind Kind) *outcome {
	s := &search{t: t, kind: kind, out: &outcome{}, visited: map[visit]bool{}}
	s.add(start, use, nil, nil)
	for i := 0; i < len(s.queue) && s.out.trace == nil; i++ {
		if i > searchLimit {
			s.out.unknown = true
			break
		}
		s.expand(s.queue[i])
	}
	return s.out
}

func (s *search) add(p place, use, to *ssa.BasicBlock, next *node) {
	if p.v == nil || p.tooDeep() {
		return
	}
	if _, constant := p.v.(*ssa.Const); constant || harmless(p.typ()) {
		return
	}
	key := visit{p, use, to}
	if s.visited[key] {
		return
	}
	s.visited[key] = true
	s.queue = append(s.queue, &node{p, use, to, next})
}

// input ends a way at the request.
func (s *search) input(n *node) {
	if s.out.trace == nil {
		s.out.trace = n
	}
}

func (s *search) expand(n *node) {
	switch s.t.checked(n, s.kind) {
	case proven:
		return
	case unproven:
		if s.out.doubt == nil {
			s.out.doubt = s.inputBehind(n)
		}
		return
	}
	if fromRequest(n.place, s.kind) {
		s.input(n)
		return
	}
	s.value(n)
}

// inputBehind searches on behind a test of unknown worth: only input matters.
func (s *search) inputBehind(n *node) *node {
	if s.doubted {
		return nil
	}
	inner := &search{t: s.t, kind: s.kind, out: &outcome{}, visited: map[visit]bool{}, doubted: true}
	if fromRequest(n.place, s.kind) {
		return n
	}
	inner.value(n)
	for i := 0; i < len(inner.queue) && i < searchLimit/10 && inner.out.trace == nil; i++ {
		inner.expand(inner.queue[i])
	}
	return inner.out.trace
}

// value adds what a value is made of.
func (s *search) value(n *node) {
	from := func(v ssa.Value) {
		s.add(place{v, n.path}, block(n.v, n.use), nil, n)
	}
	switch v := n.v.(type) {
	case *ssa.Phi:
		for i, e := range v.Edges {
			s.add(place{e, n.path}, v.Block().Preds[i], v.Block(), n)
		}
	case *ssa.UnOp:
		if v.Op == token.MUL {
			from(v.X)
		} else {
			s.out.unknown = true
		}
	case *ssa.FieldAddr:
		s.add(place{v.X, n.path}.field(fieldName(v.X.Type(), v.Field)), v.Block(), nil, n)
	case *ssa.Field:
		s.add(place{v.X, n.path}.field(fieldName(v.X.Type(), v.Field)), v.Block(), nil, n)
	case *ssa.IndexAddr:
		from(v.X)
	case *ssa.Index:
		from(v.X)
	case *ssa.Lookup:
		from(v.X)
	case *ssa.Slice:
		from(v.X)
	case *ssa.TypeAssert:
		from(v.X)
	case *ssa.ChangeType:
		from(v.X)
	case *ssa.Convert:
		from(v.X)
	case *ssa.ChangeInterface:
		from(v.X)
	case *ssa.MakeInterface:
		from(v.X)
	case *ssa.Range:
		from(v.X)
	case *ssa.Next:
		from(v.Iter)
	case *ssa.BinOp:
		s.concat(n, v)
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			s.result(n, call, v.Index)
		} else {
			from(v.Tuple)
		}
	case *ssa.Call:
		s.result(n, v, 0)
	case *ssa.Parameter:
		s.parameter(n, v)
	case *ssa.FreeVar:
		s.captured(n, v)
	case *ssa.Alloc, *ssa.MakeMap, *ssa.MakeSlice, *ssa.Global:
		s.writes(n, place{v, n.path}, 0)
	}
	if n.path != "" || isReference(n.v) {
		s.mutations(n)
	}
}

// block is where a value is computed; parameters and the like are there from
// the start, so what uses them stands where it stood.
func block(v ssa.Value, use *ssa.BasicBlock) *ssa.BasicBlock {
	if instr, ok := v.(ssa.Instruction); ok {
		return instr.Block()
	}
	return use
}

func fieldName(t types.Type, i int) string {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	return t.Underlying().(*types.Struct).Field(i).Name()
}

func isReference(v ssa.Value) bool {
	switch v.Type().Underlying().(type) {
	case *types.Map, *types.Pointer:
		return true
	}
	return false
}

// mutations adds what is written through a pointer or map that came from
// elsewhere: a parameter that is filled, the result of a constructor.
func (s *search) mutations(n *node) {
	switch n.v.(type) {
	case *ssa.Call, *ssa.Extract, *ssa.Parameter, *ssa.FreeVar, *ssa.UnOp:
		s.writes(n, n.place, 0)
	}
}

// parameter: of a handler it was handled as a source; of a literal that is
// called by a known function it is what that passes; otherwise callers decide.
func (s *search) parameter(n *node, v *ssa.Parameter) {
	fn := v.Parent()
	index := -1
	for i, p := range fn.Params {
		if p == v {
			index = i
		}
	}
	if fn.Parent() != nil && index == 0 {
		if root := walkedRoot(fn); root != nil {
			s.add(place{root, ""}, s.t.madeIn(fn), nil, n)
			return
		}
	}
	s.out.params = append(s.out.params, param{index, n.path, n})
}

// walkedRoot is the root of filepath.Walk and its like, whose callback gets
// paths below it.
func walkedRoot(fn *ssa.Function) ssa.Value {
	for _, use := range uses(fn) {
		if call, ok := use.(*ssa.Call); ok {
			switch web.Name(ssavalue.Callee(call.Common())) {
			case "path/filepath.Walk", "path/filepath.WalkDir":
				return call.Call.Args[0]
			}
		}
	}
	return nil
}

// uses are the instructions that a function literal's value appears in.
func uses(fn *ssa.Function) []ssa.Instruction {
	var found []ssa.Instruction
	if fn.Parent() == nil {
		return nil
	}
	for _, b := range fn.Parent().Blocks {
		for _, instr := range b.Instrs {
			for _, op := range instr.Operands(nil) {
				v := ssavalue.Plain(orNil(*op))
				if c, ok := v.(*ssa.MakeClosure); ok && c.Fn == fn || v == fn {
					found = append(found, instr)
				}
			}
		}
	}
	return found
}

func orNil(v ssa.Value) ssa.Value {
	if v == nil {
		return (*ssa.Const)(nil)
	}
	return v
}

// madeIn is the block in which a literal is made.
func (t *tracker) madeIn(fn *ssa.Function) *ssa.BasicBlock {
	if all := uses(fn); len(all) > 0 {
		return all[0].Block()
	}
	return fn.Parent().Blocks[0]
}

// captured goes on in the function around a literal.
func (s *search) captured(n *node, v *ssa.FreeVar) {
	if made, bound := ssavalue.Binding(v); made != nil {
		s.add(place{bound, n.path}, made.Block(), nil, n)
	}
}

// writes adds what is stored into the memory that a value names, by whatever
// way: assignments, elements, maps, literals that captured it, calls that fill it.
func (s *search) writes(n *node, p place, depth int) {
	if depth > 6 {
		return
	}
	for _, ref := range s.t.referrers(p.v) {
		s.write(n, p, ref, depth)
	}
}

func (t *tracker) referrers(v ssa.Value) []ssa.Instruction {
	if g, ok := v.(*ssa.Global); ok {
		return t.globals[g]
	}
	if refs := v.Referrers(); refs != nil {
		return *refs
	}
	return nil
}

func (s *search) write(n *node, p place, ref ssa.Instruction, depth int) {
	switch ref := ref.(type) {
	case *ssa.Store:
		if ref.Addr == p.v {
			s.add(place{ref.Val, p.path}, ref.Block(), nil, n)
		} else if ref.Val == p.v {
			s.stored(n, p, ref)
		}
	case *ssa.MapUpdate:
		if ref.Map == p.v {
			s.add(place{ref.Value, p.path}, ref.Block(), nil, n)
		}
	case *ssa.FieldAddr:
		name := fieldName(ref.X.Type(), ref.Field)
		if rest, ok := below(p.path, name); ok {
			s.writes(n, place{ref, rest}, depth+1)
		}
	case *ssa.IndexAddr:
		if ref.X == p.v {
			s.writes(n, place{ref, p.path}, depth+1)
		}
	case *ssa.UnOp:
		if ref.Op == token.MUL && holdsReference(ref.Type()) {
			s.writes(n, place{ref, p.path}, depth+1)
		}
	case *ssa.MakeInterface, *ssa.ChangeType, *ssa.Slice, *ssa.ChangeInterface:
		s.writes(n, place{ref.(ssa.Value), p.path}, depth+1)
	case *ssa.MakeClosure:
		fn := ref.Fn.(*ssa.Function)
		for i, b := range ref.Bindings {
			if b == p.v {
				s.writes(n, place{fn.FreeVars[i], p.path}, depth+1)
			}
		}
	case ssa.CallInstruction:
		for i, arg := range ssavalue.Operands(ref.Common()) {
			if arg == p.v {
				s.filled(n, p, ref, i)
			}
		}
	}
}

// below is the rest of a path under a field; the whole contains every field.
func below(path, field string) (string, bool) {
	if path == "" || path == field {
		return "", true
	}
	if len(path) > len(field) && path[:len(field)] == field && path[len(field)] == '.' {
		return path[len(field)+1:], true
	}
	return "", false
}

func holdsReference(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Slice:
		return true
	}
	return false
}

// stored follows &x into the packed arguments of a variadic call: Scan(&x, &y).
func (s *search) stored(n *node, p place, ref *ssa.Store) {
	at, ok := ref.Addr.(*ssa.IndexAddr)
	if !ok {
		return
	}
	array, ok := at.X.(*ssa.Alloc)
	if !ok {
		return
	}
	for _, use := range *array.Referrers() {
		slice, ok := use.(*ssa.Slice)
		if !ok {
			continue
		}
		for _, use := range *slice.Referrers() {
			call, ok := use.(ssa.CallInstruction)
			if !ok {
				continue
			}
			for i, arg := range ssavalue.Operands(call.Common()) {
				if arg == slice {
					s.filled(n, p, call, i)
				}
			}
		}
	}
}
