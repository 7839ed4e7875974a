package migrations

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/checks/sql"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleOutside: the schema is changed by code beside the migrations.
var RuleOutside = rule.Rule{
	ID:       "schema-outside-migrations",
	Title:    "Go code changes the schema outside of the migrations",
	Section:  rule.Schema,
	Severity: rule.Major,
	Since:    "1.0.0",
	Why:      "What AutoMigrate or a CREATE TABLE in code adds has no version and no way back, and the migrations no longer describe the schema.",
	Fix:      "Move the change into a migration and drop the call.",
	Limits: "Seen are the calls of gorm, xorm, bun and ent that change a schema, and constant SQL that reaches a query method. Temporary tables, tables " +
		"that record versions, tests and the migrations' own Go files are left out, and so are functions that no program of the module calls and the dropping of all tables there are. Text that is put together at run time is not seen.",
	Example: outsideExample,
}

const outsideExample = `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/store.go --
package shop

import "database/sql"

func Prepare(db *sql.DB) error {
	_, err := db.Exec("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY)")
	return err
}
-- bad/migrations/0001_items.up.sql --
CREATE TABLE items (id INTEGER PRIMARY KEY);
-- bad/migrations/0001_items.down.sql --
DROP TABLE items;
-- good/go.mod --
module example.com/shop

go 1.26
-- good/store.go --
package shop

import "database/sql"

func Open(dsn string) (*sql.DB, error) { return sql.Open("sqlite", dsn) }
-- good/migrations/0001_items.up.sql --
CREATE TABLE items (id INTEGER PRIMARY KEY);
-- good/migrations/0001_items.down.sql --
DROP TABLE items;
`

func (a *audit) outside() report.Criterion {
	switch {
	case !a.applies():
		return a.notApplicable(RuleOutside)
	case a.Program == nil:
		return report.CannotTell(RuleOutside, "the Go code was not loaded")
	}
	changes := a.outsideFindings()
	if len(a.found.Sets) == 0 {
		return a.insteadOfMigrations(len(changes))
	}
	t := report.Examine(RuleOutside)
	for _, c := range changes {
		t.Fail(report.Finding{Position: c.Position, Anchor: c.in,
			Message: fmt.Sprintf("%s changes the schema outside of the migrations (%s); move it into a migration", c.in, c.what)})
	}
	if t.Examined() == 0 {
		t.Pass(report.Related{Position: a.use.Evidence.Position, Message: "no Go code outside of tests and migrations changes the schema"})
	}
	return t.Criterion("")
}

// insteadOfMigrations is the verdict where code builds the whole schema: the
// findings are related places of the one of migrations-missing.
func (a *audit) insteadOfMigrations(changes int) report.Criterion {
	if changes == 0 {
		return a.noScripts(RuleOutside)
	}
	return report.Criterion{Rule: RuleOutside, Outcome: report.Fail, Examined: changes, Under: RuleMissing.ID,
		Reason: fmt.Sprintf("Go code changes the schema in %s and there are no migrations (migrations-missing lists them)", report.Plural(changes, "place"))}
}

// change is a place in Go code that changes the schema.
type change struct {
	report.Position
	what, in string
	// index is what a CREATE INDEX in code adds; nil for any other change.
	index *codeIndex
}

// codeIndex is an index that code makes: the columns of a table, in lower case.
type codeIndex struct {
	table   string
	columns []string
}

// indexMade reads CREATE INDEX ... ON table [USING method] (column, ...).
func indexMade(text string) *codeIndex {
	m := createIndex.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	made := &codeIndex{table: strings.ToLower(m[1])}
	for c := range strings.SplitSeq(m[2], ",") {
		made.columns = append(made.columns, strings.ToLower(strings.Trim(strings.TrimSpace(c), "`\"")))
	}
	return made
}

