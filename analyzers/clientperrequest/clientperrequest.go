// Package clientperrequest reports pools that are opened for each request.
package clientperrequest

import (
	_ "embed"
	"go/ast"

	"golang.org/x/tools/go/analysis"

	"github.com/backend-conformance/conformance/analyzers/internal/diag"
	"github.com/backend-conformance/conformance/analyzers/internal/requests"
	"github.com/backend-conformance/conformance/analyzers/internal/source"
	"github.com/backend-conformance/conformance/analyzers/internal/web"
	"github.com/backend-conformance/conformance/report/rule"
)

//go:embed example.txtar
var example string

// Rule: clients and pools are made once.
var Rule = rule.Rule{
	ID: "client-per-request", Title: "a connection pool is opened for each request", Section: rule.Performant, Severity: rule.Minor, Since: "1.0.0",
	Judged:   rule.Judged{Read: 1, True: 0, Disputed: 1},
	Supports: []rule.Section{rule.Performance, rule.DataAccess},
	Why:      "No connection is ever reused: each request pays for dialling and TLS, and leaves connections behind.",
	Fix:      "Open it once at start and hand it to the handlers.",
	Limits:   "Judged are handlers and what they call within the package. An http.Client without a transport of its own shares connections and is not reported.",
	Example:  example,
}

// Analyzer reports Rule.
var Analyzer = &analysis.Analyzer{
	Name: "clientperrequest", Doc: Rule.Doc(), URL: Rule.URL(), Run: run, ResultType: diag.ResultType,
	Requires: []*analysis.Analyzer{requests.Analyzer},
}

// opens are calls that start a pool.
var opens = map[string]bool{
	"database/sql.Open": true, "database/sql.OpenDB": true, "gorm.io/gorm.Open": true, "github.com/jinzhu/gorm.Open": true,
	"github.com/jmoiron/sqlx.Open": true, "github.com/jmoiron/sqlx.Connect": true, "github.com/jackc/pgx/pgxpool.New": true, "github.com/jackc/pgx.Connect": true,
	"github.com/redis/go-redis.NewClient": true, "github.com/go-redis/redis.NewClient": true, "go.mongodb.org/mongo-driver/mongo.Connect": true,
	"google.golang.org/grpc.Dial": true, "google.golang.org/grpc.NewClient": true, "google.golang.org/grpc.DialContext": true,
}

func run(pass *analysis.Pass) (any, error) {
	r := diag.New(pass, Rule)
	reached := pass.ResultOf[requests.Analyzer].(*requests.Result)
	for f := range source.Functions(pass) {
		handler, inRequest := reached.Reached(f)
		source.Inspect(f.Body, func(n ast.Node) bool {
			what := opened(pass, n)
			switch {
			case what == "":
			case inRequest:
				r.Report(Rule, n, nil, "%s opens a pool while %s handles a request: open it once at start", what, handler)
			default:
				r.Examine(Rule, 1)
			}
			return true
		})
	}
	return r.Result()
}

// opened names what a node opens; empty where it opens nothing.
func opened(pass *analysis.Pass, n ast.Node) string {
	switch n := n.(type) {
	case *ast.CallExpr:
		if opens[web.Name(web.Callee(pass.TypesInfo, n))] {
			return source.Callee(n)
		}
	case *ast.CompositeLit:
		if web.TypeName(pass.TypesInfo.TypeOf(n)) == "net/http.Transport" {
			return "http.Transport"
		}
	}
	return ""
}
