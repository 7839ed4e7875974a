// Package behaviour joins what the functions of a module do with a request: a
// handler's behaviour is the union over what it calls, with the arguments that
// it passes. Functions are run on abstract values, once with credentials and
// once without, so that a guard is what makes a difference between the two.
package behaviour

import (
	"go/ast"
	"go/token"
	"go/types"
	"sort"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
	"github.com/backend-conformance/conformance/checks/load"
)

// Index knows every function of the module.
type Index struct {
	program *load.Program
	byKey   map[token.Pos]*behaviour.Function
	byName  map[string]*behaviour.Function
	// relevant functions read requests, answer them, or call one that does.
	relevant map[*behaviour.Function]bool
	packages map[string]bool
	// impls caches the implementations of interface methods by full name.
	impls map[string][]*behaviour.Function
	// collectsErrors: some function reads the errors that a gin context gathers.
	collectsErrors bool
	// crowded methods have too many of them to follow.
	crowded map[string]bool
	// named are the module's types with methods, in order.
	named []types.Type
	// errorStatus and globalFuncs are what package variables hold.
	errorStatus map[string]int
	globalFuncs map[string]*behaviour.Function
	// plugged is what the module puts into frameworks, by the function that runs it.
	plugged map[string]*plugged
	// initial are the values that package variables start with.
	initial   map[string]ssa.Value
	summaries map[summaryKey]*Summary
	steps     map[string]stepDone
	callsites map[*behaviour.Function][]*behaviour.Function
	generated map[string]bool
	texts     map[string]*libraryText
	// sources are the functions that can be why a status is answered.
	sources map[int]map[*behaviour.Function]bool
	// raises are those that hand on an error of a ladder themselves.
	raises map[raised]bool
	// The following remember look-ups that every run repeats.
	own     map[*ssa.Function]*behaviour.Function
	owners  map[*ssa.FieldAddr]part
	callees map[*types.Func]*callee
	layouts map[*ssa.Function]*layout
	errs    map[types.Type]bool
	// answers and requests remember which types are such; said what texts speak of.
	answers, requests map[types.Type]bool
	said              map[string]int
	globals           map[*ssa.Global]value
	// typeIDs number types by their names; closures counts those of all machines.
	typeIDs   map[types.Type]int
	typeNames map[string]int
	closures  int
	log       *log
	// slots and arguments are room for the calls that run.
	slots     stack[slot]
	arguments stack[value]
}

type indexKey struct{}

// Of is the index of the program's functions, from the results of
// behaviour.Analyzer. It is built once for all checks.
func Of(p *load.Program) *Index {
	return p.Once(indexKey{}, func() any { return build(p) }).(*Index)
}

func build(p *load.Program) *Index {
	x := &Index{
		program: p, byKey: map[token.Pos]*behaviour.Function{}, byName: map[string]*behaviour.Function{},
		relevant: map[*behaviour.Function]bool{}, packages: map[string]bool{}, impls: map[string][]*behaviour.Function{}, crowded: map[string]bool{},
		errorStatus: map[string]int{}, texts: map[string]*libraryText{}, globalFuncs: map[string]*behaviour.Function{}, plugged: map[string]*plugged{}, initial: map[string]ssa.Value{}, summaries: map[summaryKey]*Summary{}, steps: map[string]stepDone{}, sources: map[int]map[*behaviour.Function]bool{}, raises: map[raised]bool{},
		own: map[*ssa.Function]*behaviour.Function{}, owners: map[*ssa.FieldAddr]part{}, callees: map[*types.Func]*callee{}, layouts: map[*ssa.Function]*layout{}, errs: map[types.Type]bool{}, answers: map[types.Type]bool{}, requests: map[types.Type]bool{}, said: map[string]int{},
		globals: map[*ssa.Global]value{}, typeIDs: map[types.Type]int{}, typeNames: map[string]int{}, log: &log{},
	}
	var all []*behaviour.Function
	for _, pkg := range p.Packages {
		x.packages[pkg.PkgPath] = true
		x.addTypes(pkg.Types)
		res, ok := p.ResultOf(behaviour.Analyzer, pkg).(*behaviour.Result)
		if !ok || res == nil {
			continue
		}
		for _, f := range res.Functions {
			x.byKey[f.Key] = f
			if f.Name != "" {
				x.byName[f.Name] = f
			}
			all = append(all, f)
		}
		if len(res.Functions) > 0 {
			x.addGlobals(res.Functions[0].SSA.Pkg)
		}
	}
	x.dropReplaced(all)
	x.findPlugs(all)
	x.findRelevant(all)
	return x
}

// InGenerated reports whether a position of the module lies in generated code,
// seen from whatever package.
func (x *Index) InGenerated(pos token.Pos) bool {
	if x.generated == nil {
		x.generated = map[string]bool{}
		for _, pkg := range x.program.Packages {
			for _, f := range pkg.Syntax {
				x.generated[x.program.Fset.Position(f.Package).Filename] = ast.IsGenerated(f)
			}
		}
	}
	return pos.IsValid() && x.generated[x.program.Fset.Position(pos).Filename]
}

