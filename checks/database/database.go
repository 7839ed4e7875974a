// Package database tells whether a module keeps its data in an SQL database:
// what the sections about schemas, rollback and data access depend on.
package database

import (
	"fmt"
	"go/token"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/report"
)

// library is a package, or with a trailing slash a tree of packages, that only
// a program with a database imports.
type library struct{ path, what string }

// sqlLibraries speak SQL to a database whose schema is the service's concern.
var sqlLibraries = []library{
	{"database/sql", "database/sql"},
	{"gorm.io/gorm", "the ORM gorm"},
	{"github.com/jinzhu/gorm", "the ORM gorm"},
	{"entgo.io/ent/", "the ORM ent"},
	{"github.com/uptrace/bun", "the ORM bun"},
	{"xorm.io/xorm", "the ORM xorm"},
	{"github.com/go-xorm/xorm", "the ORM xorm"},
	{"github.com/go-pg/pg/", "the ORM go-pg"},
	{"github.com/gobuffalo/pop/", "the ORM pop"},
	{"github.com/ory/pop/", "the ORM pop"},
	{"github.com/upper/db/", "the library upper/db"},
	{"github.com/beego/beego/v2/client/orm", "the ORM of beego"},
	{"github.com/astaxie/beego/orm", "the ORM of beego"},
	{"github.com/volatiletech/sqlboiler/", "the ORM sqlboiler"},
	{"github.com/aarondl/sqlboiler/", "the ORM sqlboiler"},
	{"github.com/go-gorp/gorp", "the ORM gorp"},
	{"github.com/gocraft/dbr", "the library dbr"},
	{"github.com/doug-martin/goqu/", "the query builder goqu"},
	{"github.com/Masterminds/squirrel", "the query builder squirrel"},
	{"github.com/jmoiron/sqlx", "the library sqlx"},
	{"github.com/jackc/pgx/", "the driver pgx"},
	{"github.com/lib/pq", "the driver lib/pq"},
	{"github.com/go-sql-driver/mysql", "the driver go-sql-driver/mysql"},
	{"github.com/mattn/go-sqlite3", "the driver go-sqlite3"},
	{"modernc.org/sqlite", "the driver modernc.org/sqlite"},
	{"github.com/ncruces/go-sqlite3", "the driver ncruces/go-sqlite3"},
	{"github.com/glebarez/", "the driver glebarez/sqlite"},
	{"zombiezen.com/go/sqlite", "the driver zombiezen/sqlite"},
	{"crawshaw.io/sqlite", "the driver crawshaw/sqlite"},
	{"github.com/microsoft/go-mssqldb", "the driver go-mssqldb"},
	{"github.com/denisenkom/go-mssqldb", "the driver go-mssqldb"},
	{"github.com/ClickHouse/clickhouse-go/", "the driver clickhouse-go"},
	{"github.com/sijms/go-ora/", "the driver go-ora"},
	{"github.com/tursodatabase/", "the driver libsql"},
}

// otherStores keep data without an SQL schema.
var otherStores = []library{
	{"go.mongodb.org/mongo-driver/", "MongoDB"},
	{"gopkg.in/mgo.v2", "MongoDB"},
	{"github.com/redis/go-redis/", "Redis"},
	{"github.com/go-redis/redis", "Redis"},
	{"github.com/gomodule/redigo/", "Redis"},
	{"gopkg.in/rethinkdb/rethinkdb-go.v6", "RethinkDB"},
	{"go.etcd.io/bbolt", "bbolt"},
	{"github.com/dgraph-io/badger/", "Badger"},
	{"github.com/aws/aws-sdk-go-v2/service/dynamodb", "DynamoDB"},
	{"cloud.google.com/go/firestore", "Firestore"},
	{"github.com/elastic/go-elasticsearch/", "Elasticsearch"},
	{"github.com/syndtr/goleveldb/", "LevelDB"},
}

// Use is what was found about the module's database.
type Use struct {
	// SQL says that the module uses a database that has an SQL schema.
	SQL bool
	// Evidence shows the first use; without one it says what was looked for.
	Evidence report.Related
	// Stores names stores without an SQL schema, sorted.
	Stores []string
}

// OnlySQLite reports whether the module talks to SQLite files and to no other SQL
// database, with statements of its own.
func OnlySQLite(r *check.Repo) bool {
	imports, found := importsOf(r), false
	for _, l := range sqlLibraries {
		if _, ok := imports.find(l.path); !ok || l.path == "database/sql" {
			continue
		}
		if !strings.Contains(l.path, "sqlite") && !strings.HasPrefix(l.path, "github.com/glebarez/") {
			return false
		}
		found = true
	}
	return found
}

// Of looks for imports of database libraries outside of tests, and for SQL
// files in the module.
func Of(r *check.Repo) Use {
	var use Use
	imports := importsOf(r)
	for _, l := range sqlLibraries {
		if at, ok := imports.find(l.path); ok {
			use.SQL = true
			use.Evidence = report.Related{Position: at, Message: "imports " + l.what}
			return use
		}
	}
	for _, l := range otherStores {
		if _, ok := imports.find(l.path); ok && !contains(use.Stores, l.what) {
			use.Stores = append(use.Stores, l.what)
		}
	}
	sort.Strings(use.Stores)
	if file := schemaFile(r); file != "" {
		use.SQL = true
		use.Evidence = report.Related{Position: report.Position{File: file, Line: 1}, Message: "an SQL script that creates tables"}
		return use
	}
	use.Evidence = report.Related{Position: report.Position{File: path.Join(r.ModuleDir, "go.mod")}, Message: use.lookedFor()}
	return use
}

