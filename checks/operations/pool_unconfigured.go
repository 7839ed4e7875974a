package operations

import (
	"fmt"
	"regexp"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/database"
	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RulePoolUnconfigured asks for limits on database pools.
var RulePoolUnconfigured = rule.Rule{
	ID:       "pool-unconfigured",
	Title:    "a database pool has no limit",
	Section:  rule.Performant,
	Severity: rule.Minor,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 5, True: 5},
	Why:      "Without a limit every burst opens as many connections as there are requests, until the database refuses all of them.",
	Fix:      "Call SetMaxOpenConns and SetConnMaxLifetime once, after the database is opened.",
	Limits: "A call of SetMaxOpenConns anywhere in the module counts for all its pools; functions that create or migrate a database, by their name, are left out. Pools of pgx have a limit by default, and so count. " +
		"A limit in the data source's name (pool_max_conns and the like) is not seen.",
	Example: `
-- bad/go.mod --
module example.com/shop

go 1.26
-- bad/main.go --
package main

import "database/sql"

func main() {
	db, err := sql.Open("postgres", "")
	if err == nil {
		db.Close()
	}
}
-- good/go.mod --
module example.com/shop

go 1.26
-- good/main.go --
package main

import "database/sql"

func main() {
	db, err := sql.Open("postgres", "")
	if err == nil {
		db.SetMaxOpenConns(20)
		db.Close()
	}
}
`,
}

// shortLived are functions, by name, whose connections serve no requests.
var shortLived = regexp.MustCompile(`(?i)test|migrat|(?:create|drop)_?(?:db|database)`)

var (
	// unlimitedOpens make pools without a limit of their own.
	unlimitedOpens = []string{
		"database/sql.Open*", "github.com/jmoiron/sqlx.Open", "github.com/jmoiron/sqlx.MustOpen", "github.com/jmoiron/sqlx.Connect*", "github.com/jmoiron/sqlx.MustConnect",
		"gorm.io/gorm.Open", "github.com/jinzhu/gorm.Open", "xorm.io/xorm.NewEngine*", "entgo.io/ent/dialect/sql.Open",
	}
	// limitedOpens carry a limit by default. Source: the documentation of pgxpool
	// (the greater of four and the number of CPUs), go-pg and pop.
	limitedOpens = []string{
		"github.com/jackc/pgx/pgxpool.New*", "github.com/jackc/pgx/pgxpool.Connect*", "github.com/go-pg/pg.Connect", "github.com/gobuffalo/pop.NewConnection",
	}
)

func poolUnconfigured(r *check.Repo, a *audit) report.Criterion {
	t := report.Examine(RulePoolUnconfigured)
	all := a.graph.Everything()
	limits := all.Find(func(n string) bool {
		return reach.Matches([]string{"(*database/sql.DB).SetMaxOpenConns", "(*github.com/jmoiron/sqlx.DB).SetMaxOpenConns", "(*github.com/jinzhu/gorm.DB).SetMaxOpenConns", "(*xorm.io/xorm.Engine).SetMaxOpenConns"}, n)
	})
	for _, u := range all.Uses {
		name := u.Name
		switch {
		case u.Call == nil || shortLived.MatchString(a.program.Enclosing(u.Package, u.Ident.Pos())):
		case reach.Matches(limitedOpens, name):
			t.Pass(a.program.Place(u.Ident.Pos(), "%s limits the pool by default", name))
		case !reach.Matches(unlimitedOpens, name):
		case len(limits) > 0:
			t.Pass(a.program.Place(limits[0].Ident.Pos(), "the pool is limited here"))
		default:
			t.Fail(report.Finding{
				Message:  fmt.Sprintf("the pool of %s has no limit; call SetMaxOpenConns and SetConnMaxLifetime", name),
				Position: a.program.Position(u.Ident.Pos()), Anchor: a.program.Enclosing(u.Package, u.Ident.Pos()),
			})
		}
	}
	if use := database.Of(r); t.Examined() == 0 && use.SQL {
		return report.CannotTell(RulePoolUnconfigured, "the module uses a database ("+use.Evidence.Message+"), but where its pool is opened was not recognised", use.Evidence)
	}
	return t.Criterion("the module opens no database pool")
}
