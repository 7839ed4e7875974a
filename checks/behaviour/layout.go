package behaviour

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// layout is what does not change between the activations of a function.
type layout struct {
	// number numbers the values that its instructions yield.
	number map[ssa.Value]int
	// order lists the blocks so that every one comes after all that lead to it,
	// ways back aside; acyclic says that there are none.
	order   []*ssa.BasicBlock
	acyclic bool
	// reflects: it asks types for their fields.
	reflects bool
}

// reflections are the calls by which a function does so.
var reflections = map[string]bool{
	"reflect.StructTag.Get": true, "reflect.StructTag.Lookup": true, "reflect.Value.NumField": true, "reflect.Type.NumField": true,
}

// reflects reports whether an instruction asks a type for its fields.
func reflects(instr ssa.Instruction) bool {
	call, ok := instr.(ssa.CallInstruction)
	if !ok {
		return false
	}
	fn := behaviour.Callee(call.Common())
	return fn != nil && reflections[behaviour.FuncName(fn)]
}

func (x *Index) layoutOf(fn *ssa.Function) *layout {
	l := x.layouts[fn]
	if l != nil {
		return l
	}
	l = &layout{number: map[ssa.Value]int{}}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			l.reflects = l.reflects || reflects(instr)
			if v, ok := instr.(ssa.Value); ok {
				l.number[v] = len(l.number)
			}
		}
	}
	l.sort(fn)
	x.layouts[fn] = l
	return l
}

func (l *layout) sort(fn *ssa.Function) {
	seen, place := make([]bool, len(fn.Blocks)), make([]int, len(fn.Blocks))
	var visit func(b *ssa.BasicBlock)
	visit = func(b *ssa.BasicBlock) {
		seen[b.Index] = true
		for _, s := range slices.Backward(b.Succs) {
			if !seen[s.Index] {
				visit(s)
			}
		}
		l.order = append(l.order, b)
	}
	visit(fn.Blocks[0])
	slices.Reverse(l.order)
	for i, b := range l.order {
		place[b.Index] = i
	}
	l.acyclic = true
	for i, b := range l.order {
		for _, s := range b.Succs {
			l.acyclic = l.acyclic && place[s.Index] > i
		}
	}
}

// run brings the values to rest along the edges that can be taken and notes
// what happens in each live block. Without a way back one round sees everything.
func (f *frame) run() *outcome {
	f.live[0] = true
	if f.layout.acyclic {
		f.recording = true
		f.within(func() { f.straight(); f.judgeTests() })
		return f.outcome()
	}
	for range 8 {
		f.moved = false
		f.within(f.round)
		if !f.moved || !f.loops || f.m.over {
			break
		}
	}
	f.recording, f.moved = true, false
	f.within(func() { f.walk(f.fn.Blocks[0], f.status); f.judgeTests() })
	return f.outcome()
}

func (f *frame) round() {
	for _, b := range f.layout.order {
		if f.live[b.Index] {
			f.block(b)
		}
	}
}

// straight goes through the blocks of a function without loops once.
func (f *frame) straight() {
	for _, b := range f.layout.order {
		if !f.live[b.Index] {
			continue
		}
		status := f.status
		if d := b.Idom(); d != nil {
			status = f.notes[d.Index].status
		}
		f.begin(b, status)
		f.block(b)
	}
}

// walk notes the blocks in dominator order, so that a status set on the way in
// is known where the body is written.
func (f *frame) walk(b *ssa.BasicBlock, status []int) {
	note := f.begin(b, status)
	if f.live[b.Index] {
		f.block(b)
	}
	for _, d := range b.Dominees() {
		f.walk(d, note.status)
	}
}

func (f *frame) begin(b *ssa.BasicBlock, status []int) *blockNote {
	note := &f.room[b.Index]
	note.status = status
	f.notes[b.Index] = note
	return note
}
