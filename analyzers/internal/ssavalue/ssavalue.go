// Package ssavalue is what analyzers ask of single values and calls in SSA form.
package ssavalue

import (
	"go/constant"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// Operands are a call's arguments, the receiver first.
func Operands(c *ssa.CallCommon) []ssa.Value {
	if c.IsInvoke() {
		return append([]ssa.Value{c.Value}, c.Args...)
	}
	return c.Args
}

// Callee is the object that a call names, as the tables know it.
func Callee(c *ssa.CallCommon) *types.Func {
	if c.IsInvoke() {
		return c.Method.Origin()
	}
	if f := c.StaticCallee(); f != nil {
		if obj, ok := f.Object().(*types.Func); ok {
			return obj.Origin()
		}
	}
	return nil
}

// Argument is the operand for an index of the tables, which do not count receivers.
func Argument(c *ssa.CallCommon, i int) ssa.Value {
	if fn := Callee(c); fn != nil && fn.Signature().Recv() != nil {
		i++
	}
	args := Operands(c)
	if i < 0 || i >= len(args) {
		return nil
	}
	return args[i]
}

// Variadic are the elements of "f(a, b...)" as written, where the compiler
// packed them; otherwise the value itself.
func Variadic(v ssa.Value) []ssa.Value {
	slice, ok := v.(*ssa.Slice)
	if !ok {
		return []ssa.Value{v}
	}
	array, ok := slice.X.(*ssa.Alloc)
	if !ok || array.Comment != "varargs" {
		return []ssa.Value{v}
	}
	var elements []ssa.Value
	for _, ref := range *array.Referrers() {
		at, ok := ref.(*ssa.IndexAddr)
		if !ok {
			continue
		}
		for _, use := range *at.Referrers() {
			if store, ok := use.(*ssa.Store); ok {
				elements = append(elements, store.Val)
			}
		}
	}
	return elements
}

// Plain looks through conversions.
func Plain(v ssa.Value) ssa.Value {
	for {
		switch x := v.(type) {
		case *ssa.MakeInterface:
			v = x.X
		case *ssa.ChangeType:
			v = x.X
		case *ssa.Convert:
			v = x.X
		case *ssa.ChangeInterface:
			v = x.X
		default:
			return v
		}
	}
}

// Text is the value of a constant string, through conversions.
func Text(v ssa.Value) (string, bool) {
	if v == nil {
		return "", false
	}
	c, ok := Plain(v).(*ssa.Const)
	if !ok || c.Value == nil || c.Value.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(c.Value), true
}

// Binding is where a literal is made, and what its captured variable is there;
// nil for the wrappers that the compiler makes.
func Binding(v *ssa.FreeVar) (*ssa.MakeClosure, ssa.Value) {
	fn := v.Parent()
	if fn.Parent() == nil {
		return nil, nil
	}
	for i, free := range fn.FreeVars {
		if free != v {
			continue
		}
		for _, use := range fn.Parent().Blocks {
			for _, instr := range use.Instrs {
				if c, ok := instr.(*ssa.MakeClosure); ok && c.Fn == fn {
					return c, c.Bindings[i]
				}
			}
		}
	}
	return nil, nil
}
