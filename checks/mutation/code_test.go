package mutation

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

// codeOperators plant defects in the code: the document stays as it is.
func codeOperators() []operator {
	parameters := notice{facets: []string{"parameters"}, rules: []string{"parameter-mismatch"}}
	validation := notice{facets: []string{"validation"}, rules: []string{"input-unvalidated", "constraint-unenforced"}}
	responses := notice{facets: []string{"responses"}, rules: []string{"response-mismatch"}}
	body := notice{facets: []string{"body"}, rules: []string{"request-body-mismatch"}}
	stub := notice{statuses: []report.EndpointStatus{report.Stub}, rules: []string{"endpoint-stub"}}
	missing := notice{statuses: []report.EndpointStatus{report.Missing}, rules: []string{"endpoint-missing"}}
	protection := notice{facets: []string{"auth"}, rules: []string{"endpoint-unprotected"}}
	return []operator{
		{name: "drop-parameter-read", guard: "the only read of a declared parameter", notice: parameters, code: dropRead},
		{name: "rename-parameter-read", guard: "the only read of a declared parameter", notice: parameters, code: renameRead},
		{name: "rename-binding-tag", guard: "a tag by which a declared parameter is bound", notice: parameters, code: renameBinding},
		{name: "drop-validation", guard: "the only validating call before the input of a constrained operation is used", notice: validation, code: dropValidation},
		{name: "drop-validation-tags", guard: "all tags of a decoded struct, where no code validates besides", notice: validation, code: dropValidationTags},
		{name: "drop-check", guard: "a test of one property that the document constrains", notice: validation, code: dropCheck},
		{name: "swap-success-status", guard: "to a success that the operation does not document", notice: responses, code: swapSuccess},
		{name: "swap-error-status", guard: "to 418, where the operation documents other refusals and no range of them",
			notice: notice{rules: []string{"error-response-undocumented", "response-mismatch"}}, code: swapError},
		{name: "drop-authentication", guard: "the only middleware of the chain that is named for who calls, before an operation that requires credentials and whose handler answers no 401 or 403 itself", notice: protection, code: dropAuthentication},
		{name: "drop-role-check", guard: "the only middleware of the chain that is named for a role, before an operation that documents 403 or a scope",
			notice: notice{facets: []string{"auth"}, rules: []string{"authorization-missing", "endpoint-unprotected"}}, code: dropRoleCheck},
		{name: "close-chain", guard: "a middleware of the chain no longer calls the next handler, which it does in one place",
			notice: notice{facets: []string{"auth", "responses"}, statuses: []report.EndpointStatus{report.Missing, report.Stub}, rules: []string{"middleware-misused", "endpoint-stub", "endpoint-missing"}}, code: closeChain},
		{name: "rename-response-tag", guard: "a property that the answer's schema requires", notice: responses, code: retag(false, `%s`+strange)},
		{name: "hide-response-field", guard: "a property that the answer's schema requires", notice: responses, code: retag(false, "-")},
		{name: "response-number-as-text", guard: "a number that the answer's schema requires, with the option string", notice: responses, code: retag(false, `%s,string`)},
		{name: "rename-request-tag", guard: "a property that the request's schema requires", notice: body, code: retag(true, `%s`+strange)},
		{name: "hide-request-field", guard: "a property that the request's schema requires", notice: body, code: retag(true, "-")},
		{name: "return-constant", guard: "an operation that takes input or promises properties; the documented status stays",
			notice: notice{facets: []string{"parameters", "body", "responses", "validation"}, statuses: stub.statuses, rules: append([]string{"parameter-mismatch", "response-mismatch", "request-body-mismatch"}, stub.rules...)}, code: returnConstant},
		{name: "stub-501", guard: "the whole body", notice: stub, code: replaceBody("status")},
		{name: "stub-panic", guard: "the whole body", notice: stub, code: replaceBody("panic")},
		{name: "empty-body", guard: "the whole body of an operation that promises a success other than 204", notice: stub, code: replaceBody("")},
		{name: "drop-route", guard: "the only route of the operation", notice: missing, code: dropRoute},
		{name: "change-route-method", guard: "the only route of the operation", notice: missing, code: changeRouteMethod},
		{name: "change-route-path", guard: "the only route of the operation", notice: missing, code: changeRoutePath},
		{name: "nil-slice", guard: "a slice of the promised elements that is filled by append", notice: notice{rules: []string{"array-encoded-null"}}, code: nilSlice},
		{name: "drop-return", guard: "after an error answer that is not the end of the handler", notice: notice{rules: []string{"error-response-continues"}}, code: dropReturn},
		{name: "ignore-decode-error", guard: "of a call that decodes a body or reads a parameter whose range nothing tests later",
			notice: notice{rules: []string{"input-parse-error-ignored", "error-ignored"}}, code: ignoreDecodeError},
		{name: "drop-body-limit", guard: "the only limit, of an operation with a body", notice: notice{rules: []string{"body-unbounded"}}, code: dropBodyLimit},
		{name: "leak-error", guard: "the text of a 5xx answer becomes err.Error()", notice: notice{rules: []string{"error-detail-leaked"}}, code: leakError},
	}
}

