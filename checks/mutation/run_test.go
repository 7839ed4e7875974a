package mutation

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"math/rand/v2"
	"os"
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/checks/spec"
	"github.com/backend-conformance/conformance/report"
)

// notice says what counts as noticing a mutant, on the operation that it is
// about: a facet that becomes a mismatch or absent, a status, a new finding of
// a rule.
type notice struct {
	facets   []string
	statuses []report.EndpointStatus
	rules    []string
}

// String lists all of it.
func (n notice) String() string {
	all := append([]string{}, n.facets...)
	for _, st := range n.statuses {
		all = append(all, string(st))
	}
	return strings.Join(append(all, n.rules...), ", ")
}

// facetsOf are a row's facets by name.
func facetsOf(e *matrix.Endpoint) map[string]report.Facet {
	return map[string]report.Facet{
		"parameters": e.Parameters, "body": e.Body, "responses": e.Responses, "auth": e.Auth, "validation": e.Validation,
	}
}

func wrong(f report.Facet) bool { return f == report.FacetMismatch || f == report.FacetAbsent }

// mutant is one defect about one operation.
type mutant struct {
	// operation is its name; row what the unmutated repository says of it.
	operation string
	row       *matrix.Endpoint
	// edits change the code, change the document; the other is nil.
	edits  []edit
	change func(root *yaml.Node)
	// within is where a finding of an analyzer may stand.
	within []*place
	// applied, if set, holds where the change had the effect that makes it a defect.
	applied func(now *matrix.Endpoint) bool
	// what it does, for the log.
	what string
}

// edit replaces a range of one file.
type edit struct {
	start, end token.Pos
	text       string
}

// operator makes mutants of one kind.
type operator struct {
	name string
	// guard is what keeps its mutants from being no defect.
	guard  string
	notice notice
	// code lists the places in the code of one operation, document those in the
	// document; the other is nil.
	code     func(s *subject, e *matrix.Endpoint) []site
	document func(d *tree, op *spec.Operation) []site
}

// site is a place where an operator applies.
type site struct {
	edits  []edit
	change func(root *yaml.Node)
	within []*place
	what   string
	// applied, if set, holds where the change had the effect that makes it a defect.
	applied func(now *matrix.Endpoint) bool
	// operation, if set, is the one that the defect shows on: it may be new.
	operation string
	// asRoute: the operation goes by its route's name, since the document no
	// longer has it.
	asRoute bool
}

// masked reports whether the operation has the defect, or one that hides it,
// before the mutation.
func (s *subject) masked(n notice, e *matrix.Endpoint) bool {
	if e == nil {
		return false
	}
	for _, name := range n.facets {
		if wrong(facetsOf(e)[name]) {
			return true
		}
	}
	return slices.ContainsFunc(s.base.findings, func(f report.Finding) bool {
		return f.Endpoint == e.Name() && slices.Contains(n.rules, f.Rule)
	})
}

// undecided reports whether none of the facets were decided before.
func undecided(n notice, e *matrix.Endpoint) bool {
	if e == nil || len(n.facets) == 0 {
		return false
	}
	for _, name := range n.facets {
		if facetsOf(e)[name] != report.FacetInconclusive {
			return false
		}
	}
	return true
}

// noticed is the facet, status or rule by which a mutant shows; empty where it
// does not.
func (s *subject) noticed(n notice, m mutant, now *judgement) string {
	e := now.byName[m.operation]
	for _, name := range n.facets {
		if e != nil && wrong(facetsOf(e)[name]) && (m.row == nil || !wrong(facetsOf(m.row)[name])) {
			return "facet " + name
		}
	}
	if e != nil && slices.Contains(n.statuses, e.Status) && (m.row == nil || m.row.Status != e.Status) {
		return "status " + string(e.Status)
	}
	for _, r := range n.rules {
		if s.count(now, r, m) > s.count(s.base, r, m) {
			return r
		}
	}
	return ""
}

// count is the number of findings of a rule on the mutant's operation, or in
// the functions that it changes.
func (s *subject) count(j *judgement, rule string, m mutant) int {
	n := 0
	for _, f := range j.findings {
		if f.Rule == rule && (f.Endpoint == m.operation || f.Endpoint == "" && s.holds(m.within, f)) {
			n++
		}
	}
	return n
}

func (s *subject) holds(places []*place, f report.Finding) bool {
	for _, p := range places {
		if at := s.program.Position(p.node.Pos()); at.File == f.File && f.Anchor == s.program.Enclosing(p.pkg, p.node.Pos()) {
			return true
		}
	}
	return false
}

// result is what became of the mutants of one operator.
type result struct {
	operator          operator
	made, noticed     int
	undecided, solved int // undecided before; of these, noticed all the same
	by                map[string]int
	missed            []string
}

