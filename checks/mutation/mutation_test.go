package mutation

import (
	"flag"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backend-conformance/conformance/checks/matrix"
	"github.com/backend-conformance/conformance/report"
)

var (
	repository = flag.String("repo", "", "folder of the repository that TestRepository mutates")
	documentOf = flag.String("document", "", "its OpenAPI document, relative to the folder")
	seed       = flag.Uint64("seed", 1, "which of the possible mutants are made")
	each       = flag.Int("each", 2, "how many mutants an operator makes at most")
	only       = flag.String("only", "", "operators to run, separated by commas; all where empty")
)

const wantShare = 90 // percent

func operators() []operator {
	all := append(codeOperators(), documentOperators()...)
	if *only == "" {
		return all
	}
	return slices.DeleteFunc(all, func(o operator) bool { return !slices.Contains(strings.Split(*only, ","), o.name) })
}

// mutateAll runs every operator and logs the table.
func mutateAll(t *testing.T, s *subject) (made, noticed int) {
	t.Helper()
	d, err := s.readTree()
	if err != nil {
		t.Fatal(err)
	}
	var results []*result
	for _, op := range operators() {
		r, err := s.run(op, d, *each, *seed)
		if err != nil {
			t.Fatalf("%s: %v", op.name, err)
		}
		results = append(results, r)
		made, noticed = made+r.made, noticed+r.noticed
	}
	t.Logf("seed %d, at most %d mutants an operator\n%s", *seed, *each, table(results))
	for _, r := range results {
		for _, m := range r.missed {
			t.Logf("not noticed: %s: %s", r.operator.name, m)
		}
	}
	return made, noticed
}

// TestMutants: defects planted in the bookstore are noticed, and without them
// there is nothing to notice.
func TestMutants(t *testing.T) {
	s := open(t, filepath.Join("..", "..", "testdata", "backends", "bookstore"), "api/openapi.yaml")
	for _, e := range s.base.rows {
		for name, facet := range facetsOf(e) {
			if e.Operation != nil && wrong(facet) {
				t.Errorf("%s: facet %s is %s before any mutation", e.Name(), name, facet)
			}
		}
	}
	judged := map[string]bool{}
	for _, op := range operators() {
		for _, rule := range op.notice.rules {
			judged[rule] = true
		}
	}
	for _, f := range s.base.findings {
		if judged[f.Rule] && f.Suppressed == nil {
			t.Errorf("before any mutation: %s: %s: %s", f.Position, f.Rule, f.Message)
		}
	}
	made, noticed := mutateAll(t, s)
	if made == 0 || 100*noticed < wantShare*made {
		t.Errorf("%d of %d mutants noticed, want %d%%", noticed, made, wantShare)
	}
}

// TestOperators: there are enough of them, and each says what notices it.
func TestOperators(t *testing.T) {
	if n := len(codeOperators()); n < 15 {
		t.Errorf("%d operators on the code, want 15", n)
	}
	if n := len(documentOperators()); n < 10 {
		t.Errorf("%d operators on the document, want 10", n)
	}
	seen := map[string]bool{}
	for _, op := range append(codeOperators(), documentOperators()...) {
		if seen[op.name] || op.guard == "" || op.notice.String() == "" || (op.code == nil) == (op.document == nil) {
			t.Errorf("operator %s is incomplete, or there are two of the name", op.name)
		}
		seen[op.name] = true
		for _, f := range op.notice.facets {
			if _, ok := facetsOf(&matrix.Endpoint{})[f]; !ok {
				t.Errorf("operator %s: no facet %q", op.name, f)
			}
		}
	}
}

// TestRepository mutates the repository that the flags name. It asserts
// nothing: its table is the result.
func TestRepository(t *testing.T) {
	if *repository == "" {
		t.Skip("names no repository: -repo DIR -document PATH")
	}
	s := open(t, *repository, *documentOf)
	count := map[report.EndpointStatus]int{}
	for _, e := range s.base.rows {
		count[e.Status]++
	}
	t.Logf("%s: operations by status: %v; by hand: %d", s.program.Module, count, len(s.implemented()))
	mutateAll(t, s)
}
