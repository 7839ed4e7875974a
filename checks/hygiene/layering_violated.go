package hygiene

import (
	"fmt"
	"go/ast"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/database"
	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleLayeringViolated asks that HTTP and SQL do not meet in one function.
var RuleLayeringViolated = rule.Rule{
	ID:       "layering-violated",
	Title:    "one function speaks HTTP and queries the database",
	Section:  rule.Maintainable,
	Severity: rule.Minor,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 17, True: 17},
	Why:      "The query cannot be tested or reused without a request, and a change of the schema becomes a change of every handler.",
	Fix:      "Move the query into a function of the storage layer that takes values and a context, and call that from the handler.",
	Limits: "A function breaks the rule when it takes or returns a router's types and calls a query method of database/sql, sqlx, pgx, gorm, " +
		"bun or the MongoDB driver itself. Generated files and queries behind an interface of the module are not looked at.",
	Example: `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/shop.go --
package shop

import (
	"database/sql"
	"net/http"
)

func remove(db *sql.DB, w http.ResponseWriter, r *http.Request) {
	if _, err := db.ExecContext(r.Context(), "DELETE FROM items WHERE id = $1", r.PathValue("id")); err != nil {
		w.WriteHeader(http.StatusInternalServerError)
	}
}
-- good/go.mod --
module example.com/shop

go 1.26
-- good/shop.go --
package shop

import (
	"context"
	"database/sql"
	"net/http"
)

func remove(db *sql.DB, w http.ResponseWriter, r *http.Request) {
	if err := removeItem(r.Context(), db, r.PathValue("id")); err != nil {
		w.WriteHeader(http.StatusInternalServerError)
	}
}

func removeItem(ctx context.Context, db *sql.DB, id string) error {
	_, err := db.ExecContext(ctx, "DELETE FROM items WHERE id = $1", id)
	return err
}
`,
}

// querying is a library and its query methods.
type querying struct {
	pkg    string
	method *regexp.Regexp
}

// queryMethods are the methods by which each library puts a question to the
// database; starting a transaction or a ping is none.
var queryMethods = []querying{
	{"database/sql", regexp.MustCompile(`^(?:Query|Exec)`)},
	{"github.com/jmoiron/sqlx", regexp.MustCompile(`^(?:Query|Exec|Get|Select|Named(?:Exec|Query)|MustExec)`)},
	{"github.com/jackc/pgx", regexp.MustCompile(`^(?:Query|Exec|SendBatch|CopyFrom)`)},
	{"gorm.io/gorm", regexp.MustCompile(`^(?:Find|First|Take|Last|Create|Save|Updates?|UpdateColumns?|Delete|Raw|Exec|Pluck|Count|Scan)$`)},
	{"github.com/jinzhu/gorm", regexp.MustCompile(`^(?:Find|First|Take|Last|Create|Save|Updates?|UpdateColumns?|Delete|Raw|Exec|Pluck|Count|Scan)$`)},
	{"github.com/gobuffalo/pop", regexp.MustCompile(`^(?:All|First|Last|Find|Create|Save|Update|UpdateColumns|UpdateQuery|Destroy|Delete|Count|Exists|Exec|ExecWithCount|Load|Eager)$`)},
	{"xorm.io/xorm", regexp.MustCompile(`^(?:Get|Find|FindAndCount|Insert|InsertOne|Update|Delete|Exist|Count|Iterate|Rows|Query|QueryString|Exec|Sum)$`)},
	{"github.com/go-pg/pg", regexp.MustCompile(`^(?:Query|QueryOne|Exec|ExecOne|Select|Insert|Update|Delete|Count|Model)$`)},
	{"github.com/pocketbase/dbx", regexp.MustCompile(`^(?:One|All|Row|Rows|Column|Execute|Insert|Update|Delete|Model)$`)},
	{"github.com/go-ozzo/ozzo-dbx", regexp.MustCompile(`^(?:One|All|Row|Rows|Column|Execute|Insert|Update|Delete|Model)$`)},
	{"gopkg.in/rethinkdb/rethinkdb-go", regexp.MustCompile(`^(?:Run|RunWrite|Exec|ReadOne|ReadAll)$`)},
	{"github.com/uptrace/bun", regexp.MustCompile(`^New(?:Select|Insert|Update|Delete|Raw)$`)},
	{"go.mongodb.org/mongo-driver", regexp.MustCompile(`^(?:Find|Insert|Update|Replace|Delete|Aggregate|Count|Distinct|BulkWrite)`)},
}

