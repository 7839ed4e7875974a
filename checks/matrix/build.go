package matrix

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

// Options steer what is normally found out.
type Options struct {
	// Named documents were given by --spec: all of them are judged.
	Named bool
	// BasePath is given by --base-path; nil means find it.
	BasePath *string
}

// Build joins the documents with the routes. program is used to look into
// handlers for literals; it may be nil.
func Build(docs []*spec.Document, table *routes.Table, program *load.Program, opts Options) *Matrix {
	b := &builder{table: table, program: program, opts: opts, matched: map[*routes.Route]bool{}}
	b.index()
	m := &Matrix{}
	var candidates []*candidate
	for _, d := range docs {
		candidates = append(candidates, b.candidate(d))
	}
	b.choose(candidates)
	for _, c := range candidates {
		m.Specs = append(m.Specs, report.Spec{
			Path: c.doc.Path, Version: c.doc.Version, Operations: len(c.doc.Operations),
			BasePath: display(c.base), Used: c.used, Reason: c.reason,
		})
		if !c.used {
			continue
		}
		m.Used = append(m.Used, c.doc)
		var rows []*Endpoint
		for _, op := range c.doc.Operations {
			rows = append(rows, b.row(c, op))
		}
		b.doubtStrangers(c, rows)
		m.Endpoints = append(m.Endpoints, rows...)
	}
	m.Endpoints = append(m.Endpoints, b.undocumented()...)
	return m
}

func display(base string) string {
	if base == "" {
		return "/"
	}
	return base
}

// builder holds the routes in comparable form.
type builder struct {
	table   *routes.Table
	program *load.Program
	opts    Options
	routes  []indexed
	matched map[*routes.Route]bool
	// reached: evaluation came from main to some registration.
	reached bool
}

type indexed struct {
	route *routes.Route
	segs  []segment
}

func (b *builder) index() {
	for _, r := range b.table.Routes {
		b.routes = append(b.routes, indexed{r, splitPath(r.Path)})
		b.reached = b.reached || r.Reached && !r.Declared
	}
}

// candidate is a document with the mount point under which most of it is served.
type candidate struct {
	doc    *spec.Document
	base   string
	served map[string]bool // names of operations that fit a route under base
	used   bool
	reason string
}

// candidate finds the document's mount point: declared ones first, then every
// prefix under which some route ends like an operation.
func (b *builder) candidate(d *spec.Document) *candidate {
	if b.opts.BasePath != nil {
		base := strings.TrimSuffix(*b.opts.BasePath, "/")
		return &candidate{doc: d, base: base, served: b.served(d, base)}
	}
	var best *candidate
	for i, base := range b.bases(d) {
		c := &candidate{doc: d, base: base, served: b.served(d, base)}
		if i >= max(1, len(d.BasePaths)) && !c.plausible() {
			continue
		}
		if best == nil || len(c.served) > len(best.served) {
			best = c
		}
	}
	return best
}

// plausible guards against a mount point that only a chance likeness suggests:
// it must serve the whole document, or a good part with more than one operation.
func (c *candidate) plausible() bool {
	n, all := len(c.served), len(c.doc.Operations)
	return n == all || n >= 2 && 3*n >= all
}

// bases lists possible mount points, the declared ones first, then those that
// the routes suggest, most frequent first.
func (b *builder) bases(d *spec.Document) []string {
	bases := append([]string(nil), d.BasePaths...)
	if len(bases) == 0 {
		bases = []string{""}
	}
	seen := map[string]bool{}
	for _, base := range bases {
		seen[base] = true
	}
	count := map[string]int{}
	for _, op := range d.Operations {
		segs := splitPath(op.Path)
		if len(literals(segs)) == 0 {
			continue
		}
		for _, r := range b.routes {
			n := len(r.segs) - len(segs)
			if n < 0 || r.route.PrefixUnknown || !r.route.Serves(op.Method) {
				continue
			}
			if match(segs, r.segs[n:]) == exact && len(literals(r.segs[:n])) == n {
				count["/"+strings.Join(literals(r.segs[:n]), "/")]++
			}
		}
	}
	var more []string
	for base := range count {
		if base == "/" {
			base = ""
		}
		if !seen[base] {
			more = append(more, base)
		}
	}
	sort.Slice(more, func(i, j int) bool {
		if x, y := count["/"+strings.TrimPrefix(more[i], "/")], count["/"+strings.TrimPrefix(more[j], "/")]; x != y {
			return x > y
		}
		return more[i] < more[j]
	})
	return append(bases, more...)
}

