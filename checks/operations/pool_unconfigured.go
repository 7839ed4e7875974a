package operations

import (
	"fmt"
	"regexp"

	"github.com/backend-conformance/conformance/checks/check"
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

func poolUnconfigured(_ *check.Repo, g *graph) report.Criterion {
	t := report.Examine(RulePoolUnconfigured)
	all := g.everything()
	limits := all.find(func(n string) bool {
		return matches([]string{"(*database/sql.DB).SetMaxOpenConns", "(*github.com/jmoiron/sqlx.DB).SetMaxOpenConns", "(*github.com/jinzhu/gorm.DB).SetMaxOpenConns", "(*xorm.io/xorm.Engine).SetMaxOpenConns"}, n)
	})
	for _, u := range all.uses {
		name := fullName(u.fn)
		switch {
		case u.call == nil || shortLived.MatchString(g.program.Enclosing(u.pkg, u.id.Pos())):
		case matches(limitedOpens, name):
			t.Pass(g.program.Place(u.id.Pos(), "%s limits the pool by default", name))
		case !matches(unlimitedOpens, name):
		case len(limits) > 0:
			t.Pass(g.program.Place(limits[0].id.Pos(), "the pool is limited here"))
		default:
			t.Fail(report.Finding{
				Message:  fmt.Sprintf("the pool of %s has no limit; call SetMaxOpenConns and SetConnMaxLifetime", name),
				Position: g.program.Position(u.id.Pos()), Anchor: g.program.Enclosing(u.pkg, u.id.Pos()),
			})
		}
	}
	return t.Criterion("the module opens no database pool")
}
