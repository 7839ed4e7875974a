package coverage

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseProfile_errorsNameTheLine(t *testing.T) {
	const head = "mode: set\n"
	for line, want := range map[string]string{
		"a.go:1.1,2.2 1":                           `p:2: not a block: want "name.go:line.column,line.column statements count"`,
		"a.go:2.1,1.2 1 1":                         `p:2: not a block: want "name.go:line.column,line.column statements count"`,
		"a.go:1.1,2.2 -1 1":                        `p:2: not a block: want "name.go:line.column,line.column statements count"`,
		"a.go:1.1,2.2 99999999999 1":               `p:2: not a block: want "name.go:line.column,line.column statements count"`,
		"mode: sometimes":                          `p:2: unknown mode "sometimes": want set, count or atomic`,
		"a.go:1.1,2.2 1 1\na.go:1.1,2.2 2 1":       "p:3: the block has 2 statements here and 1 before: profiles of different sources are mixed; make it anew",
		strings.Repeat("x", profileLineLimit+1000): "p:2: bufio.Scanner: token too long",
	} {
		if _, err := parseProfile("p", strings.NewReader(head+line+"\n")); err == nil || err.Error() != want {
			t.Errorf("%.40s: got %v, want %s", line, err, want)
		}
	}
}

func TestParseProfile_pastedTogether(t *testing.T) {
	p, err := parseProfile("p", strings.NewReader("mode: set\nC:/x y/a.go:1.1,2.2 1 0\nmode: set\n\nC:/x y/a.go:1.1,2.2 1 1\n"))
	if err != nil {
		t.Fatal(err)
	}
	b := p.files["C:/x y/a.go"].blocks[span{1, 1, 2, 2}]
	if len(p.files) != 1 || b == nil || !b.covered || b.statements != 1 {
		t.Errorf("got %+v", p.files)
	}
}

func FuzzParseProfile(f *testing.F) {
	f.Add("mode: set\na.go:1.1,2.2 1 0\n")
	f.Add("mode: atomic\n:1.1,2.2 1 0\n")
	f.Fuzz(func(t *testing.T, in string) {
		p, err := parseProfile("p", strings.NewReader(in))
		if (p == nil) == (err == nil) {
			t.Errorf("profile %v, error %v", p, err)
		}
	})
}

// TestCountStatements_asTheCoverTool holds our count against cmd/cover's own.
func TestCountStatements_asTheCoverTool(t *testing.T) {
	const src = `package p

import "fmt"

var lit = func() int { return 1 }

func _() { fmt.Println() }

func empty() {}

func all(x int, ch chan int, v any) (n int) {
	if x > 1 {
		return 1
	} else if x > 2 {
		x++
	} else {
		x--
	}
	if y := x; y > 0 {
		n = y
	}
	for i := range 3 {
		f := func() { x++; n-- }
		f()
		if i == 2 {
			continue
		}
	}
L:
	for {
		switch {
		case x > 3:
			break L
		default:
		}
		select {
		case <-ch:
			x = 1
			n = 2
		default:
			n = 3
		}
		switch v.(type) {
		case int, string:
			fallthroughable()
		}
	}
	x = 3
	defer func() { recover() }()
	if x == 3 {
		goto end
	}
end:
	for range 2 {
		n++
	}
	return x
}

func fallthroughable() { go empty() }
`
	dir := t.TempDir()
	file := filepath.Join(dir, "p.go")
	if err := os.WriteFile(file, []byte(src), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "tool", "cover", "-mode=set", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	// The tool appends a table of statement counts to the source.
	_, table, ok := strings.Cut(string(out), "NumStmt: [")
	if !ok {
		t.Fatalf("no NumStmt table in the output:\n%s", out)
	}
	_, table, _ = strings.Cut(table, "{")
	table, _, _ = strings.Cut(table, "}")
	want := 0
	for _, field := range strings.Fields(table) {
		var n int
		if _, err := fmt.Sscanf(field, "%d,", &n); err == nil {
			want += n
		}
	}
	syntax, err := parser.ParseFile(token.NewFileSet(), file, src, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := countStatements(syntax); got != want || want == 0 {
		t.Errorf("counted %d statements, the cover tool %d", got, want)
	}
}