var createIndex = regexp.MustCompile(`(?is)^\s*create\s+(?:unique\s+)?index\s+[^;]*?\bon\s+(?:only\s+)?(?:["\w]+\.)?["` + "`" + `]?(\w+)["` + "`" + `]?\s*(?:using\s+\w+\s*)?\(([^()]*)\)\s*;?\s*$`)

// schemaMethods are methods that change a schema, by the package of their type.
var schemaMethods = map[string]map[string]bool{
	"gorm.io/gorm": {"AutoMigrate": true, "CreateTable": true, "DropTable": true, "AddColumn": true, "DropColumn": true, "AlterColumn": true, "CreateIndex": true,
		"RenameColumn": true, "RenameTable": true, "CreateConstraint": true, "DropIndex": true, "MigrateColumn": true},
	"github.com/jinzhu/gorm":          {"AutoMigrate": true, "CreateTable": true, "DropTable": true, "DropTableIfExists": true, "ModifyColumn": true, "DropColumn": true, "AddIndex": true, "AddUniqueIndex": true, "AddForeignKey": true},
	"xorm.io/xorm":                    {"Sync": true, "Sync2": true, "SyncWithOptions": true, "CreateTables": true, "DropTables": true},
	"github.com/go-xorm/xorm":         {"Sync": true, "Sync2": true, "CreateTables": true, "DropTables": true},
	"github.com/uptrace/bun":          {"NewCreateTable": true, "NewDropTable": true, "NewAddColumn": true, "NewDropColumn": true, "NewCreateIndex": true, "NewDropIndex": true, "ResetModel": true},
	"github.com/go-pg/pg/v10":         {"CreateTable": true, "DropTable": true},
	"github.com/go-gorp/gorp":         {"CreateTables": true, "CreateTablesIfNotExists": true, "DropTables": true},
	"entgo.io/ent/dialect/sql/schema": {"Create": true},
}

// queryMethods take SQL text and run it.
var queryMethods = map[string]bool{
	"Exec": true, "ExecContext": true, "MustExec": true, "MustExecContext": true, "Query": true, "QueryContext": true, "QueryRow": true,
	"QueryRowContext": true, "Raw": true, "NewRaw": true, "NamedExec": true, "NamedExecContext": true, "ExecScript": true, "Execute": true, "ExecuteScript": true,
}

// outsideFindings looks through the module's code once.
func (a *audit) outsideFindings() []change {
	if a.Program == nil {
		return nil
	}
	if a.changes == nil {
		a.changes = []change{}
		for _, pkg := range a.Program.Packages {
			for _, f := range pkg.Syntax {
				if file := a.Program.Position(f.Package).File; file != "" && !a.setAside(file) {
					a.changes = append(a.changes, a.changesIn(pkg, f)...)
				}
			}
		}
	}
	return a.changes
}

// setAside reports whether a Go file is a test or belongs to the migrations.
func (a *audit) setAside(file string) bool {
	if strings.HasSuffix(file, "_test.go") || testFolder.MatchString(file) {
		return true
	}
	for _, s := range a.found.Sets {
		if path.Dir(file) == s.Dir || strings.HasPrefix(file, s.Dir+"/") && s.Dir != "." {
			return true
		}
	}
	return false
}

// testFolder matches folders of tests, examples and generated test helpers.
var testFolder = regexp.MustCompile(`(?i)(^|/)(tests?|testing|testutils?|testhelpers?|[a-z]*tests?|e2e|mocks?|fixtures?|examples?|migrat[a-z]*)/`)

func (a *audit) changesIn(pkg *packages.Package, f *ast.File) []change {
	var found []change
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		what := ormChange(pkg.TypesInfo, sel)
		if drops.MatchString(what) && !names(call.Args) {
			what = "" // all tables there are: wiping, for a fresh start or a restore
		}
		if what == "" && queryMethods[sel.Sel.Name] {
			what = a.sqlChange(pkg, call)
		}
		if what != "" && a.runs(pkg, call.Pos()) {
			found = append(found, change{a.Program.Position(call.Pos()), what, a.Program.Enclosing(pkg, call.Pos()), a.onlyIndex(pkg, call)})
		}
		return true
	})
	return found
}

