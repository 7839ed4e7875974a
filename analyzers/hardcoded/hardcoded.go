// Package hardcoded reports addresses that no configuration can change.
package hardcoded

import (
	_ "embed"
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/names"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: where the service listens and what it connects to can be configured.
var Rule = rule.Rule{
	ID: "configuration-hardcoded", Title: "an address is fixed in the code", Section: rule.Production, Severity: rule.Minor, Since: "1.0.0",
	Why: "Another port, host or database takes another build, so that what was tested is not what is delivered.",
	Fix: "Read it from a flag or the environment, with this value as the default.",
	Limits: "Judged are the addresses that servers listen on, and those of databases, caches, brokers and gRPC servers that are connected to, where the call has the constant or a name for it. Values that are set in several places, " +
		"variables of a package, which a build may set, the port that certificates are asked for on, databases in memory, sockets without a port of their own, and code of examples are let be. Constants that are handed through functions are not followed.",
	Example: example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "hardcoded", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
}

// listens and connects are the functions that take an address, by its index.
var (
	listens = map[string]int{
		"net/http.ListenAndServe": 0, "net/http.ListenAndServeTLS": 0, "net.Listen": 1, "crypto/tls.Listen": 1, "net.ListenConfig.Listen": 2,
		"github.com/gin-gonic/gin.Engine.Run": 0, "github.com/gin-gonic/gin.Engine.RunTLS": 0,
		"github.com/labstack/echo.Echo.Start": 0, "github.com/labstack/echo.Echo.StartTLS": 0,
		"github.com/gofiber/fiber.App.Listen": 0, "github.com/gofiber/fiber.App.ListenTLS": 0, "github.com/valyala/fasthttp.ListenAndServe": 1,
		"github.com/valyala/fasthttp.Server.ListenAndServe": 0,
	}
	connects = map[string]int{
		"database/sql.Open": 1, "github.com/jmoiron/sqlx.Open": 1, "github.com/jmoiron/sqlx.Connect": 1, "github.com/jmoiron/sqlx.MustConnect": 1, "github.com/jmoiron/sqlx.MustOpen": 1, "github.com/jmoiron/sqlx.ConnectContext": 2,
		"github.com/jackc/pgx.Connect": 1, "github.com/jackc/pgx/pgxpool.New": 1, "github.com/jackc/pgx/pgxpool.Connect": 1, "github.com/jackc/pgx/pgxpool.ParseConfig": 0, "github.com/jackc/pgx.ParseConfig": 0,
		"gorm.io/driver/postgres.Open": 0, "gorm.io/driver/mysql.Open": 0, "gorm.io/driver/sqlserver.Open": 0, "gorm.io/driver/sqlite.Open": 0, "github.com/glebarez/sqlite.Open": 0, "github.com/jinzhu/gorm.Open": 1,
		"github.com/redis/go-redis.ParseURL": 0, "github.com/go-redis/redis.ParseURL": 0, "github.com/gomodule/redigo/redis.Dial": 1,
		"go.mongodb.org/mongo-driver/mongo/options.ClientOptions.ApplyURI": 0,
		"github.com/rabbitmq/amqp091-go.Dial":                              0, "github.com/streadway/amqp.Dial": 0, "github.com/nats-io/nats.go.Connect": 0,
		"google.golang.org/grpc.Dial": 0, "google.golang.org/grpc.NewClient": 0, "google.golang.org/grpc.DialContext": 1,
	}
	// fields are those of options that hold an address, by the type.
	fields = map[string]string{
		"net/http.Server": "Addr", "github.com/redis/go-redis.Options": "Addr", "github.com/go-redis/redis.Options": "Addr",
		"github.com/segmentio/kafka-go.Writer": "Addr", "github.com/go-sql-driver/mysql.Config": "Addr",
	}
)

func run(pass *analysis.Pass) (any, error) {
	j := &judge{pass: pass, report: diag.New(pass, Rule)}
	if isExample(pass.Pkg.Path()) {
		return j.report.Result()
	}
	for _, f := range diag.Files(pass) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && names.Has(fn.Name.Name, "test", "tests", "testing", "mock", "fake") {
				continue // a helper of tests
			}
			j.scope = web.NewScope(pass.TypesInfo, d)
			ast.Inspect(d, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					j.call(n)
				case *ast.CompositeLit:
					j.literal(n)
				}
				return true
			})
		}
	}
	return j.report.Result()
}