func dropRead(s *subject, e *matrix.Endpoint) []site {
	var sites []site
	for _, p := range declared(e.Operation, "query", "header", "path") {
		reads := s.reads(e, p.Name)
		if len(reads) != 1 || standard(p) {
			continue
		}
		r := reads[0]
		t := r.place.info().TypeOf(r.expr)
		sites = append(sites, s.one(r.place, replace(r.expr, zero(t)), "no longer read %s parameter %s", p.In, p.Name))
	}
	return sites
}

func renameRead(s *subject, e *matrix.Endpoint) []site {
	var sites []site
	for _, p := range declared(e.Operation, "query", "header", "path") {
		reads := s.reads(e, p.Name)
		if len(reads) != 1 || standard(p) {
			continue
		}
		sites = append(sites, s.one(reads[0].place, replace(reads[0].name, strconv.Quote(p.Name+strange)), "read %s parameter %s under another name", p.In, p.Name))
	}
	return sites
}

// tagEdit replaces the value of one key of a field's tag; "" drops the key.
func tagEdit(f *ast.Field, key, value string) (edit, bool) {
	if f.Tag == nil {
		return edit{}, false
	}
	tag, err := strconv.Unquote(f.Tag.Value)
	old, ok := reflect.StructTag(tag).Lookup(key)
	if err != nil || !ok {
		return edit{}, false
	}
	was, now := fmt.Sprintf("%s:%q", key, old), ""
	if value != "" {
		now = fmt.Sprintf("%s:%q", key, value)
	}
	return replace(f.Tag, "`"+strings.Replace(tag, was, now, 1)+"`"), strings.Contains(tag, was)
}

func tagOf(f *ast.Field, key string) string {
	if f.Tag == nil {
		return ""
	}
	tag, _ := strconv.Unquote(f.Tag.Value)
	name, _, _ := strings.Cut(reflect.StructTag(tag).Get(key), ",")
	return name
}

func renameBinding(s *subject, e *matrix.Endpoint) []site {
	keys := map[string][]string{"query": {"query", "form"}, "path": {"uri", "param", "params"}, "header": {"header"}}
	var sites []site
	for _, named := range s.structsOf(e, true) {
		for _, f := range s.structs[named.Obj().Pos()].ast.Fields.List {
			for _, p := range declared(e.Operation, "query", "path", "header") {
				for _, key := range keys[p.In] {
					if tagOf(f, key) != p.Name {
						continue
					}
					if ed, ok := tagEdit(f, key, p.Name+strange); ok {
						sites = append(sites, s.one(s.handler(e), ed, "bind %s parameter %s under another name", p.In, p.Name))
					}
				}
			}
		}
	}
	return sites
}

var validating = regexp.MustCompile(`(?i)valid|check`)

// constrained reports whether the document says more of a request than types.
func constrained(e *matrix.Endpoint) bool {
	tight := func(s *spec.Schema) bool {
		s = e.Document.Resolve(s)
		return s != nil && (len(s.Required) > 0 || len(s.Enum) > 0 || s.MinLength != nil || s.MaxLength != nil || s.Minimum != nil || s.Maximum != nil || s.Pattern != "")
	}
	if e.Operation.Body != nil {
		for _, m := range e.Operation.Body.Content {
			if tight(m.Schema) {
				return true
			}
		}
	}
	return false
}

func dropValidation(s *subject, e *matrix.Endpoint) []site {
	calls := s.testedCalls(s.reach(e), validating)
	if len(calls) != 1 || !constrained(e) {
		return nil
	}
	return []site{s.one(calls[0].place, calls[0].removal(s, false), "no longer call %s", calledName(calls[0].call))}
}

func dropValidationTags(s *subject, e *matrix.Endpoint) []site {
	if len(s.testedCalls(s.reach(e), validating)) > 0 || !constrained(e) {
		return nil
	}
	var sites []site
	for _, named := range s.structsOf(e, true) {
		var edits []edit
		for _, f := range s.structs[named.Obj().Pos()].ast.Fields.List {
			for _, key := range []string{"binding", "validate"} {
				if ed, ok := tagEdit(f, key, ""); ok {
					edits = append(edits, ed)
				}
			}
		}
		if len(edits) > 0 {
			sites = append(sites, site{edits: edits, within: []*place{s.handler(e)}, what: "drop the validation tags of " + named.Obj().Name()})
		}
	}
	return sites
}

