package taint

import (
	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// guardedDialer says that the package makes connections through a function that
// refuses private addresses: a transport's DialContext, a dialer's Control.
func (t *tracker) guardedDialer() bool {
	for _, fn := range t.all {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				store, ok := instr.(*ssa.Store)
				if !ok {
					continue
				}
				field, ok := store.Addr.(*ssa.FieldAddr)
				if ok && dials[fieldName(field.X.Type(), field.Field)] && t.refusesPrivate(store.Val) {
					return true
				}
			}
		}
	}
	return false
}

// dials are the fields of transports and dialers that hold such a function.
var dials = map[string]bool{"DialContext": true, "Dial": true, "DialTLSContext": true, "Control": true, "ControlContext": true}

func (t *tracker) refusesPrivate(v ssa.Value) bool {
	switch v := ssavalue.Plain(v).(type) {
	case *ssa.Function:
		return t.guardsAddresses(v, 0)
	case *ssa.MakeClosure:
		fn, ok := v.Fn.(*ssa.Function)
		return ok && t.guardsAddresses(fn, 0)
	case *ssa.Call: // a function that makes the function
		for _, fn := range t.callees(v.Common()) {
			for _, inner := range fn.AnonFuncs {
				if t.guardsAddresses(inner, 0) {
					return true
				}
			}
		}
	}
	return false
}

// guardsAddresses says that a function, or one that it calls, tells private
// networks from public ones.
func (t *tracker) guardsAddresses(fn *ssa.Function, depth int) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			switch web.Name(ssavalue.Callee(call.Common())) {
			case "net.IP.IsPrivate", "net.IP.IsLoopback", "net.IP.IsGlobalUnicast", "net.IPNet.Contains", "net/netip.Addr.IsPrivate", "net/netip.Addr.IsLoopback", "net/netip.Addr.IsGlobalUnicast", "net/netip.Prefix.Contains":
				return true
			}
			if depth < 3 {
				for _, callee := range t.callees(call.Common()) {
					if callee != fn && t.guardsAddresses(callee, depth+1) {
						return true
					}
				}
			}
		}
	}
	return false
}