// isExample knows packages that show how something is used.
func isExample(path string) bool {
	return slices.ContainsFunc(strings.Split(path, "/"), func(part string) bool {
		return part == "example" || part == "examples" || part == "_examples" || part == "demo" || part == "demos" || part == "tools"
	})
}

type judge struct {
	pass   *analysis.Pass
	report *diag.Reporter
	scope  *web.Scope
}

func (j *judge) call(call *ast.CallExpr) {
	name := web.Name(web.Callee(j.pass.TypesInfo, call))
	if i, ok := listens[name]; ok && i < len(call.Args) {
		j.address(call.Args[i], source.Callee(call)+" always listens on")
	} else if i, ok := connects[name]; ok && i < len(call.Args) {
		j.address(call.Args[i], source.Callee(call)+" always connects to")
	}
}

func (j *judge) literal(lit *ast.CompositeLit) {
	typ := web.TypeName(j.pass.TypesInfo.TypeOf(lit))
	field, ok := fields[typ]
	if !ok {
		return
	}
	does := " always connects to"
	if typ == "net/http.Server" {
		does = " always listens on"
	}
	for _, elt := range lit.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok && source.Text(kv.Key) == field {
			j.address(kv.Value, typ[strings.LastIndex(typ, "/")+1:]+does)
		}
	}
}

// address judges the expression that says where.
func (j *judge) address(e ast.Expr, does string) {
	text, ok := j.fixed(e)
	if !ok {
		j.report.Examine(Rule, 1)
		return
	}
	if text == "" || local(text) || text == ":http" || text == ":80" && source.Imports(j.pass.Pkg, "golang.org/x/crypto/acme/autocert") {
		return
	}
	j.report.Report(Rule, e, nil, "%s %s: read it from a flag or the environment", does, shown(text))
}

// fixed is the value that an expression always has.
func (j *judge) fixed(e ast.Expr) (string, bool) {
	e = j.scope.Resolve(e)
	if tv := j.pass.TypesInfo.Types[e]; tv.Value != nil && tv.Value.Kind() == constant.String {
		return constant.StringVal(tv.Value), true
	}
	call, ok := e.(*ast.CallExpr)
	if !ok || web.Name(web.Callee(j.pass.TypesInfo, call)) != "fmt.Sprintf" {
		return "", false
	}
	text := ""
	for i, arg := range call.Args {
		tv := j.pass.TypesInfo.Types[j.scope.Resolve(arg)]
		if tv.Value == nil || isVariable(j.pass.TypesInfo, arg) {
			return "", false
		}
		if i == 0 && tv.Value.Kind() == constant.String {
			text = constant.StringVal(tv.Value)
		}
	}
	return text, text != ""
}

// isVariable knows package-level variables.
func isVariable(info *types.Info, e ast.Expr) bool {
	v, ok := source.Object(info, e).(*types.Var)
	return ok && v.Parent() == v.Pkg().Scope()
}

// local are addresses that need no configuration: any free port, databases in
// memory, sockets, and the empty default.
func local(text string) bool {
	return strings.HasSuffix(text, ":0") || strings.Contains(text, ":memory:") || strings.Contains(text, "mode=memory") || strings.HasPrefix(text, "/") ||
		strings.HasPrefix(text, "unix:") || strings.HasPrefix(text, "bufnet") || strings.HasPrefix(text, "passthrough:///bufnet") || strings.HasPrefix(text, "@")
}

// shown leaves out a DSN's password.
func shown(text string) string {
	if before, after, ok := strings.Cut(text, "://"); ok {
		if user, host, ok := strings.Cut(after, "@"); ok {
			name, _, _ := strings.Cut(user, ":")
			text = before + "://" + name + "@" + host
		}
	} else if strings.Contains(text, "password=") {
		var kept []string
		for _, word := range strings.Fields(text) {
			if !strings.HasPrefix(word, "password=") {
				kept = append(kept, word)
			}
		}
		text = strings.Join(kept, " ")
	} else if user, host, ok := strings.Cut(text, "@"); ok {
		name, _, _ := strings.Cut(user, ":")
		text = name + "@" + host
	}
	if len(text) > 60 {
		text = strings.ToValidUTF8(text[:57], "") + "..."
	}
	return text
}