// dropCheck removes one test of one constrained property: an if statement that
// leaves, or a statement that hands the test on.
func dropCheck(s *subject, e *matrix.Endpoint) []site {
	limited := limitedProperties(e)
	var sites []site
	for _, p := range s.deep(e) {
		name := ""
		if p.fn != nil {
			name = p.fn.Name()
		}
		if p != s.handler(e) && !validating.MatchString(name) {
			continue
		}
		lists(p.body, func(list []ast.Stmt) {
			for _, st := range list {
				var test ast.Node
				switch st := st.(type) {
				case *ast.IfStmt:
					if st.Init == nil && st.Else == nil && len(st.Body.List) <= 2 && !testsError(p.info(), st.Cond) {
						test = st.Cond
					}
				case *ast.ExprStmt:
					if call, ok := st.X.(*ast.CallExpr); ok && len(call.Args) > 1 {
						test = call.Args[0]
					}
				}
				if property := s.testsOne(p, test, limited); property != "" {
					sites = append(sites, s.one(p, replace(st, ""), "no longer test %s", property))
				}
			}
		})
	}
	return sites
}

func limitedProperties(e *matrix.Endpoint) map[string]bool {
	out := map[string]bool{}
	if e.Operation.Body == nil {
		return out
	}
	o := objectOf(e.Document, e.Operation.Body.Content)
	if o == nil {
		return out
	}
	for _, p := range o.Properties {
		s := e.Document.Resolve(p.Schema)
		if s != nil && (len(s.Enum) > 0 || s.MinLength != nil || s.MaxLength != nil || s.Minimum != nil || s.Maximum != nil || s.Pattern != "" || slices.Contains(o.Required, p.Name)) {
			out[p.Name] = true
		}
	}
	return out
}

// testsOne is the only property whose field a test looks at.
func (s *subject) testsOne(p *place, test ast.Node, limited map[string]bool) string {
	if test == nil {
		return ""
	}
	found := map[string]bool{}
	ast.Inspect(test, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		selection := p.info().Selections[sel]
		if selection == nil || selection.Kind() != types.FieldVal {
			return true
		}
		if name := s.jsonName(selection.Recv(), sel.Sel.Name); limited[name] {
			found[name] = true
		}
		return true
	})
	if len(found) != 1 {
		return ""
	}
	for name := range found {
		return name
	}
	return ""
}

func (s *subject) jsonName(t types.Type, fieldName string) string {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	st, ok := t.Underlying().(*types.Struct)
	if !ok {
		return ""
	}
	for i := range st.NumFields() {
		if st.Field(i).Name() == fieldName {
			name, _, _ := strings.Cut(reflect.StructTag(st.Tag(i)).Get("json"), ",")
			return name
		}
	}
	return ""
}

// statusArguments are constants that a call sends to the client as a status.
func (s *subject) statusArguments(e *matrix.Endpoint, visit func(p *place, arg ast.Expr, status int)) {
	for _, p := range s.reach(e) {
		ast.Inspect(p.body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !speaksTo(p.info(), call, isWriter) {
				return true
			}
			for _, a := range call.Args {
				if status, ok := numberOf(p.info(), a); ok && status >= 200 && status < 600 {
					visit(p, a, status)
				}
			}
			return true
		})
	}
}

func documents(op *spec.Operation, status int) bool {
	for _, r := range op.Responses {
		if r.Status == strconv.Itoa(status) || strings.EqualFold(r.Status, strconv.Itoa(status)[:1]+"XX") {
			return true
		}
	}
	return false
}

func swapSuccess(s *subject, e *matrix.Endpoint) []site {
	var sites []site
	s.statusArguments(e, func(p *place, arg ast.Expr, status int) {
		if status >= 300 || !documents(e.Operation, status) {
			return
		}
		for _, to := range []int{202, 200, 201} {
			if to != status && !documents(e.Operation, to) {
				sites = append(sites, s.one(p, replace(arg, strconv.Itoa(to)), "answer %d instead of %d", to, status))
				return
			}
		}
	})
	return sites
}

func swapError(s *subject, e *matrix.Endpoint) []site {
	refusals := slices.ContainsFunc(e.Operation.Responses, func(r spec.Response) bool { return r.Status[0] == '4' })
	if !refusals || documents(e.Operation, 418) || slices.ContainsFunc(e.Operation.Responses, func(r spec.Response) bool { return r.Status == "default" }) {
		return nil
	}
	var sites []site
	s.statusArguments(e, func(p *place, arg ast.Expr, status int) {
		if status >= 400 && status < 500 && documents(e.Operation, status) && p == s.handler(e) {
			sites = append(sites, s.one(p, replace(arg, "418"), "answer 418 instead of %d", status))
		}
	})
	return sites
}