// drops are the methods of ORMs that drop tables.
var drops = regexp.MustCompile(`'s (New)?DropTables?(IfExists)?$`)

// names reports whether an argument says which table: a literal, or none at all.
func names(args []ast.Expr) bool {
	for _, e := range args {
		switch x := ast.Unparen(e).(type) {
		case *ast.BasicLit, *ast.CompositeLit:
			return true
		case *ast.UnaryExpr:
			if x.Op == token.AND {
				return true
			}
		case *ast.CallExpr: // new(Order), (*Order)(nil)
			return len(x.Args) == 1
		}
	}
	return len(args) == 0
}

// runs reports whether a program of the module comes to the function around pos.
// What only tests call (set-up that other packages' tests share) does not run,
// nor does what a tool does. In a module without programs everything may.
func (a *audit) runs(pkg *packages.Package, pos token.Pos) bool {
	graph := reach.Of(a.Program)
	mains := graph.MainPackages()
	fn := around(pkg, pos)
	if len(mains) == 0 || fn == nil {
		return true
	}
	if testSetUp.MatchString(fn.Name()) {
		return false
	}
	if entry := fn.Signature().Recv() == nil && (fn.Name() == "main" || fn.Name() == "init"); entry {
		return fn.Name() == "init" || slices.Contains(mains, pkg)
	}
	return slices.ContainsFunc(mains, func(m *packages.Package) bool {
		return slices.ContainsFunc(graph.FromMain(m).Uses, func(u reach.Use) bool { return u.Func == fn })
	})
}

// testSetUp matches the names of functions that make ready for tests.
var testSetUp = regexp.MustCompile(`(?i)^(init|set_?up|prepare)(for)?_?tests?(?:_|$|[A-Z0-9])`)

// around is the declared function that holds pos; nil at file level.
func around(pkg *packages.Package, pos token.Pos) *types.Func {
	for _, f := range pkg.Syntax {
		if pos < f.FileStart || pos > f.FileEnd {
			continue
		}
		for _, d := range f.Decls {
			if decl, ok := d.(*ast.FuncDecl); ok && decl.Pos() <= pos && pos <= decl.End() {
				fn, _ := pkg.TypesInfo.Defs[decl.Name].(*types.Func)
				return fn
			}
		}
	}
	return nil
}

