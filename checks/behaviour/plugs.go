package behaviour

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// plug is a place in a framework that a module puts code of its own into: the
// framework then calls a method of that.
type plug struct {
	method string
	// instead is the framework's function that does nothing but call the method;
	// args are those of its operands, the receiver counted, that it hands on.
	instead string
	args    []int
	// after is the framework whose binders call the method with what they filled.
	after string
}

// plugs by the variable or field that holds them.
var plugs = map[string]plug{
	"github.com/labstack/echo.Echo.Binder":            {method: "Bind", instead: "github.com/labstack/echo.Context.Bind", args: []int{1, 0}},
	"github.com/labstack/echo.Echo.Validator":         {method: "Validate", instead: "github.com/labstack/echo.Context.Validate", args: []int{1}},
	"github.com/gin-gonic/gin/binding.Validator":      {method: "ValidateStruct", after: "gin"},
	"github.com/gofiber/fiber.Config.StructValidator": {method: "Validate", after: "fiber"},
}

// plugged is what the module puts into a plug.
type plugged struct {
	plug
	// with are the methods that may be called there; foreign says that others, of
	// code that is not in the module, may be as well.
	with    []*behaviour.Function
	foreign bool
}

// findPlugs looks what the functions of the module put into plugs.
func (x *Index) findPlugs(all []*behaviour.Function) {
	for _, fn := range all {
		for _, b := range fn.SSA.Blocks {
			for _, instr := range b.Instrs {
				if st, ok := instr.(*ssa.Store); ok && !isNil(st.Val) {
					x.plugIn(slotName(st.Addr), st.Val)
				}
			}
		}
	}
}

// slotName is the variable, or the field of a type, that an address is of.
func slotName(addr ssa.Value) string {
	switch a := addr.(type) {
	case *ssa.Global:
		return globalName(a)
	case *ssa.FieldAddr:
		st := a.X.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Struct)
		return behaviour.TypeName(a.X.Type()) + "." + st.Field(a.Field).Name()
	}
	return ""
}

func (x *Index) plugIn(slot string, v ssa.Value) {
	p, ok := plugs[slot]
	if !ok {
		return
	}
	with := x.methodsOf(v, p.method)
	if len(with) == 1 && strings.HasPrefix(behaviour.FuncName(with[0]), slot[:strings.LastIndex(slot, "/")]) {
		return // the framework's own, which is there anyway
	}
	in := x.plugged[p.instead+p.after]
	if in == nil {
		in = &plugged{plug: p}
		x.plugged[p.instead+p.after] = in
	}
	in.foreign = in.foreign || len(with) == 0
	for _, fn := range with {
		own := x.byName[fn.Origin().FullName()]
		if own == nil {
			in.foreign = true
		} else if !slices.Contains(in.with, own) {
			in.with = append(in.with, own)
		}
	}
}

// methodsOf are the methods that a call on v can lead to: that of its type, or
// of the module's types behind an interface.
func (x *Index) methodsOf(v ssa.Value, name string) []*types.Func {
	if mi, ok := v.(*ssa.MakeInterface); ok {
		obj, _, _ := types.LookupFieldOrMethod(mi.X.Type(), true, nil, name)
		if fn, ok := obj.(*types.Func); ok {
			return []*types.Func{fn}
		}
		return nil
	}
	iface, ok := v.Type().Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	obj, _, _ := types.LookupFieldOrMethod(v.Type(), true, nil, name)
	method, ok := obj.(*types.Func)
	if !ok {
		return nil
	}
	var found []*types.Func
	for _, t := range x.named {
		if fn := implementation(t, iface, method); fn != nil {
			found = append(found, fn)
		}
	}
	return found
}

// instead enters what the module put in the place of a function of a framework.
// ok is false where there is nothing, or nothing that can be followed.
func (f *frame) instead(b *ssa.BasicBlock, instr ssa.CallInstruction, args []value) (v value, ok bool) {
	fn := behaviour.Callee(instr.Common())
	if fn == nil || len(f.m.x.plugged) == 0 || !used(instr) {
		return value{}, false
	}
	p := f.m.x.plugged[f.m.x.calleeOf(fn).name]
	if p == nil {
		return value{}, false
	}
	var handed []value
	for _, i := range p.args {
		if i < len(args) {
			handed = append(handed, args[i])
		}
	}
	return f.plugIn(b, instr, p, handed)
}

// after runs what the module has binders of a framework call with what they
// filled. ok is false where it has none.
func (f *frame) after(b *ssa.BasicBlock, instr ssa.CallInstruction, op *behaviour.Read, target value) bool {
	p := f.m.x.plugged[string(op.Framework)]
	if p == nil {
		return false
	}
	f.plugIn(b, instr, p, []value{target})
	return true
}

func (f *frame) plugIn(b *ssa.BasicBlock, instr ssa.CallInstruction, p *plugged, handed []value) (v value, ok bool) {
	if p.foreign {
		f.escape(b, instr, handed)
		return value{}, false
	}
	args := append([]value{{kind: notNull}}, handed...)
	var targets []target
	for _, fn := range p.with {
		targets = append(targets, target{f.m.closure(fn, nil), args})
	}
	return f.enter(b, instr, targets, args), true
}