// served are the operations that some route answers under the base path.
func (b *builder) served(d *spec.Document, base string) map[string]bool {
	served := map[string]bool{}
	for _, op := range d.Operations {
		for _, path := range fullPaths(op, base) {
			if _, f := b.best(op.Method, splitPath(path)); f == exact {
				served[op.Name()] = true
			}
		}
	}
	return served
}

// fullPaths are the operation's paths on the server: under its own servers
// where it has some, else under the document's mount point.
func fullPaths(op *spec.Operation, base string) []string {
	paths := []string{joinPath(base, op.Path)}
	for _, own := range op.BasePaths {
		paths = append(paths, joinPath(own, op.Path))
	}
	return paths
}

// choose decides which documents describe this server. Named ones do; else the
// one with the largest overlap, and others that are mostly served and add
// operations of their own.
func (b *builder) choose(cs []*candidate) {
	order := append([]*candidate(nil), cs...)
	sort.SliceStable(order, func(i, j int) bool {
		a, c := order[i], order[j]
		if len(a.served) != len(c.served) {
			return len(a.served) > len(c.served)
		}
		if len(a.doc.Operations) != len(c.doc.Operations) && len(a.served) > 0 {
			return len(a.doc.Operations) < len(c.doc.Operations)
		}
		if x, y := strings.Count(a.doc.Path, "/"), strings.Count(c.doc.Path, "/"); x != y {
			return x < y
		}
		return a.doc.Path < c.doc.Path
	})
	taken := map[string]*candidate{}
	first := true
	for _, c := range order {
		overlap := fmt.Sprintf("%d of %d operations match a route", len(c.served), len(c.doc.Operations))
		switch {
		case c.doc.Unread != nil:
			c.reason = "cannot be read: " + c.doc.Unread.Message
			continue
		case b.opts.Named:
			c.used, c.reason = true, "named by --spec; "+overlap
		case len(c.doc.Operations) == 0:
			c.reason = "describes no operation"
			continue
		case first:
			c.used, c.reason = true, "the best overlap: "+overlap
			if len(cs) == 1 {
				c.reason = "the only document; " + overlap
			}
		case repeats(c, taken) != nil:
			c.reason = "same operations as " + repeats(c, taken).doc.Path
		case 2*len(c.served) >= len(c.doc.Operations):
			c.used, c.reason = true, "describes a further part of the server: "+overlap
		default:
			c.reason = "describes something else: " + overlap
		}
		first = false
		if c.used {
			for _, op := range c.doc.Operations {
				taken[joinPath(c.base, op.Name())] = c
			}
		}
	}
}

// repeats finds the chosen document that already covers most of c.
func repeats(c *candidate, taken map[string]*candidate) *candidate {
	same := map[*candidate]int{}
	for _, op := range c.doc.Operations {
		if other := taken[joinPath(c.base, op.Name())]; other != nil {
			same[other]++
		}
	}
	for other, n := range same {
		if 2*n > len(c.doc.Operations) {
			return other
		}
	}
	return nil
}

// best finds the route that fits the path best; the first of equals.
func (b *builder) best(method string, path []segment) (*routes.Route, fit) {
	var found *routes.Route
	quality := noFit
	for _, r := range b.routes {
		if !r.route.Serves(method) || r.route.Static {
			continue
		}
		f := fitRoute(path, r)
		if f > quality || f == quality && f != noFit && better(r.route, found, method) {
			found, quality = r.route, f
		}
	}
	return found, quality
}

// fitRoute compares the whole path, or its end where the route's prefix is unknown.
func fitRoute(path []segment, r indexed) fit {
	if f := match(path, r.segs); !r.route.PrefixUnknown && (!r.route.Guess || f == exact) {
		return f
	}
	n := len(path) - len(r.segs)
	if n < 0 || len(literals(r.segs)) == 0 {
		return noFit
	}
	return match(path[n:], r.segs)
}

