package routes

import (
	"slices"
	"strings"

	"github.com/backend-conformance/conformance/report"
)

// place is one way in which a router is reached: what stands before its paths
// and what runs before its handlers.
type place struct {
	path    string // normalised, holes between their marks
	base    string // the part that was taken off the URL on the way
	shown   string
	before  []Handler
	host    string
	methods []string
	guess   bool
	unknown string // why something may stand before the path
	unseen  string // why middleware that is not known may stand before the handlers
	loose   bool   // nothing serves the router that it starts from
}

const (
	maxPlaces    = 24
	maxNesting   = 30
	maxFullPaths = 32
)

// assemble turns registrations into routes, once everything is evaluated.
func (m *machine) assemble() {
	handlers := make([]served, len(m.entries))
	for i, en := range m.entries {
		if en.dropped || en.grouped || en.router == nil || en.handler == nil {
			continue
		}
		handlers[i] = m.resolve(en.handler, 0)
		if child := handlers[i].router; child != nil && child != en.router {
			m.place(en, child, handlers[i])
		}
	}
	for _, h := range m.served {
		s := m.resolve(h, 0)
		placed := m.placeFronts(s)
		switch {
		case s.router == nil:
			m.servedAlone(s)
		case !placed:
			s.router.wrapped = append(s.router.wrapped, s.around...)
		}
	}
	m.reportForeign()
	for i, en := range m.entries {
		switch {
		case en.dropped || en.grouped || en.router == nil || en.handler == nil && !en.static:
		case handlers[i].router != nil:
		default:
			m.emit(en, handlers[i])
		}
	}
	m.reportLost()
}

// reportForeign lists routers that code outside the module made and filled.
func (m *machine) reportForeign() {
	used := map[*router]bool{}
	for _, en := range m.entries {
		used[en.router] = true
	}
	for _, r := range m.routers {
		for _, e := range r.parents {
			used[e.parent] = true
		}
	}
	for _, r := range m.routers {
		if !r.foreign || used[r] || len(r.parents) == 0 {
			continue
		}
		e := r.parents[0]
		at := m.p.Position(e.pos)
		if e.at != nil {
			at = m.p.Position(e.at.pos)
		}
		u := Unresolved{Position: at, Router: r.lib.Name, Reached: m.reached, Reason: "the routes of a router that " + r.why + " makes are not known", By: r.why}
		for _, p := range m.places(r, 0) {
			u.Prefix, _, _ = fillHoles(p.path, len(p.path))
			break
		}
		m.found.unresolved = append(m.found.unresolved, u)
	}
}

// place makes a handler that is a router a child of the one it is mounted in.
func (m *machine) place(en *entry, child *router, s served) {
	e := edge{parent: en.router, before: en.middleware, around: s.around, host: en.host, at: en}
	switch {
	case len(s.strip) > 0:
		e.absolute, e.prefix = true, m.stripped(s)
	case en.mount && !en.noStrip && child.lib == en.lib:
		e.prefix = en.path
	default:
		e.absolute, e.prefix = true, text("")
	}
	child.parents = append(child.parents, e)
}

// stripped is what is taken off the URL before the handler sees it.
func (m *machine) stripped(s served) value {
	prefix := value(text(""))
	for _, p := range s.strip {
		prefix = m.binaryText(prefix, p)
	}
	return prefix
}

func (m *machine) binaryText(a, b value) value {
	var out value
	for _, combo := range combinations([]value{a, b}) {
		out = join(out, concat(strOf(combo[0]), strOf(combo[1])))
	}
	return out
}

