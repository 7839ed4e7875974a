package behaviour_test

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/backend-conformance/conformance/analyzers/behaviour"
)

const source = `package a

import (
	"encoding/json"
	"net/http"
)

func Create(w http.ResponseWriter, r *http.Request) {
	var v struct{ Name string }
	if json.NewDecoder(r.Body).Decode(&v) != nil || r.Header.Get("X-Mode") == "" {
		http.Error(w, "bad", http.StatusBadRequest)
	}
}

func Later(w http.ResponseWriter, r *http.Request) { panic("not implemented") }

func add(a, b int) int { return a + b }
`

// TestAnalyzer: each function's calls are told apart by what they do to a
// request, and stubs are known.
func TestAnalyzer(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "src", "a"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "src", "a", "a.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	type summary struct {
		reads, writes int
		stub          bool
	}
	want := map[string]summary{"a.Create": {2, 1, false}, "a.Later": {0, 0, true}, "a.add": {}}
	got := map[string]summary{}
	for _, res := range analysistest.Run(t, dir, behaviour.Analyzer, "a") {
		for _, f := range res.Result.(*behaviour.Result).Functions {
			s := summary{stub: f.Stub != nil}
			for _, op := range f.Ops {
				if op.Read != nil {
					s.reads++
				}
				if op.Write != nil {
					s.writes++
				}
			}
			got[f.Name] = s
		}
	}
	for name, w := range want {
		if got[name] != w {
			t.Errorf("%s: %+v, want %+v", name, got[name], w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("functions %v, want %d", got, len(want))
	}
}
