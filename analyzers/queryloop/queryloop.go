// Package queryloop reports queries that are sent once for each element of a list.
package queryloop

import (
	_ "embed"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/names"
	"github.com/backend-conformance/conformance/analyzers/internal/requests"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/sqlapi"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: a list costs one query, not one for each element.
var Rule = rule.Rule{
	ID: "query-in-loop", Title: "a query is sent for each element of a list", Section: rule.DataAccess, Severity: rule.Major, Since: "1.0.0",
	Judged:   rule.Judged{Read: 13, True: 12, Disputed: 1},
	Supports: []rule.Section{rule.Performance, rule.Performant},
	Why:      "A page of a hundred rows costs a hundred and one round trips, and gets slower with every row.",
	Fix:      "Join, or collect the keys and query once with IN or ANY.",
	Limits: "Reads are judged, writes are not. Functions of the module that query are known two packages far, not through interfaces. Loops over " +
		"batches, retries, and migrations are left out, and so are questions about the schema and constructors; commands are undecided where no handler leads. " +
		"Known to be wrong when a list is always short.",
	Example: example,
}

// Queries is the fact about a function that reads from the database.
type Queries struct {
	// Where is the call that does, as a message names it.
	Where string
}

// AFact marks Queries as a fact.
func (*Queries) AFact() {}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "queryloop", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType, FactTypes: []analysis.Fact{new(Queries)},
	Requires: []*analysis.Analyzer{requests.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	j := &judge{pass: pass, report: diag.New(pass, Rule), known: map[*types.Func]string{}}
	for range 4 { // functions that call functions that query
		before := len(j.known)
		for f := range source.Functions(pass) {
			j.learn(f)
		}
		if len(j.known) == before {
			break
		}
	}
	for fn, where := range j.known {
		pass.ExportObjectFact(fn, &Queries{where})
	}
	if !isMigration(pass.Pkg) {
		reached := pass.ResultOf[requests.Analyzer].(*requests.Result)
		for f := range source.Functions(pass) {
			_, inRequest := reached.Reached(f)
			j.atStart = source.IsCommand(pass.Pkg) && !inRequest
			j.function(f)
		}
	}
	return j.report.Result()
}

func isMigration(pkg *types.Package) bool {
	return strings.Contains(pkg.Path(), "migrat") || strings.HasSuffix(pkg.Path(), "/seed") || strings.HasSuffix(pkg.Path(), "/seeds")
}

type judge struct {
	pass   *analysis.Pass
	report *diag.Reporter
	known  map[*types.Func]string
	scope  *web.Scope
	// atStart says that the function belongs to a command and no handler leads
	// there: it runs once, over what somebody configured.
	atStart bool
}

// aboutSchema knows questions about the schema, which a change of it asks.
func aboutSchema(text string) bool {
	text = strings.ToLower(text)
	for _, table := range []string{"sqlite_master", "sqlite_schema", "information_schema", "pg_catalog", "pg_class", "pg_indexes", "pg_tables", "pragma "} {
		if strings.Contains(text, table) {
			return true
		}
	}
	return false
}

// writes knows statements that change rows, also those that return some.
func writes(text string) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(strings.ToUpper(text)), " ")
	switch strings.TrimSpace(strings.SplitN(first, "\n", 2)[0]) {
	case "INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "CREATE", "DROP", "ALTER":
		return true
	}
	return false
}

func (j *judge) learn(f source.Func) {
	if f.Decl == nil {
		return
	}
	fn, ok := j.pass.TypesInfo.Defs[f.Decl.Name].(*types.Func)
	if !ok || j.known[fn] != "" {
		return
	}
	j.scope = web.NewScope(j.pass.TypesInfo, f.Body)
	for call := range source.Calls(f.Body) {
		if where := j.reads(call); where != "" {
			j.known[fn] = where
			return
		}
	}
}

// gormReads are gorm's methods that send a SELECT.
var gormReads = map[string]bool{"First": true, "Find": true, "Take": true, "Last": true, "Scan": true, "Count": true, "Pluck": true, "Row": true, "Rows": true}

// reads names the query that a call sends; empty where it sends none.
func (j *judge) reads(call *ast.CallExpr) string {
	fn := web.Callee(j.pass.TypesInfo, call)
	if fn == nil {
		return ""
	}
	if q, ok := sqlapi.Of(fn); ok {
		if recv := web.TypeName(fn.Signature().Recv().Type()); q.Text < 0 && !strings.HasSuffix(recv, "Stmt") || strings.Contains(fn.Name(), "Exec") || strings.HasPrefix(fn.Name(), "Prepare") {
			return ""
		}
		if q.Text >= 0 && q.Text < len(call.Args) && (writes(j.scope.String(call.Args[q.Text])) || aboutSchema(j.scope.String(call.Args[q.Text]))) {
			return ""
		}
		if q.Text < 0 && j.preparedWrite(call) {
			return ""
		}
		return source.Callee(call)
	}
	if recv := fn.Signature().Recv(); recv != nil && gormReads[fn.Name()] {
		switch web.TypeName(recv.Type()) {
		case "gorm.io/gorm.DB", "github.com/jinzhu/gorm.DB":
			if j.rawAboutSchema(call) {
				return ""
			}
			return source.Callee(call)
		}
	}
	if where := j.known[fn]; where != "" {
		return where
	}
	var fact Queries
	if fn.Pkg() != j.pass.Pkg && source.SameModule(j.pass, fn.Pkg()) && j.pass.ImportObjectFact(fn, &fact) {
		return fact.Where
	}
	return ""
}

