package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/backend-conformance/conformance/checks/spec"
)

// TestMain lets the test binary stand in for the command: under its name in
// scripts, and as the child that reads documents.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == spec.ChildCommand {
		os.Exit(spec.ChildMain(os.Args[2:], os.Stdout))
	}
	testscript.Main(m, map[string]func(){"conformance": main})
}

// TestScripts runs the command line as users do.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup:               goEnvironment,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

// goEnvironment lets scripts use the go command with the caches of this machine.
func goEnvironment(env *testscript.Env) error {
	out, err := exec.CommandContext(context.Background(), "go", "env", "GOROOT", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS").Output()
	if err != nil {
		return err
	}
	lines := strings.Split(string(out), "\n")
	for i, name := range []string{"GOROOT", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS"} {
		env.Setenv(name, strings.TrimSpace(lines[i]))
	}
	repository, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		return err
	}
	env.Setenv("REPOSITORY", repository)
	env.Setenv("GOTOOLCHAIN", "local")
	for _, dir := range filepath.SplitList(env.Getenv("PATH")) {
		if tool := filepath.Join(dir, "conformance"); isFile(tool) {
			env.Setenv("CONFORMANCE", tool)
			break
		}
	}
	return nil
}

func isFile(name string) bool {
	st, err := os.Stat(name)
	return err == nil && !st.IsDir()
}

// exits runs a command and compares its exit code: `exits 1 conformance ./...`.
// A plain ! cannot tell "does not conform" from "crashed".
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N command [args]")
	}
	want, err := strconv.Atoi(args[0])
	if err != nil {
		ts.Fatalf("exit code %q is not a number", args[0])
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := err.(*exec.ExitError)
		if !ok {
			ts.Fatalf("run %s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}