func (x *Index) addTypes(pkg *types.Package) {
	if pkg == nil {
		return
	}
	scope := pkg.Scope()
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || tn.IsAlias() {
			continue
		}
		if n, ok := tn.Type().(*types.Named); ok && n.NumMethods() > 0 && !types.IsInterface(n) {
			x.named = append(x.named, n)
		}
		if n, ok := tn.Type().(*types.Named); ok && n.NumMethods() == 0 && !types.IsInterface(n) {
			if st, ok := n.Underlying().(*types.Struct); ok && embeds(st) {
				x.named = append(x.named, n)
			}
		}
	}
}

func embeds(st *types.Struct) bool {
	for i := range st.NumFields() {
		if st.Field(i).Embedded() {
			return true
		}
	}
	return false
}

// addGlobals reads what the package's initialiser stores in variables:
// functions, and errors made with a status or a telling text.
func (x *Index) addGlobals(pkg *ssa.Package) {
	init := pkg.Func("init")
	if init == nil {
		return
	}
	for _, b := range init.Blocks {
		for _, instr := range b.Instrs {
			st, ok := instr.(*ssa.Store)
			if !ok {
				continue
			}
			g, ok := st.Addr.(*ssa.Global)
			if !ok {
				continue
			}
			x.initial[globalName(g)] = st.Val
			x.addGlobal(globalName(g), st.Val)
			if fn := x.globalFuncs[globalName(g)]; fn != nil && g.Object().Exported() && !takesRequest(fn.SSA.Signature) {
				delete(x.globalFuncs, globalName(g)) // there for others to replace, in another build perhaps
			}
		}
	}
}

// dropReplaced forgets the variables that some function puts something else
// into: which of the two a request meets is not known.
func (x *Index) dropReplaced(all []*behaviour.Function) {
	for _, fn := range all {
		for _, b := range fn.SSA.Blocks {
			for _, instr := range b.Instrs {
				st, ok := instr.(*ssa.Store)
				if !ok {
					continue
				}
				if g, ok := st.Addr.(*ssa.Global); ok {
					delete(x.initial, globalName(g))
					delete(x.globalFuncs, globalName(g))
				}
			}
		}
	}
}

func (x *Index) addGlobal(name string, v ssa.Value) {
	for range 4 {
		switch val := v.(type) {
		case *ssa.MakeInterface:
			v = val.X
		case *ssa.ChangeType:
			v = val.X
		case *ssa.Function:
			if f := x.byKey[val.Pos()]; f != nil {
				x.globalFuncs[name] = f
			}
			return
		case *ssa.Call:
			for _, a := range val.Call.Args {
				if c, ok := a.(*ssa.Const); ok && c.Value != nil {
					if n, ok := constantOf(c.Value).number(); ok && n >= 400 && n < 600 {
						x.errorStatus[name] = n
						return
					}
					if s, ok := constantOf(c.Value).text(); ok && x.statusOfText(s) != 0 && x.errorStatus[name] == 0 {
						x.errorStatus[name] = x.statusOfText(s)
					}
				}
			}
			return
		}
	}
}

// findRelevant marks functions that have to do with requests, then whoever
// calls or creates them.
func (x *Index) findRelevant(all []*behaviour.Function) {
	callers := map[*behaviour.Function][]*behaviour.Function{}
	var queue []*behaviour.Function
	for _, f := range all {
		if len(f.Ops) > 0 || x.loadsRequest(f) {
			x.relevant[f] = true
			queue = append(queue, f)
		}
		for _, callee := range x.mentions(f) {
			callers[callee] = append(callers[callee], f)
		}
	}
	for len(queue) > 0 {
		f := queue[0]
		queue = queue[1:]
		for _, caller := range callers[f] {
			if !x.relevant[caller] {
				x.relevant[caller] = true
				queue = append(queue, caller)
			}
		}
	}
	x.callsites = callers
}

// loadsRequest reports whether a function gets a request or an answer to work on.
func (x *Index) loadsRequest(f *behaviour.Function) bool {
	for _, p := range f.SSA.Params {
		if behaviour.IsRequest(p.Type()) || behaviour.IsAnswer(p.Type()) {
			return true
		}
	}
	return false
}

// mentions are the module's functions that f may call or hand on.
func (x *Index) mentions(f *behaviour.Function) []*behaviour.Function {
	var out []*behaviour.Function
	for _, b := range f.SSA.Blocks {
		for _, instr := range b.Instrs {
			if fa, ok := instr.(*ssa.FieldAddr); ok && isErrorList(fa) {
				x.collectsErrors = true
			}
			if call, ok := instr.(ssa.CallInstruction); ok && call.Common().IsInvoke() {
				out = append(out, x.implementations(call.Common().Method)...)
			}
			for _, op := range instr.Operands(nil) {
				if fn, ok := (*op).(*ssa.Function); ok {
					if own := x.function(fn); own != nil {
						out = append(out, own)
					}
				}
			}
		}
	}
	return out
}