// preparedWrite knows statements that change rows by the text that they were
// prepared from, else by their name: stmtInsertTag.QueryRow(...).
func (j *judge) preparedWrite(call *ast.CallExpr) bool {
	recv := web.Receiver(call)
	if recv == nil {
		return false
	}
	if prepare, ok := j.scope.Resolve(recv).(*ast.CallExpr); ok {
		for _, arg := range prepare.Args {
			if text := j.scope.String(arg); text != "" {
				return writes(text)
			}
		}
	}
	return names.Has(names.Of(recv), "insert", "update", "upsert", "delete", "save", "create", "store", "add", "remove", "set")
}

// rawAboutSchema knows db.Raw("... sqlite_master ...").Row() and the like.
func (j *judge) rawAboutSchema(call *ast.CallExpr) bool {
	for {
		inner, ok := ast.Unparen(web.Receiver(call)).(*ast.CallExpr)
		if !ok {
			return false
		}
		if len(inner.Args) > 0 && aboutSchema(j.scope.String(inner.Args[0])) {
			return true
		}
		if web.Receiver(inner) == nil {
			return false
		}
		call = inner
	}
}

func (j *judge) function(f source.Func) {
	decl := f.Decl
	if decl == nil {
		decl = f.Outer
	}
	if decl != nil && names.Has(decl.Name.Name, "migrate", "migration", "migrations", "seed", "up", "down", "init", "install", "upgrade", "backup", "restore", "setup", "new", "convert", "configure") {
		return
	}
	j.scope = web.NewScope(j.pass.TypesInfo, f.Body)
	inside := map[*ast.CallExpr]ast.Node{}
	source.Inspect(f.Body, func(n ast.Node) bool {
		if body := j.elements(n); body != nil {
			for call := range source.Calls(body) {
				inside[call] = n
			}
		}
		return true
	})
	for call := range source.Calls(f.Body) {
		where := j.reads(call)
		if where == "" {
			continue
		}
		if loop := inside[call]; loop != nil && !leaves(loop, call) {
			through := ""
			if where != source.Callee(call) {
				through = " (through " + where + ")"
			}
			if j.atStart {
				j.report.Undecided(Rule, call, source.Callee(call)+" queries once for each turn of the loop, in a command and not while it handles a request")
				continue
			}
			r := []analysis.RelatedInformation{{Pos: loop.Pos(), Message: "the loop"}}
			j.report.Report(Rule, call, r, "%s queries once for each turn of the loop%s: query once for all", source.Callee(call), through)
			continue
		}
		j.report.Examine(Rule, 1)
	}
}

// elements is the body of a loop over the elements of a list or of a result:
// not of one over batches, and not of one that waits or tries again.
func (j *judge) elements(n ast.Node) *ast.BlockStmt {
	switch n := n.(type) {
	case *ast.RangeStmt:
		t := j.pass.TypesInfo.TypeOf(n.X)
		if t == nil || names.Has(source.Text(n.X), "batch", "batches", "chunk", "chunks") || n.Value != nil && names.Has(names.Of(n.Value), "batch", "chunk") {
			return nil
		}
		switch t.Underlying().(type) {
		case *types.Slice, *types.Map:
			if _, literal := n.X.(*ast.CompositeLit); !literal {
				return n.Body
			}
		}
	case *ast.ForStmt:
		if call, ok := n.Cond.(*ast.CallExpr); ok {
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Next" && sqlapi.IsRows(j.pass.TypesInfo.TypeOf(sel.X)) {
				return n.Body
			}
		}
		post, ok := n.Post.(*ast.IncDecStmt)
		if cond, isBinary := n.Cond.(*ast.BinaryExpr); ok && isBinary && post.Tok == token.INC && strings.HasPrefix(source.Text(cond.Y), "len(") {
			return n.Body
		}
	}
	return nil
}

// leaves knows a search: the list of statements that queries ends the loop.
func leaves(loop ast.Node, call *ast.CallExpr) bool {
	found := false
	ast.Inspect(loop, func(n ast.Node) bool {
		block, ok := n.(*ast.BlockStmt)
		if !ok || call.Pos() < block.Pos() || block.End() < call.End() || len(block.List) == 0 {
			return true
		}
		switch s := block.List[len(block.List)-1].(type) {
		case *ast.ReturnStmt:
			found = true
		case *ast.BranchStmt:
			found = found || s.Tok == token.BREAK
		}
		return true
	})
	return found
}