// places lists where a router is served.
func (m *machine) places(r *router, depth int) []place {
	if depth > maxNesting {
		m.notes.add(m.p.Position(r.pos), "routers are mounted in each other")
		return nil
	}
	if r.placed {
		return r.places
	}
	if r.placing {
		m.notes.add(m.p.Position(r.pos), "routers are mounted in each other")
		return []place{r.start()}
	}
	r.placing = true
	defer func() { r.placed = true }()
	var out []place
	for _, e := range r.parents {
		if e.front {
			out = append(out, m.behind(r, e)...)
		}
		if e.parent == nil {
			continue
		}
		for _, p := range m.places(e.parent, depth+1) {
			out = append(out, m.below(r, e, p)...)
		}
	}
	if len(r.parents) == 0 {
		out = []place{r.start()}
	}
	if r.own != nil {
		out = m.withOwn(r, out)
	}
	if len(out) > maxPlaces {
		m.notes.add(m.p.Position(r.pos), "a router is mounted in more than %d places", maxPlaces)
		out = out[:maxPlaces]
	}
	r.places = out
	return out
}

// start is the place of a router that nothing contains.
func (r *router) start() place {
	return place{before: slices.Clone(r.wrapped), unknown: r.prefixUnknown, unseen: r.setUp(), loose: !r.foreign && !r.lib.types[r.kind].Handles}
}

// setUp says that nobody knows what was done to a router before it came here.
func (r *router) setUp() string {
	if !r.unseen {
		return ""
	}
	return "the router " + r.why + " comes from code that was not followed"
}

// behind are the places of a router that a function hands requests to.
func (m *machine) behind(child *router, e edge) []place {
	var out []place
	for _, pat := range m.patternsOf(child.lib, e.prefix) {
		path := strings.TrimSuffix(pat.path, "/")
		out = append(out, place{path: path, base: path, guess: pat.guess, unseen: child.setUp(), before: slices.Concat(e.around, child.wrapped)})
	}
	return out
}

// below goes from a parent's place to a child's, once for each prefix.
func (m *machine) below(child *router, e edge, p place) []place {
	var out []place
	around := func(q place) []Handler {
		return slices.Concat(p.before, m.describeAll(listed(e.parent.all.v), q.path), m.describeAll(e.before, q.path), e.around, child.wrapped)
	}
	for _, pat := range m.patternsOf(e.parent.lib, e.prefix) {
		q := place{host: p.host, methods: p.methods, guess: p.guess || pat.guess, unknown: p.unknown, unseen: firstOf(p.unseen, child.setUp()), loose: p.loose}
		if e.absolute {
			q.path = joinPaths(p.base, strings.TrimSuffix(pat.path, "/"), false)
			q.base = q.path
			if p.base == "" && len(pat.path) == 0 {
				q.unknown = ""
			}
		} else {
			literal := e.parent.lib.Literal
			prefix := strings.TrimSuffix(pat.path, anyRest)
			q.path = joinPaths(p.path, prefix, literal)
			if literal && child.lib.Name == "gorilla/mux" {
				q.path = strings.TrimSuffix(q.path, "/")
			}
			q.base = p.base
		}
		q.before = around(q)
		if h := m.textOf(e.host); h != "" {
			q.host = h
		}
		if ms := m.methodsOf(e.methods); len(ms) > 0 {
			q.methods = ms
		}
		out = append(out, q)
	}
	return out
}

func (m *machine) withOwn(r *router, places []place) []place {
	var out []place
	for _, p := range places {
		for _, pat := range m.patternsOf(r.lib, r.own) {
			q := p
			q.path = joinPaths(p.path, pat.path, r.lib.Literal)
			q.guess = q.guess || pat.guess
			out = append(out, q)
		}
	}
	return out
}

func (m *machine) describeAll(vals []value, path string) []Handler {
	var out []Handler
	for _, v := range vals {
		perhaps := false
		if x, ok := v.(*applied); ok {
			v, perhaps = x.fn, x.perhaps
		}
		if s, ok := v.(*scope); ok {
			if !m.covers(s, path) {
				continue
			}
			v = s.fn
		}
		for _, h := range m.describeMiddleware(v) {
			h.Conditional = h.Conditional || perhaps
			out = append(out, h)
		}
	}
	return out
}

