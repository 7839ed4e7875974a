// Package sample builds one report by hand that covers every outcome, for the
// golden tests of the renderers. The backend it speaks of does not exist.
package sample

import (
	"fmt"
	"math/big"

	"github.com/backend-conformance/conformance/report"
	"github.com/backend-conformance/conformance/report/rule"
)

// Report is the sample with the default gates and bounds that it misses.
func Report() *report.Report {
	return report.Build(facts(), Criteria(), report.Gates{
		FailOn:     rule.Blocker,
		MinScore:   big.NewRat(65, 1),
		MinSection: map[rule.Section]*big.Rat{rule.Tests: big.NewRat(80, 1), rule.Schema: big.NewRat(60, 1), rule.Auth: big.NewRat(80, 1)},
	})
}

// Conforming is a small report that passes.
func Conforming() *report.Report {
	in := facts()
	in.Endpoints, in.Coverage, in.Unresolved, in.Notes, in.Migrations = nil, nil, nil, nil, nil
	criteria := []report.Criterion{
		passes(newRule("endpoint-missing", rule.Endpoints, rule.Blocker, true, "operation of the document has no route"), 7),
		passes(newRule("licence-missing", rule.Compliant, rule.Minor, false, "the repository does not say its licence"), 1),
	}
	return report.Build(in, criteria, report.Gates{FailOn: rule.Blocker, Sections: []rule.Section{rule.Endpoints, rule.Compliant}})
}

func newRule(id string, s rule.Section, sev rule.Severity, ratio bool, title string, supports ...rule.Section) rule.Rule {
	return rule.Rule{
		ID: id, Title: title, Section: s, Supports: supports, Severity: sev, Ratio: ratio, Since: "1.0.0",
		Why:    "A client that relies on the promise behind " + id + " is let down.",
		Fix:    "Mend what " + id + " names.",
		Limits: "Known to be wrong when the code is written in another language.",
	}
}

func at(file string, line int) report.Position {
	return report.Position{File: file, Line: line, Column: 2}
}

func related(file string, line int, message string) report.Related {
	return report.Related{Position: at(file, line), Message: message}
}

func finding(p report.Position, anchor, message string, rel ...report.Related) report.Finding {
	return report.Finding{Position: p, Anchor: anchor, Message: message, Related: rel}
}

func onEndpoint(endpoint string, f report.Finding) report.Finding {
	f.Endpoint, f.Anchor = endpoint, endpoint
	return f
}

func suppressed(reason string, f report.Finding) report.Finding {
	f.Suppressed = &reason
	return f
}

func passes(r rule.Rule, n int, evidence ...report.Related) report.Criterion {
	t := report.Examine(r)
	t.PassN(n, evidence...)
	return t.Criterion("no site")
}

// tally counts n satisfied sites, then one failed site for each finding.
func tally(r rule.Rule, n int, fs ...report.Finding) report.Criterion {
	t := report.Examine(r)
	t.PassN(n)
	for _, f := range fs {
		t.Fail(f)
	}
	return t.Criterion("no site")
}

