package behaviour

import (
	"encoding/json"
	"go/token"
	"go/types"
	"regexp"

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