var (
	knowsCaller = regexp.MustCompile(`(?i)auth|jwt|token|session|log.?in|sign.?in|credential|principal|current.?user`)
	knowsRole   = regexp.MustCompile(`(?i)admin|role|perm|scope|editor|owner|access|allowed|polic`)
)

// wrapped is a middleware where the wiring mentions it: as an argument, or
// called on a handler.
type wrapped struct {
	place *place
	edit  edit
	name  string
}

// mentions are the places where the chain of an operation gets the middleware.
func (s *subject) mentions(e *matrix.Endpoint, name *regexp.Regexp) []wrapped {
	var out []wrapped
	for _, p := range s.funcs {
		ast.Inspect(p.body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			for i, a := range call.Args {
				if fn := s.middlewareOf(p, a); fn != nil && name.MatchString(fn.Name()) && s.inChain(e, fn) {
					out = append(out, wrapped{p, without(call, i), fn.Name()})
				}
			}
			if fn := callee(p.info(), call); fn != nil && len(call.Args) == 1 && name.MatchString(fn.Name()) && s.inChain(e, fn) && servesLike(p.info().TypeOf(call)) && servesLike(p.info().TypeOf(call.Args[0])) {
				out = append(out, wrapped{p, replace(call, s.source(call.Args[0])), fn.Name()})
			}
			return true
		})
	}
	slices.SortFunc(out, func(a, b wrapped) int { return int(a.edit.start - b.edit.start) })
	return slices.CompactFunc(out, func(a, b wrapped) bool { return a.edit == b.edit })
}

// servesLike holds for handlers of any kind.
func servesLike(t types.Type) bool {
	if t == nil {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Signature:
		for i := range u.Params().Len() {
			if pt := u.Params().At(i).Type(); isRequest(pt) || isWriter(pt) {
				return true
			}
		}
	case *types.Interface:
		for i := range u.NumMethods() {
			if u.Method(i).Name() == "ServeHTTP" {
				return true
			}
		}
	}
	return false
}

// without is a call without its argument i.
func without(call *ast.CallExpr, i int) edit {
	switch {
	case i > 0:
		return edit{call.Args[i-1].End(), call.Args[i].End(), ""}
	case len(call.Args) > 1:
		return edit{call.Args[0].Pos(), call.Args[1].Pos(), ""}
	}
	return edit{call.Args[0].Pos(), call.Args[0].End(), ""}
}

// middlewareOf is the function that an expression names, or the one that it
// calls to make a middleware.
func (s *subject) middlewareOf(p *place, a ast.Expr) *types.Func {
	if _, ok := p.info().TypeOf(a).(*types.Signature); !ok && !middlewareType.MatchString(fullName(p.info().TypeOf(a))) {
		return nil
	}
	switch a := ast.Unparen(a).(type) {
	case *ast.Ident:
		fn, _ := p.info().Uses[a].(*types.Func)
		return fn
	case *ast.SelectorExpr:
		fn, _ := p.info().Uses[a.Sel].(*types.Func)
		return fn
	case *ast.CallExpr:
		return callee(p.info(), a)
	}
	return nil
}

var middlewareType = regexp.MustCompile(`\.(HandlerFunc|Handler|MiddlewareFunc|Middleware|FilterFunction|middlewareHandler)$`)

// inChain reports whether fn, or a literal in it, is in the operation's chain.
func (s *subject) inChain(e *matrix.Endpoint, fn *types.Func) bool {
	decl := s.funcs[fn.Origin().Pos()]
	return slices.ContainsFunc(e.Route.Middleware, func(h routes.Handler) bool {
		return h.Func != nil && h.Func.Origin() == fn.Origin() ||
			decl != nil && h.Key >= decl.node.Pos() && h.Key <= decl.node.End() ||
			decl == nil && strings.HasSuffix(h.Name, "."+fn.Name())
	})
}

func (s *subject) chainNames(e *matrix.Endpoint, name *regexp.Regexp) int {
	n := 0
	for _, h := range e.Route.Middleware {
		last := h.Name[strings.LastIndex(h.Name, ".")+1:]
		if name.MatchString(last) {
			n++
		}
	}
	return n
}