// better prefers what was reached from main, known prefixes and the very method.
func better(a, b *routes.Route, method string) bool {
	rank := func(r *routes.Route) int {
		n := 0
		if r.Reached {
			n += 8
		}
		if !r.PrefixUnknown {
			n += 4
		}
		if r.Method == method {
			n += 2
		}
		if !r.Opaque {
			n++
		}
		return n
	}
	return rank(a) > rank(b)
}

// row judges one operation.
func (b *builder) row(c *candidate, op *spec.Operation) *Endpoint {
	e := &Endpoint{Operation: op, Document: c.doc}
	for _, path := range fullPaths(op, c.base) {
		segs := splitPath(path)
		for _, r := range b.routes {
			if r.route.Serves(op.Method) && !r.route.Static && fitRoute(segs, r) == exact {
				e.Routes = append(e.Routes, r.route)
				b.matched[r.route] = true
			}
		}
		if e.Route == nil {
			b.judge(e, op, segs, c)
		}
	}
	if e.Route != nil {
		b.matched[e.Route] = true
	}
	return e
}

func (b *builder) judge(e *Endpoint, op *spec.Operation, segs []segment, c *candidate) {
	route, f := b.best(op.Method, segs)
	switch {
	case f == exact && route.Unimplemented:
		e.Route, e.Status = route, report.Stub
		e.Reason = "the generator's stand-in answers it: nobody has written the handler"
	case f == exact:
		e.Route, e.Status = route, report.Implemented
		e.Reason = exactNote(route, op, segs)
	case f == covered && b.handlerKnows(route, segs, splitPath(route.Path)):
		e.Route, e.Status = route, report.Implemented
		e.Reason = "served by " + route.Method + " " + route.Path + ", whose handler tells the value apart"
	case f == covered && route.Handler.Body == nil:
		e.Status = report.EndpointUnclear
		e.Reason = fmt.Sprintf("%s %s (%s) may serve it: its handler %s could not be looked into", route.Method, route.Path, route.Pos, handlerName(route))
	case f == swallowed && (route.Opaque || b.handlerKnows(route, segs, splitPath(route.Path))):
		e.Status = report.EndpointUnclear
		e.Reason = fmt.Sprintf("%s %s (%s) hands the subtree to %s, which could not be looked into", route.Method, route.Pattern, route.Pos, handlerName(route))
	case b.doubt(op.Method, segs) != nil:
		u := b.doubt(op.Method, segs)
		e.Status = report.EndpointUnclear
		e.Reason = fmt.Sprintf("a registration at %s could not be resolved: %s", u.Position, u.Reason)
	case b.table.Incomplete != "":
		e.Status = report.EndpointUnclear
		e.Reason = "not among the routes found, but " + b.table.Incomplete
	case len(b.table.Routes) == 0:
		e.Status = report.EndpointUnclear
		e.Reason = "no registration of any route was found" + usedRouters(b.table)
	default:
		e.Status = report.Missing
		e.Nearest = b.nearest(op.Method, segs, len(splitPath(c.base)))
		e.Reason = missingReason(c, op, e.Nearest)
	}
}

// doubtStrangers keeps a document of which nothing at all is served from being
// called missing as a whole: more likely its routes are registered with
// something that is not known, or it describes another server.
func (b *builder) doubtStrangers(c *candidate, rows []*Endpoint) {
	if len(rows) < 3 {
		return
	}
	for _, e := range rows {
		if e.Status != report.Missing || len(e.Nearest) > 0 {
			return
		}
	}
	for _, e := range rows {
		e.Status = report.EndpointUnclear
		e.Reason = fmt.Sprintf("none of the %d operations of %s comes near any route that was found%s", len(rows), c.doc.Path, usedRouters(b.table))
	}
}

func usedRouters(t *routes.Table) string {
	if len(t.Routers) == 0 {
		return "; if the router is one that is not known, declare the routes under routes: in the configuration"
	}
	return ", though " + strings.Join(t.Routers, ", ") + " is used; declare what cannot be seen under routes: in the configuration"
}

