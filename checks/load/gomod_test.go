package load

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMendedGoMod_LeavesOutWhatCannotBeHad(t *testing.T) {
	dir := t.TempDir()
	mod := "module example.com/app\n\ngo 1.24\n\nrequire (\n\texample.org/gone v1.2.3\n\texample.org/kept v1.0.0\n)\n\nreplace example.org/kept => ../kept\n"
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o600); err != nil {
		t.Fatal(err)
	}
	m := &mendedGoMod{dir: dir}
	defer m.cleanup()
	complaint := errors.New("go: example.org/gone@v1.2.3: reading https://mirror/example.org/gone/@v/v1.2.3.mod: 403 Forbidden")
	note, again := m.next(nil, complaint)
	if want := "go.mod: module example.org/gone v1.2.3 cannot be had here; loaded without it, make it available to be sure"; note != want || !again {
		t.Fatalf("note %q, again %t", note, again)
	}
	flag, err := m.write()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(strings.TrimPrefix(flag, "-modfile="))
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	if strings.Contains(text, "gone") || !strings.Contains(text, "example.org/kept v1.0.0") {
		t.Errorf("mended go.mod:\n%s", text)
	}
	if want := "=> " + filepath.Join(filepath.Dir(dir), "kept"); !strings.Contains(text, want) {
		t.Errorf("no %q in:\n%s", want, text)
	}
	if _, again := m.next(nil, complaint); again {
		t.Error("the same complaint mends twice: that would never end")
	}
}

// 1.26 is older than 1.26.0, which a requirement may ask for: the directive is
// lowered to the version with its patch.
func TestMendedGoMod_LowersTheGoDirectiveToTheGoThatRuns(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/app\n\ngo 1.99\n\ntoolchain go1.99.2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := &mendedGoMod{dir: dir}
	defer m.cleanup()
	note, again := m.next(nil, errors.New("go: go.mod requires go >= 1.99 (running go 1.26.3; GOTOOLCHAIN=local)"))
	if want := "go.mod: requires go 1.99, this is go 1.26.3; loaded as if for the installed Go, install the newer one to be sure"; note != want || !again {
		t.Fatalf("note %q, again %t", note, again)
	}
	flag, err := m.write()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(strings.TrimPrefix(flag, "-modfile="))
	if err != nil {
		t.Fatal(err)
	}
	if want := "module example.com/app\n\ngo 1.26.3\n"; string(data) != want {
		t.Errorf("mended go.mod:\n%s\nwant:\n%s", data, want)
	}
}
