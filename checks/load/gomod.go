package load

import (
	"fmt"
	"go/version"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/packages"
)

// modulePath reads the module directive; empty where go.mod cannot be read.
func modulePath(dir string) string {
	data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return ""
	}
	return modfile.ModulePath(data)
}

var tooNewPattern = regexp.MustCompile(`(?:go\.mod|go\.work) requires go >= (\S+)|module requires go >= (\S+)|requires go >= ([0-9.]+)`)

// tooNew finds the go command's complaint that the module wants a newer Go.
func tooNew(pkgs []*packages.Package, err error) string {
	messages := []string{}
	if err != nil {
		messages = append(messages, err.Error())
	}
	for _, pkg := range pkgs {
		for _, e := range pkg.Errors {
			messages = append(messages, e.Msg)
		}
	}
	for _, m := range messages {
		if g := tooNewPattern.FindStringSubmatch(m); g != nil && strings.Contains(m, "running go") {
			return fmt.Sprintf("requires go %s, this is %s", strings.Trim(g[1]+g[2]+g[3], "()"), runtime.Version())
		}
	}
	return ""
}

// loweredGoMod writes a copy of go.mod (and go.sum) whose go directive is the
// installed one, and returns the flag that makes the go command use it.
func loweredGoMod(dir string) (flag string, cleanup func(), err error) {
	data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return "", nil, fmt.Errorf("read go.mod: %w", err)
	}
	f, err := modfile.ParseLax("go.mod", data, nil)
	if err != nil {
		return "", nil, fmt.Errorf("parse go.mod: %w", err)
	}
	installed := strings.TrimPrefix(version.Lang(runtime.Version()), "go")
	if err := f.AddGoStmt(installed); err != nil {
		return "", nil, fmt.Errorf("lower go directive: %w", err)
	}
	f.DropToolchainStmt()
	lowered, err := f.Format()
	if err != nil {
		return "", nil, fmt.Errorf("format go.mod: %w", err)
	}
	tmp, err := os.MkdirTemp("", "conformance-mod-")
	if err != nil {
		return "", nil, fmt.Errorf("make a temporary go.mod: %w", err)
	}
	cleanup = func() { os.RemoveAll(tmp) }
	if err := os.WriteFile(filepath.Join(tmp, "go.mod"), lowered, 0o600); err != nil {
		cleanup()
		return "", nil, fmt.Errorf("write go.mod: %w", err)
	}
	if sum, err := os.ReadFile(filepath.Join(dir, "go.sum")); err == nil {
		if err := os.WriteFile(filepath.Join(tmp, "go.sum"), sum, 0o600); err != nil {
			cleanup()
			return "", nil, fmt.Errorf("write go.sum: %w", err)
		}
	}
	return "-modfile=" + filepath.Join(tmp, "go.mod"), cleanup, nil
}

// splitPos takes "file:line:col" apart, as go/packages writes it.
func splitPos(pos string) (file string, line, col int) {
	if pos == "" || pos == "-" {
		return "", 0, 0
	}
	parts := strings.Split(pos, ":")
	nums := []int{}
	for len(parts) > 1 && len(nums) < 2 {
		n, err := strconv.Atoi(parts[len(parts)-1])
		if err != nil {
			break
		}
		nums = append([]int{n}, nums...)
		parts = parts[:len(parts)-1]
	}
	file = strings.Join(parts, ":")
	if len(nums) > 0 {
		line = nums[0]
	}
	if len(nums) > 1 {
		col = nums[1]
	}
	return file, line, col
}