func facts() report.Report {
	return report.Report{
		Tool:      report.Tool{Name: "conformance", Version: "1.0.0", Ruleset: report.Ruleset, RulesetHash: "9f86d081884c7d65"},
		Module:    "example.com/bookstore",
		Commit:    "4be1c8d0f2a97c3e5b6d7f8091a2b3c4d5e6f708",
		Packages:  14,
		Endpoints: endpoints(),
		Migrations: []report.Migration{
			{Tool: "golang-migrate", Version: "2", Name: "orders", Up: "migrations/2_orders.up.sql", Reversible: "no", Roundtrip: "not_run", Reason: "there is no down script"},
			{Tool: "golang-migrate", Version: "1", Name: "books", Up: "migrations/1_books.up.sql", Down: "migrations/1_books.down.sql", Paired: true, Reversible: "yes", Roundtrip: "ok"},
			{Tool: "golang-migrate", Version: "10", Name: "isbn", Up: "migrations/10_isbn.up.sql", Down: "migrations/10_isbn.down.sql", Paired: true, Reversible: "unknown", Roundtrip: "failed", Reason: "books.isbn_backup is left over",
				Differences: []report.SchemaDifference{
					{Object: "column isbn_backup of books", After: true, Is: "text"},
					{Object: "index books_isbn_idx of books", Before: true, Was: "(isbn)"},
					{Object: "index books_title_idx of books", Before: true, After: true, Was: "(title)", Is: "(title, isbn)"},
				}},
		},
		Coverage: &report.Coverage{
			Statements: 1250, Covered: 937, Threshold: 80, Source: "go test ./... (atomic, -coverpkg of the module)",
			Packages: []report.PackageCoverage{
				{Path: "example.com/bookstore/internal/storage", Statements: 410, Covered: 287},
				{Path: "example.com/bookstore/cmd/bookstore", Statements: 88, Covered: 0},
				{Path: "example.com/bookstore/internal/http", Statements: 752, Covered: 650},
			},
		},
		Specs: []report.Spec{
			{Path: "docs/petstore.json", Version: "2.0", Operations: 20, BasePath: "/v2", Reason: "none of its 20 operations matches a route of this server"},
			{Path: "api/openapi.yaml", Version: "3.0.3", Operations: 7, BasePath: "/api/v1", Used: true, Reason: "6 of its 7 operations match routes of this server"},
		},
		Unresolved: []report.Related{
			related("internal/plugins/load.go", 41, "router.Handle: the path is read from a file at run time"),
		},
		Notes: []string{
			"package example.com/bookstore/internal/legacy does not type-check: undefined: oldStore (internal/legacy/store.go:12); what it registers is unknown",
			"the repository's code was not run against PostgreSQL: no server; set CONFORMANCE_POSTGRES_DSN to settle it",
		},
	}
}

func endpoints() []report.Endpoint {
	const ok, mismatch, absent, na, open = report.FacetOK, report.FacetMismatch, report.FacetAbsent, report.FacetNotApplicable, report.FacetInconclusive
	spec := func(line int) *report.Position { p := at("api/openapi.yaml", line); return &p }
	route := func(line int, pattern string) *report.RoutePosition {
		return &report.RoutePosition{Position: at("internal/http/routes.go", line), Pattern: pattern}
	}
	chain := []report.Related{
		related("cmd/bookstore/main.go", 38, "main.main calls http.NewRouter"),
		related("internal/http/routes.go", 19, "r.Route(\"/api/v1\") mounts the API"),
	}
	mw := []string{"middleware.RequestID", "middleware.Recoverer", "auth.Require"}
	return []report.Endpoint{
		{Method: "GET", Path: "/books", OperationID: "listBooks", Status: report.Implemented, Spec: spec(21), Route: route(24, "/api/v1/books"), Handler: "http.(*Books).List", Middleware: mw[:2], Chain: chain, Parameters: mismatch, Body: na, Responses: ok, Auth: ok, Validation: absent, Tested: ok, Evidence: evidence()},
		{Method: "POST", Path: "/books", OperationID: "createBook", Status: report.Implemented, Spec: spec(48), Route: route(25, "/api/v1/books"), Handler: "http.(*Books).Create", Middleware: mw, Chain: chain, Parameters: na, Body: ok, Responses: mismatch, Auth: ok, Validation: ok, Tested: ok},
		{Method: "GET", Path: "/books/{id}", OperationID: "getBook", Status: report.Implemented, Spec: spec(77), Route: route(26, "/api/v1/books/{id}"), Handler: "http.(*Books).Get", Middleware: mw[:2], Chain: chain, Parameters: ok, Body: na, Responses: ok, Auth: ok, Validation: ok, Tested: ok},
		{Method: "DELETE", Path: "/books/{id}", OperationID: "deleteBook", Status: report.Missing, Reason: "no route answers DELETE /api/v1/books/{id}", Nearest: []string{"DELETE /api/v1/book/{id} (internal/http/routes.go:27)"}, Spec: spec(101), Parameters: na, Body: na, Responses: na, Auth: na, Validation: na, Tested: na},
		{Method: "POST", Path: "/orders", OperationID: "placeOrder", Status: report.Stub, Reason: "answers 501 and does nothing else", Spec: spec(130), Route: route(31, "/api/v1/orders"), Handler: "http.(*Orders).Place", Middleware: mw, Chain: chain, Parameters: na, Body: absent, Responses: mismatch, Auth: ok, Validation: absent, Tested: absent},
		{Method: "PATCH", Path: "/customers/{customerId}/addresses/{addressId}/verification", OperationID: "verifyCustomerAddress", Status: report.Implemented, Spec: spec(160), Route: route(33, "/api/v1/customers/{customerId}/addresses/{addressId}/verification"), Handler: "http.(*Customers).VerifyAddress", Middleware: mw[:2], Chain: chain, Parameters: ok, Body: open, Responses: open, Auth: absent, Validation: open, Tested: absent},
		{Method: "GET", Path: "/plugins/{name}", OperationID: "runPlugin", Status: report.EndpointUnclear, Reason: "a registration at internal/plugins/load.go:41 takes its path from a file", Spec: spec(190), Parameters: open, Body: na, Responses: open, Auth: open, Validation: open, Tested: open},
		{Method: "DELETE", Path: "/api/v1/book/{id}", Status: report.Undocumented, Route: route(27, "/api/v1/book/{id}"), Handler: "http.(*Books).Delete", Middleware: mw, Chain: chain, Parameters: na, Body: na, Responses: na, Auth: ok, Validation: na, Tested: ok},
	}
}