func layeringViolated(a *audit) report.Criterion {
	t := report.Examine(RuleLayeringViolated)
	generated := false
	for _, pkg := range a.program.Packages {
		if !a.program.Selected(pkg) {
			continue
		}
		for _, f := range pkg.Syntax {
			if ast.IsGenerated(f) {
				generated = generated || queries(pkg, f)
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch x := n.(type) {
				case *ast.FuncDecl:
					if fn, ok := pkg.TypesInfo.Defs[x.Name].(*types.Func); ok && x.Body != nil {
						a.judgeLayer(t, pkg, "", fn.Signature(), x.Body)
					}
				case *ast.FuncLit:
					if sig, ok := pkg.TypesInfo.TypeOf(x).(*types.Signature); ok {
						a.judgeLayer(t, pkg, "a function literal in ", sig, x.Body)
					}
				}
				return true
			})
		}
	}
	use := database.Of(a.repo)
	switch {
	case t.Examined() > 0 || !use.SQL && len(use.Stores) == 0:
		return t.Criterion("no hand-written function queries a database itself")
	case generated:
		return t.Criterion("only generated code queries the database")
	case use.SQL:
		return report.CannotTell(RuleLayeringViolated, "the module uses a database ("+use.Evidence.Message+"), but no query of it was recognised, so where it is queried is not known", use.Evidence)
	}
	return report.CannotTell(RuleLayeringViolated, "the module uses "+strings.Join(use.Stores, ", ")+", but no query of it was recognised, so where it is queried is not known")
}

// queries reports whether a file of generated code asks the database.
func queries(pkg *packages.Package, f *ast.File) bool {
	for _, d := range f.Decls {
		if decl, ok := d.(*ast.FuncDecl); ok && decl.Body != nil {
			if call, _ := firstQuery(pkg.TypesInfo, decl.Body); call != nil {
				return true
			}
		}
	}
	return false
}

// judgeLayer counts a function that queries the database in its own body. What
// it is to the declared function around it stands before that one's name.
func (a *audit) judgeLayer(t *report.Tally, pkg *packages.Package, within string, sig *types.Signature, body *ast.BlockStmt) {
	call, fn := firstQuery(pkg.TypesInfo, body)
	if call == nil {
		return
	}
	spoken := httpType(sig)
	if spoken == "" {
		t.Pass()
		return
	}
	name := a.program.Enclosing(pkg, call.Pos())
	t.Fail(report.Finding{
		Message:  fmt.Sprintf("%s%s takes %s and calls %s itself; move the query into the storage layer", within, name, spoken, reach.FullName(fn)),
		Position: a.program.Position(call.Pos()), Anchor: name,
	})
}

// firstQuery finds the first query of a body, literals inside it left out.
func firstQuery(info *types.Info, body *ast.BlockStmt) (found *ast.CallExpr, method *types.Func) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			sel, ok := x.Fun.(*ast.SelectorExpr)
			if !ok || found != nil {
				break
			}
			fn, ok := info.Uses[sel.Sel].(*types.Func)
			if !ok || fn.Signature().Recv() == nil {
				break
			}
			pkg := reach.PackagePath(fn)
			if answersRows(fn) || slices.ContainsFunc(queryMethods, func(q querying) bool { return reach.Below(pkg, q.pkg) && q.method.MatchString(fn.Name()) }) {
				found, method = x, fn
			}
		}
		return found == nil
	})
	return found, method
}

// rowTypes are what only a query gives.
var rowTypes = []string{
	"*database/sql.Rows", "*database/sql.Row", "database/sql.Result", "*github.com/jmoiron/sqlx.Rows", "*github.com/jmoiron/sqlx.Row",
	"github.com/jackc/pgx.Rows", "github.com/jackc/pgx.Row", "github.com/jackc/pgx/pgconn.CommandTag", "github.com/jackc/pgconn.CommandTag",
}

// answersRows knows queries through an interface of the module's own, such as
// one that a connection and a transaction satisfy.
func answersRows(fn *types.Func) bool {
	sig := fn.Signature()
	if sig.Recv() == nil || !types.IsInterface(sig.Recv().Type()) || sig.Params().Len() == 0 {
		return false
	}
	for v := range sig.Results().Variables() {
		if slices.Contains(rowTypes, reach.WithoutVersion(types.TypeString(v.Type(), nil))) {
			return true
		}
	}
	return false
}

// httpTypes are types by which a router hands a request over.
var httpTypes = []string{
	"net/http.ResponseWriter", "*net/http.Request", "*github.com/gin-gonic/gin.Context", "github.com/labstack/echo.Context", "*github.com/labstack/echo.Context",
	"*github.com/gofiber/fiber.Ctx", "github.com/gofiber/fiber.Ctx", "*github.com/valyala/fasthttp.RequestCtx", "*github.com/emicklei/go-restful.Request",
}

// httpType is the first parameter of a router's type, short; empty where there
// is none.
func httpType(sig *types.Signature) string {
	for v := range sig.Params().Variables() {
		if name := reach.WithoutVersion(types.TypeString(v.Type(), nil)); slices.Contains(httpTypes, name) {
			star := strings.Repeat("*", strings.Count(name, "*"))
			return star + name[strings.LastIndex(name, "/")+1:]
		}
	}
	return ""
}
