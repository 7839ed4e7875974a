package behaviour

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
	"github.com/backend-conformance/conformance/checks/routes"
)

// maxConverting bounds how many functions are searched for a handler's answers.
const maxConverting = 400

// Converted are the names of the types, within their packages, that a handler or
// what it calls turns into an interface type: what it answers with, where
// generated code sends the answer.
func (x *Index) Converted(h routes.Handler, iface types.Type) map[string]bool {
	found, name := map[string]bool{}, types.TypeString(iface, nil)
	seen := map[*behaviour.Function]bool{}
	queue := []*behaviour.Function{x.byKey[h.Key]}
	for len(queue) > 0 && len(seen) < maxConverting {
		fn := queue[0]
		queue = queue[1:]
		if fn == nil || seen[fn] {
			continue
		}
		seen[fn] = true
		queue = append(queue, x.mentions(fn)...)
		for _, b := range fn.SSA.Blocks {
			for _, instr := range b.Instrs {
				made, ok := instr.(*ssa.MakeInterface)
				if !ok || types.TypeString(made.Type(), nil) != name {
					continue
				}
				if n := namedType(made.X.Type()); n != nil {
					found[n.Obj().Name()] = true
				}
			}
		}
	}
	return found
}

// namedType is a type with a name, through one pointer.
func namedType(t types.Type) *types.Named {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, _ := types.Unalias(t).(*types.Named)
	return n
}