// run makes at most each mutants of an operator and judges them.
func (s *subject) run(op operator, d *tree, each int, seed uint64) (*result, error) {
	r := &result{operator: op, by: map[string]int{}}
	candidates := s.candidates(op, d)
	h := uint64(14695981039346656037)
	for _, b := range []byte(op.name) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	rng := rand.New(rand.NewPCG(seed, h)) //nolint:gosec // repeatable, not secret
	rng.Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
	for _, m := range candidates {
		if r.made == each {
			break
		}
		now, ok, err := s.mutate(m)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.what, err)
		}
		if !ok || m.applied != nil && !m.applied(now.byName[m.operation]) {
			continue
		}
		r.made++
		before := undecided(op.notice, m.row)
		if before {
			r.undecided++
		}
		if by := s.noticed(op.notice, m, now); by != "" {
			r.noticed++
			r.by[by]++
			if before {
				r.solved++
			}
			continue
		}
		r.missed = append(r.missed, fmt.Sprintf("%s: %s%s", m.operation, m.what, s.after(op.notice, m, now)))
	}
	return r, nil
}

// after tells the facets of a mutant that nothing noticed.
func (s *subject) after(n notice, m mutant, now *judgement) string {
	e := now.byName[m.operation]
	if e == nil {
		return " (the operation is gone)"
	}
	out := []string{"status " + string(e.Status)}
	for _, name := range n.facets {
		was := report.Facet("")
		if m.row != nil {
			was = facetsOf(m.row)[name]
		}
		out = append(out, fmt.Sprintf("%s %s, was %s", name, facetsOf(e)[name], was))
	}
	return " (" + strings.Join(out, "; ") + ")"
}

// candidates are all mutants of an operator, each change once.
func (s *subject) candidates(op operator, d *tree) []mutant {
	var all []mutant
	seen := map[string]bool{}
	for _, e := range s.implemented() {
		var sites []site
		if op.code != nil {
			sites = op.code(s, e)
		} else {
			sites = op.document(d, e.Operation)
		}
		for _, at := range sites {
			m := mutant{operation: e.Name(), row: e, edits: at.edits, change: at.change, within: at.within, applied: at.applied, what: at.what}
			if at.operation != "" {
				m.operation, m.row = at.operation, s.base.byName[at.operation]
			}
			if at.asRoute {
				m.operation, m.row = e.Route.Method+" "+e.Route.Path, nil
			}
			key := fmt.Sprint(at.edits)
			if at.applied != nil {
				key += m.operation // it may apply to another operation only
			}
			if at.edits == nil {
				key = m.operation + at.what
			}
			if seen[key] || s.masked(op.notice, m.row) {
				continue
			}
			seen[key] = true
			all = append(all, m)
		}
	}
	return all
}

// mutate judges one mutant; not ok where it does not compile.
func (s *subject) mutate(m mutant) (*judgement, bool, error) {
	if m.change != nil {
		doc, err := s.mutateDocument(m.change)
		if err != nil {
			return nil, false, err
		}
		j, err := s.judge(s.program, s.routes, doc)
		return j, err == nil, err
	}
	p, ok := s.compile(m.edits)
	if !ok {
		return nil, false, nil
	}
	table, err := s.analyse(p)
	if err != nil {
		return nil, false, err
	}
	doc, err := spec.Parse(s.files, s.document)
	if err != nil {
		return nil, false, err
	}
	j, err := s.judge(p, table, doc)
	return j, err == nil, err
}

// repairs bounds how often what a mutation leaves unused is taken care of.
const repairs = 4

// compile applies edits. Variables and imports that nothing uses any more are
// used again, as whoever plants such a defect would do.
func (s *subject) compile(edits []edit) (*load.Program, bool) {
	files := map[string][]byte{}
	sort.SliceStable(edits, func(i, j int) bool { return edits[i].start > edits[j].start })
	for _, e := range edits {
		at := s.program.Fset.Position(e.start)
		text, ok := files[at.Filename]
		if !ok {
			var err error
			if text, err = os.ReadFile(at.Filename); err != nil {
				return nil, false
			}
		}
		end := at.Offset + int(e.end-e.start)
		if end > len(text) {
			return nil, false
		}
		files[at.Filename] = slices.Concat(text[:at.Offset], []byte(e.text), text[end:])
	}
	for range repairs {
		p := s.program.Edit(files)
		failed, repaired := false, false
		for i, pkg := range p.Packages {
			if pkg == s.program.Packages[i] || len(pkg.Errors) <= len(s.program.Packages[i].Errors) {
				continue
			}
			failed = true
			// from the end of a file, so that places stay right
			errs := slices.Clone(pkg.TypeErrors)
			sort.SliceStable(errs, func(i, j int) bool { return errs[i].Pos > errs[j].Pos })
			for _, e := range errs {
				repaired = repair(p, pkg.Syntax, e, files) || repaired
			}
		}
		if !failed {
			return p, true
		}
		if !repaired {
			return nil, false
		}
	}
	return nil, false
}

