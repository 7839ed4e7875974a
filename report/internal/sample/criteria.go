package sample

import (
	"math/big"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Criteria cover every outcome, every severity, ratio and single-site rules, a
// threshold, a capped section, sections that do not apply and one without rules.
func Criteria() []report.Criterion {
	var cs []report.Criterion
	for _, group := range [][]report.Criterion{endpointCriteria(), schemaCriteria(), errorCriteria(), testCriteria(), standardCriteria()} {
		cs = append(cs, group...)
	}
	return cs
}

func endpointCriteria() []report.Criterion {
	missing := report.Examine(newRule("endpoint-missing", rule.Endpoints, rule.Blocker, true, "operation of the document has no route"))
	missing.PassN(5)
	missing.Undecided("a registration takes its path from a file; declare its routes in the configuration to settle it",
		related("internal/plugins/load.go", 41, "router.Handle with an unknown path"))
	missing.Fail(onEndpoint("DELETE /books/{id}", finding(at("api/openapi.yaml", 101), "",
		"DELETE /books/{id} has no route; nearest: DELETE /api/v1/book/{id} (internal/http/routes.go:27)",
		related("internal/http/routes.go", 27, "the nearest route"))))
	return []report.Criterion{
		missing.Criterion("no operation"),
		tally(newRule("endpoint-stub", rule.Endpoints, rule.Blocker, true, "handler does nothing"), 5,
			onEndpoint("POST /orders", finding(at("internal/http/orders.go", 17), "", "POST /orders answers 501 and does nothing else; implement http.(*Orders).Place", related("api/openapi.yaml", 130, "the operation")))),
		passes(newRule("spec-missing", rule.Endpoints, rule.Blocker, false, "no OpenAPI document describes this server"), 1),
		tally(newRule("parameter-mismatch", rule.Endpoints, rule.Major, true, "parameters read differ from those declared"), 9,
			onEndpoint("GET /books", finding(at("internal/http/books.go", 44), "", `GET /books reads query parameter "size", the document declares "limit"; rename one of them`, related("api/openapi.yaml", 29, `declares "limit"`)))),
		report.CannotTell(newRule("response-mismatch", rule.Endpoints, rule.Major, true, "responses written differ from those declared"), "the handlers of 3 operations answer through an interface without a known type; a test that calls them would settle it"),
		passes(newRule("input-unvalidated", rule.Endpoints, rule.Major, true, "decoded input is used without validation", rule.Secure), 4),
		tally(newRule("endpoint-undocumented", rule.Endpoints, rule.Minor, true, "route is not in the document"), 6,
			onEndpoint("DELETE /api/v1/book/{id}", finding(at("internal/http/routes.go", 27), "", "DELETE /api/v1/book/{id} is not in api/openapi.yaml; describe it there or remove it"))),
		report.NotApplicableTo(newRule("route-unreachable", rule.Endpoints, rule.Minor, false, "registration in a function that nothing calls"), "every registration was reached from main"),
	}
}

func schemaCriteria() []report.Criterion {
	return []report.Criterion{
		tally(newRule("migration-down-missing", rule.Schema, rule.Blocker, true, "an up migration has no down"), 1,
			finding(at("migrations/2_orders.up.sql", 1), "2", "migration 2_orders has no down script; add migrations/2_orders.down.sql"),
			finding(at("migrations/3_users.up.sql", 1), "3", "migration 3_users has no down script; add migrations/3_users.down.sql")),
		passes(newRule("migrations-missing", rule.Schema, rule.Blocker, false, "schema changes are not versioned scripts"), 1),
		passes(newRule("migration-order-broken", rule.Schema, rule.Major, false, "duplicate or unordered versions"), 3),
		report.NotApplicableTo(newRule("retry-missing", rule.Integration, rule.Info, false, "idempotent calls are not retried"), "no outbound client in the module: nothing imports net/http clients, gRPC or a message broker"),
		report.CannotTell(newRule("roundtrip-failed", rule.Rollback, rule.Blocker, true, "up, down, up does not restore the schema"), "no PostgreSQL server; set CONFORMANCE_POSTGRES_DSN to settle it"),
		passes(newRule("down-empty", rule.Rollback, rule.Blocker, true, "a down does nothing"), 2),
	}
}

func errorCriteria() []report.Criterion {
	return []report.Criterion{
		tally(newRule("error-ignored", rule.Errors, rule.Major, true, "errors are not checked", rule.Production, rule.Maintainable), 186, ignoredErrors()...),
		tally(newRule("error-context-lost", rule.Errors, rule.Minor, true, "errors are not wrapped"), 41,
			finding(at("internal/storage/tx.go", 61), "storage.begin", "storage.begin returns err without context; wrap it with %w"),
			suppressed("the driver's text is part of the contract with the importer", finding(at("internal/importer/run.go", 90), "importer.Run", "importer.Run formats err with %v; use %w"))),
		passes(newRule("error-response-continues", rule.Errors, rule.Major, false, "handler goes on after it has written an error"), 22),
		tally(newRule("endpoint-unprotected", rule.Auth, rule.Blocker, true, "operation demands credentials, the route does not", rule.Secure), 5,
			onEndpoint("PATCH /customers/{customerId}/addresses/{addressId}/verification", finding(at("internal/http/routes.go", 33), "", "PATCH /customers/{customerId}/addresses/{addressId}/verification demands bearerAuth, no middleware or call checks it; add auth.Require to the route", related("api/openapi.yaml", 166, "security: bearerAuth")))),
	}
}

func testCriteria() []report.Criterion {
	got := big.NewRat(100*937, 1250)
	return []report.Criterion{
		passes(newRule("tests-failing", rule.Tests, rule.Blocker, false, "tests fail"), 214),
		report.Threshold(newRule("coverage-below-threshold", rule.Tests, rule.Blocker, false, "statement coverage is not above the threshold"), 937, 1250, got, big.NewRat(80, 1),
			finding(report.Position{File: "go.mod", Line: 1}, "total", "937 of 1250 statements are covered, 74.9%; more than 80% is demanded")),
		tally(newRule("package-uncovered", rule.Tests, rule.Minor, true, "no test reaches the package"), 2,
			finding(report.Position{File: "cmd/bookstore/main.go"}, "example.com/bookstore/cmd/bookstore", "no test reaches package example.com/bookstore/cmd/bookstore (88 statements)")),
		passes(newRule("spec-invalid", rule.Documentation, rule.Blocker, false, "the document is not valid"), 1),
		tally(newRule("example-missing", rule.Documentation, rule.Major, true, "bodies without example"), 6,
			finding(at("api/openapi.yaml", 140), "POST /orders 201", "the 201 response of POST /orders has no example; add one under content.application/json.example"),
			baselined(finding(at("api/openapi.yaml", 175), "PATCH 200", "the 200 response of PATCH /customers/{customerId}/addresses/{addressId}/verification has no example"))),
	}
}

func standardCriteria() []report.Criterion {
	return []report.Criterion{
		tally(newRule("body-unbounded", rule.Performance, rule.Major, true, "request body is read without a limit"), 3,
			finding(at("internal/http/decode.go", 15), "http.decode", "http.decode reads the body without a limit; wrap it with http.MaxBytesReader")),
		passes(newRule("error-detail-leaked", rule.Security, rule.Major, false, "internal error text reaches the client"), 31,
			related("internal/http/errors.go", 22, "http.fail writes a fixed text for each status"), related("internal/http/errors.go", 31, "the cause goes to the log")),
		passes(newRule("health-missing", rule.Production, rule.Major, false, "no liveness endpoint"), 1),
		tally(newRule("server-without-timeout", rule.Production, rule.Major, false, "the server has no timeouts"), 0,
			finding(at("cmd/bookstore/main.go", 52), "main.main", "http.Server has no ReadHeaderTimeout: a slow client holds its connection forever; set it")),
		report.CannotTell(newRule("dependency-vulnerable", rule.Secure, rule.Major, false, "a known vulnerability is reachable"), "no vulnerability database: the command works offline"),
		report.NotApplicableTo(newRule("pool-unconfigured", rule.Performant, rule.Minor, false, "database pool without limits"), "no database pool is opened by the module"),
		tally(newRule("function-too-complex", rule.Maintainable, rule.Minor, true, "function is too complex"), 218,
			finding(at("internal/http/books.go", 120), "http.(*Books).Search", "http.(*Books).Search has cognitive complexity 41, at most 30 is accepted; split it")),
		passes(newRule("licence-missing", rule.Compliant, rule.Minor, false, "the repository does not say its licence"), 1),
		tally(newRule("log-unstructured", rule.Production, rule.Info, false, "log.Printf in the request path"), 0,
			finding(at("internal/http/log.go", 8), "http.logf", "http.logf writes with log.Printf; use log/slog")),
	}
}
