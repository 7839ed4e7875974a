package hygiene

import (
	"encoding/binary"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/backend-conformance/conformance/report"
)

// random stands for a credential: it is put together here, so that this file
// holds none.
func random(prefix string, n int) string {
	const letters = "qZ7mW2kVx9RtB4nHs6JdY8pLc3GfA5uE"
	return prefix + strings.Repeat(letters, 1+n/len(letters))[:n]
}

func pem(kind string) string {
	body := strings.Repeat(random("MIIEow", 58)+"\n", 3)
	return "-----BEGIN " + kind + "-----\n" + body + "-----END " + kind + "-----\n"
}

func TestSecretCommitted(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"private key":        {"certs/server.key", pem("RSA PRIVATE KEY"), "certs/server.key:1: a private key is committed here (BEGIN RSA PRIVATE KEY); revoke it where it was issued, then read it from the environment"},
		"key in a string":    {"key.go", "package a\n\nconst k = \"-----BEGIN PRIVATE KEY-----\\n" + random("MIIE", 60) + "\\n-----END\"\n", "key.go:3: a private key is committed here (BEGIN PRIVATE KEY); revoke it where it was issued, then read it from the environment"},
		"AWS":                {"deploy.yaml", "a: 1\nkey: " + "AKIA" + "Q7MZ2KVX9RTB4NHS" + "\n", "deploy.yaml:2: an AWS access key is committed here (AKIA…); revoke it where it was issued, then read it from the environment"},
		"GitHub":             {"ci.sh", "export T=" + random("ghp_", 36), "ci.sh:1: a GitHub token is committed here (ghp_…); revoke it where it was issued, then read it from the environment"},
		"Stripe":             {".env", "STRIPE=" + random("sk_live_", 24), ".env:1: a Stripe live key is committed here (sk_l…); revoke it where it was issued, then read it from the environment"},
		"Slack webhook":      {"notify.go", "var u = \"https://hooks.slack.com/services/T0A1B2C3D/B0A1B2C3D/" + random("", 24) + "\"", "notify.go:1: a Slack webhook is committed here (https://hooks.slack.com/…); revoke it where it was issued, then read it from the environment"},
		"encrypted key":      {"k.pem", pem("ENCRYPTED PRIVATE KEY"), ""},
		"public key":         {"k.pem", pem("PUBLIC KEY"), ""},
		"header alone":       {"check.go", "if strings.Contains(s, \"-----BEGIN RSA PRIVATE KEY-----\") {", ""},
		"placeholder":        {"a.yaml", "key: AKIAIOSFODNN7EXAMPLE", ""},
		"no entropy":         {"a.yaml", "key: ghp_" + strings.Repeat("a", 36), ""},
		"test key of Stripe": {"a.yaml", random("sk_test_", 24), ""},
		"test file":          {"a_test.go", pem("RSA PRIVATE KEY"), ""},
		"fixture":            {"config/testdata/k.pem", pem("RSA PRIVATE KEY"), ""},
		"hidden example":     {".examples/tls/k.pem", pem("RSA PRIVATE KEY"), ""},
		"test suite":         {"internal/suites/pki/k.pem", pem("RSA PRIVATE KEY"), ""},
		"not a test":         {"latest/k.pem", pem("RSA PRIVATE KEY"), "latest/k.pem:1: a private key is committed here (BEGIN RSA PRIVATE KEY); revoke it where it was issued, then read it from the environment"},
		"list of a scanner":  {".gitleaks.toml", "AKIA" + "Q7MZ2KVX9RTB4NHS", ""},
		"example":            {"examples/tls/k.pem", pem("RSA PRIVATE KEY"), ""},
		"documentation":      {"README.md", random("ghp_", 36), ""},
		"dependency":         {"vendor/x/k.go", pem("RSA PRIVATE KEY"), ""},
		"browser's key":      {"web/app.js", random("AIza", 35), ""},
		"allowed":            {"a.go", "k := \"" + random("ghp_", 36) + "\" // gitleaks:allow", ""},
		"binary":             {"a.bin", "\x00" + random("ghp_", 36), ""},
		"longer word":        {"a.go", random("Xghp_", 36), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := secretCommitted(treeOf(t, map[string]string{c.file: c.text, "main.go": "package main"}))
			if c.want == "" {
				expect(t, got, "pass")
				return
			}
			expect(t, got, "fail: "+c.want)
			if strings.Contains(says(got), random("", 12)) {
				t.Error("the message gives the secret away")
			}
		})
	}
}

// index writes a git index of version 2 with the given names.
func index(names ...string) []byte {
	out := binary.BigEndian.AppendUint32([]byte("DIRC"), 2)
	out = binary.BigEndian.AppendUint32(out, uint32(len(names)))
	for _, n := range names {
		entry := append(make([]byte, 60), 0, byte(len(n)))
		entry = append(entry, n...)
		out = append(out, append(entry, make([]byte, 8-len(entry)%8)...)...)
	}
	return out
}

func TestSecretCommitted_untrackedFilesAreNotCommitted(t *testing.T) {
	files := fstest.MapFS{
		".env":       {Data: []byte(random("ghp_", 36))},
		"main.go":    {Data: []byte("package main")},
		".git/index": {Data: index("main.go", "old.go")},
	}
	tree, err := readTree(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	if got := secretCommitted(tree); got.Outcome != report.Pass {
		t.Errorf("an untracked file: %s", says(got))
	}
	files[".git/index"] = &fstest.MapFile{Data: index(".env", "main.go")}
	if tree, err = readTree(files, "."); err != nil {
		t.Fatal(err)
	}
	if got := secretCommitted(tree); got.Outcome != report.Fail {
		t.Errorf("a tracked file: %s", says(got))
	}
	files[".git/index"] = &fstest.MapFile{Data: []byte("DIRC\x00\x00\x00\x02\x00\x00\xff\xffrubbish")}
	files[".gitignore"] = &fstest.MapFile{Data: []byte("# local\n/.env\n*.log\n")}
	if tree, err = readTree(files, "."); err != nil {
		t.Fatal(err)
	}
	if got := secretCommitted(tree); got.Outcome != report.Pass {
		t.Errorf("a broken index, but an ignored file: %s", says(got))
	}
}

func TestTrackedFiles_version4(t *testing.T) {
	out := binary.BigEndian.AppendUint32([]byte("DIRC"), 4)
	out = binary.BigEndian.AppendUint32(out, 3)
	for _, e := range []struct {
		drop byte
		name string
	}{{0, "cmd/a.go"}, {4, "b.go"}, {8, "x"}} {
		out = append(out, make([]byte, 62)...)
		out = append(out, e.drop)
		out = append(out, e.name...)
		out = append(out, 0)
	}
	got := trackedFiles(fstest.MapFS{".git/index": {Data: out}})
	if len(got) != 3 || !got["cmd/a.go"] || !got["cmd/b.go"] || !got["x"] {
		t.Errorf("got %v", got)
	}
}

func FuzzTrackedFiles(f *testing.F) {
	f.Add(index("a.go", "cmd/b.go"))
	f.Add([]byte("DIRC\x00\x00\x00\x04" + strings.Repeat("0", 64) + "A00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		trackedFiles(fstest.MapFS{".git/index": {Data: data}})
	})
}
