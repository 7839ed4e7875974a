package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/backend-conformance/conformance/checks"
	"github.com/backend-conformance/conformance/checks/load"
	"github.com/backend-conformance/conformance/report/json"
)

// baseReport is the audit of the merge base.
type baseReport struct {
	ref, commit string
	document    *json.Document
}

// live are the fingerprints that counted at the merge base. What was suppressed
// there did not: it is new when the suppression goes.
func (b *baseReport) live() []string {
	var fs []string
	for _, f := range b.document.Findings {
		if f.Suppressed == nil {
			fs = append(fs, f.Fingerprint)
		}
	}
	return fs
}

// auditBase audits the merge base of HEAD and --base in a temporary copy, without
// running its code and without network. The user's checkout is only read.
func (f *auditFlags) auditBase(ctx context.Context, p *progress) (*baseReport, error) {
	dir, err := filepath.Abs(f.dir)
	if err != nil {
		return nil, checks.UsageError{Err: fmt.Errorf("resolve -C %s: %w", f.dir, err)}
	}
	root := load.RepositoryRoot(dir)
	commit, err := mergeBase(ctx, root, f.base)
	if err != nil {
		return nil, checks.UsageError{Err: fmt.Errorf("--base %s: %w", f.base, err)}
	}
	p.show("audit the merge base")
	temp, err := os.MkdirTemp("", "conformance-base-")
	if err != nil {
		return nil, fmt.Errorf("copy the merge base: %w", err)
	}
	defer os.RemoveAll(temp)
	tree := baseTree{root: root, copy: filepath.Join(temp, filepath.Base(root))}
	if err := tree.checkOut(ctx, commit); err != nil {
		return nil, checks.UsageError{Err: fmt.Errorf("--base %s: copy the merge base: %w", f.base, err)}
	}
	base := &baseReport{ref: f.base, commit: commit, document: &json.Document{}}
	if !tree.holds(filepath.Join(dir, "go.mod")) && dir != root {
		if !tree.holds(dir) { // a module that is new altogether
			return base, nil
		}
	}
	if base.document, err = tree.audit(ctx, f.baseArgs(tree, dir)); err != nil {
		return nil, fmt.Errorf("the merge base %s cannot be audited: %w", commit[:12], err)
	}
	return base, nil
}

// mergeBase finds the commit at which HEAD left ref.
func mergeBase(ctx context.Context, root, ref string) (string, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return "", errors.New("the git command was not found")
	}
	if _, err := git(ctx, root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"); err != nil {
		return "", errors.New("the audited folder is in no git repository with a commit")
	}
	if _, err := git(ctx, root, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}"); err != nil {
		return "", errors.New("not a commit of this repository; name a branch or commit that git log shows, or fetch it first")
	}
	commit, err := git(ctx, root, "merge-base", "--end-of-options", "HEAD", ref)
	if err == nil {
		return commit, nil
	}
	if shallow, _ := git(ctx, root, "rev-parse", "--is-shallow-repository"); shallow == "true" {
		return "", errors.New("this shallow clone does not reach back to the merge base; fetch the history (fetch-depth: 0 for actions/checkout)")
	}
	return "", errors.New("it has no commit in common with HEAD")
}

// git runs one command and gives its output, or the first line of its complaint.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"--no-optional-locks", "-C", dir}, args...)...)
	cmd.Env = gitEnvironment()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		line, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, line)
	}
	return strings.TrimSpace(string(out)), nil
}

// gitEnvironment drops what a git hook sets for its own repository: the copy must
// not write into that index. Nothing is fetched.
func gitEnvironment() []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "GIT_") && !strings.HasPrefix(v, "GIT_CONFIG")
	})
	return append(env, "GIT_NO_LAZY_FETCH=1", "GIT_LFS_SKIP_SMUDGE=1", "GIT_TERMINAL_PROMPT=0")
}

// baseTree is a copy of the repository at another commit.
type baseTree struct{ root, copy string }

// checkOut makes the copy, which borrows the objects of the repository. Unlike an
// archive it has every file, and the commit's date, which exclusions expire by.
func (t baseTree) checkOut(ctx context.Context, commit string) error {
	if _, err := git(ctx, t.root, "clone", "--quiet", "--shared", "--no-checkout", "--template=", t.root, t.copy); err != nil {
		return err
	}
	_, err := git(ctx, t.copy, "-c", "core.hooksPath="+os.DevNull, "checkout", "--quiet", "--detach", commit)
	return err
}

// path is where the copy has a file of the repository; false for files outside.
func (t baseTree) path(name string) (string, bool) {
	rel, err := filepath.Rel(t.root, name)
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	return filepath.Join(t.copy, rel), true
}

func (t baseTree) holds(name string) bool {
	file, ok := t.path(name)
	if !ok {
		return false
	}
	_, err := os.Stat(file)
	return err == nil
}

// baseArgs repeats what the user said of the subject, for the files that the merge
// base has as well.
func (f *auditFlags) baseArgs(t baseTree, dir string) []string {
	there, _ := t.path(dir)
	args := []string{"-C", there, "--exec=false", "--fail-on", "none", "--format", "json", "--color", "never", "--jobs", strconv.Itoa(f.jobs)}
	files := [][2]string{{"--migrations", f.migrations}, {"--config", f.config}}
	for _, s := range f.specs {
		files = append(files, [2]string{"--spec", s})
	}
	for _, file := range files {
		if file[1] == "" {
			continue
		}
		for _, from := range []string{dir, "."} {
			abs, err := filepath.Abs(filepath.Join(from, file[1]))
			if filepath.IsAbs(file[1]) {
				abs = file[1]
			}
			if copied, ok := t.path(abs); err == nil && ok && t.holds(abs) {
				args = append(args, file[0], copied)
				break
			}
		}
	}
	if f.set.Changed("base-path") {
		args = append(args, "--base-path", f.basePath)
	}
	for _, id := range f.only {
		args = append(args, "--only", id)
	}
	for _, id := range f.skip {
		args = append(args, "--skip", id)
	}
	return args
}

// audit runs this program on the copy: in a process of its own, so that two loaded
// programs need not fit in memory, and so that its go command fetches nothing.
func (t baseTree) audit(ctx context.Context, args []string) (*json.Document, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program's file: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Args[0] = "conformance"
	cmd.Env = append(gitEnvironment(), "GOPROXY=off")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	if code := cmd.ProcessState.ExitCode(); code != exitConforms && code != exitFails && code != exitUndecided {
		return nil, errors.New(strings.TrimPrefix(strings.TrimSpace(stderr.String()), "conformance: "))
	}
	return json.Read(&stdout)
}
