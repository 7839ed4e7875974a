package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/backend-conformance/conformance/checks"
	"github.com/backend-conformance/conformance/checks/config"
	"github.com/backend-conformance/conformance/checks/load"
)

//go:embed template/conformance.yaml
var configTemplate string

//go:embed template/workflow.yml
var workflowTemplate string

func newInit(stdout io.Writer) *cobra.Command {
	dir, force := ".", false
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a configuration with comments and a workflow for pull requests",
		Long: `init writes .conformance.yaml beside the module's go.mod and .github/workflows/conformance.yml
at the top of the repository. It overwrites nothing unless --force is given.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			files, err := starters(dir)
			if err != nil {
				return checks.UsageError{Err: err}
			}
			return writeStarters(stdout, files, force)
		},
	}
	cmd.Flags().StringVarP(&dir, "dir", "C", ".", "the module in `DIR`")
	cmd.Flags().BoolVar(&force, "force", false, "overwrite files that exist")
	return cmd
}

// starter is a file to write.
type starter struct{ path, text string }

func starters(dir string) ([]starter, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("resolve -C %s: %w", dir, err)
	}
	if !isRegular(filepath.Join(abs, "go.mod")) {
		return nil, fmt.Errorf("%s holds no go.mod; name the folder of the module with -C", dir)
	}
	root := load.RepositoryRoot(abs)
	module, err := filepath.Rel(root, abs)
	if err != nil {
		return nil, fmt.Errorf("find the repository of %s: %w", dir, err)
	}
	module = filepath.ToSlash(module)
	workflow := strings.ReplaceAll(workflowTemplate, "MODULE/go.mod", path.Join(module, "go.mod"))
	if module == "." { // the action's default
		workflow = strings.ReplaceAll(workflow, "        with:\n          working-directory: MODULE\n", "")
	}
	return []starter{
		{filepath.Join(abs, config.FileName), configTemplate},
		{filepath.Join(root, ".github", "workflows", "conformance.yml"), strings.ReplaceAll(workflow, "MODULE", module)},
	}, nil
}

// writeStarters writes all files or, where one is in the way, none.
func writeStarters(stdout io.Writer, files []starter, force bool) error {
	for _, f := range files {
		if _, err := os.Lstat(f.path); err == nil && !force {
			return checks.UsageError{Err: fmt.Errorf("%s exists; --force overwrites it", shortPath(f.path))}
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("look for %s: %w", shortPath(f.path), err)
		}
	}
	for _, f := range files {
		if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
			return fmt.Errorf("make the folder of %s: %w", shortPath(f.path), err)
		}
		if err := os.WriteFile(f.path, []byte(f.text), 0o644); err != nil {
			return fmt.Errorf("write %s: %w", shortPath(f.path), err)
		}
		if _, err := fmt.Fprintln(stdout, "wrote", shortPath(f.path)); err != nil {
			return err
		}
	}
	return nil
}

// shortPath is relative to the current folder where it lies below.
func shortPath(name string) string {
	if here, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(here, name); err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel)
		}
	}
	return filepath.ToSlash(name)
}