func ignoredErrors() []report.Finding {
	var fs []report.Finding
	for i := range 14 {
		fs = append(fs, finding(at(fmt.Sprintf("internal/storage/store_%02d.go", i%5), 20+7*i), fmt.Sprintf("storage.f%d", i),
			fmt.Sprintf("the error of rows.Close is dropped in storage.(*Store).List%d; return it or log it", i)))
	}
	return fs
}

func baselined(f report.Finding) report.Finding {
	f.Baselined = true
	return f
}

func evidence() report.Evidence {
	books := func(line int) report.Position { return at("internal/http/books.go", line) }
	doc := func(line int) report.Position { return at("api/openapi.yaml", line) }
	return report.Evidence{
		report.ParametersFacet: {
			{Place: `query "limit"`, Text: "integer", State: report.FacetOK, Words: "read", Spec: doc(24), Code: books(31)},
			{Place: `query "sort"`, Text: "string", State: report.FacetAbsent, Words: "nothing reads it", Spec: doc(27)},
		},
		report.ResponsesFacet: {
			{Place: "200", Text: "application/json BookList", State: report.FacetOK, Words: "http.bookList", Spec: doc(40), Code: books(58)},
		},
		report.AuthFacet: {
			{Place: "bearerAuth", State: report.FacetOK, Words: "auth.Require answers 401 without header Authorization", Spec: doc(22), Code: at("internal/auth/require.go", 31)},
		},
		report.ValidationFacet: {
			{Place: "title", Text: "required", State: report.FacetOK, Words: "comparison", Spec: doc(230), Code: books(61)},
			{Place: "title", Text: "maxLength 200", State: report.FacetMismatch, Words: `the code says 120 (tag validate:"max=120")`, Spec: doc(230), Code: books(18)},
			{Place: "isbn", Text: "pattern ^97[89][0-9]{10}$", State: report.FacetAbsent, Words: "nothing enforces it", Spec: doc(233)},
			{Place: "authors[].born", Text: "format date", State: report.FacetInconclusive, Words: "parseDay looks at it in a way that could not be told", Spec: doc(251), Code: books(70)},
		},
	}
}
