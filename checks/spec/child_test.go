package spec

import (
	"context"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary play the program's hidden sub-command.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == ChildCommand {
		os.Exit(ChildMain(os.Args[2:], os.Stdout))
	}
	if len(os.Args) > 1 && os.Args[1] == "model-then-" {
		os.Stdout.WriteString(`{"Path":"a.yaml","Operations":[{"Method":"GET","Path":"/a"}],"Pos":{"File":"a.yaml","Line":1}}` + "\n")
		var overflow func(int) int
		overflow = func(n int) int { return overflow(n+1) + 1 }
		if os.Args[2] == "crash" {
			debug.SetMaxStack(1 << 20)
			overflow(0)
		}
		time.Sleep(time.Minute)
	}
	os.Exit(m.Run())
}

func writeTree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestOpenInChild(t *testing.T) {
	root := writeTree(t, map[string]string{
		"api/openapi.yaml": "openapi: 3.0.3\ninfo: {title: A, version: \"1\"}\npaths:\n  /a:\n    get:\n      responses:\n        \"200\": {description: ok}\n",
		"broken.yaml":      "openapi: 3.0.3\npaths:\n  /a: [\n",
	})
	doc, err := Open(t.Context(), root, "api/openapi.yaml", []string{os.Args[0]})
	if err != nil {
		t.Fatal(err)
	}
	if len(doc.Operations) != 1 || doc.Operations[0].Name() != "GET /a" || doc.Operations[0].Pos.String() != "api/openapi.yaml:5" || !doc.Validated {
		t.Errorf("got %+v, want GET /a at api/openapi.yaml:5, validated", doc)
	}
	doc, err = Open(t.Context(), root, "broken.yaml", []string{os.Args[0]})
	if err != nil {
		t.Fatal(err)
	}
	if doc.Unread == nil || doc.Unread.Line == 0 || !strings.Contains(doc.Unread.Message, "not valid YAML") || len(doc.Problems) != 1 {
		t.Errorf("got unread %+v, problems %v, want a YAML error with its line in both", doc.Unread, doc.Problems)
	}
}

func TestOpenRefusesWhatLiesOutside(t *testing.T) {
	outside := writeTree(t, map[string]string{"secret.yaml": "openapi: 3.0.3\npaths: {}\n"})
	root := writeTree(t, map[string]string{"a.yaml": "openapi: 3.0.3\npaths: {}\n"})
	if err := os.Symlink(filepath.Join(outside, "secret.yaml"), filepath.Join(root, "link.yaml")); err != nil {
		t.Skip("no symbolic links here")
	}
	doc, err := Open(t.Context(), root, "link.yaml", []string{os.Args[0]})
	if err != nil {
		t.Fatal(err)
	}
	if doc.Unread == nil || !strings.Contains(doc.Unread.Message, "cannot be opened") {
		t.Errorf("got %+v, want a refusal", doc.Unread)
	}
}

// A child that dies during validation costs the validation, not the model.
func TestOpenKeepsModelWhenValidationDies(t *testing.T) {
	for fate, want := range map[string]string{
		"crash": "validation overflowed the stack",
		"hang":  "validation did not finish within 2s",
	} {
		doc, err := open(t.Context(), t.TempDir(), "a.yaml", []string{os.Args[0], "model-then-", fate}, 2*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if len(doc.Operations) != 1 || doc.Validated || len(doc.Abstained) != 1 || !strings.Contains(doc.Abstained[0].Message, want) {
			t.Errorf("%s: got %d operations, validated %v, abstained %v; want 1, false, %q", fate, len(doc.Operations), doc.Validated, doc.Abstained, want)
		}
	}
}

func TestOpenErrsWhenProgramIsMissing(t *testing.T) {
	if _, err := Open(t.Context(), t.TempDir(), "a.yaml", []string{filepath.Join(t.TempDir(), "nothing")}); err == nil {
		t.Error("got no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, t.TempDir(), "a.yaml", []string{os.Args[0]}); err == nil {
		t.Error("got no error for a cancelled context")
	}
}
