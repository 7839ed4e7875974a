package behaviour

import (
	"go/constant"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// split is what strings.Split and strings.SplitN make of texts that are known:
// "header:Authorization" in a configuration. ok is false for other calls.
func (f *frame) split(instr ssa.CallInstruction, fn *types.Func, args []value) (v value, ok bool) {
	call, isCall := instr.(*ssa.Call)
	if !isCall || len(args) < 2 {
		return value{}, false
	}
	text, known := args[0].text()
	sep, knownToo := args[1].text()
	if !known || !knownToo || args[0].absent || args[0].input != 0 {
		return value{}, false
	}
	n := -1
	switch f.m.x.calleeOf(fn).name {
	case "strings.Split":
	case "strings.SplitN":
		if n, known = args[2].number(); !known {
			return value{}, false
		}
	default:
		return value{}, false
	}
	list := f.m.cellAt(call, f.m.mapKey(sep+"\x00"+text), call.Type())
	f.m.part(list, -1, types.Typ[types.String]).keep(value{}) // any of them
	for i, s := range strings.SplitN(text, sep, n) {
		f.m.part(list, i, types.Typ[types.String]).keep(constantOf(constant.MakeString(s)))
	}
	return value{kind: notNull, made: true, cell: list}, true
}

// elements counts the elements of a list that are known one by one; not ok where
// they are not.
func (c *cell) elements() (n int, ok bool) {
	if c == nil || c.typ == nil {
		return 0, false
	}
	if _, slice := c.typ.Underlying().(*types.Slice); !slice {
		return 0, false
	}
	for _, p := range c.parts {
		if p.index >= 0 {
			n++
		}
	}
	return n, n > 0
}

// element is the place of the element that an index says.
func (m *machine) element(c *cell, index value, t types.Type) *cell {
	if i, known := index.number(); known {
		if n, ok := c.elements(); ok && i >= 0 && i < n {
			return c.at(i)
		}
	}
	return m.part(c, -1, t)
}
