package behaviour

import (
	"go/constant"
	"go/token"
	"go/types"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// The struct tags that hold constraints: those that binders look at and those
// that validators do.
var (
	bindingTags  = []string{"binding", "vd"}
	validateTags = []string{"validate", "valid", "binding"}
)

// maxTagDepth bounds structs within structs.
const maxTagDepth = 6

// validator notes what a validator is told by the tags of a struct.
func (f *frame) validator(instr ssa.CallInstruction, target value, arg ssa.Value) {
	c := instr.Common()
	t := taintless(target)
	if t == nil {
		return
	}
	fn := behaviour.Callee(c)
	name := f.m.x.calleeOf(fn).name
	switch {
	case strings.HasSuffix(name, ".Var") || strings.HasSuffix(name, ".VarCtx"):
		f.m.variable(t, c, arg, instr.Pos())
	case isMethodOnly(fn) && !f.m.x.inModule(fn.Pkg()) && len(f.targets(c, []value{target})) == 0:
		f.m.outOfSight([]value{target}, instr.Pos(), fn.Name()+", which could not be followed")
	case arg != nil:
		f.m.tags(t, f.typeBehind(arg, target), validateTags, instr.Pos())
	}
}

// typeBehind is the type of what an operand of any type holds.
func (f *frame) typeBehind(arg ssa.Value, known value) types.Type {
	if known.dyn == nil {
		switch a := arg.(type) {
		case *ssa.ChangeType: // of a type parameter
			arg = a.X
		case *ssa.ChangeInterface:
			arg = a.X
		}
	}
	t := f.subst(pointee(arg, known))
	if p, ok := t.(*types.Pointer); ok {
		t = f.subst(p.Elem())
	}
	return t
}

// isMethodOnly: a Validate method of the value itself, rather than a validator
// that is given it.
func isMethodOnly(fn *types.Func) bool {
	return fn.Signature().Params().Len() == 0
}

// variable notes validate.Var(value, "required,email").
func (m *machine) variable(t *trace, c *ssa.CallCommon, arg ssa.Value, pos token.Pos) {
	typ := arg.Type()
	if mi, ok := arg.(*ssa.MakeInterface); ok {
		typ = mi.X.Type()
	}
	for _, a := range c.Args {
		if k, ok := a.(*ssa.Const); ok && k.Value != nil && k.Value.Kind() == constant.String {
			m.tag(t, typ, constant.StringVal(k.Value), "Var", pos)
			return
		}
	}
	m.check(t, Check{Refuses: true, How: "Var, whose tag is not a constant"}, pos)
}

// tags notes the constraints that the tags of a struct demand of the values in
// its fields. Nested structs are looked into as validators do.
func (m *machine) tags(t *trace, typ types.Type, keys []string, pos token.Pos) {
	m.tagsWithin(t, typ, keys, pos, 0)
}

func (m *machine) tagsWithin(t *trace, typ types.Type, keys []string, pos token.Pos, depth int) {
	st := structIn(typ)
	if st == nil || t == nil || depth > maxTagDepth {
		return
	}
	for i := range st.NumFields() {
		field := st.Field(i)
		of := t.step(stepName(st, i))
		if of == nil || !field.Exported() {
			continue
		}
		tag := reflect.StructTag(st.Tag(i))
		rules, dives := "", false
		for _, key := range keys {
			if rules = tag.Get(key); rules != "" && rules != "-" {
				dives = m.tag(of, field.Type(), rules, key, field.Pos())
				break
			}
		}
		if rules == "-" {
			continue
		}
		m.tagsWithin(of, field.Type(), keys, pos, depth+1)
		if s, ok := field.Type().Underlying().(*types.Slice); ok && (dives || slices.Contains(keys, "binding") && keys[0] == "binding") {
			m.tagsWithin(of.step("[]"), s.Elem(), keys, pos, depth+1)
		}
	}
}

func structIn(t types.Type) *types.Struct {
	if t == nil {
		return nil
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	st, _ := t.Underlying().(*types.Struct)
	if behaviour.TypeName(t) == "time.Time" {
		return nil
	}
	return st
}

// tag notes the rules of one tag; dives reports whether they go on with the
// elements.
func (m *machine) tag(t *trace, typ types.Type, rules, key string, pos token.Pos) (dives bool) {
	skips := false
	for _, rule := range splitRules(rules) {
		rule = strings.TrimSpace(rule)
		skips = skips || rule == "omitempty" || rule == "optional"
		if rule == "dive" {
			dives = true
			if s, ok := typ.Underlying().(*types.Slice); ok {
				t, typ = t.step("[]"), s.Elem()
			}
			continue
		}
		test, conditional, ok := ruleTest(rule, typ)
		if !ok {
			continue
		}
		if !t.plain() || t.view != Itself {
			test = Test{}
		}
		m.check(t, Check{Test: test, Refuses: true, Conditional: conditional, SkipsZero: skips, How: "tag " + key + `:"` + rule + `"`}, pos)
	}
	return dives
}

// splitRules splits at commas, but not within parentheses.
func splitRules(s string) []string {
	var out []string
	depth, start := 0, 0
	for i, r := range s {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth <= 0:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

// neutralRules say nothing about the value itself.
var neutralRules = regexp.MustCompile(`^(|omitempty|omitnil|optional|-|structonly|nostructlevel|keys|endkeys|isdefault|type\(.*\))$`)

var ruleForm = regexp.MustCompile(`^(\w+)(?:=(.*)|\((.*)\))?(~.*)?$`)

// ruleTest is the condition under which a validator refuses a value for one
// rule of a tag: of github.com/go-playground/validator and of
// github.com/asaskevich/govalidator.
func ruleTest(rule string, t types.Type) (test Test, conditional, ok bool) {
	if neutralRules.MatchString(rule) {
		return Test{}, false, false
	}
	parts := ruleForm.FindStringSubmatch(rule)
	if parts == nil {
		return Test{}, false, true // alternatives, or a form that is not known
	}
	name, arg := parts[1], parts[2]+parts[3]
	view := Itself
	if hasLength(t) {
		view = Length
	}
	switch name {
	case "required", "nonzero", "notblank", "notempty":
		return Test{View: Judged, Op: token.NEQ, Call: "present", Arg: "required"}, false, true
	case "required_if", "required_unless", "required_with", "required_with_all", "required_without", "required_without_all":
		return Test{View: Judged, Op: token.NEQ, Call: "present"}, true, true
	case "min", "gte", "minstringlength":
		return bound(view, token.LSS, arg), false, true
	case "max", "lte", "maxstringlength":
		return bound(view, token.GTR, arg), false, true
	case "gt":
		return bound(view, token.LEQ, arg), false, true
	case "lt":
		return bound(view, token.GEQ, arg), false, true
	case "len":
		return bound(view, token.NEQ, arg), false, true
	case "oneof", "oneofci":
		return oneOf(strings.Fields(arg), t), false, true
	case "in":
		return oneOf(strings.Split(arg, "|"), t), false, true
	case "eq":
		return oneOf([]string{arg}, t), false, true
	case "matches":
		return Test{View: Judged, Op: token.NEQ, Call: "regexp.MatchString", Arg: arg}, false, true
	}
	return Test{View: Judged, Op: token.NEQ, Call: "tag", Arg: rule}, false, true
}

// hasLength: validators compare the length of strings, slices and maps.
func hasLength(t types.Type) bool {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0
	case *types.Slice, *types.Map, *types.Array:
		return true
	}
	return false
}

func bound(v View, op token.Token, arg string) Test {
	c := constant.MakeFromLiteral(arg, token.INT, 0)
	if c.Kind() == constant.Unknown {
		c = constant.MakeFromLiteral(arg, token.FLOAT, 0)
	}
	if c.Kind() == constant.Unknown {
		c = nil
	}
	return Test{View: v, Op: op, Value: c}
}

func oneOf(values []string, t types.Type) Test {
	test := Test{View: Judged, Op: token.NEQ, Call: "member", SetKnown: true}
	for _, v := range values {
		c := constant.MakeString(strings.Trim(v, "'"))
		if !hasLength(t) {
			c = constant.MakeFromLiteral(v, token.INT, 0)
		}
		test.Set = append(test.Set, c)
	}
	return test
}

// rules notes validation.Field(&v.Name, validation.Required, validation.Length(1, 50))
// and validation.Validate(v.Name, ...), as of github.com/go-ozzo/ozzo-validation.
func (f *frame) rules(instr ssa.CallInstruction, name string, args []value) {
	dir, fn, _ := cutLast(name)
	if !f.recording || !strings.HasSuffix(dir, "validation") || fn != "Field" && fn != "Validate" || len(args) < 2 {
		return
	}
	c := instr.Common()
	t := taintless(args[0])
	if args[0].cell != nil {
		t = args[0].cell.traceOf()
	}
	list, ok := c.Args[len(c.Args)-1].(*ssa.Slice)
	if t == nil || !ok {
		return
	}
	array, ok := list.X.(*ssa.Alloc)
	if !ok {
		return
	}
	for _, r := range stores(array) {
		for _, test := range f.m.x.ozzoRule(r) {
			f.m.check(t, Check{Test: test, Refuses: true, SkipsZero: test.Call != "present", How: "validation." + fn}, instr.Pos())
		}
	}
}

func cutLast(name string) (before, after string, ok bool) {
	i := strings.LastIndex(name, ".")
	if i < 0 {
		return name, "", false
	}
	return name[:i], name[i+1:], true
}

// ozzoRule is the conditions under which a rule object refuses.
func (x *Index) ozzoRule(v ssa.Value) []Test {
	for range 6 {
		switch w := v.(type) {
		case *ssa.MakeInterface:
			v = w.X
		case *ssa.ChangeInterface:
			v = w.X
		case *ssa.UnOp:
			g, ok := w.X.(*ssa.Global)
			if !ok {
				return []Test{{}}
			}
			if made := x.initial[globalName(g)]; made != nil { // a rule of the module's own
				v = made
				continue
			}
			if g.Name() == "Required" || g.Name() == "NotNil" {
				return []Test{{View: Judged, Op: token.NEQ, Call: "present", Arg: "required"}}
			}
			return []Test{{View: Judged, Op: token.NEQ, Call: "tag", Arg: strings.ToLower(g.Name())}}
		case *ssa.Call:
			fn := behaviour.Callee(&w.Call)
			if fn == nil || fn.Name() != "Error" || len(w.Call.Args) == 0 {
				return ozzoCall(w)
			}
			v = w.Call.Args[0] // the same rule with another text
		default:
			return []Test{{}}
		}
	}
	return []Test{{}}
}

func ozzoCall(call *ssa.Call) []Test {
	fn := behaviour.Callee(&call.Call)
	if fn == nil || len(call.Call.Args) == 0 {
		return []Test{{}}
	}
	arg := call.Call.Args[0]
	if mi, ok := arg.(*ssa.MakeInterface); ok {
		arg = mi.X
	}
	low := constantArg(arg)
	switch fn.Name() {
	case "In":
		if s, ok := arg.(*ssa.Slice); ok {
			if array, ok := s.X.(*ssa.Alloc); ok {
				return []Test{membersOf(stores(array))}
			}
		}
	case "Min":
		return []Test{{View: Itself, Op: token.LSS, Value: low}}
	case "Max":
		return []Test{{View: Itself, Op: token.GTR, Value: low}}
	case "Length", "RuneLength":
		if high := constantArg(call.Call.Args[1]); high != nil && constant.Sign(high) > 0 {
			return []Test{{View: Length, Op: token.LSS, Value: low}, {View: Length, Op: token.GTR, Value: high}}
		}
		return []Test{{View: Length, Op: token.LSS, Value: low}}
	case "Match":
		return []Test{{View: Judged, Op: token.NEQ, Call: "regexp.MatchString"}}
	}
	return []Test{{}}
}

func constantArg(v ssa.Value) constant.Value {
	if c, ok := v.(*ssa.Const); ok {
		return c.Value
	}
	return nil
}

func membersOf(vs []ssa.Value) Test {
	test := Test{View: Judged, Op: token.NEQ, Call: "member", SetKnown: true}
	for _, v := range vs {
		if mi, ok := v.(*ssa.MakeInterface); ok {
			v = mi.X
		}
		c, ok := v.(*ssa.Const)
		if !ok || c.Value == nil {
			return Test{}
		}
		test.Set = append(test.Set, c.Value)
	}
	return test
}
