package crashinput

import (
	"go/types"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/ssavalue"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
)

// Sets is the fact about a package that sets values in requests' contexts, or
// claims in tokens.
type Sets struct{ Values []Value }

// AFact marks Sets as a fact.
func (*Sets) AFact() {}

// String is for debugging.
func (s *Sets) String() string { return "sets " + strconv.Itoa(len(s.Values)) + " values" }

// Value is one value that is set: under which name, of which type.
type Value struct {
	Claim     bool
	Name      string
	Type      string
	Interface bool
}

// setters are functions that put a value into a context, by the index of name
// and value, receivers not counted.
var setters = map[string][2]int{
	"context.WithValue": {1, 2}, "github.com/gin-gonic/gin.Context.Set": {0, 1}, "github.com/labstack/echo.Context.Set": {0, 1}, "github.com/gofiber/fiber.Ctx.Locals": {0, 1},
	"github.com/valyala/fasthttp.RequestCtx.SetUserValue": {0, 1}, "github.com/cloudwego/hertz/pkg/app.RequestContext.Set": {0, 1},
}

// getters read one, by the index of the name.
var getters = map[string]int{
	"context.Context.Value": 0, "github.com/gin-gonic/gin.Context.Get": 0, "github.com/gin-gonic/gin.Context.MustGet": 0, "github.com/gin-gonic/gin.Context.Value": 0,
	"github.com/labstack/echo.Context.Get": 0, "github.com/gofiber/fiber.Ctx.Locals": 0, "github.com/valyala/fasthttp.RequestCtx.UserValue": 0,
	"github.com/cloudwego/hertz/pkg/app.RequestContext.Get": 0, "github.com/cloudwego/hertz/pkg/app.RequestContext.MustGet": 0,
}

// sets collects what this package and its imports set, and exports the former.
func (j *judge) sets() []Value {
	var own []Value
	for _, fn := range j.funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if v, ok := setBy(instr); ok && !slices.Contains(own, v) {
					own = append(own, v)
				}
			}
		}
	}
	if len(own) > 0 && j.pass.Pkg.Name() != "main" {
		j.pass.ExportPackageFact(&Sets{own})
	}
	all := slices.Clone(own)
	for _, imp := range j.pass.Pkg.Imports() {
		var fact Sets
		if source.SameModule(j.pass, imp) && j.pass.ImportPackageFact(imp, &fact) {
			all = append(all, fact.Values...)
		}
	}
	return all
}

func setBy(instr ssa.Instruction) (Value, bool) {
	switch x := instr.(type) {
	case *ssa.MapUpdate:
		if name, ok := ssavalue.Text(x.Key); ok && isClaims(x.Map.Type()) {
			return value(true, name, x.Value), true
		}
	case *ssa.Call:
		at, ok := setters[web.Name(ssavalue.Callee(&x.Call))]
		if !ok {
			return Value{}, false
		}
		name, v := ssavalue.Argument(&x.Call, at[0]), ssavalue.Argument(&x.Call, at[1])
		packed := ssavalue.Variadic(v) // fiber's Locals takes the value as "...", and reads without one
		if len(packed) != 1 || v == nil || isNil(packed[0]) {
			return Value{}, false
		}
		v = packed[0]
		if name != nil && nameOf(name) != "" {
			return value(false, nameOf(name), v), true
		}
	}
	return Value{}, false
}

func value(claim bool, name string, v ssa.Value) Value {
	t := v.Type()
	if made, ok := v.(*ssa.MakeInterface); ok {
		t = made.X.Type()
	}
	return Value{claim, name, types.TypeString(t, nil), types.IsInterface(t)}
}

// nameOf is how a key of a context is told from others: a constant with its
// type, or the variable or the empty structure that it is.
func nameOf(v ssa.Value) string {
	v = ssavalue.Plain(v)
	switch x := v.(type) {
	case *ssa.Const:
		return x.String()
	case *ssa.Global:
		return x.String()
	case *ssa.UnOp:
		if st := structOf(x.Type()); st != nil && st.NumFields() == 0 {
			return x.Type().String()
		}
		return nameOf(x.X)
	case *ssa.Alloc:
		if st := structOf(x.Type()); st != nil && st.NumFields() == 0 {
			return types.TypeString(x.Type().Underlying().(*types.Pointer).Elem(), nil)
		}
	}
	return ""
}

// claimTypes are the claims of tokens that are maps.
var claimTypes = []string{"github.com/golang-jwt/jwt.MapClaims", "github.com/dgrijalva/jwt-go.MapClaims", "github.com/form3tech-oss/jwt-go.MapClaims"}

func isClaims(t types.Type) bool { return slices.Contains(claimTypes, web.TypeName(t)) }

// assertion judges x.(T).
func (j *judge) assertion(b *ssa.BasicBlock, x *ssa.TypeAssert) {
	at := j.written[x.Pos()]
	if at == nil {
		return
	}
	claim, name, ok := j.carried(x.X)
	if !ok {
		j.site(b, x.Pos(), x.X, -1, "panics where %s holds another type, or nothing: use the two-valued form")
		return
	}
	f := &follower{j: j, d: &derivation{steps: map[string]bool{key(x.X, 0): true}}, need: -1, of: x.X}
	guard, _ := f.guards(b, nil)
	fits, other := j.setAs(claim, name, x.AssertedType)
	what := "a value of the context"
	if claim {
		what = "claim " + strconv.Quote(name)
	}
	switch {
	case guard == proves, fits && !other:
		j.report.Examine(Rule, 1)
	case claim && !fits && !other && guard == nothing:
		j.report.Report(Rule, at, nil, "%s panics on a token whose %s is missing or of another type: use the two-valued form", source.Text(at), what)
	default:
		j.report.Undecided(Rule, at, source.Text(at)+": what sets "+what+", and as which type, is not known here")
	}
}

// carried says whether a value was read from a request's context or from the
// claims of a token, and under which name.
func (j *judge) carried(v ssa.Value) (claim bool, name string, ok bool) {
	if e, isExtract := v.(*ssa.Extract); isExtract && e.Index == 0 {
		v = e.Tuple
	}
	switch x := v.(type) {
	case *ssa.Lookup:
		if !isClaims(x.X.Type()) {
			return false, "", false
		}
		name, _ = ssavalue.Text(x.Index)
		return true, name, true
	case *ssa.Call:
		at, known := getters[web.Name(ssavalue.Callee(&x.Call))]
		if !known {
			return false, "", false
		}
		return false, nameOf(ssavalue.Argument(&x.Call, at)), true
	}
	return false, "", false
}

// setAs says whether what is set under the name has the asserted type, and
// whether anything else is set under it.
func (j *judge) setAs(claim bool, name string, t types.Type) (fits, other bool) {
	if name == "" {
		return false, true
	}
	want := types.TypeString(t, nil)
	for _, v := range j.set {
		if v.Claim != claim || v.Name != name {
			continue
		}
		if !v.Interface && (v.Type == want || claim && decodedAs(v.Type, want)) {
			fits = true
		} else {
			other = true
		}
	}
	return fits, other
}

// decodedAs knows what JSON makes of a claim: every number a float64.
func decodedAs(set, asserted string) bool {
	number := strings.HasPrefix(set, "int") || strings.HasPrefix(set, "uint") || strings.HasPrefix(set, "float")
	return number && asserted == "float64"
}