// covers reports whether a path lies below one of a scope's prefixes.
func (m *machine) covers(s *scope, path string) bool {
	for _, p := range m.places(s.at, 0) {
		for _, v := range s.prefixes {
			for _, pat := range m.patternsOf(s.at.lib, v) {
				prefix := strings.TrimSuffix(strings.TrimSuffix(joinPaths(p.path, pat.path, false), anyRest), "/")
				if path == prefix || strings.HasPrefix(path, prefix+"/") {
					return true
				}
			}
		}
	}
	return false
}

// spelled is one reading of a path value.
type spelled struct {
	pattern
	shown string
	guess bool
	known bool
}

// patternsOf reads a path value: one pattern for each alternative that is
// known; the unknown ones count where none is.
func (m *machine) patternsOf(lib *library, v value) []spelled {
	if v == nil {
		return []spelled{{}}
	}
	all := choices(v)
	var exact []value
	for _, c := range all {
		if _, ok := strOf(c).known(); ok && isStr(bare(c)) {
			exact = append(exact, c)
		}
	}
	guess := len(exact) > 0 && len(exact) < len(all)
	if len(exact) > 0 {
		all = exact
	}
	var out []spelled
	for _, c := range all {
		if _, isNull := bare(c).(null); isNull && len(all) > 1 {
			continue
		}
		s := strOf(c)
		for _, p := range lib.Pattern.parse(marked(s)) {
			out = append(out, spelled{pattern: p, shown: s.show(), guess: guess})
		}
	}
	return out
}