// Generator is the first import of an ORM or a query builder, which writes
// statements of its own.
func Generator(r *check.Repo) (report.Related, bool) {
	imports := importsOf(r)
	for _, l := range sqlLibraries {
		if !strings.HasPrefix(l.what, "the ORM") && !strings.HasPrefix(l.what, "the query builder") {
			continue
		}
		if at, ok := imports.find(l.path); ok {
			return report.Related{Position: at, Message: "imports " + l.what}, true
		}
	}
	return report.Related{}, false
}

// UsesDatabase reports whether the module uses an SQL database, with the first
// place that shows it or, without one, what was looked for.
func UsesDatabase(r *check.Repo) (bool, report.Related) {
	use := Of(r)
	return use.SQL, use.Evidence
}

func (u Use) lookedFor() string {
	looked := fmt.Sprintf("no import of database/sql nor of %d SQL drivers, ORMs and query builders, and no .sql file that creates tables", len(sqlLibraries)-1)
	if len(u.Stores) > 0 {
		looked += "; data is kept in " + strings.Join(u.Stores, " and ") + ", which has no SQL schema"
	}
	return looked
}

// importTable maps import paths to the first place that imports them.
type importTable struct {
	places map[string]report.Position
	paths  []string
}

func importsOf(r *check.Repo) importTable {
	t := importTable{places: map[string]report.Position{}}
	if r.Program == nil {
		for _, l := range append(sqlLibraries, otherStores...) {
			if at, ok := Required(r, l.path); ok {
				t.places[l.path] = at
				t.paths = append(t.paths, l.path)
			}
		}
		sort.Strings(t.paths)
		return t
	}
	for _, pkg := range r.Program.Packages {
		for _, f := range pkg.Syntax {
			if strings.HasSuffix(r.Program.Fset.Position(f.Pos()).Filename, "_test.go") {
				continue
			}
			for _, spec := range f.Imports {
				t.add(r.Program, spec.Path.Value, spec.Pos())
			}
		}
	}
	sort.Strings(t.paths)
	return t
}

// Required finds the module of a package among go.mod's direct requirements:
// all that can be known of imports where the code was not loaded.
func Required(r *check.Repo, pkg string) (report.Position, bool) {
	name := path.Join(r.ModuleDir, "go.mod")
	data, err := fs.ReadFile(r.Files, name)
	if err != nil {
		return report.Position{}, false
	}
	mod, err := modfile.ParseLax(name, data, nil)
	if err != nil {
		return report.Position{}, false
	}
	for _, req := range mod.Require {
		if !req.Indirect && strings.HasPrefix(pkg+"/", req.Mod.Path+"/") || !req.Indirect && strings.HasSuffix(pkg, "/") && strings.HasPrefix(req.Mod.Path+"/", pkg) {
			return report.Position{File: name, Line: req.Syntax.Start.Line}, true
		}
	}
	return report.Position{}, false
}

func (t *importTable) add(p *load.Program, quoted string, pos token.Pos) {
	imp, err := strconv.Unquote(quoted)
	if err != nil || t.places[imp].IsValid() {
		return
	}
	t.places[imp] = p.Position(pos)
	t.paths = append(t.paths, imp)
}

// find is the first import of the path, or of one below it where it ends in a
// slash; a major version may follow.
func (t importTable) find(want string) (report.Position, bool) {
	for _, p := range t.paths {
		if p == want || strings.HasPrefix(p, strings.TrimSuffix(want, "/")+"/v") || strings.HasSuffix(want, "/") && strings.HasPrefix(p+"/", want) {
			return t.places[p], true
		}
	}
	return report.Position{}, false
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// schemaFile is the first .sql file of the module that creates a table, outside
// of tests and examples; at most 5000 files are looked at.
func schemaFile(r *check.Repo) string {
	if r.Files == nil {
		return ""
	}
	found, seen := "", 0
	_ = fs.WalkDir(r.Files, path.Clean(r.ModuleDir), func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // an unreadable folder shows no use
		case e.IsDir():
			if name != path.Clean(r.ModuleDir) && (load.SkipDir(e.Name()) || aside[e.Name()]) {
				return fs.SkipDir
			}
			return nil
		case !strings.HasSuffix(e.Name(), ".sql") || !e.Type().IsRegular():
			return nil
		}
		if seen++; seen > 5000 {
			return fs.SkipAll
		}
		if createsTable(r.Files, name) {
			found = name
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// aside are folders that hold what readers and tests need.
var aside = map[string]bool{"test": true, "tests": true, "e2e": true, "example": true, "examples": true, "docs": true, "fixtures": true}

func createsTable(fsys fs.FS, name string) bool {
	f, err := fsys.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 256<<10) // a dump's tables come early
	n, _ := f.Read(head)
	return strings.Contains(strings.ToLower(string(head[:n])), "create table")
}
