package web

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/types/typeutil"
)

// Scope resolves the calls in one function: what a variable that is assigned
// once stands for, and so which calls read the request or write the answer.
type Scope struct {
	info *types.Info
	defs map[types.Object]ast.Expr
}

// NewScope reads the assignments below root: a function or a whole file.
func NewScope(info *types.Info, root ast.Node) *Scope {
	s := &Scope{info: info, defs: map[types.Object]ast.Expr{}}
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			s.assign(n)
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if len(n.Values) == len(n.Names) {
					s.define(name, n.Values[i])
				} else if len(n.Values) == 1 {
					s.define(name, n.Values[0])
				}
			}
		case *ast.RangeStmt:
			s.define(n.Key, nil)
			s.define(n.Value, nil)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				s.define(n.X, nil) // may be written through the pointer
			}
		case *ast.IncDecStmt:
			s.define(n.X, nil)
		}
		return true
	})
	return s
}

func (s *Scope) assign(n *ast.AssignStmt) {
	for i, lhs := range n.Lhs {
		switch {
		case n.Tok != token.ASSIGN && n.Tok != token.DEFINE:
			s.define(lhs, nil)
		case len(n.Rhs) == len(n.Lhs):
			s.define(lhs, n.Rhs[i])
		default:
			s.define(lhs, n.Rhs[0])
		}
	}
}

// define records what a variable is set to; one that is set twice stands for
// nothing in particular.
func (s *Scope) define(e ast.Expr, value ast.Expr) {
	id, ok := e.(*ast.Ident)
	if !ok || id.Name == "_" {
		return
	}
	obj := s.info.ObjectOf(id)
	if obj == nil {
		return
	}
	if _, twice := s.defs[obj]; twice {
		value = nil
	}
	s.defs[obj] = value
}

// Resolve follows variables that are set once to what they are set to. For a
// variable set from a call with several results it is the call.
func (s *Scope) Resolve(e ast.Expr) ast.Expr {
	for range 10 { // a chain longer than this is not worth following
		e = ast.Unparen(e)
		id, ok := e.(*ast.Ident)
		if !ok {
			return e
		}
		def := s.defs[s.info.ObjectOf(id)]
		if def == nil {
			return e
		}
		e = def
	}
	return e
}

// Callee is the function or method that a call names; nil for calls of
// function values, conversions and built-ins.
func Callee(info *types.Info, call *ast.CallExpr) *types.Func {
	fn, _ := typeutil.Callee(info, call).(*types.Func)
	if fn == nil {
		return nil
	}
	return fn.Origin()
}

// Answer is a call that writes the answer, with its arguments sorted out.
type Answer struct {
	Write
	Call *ast.CallExpr
	// Code is the status where it is a constant; 0 where the call sets none or
	// an unknown one.
	Code int
	// CodeExpr is the status as written; nil where this call sets none.
	CodeExpr ast.Expr
	// Bodies are the expressions that go into the body.
	Bodies []ast.Expr
	// Target is the response writer or context that is written to; nil for errors
	// that are returned.
	Target ast.Expr
}

// Answer reports whether a call writes to the client, and what.
func (s *Scope) Answer(call *ast.CallExpr) (Answer, bool) {
	w, ok := Writer(Callee(s.info, call))
	if !ok {
		return Answer{}, false
	}
	a := Answer{Write: w, Call: call, Code: w.Fixed}
	if w.Part != Value && !s.target(&a) {
		return Answer{}, false
	}
	if e := arg(call, w.Status); e != nil {
		a.CodeExpr, a.Code = e, s.Int(e)
	} else if e := s.chainedStatus(call); e != nil {
		a.CodeExpr, a.Code = e, s.Int(e)
	}
	if e := arg(call, w.Body); e != nil {
		a.Bodies = []ast.Expr{e}
		if w.Rest {
			a.Bodies = call.Args[w.Body:]
		}
	}
	return a, true
}

// target finds what is written to and reports whether it is a response.
func (s *Scope) target(a *Answer) bool {
	if a.To >= 0 {
		a.Target = arg(a.Call, a.To)
		if a.Target == nil {
			return false
		}
		t := s.info.TypeOf(a.Target)
		return IsAnswer(t) || IsRequest(t)
	}
	a.Target = Receiver(a.Call)
	if a.Target == nil {
		return false
	}
	if name := Name(Callee(s.info, a.Call)); a.Part == Piece && encoderOf(name) {
		// json.NewEncoder(w).Encode(v): written to is the constructor's argument.
		made, ok := s.Resolve(a.Target).(*ast.CallExpr)
		if !ok || len(made.Args) == 0 {
			return false
		}
		a.Target = made.Args[0]
		return IsAnswer(s.info.TypeOf(a.Target)) || s.isContextWriter(a.Target)
	}
	return true
}

// isContextWriter knows c.Response() and ctx.Response.BodyWriter().
func (s *Scope) isContextWriter(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	return ok && Receiver(call) != nil && IsAnswer(s.info.TypeOf(Receiver(call)))
}

func encoderOf(name string) bool {
	return slices.Contains([]string{
		"encoding/json.Encoder.Encode", "encoding/xml.Encoder.Encode",
		"github.com/goccy/go-json.Encoder.Encode", "github.com/json-iterator/go.Encoder.Encode",
	}, name)
}

