package behaviour

import (
	"encoding/json"
	"go/token"
	"go/types"
	"regexp"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

// Constant is the JSON value that the body of an answer always has: a text that
// is written out in the code, or a map without keys; not ok for any other body.
func (a Answer) Constant() (body any, ok bool) {
	if a.Empty && a.Encoding == "json" {
		return map[string]any{}, true
	}
	text, isText := a.Text()
	if !isText || a.Encoding != "" && a.Encoding != "text" {
		return nil, false
	}
	return body, json.Unmarshal([]byte(text), &body) == nil
}

// Pretends reports whether a handler looks at nothing, does nothing, and answers
// every request alike: it was followed to its end, and all that it does is to
// write what stands in its code.
func (s *Summary) Pretends() bool {
	if !s.Known || !s.Complete || s.acts || s.OpensBody || len(s.Inputs)+len(s.Whole)+len(s.Credentials) > 0 {
		return false
	}
	answers := s.Silent
	for _, a := range s.Answers {
		if a.StatusKnown && a.Status >= 400 {
			return false // it refuses, as an operation that was given up does
		}
		_, text := a.Text()
		if _, constant := a.Constant(); !a.StatusKnown || a.HasBody && !constant && !text {
			return false
		}
		answers = true
	}
	return answers
}

// Fixed reports whether as much is answered as stands in the code: the handler
// was followed to its end, and nowhere looks at what can grow.
func (s *Summary) Fixed() bool { return s.Known && s.Complete && !s.grows }

// grows reports whether an instruction gets at a collection that may have any
// number of elements: one that is kept elsewhere than in the function's own
// variables and in package variables that nothing is put into; or one whose
// elements are followed one by one.
func (x *Index) grows(instr ssa.Instruction) bool {
	switch instr := instr.(type) {
	case *ssa.UnOp:
		return instr.Op == token.ARROW || instr.Op == token.MUL && !isLocal(instr.X) && holdsCollection(instr.Type(), 0) && !x.isLiteral(instr)
	case *ssa.TypeAssert:
		return holdsCollection(instr.AssertedType, 0)
	case *ssa.Lookup:
		m, ok := instr.X.Type().Underlying().(*types.Map)
		return ok && holdsCollection(m.Elem(), 0)
	case *ssa.Phi:
		_, pointer := instr.Type().Underlying().(*types.Pointer)
		return pointer
	case *ssa.Select:
		return true
	}
	return false
}

// holdsCollection: values of the type are collections, or have one in them.
func holdsCollection(t types.Type, depth int) bool {
	switch u := t.Underlying().(type) {
	case *types.Slice, *types.Map, *types.Chan:
		return true
	case *types.Struct:
		for i := range u.NumFields() {
			if depth > maxShapeDepth || holdsCollection(u.Field(i).Type(), depth+1) {
				return true
			}
		}
	}
	return false
}

// isLiteral: the value is that of a package variable which holds a literal
// slice, and into which nothing else is put.
func (x *Index) isLiteral(load *ssa.UnOp) bool {
	g, ok := load.X.(*ssa.Global)
	if !ok {
		return false
	}
	_, ok = x.initial[globalName(g)].(*ssa.Slice)
	return ok
}

// acts reports whether an instruction may do or look at anything beyond the
// function's own variables. Calls are judged where they are made.
func acts(instr ssa.Instruction) bool {
	switch instr := instr.(type) {
	case *ssa.Go, *ssa.Send, *ssa.Select:
		return true
	case *ssa.UnOp:
		return instr.Op == token.ARROW
	case *ssa.Store:
		return !isLocal(instr.Addr)
	case *ssa.MapUpdate:
		_, made := instr.Map.(*ssa.MakeMap)
		return !made
	}
	return false
}

// isLocal: the address is one of the function's own variables, or within it.
func isLocal(addr ssa.Value) bool {
	for {
		switch v := addr.(type) {
		case *ssa.Alloc:
			return true
		case *ssa.FieldAddr:
			addr = v.X
		case *ssa.IndexAddr:
			addr = v.X
		default:
			return false
		}
	}
}

// passive are methods of answers and their headers that only prepare one.
var passive = regexp.MustCompile(`(?i)^(header|set|add|del|vary|type|append|status|write|flush|content)`)

// callActs reports whether a call of code outside the module may do more than
// look at its arguments, log them, or prepare the answer.
func (f *frame) callActs(c *ssa.CallCommon, fn *types.Func) bool {
	if fn == nil {
		return true
	}
	known := f.m.x.calleeOf(fn)
	if known.onlyReads {
		return false
	}
	if own := receiver(c); own != nil && (f.m.x.isAnswer(own.Type()) || behaviour.TypeName(own.Type()) == "net/http.Header") {
		return !known.prepares
	}
	return !known.logs
}

// loggers are libraries that only write down what they are given.
var loggers = regexp.MustCompile(`^\(?\*?(log|log/slog|github\.com/(sirupsen/logrus|rs/zerolog)|go\.uber\.org/zap)[./]`)

// callGrows reports whether a call of code outside the module may yield any
// number of things: it neither only looks at its arguments or encodes them nor
// belongs to the request, the answer or a log.
func (f *frame) callGrows(c *ssa.CallCommon, fn *types.Func) bool {
	if fn == nil {
		return true
	}
	if own := receiver(c); own != nil && (f.m.x.isAnswer(own.Type()) || f.m.x.isRequest(own.Type())) {
		return false
	}
	return f.callActs(c, fn) && (fn.Pkg() == nil || !strings.HasPrefix(fn.Pkg().Path(), "encoding/"))
}