// isErrorList knows gin's c.Errors.
func isErrorList(fa *ssa.FieldAddr) bool {
	st, ok := fa.X.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Struct)
	return ok && st.Field(fa.Field).Name() == "Errors" && behaviour.TypeName(fa.X.Type()) == "github.com/gin-gonic/gin.Context"
}

func (x *Index) function(fn *ssa.Function) *behaviour.Function {
	own, ok := x.own[fn]
	if !ok {
		own = x.findFunction(fn)
		x.own[fn] = own
	}
	return own
}

func (x *Index) findFunction(fn *ssa.Function) *behaviour.Function {
	if own := x.byKey[fn.Pos()]; own != nil && own.SSA == fn {
		return own
	}
	if obj, ok := originOf(fn).Object().(*types.Func); ok {
		return x.byName[obj.FullName()]
	}
	return nil
}

// callee is what is known of a function outside the module by its name.
type callee struct {
	name string
	// keepsInput, onlyReads and guards are what the functions of these names say.
	keepsInput, onlyReads, guards bool
	// formats: it makes a text from its arguments, such as a statement.
	formats bool
	// looks, complains, prepares and logs are what names say, too: that it finds
	// what there is already, adds an error, prepares an answer, writes a log.
	looks, complains, prepares, logs bool
}

func (x *Index) calleeOf(fn *types.Func) *callee {
	c := x.callees[fn]
	if c == nil {
		c = &callee{
			name: behaviour.FuncName(fn), keepsInput: keepsInput(fn), onlyReads: onlyReads(fn), formats: fn.Pkg() != nil && fn.Pkg().Path() == "fmt",
			guards: guardName.MatchString(fn.Name()) && fn.Signature().Results().Len() > 0,
			looks:  lookup.MatchString(fn.Name()), complains: addsError.MatchString(fn.Name()) && fn.Signature().Results().Len() == 0,
			prepares: passive.MatchString(fn.Name()), logs: loggers.MatchString(fn.FullName()),
		}
		x.callees[fn] = c
	}
	return c
}

// isAnswer, isRequest and isErrorLike are told once of each type.
func (x *Index) isAnswer(t types.Type) bool { return once(x.answers, t, behaviour.IsAnswer) }

func (x *Index) isRequest(t types.Type) bool { return once(x.requests, t, behaviour.IsRequest) }

func (x *Index) isErrorLike(t types.Type) bool { return once(x.errs, t, isErrorLike) }

// once asks a question about each type once.
func once(known map[types.Type]bool, t types.Type, ask func(types.Type) bool) bool {
	is, ok := known[t]
	if !ok {
		is = ask(t)
		known[t] = is
	}
	return is
}

// statusOfText is the package's function, remembered.
func (x *Index) statusOfText(s string) int {
	status, ok := x.said[s]
	if !ok {
		status = statusOfText(s)
		x.said[s] = status
	}
	return status
}

func (x *Index) inModule(pkg *types.Package) bool { return pkg != nil && x.packages[pkg.Path()] }

// maxImplementations bounds how many implementations of an interface's method
// are followed; beyond, the call tells nothing.
const maxImplementations = 6

// implementations are the module's methods behind a method of one of the
// module's interfaces; none where there are too many to tell.
func (x *Index) implementations(method *types.Func) []*behaviour.Function {
	if !x.inModule(method.Pkg()) {
		return nil
	}
	name := method.FullName()
	if found, ok := x.impls[name]; ok {
		return found
	}
	var found []*behaviour.Function
	recv := method.Signature().Recv()
	iface, ok := recv.Type().Underlying().(*types.Interface)
	if ok {
		seen := map[*behaviour.Function]bool{}
		for _, t := range x.named {
			fn := implementation(t, iface, method)
			if fn == nil {
				continue
			}
			if own := x.byName[fn.Origin().FullName()]; own != nil && !seen[own] {
				seen[own] = true
				found = append(found, own)
			}
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].Key < found[j].Key })
	if len(found) > maxImplementations {
		found, x.crowded[name] = nil, true
	}
	x.impls[name] = found
	return found
}

func implementation(t types.Type, iface *types.Interface, method *types.Func) *types.Func {
	p := types.NewPointer(t)
	if !types.Implements(t, iface) && !types.Implements(p, iface) {
		return nil
	}
	obj, _, _ := types.LookupFieldOrMethod(p, true, method.Pkg(), method.Name())
	fn, _ := obj.(*types.Func)
	return fn
}

// only is the single implementation of an interface's method, nil otherwise.
func (x *Index) only(method *types.Func) *behaviour.Function {
	if found := x.implementations(method); len(found) == 1 {
		return found[0]
	}
	return nil
}
