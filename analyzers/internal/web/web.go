// Package web knows the surface of the web frameworks: which functions are
// request handlers, which calls read the request and which write the answer.
// It is a table per framework and one way to look things up; nothing is guessed
// from spelling alone.
package web

import (
	"go/types"
	"regexp"
	"strings"
)

// Framework names the library that a call or a handler belongs to.
type Framework string

// The libraries with a table.
const (
	NetHTTP  Framework = "net/http"
	Gin      Framework = "gin"
	Echo     Framework = "echo"
	Fiber    Framework = "fiber"
	Chi      Framework = "chi"
	Mux      Framework = "gorilla/mux"
	Router   Framework = "httprouter"
	Restful  Framework = "go-restful"
	FastHTTP Framework = "fasthttp"
	Hertz    Framework = "hertz"
	GoZero   Framework = "go-zero"
	Huma     Framework = "huma"
)

// Place is where in a request a value stands.
type Place int

// The places of an OpenAPI document, and Many for binders that fill a struct
// from several of them.
const (
	Path Place = iota + 1
	Query
	Header
	Cookie
	Form
	Body
	Many
)

// Read is a call that takes something out of the request.
type Read struct {
	Framework Framework
	Place     Place
	// Name is the index of the argument that names the value; -1 where the call
	// reads everything of its place.
	Name int
	// Target is the index of the argument that is filled; -1 where the value is
	// the first result.
	Target int
	// Request is the index of the argument that is the request (or its body);
	// -1 where it is the receiver.
	Request int
	// Error says that the last result is an error.
	Error bool
	// Parses says that text becomes another type, so that input can be malformed.
	Parses bool
	// Validates says that the call also runs the validator on what it filled.
	Validates bool
	// Answers says that the call itself answers a malformed request.
	Answers bool
}

// Part is how much of an answer a call writes.
type Part int

const (
	// Status sets the status only; a body may follow (w.WriteHeader, c.Status).
	Status Part = iota + 1
	// Piece appends to the body; the status may have been set before (w.Write).
	Piece
	// Whole is an answer of its own (http.Error, c.JSON).
	Whole
	// Value builds an error that becomes the answer when the handler returns it.
	Value
	// Next hands the request on to the next handler, which writes the answer.
	Next
)

// Write is a call that writes the answer, or a part of it.
type Write struct {
	Framework Framework
	Part      Part
	// To is the index of the argument that is written to; -1 the receiver.
	To int
	// Status is the index of the argument that is the status; -1 where none is.
	Status int
	// Fixed is the status that the call always sends; 0 where an argument or an
	// earlier call decides.
	Fixed int
	// Body is the index of the argument that becomes the body; -1 where none does.
	Body int
	// Rest says that all arguments from Body on go into the body.
	Rest bool
	// Encoding is "json", "xml", "html", "text", "file", "redirect", or "" for bytes as given.
	Encoding string
	// Stops says that no later handler of the chain runs.
	Stops bool
}

// library is the table of one package. Functions are named "Func" or
// "Type.Method", whatever the receiver's pointer and the module's major version.
type library struct {
	framework Framework
	path      string
	reads     map[string]Read
	writes    map[string]Write
}

// libraries lists the tables.
func libraries() []library {
	return []library{
		netHTTP(), stdEncoding("encoding/json", "json"), stdEncoding("encoding/xml", "xml"), stdFmt(), stdIO(),
		stdTemplate("html/template"), stdTemplate("text/template"),
		stdEncoding("github.com/goccy/go-json", "json"), stdEncoding("github.com/json-iterator/go", "json"),
		gin(), echo(), fiber(), chi(), render(), mux(), httprouter(), restful(), fasthttp(), hertz(), goZero(), huma(),
	}
}

var (
	reads  = map[string]Read{}
	writes = map[string]Write{}
	_      = index()
)

// index fills the two look-up maps once; nothing changes them afterwards.
func index() struct{} {
	for _, l := range libraries() {
		for name, r := range l.reads {
			r.Framework = l.framework
			reads[l.path+"."+name] = r
		}
		for name, w := range l.writes {
			w.Framework = l.framework
			writes[l.path+"."+name] = w
		}
	}
	return struct{}{}
}

var majorVersion = regexp.MustCompile(`/v[0-9]+(/|$)`)

// Name is the function's name as the tables have it: import path without major
// version, type without pointer, function.
func Name(fn *types.Func) string {
	if fn == nil || fn.Pkg() == nil {
		return ""
	}
	path := PackagePath(fn.Pkg())
	recv := fn.Signature().Recv()
	if recv == nil {
		return path + "." + fn.Name()
	}
	if t := typeName(recv.Type()); t != nil {
		return path + "." + t.Name() + "." + fn.Name()
	}
	return path + ".?." + fn.Name()
}