// chainedStatus finds the code in c.Status(code).JSON(v).
func (s *Scope) chainedStatus(call *ast.CallExpr) ast.Expr {
	recv, ok := ast.Unparen(orBad(Receiver(call))).(*ast.CallExpr)
	if !ok {
		return nil
	}
	w, ok := Writer(Callee(s.info, recv))
	if !ok || w.Part != Status {
		return nil
	}
	return arg(recv, w.Status)
}

// Input is a call that reads the request, with its arguments sorted out.
type Input struct {
	Read
	Call *ast.CallExpr
	// NameIs is the name read where it is a constant.
	NameIs string
	// Into is what is filled; nil where the value is a result.
	Into ast.Expr
}

// Input reports whether a call reads the request.
func (s *Scope) Input(call *ast.CallExpr) (Input, bool) { return s.input(call, 0) }

func (s *Scope) input(call *ast.CallExpr, depth int) (Input, bool) {
	fn := Callee(s.info, call)
	r, ok := Reader(fn)
	if !ok {
		return Input{}, false
	}
	in := Input{Read: r, Call: call, Into: arg(call, r.Target)}
	if r.Framework == NetHTTP && r.Place == Body && !s.readsBody(call, r, depth+1) {
		return Input{}, false
	}
	if e := arg(call, r.Name); e != nil {
		in.NameIs = s.String(e)
	}
	return in, true
}

// readsBody tells a decoder of the request's body from one of a file or of an
// upstream's answer.
func (s *Scope) readsBody(call *ast.CallExpr, r Read, depth int) bool {
	if r.Request >= 0 {
		return s.fromRequest(arg(call, r.Request), depth)
	}
	made, ok := s.Resolve(orBad(Receiver(call))).(*ast.CallExpr)
	return ok && len(made.Args) > 0 && s.fromRequest(made.Args[0], depth)
}

// FromRequest reports whether an expression is the request's body, what was
// read from it, or a value that the request was asked for.
func (s *Scope) FromRequest(e ast.Expr) bool { return s.fromRequest(e, 0) }

func (s *Scope) fromRequest(e ast.Expr, depth int) bool {
	if e == nil || depth > 10 {
		return false
	}
	switch e := s.Resolve(e).(type) {
	case *ast.SelectorExpr:
		if (e.Sel.Name == "Body" || e.Sel.Name == "URL" || e.Sel.Name == "Header" || e.Sel.Name == "Form" || e.Sel.Name == "PostForm") && IsRequest(s.info.TypeOf(e.X)) {
			return true
		}
		return s.fromRequest(e.X, depth+1)
	case *ast.IndexExpr:
		return s.fromRequest(e.X, depth+1)
	case *ast.SliceExpr:
		return s.fromRequest(e.X, depth+1)
	case *ast.CallExpr:
		if _, ok := s.input(e, depth+1); ok {
			return true
		}
		if !s.passesOn(e) {
			return false
		}
		if s.fromRequest(Receiver(e), depth+1) {
			return true
		}
		return slices.ContainsFunc(e.Args, func(a ast.Expr) bool { return s.fromRequest(a, depth+1) })
	}
	return false
}

// passesOn reports whether a call's result is made of its arguments: a
// conversion, or a function of the packages that handle text and streams.
// What a service returns for an id is not the request's any more.
func (s *Scope) passesOn(call *ast.CallExpr) bool {
	if s.info.Types[call.Fun].IsType() {
		return true
	}
	fn := Callee(s.info, call)
	if fn == nil || fn.Pkg() == nil {
		return false
	}
	switch fn.Pkg().Path() {
	case "io", "io/ioutil", "bytes", "bufio", "strings", "strconv", "net/http", "net/url", "net/textproto", "mime/multipart",
		"fmt", "path", "path/filepath", "unicode", "encoding/json", "encoding/base64", "encoding/hex", "html":
		return true
	}
	return false
}

// Receiver is x in x.f(...); nil for other calls.
func Receiver(call *ast.CallExpr) ast.Expr {
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		return sel.X
	}
	return nil
}

// Int is the value of a constant whole number; 0 where it is not constant.
func (s *Scope) Int(e ast.Expr) int {
	v := s.constant(e)
	if v == nil {
		return 0
	}
	n, _ := constant.Int64Val(constant.ToInt(v))
	return int(n)
}

// String is the value of a constant string; empty where it is not constant.
func (s *Scope) String(e ast.Expr) string {
	if v := s.constant(e); v != nil && v.Kind() == constant.String {
		return constant.StringVal(v)
	}
	return ""
}

func (s *Scope) constant(e ast.Expr) constant.Value {
	if tv, ok := s.info.Types[e]; ok && tv.Value != nil {
		return tv.Value
	}
	return s.info.Types[s.Resolve(e)].Value
}

func arg(call *ast.CallExpr, i int) ast.Expr {
	if i < 0 || i >= len(call.Args) {
		return nil
	}
	return call.Args[i]
}

// orBad stands in for a missing expression, so that it can be looked at.
func orBad(e ast.Expr) ast.Expr {
	if e == nil {
		return &ast.BadExpr{}
	}
	return e
}