func dropAuthentication(s *subject, e *matrix.Endpoint) []site {
	if len(e.Operation.Security) == 0 || slices.ContainsFunc(e.Operation.Security, func(r spec.Requirement) bool { return len(r) == 0 }) ||
		s.chainNames(e, knowsCaller)+s.chainNames(e, knowsRole) != 1 || s.refusesItself(e) {
		return nil
	}
	var sites []site
	for _, w := range s.mentions(e, knowsCaller) {
		sites = append(sites, s.dropped(e, w, knowsCaller))
	}
	return sites
}

// refusesItself reports whether the handler answers 401 or 403, so that the
// middleware is not all that keeps strangers out.
func (s *subject) refusesItself(e *matrix.Endpoint) bool {
	found := false
	for _, p := range s.reach(e) {
		ast.Inspect(p.body, func(n ast.Node) bool {
			if _, compares := n.(*ast.BinaryExpr); compares {
				return false
			}
			if x, ok := n.(ast.Expr); ok {
				if status, ok := numberOf(p.info(), x); ok && (status == 401 || status == 403) {
					found = true
				}
			}
			return true
		})
	}
	return found
}

// dropped takes a middleware out of the wiring; a defect where the operation's
// own chain is the one that lost it.
func (s *subject) dropped(e *matrix.Endpoint, w wrapped, name *regexp.Regexp) site {
	at, before := s.one(w.place, w.edit, "drop middleware %s", w.name), s.chainNames(e, name)
	at.applied = func(now *matrix.Endpoint) bool {
		return now == nil || now.Route == nil || s.chainNames(now, name) < before
	}
	return at
}

func dropRoleCheck(s *subject, e *matrix.Endpoint) []site {
	scoped := slices.ContainsFunc(e.Operation.Security, func(r spec.Requirement) bool {
		for _, scopes := range r {
			if len(scopes) > 0 {
				return true
			}
		}
		return false
	})
	if s.chainNames(e, knowsRole) != 1 || !scoped && !documents(e.Operation, 403) {
		return nil
	}
	var sites []site
	for _, w := range s.mentions(e, knowsRole) {
		sites = append(sites, s.dropped(e, w, knowsRole))
	}
	return sites
}

var handsOn = regexp.MustCompile(`^(ServeHTTP|Next|next|h|handler|ProcessFilter)$`)

// closeChain takes the call of the next handler out of a middleware.
func closeChain(s *subject, e *matrix.Endpoint) []site {
	var sites []site
	for _, h := range e.Route.Middleware {
		p := s.funcs[h.Key]
		if p == nil {
			continue
		}
		var own []site
		ast.Inspect(p.body, func(n ast.Node) bool {
			switch st := n.(type) {
			case *ast.ExprStmt:
				if call, ok := st.X.(*ast.CallExpr); ok && handsOn.MatchString(calledName(call)) && speaksTo(p.info(), call, isRequest) {
					own = append(own, s.one(p, replace(st, ""), "no longer go on to the next handler"))
				}
			case *ast.ReturnStmt:
				if len(st.Results) != 1 {
					break
				}
				if call, ok := st.Results[0].(*ast.CallExpr); ok && handsOn.MatchString(calledName(call)) && speaksTo(p.info(), call, isRequest) {
					own = append(own, s.one(p, replace(st, "return nil"), "no longer go on to the next handler"))
				}
			}
			return true
		})
		if len(own) == 1 { // else other requests still get through
			sites = append(sites, own...)
		}
	}
	return sites
}

// objects are the object schemas of a request or of the success answers, those
// inside them included.
func objects(e *matrix.Endpoint, incoming bool) []*spec.Schema {
	var out []*spec.Schema
	var visit func(s *spec.Schema, depth int)
	visit = func(s *spec.Schema, depth int) {
		s = e.Document.Resolve(s)
		if s == nil || depth > 4 || slices.Contains(out, s) || len(s.OneOf)+len(s.AnyOf) > 0 {
			return
		}
		if len(s.Properties) > 0 {
			out = append(out, s)
		}
		for _, p := range s.Properties {
			if slices.Contains(s.Required, p.Name) {
				visit(p.Schema, depth+1)
			}
		}
		visit(s.Items, depth+1)
	}
	var content []spec.Media
	if incoming && e.Operation.Body != nil {
		content = e.Operation.Body.Content
	}
	for _, r := range e.Operation.Responses {
		if !incoming && r.Status[0] == '2' {
			content = append(slices.Clone(content), r.Content...)
		}
	}
	for _, m := range content {
		if m.IsJSON() {
			visit(m.Schema, 0)
		}
	}
	return out
}

