package behaviour

import (
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// binary evaluates an operator. Credentials that are absent equal nothing but
// what is absent too: a secret is never empty.
func (f *frame) binary(v *ssa.BinOp) value {
	x, y := f.get(v.X), f.get(v.Y)
	t := x.tainted().with(y)
	t.absent = x.absent && (y.absent || y.kind == known || y.kind == null) || y.absent && (x.kind == known || x.kind == null)
	if v.Op == token.EQL || v.Op == token.NEQ {
		if eq, ok := equal(x, y); ok {
			return boolean(eq == (v.Op == token.EQL)).with(t)
		}
		return t
	}
	if x.kind != known || y.kind != known || x.c.Kind() != y.c.Kind() {
		t.absent = x.absent || y.absent
		return t
	}
	switch v.Op {
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		return boolean(constant.Compare(x.c, v.Op, y.c)).with(t)
	case token.ADD:
		if k := x.c.Kind(); k == constant.String || k == constant.Int {
			return constantOf(constant.BinaryOp(x.c, token.ADD, y.c)).with(t)
		}
	}
	return t
}

func equal(x, y value) (eq, ok bool) {
	switch {
	case x.kind == known && y.kind == known && x.c.Kind() == y.c.Kind():
		return constant.Compare(x.c, token.EQL, y.c), true
	case x.kind == null && y.kind == null:
		return true, true
	case x.kind == null && y.kind == notNull, x.kind == notNull && y.kind == null:
		return false, true
	case x.absent && !y.absent && y.kind == unknown && x.kind != notNull, y.absent && !x.absent && x.kind == unknown && y.kind != notNull:
		return false, true
	case x.kind == known && y.kind == null, x.kind == null && y.kind == known: // an interface that holds a constant
		return false, true
	}
	return false, false
}

// library models functions of the standard library that carry a part of the
// request on, and those that decide what an empty text is.
func (f *frame) library(fn *types.Func, c *ssa.CallCommon, args []value) (value, bool) {
	name := f.m.x.calleeOf(fn).name
	if p, ok := carriers[name]; ok {
		from := argument(c, args, p.from)
		f.m.limitsBody = f.m.limitsBody || p.limits && from.part == requestBody || name == "net/http.MaxBytesHandler"
		v := value{kind: notNull}.with(taint(from))
		v.part, v.limited = from.part, from.limited || p.limits
		if p.part != noPart {
			v.part = p.part
		}
		v.cell, v.fn, v.next, v.dyn = from.cell, from.fn, from.next, nil
		if p.plain {
			v.cell = nil
		}
		if name == "net/url.URL.Query" && from.part != requestURL {
			v.part = noPart
		}
		return v, true
	}
	switch name {
	case "github.com/labstack/echo.Context.Path", "github.com/gin-gonic/gin.Context.FullPath":
		f.m.usedRequest = true
		if f.m.pattern != "" {
			return constantOf(constant.MakeString(f.m.pattern)).with(value{request: true}), true
		}
	case "strings.HasPrefix", "strings.HasSuffix", "strings.Contains":
		a, ok1 := argument(c, args, 0).text()
		b, ok2 := argument(c, args, 1).text()
		if ok1 && ok2 {
			test := map[string]func(string, string) bool{
				"strings.HasPrefix": strings.HasPrefix, "strings.HasSuffix": strings.HasSuffix, "strings.Contains": strings.Contains,
			}[name]
			return boolean(test(a, b)).with(argument(c, args, 0)), true
		}
	case "strings.Index", "strings.IndexByte", "strings.LastIndex":
		if argument(c, args, 0).absent {
			return constantOf(makeInt(-1)).with(argument(c, args, 0)), true
		}
	case "strings.Cut":
		a, ok1 := argument(c, args, 0).text()
		b, ok2 := argument(c, args, 1).text()
		if ok1 && ok2 {
			before, after, found := strings.Cut(a, b)
			return value{tuple: &tuple{[]value{constantOf(constant.MakeString(before)), constantOf(constant.MakeString(after)), boolean(found)}}}, true
		}
	case "strings.ToLower", "strings.ToUpper", "strings.TrimSpace", "strings.Clone":
		if x := argument(c, args, 0); x.kind == known {
			return x, true
		}
	case "encoding/json.Marshal", "encoding/json.MarshalIndent":
		return f.marshalled(c, args), true
	case "errors.Is":
		err, target := argument(c, args, 0), argument(c, args, 1)
		if err.kind == notNull && err.status != 0 && target.status != 0 && target.kind == notNull {
			return boolean(err.status == target.status).with(err), true
		}
		return openQuestion(err), true
	case "errors.As":
		return openQuestion(argument(c, args, 0)), true
	case "fmt.Errorf", "errors.New", "github.com/pkg/errors.New", "github.com/pkg/errors.Errorf", "github.com/pkg/errors.Wrap":
		return f.m.x.madeError(c, args), true
	case "errors.Join":
		return value{kind: notNull}, true
	}
	return value{}, false
}

// openQuestion is an open question about an error.
func openQuestion(err value) value {
	v := err.tainted()
	v.absent = false
	return v
}

// marshalled is the text of a value as JSON; it remembers of what type.
func (f *frame) marshalled(c *ssa.CallCommon, args []value) value {
	x := argument(c, args, 0)
	v := value{kind: notNull, part: jsonText, keys: x.keys, nilSlice: x.nilSlice}.with(taint(x))
	v.dyn, v.copied = x.dyn, x.content()
	if mi, ok := behaviour.Arg(c, 0).(*ssa.MakeInterface); ok && v.dyn == nil {
		v.dyn = mi.X.Type()
	}
	out := v.tainted()
	out.tuple = &tuple{[]value{v, {}}}
	return out
}

// madeError is an error of the standard library; its text may tell its status,
// and a wrapped one keeps the status of what it wraps.
func (x *Index) madeError(c *ssa.CallCommon, args []value) value {
	v := value{kind: notNull}
	if s, ok := argument(c, args, 0).text(); ok {
		v.status = x.statusOfText(s)
	}
	for _, a := range args {
		v.absent = v.absent || a.absent
		if a.cell != nil {
			a.cell.scan()
			for _, p := range a.cell.parts {
				if p.stored && p.v.status != 0 {
					v.status = p.v.status
				}
			}
		}
	}
	return v
}

// carrier is a call whose result still is the same part of the request.
type carrier struct {
	from   int
	part   part
	limits bool
	// plain results do not share memory with the operand.
	plain bool
}

var carriers = map[string]carrier{
	"net/http.MaxBytesReader": {from: 1, limits: true}, "io.LimitReader": {from: 0, limits: true},
	"io.NopCloser": {from: 0}, "bufio.NewReader": {from: 0}, "io.TeeReader": {from: 0}, "bytes.NewReader": {from: 0}, "bytes.NewBuffer": {from: 0},
	"bufio.NewWriter": {from: 0}, "bufio.NewWriterSize": {from: 0}, "compress/gzip.NewWriter": {from: 0}, "io.MultiWriter": {from: 0},
	"github.com/valyala/fasthttp.Response.BodyWriter":             {from: -1, part: answerBody, plain: true},
	"github.com/cloudwego/hertz/pkg/protocol.Response.BodyWriter": {from: -1, part: answerBody, plain: true},
	"github.com/cloudwego/hertz/pkg/app.RequestContext.GetWriter": {from: -1, part: answerBody, plain: true},
	"encoding/json.NewDecoder":                                    {from: 0}, "encoding/xml.NewDecoder": {from: 0}, "github.com/goccy/go-json.NewDecoder": {from: 0},
	"encoding/json.NewEncoder": {from: 0}, "encoding/xml.NewEncoder": {from: 0}, "github.com/goccy/go-json.NewEncoder": {from: 0},
	"net/url.URL.Query": {from: -1, part: requestQuery, plain: true}, "net/url.ParseQuery": {from: 0, part: requestQuery, plain: true},
	"net/http.Header.Clone":        {from: -1, part: requestHeader, plain: true},
	"net/http.Request.WithContext": {from: -1, plain: true},
	"net/http.StripPrefix":         {from: 1}, "net/http.TimeoutHandler": {from: 0}, "net/http.MaxBytesHandler": {from: 0},
	"net/http.AllowQuerySemicolons": {from: 0},
}

// pure are packages whose functions only look at their arguments, so that what
// they yield is still input.
var pure = regexp.MustCompile(`^(cmp|strings|strconv|unicode(/utf8)?|regexp|time|net/mail|net/url|net/netip|net|bytes|slices|maps|math|sort|html|path|path/filepath|mime|github\.com/google/uuid|github\.com/gofrs/uuid(/v\d)?|github\.com/satori/go\.uuid|github\.com/shopspring/decimal|github\.com/asaskevich/govalidator)$`)

// keepsInput reports whether what a call outside the module yields can be used
// to judge its arguments.
func keepsInput(fn *types.Func) bool {
	if fn.Pkg() == nil {
		return false
	}
	if pure.MatchString(fn.Pkg().Path()) {
		return true
	}
	res := fn.Signature().Results()
	return res.Len() == 1 && types.Identical(res.At(0).Type().Underlying(), types.Typ[types.Bool])
}

// requestField is the part of the request that a field of *http.Request holds.
func (x *Index) requestField(addr ssa.Value) part {
	fa, ok := addr.(*ssa.FieldAddr)
	if !ok {
		return noPart
	}
	p, ok := x.owners[fa]
	if !ok {
		p = fieldOfRequest(fa)
		x.owners[fa] = p
	}
	return p
}

func fieldOfRequest(fa *ssa.FieldAddr) part {
	owner := behaviour.TypeName(fa.X.Type())
	st, ok := fa.X.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Struct)
	if !ok {
		return noPart
	}
	return requestFields[owner+"."+st.Field(fa.Field).Name()]
}

