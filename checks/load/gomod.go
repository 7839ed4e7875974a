package load

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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

var (
	// tooNewPattern is in "go.mod requires go >= 1.99 (running go 1.26.8; GOTOOLCHAIN=local)".
	tooNewPattern = regexp.MustCompile(`requires go >= ([0-9][^\s)]*) \(running go ([0-9][^\s;)]*)`)
	// unavailable is how the go command starts its complaint about a module that
	// it cannot read: "go: example.org/m@v1.2.3: reading ...".
	unavailable = regexp.MustCompile(`(?:^|\s|: )([\w.~/-]+\.[\w.~/-]+)@(v[\w.+-]+): (?:reading|invalid version|unrecognized import path|verifying|Get )`)
)

// maxMends bounds the modules that are left out one after the other.
const maxMends = 20

// mendedGoMod is a copy of go.mod without what keeps it from loading here.
type mendedGoMod struct {
	dir string
	// lowered is the version of the go command that runs, with its patch: 1.26 is
	// older than 1.26.0, and a directive may not be older than a requirement's.
	lowered string
	drop    []string
	tmp     string
}

// next looks for a reason to mend go.mod (once more) in what loading said.
func (m *mendedGoMod) next(pkgs []*packages.Package, err error) (note string, again bool) {
	for _, message := range complaints(pkgs, err) {
		if g := tooNewPattern.FindStringSubmatch(message); g != nil && m.lowered == "" {
			m.lowered = g[2]
			return fmt.Sprintf("go.mod: requires go %s, this is go %s; loaded as if for the installed Go, install the newer one to be sure", g[1], g[2]), true
		}
		if g := unavailable.FindStringSubmatch(message); g != nil && loadedNothing(pkgs) && len(m.drop) < maxMends && !slices.Contains(m.drop, g[1]) {
			m.drop = append(m.drop, g[1])
			return fmt.Sprintf("go.mod: module %s %s cannot be had here; loaded without it, make it available to be sure", g[1], g[2]), true
		}
	}
	return "", false
}

// complaint asks the go command why it lists nothing: with -e, as go/packages
// calls it, it says so on stderr only and succeeds. nil where it has no reason.
func complaint(ctx context.Context, cfg *packages.Config, patterns []string) error {
	args := append(append([]string{"list"}, cfg.BuildFlags...), patterns...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = cfg.Dir, cfg.Env
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return errors.New(oneLine(withoutDownloads(stderr.String())))
	}
	return nil
}

// withoutDownloads drops the go command's progress lines.
func withoutDownloads(text string) string {
	var kept []string
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "go: downloading ") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// complaints are the messages of the go command, from wherever they surface.
func complaints(pkgs []*packages.Package, err error) []string {
	var all []string
	if err != nil {
		all = append(all, err.Error())
	}
	for _, pkg := range pkgs {
		for _, e := range pkg.Errors {
			all = append(all, e.Msg)
		}
	}
	return all
}

func loadedNothing(pkgs []*packages.Package) bool {
	return !slices.ContainsFunc(pkgs, func(p *packages.Package) bool { return len(p.Syntax) > 0 })
}

// write puts the mended go.mod (and go.sum beside it) into a temporary folder
// and returns the flag that makes the go command use it.
func (m *mendedGoMod) write() (flag string, err error) {
	data, err := os.ReadFile(filepath.Join(m.dir, "go.mod"))
	if err != nil {
		return "", fmt.Errorf("read go.mod: %w", err)
	}
	mended, err := m.mend(data)
	if err != nil {
		return "", err
	}
	if m.tmp == "" {
		if m.tmp, err = os.MkdirTemp("", "conformance-mod-"); err != nil {
			return "", fmt.Errorf("make a temporary go.mod: %w", err)
		}
	}
	if err := os.WriteFile(filepath.Join(m.tmp, "go.mod"), mended, 0o600); err != nil {
		return "", fmt.Errorf("write go.mod: %w", err)
	}
	if sum, err := os.ReadFile(filepath.Join(m.dir, "go.sum")); err == nil {
		if err := os.WriteFile(filepath.Join(m.tmp, "go.sum"), sum, 0o600); err != nil {
			return "", fmt.Errorf("write go.sum: %w", err)
		}
	}
	return "-modfile=" + filepath.Join(m.tmp, "go.mod"), nil
}

func (m *mendedGoMod) mend(data []byte) ([]byte, error) {
	f, err := modfile.Parse("go.mod", data, nil)
	if err != nil {
		return nil, fmt.Errorf("parse go.mod: %w", err)
	}
	if m.lowered != "" {
		if err := f.AddGoStmt(m.lowered); err != nil {
			return nil, fmt.Errorf("lower the go directive: %w", err)
		}
		f.DropToolchainStmt()
	}
	for _, module := range m.drop {
		for _, r := range f.Replace {
			if r.Old.Path == module || r.New.Path == module {
				module = r.Old.Path
				if err := f.DropReplace(r.Old.Path, r.Old.Version); err != nil {
					return nil, fmt.Errorf("leave out %s: %w", module, err)
				}
			}
		}
		if err := f.DropRequire(module); err != nil {
			return nil, fmt.Errorf("leave out %s: %w", module, err)
		}
	}
	f.Cleanup()
	absoluteReplaces(f, m.dir)
	return f.Format()
}

// absoluteReplaces keeps relative replacements pointing at the same folders
// from the temporary one.
func absoluteReplaces(f *modfile.File, dir string) {
	for _, r := range f.Replace {
		if modfile.IsDirectoryPath(r.New.Path) && !filepath.IsAbs(r.New.Path) {
			_ = f.AddReplace(r.Old.Path, r.Old.Version, filepath.Join(dir, filepath.FromSlash(r.New.Path)), "")
		}
	}
}

func (m *mendedGoMod) cleanup() {
	if m.tmp != "" {
		os.RemoveAll(m.tmp)
	}
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