// retag changes the JSON tag of a required property; the format takes the name.
func retag(incoming bool, format string) func(*subject, *matrix.Endpoint) []site {
	return func(s *subject, e *matrix.Endpoint) []site {
		var sites []site
		for _, named := range s.structsOf(e, incoming) {
			decl := s.structs[named.Obj().Pos()]
			for _, o := range objects(e, incoming) {
				if !alike(decl.ast, o) {
					continue
				}
				for _, f := range decl.ast.Fields.List {
					name := tagOf(f, "json")
					if name == "" || !slices.Contains(o.Required, name) {
						continue
					}
					if strings.HasSuffix(format, ",string") {
						b, ok := decl.pkg.TypesInfo.TypeOf(f.Type).Underlying().(*types.Basic)
						if !ok || b.Info()&types.IsNumeric == 0 {
							continue
						}
					}
					value := format
					if strings.Contains(format, "%s") {
						value = fmt.Sprintf(format, name)
					}
					if ed, ok := tagEdit(f, "json", value); ok {
						sites = append(sites, s.one(s.handler(e), ed, "tag %s.%s %s", named.Obj().Name(), name, value))
					}
				}
			}
		}
		return sites
	}
}

// alike reports whether a struct is what an object schema describes: it has
// every required property, and most of the others.
func alike(st *ast.StructType, o *spec.Schema) bool {
	names := map[string]bool{}
	for _, f := range st.Fields.List {
		names[tagOf(f, "json")] = true
	}
	n := 0
	for _, p := range o.Properties {
		if names[p.Name] {
			n++
		}
	}
	for _, name := range o.Required {
		if !names[name] {
			return false
		}
	}
	return len(o.Required) > 0 && 3*n >= 2*len(o.Properties)
}

func takesOrPromises(e *matrix.Endpoint) bool {
	if len(declared(e.Operation, "query", "path")) > 0 || e.Operation.Body != nil {
		return true
	}
	return slices.ContainsFunc(objects(e, false), func(o *spec.Schema) bool { return len(o.Required) > 0 })
}

func firstSuccess(op *spec.Operation) int {
	for _, r := range op.Responses {
		if n, err := strconv.Atoi(r.Status); err == nil && n < 300 {
			return n
		}
	}
	return 0
}

func returnConstant(s *subject, e *matrix.Endpoint) []site {
	p := s.handler(e)
	f, ok := frameworkOf(p)
	status := firstSuccess(e.Operation)
	if !ok || !takesOrPromises(e) || status == 0 || len(p.body.List) == 0 {
		return nil
	}
	text := f.constant
	if status == 204 {
		text = f.status
	}
	at := p.body.List[0].Pos()
	return []site{s.one(p, edit{at, at, fmt.Sprintf(text, status) + "\n"}, "return a constant at once")}
}

func replaceBody(how string) func(*subject, *matrix.Endpoint) []site {
	return func(s *subject, e *matrix.Endpoint) []site {
		p := s.handler(e)
		f, ok := frameworkOf(p)
		if !ok {
			return nil
		}
		text := ""
		switch how {
		case "status":
			text = fmt.Sprintf(f.status, 501)
		case "panic":
			text = `panic("not implemented")`
		default:
			if firstSuccess(e.Operation) == 204 || len(objects(e, false)) == 0 {
				return nil
			}
			if p.typ.Results != nil && p.typ.Results.NumFields() > 0 {
				text = "return nil"
			}
		}
		return []site{s.one(p, edit{p.body.Lbrace + 1, p.body.Rbrace, text}, "handler body: %s", text)}
	}
}

// routeSite is the registration of the only route of an operation.
func (s *subject) routeSite(e *matrix.Endpoint) (*place, *ast.ExprStmt) {
	if len(e.Routes) > 1 {
		return nil, nil
	}
	return s.registration(e)
}

func dropRoute(s *subject, e *matrix.Endpoint) []site {
	p, st := s.routeSite(e)
	if st == nil {
		return nil
	}
	return []site{s.one(p, replace(st, ""), "drop the route")}
}

var methods = []string{"Get", "Post", "Put", "Delete", "Patch"}