// repair makes use of what the type checker calls unused.
func repair(p *load.Program, syntax []*ast.File, e types.Error, files map[string][]byte) bool {
	at := p.Fset.Position(e.Pos)
	insert := func(pos token.Pos, text string) bool {
		src, ok := files[at.Filename]
		offset := p.Fset.Position(pos).Offset
		if !ok || offset > len(src) {
			return false
		}
		files[at.Filename] = slices.Concat(src[:offset], []byte(text), src[offset:])
		return true
	}
	switch {
	case strings.Contains(e.Msg, "imported and not used"):
		for _, f := range syntax {
			for _, imp := range f.Imports {
				if imp.Pos() <= e.Pos && e.Pos <= imp.End() && imp.Name == nil {
					return insert(imp.Pos(), "_ ")
				}
				if imp.Pos() <= e.Pos && e.Pos <= imp.End() {
					src := files[at.Filename]
					start, end := p.Fset.Position(imp.Name.Pos()).Offset, p.Fset.Position(imp.Name.End()).Offset
					if src == nil || end > len(src) {
						return false
					}
					files[at.Filename] = slices.Concat(src[:start], []byte("_"), src[end:])
					return true
				}
			}
		}
	case strings.Contains(e.Msg, "declared and not used"):
		_, name, _ := strings.Cut(e.Msg, ": ")
		if as := declaration(syntax, e.Pos); as != nil {
			return blank(p, as, e.Pos, files)
		}
		if end := statementEnd(syntax, e.Pos); end.IsValid() {
			return insert(end, "; _ = "+name)
		}
	}
	return false
}

// declaration is the := that declares the variable at pos.
func declaration(syntax []*ast.File, pos token.Pos) *ast.AssignStmt {
	var found *ast.AssignStmt
	for _, f := range syntax {
		ast.Inspect(f, func(n ast.Node) bool {
			if as, ok := n.(*ast.AssignStmt); ok && as.Tok == token.DEFINE && as.Pos() <= pos && pos < as.TokPos {
				found = as
			}
			return n != nil && n.Pos() <= pos && pos < n.End() || n == nil
		})
	}
	return found
}

// blank turns the variable at pos into the blank one, and := into = where
// nothing else is declared.
func blank(p *load.Program, as *ast.AssignStmt, pos token.Pos, files map[string][]byte) bool {
	at := p.Fset.Position(as.Pos())
	src, ok := files[at.Filename]
	if !ok {
		return false
	}
	var names []string
	left := false
	for _, l := range as.Lhs {
		id, ok := l.(*ast.Ident)
		if !ok {
			return false
		}
		if id.Pos() == pos {
			names = append(names, "_")
			continue
		}
		names = append(names, id.Name)
		left = left || id.Name != "_"
	}
	tok := ":="
	if !left {
		tok = "="
	}
	end := p.Fset.Position(as.TokPos).Offset + 2
	if end > len(src) {
		return false
	}
	files[at.Filename] = slices.Concat(src[:at.Offset], []byte(strings.Join(names, ", ")+" "+tok), src[end:])
	return true
}

// statementEnd is the end of the innermost statement of a block that declares
// what stands at pos.
func statementEnd(syntax []*ast.File, pos token.Pos) token.Pos {
	end := token.NoPos
	for _, f := range syntax {
		if pos < f.FileStart || f.FileEnd < pos {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			var list []ast.Stmt
			switch n := n.(type) {
			case *ast.BlockStmt:
				list = n.List
			case *ast.CaseClause:
				list = n.Body
			case *ast.CommClause:
				list = n.Body
			}
			for _, st := range list {
				if st.Pos() <= pos && pos < st.End() {
					switch st.(type) {
					case *ast.AssignStmt, *ast.DeclStmt:
						end = st.End()
					default:
						end = token.NoPos
					}
				}
			}
			return true
		})
	}
	return end
}

// table prints what became of each operator.
func table(results []*result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-28s %5s %8s %10s  %s\n", "operator", "made", "noticed", "undecided", "by")
	var all result
	for _, r := range results {
		var by []string
		for what, n := range r.by {
			by = append(by, fmt.Sprintf("%s %d", what, n))
		}
		sort.Strings(by)
		fmt.Fprintf(&b, "%-28s %5d %8d %10d  %s\n", r.operator.name, r.made, r.noticed, r.undecided, strings.Join(by, ", "))
		all.made, all.noticed = all.made+r.made, all.noticed+r.noticed
		all.undecided, all.solved = all.undecided+r.undecided, all.solved+r.solved
	}
	fmt.Fprintf(&b, "%-28s %5d %8d %10d  %s\n", "all", all.made, all.noticed, all.undecided, share(all.noticed, all.made))
	if decided := all.made - all.undecided; all.undecided > 0 && decided > 0 {
		fmt.Fprintf(&b, "of the %d whose facet was decided before: %s\n", decided, share(all.noticed-all.solved, decided))
	}
	return b.String()
}

func share(n, of int) string {
	if of == 0 {
		return "none made"
	}
	return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(of))
}