// PackagePath is the import path without its major version.
func PackagePath(pkg *types.Package) string {
	path := pkg.Path()
	if !strings.Contains(path, "/v") { // most have none, and this is asked of every type
		return path
	}
	return majorVersion.ReplaceAllString(path, "$1")
}

// TypeName is a named type's name as the tables have it, through pointers;
// empty for unnamed types.
func TypeName(t types.Type) string {
	n := typeName(t)
	if n == nil || n.Pkg() == nil {
		return ""
	}
	return PackagePath(n.Pkg()) + "." + n.Name()
}

func typeName(t types.Type) *types.TypeName {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	if n, ok := t.(*types.Named); ok {
		return n.Obj()
	}
	return nil
}

// Reader reports what a function reads of the request. Functions that read any
// io.Reader (json.Decoder.Decode, io.ReadAll) are included: the caller looks
// whether the argument or the receiver is the request's body; Scope.Read does.
func Reader(fn *types.Func) (Read, bool) {
	r, ok := reads[Name(fn)]
	if !ok {
		return Read{}, false
	}
	r.Error = returnsError(fn)
	return r, true
}

// Writer reports what a function writes of the answer. Functions that write to
// any io.Writer (fmt.Fprintf, io.Copy) are included: the caller looks whether
// argument To is the response; Scope.Write does.
func Writer(fn *types.Func) (Write, bool) {
	if w, ok := writes[Name(fn)]; ok {
		return w, true
	}
	return wrappedWriter(fn)
}

// wrappedWriter knows WriteHeader and Write of types that stand in for the
// response writer (status recorders, compressing writers).
func wrappedWriter(fn *types.Func) (Write, bool) {
	if fn == nil {
		return Write{}, false
	}
	recv := fn.Signature().Recv()
	if recv == nil || (fn.Name() != "Write" && fn.Name() != "WriteHeader") || !IsResponseWriter(recv.Type()) {
		return Write{}, false
	}
	return writes["net/http.ResponseWriter."+fn.Name()], true
}

func returnsError(fn *types.Func) bool {
	res := fn.Signature().Results()
	return res.Len() > 0 && IsError(res.At(res.Len()-1).Type())
}

// IsError reports whether t is the type error.
func IsError(t types.Type) bool {
	return t != nil && types.Identical(t, types.Universe.Lookup("error").Type())
}

// Helpers for the tables: they keep a row short.

// value reads one named value as text.
func value(p Place, name int) Read { return Read{Place: p, Name: name, Target: -1, Request: -1} }

// valueOf reads one named value from a request that is an argument.
func valueOf(p Place, request, name int) Read {
	return Read{Place: p, Name: name, Target: -1, Request: request}
}

// parsed reads one named value as another type than text.
func parsed(p Place, name int) Read {
	return Read{Place: p, Name: name, Target: -1, Request: -1, Parses: true}
}

// all reads everything of a place.
func all(p Place) Read { return Read{Place: p, Name: -1, Target: -1, Request: -1} }

// bind fills argument target.
func bind(p Place, target int) Read {
	return Read{Place: p, Name: -1, Target: target, Request: -1, Parses: true}
}

// bindFrom fills argument target from a request that is an argument.
func bindFrom(p Place, request, target int) Read {
	return Read{Place: p, Name: -1, Target: target, Request: request, Parses: true}
}

func (r Read) validating() Read { r.Validates = true; return r }

func (r Read) answering() Read { r.Answers = true; return r }

// status sets the status from argument i of the receiver's method.
func status(i int) Write { return Write{Part: Status, To: -1, Status: i, Body: -1} }

// whole is a complete answer: status and body by argument index, -1 for none.
func whole(status, body int, encoding string) Write {
	return Write{Part: Whole, To: -1, Status: status, Body: body, Encoding: encoding}
}

// fixed is a complete answer of one status.
func fixed(code, body int) Write {
	return Write{Part: Whole, To: -1, Status: -1, Fixed: code, Body: body, Encoding: "text"}
}

// piece appends argument body to the answer.
func piece(body int, encoding string) Write {
	return Write{Part: Piece, To: -1, Status: -1, Body: body, Encoding: encoding}
}

// next hands on to the next handler.
func next() Write { return Write{Part: Next, To: -1, Status: -1, Body: -1} }

func (w Write) to(i int) Write { w.To = i; return w }

func (w Write) rest() Write { w.Rest = true; return w }

func (w Write) stops() Write { w.Stops = true; return w }

func (w Write) part(p Part) Write { w.Part = p; return w }