// marked is a string with its holes between marks.
func marked(s str) string {
	var b strings.Builder
	for _, p := range s.pieces {
		if p.hole != nil {
			b.WriteString(holeOpen + strings.Map(plainRune, p.hole.why) + holeClose)
			continue
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// plainRune keeps a hole's name from being read as pattern syntax.
func plainRune(r rune) rune {
	if r == '.' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
		return r
	}
	return '-'
}

func (m *machine) textOf(v value) string {
	if v == nil {
		return ""
	}
	return strOf(choices(v)[0]).show()
}

// methodsOf lists the methods that a value names.
func (m *machine) methodsOf(v value) []string {
	var out []string
	for _, c := range choices(v) {
		switch x := bare(c).(type) {
		case str:
			if s, ok := x.known(); ok && s != "" {
				out = append(out, strings.ToUpper(s))
			}
		case *slice:
			for _, c := range x.cells {
				out = append(out, m.methodsOf(c.v)...)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// emit writes the rows of one registration.
func (m *machine) emit(en *entry, s served) {
	methods := m.methodsOf(en.method)
	if en.fixed != "" {
		methods = []string{en.fixed}
	}
	if en.method != nil && len(methods) == 0 {
		m.unresolved(en, "the method is not known: "+m.reason(en.method))
		return
	}
	n := 0
	for _, p := range m.places(en.router, 0) {
		for _, pat := range m.patternsOf(en.lib, en.path) {
			if n++; n > maxFullPaths {
				m.notes.add(m.p.Position(en.pos), "a registration with more than %d paths", maxFullPaths)
				return
			}
			m.emitAt(en, s, methods, p, pat)
		}
	}
}

func (m *machine) emitAt(en *entry, s served, methods []string, p place, pat spelled) {
	path := pat.path
	if (en.static || en.subtree) && !strings.HasSuffix(path, "...}") {
		if en.subtree {
			path = strings.TrimSuffix(path, "/") + "/" + anyRest
		}
	}
	full := joinPaths(p.path, path, en.lib.Literal)
	filled, prefixUnknown, known := fillHoles(full, len(p.path))
	if !known && strings.Contains(full, holeOpen) {
		m.unresolved(en, "the path is not known: "+m.reason(en.path))
		return
	}
	slash := en.lib.Slash
	if en.lib.MountRoot && path == "/" && p.path != "" {
		filled, slash = strings.TrimSuffix(filled, "/"), SlashIgnored
	}
	switch {
	case pat.method != "":
		methods = []string{pat.method}
	case len(methods) == 0 && len(p.methods) > 0:
		methods = p.methods
	case len(methods) == 0:
		methods = s.methods
	}
	row := &Route{
		Path: filled, PrefixUnknown: prefixUnknown || p.unknown != "", Guess: p.guess || pat.guess, Unseen: p.unseen,
		Pattern: pat.shown, Host: firstOf(pat.host, m.textOf(en.host), p.host), Router: en.lib.Name,
		Pos: m.p.Position(en.pos), Reached: en.reached, Chain: m.related(en.chain), TrailingSlash: slash, Derived: pat.alias, HeadForGet: en.lib.HeadForGet,
		marked: full, loose: p.loose, Static: en.static || s.static, Opaque: s.opaque && (en.subtree || strings.HasSuffix(filled, "...}")),
	}
	row.Middleware = slices.Concat(p.before, m.describeAll(listed(en.router.all.v), filled), m.describeAll(en.middleware, filled), s.around)
	row.Handler = Handler{Name: firstOf(s.name, en.name)}
	if s.fn != nil {
		row.Handler = m.describe(s.fn)
		row.Unimplemented = m.isStandIn(s.fn)
	}
	if strings.HasSuffix(filled, "...}") && m.splitByPath(row, s, methods, m.takenOff(p, s)) {
		return
	}
	m.rows(row, methods, s)
}

// rows writes one row for each method.
func (m *machine) rows(row *Route, methods []string, s served) {
	if len(methods) == 0 {
		methods = []string{"*"}
	}
	for _, method := range methods {
		if method == "*" || method == "ANY" {
			m.addAnyMethod(row, s)
			continue
		}
		r := *row
		r.Method = method
		m.add(&r)
	}
}

// addAnyMethod: a handler that tells methods apart serves those only.
func (m *machine) addAnyMethod(row *Route, s served) {
	arms := m.methodArms(s)
	if len(arms) == 0 {
		r := *row
		r.Method = "*"
		m.add(&r)
		return
	}
	for _, a := range arms {
		r := *row
		r.Method = a.method
		if a.fn != nil {
			inner := m.resolve(a.fn, 0)
			if inner.fn != nil {
				r.Handler = m.describe(inner.fn)
				r.Middleware = slices.Concat(row.Middleware, []Handler{row.Handler}, inner.around)
			}
		}
		m.add(&r)
	}
}

func firstOf(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

// reason says what an unknown value depends on.
func (m *machine) reason(v value) string {
	for _, c := range choices(v) {
		for _, p := range strOf(c).pieces {
			if p.hole != nil && p.hole.why != "" {
				return p.hole.why
			}
		}
	}
	return "it is computed at run time"
}

// leadingText is what is known of a path at its front.
func leadingText(path value) string {
	if path == nil {
		return ""
	}
	if ps := strOf(choices(path)[0]).pieces; len(ps) > 0 && ps[0].hole == nil {
		return ps[0].text
	}
	return ""
}

func (m *machine) unresolved(en *entry, reason string) {
	u := Unresolved{Position: m.p.Position(en.pos), Router: en.lib.Name, Reason: reason, Reached: en.reached, Method: en.fixed}
	if ms := m.methodsOf(en.method); len(ms) == 1 {
		u.Method = ms[0]
	}
	for _, p := range m.places(en.router, 0) {
		u.Prefix, _, _ = fillHoles(joinPaths(p.path, leadingText(en.path), en.lib.Literal), len(p.path))
		break
	}
	m.found.unresolved = append(m.found.unresolved, u)
}

func (m *machine) related(chain []link) []report.Related {
	var out []report.Related
	for i := 1; i < len(chain); i++ {
		pos := m.p.Position(chain[i].call)
		if pos.IsValid() {
			out = append(out, report.Related{Position: pos, Message: chain[i-1].name + " calls " + chain[i].name})
		}
	}
	return out
}

func (m *machine) add(r *Route) { m.found.routes = append(m.found.routes, r) }
