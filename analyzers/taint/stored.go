package taint

import (
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// fileWriters and fileReaders are functions on whole files: the path is their first argument.
var (
	fileWriters = map[string]bool{"os.WriteFile": true, "io/ioutil.WriteFile": true}
	fileReaders = map[string]bool{"os.ReadFile": true, "io/ioutil.ReadFile": true}
)

// readsStored says that a call reads back a file into which the package writes
// what clients send: what it holds is input of an earlier request, as rows of a
// database are. The two are the same file where their paths have the same form,
// so that pages and templates that the service brings along do not count.
func (t *tracker) readsStored(call *ssa.Call, name string) bool {
	if !fileReaders[name] {
		return false
	}
	form := t.form(call.Call.Args[0], 0)
	return form != "" && t.storedForms()[form]
}

func (t *tracker) storedForms() map[string]bool {
	if t.stored != nil {
		return t.stored
	}
	t.stored = map[string]bool{} // a search that comes here again adds nothing
	forms := map[string]bool{}
	for _, fn := range t.funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(*ssa.Call)
				if !ok || !fileWriters[web.Name(ssavalue.Callee(call.Common()))] {
					continue
				}
				form := t.form(call.Call.Args[0], 0)
				if form != "" && !forms[form] && t.search(place{call.Call.Args[1], ""}, b, Upload).verdict() == tainted {
					forms[form] = true
				}
			}
		}
	}
	t.stored = forms
	return forms
}

// formDepth bounds how far a path is taken apart.
const formDepth = 6

// form is how a path is put together: constants, package-level variables and
// helpers by name, "*" for what differs from request to request. Empty where
// nothing of it is known, or nothing differs.
func (t *tracker) form(v ssa.Value, depth int) string {
	parts := t.formParts(v, depth)
	known, varies := false, false
	for _, p := range parts {
		known = known || p != "*"
		varies = varies || strings.HasSuffix(p, "*")
	}
	if !known || !varies {
		return ""
	}
	return strings.Join(parts, "|")
}

func (t *tracker) formParts(v ssa.Value, depth int) []string {
	if text, ok := ssavalue.Text(v); ok {
		return []string{text}
	}
	if depth > formDepth {
		return []string{"*"}
	}
	switch v := ssavalue.Plain(v).(type) {
	case *ssa.BinOp:
		return append(t.formParts(v.X, depth+1), t.formParts(v.Y, depth+1)...)
	case *ssa.UnOp:
		switch x := v.X.(type) {
		case *ssa.Global:
			return []string{"var " + x.Name()}
		case *ssa.FieldAddr: // s.dir
			if named := web.TypeName(x.X.Type()); named != "" && !web.IsRequest(x.X.Type()) && source.IsString(v.Type()) && ownedByReceiver(x.X) {
				return []string{"field " + named + "." + fieldName(x.X.Type(), x.Field)}
			}
		}
	case *ssa.Call:
		name := web.Name(ssavalue.Callee(v.Common()))
		switch {
		case name == "path/filepath.Join" || name == "path.Join" || name == "fmt.Sprintf":
			var parts []string
			for _, a := range v.Call.Args {
				for _, e := range ssavalue.Variadic(a) {
					parts = append(parts, t.formParts(e, depth+1)...)
				}
			}
			return parts
		case len(t.callees(v.Common())) > 0:
			return []string{"call " + name + "*"}
		}
	}
	return []string{"*"}
}

// ownedByReceiver: a field of the receiver is the same in every method, a field
// of anything else may be the client's.
func ownedByReceiver(v ssa.Value) bool {
	p, ok := v.(*ssa.Parameter)
	return ok && p.Parent().Signature.Recv() != nil && p == p.Parent().Params[0]
}
