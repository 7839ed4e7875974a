package operations

import (
	"fmt"
	"go/types"
	"path"
	"regexp"
	"slices"

	"golang.org/x/tools/go/packages"

	"github.com/backend-conformance/conformance/checks/check"
	"github.com/backend-conformance/conformance/checks/reach"
	"github.com/backend-conformance/conformance/checks/routes"
	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// RuleReadinessShallow asks that readiness depends on the dependencies.
var RuleReadinessShallow = rule.Rule{
	ID:       "readiness-shallow",
	Title:    "readiness does not ask the dependencies",
	Section:  rule.Production,
	Severity: rule.Major,
	Since:    "1.0.0",
	Judged:   rule.Judged{Read: 14, True: 12, Disputed: 2},
	Why:      "An instance whose database is gone keeps its traffic and answers every request with an error.",
	Fix:      "Answer GET /readyz by pinging what the service cannot work without (db.PingContext with a short deadline), 503 where it fails.",
	Limits: "The readiness endpoint is judged, or the liveness endpoint where there is no other. It passes when its handler reaches, " +
		"through calls in the module and interfaces that the module implements, a call of a database, cache, queue or outbound client. " +
		"A check behind a function value, or a handler of another module, is inconclusive. Not applicable where the module " +
		"uses no such dependency.",
}

func readinessShallow(r *check.Repo, a *audit) report.Criterion {
	if !serves(r, a) {
		return report.NotApplicableTo(RuleReadinessShallow, "the module starts no server and registers no route")
	}
	needs := a.usedDependency()
	if needs == "" {
		return report.NotApplicableTo(RuleReadinessShallow, "the module imports no client of a database or cache, so there is nothing to ask")
	}
	t := report.Examine(RuleReadinessShallow)
	found := a.dependent(probeRoutes(r, readiness))
	if len(found) == 0 {
		found = a.dependent(probeRoutes(r, liveness))
	}
	if len(found) > 0 {
		a.judgeReadiness(t, found, needs)
		return t.Criterion("")
	}
	if lib, u := a.libraryProbe(readiness); u != nil {
		a.judgeLibrary(t, lib, u)
		return t.Criterion("")
	}
	if _, u := a.libraryProbe(liveness); u != nil {
		t.Fail(report.Finding{Message: fmt.Sprintf("%s answers probes without asking %s; add GET /readyz that pings it", u.Name, needs),
			Position: a.program.Position(u.Ident.Pos()), Anchor: "readiness"})
		return t.Criterion("")
	}
	return withoutProbe(r, a, RuleReadinessShallow, []probe{readiness, liveness}, report.Finding{
		Message: fmt.Sprintf("no route answers a readiness probe, though the service depends on %s; add GET /readyz that pings it", needs),
		Anchor:  "readiness", Position: a.whereItServes(),
	}, "readiness endpoint")
}

// judgeReadiness passes when one of the routes asks a dependency.
func (a *audit) judgeReadiness(t *report.Tally, found []*routes.Route, needs string) {
	unknown := ""
	for _, route := range found {
		asked, doubt := a.asks(route.Handler)
		if asked != nil {
			t.Pass(placeOfRoute(route), a.program.Place(asked.Ident.Pos(), "asks %s", asked.Name))
			return
		}
		if doubt != "" && unknown == "" {
			unknown = fmt.Sprintf("%s %s: %s", route.Method, route.Path, doubt)
		}
	}
	first := found[0]
	if unknown != "" {
		t.Undecided(unknown, placeOfRoute(first))
		return
	}
	at := first.Pos
	if first.Handler.Pos.IsValid() {
		at = first.Handler.Pos
	}
	t.Fail(report.Finding{
		Message:  fmt.Sprintf("%s %s answers without asking %s (handler %s); ping it with a short deadline and answer 503 where it fails", first.Method, first.Path, needs, first.Handler.Name),
		Position: at, Anchor: first.Method + " " + first.Path, Related: []report.Related{{Position: first.Pos, Message: "registered here"}},
	})
}

// judgeLibrary passes when checks are registered with the library.
func (a *audit) judgeLibrary(t *report.Tally, lib *probeLibrary, u *reach.Use) {
	at := a.program.Place(u.Ident.Pos(), "%s answers the probe", u.Name)
	if lib.checks != nil {
		checks := a.graph.Everything().Find(func(n string) bool { return reach.Matches(lib.checks, n) })
		for _, c := range checks {
			if c.Call == nil || len(c.Call.Args) > 0 {
				t.Pass(at, a.program.Place(c.Ident.Pos(), "a check is registered"))
				return
			}
		}
	}
	t.Undecided(fmt.Sprintf("the readiness probe is answered by %s at %s; what it asks is not known", u.Name, at.Position), at)
}

// asks walks from a handler to the first question put to a dependency. doubt
// says why the answer could be missed.
func (a *audit) asks(h routes.Handler) (asked *reach.Use, doubt string) {
	all := a.graph.FromHandler(h)
	if all == nil {
		return nil, fmt.Sprintf("its handler %s lies outside the module", h.Name)
	}
	for i, u := range all.Uses {
		if isQuestion(u) {
			return &all.Uses[i], ""
		}
	}
	if len(all.Dynamic) > 0 {
		return nil, fmt.Sprintf("its handler calls a function value at %s that could not be followed", a.program.Position(all.Dynamic[0].At))
	}
	return nil, ""
}

// dependency is a client library of something that can be asked.
type dependency struct {
	path, name string
	// optional ones (queues, mostly) do not keep a service from working.
	optional bool
}

// dependencies are clients of what a service cannot work without, by import
// path without major version, and how messages call them.
var dependencies = []dependency{
	{path: "database/sql", name: "the database"}, {path: "github.com/jmoiron/sqlx", name: "the database"}, {path: "github.com/jackc/pgx", name: "the database"},
	{path: "gorm.io/gorm", name: "the database"}, {path: "github.com/jinzhu/gorm", name: "the database"}, {path: "github.com/uptrace/bun", name: "the database"},
	{path: "github.com/go-pg/pg", name: "the database"}, {path: "entgo.io/ent", name: "the database"}, {path: "github.com/gobuffalo/pop", name: "the database"},
	{path: "github.com/go-gorp/gorp", name: "the database"}, {path: "xorm.io/xorm", name: "the database"}, {path: "github.com/upper/db", name: "the database"},
	{path: "go.mongodb.org/mongo-driver", name: "MongoDB"}, {path: "github.com/gocql/gocql", name: "Cassandra"}, {path: "gopkg.in/rethinkdb/rethinkdb-go", name: "RethinkDB"},
	{path: "github.com/neo4j/neo4j-go-driver", name: "Neo4j"}, {path: "github.com/ClickHouse/clickhouse-go", name: "ClickHouse"},
	{path: "github.com/influxdata/influxdb-client-go", name: "InfluxDB"}, {path: "github.com/elastic/go-elasticsearch", name: "Elasticsearch"},
	{path: "github.com/olivere/elastic", name: "Elasticsearch"}, {path: "github.com/redis/go-redis", name: "Redis"}, {path: "github.com/go-redis/redis", name: "Redis"},
	{path: "github.com/gomodule/redigo", name: "Redis"}, {path: "github.com/redis/rueidis", name: "Redis"}, {path: "github.com/bradfitz/gomemcache", name: "memcached"},
	{path: "go.etcd.io/etcd/client", name: "etcd"}, {path: "github.com/nats-io/nats.go", name: "NATS", optional: true}, {path: "github.com/segmentio/kafka-go", name: "Kafka", optional: true},
	{path: "github.com/IBM/sarama", name: "Kafka", optional: true}, {path: "github.com/Shopify/sarama", name: "Kafka", optional: true}, {path: "github.com/twmb/franz-go", name: "Kafka", optional: true},
	{path: "github.com/confluentinc/confluent-kafka-go", name: "Kafka", optional: true}, {path: "github.com/rabbitmq/amqp091-go", name: "RabbitMQ", optional: true},
	{path: "github.com/streadway/amqp", name: "RabbitMQ", optional: true}, {path: "cloud.google.com/go/firestore", name: "Firestore"}, {path: "cloud.google.com/go/spanner", name: "Spanner"},
	{path: "github.com/aws/aws-sdk-go/service/dynamodb", name: "DynamoDB"}, {path: "github.com/aws/aws-sdk-go-v2/service/dynamodb", name: "DynamoDB"},
}

// dependent leaves out the probes of programs that use no dependency: another
// program of the module does.
func (a *audit) dependent(found []*routes.Route) []*routes.Route {
	return slices.DeleteFunc(found, func(r *routes.Route) bool {
		if a.withoutDependency(r.Handler) {
			return true
		}
		if !r.Reached || len(r.Chain) == 0 {
			return false
		}
		for _, main := range a.graph.MainPackages() {
			if a.program.Position(main.Syntax[0].Package).File != "" && path.Dir(a.program.Position(main.Syntax[0].Package).File) == path.Dir(r.Chain[0].File) {
				return dependencyOf(importedBy(main)) == ""
			}
		}
		return false
	})
}

// withoutDependency reports whether the programs that hold a handler use no
// dependency, though others of the module do.
func (a *audit) withoutDependency(h routes.Handler) bool {
	f := a.program.FuncAt(h.Key)
	if f == nil {
		return false
	}
	holders := 0
	for _, main := range a.graph.MainPackages() {
		all := importedBy(main)
		if !slices.ContainsFunc(all, func(p *packages.Package) bool { return p == f.Package }) {
			continue
		}
		holders++
		if dependencyOf(all) != "" {
			return false
		}
	}
	return holders > 0
}

// importedBy are the packages that a program is made of, without the insides
// of other modules.
func importedBy(main *packages.Package) []*packages.Package {
	seen := map[*packages.Package]bool{}
	var all []*packages.Package
	var add func(*packages.Package)
	add = func(p *packages.Package) {
		if seen[p] {
			return
		}
		seen[p] = true
		all = append(all, p)
		for _, q := range p.Imports {
			if len(q.Syntax) > 0 {
				add(q)
			}
		}
	}
	add(main)
	return all
}

// usedDependency is the first dependency of the table that non-test code of the
// module imports; empty where there is none.
func (a *audit) usedDependency() string { return dependencyOf(a.program.Packages) }

func dependencyOf(pkgs []*packages.Package) string {
	imported := map[string]bool{}
	for _, pkg := range pkgs {
		for path := range pkg.Imports {
			imported[reach.WithoutVersion(path)] = true
		}
	}
	for _, d := range dependencies {
		for path := range imported {
			if !d.optional && reach.Below(path, reach.WithoutVersion(d.path)) {
				return d.name
			}
		}
	}
	return ""
}

// questionName are methods by which a dependency is asked, also behind an
// interface of the module's own that a library's type satisfies.
var questionName = regexp.MustCompile(`^(?:Ping\w*|QueryContext|QueryRowContext|ExecContext|QueryRow|CheckHealth|HealthCheck|IsConnected|IsClosed|Status)$`)

// plainNames of database packages that ask nothing.
var plainNames = regexp.MustCompile(`^(?:Is|As|Error|String|Open\w*|New\w*|Register|Drivers|Named|With\w+|Close|Stats|DB|Pool)$`)

// isQuestion reports whether a call needs a dependency to answer.
func isQuestion(u reach.Use) bool {
	if u.Call == nil {
		return false
	}
	path, name := reach.PackagePath(u.Func), u.Func.Name()
	for _, d := range dependencies {
		if reach.Below(path, reach.WithoutVersion(d.path)) {
			return u.Func.Signature().Recv() != nil && (questionName.MatchString(name) || !plainNames.MatchString(name))
		}
	}
	if reach.Matches(outbound, u.Name) {
		return true
	}
	recv := u.Func.Signature().Recv()
	return recv != nil && types.IsInterface(recv.Type()) && databaseMethods.MatchString(name)
}

// databaseMethods are method names that only databases carry; an interface with
// one of them stands for the database even if no type of the module has it.
var databaseMethods = regexp.MustCompile(`^(?:PingContext|QueryContext|QueryRowContext|ExecContext|Ping)$`)

// outbound calls ask another service.
var outbound = []string{
	"(*net/http.Client).Do", "(*net/http.Client).Get", "(*net/http.Client).Head", "net/http.Get", "net/http.Head",
	"net.Dial*", "(*net.Dialer).Dial*", "(google.golang.org/grpc/health/grpc_health_v1.HealthClient).Check",
}