func changeRouteMethod(s *subject, e *matrix.Endpoint) []site {
	p, st := s.routeSite(e)
	if st == nil || e.Route.Method == "*" {
		return nil
	}
	to := ""
	for _, m := range methods {
		free := !slices.ContainsFunc(s.routes.Routes, func(r *routes.Route) bool { return r.Path == e.Route.Path && r.Serves(strings.ToUpper(m)) })
		if free {
			to = m
		}
	}
	if to == "" {
		return nil
	}
	from := e.Route.Method
	var sites []site
	ast.Inspect(st, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.SelectorExpr:
			if strings.EqualFold(n.Sel.Name, from) {
				name := to
				if n.Sel.Name == strings.ToUpper(from) {
					name = strings.ToUpper(to)
				}
				sites = append(sites, s.one(p, replace(n.Sel, name), "register %s instead of %s", name, from))
			}
			if strings.EqualFold(n.Sel.Name, "Method"+from) {
				sites = append(sites, s.one(p, replace(n.Sel, "Method"+to), "register %s instead of %s", to, from))
			}
		case *ast.BasicLit:
			text, _ := textOf(p.info(), n)
			if rest, ok := strings.CutPrefix(text, from); ok && (rest == "" || rest[0] == ' ') {
				sites = append(sites, s.one(p, replace(n, strconv.Quote(strings.ToUpper(to)+rest)), "register %s instead of %s", to, from))
			}
		}
		return true
	})
	if len(sites) != 1 {
		return nil // several methods at once: the operation may keep its own
	}
	return sites
}

func changeRoutePath(s *subject, e *matrix.Endpoint) []site {
	p, st := s.routeSite(e)
	if st == nil {
		return nil
	}
	var found *ast.BasicLit
	ast.Inspect(st, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.BasicLit:
			if n.Kind == token.STRING && found == nil {
				if text, ok := textOf(p.info(), n); ok && strings.Contains(text, "/") {
					found = n
				}
			}
		}
		return true
	})
	if found == nil {
		return nil
	}
	text, _ := textOf(p.info(), found)
	i := strings.Index(text, "/")
	return []site{s.one(p, replace(found, strconv.Quote(text[:i]+"/"+strange+text[i:])), "register another path than %s", text)}
}

// nilSlice leaves a slice nil until something is appended.
func nilSlice(s *subject, e *matrix.Endpoint) []site {
	arrays := promisedElements(e)
	if len(arrays) == 0 {
		return nil
	}
	var sites []site
	for _, p := range s.deep(e) {
		ast.Inspect(p.body, func(n ast.Node) bool {
			as, ok := n.(*ast.AssignStmt)
			if !ok || as.Tok != token.DEFINE || len(as.Lhs) != 1 || len(as.Rhs) != 1 {
				return true
			}
			typ := madeEmpty(p.info(), as.Rhs[0])
			id, isIdent := as.Lhs[0].(*ast.Ident)
			if typ == nil || !isIdent || !s.appended(p, id) {
				return true
			}
			sl, ok := p.info().TypeOf(as.Rhs[0]).Underlying().(*types.Slice)
			if !ok || !slices.ContainsFunc(arrays, func(o *spec.Schema) bool { return hasAll(sl.Elem(), o) }) {
				return true
			}
			sites = append(sites, s.one(p, replace(as.Rhs[0], s.source(typ)+"(nil)"), "leave %s nil", id.Name))
			return true
		})
	}
	return sites
}

// madeEmpty is the type of a slice made without elements.
func madeEmpty(info *types.Info, e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.CompositeLit:
		if len(e.Elts) == 0 && e.Type != nil {
			return e.Type
		}
	case *ast.CallExpr:
		if id, ok := e.Fun.(*ast.Ident); ok && id.Name == "make" && len(e.Args) > 1 {
			if n, ok := numberOf(info, e.Args[1]); ok && n == 0 {
				return e.Args[0]
			}
		}
	}
	return nil
}

func (s *subject) appended(p *place, id *ast.Ident) bool {
	obj, found := p.info().Defs[id], false
	ast.Inspect(p.body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && calledName(call) == "append" && len(call.Args) > 0 {
			if x, ok := call.Args[0].(*ast.Ident); ok && obj != nil && p.info().Uses[x] == obj {
				found = true
			}
		}
		return true
	})
	return found
}

// promisedElements are the schemas of the elements of arrays that the success
// answers promise: the answer itself, or a required property of it.
func promisedElements(e *matrix.Endpoint) []*spec.Schema {
	var out []*spec.Schema
	add := func(s *spec.Schema) {
		if s = e.Document.Resolve(s); s != nil && !s.Nullable && s.Items != nil {
			if item := e.Document.Resolve(s.Items); item != nil && len(item.Required) > 1 {
				out = append(out, item)
			}
		}
	}
	for _, r := range e.Operation.Responses {
		for _, m := range r.Content {
			s := e.Document.Resolve(m.Schema)
			if r.Status[0] != '2' || s == nil {
				continue
			}
			add(s)
			for _, p := range s.Properties {
				if slices.Contains(s.Required, p.Name) {
					add(p.Schema)
				}
			}
		}
	}
	return out
}

