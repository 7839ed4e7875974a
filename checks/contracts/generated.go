package contracts

import (
	"fmt"
	"go/constant"
	"go/types"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/checks/behaviour"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

// agreement is how a generated server fits an operation: its code reads the
// request and writes the answer, so that the types decide. Types that agree with
// this document are trusted; where they don't, or can't be compared, the reason
// says so. An empty reason is agreement.
type agreement struct{ parameters, body, responses string }

// generated holds the types of an operation's function against the document. ok
// is false for functions that no generated server calls.
func generated(x *behaviour.Index, h handled) (agreement, bool) {
	fn := h.row.Route.Handler.Func
	if h.Known || fn == nil || h.row.Operation == nil {
		return agreement{}, false
	}
	g := &server{x: x, doc: h.row.Document, op: h.row.Operation, handler: h.row.Route.Handler}
	if !g.signature(fn.Signature()) {
		return agreement{}, false
	}
	return agreement{g.parametersAgree(), g.bodyAgrees(), g.responsesAgree()}, true
}

// server is what the signature of an operation's function shows.
type server struct {
	x       *behaviour.Index
	doc     *spec.Document
	op      *spec.Operation
	handler routes.Handler
	// parameters is the struct of them, body what the body is decoded into, result
	// what is answered; nil where there is none.
	parameters *types.Named
	body       types.Type
	result     types.Type
	// swagger: the parameters hold the body too, and the answer writes itself.
	swagger bool
	// object is a struct of everything that the request brings, as strict servers
	// get it; nil elsewhere.
	object *types.Named
}

func (g *server) signature(sig *types.Signature) bool {
	if sig.Results().Len() == 0 {
		return false
	}
	found := false
	for i := range sig.Params().Len() {
		t := sig.Params().At(i).Type()
		n := namedOf(t)
		switch {
		case n != nil && strings.HasSuffix(n.Obj().Name(), "Params") && g.x.InGenerated(n.Obj().Pos()):
			g.parameters, found = n, true
		case n != nil && strings.HasSuffix(n.Obj().Name(), "RequestObject") && g.x.InGenerated(n.Obj().Pos()):
			g.object, found = n, true
		case goName(t) == "context.Context":
			found = true
		case g.body == nil:
			g.body = t
		}
	}
	g.result = sig.Results().At(0).Type()
	if r := namedOf(g.result); r != nil && r.Obj().Name() == "Responder" {
		g.swagger, g.body = true, nil
	}
	if isErrorType(g.result) {
		g.result = nil
	}
	return found && (g.swagger || g.object != nil || g.parameters != nil || g.isGenerated(g.body) || g.isGenerated(g.result))
}

func namedOf(t types.Type) *types.Named {
	if t == nil {
		return nil
	}
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if s, ok := types.Unalias(t).(*types.Slice); ok {
		return namedOf(s.Elem())
	}
	n, _ := types.Unalias(t).(*types.Named)
	return n
}

func isErrorType(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

func (g *server) isGenerated(t types.Type) bool {
	n := namedOf(t)
	return n != nil && g.x.InGenerated(n.Obj().Pos())
}

// parametersAgree: each declared parameter has a field.
func (g *server) parametersAgree() string {
	fields := map[string]bool{}
	g.name(fields, g.parameters)
	g.name(fields, g.object)
	for _, p := range declaredParameters(g.op) {
		if !fields[spelling(p.Name)] {
			return fmt.Sprintf("the generated server has no field for %s parameter %q; generate it again from this document", p.In, p.Name)
		}
	}
	return ""
}

// name collects how the fields of a generated struct are called: in Go, and in
// the tag by which they are known outside. Parameters may lie in a struct of
// their own.
func (g *server) name(fields map[string]bool, of *types.Named) {
	if of == nil {
		return
	}
	st, ok := structOf(of)
	if !ok {
		return
	}
	for i := range st.NumFields() {
		f := st.Field(i)
		if n := namedOf(f.Type()); f.Name() == "Params" && n != nil && of == g.object {
			g.name(fields, n)
			continue
		}
		fields[spelling(f.Name())] = true
		if tag, _, _ := strings.Cut(reflect.StructTag(st.Tag(i)).Get("json"), ","); tag != "" {
			fields[spelling(tag)] = true
		}
	}
}

var separators = regexp.MustCompile(`[^A-Za-z0-9]+`)

// spelling is a name as generators and documents have in common.
func spelling(name string) string { return strings.ToLower(separators.ReplaceAllString(name, "")) }

func (g *server) bodyAgrees() string {
	if g.op.Body == nil {
		return ""
	}
	media, t := jsonMedia(g.op.Body.Content), g.bodyType()
	if media == nil || t == nil {
		return "the generated server's type of the body was not found"
	}
	return g.agree(media.Schema, t, incoming)
}

// bodyType is what generated code decodes a JSON body into.
func (g *server) bodyType() types.Type {
	holder := g.object
	if holder == nil && g.swagger {
		holder = g.parameters
	}
	if holder == nil {
		return g.body
	}
	st, ok := structOf(holder)
	if !ok {
		return nil
	}
	var body types.Type
	for f := range st.Fields() {
		switch {
		case g.object == nil && g.isGenerated(f.Type()), g.object != nil && strings.HasSuffix(f.Name(), "JSONBody"):
			body = f.Type()
		case g.object != nil && f.Name() == "Body":
			return f.Type()
		}
	}
	return body
}

func (g *server) agree(s *spec.Schema, t types.Type, dir direction) string {
	c := &comparison{doc: g.doc, dir: dir, seen: map[pairKey]bool{}, generated: g.isGenerated}
	c.value("", s, t, 0)
	switch {
	case len(c.differences) > 0:
		return fmt.Sprintf("the generated server is of another document: %s; generate it again", c.differences[0])
	case len(c.unsure) > 0:
		return c.unsure[0]
	}
	return ""
}

// responsesAgree: each documented success has a type that agrees with it, and
// where types tell the status the function answers with one of them.
func (g *server) responsesAgree() string {
	if g.object != nil && !g.answersSuccess() {
		return "no answer of the documented success types was found in " + g.handler.Name
	}
	for _, r := range successes(g.op) {
		media := jsonMedia(r.Content)
		if media == nil || media.Schema == nil || r.Status == "default" {
			continue
		}
		reason := "the generated server's type of the answer was not found"
		for _, t := range g.answers(r.Status) {
			if reason = g.agree(media.Schema, t, outgoing); reason == "" {
				break
			}
		}
		if reason != "" {
			return reason
		}
	}
	return ""
}

// answers are the types that the server can encode for a status: the result, or
// what implements it, by name where that tells the status; with go-swagger the
// payload of the type that is named for the status.
func (g *server) answers(status string) []types.Type {
	if g.swagger {
		return g.payloads(status)
	}
	if g.result == nil {
		return nil
	}
	iface, ok := g.result.Underlying().(*types.Interface)
	if !ok {
		return []types.Type{g.result}
	}
	var out []types.Type
	scope := namedOf(g.result).Obj().Pkg().Scope()
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if ok && g.isFor(name, status) && !types.IsInterface(tn.Type()) && types.Implements(types.NewPointer(tn.Type()), iface) {
			out = append(out, tn.Type())
		}
	}
	return out
}

func (g *server) answersSuccess() bool {
	if g.result == nil {
		return false
	}
	for name := range g.x.Converted(g.handler, g.result) {
		if slices.ContainsFunc(successes(g.op), func(r spec.Response) bool { return g.isFor(name, r.Status) }) {
			return true
		}
	}
	return false
}

// isFor: strict servers have a type for each status, "GetThing200JSONResponse"
// beside GetThingRequestObject. Elsewhere names say nothing.
func (g *server) isFor(name, status string) bool {
	return g.object == nil || strings.HasPrefix(name, strings.TrimSuffix(g.object.Obj().Name(), "RequestObject")+status)
}

// payloads finds "const GetThingsOKCode int = 200" and the field Payload of
// GetThingsOK beside it.
func (g *server) payloads(status string) []types.Type {
	if g.parameters == nil {
		return nil
	}
	scope := g.parameters.Obj().Pkg().Scope()
	prefix := strings.TrimSuffix(g.parameters.Obj().Name(), "Params")
	for _, name := range scope.Names() {
		c, ok := scope.Lookup(name).(*types.Const)
		if !ok || !strings.HasPrefix(name, prefix) || !strings.HasSuffix(name, "Code") || constant.ToInt(c.Val()).ExactString() != status {
			continue
		}
		if obj := scope.Lookup(strings.TrimSuffix(name, "Code")); obj != nil {
			if st, ok := structOf(obj.Type()); ok {
				for i := range st.NumFields() {
					if st.Field(i).Name() == "Payload" {
						return []types.Type{st.Field(i).Type()}
					}
				}
			}
		}
	}
	return nil
}

// optional is what a generated wrapper for optional and nullable values holds.
func optional(t types.Type) (types.Type, bool) {
	st, ok := t.Underlying().(*types.Struct)
	if !ok || st.NumFields() < 2 || st.NumFields() > 3 || st.Field(0).Name() != "Value" {
		return nil, false
	}
	for i := 1; i < st.NumFields(); i++ {
		if n := st.Field(i).Name(); n != "Set" && n != "Null" {
			return nil, false
		}
	}
	return st.Field(0).Type(), true
}

// trusted is a facet of a generated server: it is ok where the types agree.
func trusted(t *report.Tally, h handled, reason string) report.Facet {
	if reason != "" {
		t.Undecided(h.row.Name()+": "+reason, report.Related{Position: h.row.Route.Handler.Pos, Message: h.row.Name()})
		return report.FacetInconclusive
	}
	t.Pass(report.Related{Position: h.row.Route.Handler.Pos, Message: h.row.Name() + " is called by generated code that agrees with the document"})
	return report.FacetOK
}