// ormChange names a method of an ORM that changes the schema.
func ormChange(info *types.Info, sel *ast.SelectorExpr) string {
	fn, ok := info.Uses[sel.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil {
		return ""
	}
	if schemaMethods[fn.Pkg().Path()][fn.Name()] {
		return fn.Pkg().Name() + "'s " + fn.Name()
	}
	// The client that ent generates has Schema.Create.
	if inner, ok := sel.X.(*ast.SelectorExpr); ok && fn.Name() == "Create" && inner.Sel.Name == "Schema" && strings.HasSuffix(fn.Pkg().Path(), "/migrate") {
		return "ent's Schema.Create"
	}
	return ""
}

// sqlChange describes the DDL that a call executes; empty for none.
func (a *audit) sqlChange(pkg *packages.Package, call *ast.CallExpr) string {
	for i, arg := range call.Args {
		if i > 1 {
			break // the text is the first argument, or the second after a context
		}
		for _, text := range a.constants(pkg, arg) {
			for _, st := range sql.Split(text, sql.Guess(text), 1).Statements {
				if what, ok := st.DDL(); ok && lasting(what, st) {
					return what
				}
			}
		}
	}
	return ""
}

// onlyIndex is the index that a call makes where its text is one CREATE INDEX; nil
// otherwise.
func (a *audit) onlyIndex(pkg *packages.Package, call *ast.CallExpr) *codeIndex {
	var texts []string
	for _, arg := range call.Args[:min(2, len(call.Args))] {
		texts = append(texts, a.constants(pkg, arg)...)
	}
	if len(texts) != 1 {
		return nil
	}
	return indexMade(texts[0])
}

// versionTable matches the tables in which loaders record what was applied.
var versionTable = regexp.MustCompile(`(?i)migration|schema_?version|schema_?info|db_?version|version_?info|_version$`)

// lasting leaves out what is no part of the service's schema: temporary tables,
// databases and roles, and the table that records versions.
func lasting(what string, st sql.Statement) bool {
	fields := strings.Fields(what)
	switch fields[1] {
	case "TABLE", "INDEX", "VIEW", "TYPE", "SEQUENCE", "FUNCTION", "TRIGGER", "PROCEDURE":
	default:
		return false
	}
	for _, t := range st.Tokens[:min(len(st.Tokens), 4)] {
		if t.Is("TEMP") || t.Is("TEMPORARY") {
			return false
		}
	}
	return !versionTable.MatchString(fields[2])
}

// constants are the constant strings that an argument may be: itself, or what a
// variable or the elements that a loop ranges over were made of.
func (a *audit) constants(pkg *packages.Package, arg ast.Expr) []string {
	if tv, ok := pkg.TypesInfo.Types[arg]; ok && tv.Value != nil && tv.Value.Kind() == constant.String {
		return []string{constant.StringVal(tv.Value)}
	}
	id, ok := ast.Unparen(arg).(*ast.Ident)
	if !ok {
		return nil
	}
	obj := pkg.TypesInfo.Uses[id]
	if obj == nil || !obj.Pos().IsValid() {
		return nil
	}
	var texts []string
	for _, value := range definitions(pkg, obj) {
		ast.Inspect(value, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			if tv, ok := pkg.TypesInfo.Types[e]; ok && tv.Value != nil && tv.Value.Kind() == constant.String {
				texts = append(texts, constant.StringVal(tv.Value))
				return false
			}
			_, isCall := n.(*ast.CallExpr)
			return !isCall // what a function makes of its arguments is not known
		})
	}
	return texts
}

// definitions are the expressions from which a variable of the package gets its
// value: initialisers, assignments, and the operand of a range clause.
func definitions(pkg *packages.Package, obj types.Object) []ast.Expr {
	var values []ast.Expr
	is := func(e ast.Expr) bool {
		id, ok := e.(*ast.Ident)
		return ok && (pkg.TypesInfo.Defs[id] == obj || pkg.TypesInfo.Uses[id] == obj)
	}
	for _, f := range pkg.Syntax {
		if obj.Pos() < f.FileStart || obj.Pos() > f.FileEnd {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.ValueSpec:
				for i, name := range x.Names {
					if pkg.TypesInfo.Defs[name] == obj && i < len(x.Values) {
						values = append(values, x.Values[i])
					}
				}
			case *ast.AssignStmt:
				for i, l := range x.Lhs {
					if is(l) && len(x.Lhs) == len(x.Rhs) && x.Tok != token.ADD_ASSIGN {
						values = append(values, x.Rhs[i])
					}
				}
			case *ast.RangeStmt:
				if x.Value != nil && is(x.Value) {
					values = append(values, rangeOver(pkg, x.X)...)
				}
			}
			return true
		})
	}
	return values
}

// rangeOver gives the collection that a loop walks: a literal, or the variable's value.
func rangeOver(pkg *packages.Package, x ast.Expr) []ast.Expr {
	id, ok := ast.Unparen(x).(*ast.Ident)
	if !ok {
		return []ast.Expr{x}
	}
	obj := pkg.TypesInfo.Uses[id]
	if obj == nil {
		return nil
	}
	if v, ok := obj.(*types.Var); !ok || v.Pkg() != pkg.Types {
		return nil
	}
	return definitions(pkg, obj)
}