// hasAll reports whether an element has every required property of a schema.
func hasAll(t types.Type, o *spec.Schema) bool {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	st, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	names := map[string]bool{}
	for i := range st.NumFields() {
		name, _, _ := strings.Cut(reflect.StructTag(st.Tag(i)).Get("json"), ",")
		names[name] = true
	}
	return !slices.ContainsFunc(o.Required, func(name string) bool { return !names[name] })
}

// dropReturn lets a handler go on after an error answer.
func dropReturn(s *subject, e *matrix.Endpoint) []site {
	var sites []site
	p := s.handler(e)
	lists(p.body, func(list []ast.Stmt) {
		for i, st := range list {
			test, ok := st.(*ast.IfStmt)
			if !ok || test.Else != nil || len(test.Body.List) == 0 || i == len(list)-1 {
				continue
			}
			last, ok := test.Body.List[len(test.Body.List)-1].(*ast.ReturnStmt)
			if !ok {
				continue
			}
			switch {
			case len(last.Results) == 0 && len(test.Body.List) > 1:
				answer, ok := test.Body.List[len(test.Body.List)-2].(*ast.ExprStmt)
				if !ok {
					continue
				}
				if call, ok := answer.X.(*ast.CallExpr); ok && speaksTo(p.info(), call, isWriter) && testsError(p.info(), test.Cond) {
					sites = append(sites, s.one(p, replace(last, ""), "go on after an error answer"))
				}
			case len(last.Results) == 1 && testsError(p.info(), test.Cond):
				if call, ok := last.Results[0].(*ast.CallExpr); ok && speaksTo(p.info(), call, isWriter) {
					sites = append(sites, s.one(p, replace(last, s.source(call)), "go on after an error answer"))
				}
			}
		}
	})
	return sites
}

var decoding = regexp.MustCompile(`(?i)decode|bind|bodyparser|readentity|unmarshal|readjson|parseint|atoi|parsebody|^FromString$`)

func ignoreDecodeError(s *subject, e *matrix.Endpoint) []site {
	var sites []site
	for _, c := range s.testedCalls(s.reach(e), decoding) {
		if s.comparedLater(c) {
			continue
		}
		sites = append(sites, s.one(c.place, c.removal(s, true), "ignore the error of %s", calledName(c.call)))
	}
	return sites
}

// comparedLater reports whether what was parsed is held against a bound later,
// which refuses the zero that a dropped error leaves.
func (s *subject) comparedLater(c tested) bool {
	if c.assign == nil {
		return false
	}
	id, ok := c.assign.Lhs[0].(*ast.Ident)
	if !ok {
		return false
	}
	obj, found := c.place.info().ObjectOf(id), false
	ast.Inspect(c.place.body, func(n ast.Node) bool {
		if b, ok := n.(*ast.BinaryExpr); ok {
			for _, x := range []ast.Expr{b.X, b.Y} {
				if operand, ok := x.(*ast.Ident); ok && c.place.info().ObjectOf(operand) == obj {
					found = true
				}
			}
		}
		return true
	})
	return found
}

func dropBodyLimit(s *subject, e *matrix.Endpoint) []site {
	if e.Operation.Body == nil {
		return nil
	}
	var sites []site
	places := s.reach(e)
	for _, h := range e.Route.Middleware {
		if p := s.funcs[h.Key]; p != nil {
			places = append(slices.Clone(places), p)
		}
	}
	for _, p := range places {
		ast.Inspect(p.body, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && calledName(call) == "MaxBytesReader" && len(call.Args) == 3 {
				sites = append(sites, s.one(p, replace(call, s.source(call.Args[1])), "drop the limit of the body"))
			}
			return true
		})
	}
	if len(sites) != 1 {
		return nil
	}
	return sites
}

// leakError puts the text of the error into a 5xx answer.
func leakError(s *subject, e *matrix.Endpoint) []site {
	var sites []site
	for _, p := range s.reach(e) {
		ast.Inspect(p.body, func(n ast.Node) bool {
			test, ok := n.(*ast.IfStmt)
			if !ok || !testsError(p.info(), test.Cond) {
				return true
			}
			name := s.source(test.Cond.(*ast.BinaryExpr).X)
			ast.Inspect(test.Body, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || !speaksTo(p.info(), call, isWriter) {
					return true
				}
				failing := slices.ContainsFunc(call.Args, func(a ast.Expr) bool {
					status, ok := numberOf(p.info(), a)
					return ok && status >= 500
				})
				for _, a := range call.Args {
					lit, ok := a.(*ast.BasicLit)
					if ok && lit.Kind == token.STRING && failing && len(lit.Value) > 6 {
						sites = append(sites, s.one(p, replace(lit, name+".Error()"), "answer %s.Error()", name))
					}
				}
				return true
			})
			return true
		})
	}
	return sites
}