var requestFields = map[string]part{
	"net/http.Request.Header": requestHeader, "net/http.Request.Body": requestBody, "net/http.Request.URL": requestURL,
	"net/http.Request.Form": requestForm, "net/http.Request.PostForm": requestForm, "net/url.URL.Path": requestPath,
	"net/http.Request.RequestURI": requestPath, "net/http.Request.Method": requestMethod,
}

// requestPart is the value of such a field. The path is known where the route
// has no parameters.
func (m *machine) requestPart(p part) value {
	v := value{kind: notNull, request: true, part: p}
	if p == requestPath {
		v.kind = unknown
		m.usedRequest = true
		if m.path != "" {
			v.kind, v.c = known, constant.MakeString(m.path)
		}
	}
	if p == requestMethod {
		v.kind, m.usedRequest = unknown, true
		if m.method != "" && m.method != "*" {
			v.kind, v.c = known, constant.MakeString(m.method)
		}
	}
	return v
}

// placeOf is where a part of the request stands.
func placeOf(p part) (behaviour.Place, bool) {
	switch p {
	case requestHeader:
		return behaviour.Header, true
	case requestQuery:
		return behaviour.Query, true
	case requestForm:
		return behaviour.Form, true
	case requestBody:
		return behaviour.Body, true
	case requestVars:
		return behaviour.Path, true
	}
	return 0, false
}

// placeName is the document's word for a place.
func placeName(p behaviour.Place) string {
	return map[behaviour.Place]string{
		behaviour.Path: "path", behaviour.Query: "query", behaviour.Header: "header", behaviour.Cookie: "cookie",
		behaviour.Form: "form", behaviour.Body: "body", behaviour.Many: "request",
	}[p]
}