func handlerName(r *routes.Route) string {
	if r.Handler.Name == "" {
		return "a handler"
	}
	return r.Handler.Name
}

// exactNote mentions what a reader should know about a match.
func exactNote(r *routes.Route, op *spec.Operation, segs []segment) string {
	switch {
	case r.PrefixUnknown:
		return "matched by its end: the route's prefix is not known before run time"
	case r.TrailingSlash == routes.SlashExact && len(segs) > 0 && strings.HasSuffix(op.Path, "/") != strings.HasSuffix(r.Path, "/"):
		return "the document and the route differ in a trailing slash"
	case !r.Reached && !r.Declared:
		return "registered in a function that was not reached from main"
	}
	return ""
}

func missingReason(c *candidate, op *spec.Operation, nearest []string) string {
	full := op.Method + " " + joinPath(c.base, op.Path)
	if len(nearest) == 0 {
		return "nothing is registered for " + full
	}
	return "nothing is registered for " + full + "; the code has " + strings.Join(nearest, ", ")
}

// doubt is an unresolved registration that may be this operation.
func (b *builder) doubt(method string, segs []segment) *routes.Unresolved {
	for i, u := range b.table.Unresolved {
		if !u.Reached && b.reached {
			continue // main was followed; what it does not reach serves nothing
		}
		if u.Method != "" && u.Method != "*" && u.Method != method {
			continue
		}
		if prefixFits(splitPath(u.Prefix), segs) && (u.By == "" || within(u, segs) || namesIt(u.By, segs)) {
			return &b.table.Unresolved[i]
		}
	}
	return nil
}

// within holds where what another module registers is bound to a part of the
// paths: anything there may be its.
func within(u routes.Unresolved, path []segment) bool {
	fixed := literals(splitPath(u.Prefix))
	return len(fixed) > 0 && len(fixed) > mountDepth(path)
}

// mountDepth is the number of leading segments that name a mount point such as
// /api/v1 rather than a resource.
func mountDepth(path []segment) int {
	n := 0
	for n < len(path) && path[n].kind == literal && mountName.MatchString(path[n].text) {
		n++
	}
	return n
}

var mountName = regexp.MustCompile(`^(?i:api|rest|v\d+(?:\.\d+)*|public)$`)

// namesIt holds where a function of another module is called after the
// operation: rest.NewHealth serves /health rather than /users.
func namesIt(function string, path []segment) bool {
	function = strings.ToLower(function)
	for _, text := range literals(path[mountDepth(path):]) {
		if word := strings.TrimSuffix(strings.ToLower(text), "s"); len(word) > 2 && strings.Contains(function, word) {
			return true
		}
	}
	return false
}

func prefixFits(prefix, path []segment) bool {
	if len(prefix) > len(path) {
		return false
	}
	return match(path[:len(prefix)], prefix) != noFit
}

// undocumented lists the routes that no operation describes.
func (b *builder) undocumented() []*Endpoint {
	served := map[string]bool{}
	for _, r := range b.routes {
		if r.route.Method == "GET" {
			served[r.route.Path] = true
		}
	}
	var rows []*Endpoint
	seen := map[string]bool{}
	for _, r := range b.routes {
		key := r.route.Method + " " + r.route.Path
		if b.matched[r.route] || r.route.Derived || seen[key] || b.sameAsMatched(r) {
			continue
		}
		if r.route.Method == "HEAD" && served[r.route.Path] {
			continue // the usual companion of a GET
		}
		seen[key] = true
		rows = append(rows, &Endpoint{Route: r.route, Routes: []*routes.Route{r.route}, Status: report.Undocumented})
	}
	sort.SliceStable(rows, func(i, j int) bool {
		a, c := rows[i].Route, rows[j].Route
		if a.Path != c.Path {
			return a.Path < c.Path
		}
		return a.Method < c.Method
	})
	return rows
}

// sameAsMatched holds for the second registration of a route that an operation
// describes, under the same path with other parameter names.
func (b *builder) sameAsMatched(r indexed) bool {
	for m := range b.matched {
		if m.Method == r.route.Method && match(splitPath(m.Path), r.segs) == exact && match(r.segs, splitPath(m.Path)) == exact {
			return true
		}
	}
	return false
}
